"""From the GAN to WGAN-GP in Keras 3: model classes that override `train_step`, data, networks, figures."""

from wgan_keras import networks  # registers its activation, so that saved models load
from wgan_keras.models import GAN, WGANGP, WGANClip, gradient_norm, gradient_penalty

__all__ = ["GAN", "WGANClip", "WGANGP", "gradient_norm", "gradient_penalty", "networks"]
__version__ = "0.1.0"
