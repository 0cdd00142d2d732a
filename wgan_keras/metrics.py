"""How good generated digits are: scores in the features of a small digit classifier, each with its floor.

The classifier ships with the package (97 % of held-out digits right; `tools/train_digit_classifier.py` makes
it), so no network is needed. Its distances compare with one another, not with Inception-based figures.
"""

from functools import cache
from pathlib import Path

import keras
import numpy as np
from keras import layers

from wgan_keras import data

WEIGHTS = Path(__file__).with_name("digit_classifier.weights.h5")


def build_digit_classifier():
    """The classifier's architecture, without weights: 28 x 28 images in [-1, 1] to ten logits.

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
    images = np.asarray(images, "float32")
    if images.shape[1:] != (28, 28, 1):
        raise ValueError(f"images must have shape (n, 28, 28, 1), got {images.shape}.")
    return _classifier().predict(images, batch_size=500, verbose=0)


def frechet_distance(x, y):
    """Squared 2-Wasserstein distance between Gaussians with the samples' moments (1706.08500, eq. 6).

    |m_x - m_y|^2 + tr(C_x + C_y - 2 (C_x C_y)^(1/2)). It is biased upwards by the sampling noise of both
    sides: show a distance between two real samples of the same size beside it.

    Args:
        x, y: float arrays (n, d), (m, d) of features; n, m > 1.

    Returns:
        float, in the features' unit squared.

    Raises:
        ValueError: not two arrays (samples, d) of one d with at least two samples each.

    Example:

    >>> x = np.random.default_rng(0).standard_normal((1000, 3))
    >>> round(frechet_distance(x, x + [2, 0, 0]), 6)
    4.0
    """
    x, y = np.asarray(x, "float64"), np.asarray(y, "float64")
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or min(len(x), len(y)) < 2:
        raise ValueError(f"x and y must be (n, d) and (m, d) with n, m > 1, got {x.shape} and {y.shape}.")
    cov_x, cov_y = np.cov(x.T).reshape(x.shape[1], -1), np.cov(y.T).reshape(x.shape[1], -1)
    # C_x C_y has the real, non-negative eigenvalues of C_x^(1/2) C_y C_x^(1/2); rounding may leave a rest.
    eigenvalues = np.linalg.eigvals(cov_x @ cov_y).real.clip(min=0)
    shift = np.sum((x.mean(0) - y.mean(0)) ** 2)
    return float(shift + np.trace(cov_x) + np.trace(cov_y) - 2 * np.sqrt(eigenvalues).sum())


def digit_quality(images):
    """Scores of generated digits against the 1,000 held-out real ones, each with what real digits reach.

    Args:
        images: float array (n, 28, 28, 1) in [-1, 1]; 1,000 for comparable figures.

    Returns:
        dict: `frechet`, the Fréchet distance in classifier features to the held-out digits, and
        `frechet_real`, that of as many real training digits; `clear`, the share that the classifier puts into
        one class with a probability above .9, and `clear_real`, that of the held-out digits.

    Example:

    >>> noise = np.random.default_rng(0).uniform(-1, 1, (1000, 28, 28, 1))
    >>> scores = digit_quality(noise)
    >>> scores["frechet"] > 20 * scores["frechet_real"]
    True
    """
    real, held_out = (data.mnist_sample(split)[0] / 127.5 - 1 for split in ("train", "test"))
    # Every third or so, over the whole training split and all classes: 3 shares no factor with 10.
    real = real[np.arange(len(images)) * 3 % len(real)]
    (features, p), (real_features, _), (held_features, held_p) = map(
        classify_digits, (images, real, held_out)
    )
    return {
        "frechet": frechet_distance(features, held_features),
        "frechet_real": frechet_distance(real_features, held_features),
        "clear": float(np.mean(p.max(1) > 0.9)),
        "clear_real": float(np.mean(held_p.max(1) > 0.9)),
    }


def mode_coverage(samples, centers, std):
    """How many modes of a mixture of Gaussians the samples reach, and how many samples are good.

    A sample is of high quality within 3 standard deviations of its nearest mode; a mode counts as covered
    when at least one such sample is nearest to it (as in 1705.07761 and 1712.04086). Of a perfect sampler's
    points in the plane 1 - exp(-4.5) = 98.9 % are of high quality: more means too concentrated.

    Args:
        samples: float array (n, d); 2,500 for comparable figures.
        centers: float array (k, d), the modes.
        std: standard deviation of each mode, positive.

    Returns:
        dict: `modes`, int in 0..k, and `high_quality`, a share in [0, 1].

    Raises:
        ValueError: samples and centers of unlike shapes, or a standard deviation that is not positive.

    Example:

    >>> mode_coverage([[0.0], [0.1], [5.0]], centers=[[0.0], [10.0]], std=1.0)
    {'modes': 1, 'high_quality': 0.6666666666666666}
    """
    samples, centers = np.asarray(samples, "float64"), np.asarray(centers, "float64")
    if samples.ndim != 2 or centers.ndim != 2 or samples.shape[1] != centers.shape[1] or not len(samples):
        raise ValueError(
            f"samples and centers must be (n, d) and (k, d), got {samples.shape}, {centers.shape}."
        )
    if not std > 0:
        raise ValueError(f"std must be positive, got {std!r}.")
    distances = np.linalg.norm(samples[:, None] - centers[None], axis=2)  # (n, k)
    good = distances.min(1) <= 3 * std
    return {"modes": len(np.unique(distances.argmin(1)[good])), "high_quality": float(good.mean())}
