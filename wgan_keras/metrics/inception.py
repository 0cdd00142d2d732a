"""Features of images of any kind, for `image_quality`: those of a network trained on ImageNet."""

from functools import cache

import keras
import numpy as np
from keras import layers

from wgan_keras._checks import as_images


@cache
def _inception():
    try:
        inception = keras.applications.InceptionV3(include_top=False, pooling="avg")
    except Exception as error:  # Keras' download raises a bare Exception
        if "URL fetch failure" not in str(error):
            raise
        raise ConnectionError(
            "The weights of InceptionV3 can't be downloaded: connect to a network once (Keras keeps them), "
            "or use features that need none, such as metrics.digit_features."
        ) from None
    return keras.Sequential([layers.Resizing(299, 299), inception])


def inception_features(images):
    """Features of images of any kind: InceptionV3, trained on ImageNet, averaged over places.

    The weights (88 MB) are downloaded at the first call. They are those of Keras, not of the network behind
    published Fréchet distances: expect values near those, not the same.

    Args:
        images: float array (n, height, width, 1 or 3) in [-1, 1]; resized to 299 x 299.

    Returns:
        float32 (n, 2048).

    Raises:
        ValueError: images of another shape.
        ConnectionError: the weights are not on this machine and can't be downloaded.

    Example:

    >>> inception_features(np.zeros((2, 28, 28)))
    Traceback (most recent call last):
    ValueError: images must have shape (n, height, width, 1 or 3), got (2, 28, 28).
    """
    images = as_images(images)
    return _inception().predict(np.broadcast_to(images, (*images.shape[:3], 3)), batch_size=50, verbose=0)
