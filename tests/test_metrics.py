"""Scores of digits against closed forms, SciPy's matrix root, and probes with known faults."""

import numpy as np
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


def test_the_shipped_classifier_reads_held_out_digits():
    images, labels = data.mnist_sample("test")
    features, probabilities = metrics.classify_digits(images / 127.5 - 1)
    assert features.shape == (1000, 64)
    assert probabilities.sum(1) == pytest.approx(1, abs=1e-5)
    assert np.mean(probabilities.argmax(1) == labels) >= 0.96


def test_quality_orders_faults():
    real = data.mnist_sample("train")[0][1000:2000] / 127.5 - 1
    scores = metrics.digit_quality(real)
    assert scores["frechet"] == pytest.approx(scores["frechet_real"], rel=0.5)
    assert scores["clear"] > 0.85
    noisy = np.clip(real + np.random.default_rng(0).normal(0, 0.5, real.shape), -1, 1)
    sevens = np.repeat(real[7::10], 10, axis=0)
    assert metrics.digit_quality(noisy)["frechet"] > 3 * scores["frechet_real"]
    assert metrics.digit_quality(sevens)["frechet"] > 10 * scores["frechet_real"]
    assert metrics.digit_quality(np.zeros((100, 28, 28, 1)))["frechet"] > 10 * scores["frechet_real"]


def test_other_images_are_refused():
    with pytest.raises(ValueError, match=r"\(n, 28, 28, 1\)"):
        metrics.classify_digits(np.zeros((2, 32, 32, 3)))


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
        (np.zeros((3, 2)), np.zeros((2, 2)), 0.0, "std must be positive"),
        (np.zeros((3, 2)), np.zeros((2, 2)), np.nan, "std must be positive"),
    ],
)
def test_what_is_no_mixture_is_refused(samples, centers, std, message):
    with pytest.raises(ValueError, match=message):
        metrics.mode_coverage(samples, centers, std)
