"""Divergences of probabilities or densities, in nats: sums, or integrals by Gauss' rule."""

import math

import numpy as np

from wgan_keras._checks import as_probabilities, check_interval


def kl(p, q, interval=None):
    """Kullback-Leibler divergence KL(p || q) = E_p log(p / q), in nats; infinite where q = 0 < p.

    Args:
        p, q: two arrays of probabilities with sum 1 and of one shape; or two log-densities of one real
            variable, for example `scipy.stats.norm(0, 1).logpdf` (logs, so that the tails do not underflow).
        interval: for densities only, (low, high) that holds their mass.

    Returns:
        float in [0, inf].

    Raises:
        ValueError: no probabilities, unlike shapes, or an interval that misses mass.

    Example: N(0, 1) and N(1, 1); then a coin.

    >>> from scipy import stats
    >>> round(kl(stats.norm(0, 1).logpdf, stats.norm(1, 1).logpdf, (-20, 20)), 9)
    0.5
    >>> kl([1.0, 0.0], [0.5, 0.5]) == math.log(2)
    True
    """
    return _divergence(_kl_terms, p, q, interval)


def js(p, q, interval=None):
    """Jensen-Shannon divergence KL(p || m) / 2 + KL(q || m) / 2, m = (p + q) / 2, in nats: at most log 2.

    Args, errors: as for `kl`. SciPy's `jensenshannon` is the square root of this.

    Returns:
        float in [0, log 2].

    Example:

    >>> js([1.0, 0.0], [0.0, 1.0]) == math.log(2)
    True
    """
    return _divergence(_js_terms, p, q, interval)


def tv(p, q, interval=None):
    """Total variation distance, half the integral of |p - q|: the largest difference of probabilities.

    Args, errors: as for `kl`.

    Returns:
        float in [0, 1].

    Example:

    >>> tv([1.0, 0.0], [0.25, 0.75])
    0.75
    """
    return _divergence(_tv_terms, p, q, interval)


def _kl_terms(log_p, log_q):
    finite = np.exp(log_p) * (log_p - log_q)
    return np.where(log_p == -np.inf, 0.0, np.where(log_q == -np.inf, np.inf, finite))


def _js_terms(log_p, log_q):
    log_m = np.logaddexp(log_p, log_q) - math.log(2)
    return (_kl_terms(log_p, log_m) + _kl_terms(log_q, log_m)) / 2


def _tv_terms(log_p, log_q):
    return np.abs(np.exp(log_p) - np.exp(log_q)) / 2


def _divergence(terms, p, q, interval):
    """Sum or integral of terms(log p, log q)."""
    with np.errstate(divide="ignore", invalid="ignore"):  # log 0, and 0 times infinity where terms are chosen
        if callable(p) and callable(q):
            return _integral(terms, p, q, interval)
        if callable(p) or callable(q):
            raise ValueError("p and q must both be arrays, or both be log-densities.")
        p, q = as_probabilities(p, "p"), as_probabilities(q, "q")
        if p.shape != q.shape:
            raise ValueError(f"p has shape {p.shape}, q {q.shape}: give probabilities of the same outcomes.")
        return float(np.sum(terms(np.log(p), np.log(q))))


def _integral(terms, log_p, log_q, interval):
    """The integral of terms(log p, log q): pieces of the interval are halved until that changes nothing."""
    check_interval(interval=interval)
    points, weights = np.polynomial.legendre.leggauss(20)

    def integrals(low, high):
        """Masses of p and of q and the integral, (3, pieces), by Gauss' rule with 20 points on each piece."""
        half = (high - low)[:, None] / 2
        x = low[:, None] + half * (1 + points)
        lp, lq = _values(log_p, x, "p"), _values(log_q, x, "q")
        return np.sum(half * weights * np.array([np.exp(lp), np.exp(lq), terms(lp, lq)]), axis=-1)

    edges = np.linspace(*interval, 257)
    low, high = edges[:-1], edges[1:]
    whole, total = integrals(low, high), np.zeros(3)
    while len(low) and np.isfinite(whole).all():
        middle = (low + high) / 2
        left, right = integrals(low, middle), integrals(middle, high)
        change = np.abs(left + right - whole) / np.maximum(1, np.abs(whole))
        done = (change.max(0) < 1e-12) | (high - low < 1e-12 * (edges[-1] - edges[0]))  # at a jump
        total += (left + right)[:, done].sum(1)
        low, high = np.concatenate([[low, middle], [middle, high]], axis=1)[:, np.tile(~done, 2)]
        whole = np.concatenate([left, right], axis=1)[:, np.tile(~done, 2)]
    if len(low):
        return math.inf
    for name, mass in zip("pq", total[:2]):
        if not abs(mass - 1) < 1e-6:
            raise ValueError(
                f"interval {interval} holds a mass of {mass:.6f} of {name}, not 1: choose one that reaches "
                "into its tails and is not much wider."
            )
    return float(total[2])


def _values(log_density, x, name):
    """A log-density at all points."""
    values = np.asarray(log_density(x), "float64")
    if values.shape != x.shape:
        raise ValueError(
            f"{name} must be a log-density of arrays: for {x.shape} points it gave values of {values.shape}."
        )
    if not (values < np.inf).all():  # NaN is not below infinity
        raise ValueError(f"{name} must be a log-density: it gave NaN or infinity inside of the interval.")
    return values
