"""Models saved by version 0.1 load: their files name the classes otherwise, and two options that are gone."""

import warnings

import keras

from wgan_keras.models import GAN, WGANGP, WGANClip

GONE = ("label_smoothing", "instance_noise")


def _loader(model_class):
    class Loader:
        def get_config(self):  # which Keras asks for and never calls
            return {}

        @classmethod
        def from_config(cls, config):
            config = dict(config)
            gone = {name: config.pop(name) for name in GONE if config.get(name) is not None}
            if any(gone.values()):
                warnings.warn(
                    f"The file's GAN was trained with {gone}: it loads and samples as before, but trains on "
                    "without them; notebook 02 writes them as subclasses of GAN.",
                    stacklevel=2,
                )
            return model_class.from_config(config)

    return Loader


for _class in (GAN, WGANClip, WGANGP):
    keras.saving.register_keras_serializable("wgan_keras", _class.__name__)(_loader(_class))
