"""How good generated samples are: distances between clouds of features, each beside what real samples reach.

For digits the features come from a small classifier that ships with the package (97 % of held-out digits
right; `tools/train_digit_classifier.py` makes it), so no network is needed. Distances in its features compare
with one another, not with Inception-based figures. For other images pass features of your own, or
`inception_features`.
"""

from functools import cache
from pathlib import Path

import keras
import numpy as np
from keras import layers
from scipy.spatial.distance import cdist
from scipy.special import rel_entr

from wgan_keras import data
from wgan_keras._checks import as_images, as_numbers, check_counts, check_positive

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
    images = as_images(images)
    if images.shape[1:] != (28, 28, 1):
        raise ValueError(f"images must have shape (n, 28, 28, 1), got {images.shape}.")
    return _classifier().predict(images, batch_size=500, verbose=0)


def digit_features(images):
    """The features of `classify_digits` alone, float32 (n, 64), for `image_quality`.

    Example:

    >>> digit_features(np.zeros((2, 28, 28, 1))).shape
    (2, 64)
    """
    return classify_digits(images)[0]


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


# --- Distances between clouds of features -----------------------------------------------------------


def _clouds(at_least, **clouds):
    x, y = (as_numbers(cloud, name) for name, cloud in clouds.items())
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or min(len(x), len(y)) < at_least:
        raise ValueError(
            f"{' and '.join(clouds)} must be (n, d) and (m, d) with n, m >= {at_least}, "
            f"got {x.shape} and {y.shape}."
        )
    return x, y


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
    x, y = _clouds(at_least=2, x=x, y=y)
    cov_x, cov_y = np.cov(x.T).reshape(x.shape[1], -1), np.cov(y.T).reshape(x.shape[1], -1)
    # C_x C_y has the real, non-negative eigenvalues of C_x^(1/2) C_y C_x^(1/2); rounding may leave a rest.
    eigenvalues = np.linalg.eigvals(cov_x @ cov_y).real.clip(min=0)
    shift = np.sum((x.mean(0) - y.mean(0)) ** 2)
    return float(shift + np.trace(cov_x) + np.trace(cov_y) - 2 * np.sqrt(eigenvalues).sum())


def kernel_distance(x, y):
    """Squared maximum mean discrepancy with a cubic kernel: the kernel distance KID (1801.01401, section 4).

    E k(x, x') + E k(y, y') - 2 E k(x, y) with k(a, b) = (a.b / d + 1)^3, over pairs of different samples:
    without bias, so that two samples of one law give 0 on average, and often a value below 0. The standard
    error is the jackknife's (each sample left out once); near 0 it is too large rather than too small.

    Args:
        x, y: float arrays (n, d), (m, d) of features; n, m > 2.

    Returns:
        (distance, standard_error): floats, in the kernel's unit.

    Raises:
        ValueError: not two arrays (samples, d) of one d with at least three samples each.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.standard_normal((2, 500, 3))
    >>> distance, error = kernel_distance(x, y)
    >>> abs(distance) < 3 * error
    True
    >>> distance, error = kernel_distance(x, y + 1)
    >>> distance > 10 * error
    True
    """
    from sklearn.metrics.pairwise import polynomial_kernel  # loads when used

    x, y = _clouds(at_least=3, x=x, y=y)
    n, m = len(x), len(y)
    within_x, within_y = (
        (kernel - np.diag(np.diag(kernel))).sum(1) for kernel in map(polynomial_kernel, (x, y))
    )  # (n,) and (m,): sums over all others
    between = polynomial_kernel(x, y)

    def statistic(sum_x, n, sum_y, m, sum_between):
        return sum_x / (n * (n - 1)) + sum_y / (m * (m - 1)) - 2 * sum_between / (n * m)

    sums = within_x.sum(), within_y.sum(), between.sum()
    distance = statistic(sums[0], n, sums[1], m, sums[2])
    without_x = statistic(sums[0] - 2 * within_x, n - 1, sums[1], m, sums[2] - between.sum(1))
    without_y = statistic(sums[0], n, sums[1] - 2 * within_y, m - 1, sums[2] - between.sum(0))
    variance = (n - 1) * without_x.var() + (m - 1) * without_y.var()
    return float(distance), float(np.sqrt(variance))


