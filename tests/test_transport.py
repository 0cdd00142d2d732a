"""Transport and divergences against ORACLES' digits, a second library, and what any metric must satisfy."""

import math

import numpy as np
import ot
import pytest
from conftest import run_python
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize, stats
from scipy.spatial.distance import cdist

from wgan_keras import transport

INTERVAL = (-40, 50)


def normal(mean, std=1.0):
    return stats.norm(mean, std).logpdf


def linear_program(x, y, a, b):
    """W1 by SciPy's general solver: an implementation of its own, for small samples."""
    n, m = len(a), len(b)
    sums = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    masses = np.concatenate([a, b])
    # SciPy's own tolerances of 1e-7, times a cost of 16, would leave more than the 1e-6 that is compared.
    exact = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    return optimize.linprog(cdist(x, y).ravel(), A_eq=sums, b_eq=masses, options=exact).fun


# --- Divergences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shift", "js"),
    [
        (0.5, 0.0303113005),
        (1, 0.1114214822),
        (2, 0.3368308203),
        (4, 0.6327201937),
        (6, 0.6892979330),
        (10, 0.6931463174),
    ],
)
def test_divergences_of_shifted_gaussians(shift, js):
    p, q = normal(0), normal(shift)
    assert transport.js(p, q, INTERVAL) == pytest.approx(js, abs=6e-11)
    assert transport.kl(p, q, INTERVAL) == pytest.approx(shift**2 / 2, abs=1e-9)
    assert transport.tv(p, q, INTERVAL) == pytest.approx(2 * stats.norm.cdf(shift / 2) - 1, abs=1e-9)


def test_divergences_of_different_widths():
    p, q = normal(0), normal(0, 2)
    assert transport.kl(p, q, INTERVAL) == pytest.approx(0.3181471806, abs=6e-11)
    assert transport.kl(q, p, INTERVAL) == pytest.approx(0.8068528194, abs=6e-11)
    assert transport.js(p, q, INTERVAL) == pytest.approx(0.0927333817, abs=6e-11)


def test_disjoint_supports():
    p, q = stats.uniform(0, 1).logpdf, stats.uniform(2, 1).logpdf
    assert transport.kl(p, q, (-1, 4)) == math.inf
    assert transport.js(p, q, (-1, 4)) == pytest.approx(math.log(2), abs=1e-9)
    assert transport.tv(p, q, (-1, 4)) == pytest.approx(1, abs=1e-9)
    assert transport.kl([0.5, 0.5, 0], [0, 0.5, 0.5]) == math.inf
    # Infinite, although p's tail beyond q's support is too small for a floating-point number.
    assert transport.kl(normal(0), stats.uniform(-39, 78).logpdf, (-45, 45)) == math.inf
    assert transport.js([1, 0], [0, 1]) == math.log(2)


@pytest.mark.parametrize("width", [0.1, 0.3, 3.0])
def test_narrow_peaks_and_kinks_are_integrated(width):
    # Two Laplace densities: kinks at their centres, and a closed form by hand for equal widths. Written out,
    # because SciPy's logarithm of the density is minus infinity where the density underflows.
    p, q = (lambda x, c=c: -np.abs(x - c) / width - math.log(2 * width) for c in (0.3, 0.3 + width))
    assert transport.kl(p, q, (-100, 100)) == pytest.approx(math.exp(-1), abs=1e-10)  # t - 1 + exp(-t), t = 1
    assert transport.tv(p, q, (-100, 100)) == pytest.approx(1 - math.exp(-0.5), abs=1e-10)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda x: np.full(np.shape(x), np.nan), "p must be a log-density: it gave NaN"),
        (lambda x: np.where(x > 0, np.inf, -1.0), "p must be a log-density: it gave NaN or infinity"),
        (lambda x: -1.0, "p must be a log-density of arrays"),
    ],
)
def test_functions_that_are_no_log_densities_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        transport.kl(wrong, normal(0), INTERVAL)


probabilities = arrays(float, 5, elements=st.floats(0.01, 1)).map(lambda w: w / w.sum())


