"""From the GAN to WGAN-GP in Keras 3: model classes that override `train_step`, data, networks, figures."""

from wgan_keras import networks, old_files  # both register classes, so that saved models load
from wgan_keras.conditional import ConditionalWGANGP
from wgan_keras.models import GAN, WGANGP, WGANClip, gradient_norm, gradient_penalty

__all__ = [
    "ConditionalWGANGP",
    "GAN",
    "WGANClip",
    "WGANGP",
    "gradient_norm",
    "gradient_penalty",
    "networks",
    "old_files",
]
__version__ = "0.2.0"
