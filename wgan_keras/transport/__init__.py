"""Exact optimal transport and divergences: what a trained critic or discriminator is measured against.

Everything is in float64; divergences are in nats.
"""

from wgan_keras.transport.divergences import js, kl, tv
from wgan_keras.transport.gaussians import (
    gaussian_kl,
    gaussian_penalized_critic,
    gaussian_wasserstein_1,
    gaussian_wasserstein_2,
)
from wgan_keras.transport.samples import kantorovich_potential, transport_plan, wasserstein_1

__all__ = [
    "wasserstein_1",
    "transport_plan",
    "kantorovich_potential",
    "kl",
    "js",
    "tv",
    "gaussian_kl",
    "gaussian_wasserstein_1",
    "gaussian_wasserstein_2",
    "gaussian_penalized_critic",
]