@given(probabilities, probabilities, probabilities)
def test_discrete_divergences_agree_with_scipy_and_their_bounds(p, q, r):
    assert transport.kl(p, q) == pytest.approx(stats.entropy(p, q), abs=1e-12)
    m = (p + q) / 2
    assert transport.js(p, q) == pytest.approx((stats.entropy(p, m) + stats.entropy(q, m)) / 2, abs=1e-12)
    assert transport.js(p, q) == pytest.approx(transport.js(q, p), abs=1e-15)
    assert transport.kl(p, p) == 0 == transport.tv(p, p)
    assert transport.js(p, p) == pytest.approx(0, abs=1e-15)
    assert transport.tv(p, q) <= transport.tv(p, r) + transport.tv(r, q) + 1e-12
    assert 2 * transport.tv(p, q) ** 2 <= transport.kl(p, q) + 1e-12  # Pinsker's inequality


def test_a_narrow_peak_is_not_overlooked():
    narrow = transport.kl(normal(30.2, 0.02), normal(30.25, 0.02), INTERVAL)
    assert narrow == pytest.approx(transport.gaussian_kl(30.2, 0.02, 30.25, 0.02), abs=1e-8)
    with pytest.raises(ValueError, match=r"interval .* not much wider"):
        transport.kl(normal(0.123, 1e-6), normal(0), (-5000, 5000))


@pytest.mark.parametrize(
    ("p", "q", "interval", "message"),
    [
        ([0.5, 0.6], [0.5, 0.5], None, "p must be"),
        ([0.5, 0.5], [1.5, -0.5], None, "q must be"),
        ([0.5, 0.5], [np.nan, 1], None, "q must be"),
        ([0.5, 0.5], [1.0], None, "same outcomes"),
        (normal(0), normal(1), None, "interval must be"),
        (normal(0), normal(1), (3, -3), "interval must be"),
        (normal(0), normal(1), (-math.inf, 3), "interval must be"),
        (normal(0), normal(5), (-6, 6), "of q, not 1"),
    ],
)
def test_bad_laws_are_refused(p, q, interval, message):
    for divergence in (transport.kl, transport.js, transport.tv):
        with pytest.raises(ValueError, match=message):
            divergence(p, q, interval)


# --- Closed forms -----------------------------------------------------------------------------------


def test_closed_forms_of_gaussians():
    assert transport.gaussian_wasserstein_1(0, 1, 0, 2) == pytest.approx(0.7978845608, abs=6e-11)
    assert transport.gaussian_wasserstein_1(0, 1, 1, 2) == pytest.approx(1.1666309412, abs=6e-11)
    assert transport.gaussian_wasserstein_1(3, 1, 1, 1) == 2
    assert isinstance(transport.gaussian_wasserstein_1(0, 1, 1, 2), float)
    assert transport.gaussian_wasserstein_2(0, 1, 1, 2) == pytest.approx(math.sqrt(2))


laws = st.tuples(st.floats(-3, 3), st.floats(0.3, 3))


@pytest.mark.parametrize(
    ("shift", "gp_weight", "reading"), [(1, 10, 1.054454), (1, 0.1, 6.445356), (2, 10, 2.210345)]
)
def test_the_best_critic_under_a_penalty(shift, gp_weight, reading):
    x = np.linspace(-12, 12 + shift, 20_001)
    slope, density, value = transport.gaussian_penalized_critic(0, 1, shift, 1, gp_weight, x)
    assert value == pytest.approx(reading, abs=1e-6)
    # x_hat is drawn between independent samples: its density has mass 1, and its mean lies halfway.
    assert np.trapezoid(density, x) == pytest.approx(1, abs=1e-8)
    assert np.trapezoid(density * x, x) == pytest.approx(shift / 2, abs=1e-8)
    # The reading is the mean difference of the critic with that slope (falling: p is on the left), and
    # no other slope gives a better objective: its derivative by the output's scale is 0.
    gap = stats.norm.cdf(x) - stats.norm.cdf(x, shift)
    assert np.trapezoid(slope * gap, x) == pytest.approx(reading, abs=1e-5)
    assert 2 * gp_weight * np.trapezoid(density * slope * (slope - 1), x) == pytest.approx(reading, abs=1e-5)


