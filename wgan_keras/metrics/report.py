"""The protocol of notebook 10 for one generator: scores beside those of real samples, with their spread."""

import numpy as np
from scipy.spatial.distance import cdist

from wgan_keras._checks import as_numbers, check_seed, shown
from wgan_keras.metrics.clouds import density_coverage, frechet_distance, kernel_distance, precision_recall
from wgan_keras.metrics.independent import drawn, independent_estimate

DRAWS = 4
SCORES = {  # what is printed: medians, and from the lowest to the highest draw; and what is better
    "w1": ("W1, fresh critic", "lower"),
    "frechet": ("Fréchet distance", "lower"),
    "kernel": ("kernel distance", "lower"),
    "precision": ("precision", "higher"),
    "recall": ("recall", "higher"),
    "density": ("density", "higher"),
    "coverage": ("coverage", "higher"),
    "nearer": ("nearer to training", "as real"),
}


def report(draw, real, held_out, features=None, *, seed=0):
    """Score a generator against held-out samples, beside real ones scored alike; prints a table.

    Four draws of n generated samples and four disjoint sets of n real ones are each compared with n held-out
    samples, in the given features: Fréchet and kernel distance, precision and recall (k = 3), density and
    coverage (k = 5), and the share that is nearer to one of n training samples than to a held-out one: above
    that of real samples where a generator copies. `w1` is `independent_estimate`, once, without features; for
    real samples its floor.

    Args:
        draw: one of the models, or a function of (n, seed) that returns n samples.
        real: float array (m, *sample shape), the training samples.
        held_out: float array (k, *sample shape) of samples that the generator was not trained on. n is k or,
            if that is less, m / 4.
        features: function of samples that gives an array (n, d), such as `digit_features`. `None`, for
            samples that are vectors, takes the samples themselves.
        seed: of the first draw; the others take the next seeds.

    Returns:
        dict: for each score a dict with the values of `model` and of `real`, lists of four (`w1`: of one).
        Differences inside the spread of four draws say nothing. The held-out samples are the same for all,
        so what another held-out set would change is not in the spread.

    Raises:
        ValueError: fewer than 24 real or 6 held-out samples, samples of different shapes, or no features for
            samples that are not vectors.

    Example:

    >>> real, held_out = np.random.default_rng(0).standard_normal((2, 400, 2))
    >>> found = report(lambda n, seed: np.random.default_rng(seed).standard_normal((n, 2)), real, held_out)
    100 samples a draw      model                       real samples                better
    W1, fresh critic        ...
    >>> len(found["recall"]["model"]), len(found["recall"]["real"])
    (4, 4)
    """
    check_seed(seed)
    real, held_out = as_numbers(real, "real", "float32"), as_numbers(held_out, "held_out", "float32")
    if real.shape[1:] != held_out.shape[1:] or len(real) < 6 * DRAWS or len(held_out) < 6:
        raise ValueError(
            f"real must hold at least {6 * DRAWS} samples, and held_out 6 of the same shape, "
            f"got {real.shape} and {held_out.shape}."
        )
    if features is None and real.ndim == 2:
        features = np.asarray
    if not callable(features):
        raise ValueError(
            "features must be a function of samples, such as metrics.digit_features, for samples of shape "
            f"{real.shape[1:]}, got {shown(features)}."
        )
    n = min(len(held_out), len(real) // DRAWS)
    rows = np.random.default_rng(seed).permutation(len(real))[: DRAWS * n].reshape(DRAWS, n)
    draws = [drawn(draw, held_out[:n], seed + i) for i in range(DRAWS)]
    w1 = independent_estimate(draw, real, held_out, seed=seed)
    reference, sets = features(held_out[:n]), [features(real[each]) for each in rows]
    clouds = {"model": [features(each) for each in draws], "real": sets}
    # A real set is compared with another one where a generated set is compared with training samples.
    training = {"model": sets, "real": sets[1:] + sets[:1]}
    found = {"w1": {"model": [w1["held_out"]], "real": [w1["floor"]]}}
    scored = {
        side: [_scores(*each, reference) for each in zip(clouds[side], training[side])] for side in clouds
    }
    found |= {
        name: {k: [row[name] for row in rows] for k, rows in scored.items()} for name in scored["real"][0]
    }
    _print(found, n)
    return found


def _scores(cloud, training, reference):
    precision, recall = precision_recall(reference, cloud)
    density, coverage = density_coverage(reference, cloud)
    nearer = cdist(cloud, training).min(1) < cdist(cloud, reference).min(1)
    return {
        "frechet": frechet_distance(cloud, reference),
        "kernel": kernel_distance(cloud, reference)[0],
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
        "nearer": float(nearer.mean()),
    }


def _print(found, n):
    print(f"{f'{n:,} samples a draw':24}{'model':28}{'real samples':28}better")
    for name, (label, better) in SCORES.items():
        shown = [_median_and_range(found[name][side]) for side in ("model", "real")]
        print(f"{label:24}{shown[0]:28}{shown[1]:28}{better}")


def _median_and_range(values):
    median = f"{np.median(values):.3g}"
    return median if len(values) == 1 else f"{median} ({min(values):.3g} to {max(values):.3g})"
