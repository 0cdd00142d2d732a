"""Scores of generated digits in the features of a small classifier that ships with the package.

It puts 97 % of held-out digits into the right class (`tools/train_digit_classifier.py` makes it), so no
network is needed. Distances in its features compare with one another, not with Inception-based figures.
"""

from functools import cache
from pathlib import Path

import keras
import numpy as np
from keras import layers
from scipy.spatial.distance import pdist

from wgan_keras import data
from wgan_keras._checks import as_images, as_labels
from wgan_keras.metrics.clouds import cloud_quality, histogram_kl, spread

WEIGHTS = Path(__file__).with_name("digit_classifier.weights.h5")


def build_digit_classifier():
    """The classifier's architecture, without weights: 28 x 28 images in [-1, 1] to ten logits.

    Returns:
        Keras model, (batch, 28, 28, 1) to logits (batch, 10), with untrained weights.

    Example:

    >>> build_digit_classifier().output_shape
    (None, 10)
    """
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(image)
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Dropout(0.4)(layers.Flatten()(x))
    features = layers.Dense(64, activation="relu", name="features")(x)
    return keras.Model(image, layers.Dense(10)(layers.Dropout(0.4)(features)))


@cache
def _classifier():
    model = build_digit_classifier()
    model.load_weights(WEIGHTS)
    return keras.Model(model.inputs, [model.get_layer("features").output, layers.Softmax()(model.output)])


def classify_digits(images):
    """Features and class probabilities of digits.

    Args:
        images: float array (n, 28, 28, 1) in [-1, 1].

    Returns:
        (features, probabilities): float32 (n, 64) and (n, 10).

    Raises:
        ValueError: images of another shape.

    Example:

    >>> features, probabilities = classify_digits(np.zeros((2, 28, 28, 1)))
    >>> features.shape, probabilities.shape
    ((2, 64), (2, 10))
    """
    images = as_images(images)
    if images.shape[1:] != (28, 28, 1):
        raise ValueError(f"images must have shape (n, 28, 28, 1), got {images.shape}.")
    return _classifier().predict(images, batch_size=500, verbose=0)


def digit_features(images):
    """The features of `classify_digits` alone, for `image_quality`.

    Args:
        images: float array (n, 28, 28, 1) in [-1, 1].

    Returns:
        float32 (n, 64).

    Raises:
        ValueError: images of another shape.

    Example:

    >>> digit_features(np.zeros((2, 28, 28, 1))).shape
    (2, 64)
    """
    return classify_digits(images)[0]


@cache
def _real_digits(n):
    """Features and probabilities of n training digits and of the 1,000 held-out ones."""
    real, held_out = (data.mnist_sample(split)[0] / 127.5 - 1 for split in ("train", "test"))
    return classify_digits(spread(real, n)), classify_digits(held_out)


def digit_quality(images, labels=None):
    """Scores of generated digits against the 1,000 held-out real ones, each with what real digits reach.

    Args:
        images: float array (n, 28, 28, 1) in [-1, 1]; 1,000 for comparable figures, 4,000 at most.
        labels: integers (n,), the digits that the images are to show; `None` where they were not asked for.

    Returns:
        dict of floats: those of `image_quality` in the features of the classifier; `clear`, the share that
        the classifier puts into one class with a probability above .9, and `clear_real`, that of the held-out
        digits; `histogram_kl`, see there, of the classifier's classes from equal shares, and
        `histogram_kl_real`, (10 - 1) / 2n, what n samples with equal shares reach on average. With labels:
        `label_accuracy`, the share that the classifier gives its label; `label_spread`, the mean over labels
        of the mean distance between two images of a label; and both `_real`, of the held-out digits.

    Raises:
        ValueError: images of another shape, fewer than 6 or more than 4,000; labels other than n digits, or
            with one of them only once.

    Example:

    >>> noise = np.random.default_rng(0).uniform(-1, 1, (1000, 28, 28, 1))
    >>> scores = digit_quality(noise)
    >>> scores["frechet"] > 20 * scores["frechet_real"]
    True
    """
    if not 6 <= len(as_images(images)) <= 4000:
        raise ValueError(f"images must be 6 to 4,000 digits, got {len(images)}.")
    labels = None if labels is None else _checked_labels(labels, len(images))
    features, p = classify_digits(images)
    (real_features, _), (held_features, held_p) = _real_digits(len(images))
    return {
        **cloud_quality(features, real_features, held_features),
        "clear": float(np.mean(p.max(1) > 0.9)),
        "clear_real": float(np.mean(held_p.max(1) > 0.9)),
        "histogram_kl": histogram_kl(p.argmax(1), np.full(10, 0.1)),
        "histogram_kl_real": 9 / (2 * len(images)),
        **({} if labels is None else _by_label(images, p, labels)),
    }


def _by_label(images, p, labels):
    held_out, held_labels = data.mnist_sample("test")
    found = {}
    for name, x, probabilities, y in (
        ("", images, p, labels),
        ("_real", held_out / 127.5 - 1, _real_digits(len(images))[1][1], held_labels),
    ):
        within = [pdist(x[y == each].reshape(-1, 28 * 28)).mean() for each in np.unique(y)]
        found[f"label_accuracy{name}"] = float(np.mean(probabilities.argmax(1) == y))
        found[f"label_spread{name}"] = float(np.mean(within))
    return found


def _checked_labels(labels, n):
    labels = as_labels(labels)
    if len(labels) != n or labels.min() < 0 or labels.max() > 9:
        raise ValueError(f"labels must be integers from 0 to 9, one for each of the {n} images.")
    if (np.bincount(labels) == 1).any():
        raise ValueError("labels must hold each digit that they hold at least twice.")
    return labels