def test_the_best_critic_moves_and_scales_with_the_laws():
    x = np.linspace(-3, 4, 15)
    slope, density, reading = transport.gaussian_penalized_critic(0, 1, 1, 2, 3.0, x)
    moved = transport.gaussian_penalized_critic(10, 1, 11, 2, 3.0, x + 10)
    assert moved[0] == pytest.approx(slope)
    assert moved[2] == pytest.approx(reading)
    # In ten times the unit, readings are ten times as large if the weight is too.
    wide = transport.gaussian_penalized_critic(0, 10, 10, 20, 30.0, 10 * x)
    assert wide[0] == pytest.approx(slope)
    assert wide[1] == pytest.approx(density / 10)
    assert wide[2] == pytest.approx(10 * reading)
    # The bias is gone as the weight grows.
    strict = transport.gaussian_penalized_critic(0, 1, 1, 2, 1e6, x)[2]
    assert strict == pytest.approx(transport.gaussian_wasserstein_1(0, 1, 1, 2), abs=1e-5)


@given(laws, laws)
@settings(max_examples=20)
def test_closed_forms_agree_with_quadrature(p, q):
    # W1 on the line is the mean difference of quantiles, W2 its root mean square.
    levels = (np.arange(200_000) + 0.5) / 200_000
    gap = stats.norm(*p).ppf(levels) - stats.norm(*q).ppf(levels)
    assert transport.gaussian_wasserstein_1(*p, *q) == pytest.approx(np.abs(gap).mean(), abs=1e-4)
    assert transport.gaussian_wasserstein_2(*p, *q) == pytest.approx(np.sqrt((gap**2).mean()), abs=2e-4)
    by_quadrature = transport.kl(stats.norm(*p).logpdf, stats.norm(*q).logpdf, INTERVAL)
    assert transport.gaussian_kl(*p, *q) == pytest.approx(by_quadrature, abs=1e-8)


# --- Transport --------------------------------------------------------------------------------------


def weighted_sample(dimension):
    points = arrays(float, (4, dimension), elements=st.floats(-10, 10))
    masses = arrays(float, 4, elements=st.floats(0, 1)).filter(lambda w: w.sum() > 0.1)
    return st.tuples(points, masses.map(lambda w: w / w.sum()))


@pytest.mark.parametrize("dimension", [1, 3])
def test_distance_plan_and_potential_agree_with_a_general_solver(dimension):
    @given(weighted_sample(dimension), weighted_sample(dimension))
    @settings(max_examples=40)
    def check(p, q):
        (x, a), (y, b) = p, q
        exact = linear_program(x, y, a, b)
        assert transport.wasserstein_1(x, y, a, b) == pytest.approx(exact, abs=1e-6)
        plan = transport.transport_plan(x, y, a, b)
        assert (plan >= 0).all()
        np.testing.assert_allclose(plan.sum(1), a, atol=1e-9)
        np.testing.assert_allclose(plan.sum(0), b, atol=1e-9)
        assert np.sum(plan * cdist(x, y)) == pytest.approx(exact, abs=1e-6)
        f = transport.kantorovich_potential(x, y, a, b)
        assert a @ f(x) - b @ f(y) == pytest.approx(exact, abs=1e-6)
        everywhere = np.concatenate([x, y, 20 * np.random.default_rng(0).standard_normal((50, dimension))])
        gaps = np.abs(f(everywhere)[:, None] - f(everywhere)[None])
        assert (gaps <= cdist(everywhere, everywhere) + 1e-9).all()
        assert b @ f(y) == pytest.approx(0, abs=1e-9)

    check()


@pytest.mark.parametrize("dimension", [1, 2])
def test_it_is_a_metric_that_moves_and_scales_with_the_samples(dimension):
    @given(weighted_sample(dimension), weighted_sample(dimension), weighted_sample(dimension))
    @settings(max_examples=40)
    def check(p, q, r):
        def w1(p, q, move=0.0, scale=1.0):
            return transport.wasserstein_1(scale * p[0] + move, scale * q[0] + move, p[1], q[1])

        assert w1(p, p) == pytest.approx(0, abs=1e-9)
        assert w1(p, q) == pytest.approx(w1(q, p), abs=1e-9)
        assert w1(p, q) <= w1(p, r) + w1(r, q) + 1e-9
        assert w1(p, q, move=1.0) == pytest.approx(w1(p, q), abs=1e-9)
        assert w1(p, q, scale=10.0) == pytest.approx(10 * w1(p, q), abs=1e-8)
        shifted = (p[0] + np.full(dimension, 3.0), p[1])
        assert w1(p, shifted) == pytest.approx(3 * math.sqrt(dimension), abs=1e-6)

    check()


