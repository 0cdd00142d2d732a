"""Distances between clouds of features, and scores made of them, each beside what real samples reach."""

import itertools
import math

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import rel_entr

from wgan_keras._checks import as_numbers, check_counts, check_positive


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
    without bias, so that two samples of one distribution give 0 on average, and often a value below 0. The
    standard error is the jackknife's (each sample left out once); near 0 it is rather too large than too
    small.

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
        (precision, recall): shares in [0, 1]. Two samples of one distribution stay below 1: show
        theirs beside them.

    Raises:
        ValueError: not two arrays (samples, d) of one d with more than k samples each.

    Example: half of what is generated is right, and half of what is real is reached.

    >>> real = np.array([[0.0], [0.1], [5.0], [5.1]])
    >>> precision_recall(real, np.array([[0.0], [0.1], [9.0], [9.1]]), k=1)
    (0.5, 0.5)
    """
    check_counts(k=k)
    real, generated = _clouds(at_least=k + 1, real=real, generated=generated)
    precise, reached = _within(generated, real, k), _within(real, generated, k)
    return float(precise.any(1).mean()), float(reached.any(1).mean())


def density_coverage(real, generated, k=5):
    """Density and coverage (2002.09797, eq. 3 and 4): like precision and recall, less moved by single points.

    Each real sample has a ball that reaches to its k-th nearest real neighbour. Density is the mean number
    of balls that a generated sample lies in, divided by k. Coverage is the share of balls that hold a
    generated one; it needs no balls around generated samples, whose scatter raises recall.

    Args:
        real, generated: float arrays (n, d), (m, d) of features; n, m > k.
        k: neighbours, at least 1.

    Returns:
        (density, coverage): density from 0 on, 1 on average where both are of one distribution; coverage in
        [0, 1], on average 1 - 1 / 2^k there for large samples of one size.

    Raises:
        ValueError: not two arrays (samples, d) of one d with more than k samples each.

    Example: every generated sample lies in both balls of one pair, which is half of the real ones.

    >>> real = np.array([[0.0], [0.2], [5.0], [5.2]])
    >>> density_coverage(real, np.array([[0.1], [0.1]]), k=1)
    (2.0, 0.5)
    """
    check_counts(k=k)
    real, generated = _clouds(at_least=k + 1, real=real, generated=generated)
    within = _within(generated, real, k)
    return float(within.sum(1).mean() / k), float(within.any(0).mean())


def _within(points, others, k):
    """Which points (n, d) lie in the balls around others (m, d): booleans (n, m)."""
    radii = np.partition(cdist(others, others), k, axis=1)[:, k]  # the nearest, at 0, is the point itself
    return cdist(points, others) <= radii


def histogram_kl(labels, shares):
    """Kullback-Leibler divergence of the samples' classes from the true ones: KL(h || shares) in nats.

    h_k is the share of class k among the labels. It is about (k - 1) / 2n for n samples with the true shares
    of k classes.

    Args:
        labels: integers (n,), 0..k-1.
        shares: true shares of the classes, (k,), positive, with the sum 1.

    Returns:
        float, 0 or positive.

    Raises:
        ValueError: labels out of range or none, or shares that do not add up to 1.

    Example: one class of two is left, log 2

    >>> round(histogram_kl([1, 1, 1], shares=[0.5, 0.5]), 6)
    0.693147
    """
    labels, shares = as_numbers(labels, "labels"), as_numbers(shares, "shares")
    if shares.ndim != 1 or not (shares > 0).all() or not np.isclose(shares.sum(), 1):
        raise ValueError(f"shares must be positive and add up to 1, got {shares}.")
    if labels.ndim != 1 or not len(labels) or not np.isin(labels, np.arange(len(shares))).all():
        raise ValueError(f"labels must be integers from 0 to {len(shares) - 1}, at least one of them.")
    counts = np.bincount(labels.astype(int), minlength=len(shares))
    return float(rel_entr(counts / len(labels), shares).sum())


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
        ValueError: samples and centers of different dimensions, or a standard deviation that is not positive.

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


def image_quality(generated, real, held_out, features):
    """Distances of generated images to held-out real ones, each beside that of as many other real images.

    Args:
        generated: float array (n, height, width, channels) in [-1, 1].
        real: float array of at least n training images, from which n are taken.
        held_out: float array of images that no model has seen.
        features: function of images that gives an array (n, d): `digit_features`, `inception_features`, or
            your own.

    Returns:
        dict of floats: `frechet`, `kernel`, `precision`, `recall`, `density` and `coverage` of the generated
        images, the same names with `_real` of the training images, and `kernel_se`, the standard error of
        `kernel`. A model that learned the distribution, or one that copied the training set, reaches the
        values with `_real`.

    Raises:
        ValueError: fewer real images than generated ones.

    Example: images of noise, compared in four raw pixels

    >>> generated, real, held_out = np.random.default_rng(0).uniform(-1, 1, (3, 100, 28, 28, 1))
    >>> scores = image_quality(generated, real, held_out, features=lambda x: x[:, :2, :2].reshape(-1, 4))
    >>> sorted(scores)[:4]
    ['coverage', 'coverage_real', 'density', 'density_real']
    """
    given = {"generated": generated, "real": real, "held_out": held_out}
    generated, real, held_out = (as_numbers(images, name, "float32") for name, images in given.items())
    if 0 in (generated.ndim, real.ndim, held_out.ndim):
        raise ValueError("generated, real and held_out must be arrays of images.")
    if min(len(generated), len(held_out)) < 6:  # the neighbours of density and coverage
        raise ValueError("generated and held_out must hold at least 6 images each.")
    if len(real) < len(generated):
        raise ValueError(
            f"real holds {len(real)} images, it must hold as many as generated: {len(generated)}."
        )
    if not callable(features):
        raise ValueError("features must be a function of images, such as metrics.digit_features.")
    real = spread(real, len(generated))
    return cloud_quality(features(generated), features(real), features(held_out))


def spread(images, n):
    """n of the images, each once, from all over them.

    Args:
        images: array (m, ...), m at least n.
        n: how many.

    Returns:
        array (n, ...).

    Raises:
        ValueError: fewer images than n.

    Example:

    >>> spread(np.arange(10), 4).tolist()
    [0, 3, 6, 9]
    """
    images = np.asarray(images)
    check_counts(n=n)
    if not images.ndim or n > len(images):
        raise ValueError(f"images must be an array of at least n = {n} images, got shape {images.shape}.")
    # The ten bundled digits take turns: a step that shares no factor with 10 meets all of them, and one that
    # shares none with the number of images meets each image once.
    step = next(step for step in itertools.count(3) if math.gcd(step, 10 * len(images)) == 1)
    return images[np.arange(n) * step % len(images)]


def cloud_quality(generated, real, held_out):
    """The scores of `image_quality`, of features instead of images."""
    scores = {}
    for cloud, ending in ((generated, ""), (real, "_real")):
        scores["frechet" + ending] = frechet_distance(cloud, held_out)
        scores["kernel" + ending], error = kernel_distance(cloud, held_out)
        scores["precision" + ending], scores["recall" + ending] = precision_recall(held_out, cloud)
        scores["density" + ending], scores["coverage" + ending] = density_coverage(held_out, cloud)
        scores.setdefault("kernel_se", error)
    return scores
