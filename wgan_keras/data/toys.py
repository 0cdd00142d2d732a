"""Toy distributions in the plane: independent samples, and batches of one fixed sample."""

import numpy as np
import tensorflow as tf

from wgan_keras._checks import check_counts, check_seed, shown
from wgan_keras.data.images import training_batches


class ToySamples(np.ndarray):
    """(n, 2) float32 samples that carry their distribution's modes: `centers` (k, 2) and `std`, or `None`."""

    def __array_finalize__(self, other):
        self.centers = getattr(other, "centers", None)
        self.std = getattr(other, "std", None)


def toy_samples(name, n, seed):
    """Independent samples of a toy distribution.

    Args:
        name: "ring" (8 Gaussians), "grid" (25 Gaussians), "swiss_roll" or "moons".
        n: how many.
        seed: integer; `None` for new samples at each call.

    Returns:
        float32 array (n, 2); its `.centers` (k, 2) and `.std` are those of the modes, `None` without modes.

    Raises:
        ValueError: unknown name, or n below 1.

    Example:

    >>> samples = toy_samples("ring", 100, seed=0)
    >>> samples.shape, samples.centers.shape
    ((100, 2), (8, 2))
    """
    if not isinstance(name, str) or name not in _TOYS:
        raise ValueError(f"name must be one of {', '.join(_TOYS)}, got {shown(name)}.")
    check_counts(n=n)
    if seed is not None:
        check_seed(seed)
    points, centers, std = _TOYS[name](n, np.random.default_rng(seed))
    samples = points.astype("float32").view(ToySamples)
    samples.centers, samples.std = centers, std
    return samples


def toy_batches(name, *, n_samples, batch_size=256, n_critic=5, seed=0):
    """Shuffled batches of one fixed sample of a toy distribution.

    Args:
        name: as for `toy_samples`.
        n_samples: size of the sample.
        batch_size, n_critic: as for `image_batches`.
        seed: integer, of the sample and of its order; `None` for another sample and order at each call, so
            that a run on them can't be resumed exactly.

    Returns:
        `tf.data.Dataset` of float32 (n_critic * batch_size, 2).

    Raises:
        ValueError: unknown name, or a sample smaller than one batch.

    Example:

    >>> toy_batches("grid", n_samples=10_000, batch_size=256, n_critic=5).element_spec.shape
    TensorShape([1280, 2])
    """
    check_counts(n_samples=n_samples, batch_size=batch_size, n_critic=n_critic)
    samples = tf.data.Dataset.from_tensor_slices(np.asarray(toy_samples(name, n_samples, seed)))
    return training_batches(samples, batch_size=batch_size, n_critic=n_critic, seed=seed)


# --- The distributions: (points, centers, std) of n samples -------------------------------------------


def _ring(n, rng):
    """Eight Gaussians on a circle: radius 2, standard deviation .02, all / 1.414 (1704.00028's code)."""
    angles = np.arange(8) * np.pi / 4
    return _mixture(2 * np.stack([np.cos(angles), np.sin(angles)], 1) / 1.414, 0.02 / 1.414, n, rng)


def _grid(n, rng):
    """25 Gaussians, two apart, standard deviation .05, all / 2.828 (1704.00028's code)."""
    steps = np.arange(-4, 5, 2)
    return _mixture(np.array([(x, y) for x in steps for y in steps]) / 2.828, 0.05 / 2.828, n, rng)


def _mixture(centers, std, n, rng):
    points = centers[rng.integers(len(centers), size=n)] + std * rng.standard_normal((n, 2))
    return points, centers, std


def _swiss_roll(n, rng):
    """Swiss roll seen from its end: noise .25, all / 7.5 (1704.00028's code)."""
    from sklearn.datasets import make_swiss_roll

    points, _ = make_swiss_roll(n, noise=0.25, random_state=int(rng.integers(2**31)))
    return points[:, [0, 2]] / 7.5, None, None


def _moons(n, rng):
    """Two interleaved half circles, noise .05."""
    from sklearn.datasets import make_moons

    points, _ = make_moons(n, noise=0.05, random_state=int(rng.integers(2**31)))
    return points, None, None


_TOYS = {"ring": _ring, "grid": _grid, "swiss_roll": _swiss_roll, "moons": _moons}
