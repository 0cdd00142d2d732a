"""Exact optimal transport and divergences: what a trained critic or discriminator is measured against.

Transport between samples is solved by POT (network simplex), in one dimension by SciPy (quantiles);
divergences of densities by SciPy's adaptive quadrature. Everything is in float64; divergences in nats.
"""

import math

import numpy as np
from scipy import integrate, special, stats
from scipy.spatial.distance import cdist

from wgan_keras._checks import as_numbers, check_interval, check_numbers, check_positive

# --- Transport between samples ----------------------------------------------------------------------


def wasserstein_1(x, y, x_weights=None, y_weights=None):
    """Wasserstein-1 (earth mover's) distance between two weighted samples, exact.

    W1 = min over plans P >= 0 with row sums a and column sums b of sum_ij P_ij |x_i - y_j|, where
    |.| is the Euclidean norm (1701.07875, section 2, for discrete laws). In one dimension it is the area
    between the quantile functions; otherwise the linear program is solved, in about the cube of the size.

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
    weights = _probabilities(weights, name)
    if weights.shape != (n,):
        raise ValueError(f"{name} must be {n} numbers, one for each sample, got shape {weights.shape}.")
    return weights / weights.sum()


# --- Divergences ------------------------------------------------------------------------------------


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
        p, q = _probabilities(p, "p"), _probabilities(q, "q")
        if p.shape != q.shape:
            raise ValueError(f"p has shape {p.shape}, q {q.shape}: give probabilities of the same outcomes.")
        return float(np.sum(terms(np.log(p), np.log(q))))


def _integral(terms, log_p, log_q, interval):
    check_interval(interval=interval)

    def integrand(x):
        lp, lq = log_p(x), log_q(x)
        return np.array([np.exp(lp), np.exp(lq), terms(lp, lq)])

    grid = np.linspace(*interval, 51)
    if np.isinf([integrand(x)[2] for x in grid]).any():
        return math.inf
    # Starting from 50 pieces, so that the adaptive rule does not step over a peak.
    (p_mass, q_mass, value), _ = integrate.quad_vec(integrand, *interval, points=grid[1:-1], epsrel=1e-10)
    for name, mass in (("p", p_mass), ("q", q_mass)):
        if not abs(mass - 1) < 1e-6:
            raise ValueError(
                f"interval {interval} holds a mass of {mass:.6f} of {name}, not 1: choose one that reaches "
                "into its tails and is not much wider."
            )
    return float(value)


def _probabilities(values, name):
    values = as_numbers(values, name)
    if not (values >= 0).all() or not math.isclose(values.sum(), 1, abs_tol=1e-6):
        raise ValueError(f"{name} must be non-negative numbers with sum 1: divide them by their sum.")
    return values


# --- Closed forms for Gaussians on the line ---------------------------------------------------------


def _normal_laws(or_zero=True, **laws):
    """Means and standard deviations as float64 arrays that broadcast."""
    laws = {name: as_numbers(values, name) for name, values in laws.items()}
    for name in ("std_p", "std_q"):
        if (laws[name] < 0).any() or not (or_zero or laws[name].all()):
            raise ValueError(
                f"{name} must be {'0 or ' if or_zero else ''}positive, it is a standard deviation."
            )
    try:
        np.broadcast_arrays(*laws.values())
    except ValueError:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in laws.items())
        raise ValueError(f"The laws must be numbers, or arrays of one shape: got {shapes}.") from None
    return laws.values()


def gaussian_kl(mean_p, std_p, mean_q, std_q):
    """KL(p || q) of two normal laws, in nats: log(t/s) + (s^2 + d^2) / 2t^2 - 1/2, d the difference of means.

    Args:
        mean_p, mean_q: floats or arrays. std_p, std_q: their standard deviations s and t, positive.

    Returns:
        float or array.

    Example: the two directions differ.

    >>> round(float(gaussian_kl(0, 1, 0, 2)), 10), round(float(gaussian_kl(0, 2, 0, 1)), 10)
    (0.3181471806, 0.8068528194)
    """
    mean_p, std_p, mean_q, std_q = _normal_laws(
        or_zero=False, mean_p=mean_p, std_p=std_p, mean_q=mean_q, std_q=std_q
    )
    ratio = np.divide(std_p, std_q)
    return (ratio**2 + (np.subtract(mean_p, mean_q) / std_q) ** 2 - 1) / 2 - np.log(ratio)


def gaussian_wasserstein_1(mean_p, std_p, mean_q, std_q):
    """W1 of two normal laws on the line: the mean of |d + s Z|, Z ~ N(0, 1).

    d and s are the differences of means and of standard deviations, because the best plan matches quantiles;
    the mean is s sqrt(2/pi) exp(-d^2 / 2 s^2) + d (1 - 2 Phi(-d/s)), for s = 0 it is |d|.

    Args and returns: as for `gaussian_kl`; standard deviations may be 0.

    Example:

    >>> round(float(gaussian_wasserstein_1(0, 1, 1, 2)), 10)
    1.1666309412
    """
    mean_p, std_p, mean_q, std_q = _normal_laws(mean_p=mean_p, std_p=std_p, mean_q=mean_q, std_q=std_q)
    d, s = np.abs(np.subtract(mean_p, mean_q)), np.abs(np.subtract(std_p, std_q))
    with np.errstate(divide="ignore", invalid="ignore"):
        folded = s * math.sqrt(2 / math.pi) * np.exp(-((d / s) ** 2) / 2) + d * special.erf(
            d / s / math.sqrt(2)
        )
    return np.where(s == 0, d, folded)[()]  # a float for floats


def gaussian_wasserstein_2(mean_p, std_p, mean_q, std_q):
    """W2 of two normal laws on the line: sqrt(d^2 + s^2), the root of the least mean squared distance.

    Args and returns: as for `gaussian_wasserstein_1`.

    Example:

    >>> float(gaussian_wasserstein_2(0, 1, 3, 5))
    5.0
    """
    mean_p, std_p, mean_q, std_q = _normal_laws(mean_p=mean_p, std_p=std_p, mean_q=mean_q, std_q=std_q)
    return np.hypot(np.subtract(mean_p, mean_q), np.subtract(std_p, std_q))


def gaussian_penalized_critic(mean_p, std_p, mean_q, std_q, gp_weight, x):
    """The best critic of two normal laws on the line under a gradient penalty: its slope, and what it reads.

    E_p f - E_q f - lambda E_r (|f'| - 1)^2 is largest for the slope |f'| = 1 + |D| / (2 lambda r), with D the
    difference of the distribution functions and r the density of the points x_hat between independent
    samples of p and q. The reading E_p f - E_q f is then W1 plus the integral of D^2 / (2 lambda r). The
    one-sided penalty has the same maximum. (From 1704.00028, eq. 3, by parts and point by point.)

    Args:
        mean_p, std_p, mean_q, std_q: floats, the laws; standard deviations positive.
        gp_weight: lambda, positive.
        x: float array (n,), where to give slope and density.

    Returns:
        (slope, density, reading): float64 arrays (n,) of |f'| and r, and a float. Far from both laws, where r
        is 0 in float64, the slope is not determined, and given as 1.

    Example: by how much a weight of 10 overestimates a distance of 1.

    >>> slope, density, reading = gaussian_penalized_critic(0, 1, 1, 1, gp_weight=10, x=np.array([0.5]))
    >>> round(reading, 6)
    1.054454
    """
    check_numbers(mean_p=mean_p, mean_q=mean_q)
    check_positive(std_p=std_p, std_q=std_q, gp_weight=gp_weight)
    x = as_numbers(x, "x")
    u, weights = np.polynomial.legendre.leggauss(200)  # x_hat = u x + (1 - u) y for u from 0 to 1
    u, weights = (1 + u) / 2, weights / 2

    def density_and_gap(x):
        x = np.asarray(x, "float64")[..., None]
        law = stats.norm(u * mean_p + (1 - u) * mean_q, np.hypot(u * std_p, (1 - u) * std_q))
        gap = stats.norm.cdf(x, mean_p, std_p) - stats.norm.cdf(x, mean_q, std_q)
        return law.pdf(x) @ weights, np.abs(gap[..., 0])

    def excess(x):
        r, gap = density_and_gap(x)
        return gap**2 / r if r > 1e-300 else 0.0

    ends = [mean + sign * 12 * std for mean, std in ((mean_p, std_p), (mean_q, std_q)) for sign in (-1, 1)]
    total, _ = integrate.quad(excess, min(ends), max(ends), points=[mean_p, mean_q], limit=200)
    r, gap = density_and_gap(x)
    slope = 1 + np.divide(gap, 2 * gp_weight * r, out=np.zeros_like(r), where=r > 1e-300)
    return slope, r, float(gaussian_wasserstein_1(mean_p, std_p, mean_q, std_q) + total / (2 * gp_weight))
