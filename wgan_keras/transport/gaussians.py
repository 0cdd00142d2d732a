"""Closed forms for normal distributions on the line."""

import math

import numpy as np
from scipy import integrate, special, stats

from wgan_keras._checks import as_numbers, check_numbers, check_positive


def _normals(or_zero=True, **given):
    """Means and standard deviations as float64 arrays that broadcast."""
    given = {name: as_numbers(values, name) for name, values in given.items()}
    for name in ("std_p", "std_q"):
        if (given[name] < 0).any() or not (or_zero or given[name].all()):
            raise ValueError(
                f"{name} must be {'0 or ' if or_zero else ''}positive, it is a standard deviation."
            )
    try:
        np.broadcast_arrays(*given.values())
    except ValueError:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in given.items())
        raise ValueError(
            f"The means and deviations must be numbers, or arrays of one shape: got {shapes}."
        ) from None
    return given.values()


def gaussian_kl(mean_p, std_p, mean_q, std_q):
    """KL(p || q) of two normal distributions, in nats: log(t/s) + (s^2 + d^2) / 2t^2 - 1/2.

    d is the difference of the means.

    Args:
        mean_p, mean_q: floats or arrays. std_p, std_q: their standard deviations s and t, positive.

    Returns:
        float or array.

    Example: the two directions differ.

    >>> round(float(gaussian_kl(0, 1, 0, 2)), 10), round(float(gaussian_kl(0, 2, 0, 1)), 10)
    (0.3181471806, 0.8068528194)
    """
    mean_p, std_p, mean_q, std_q = _normals(
        or_zero=False, mean_p=mean_p, std_p=std_p, mean_q=mean_q, std_q=std_q
    )
    ratio = np.divide(std_p, std_q)
    return (ratio**2 + (np.subtract(mean_p, mean_q) / std_q) ** 2 - 1) / 2 - np.log(ratio)


def gaussian_wasserstein_1(mean_p, std_p, mean_q, std_q):
    """W1 of two normal distributions on the line: the mean of |d + s Z|, Z ~ N(0, 1).

    d and s are the differences of means and of standard deviations, because the best plan matches quantiles;
    the mean is s sqrt(2/pi) exp(-d^2 / 2 s^2) + d (1 - 2 Phi(-d/s)), for s = 0 it is |d|.

    Args and returns: as for `gaussian_kl`; standard deviations may be 0.

    Example:

    >>> round(float(gaussian_wasserstein_1(0, 1, 1, 2)), 10)
    1.1666309412
    """
    mean_p, std_p, mean_q, std_q = _normals(mean_p=mean_p, std_p=std_p, mean_q=mean_q, std_q=std_q)
    d, s = np.abs(np.subtract(mean_p, mean_q)), np.abs(np.subtract(std_p, std_q))
    with np.errstate(divide="ignore", invalid="ignore"):
        folded = s * math.sqrt(2 / math.pi) * np.exp(-((d / s) ** 2) / 2) + d * special.erf(
            d / s / math.sqrt(2)
        )
    return np.where(s == 0, d, folded)[()]  # a float for floats


def gaussian_wasserstein_2(mean_p, std_p, mean_q, std_q):
    """W2 of two normal distributions on the line: sqrt(d^2 + s^2), root of the least mean squared distance.

    Args and returns: as for `gaussian_wasserstein_1`.

    Example:

    >>> float(gaussian_wasserstein_2(0, 1, 3, 5))
    5.0
    """
    mean_p, std_p, mean_q, std_q = _normals(mean_p=mean_p, std_p=std_p, mean_q=mean_q, std_q=std_q)
    return np.hypot(np.subtract(mean_p, mean_q), np.subtract(std_p, std_q))


def gaussian_penalized_critic(mean_p, std_p, mean_q, std_q, gp_weight, x):
    """The best critic of two normal distributions on the line under a gradient penalty: slope and estimate.

    E_p f - E_q f - lambda E_r (|f'| - 1)^2 is largest for the slope |f'| = 1 + |D| / (2 lambda r), with D the
    difference of the distribution functions and r the density of the points x_hat between independent
    samples of p and q. The estimate E_p f - E_q f is then W1 plus the integral of D^2 / (2 lambda r). The
    one-sided penalty has the same maximum. (From 1704.00028, eq. 3, by parts and point by point.)

    Args:
        mean_p, std_p, mean_q, std_q: floats, of the distributions; standard deviations positive.
        gp_weight: lambda, positive.
        x: float array (n,), where to give slope and density.

    Returns:
        (slope, density, estimate): float64 arrays (n,) of |f'| and r, and a float. Far from both, where r
        is 0 in float64, the slope is not determined, and given as 1.

    Example: by how much a weight of 10 overestimates a distance of 1.

    >>> slope, density, estimate = gaussian_penalized_critic(0, 1, 1, 1, gp_weight=10, x=np.array([0.5]))
    >>> round(estimate, 6)
    1.054454
    """
    check_numbers(mean_p=mean_p, mean_q=mean_q)
    check_positive(std_p=std_p, std_q=std_q, gp_weight=gp_weight)
    x = as_numbers(x, "x")
    u, weights = np.polynomial.legendre.leggauss(200)  # x_hat = u x + (1 - u) y for u from 0 to 1
    u, weights = (1 + u) / 2, weights / 2

    def density_and_gap(x):
        x = np.asarray(x, "float64")[..., None]
        segment = stats.norm(u * mean_p + (1 - u) * mean_q, np.hypot(u * std_p, (1 - u) * std_q))
        gap = stats.norm.cdf(x, mean_p, std_p) - stats.norm.cdf(x, mean_q, std_q)
        return segment.pdf(x) @ weights, np.abs(gap[..., 0])

    def excess(x):
        r, gap = density_and_gap(x)
        return gap**2 / r if r > 1e-300 else 0.0

    ends = [mean + sign * 12 * std for mean, std in ((mean_p, std_p), (mean_q, std_q)) for sign in (-1, 1)]
    total, _ = integrate.quad(excess, min(ends), max(ends), points=[mean_p, mean_q], limit=200)
    r, gap = density_and_gap(x)
    slope = 1 + np.divide(gap, 2 * gp_weight * r, out=np.zeros_like(r), where=r > 1e-300)
    return slope, r, float(gaussian_wasserstein_1(mean_p, std_p, mean_q, std_q) + total / (2 * gp_weight))