def precision_recall(real, generated, k=3):
    """Improved precision and recall (1904.06991, eq. 1): fidelity and variety, apart.

    Each sample has a ball that reaches to its k-th nearest neighbour in its own set. Precision is the share
    of generated samples in the ball of a real one, recall that of real ones in the ball of a generated one.

    Args:
        real, generated: float arrays (n, d), (m, d) of features; n, m > k.
        k: neighbours, at least 1.

    Returns:
        (precision, recall): shares in [0, 1]. Two samples of one law stay below 1: show theirs beside them.

    Raises:
        ValueError: not two arrays (samples, d) of one d with more than k samples each.

    Example: half of what is generated is right, and half of what is real is reached.

    >>> real = np.array([[0.0], [0.1], [5.0], [5.1]])
    >>> precision_recall(real, np.array([[0.0], [0.1], [9.0], [9.1]]), k=1)
    (0.5, 0.5)
    """
    check_counts(k=k)
    real, generated = _clouds(at_least=k + 1, real=real, generated=generated)
    return _share_within(generated, real, k), _share_within(real, generated, k)


def _share_within(points, others, k):
    radii = np.partition(cdist(others, others), k, axis=1)[:, k]  # the nearest, at 0, is the point itself
    return float((cdist(points, others) <= radii).any(1).mean())


def histogram_kl(labels, shares):
    """Kullback-Leibler divergence of the samples' classes from the true ones: KL(h || shares) in nats.

    h_k is the share of class k among the labels. It is about (k - 1) / 2n for n samples with the true shares
    of k classes.

    Args:
        labels: whole numbers (n,), 0..k-1.
        shares: true shares of the classes, (k,), positive, with the sum 1.

    Returns:
        float, 0 or positive.

    Raises:
        ValueError: labels out of range or none, or shares that are no distribution.

    Example: one class of two is left, log 2

    >>> round(histogram_kl([1, 1, 1], shares=[0.5, 0.5]), 6)
    0.693147
    """
    labels, shares = as_numbers(labels, "labels"), as_numbers(shares, "shares")
    if shares.ndim != 1 or not (shares > 0).all() or not np.isclose(shares.sum(), 1):
        raise ValueError(f"shares must be positive and add up to 1, got {shares}.")
    if labels.ndim != 1 or not len(labels) or not np.isin(labels, np.arange(len(shares))).all():
        raise ValueError(f"labels must be whole numbers from 0 to {len(shares) - 1}, at least one of them.")
    counts = np.bincount(labels.astype(int), minlength=len(shares))
    return float(rel_entr(counts / len(labels), shares).sum())


# --- Scores, each beside that of real samples -------------------------------------------------------


def image_quality(generated, real, held_out, features):
    """Distances of generated images to held-out real ones, each beside that of as many other real images.

    Args:
        generated: float array (n, height, width, channels) in [-1, 1].
        real: float array of at least n training images, from which n are taken.
        held_out: float array of images that no model has seen.
        features: function of images that gives an array (n, d): `digit_features`, `inception_features`, or
            your own.

    Returns:
        dict of floats: `frechet`, `kernel`, `precision` and `recall` of the generated images, the same names
        with `_real` of the training images, and `kernel_se`, the standard error of `kernel`. A model that
        learned the law, or one that copied the training set, reaches the values with `_real`.

    Raises:
        ValueError: fewer real images than generated ones.

    Example: images of noise, compared in four raw pixels

    >>> generated, real, held_out = np.random.default_rng(0).uniform(-1, 1, (3, 100, 28, 28, 1))
    >>> scores = image_quality(generated, real, held_out, features=lambda x: x[:, :2, :2].reshape(-1, 4))
    >>> sorted(scores)[:3]
    ['frechet', 'frechet_real', 'kernel']
    """
    given = {"generated": generated, "real": real, "held_out": held_out}
    generated, real, held_out = (as_numbers(images, name, "float32") for name, images in given.items())
    if 0 in (generated.ndim, real.ndim, held_out.ndim):
        raise ValueError("generated, real and held_out must be arrays of images.")
    if min(len(generated), len(held_out)) < 4:  # the neighbours of precision and recall
        raise ValueError("generated and held_out must hold at least 4 images each.")
    if len(real) < len(generated):
        raise ValueError(
            f"real holds {len(real)} images, it must hold as many as generated: {len(generated)}."
        )
    if not callable(features):
        raise ValueError("features must be a function of images, such as metrics.digit_features.")
    return _quality(*(features(images) for images in (generated, spread(real, len(generated)), held_out)))


