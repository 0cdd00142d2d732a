"""Distances between clouds against closed forms, SciPy's matrix root, and sums written out pair by pair."""

import contextlib
import io

import numpy as np
import prdc
import pytest
import scipy.linalg

from wgan_keras import data, metrics


def test_frechet_distance_of_gaussians_in_closed_form():
    z = np.random.default_rng(0).standard_normal((400_000, 2))
    factor = np.linalg.cholesky([[2, 1], [1, 2]])
    assert metrics.frechet_distance(z, z @ factor.T) == pytest.approx(4 - 2 * np.sqrt(3), abs=0.01)


def test_frechet_distance_against_the_matrix_root():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((50, 20)), rng.standard_normal((30, 20)) @ rng.standard_normal((20, 20))
    cov_x, cov_y = np.cov(x.T), np.cov(y.T)
    root = scipy.linalg.sqrtm(cov_x @ cov_y).real
    expected = np.sum((x.mean(0) - y.mean(0)) ** 2) + np.trace(cov_x + cov_y - 2 * root)
    assert metrics.frechet_distance(x, y) == pytest.approx(expected)
    assert metrics.frechet_distance(y, x) == pytest.approx(expected)
    assert metrics.frechet_distance(x, x) == pytest.approx(0, abs=1e-6)


def test_frechet_distance_of_one_feature_is_that_of_means_and_deviations():
    x = np.random.default_rng(0).standard_normal((100, 1))
    assert metrics.frechet_distance(x, 3 * x + 1) == pytest.approx(
        (x.mean() - 3 * x.mean() - 1) ** 2 + (2 * x.std(ddof=1)) ** 2
    )


@pytest.mark.parametrize("shapes", [((5, 2), (5, 3)), ((5,), (5,)), ((1, 2), (5, 2))])
def test_frechet_distance_refuses_other_shapes(shapes):
    with pytest.raises(ValueError, match="must be"):
        metrics.frechet_distance(*map(np.zeros, shapes))


def naive_kernel_distance(x, y):
    """Unbiased MMD^2 with the cubic kernel, pair by pair."""

    def k(a, b):
        return (sum(p * q for p, q in zip(a, b, strict=True)) / len(a) + 1) ** 3

    def within(z):
        pairs = [k(z[i], z[j]) for i in range(len(z)) for j in range(len(z)) if i != j]
        return sum(pairs) / len(pairs)

    return within(x) + within(y) - 2 * np.mean([k(a, b) for a in x for b in y])


def test_kernel_distance_and_its_jackknife_pair_by_pair():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((7, 3)), rng.standard_normal((5, 3)) + 0.5
    distance, error = metrics.kernel_distance(x, y)
    assert distance == pytest.approx(naive_kernel_distance(x, y))
    without_x = [naive_kernel_distance(np.delete(x, i, 0), y) for i in range(7)]
    without_y = [naive_kernel_distance(x, np.delete(y, i, 0)) for i in range(5)]
    assert error == pytest.approx(np.sqrt(6 * np.var(without_x) + 4 * np.var(without_y)))
    assert metrics.kernel_distance(y, x) == pytest.approx((distance, error))


def test_kernel_distance_is_unbiased_and_its_error_is_its_spread():
    # With moments m_j on the line: E (x y + 1)^3 = 1 + 3 m_1 m_1' + 3 m_2 m_2' + m_3 m_3', so that the
    # distance is 3 (m_1 - m_1')^2 + 3 (m_2 - m_2')^2 + (m_3 - m_3')^2.
    rng = np.random.default_rng(0)
    draws = [
        metrics.kernel_distance(rng.normal(0, 1, (60, 1)), rng.normal(1, 1, (60, 1))) for _ in range(400)
    ]
    distances, errors = np.transpose(draws)
    expected = 3 * 1**2 + 3 * (2 - 1) ** 2 + 4**2  # N(1, 1) has the moments 1, 2, 4; N(0, 1) has 0, 1, 0
    assert distances.mean() == pytest.approx(expected, abs=4 * distances.std() / np.sqrt(400))
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(distances.std(), rel=0.2)
    same = [metrics.kernel_distance(*rng.standard_normal((2, 60, 1))) for _ in range(400)]
    distances, errors = np.transpose(same)
    assert distances.mean() == pytest.approx(0, abs=4 * distances.std() / np.sqrt(400))
    assert np.sqrt(np.mean(errors**2)) > 0.9 * distances.std()  # rather too large than too small


