"""Exact optimal transport between samples: POT's network simplex, in one dimension SciPy's quantiles."""

import numpy as np
from scipy import stats
from scipy.spatial.distance import cdist

from wgan_keras._checks import as_numbers, as_probabilities


def wasserstein_1(x, y, x_weights=None, y_weights=None):
    """Wasserstein-1 (earth mover's) distance between two weighted samples, exact.

    W1 = min over plans P >= 0 with row sums a and column sums b of sum_ij P_ij |x_i - y_j|, where
    |.| is the Euclidean norm (1701.07875, section 2, for discrete distributions). In one dimension
    it is the area between the quantile functions; otherwise the linear program is solved, in about the cube
    of the size.

    Args:
        x, y: float arrays (n, ...) and (m, ...): a sample in each row, its axes flattened.
        x_weights, y_weights: masses a (n,) and b (m,), non-negative, each with sum 1; `None` is 1/n, 1/m.

    Returns:
        float, in the unit of the samples.

    Raises:
        ValueError: samples of unlike dimension, empty or not finite, or weights that are no such masses.

    Example: two units of mass, one of which moves by 3.

    >>> wasserstein_1([0.0, 1.0], [0.0, 4.0])
    1.5
    """
    x, y, a, b = _checked_samples(x, y, x_weights, y_weights)
    if x.shape[1] == 1:
        return float(stats.wasserstein_distance(x[:, 0], y[:, 0], a, b))
    plan, cost = _solve(x, y, a, b)[:2]
    return float(np.sum(plan * cost))


def transport_plan(x, y, x_weights=None, y_weights=None):
    """An optimal plan: how much mass goes from each x_i to each y_j, for the cost |x_i - y_j|.

    Args and errors: as for `wasserstein_1`.

    Returns:
        float64 array (n, m), non-negative, with row sums a and column sums b. Often one of many optima.

    Example:

    >>> transport_plan([0.0, 1.0], [0.0, 4.0])
    array([[0.5, 0. ],
           [0. , 0.5]])
    """
    return _solve(*_checked_samples(x, y, x_weights, y_weights))[0]


def kantorovich_potential(x, y, x_weights=None, y_weights=None):
    """The best 1-Lipschitz critic between two samples: the optimum of Kantorovich-Rubinstein duality.

    W1 = max over f with |f(s) - f(t)| <= |s - t| of sum_i a_i f(x_i) - sum_j b_j f(y_j)
    (1701.07875, eq. 2). From the linear program's dual variables v it is f(s) = min_j (|s - y_j| - v_j), a
    minimum of functions of slope 1, so it is 1-Lipschitz everywhere, not only on the samples.

    Args and errors: as for `wasserstein_1`.

    Returns:
        function f: points (k, ...) to float64 values (k,). High on x, low on y; its mean over y is 0.

    Example:

    >>> f = kantorovich_potential([0.0, 1.0], [0.0, 4.0])
    >>> float(np.mean(f([0.0, 1.0])) - np.mean(f([0.0, 4.0])))
    1.5
    """
    x, y, a, b = _checked_samples(x, y, x_weights, y_weights)
    v = _solve(x, y, a, b)[2]

    def potential(points):
        points = _as_rows(points, "points")
        if points.shape[1] != y.shape[1]:
            raise ValueError(f"points have {points.shape[1]} coordinates, the samples have {y.shape[1]}.")
        return np.min(cdist(points, y) - v, axis=1) - level

    level = b @ np.min(cdist(y, y) - v, axis=1)
    return potential


def _solve(x, y, a, b):
    """(plan, cost, dual variables of y) of the transport problem."""
    import ot  # loads when used

    cost = cdist(x, y)
    plan, log = ot.emd(a, b, cost, numItermax=10_000_000, log=True)
    if log["warning"]:
        raise RuntimeError(f"POT did not solve the transport problem ({log['warning']}): use fewer samples.")
    return plan, cost, log["v"]


def _as_rows(values, name):
    values = as_numbers(values, name)
    if not values.ndim:
        raise ValueError(f"{name} must be an array of samples, got a single number.")
    return values.reshape(len(values), -1)


def _checked_samples(x, y, x_weights, y_weights):
    x, y = _as_rows(x, "x"), _as_rows(y, "y")
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"x has {x.shape[1]} coordinates in a sample, y has {y.shape[1]}: they must agree.")
    return x, y, _masses(x_weights, len(x), "x_weights"), _masses(y_weights, len(y), "y_weights")


def _masses(weights, n, name):
    if weights is None:
        return np.full(n, 1 / n)
    weights = as_probabilities(weights, name)
    if weights.shape != (n,):
        raise ValueError(f"{name} must be {n} numbers, one for each sample, got shape {weights.shape}.")
    return weights / weights.sum()