def spread(images, n):
    """n of the images, from all over them.

    Args:
        images: array (m, ...), m at least n.
        n: how many.

    Example:

    >>> spread(np.arange(10), 4).tolist()
    [0, 3, 6, 9]
    """
    images = np.asarray(images)
    check_counts(n=n)
    if not images.ndim or n > len(images):
        raise ValueError(f"images must be an array of at least n = {n} images, got shape {images.shape}.")
    # The bundled digits take turns: a step that shares no factor with 10 meets all classes.
    return images[np.arange(n) * 3 % len(images)]


def _quality(generated, real, held_out):
    """Scores of clouds of features against the held-out one."""
    scores = {}
    for cloud, ending in ((generated, ""), (real, "_real")):
        scores["frechet" + ending] = frechet_distance(cloud, held_out)
        scores["kernel" + ending], error = kernel_distance(cloud, held_out)
        scores["precision" + ending], scores["recall" + ending] = precision_recall(held_out, cloud)
        scores.setdefault("kernel_se", error)
    return scores


@cache
def _real_digits(n):
    """Features and probabilities of n training digits and of the 1,000 held-out ones."""
    real, held_out = (data.mnist_sample(split)[0] / 127.5 - 1 for split in ("train", "test"))
    return classify_digits(spread(real, n)), classify_digits(held_out)


def digit_quality(images):
    """Scores of generated digits against the 1,000 held-out real ones, each with what real digits reach.

    Args:
        images: float array (n, 28, 28, 1) in [-1, 1]; 1,000 for comparable figures, 4,000 at most.

    Returns:
        dict of floats: those of `image_quality` in the features of the classifier; `clear`, the share that
        the classifier puts into one class with a probability above .9, and `clear_real`, that of the held-out
        digits; `histogram_kl`, see there, of the classifier's classes from equal shares, and
        `histogram_kl_real`, (10 - 1) / 2n, what n samples with equal shares reach on average.

    Example:

    >>> noise = np.random.default_rng(0).uniform(-1, 1, (1000, 28, 28, 1))
    >>> scores = digit_quality(noise)
    >>> scores["frechet"] > 20 * scores["frechet_real"]
    True
    """
    if not 4 <= len(as_images(images)) <= 4000:
        raise ValueError(f"images must be 4 to 4,000 digits, got {len(images)}.")
    features, p = classify_digits(images)
    (real_features, _), (held_features, held_p) = _real_digits(len(images))
    return {
        **_quality(features, real_features, held_features),
        "clear": float(np.mean(p.max(1) > 0.9)),
        "clear_real": float(np.mean(held_p.max(1) > 0.9)),
        "histogram_kl": histogram_kl(p.argmax(1), np.full(10, 0.1)),
        "histogram_kl_real": 9 / (2 * len(images)),
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
    samples, centers = as_numbers(samples, "samples"), as_numbers(centers, "centers")
    if samples.ndim != 2 or centers.ndim != 2 or samples.shape[1] != centers.shape[1]:
        raise ValueError(
            f"samples and centers must be (n, d) and (k, d), got {samples.shape}, {centers.shape}."
        )
    check_positive(std=std)
    distances = np.linalg.norm(samples[:, None] - centers[None], axis=2)  # (n, k)
    good = distances.min(1) <= 3 * std
    return {"modes": len(np.unique(distances.argmin(1)[good])), "high_quality": float(good.mean())}