def test_precision_and_recall_point_by_point():
    rng = np.random.default_rng(0)
    real, generated = rng.standard_normal((40, 2)), 1.5 * rng.standard_normal((30, 2)) + 0.5

    def share(points, others, k):
        inside = 0
        for point in points:
            for i, centre in enumerate(others):
                radius = sorted(np.linalg.norm(centre - other) for j, other in enumerate(others) if j != i)[
                    k - 1
                ]
                if np.linalg.norm(point - centre) <= radius:
                    inside += 1
                    break
        return inside / len(points)

    for k in (1, 3):
        expected = share(generated, real, k), share(real, generated, k)
        assert metrics.precision_recall(real, generated, k) == pytest.approx(expected)
    assert metrics.precision_recall(real, real) == (1.0, 1.0)
    assert metrics.precision_recall(real, generated + 100) == (0.0, 0.0)


@pytest.mark.parametrize("k", [1, 5])
def test_all_four_shares_are_those_of_the_package_prdc(k):
    rng = np.random.default_rng(k)
    real, generated = rng.standard_normal((80, 4)), 1.3 * rng.standard_normal((60, 4)) + 0.3
    with contextlib.redirect_stdout(io.StringIO()):  # prdc prints how many there are
        expected = prdc.compute_prdc(real_features=real, fake_features=generated, nearest_k=k)
    ours = *metrics.precision_recall(real, generated, k), *metrics.density_coverage(real, generated, k)
    assert ours == pytest.approx(tuple(expected[n] for n in ("precision", "recall", "density", "coverage")))


def test_density_and_coverage_of_two_samples_of_one_distribution():
    k, n = 5, 1000
    found = [
        metrics.density_coverage(*np.random.default_rng(i).standard_normal((2, n, 8)), k) for i in range(9)
    ]
    density, coverage = np.mean(found, axis=0)
    # 2002.09797, section 3.3, for sets of one size n: coverage 1 - prod (n - i) / (2 n - i), i = 1..k.
    assert coverage == pytest.approx(1 - np.prod([(n - i) / (2 * n - i) for i in range(1, k + 1)]), abs=0.01)
    assert density == pytest.approx(1, abs=0.03)


def test_scattered_samples_raise_recall_and_not_coverage():
    rng = np.random.default_rng(0)
    real, scattered = rng.standard_normal((500, 2)), rng.uniform(-12, 12, (500, 2))
    assert metrics.precision_recall(real, scattered)[1] > 0.9
    assert metrics.density_coverage(real, scattered)[1] < 0.2


def test_precision_and_recall_tell_faults_apart():
    rng = np.random.default_rng(0)
    ring = np.asarray(data.toy_samples("ring", 1000, seed=0))
    precise, poor = metrics.precision_recall(
        ring, ring[ring[:, 0] > 1.2][:100] + 1e-4
    )  # one mode, well drawn
    assert precise > 0.95
    assert poor < 0.2
    spread, complete = metrics.precision_recall(
        ring, rng.uniform(-2, 2, (1000, 2))
    )  # everywhere, nothing sharp
    assert spread < 0.05
    assert complete > 0.95