def test_one_dimension_agrees_with_pot_and_with_sorting():
    x, y = np.random.default_rng(0).normal(size=(2, 500)) + [[0], [1]]
    exact = transport.wasserstein_1(x, y)
    assert exact == pytest.approx(np.abs(np.sort(x) - np.sort(y)).mean(), abs=1e-12)
    assert exact == pytest.approx(ot.emd2_1d(x, y, metric="euclidean"), abs=1e-9)
    column = transport.wasserstein_1(x[:, None], y[:, None])
    assert column == exact
    # The plan and the potential come from the linear program, the distance from the quantiles.
    plan = transport.transport_plan(x, y)
    assert np.sum(plan * np.abs(x[:, None] - y)) == pytest.approx(exact, abs=1e-9)


def test_the_floor_of_two_samples_of_one_law():
    # Two samples of N(0, 1) are apart by sqrt(4 / (pi n)) * 1.6147438 on average, for large n.
    rng = np.random.default_rng(0)
    distances = [transport.wasserstein_1(*rng.normal(size=(2, 1000))) for _ in range(400)]
    standard_error = np.std(distances) / 20
    assert np.mean(distances) == pytest.approx(0.0576, abs=4 * standard_error)


def test_weights_are_rounded_to_sum_one():
    x, y = np.random.default_rng(2).normal(size=(2, 5, 2))
    a = np.full(5, 0.2) * (1 + 9e-7)
    assert transport.transport_plan(x, y, a).sum() == pytest.approx(1, abs=1e-12)
    assert transport.wasserstein_1(x, y, a) == pytest.approx(transport.wasserstein_1(x, y), abs=1e-12)


def test_images_count_as_vectors():
    x = np.zeros((3, 4, 4, 1))
    assert transport.wasserstein_1(x, x + 1) == pytest.approx(4)  # sqrt(16 pixels), each moved by 1


def test_mass_that_is_zero_is_as_if_absent():
    x, y = np.random.default_rng(1).normal(size=(2, 5, 2))
    b = np.array([0.25, 0.25, 0.25, 0.25, 0])
    f = transport.kantorovich_potential(x, y, None, b)
    g = transport.kantorovich_potential(x, y[:4])
    assert np.mean(f(x)) - b @ f(y) == pytest.approx(np.mean(g(x)) - np.mean(g(y[:4])))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [1.0]), "x must be"),
        (([np.nan], [1.0]), "x must be"),
        (([0.0], [np.inf]), "y must be"),
        ((0.0, [1.0]), "x must be"),
        ((np.zeros((3, 2)), np.zeros((3, 3))), "x has 2 coordinates"),
        (([0.0], [1.0], [0.5]), "x_weights must be"),
        (([0.0], [1.0], None, [0.5, 0.5]), "y_weights must be"),
        (([0.0, 1.0], [1.0], [1.5, -0.5]), "x_weights must be"),
    ],
)
def test_bad_samples_are_refused(arguments, message):
    for function in (transport.wasserstein_1, transport.transport_plan, transport.kantorovich_potential):
        with pytest.raises(ValueError, match=message):
            function(*arguments)
    with pytest.raises(ValueError, match="points have 2 coordinates"):
        transport.kantorovich_potential([0.0], [1.0])(np.zeros((3, 2)))


def test_an_unsolved_problem_is_an_error(monkeypatch):
    solve = ot.emd
    monkeypatch.setattr(ot, "emd", lambda *args, numItermax, **kwargs: solve(*args, numItermax=1, **kwargs))
    x, y = np.random.default_rng(0).normal(size=(2, 50, 2))
    with (
        pytest.warns(UserWarning, match="numItermax"),
        pytest.raises(RuntimeError, match="use fewer samples"),
    ):
        transport.wasserstein_1(x, y)


def test_pot_loads_when_it_is_used(tmp_path):
    code = "import sys; from wgan_keras import transport; assert 'ot' not in sys.modules"
    result = run_python(code, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
