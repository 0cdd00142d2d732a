"""From the GAN to WGAN-GP in Keras 3: model classes that override `train_step`, data, networks, figures."""

import sys
from pathlib import Path

# `python -m wgan_keras` or `wgan-keras`: the command line, and it alone, hides TensorFlow's start-up notes.
if sys.argv[:1] == ["-m"] or Path(*sys.argv[:1]).stem == "wgan-keras":
    from wgan_keras import _quiet  # noqa: F401

from wgan_keras import networks, old_files  # noqa: F401  register classes, so that saved models load
from wgan_keras.conditional import AuxiliaryWGANGP, ConditionalWGANGP
from wgan_keras.models import GAN, WGANGP, WGANClip, gradient_norm, gradient_penalty

__all__ = [
    "GAN",
    "AuxiliaryWGANGP",
    "ConditionalWGANGP",
    "WGANClip",
    "WGANGP",
    "gradient_norm",
    "gradient_penalty",
    "networks",
]
__version__ = "0.2.0"