def test_histogram_kl_of_a_perfect_sampler():
    shares = np.full(10, 0.1)
    rng = np.random.default_rng(0)
    values = [metrics.histogram_kl(rng.integers(10, size=1000), shares) for _ in range(300)]
    # 2 n KL is nearly chi squared with 9 degrees of freedom: mean 9, variance 18.
    assert np.mean(values) == pytest.approx(9 / 2000, abs=4 * np.sqrt(18 / 300) / 2000)
    assert metrics.histogram_kl([0, 1] * 5, [0.25, 0.75]) == pytest.approx(
        0.5 * np.log(2) + 0.5 * np.log(2 / 3)
    )
    assert metrics.histogram_kl(np.arange(10), shares) == 0


@pytest.mark.parametrize(("name", "total"), [("ring", 8), ("grid", 25)])
def test_a_perfect_sampler_finds_all_modes_at_the_quality_of_theory(name, total):
    samples = data.toy_samples(name, 100_000, seed=1)
    score = metrics.mode_coverage(samples, samples.centers, samples.std)
    assert score["modes"] == total
    # In the plane a Gaussian leaves exp(-r^2 / 2) beyond r standard deviations.
    assert score["high_quality"] == pytest.approx(1 - np.exp(-4.5), abs=4 * np.sqrt(0.989 * 0.011 / 100_000))


def test_modes_count_by_their_nearest_good_sample():
    centers, std = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]]), 1.0
    samples = [[0.0, 2.9], [0.1, 0.0], [10.0, 3.1], [5.1, 5.0]]
    assert metrics.mode_coverage(samples, centers, std) == {"modes": 1, "high_quality": 0.5}
    assert metrics.mode_coverage([[50.0, 50.0]], centers, std) == {"modes": 0, "high_quality": 0.0}
    # The score does not depend on the unit.
    assert metrics.mode_coverage(7 * np.array(samples), 7 * centers, 7.0)["modes"] == 1


@pytest.mark.parametrize(
    ("samples", "centers", "std", "message"),
    [
        (np.zeros((3, 2)), np.zeros((2, 3)), 1.0, "must be"),
        (np.zeros((0, 2)), np.zeros((2, 2)), 1.0, "must be"),
        (np.zeros(3), np.zeros((2, 1)), 1.0, "must be"),
        (np.zeros((3, 2)), np.zeros((2, 2)), 0.0, "std must be a positive"),
        (np.zeros((3, 2)), np.zeros((2, 2)), np.nan, "std must be a positive"),
    ],
)
def test_what_is_not_a_mixture_is_refused(samples, centers, std, message):
    with pytest.raises(ValueError, match=message):
        metrics.mode_coverage(samples, centers, std)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.kernel_distance(np.zeros((2, 1)), np.zeros((5, 1))), "n, m >= 3"),
        (lambda: metrics.precision_recall(np.zeros((3, 1)), np.zeros((9, 1))), "n, m >= 4"),
        (
            lambda: metrics.precision_recall(np.zeros((3, 1)), np.zeros((9, 1)), k=0),
            "k must be an integer",
        ),
        (lambda: metrics.density_coverage(np.zeros((5, 1)), np.zeros((9, 1))), "n, m >= 6"),
        (lambda: metrics.histogram_kl([0, 2], [0.5, 0.5]), "from 0 to 1"),
        (lambda: metrics.histogram_kl([0.5], [0.5, 0.5]), "labels must be integers"),
        (lambda: metrics.histogram_kl([], [0.5, 0.5]), "at least one"),
        (lambda: metrics.histogram_kl([0], [0.5, 0.6]), "add up to 1"),
        (
            lambda: metrics.image_quality(np.zeros((7, 2)), np.zeros((6, 2)), np.zeros((6, 2)), id),
            "as many as",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("images", "n"), [(4000, 1000), (4000, 4000), (9, 6), (21, 21), (70, 30), (1, 1)])
def test_spread_takes_each_image_once_and_all_that_take_turns(images, n):
    taken = metrics.spread(np.arange(images), n)
    assert len(set(taken.tolist())) == n
    if n >= 30 and images % 10 == 0:  # ten classes that take turns
        assert np.bincount(taken % 10).tolist() == [n / 10] * 10
