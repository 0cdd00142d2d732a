"""The fresh critic's estimate against exact W1 and closed forms, and what it must not depend on."""

import keras
import numpy as np
import pytest
from conftest import plane_model

from wgan_keras import data, metrics, transport
from wgan_keras.callbacks import IndependentEstimate


def gaussian(d, shift=0.0, std=1.0):
    def draw(n, seed):
        samples = np.random.default_rng(seed).normal(0, std, (n, d))
        samples[:, 0] += shift
        return samples

    return draw


def samples_of(draw, n=4000):
    return draw(n, 100), draw(n, 101)


# Two samples of 4,000 leave a standard error of sqrt(2 / 4000) = .022 to a difference of means.
@pytest.mark.parametrize(("d", "shift"), [(1, 1.0), (16, 2.0)])
def test_estimate_of_shifted_gaussians(d, shift):
    found = metrics.independent_estimate(gaussian(d, shift), *samples_of(gaussian(d)), floor=0.0)
    assert found["held_out"] == pytest.approx(shift, abs=0.12 * shift)


def test_estimate_on_the_ring_against_exact_w1():
    train, held_out = data.toy_samples("ring", 4000, seed=0), data.toy_samples("ring", 1000, seed=1)
    draw = gaussian(2, std=0.5)
    exact = transport.wasserstein_1(draw(1000, 5), held_out)  # 1 % above that of the distributions
    found = metrics.independent_estimate(draw, train, held_out, floor=0.0)
    assert found["held_out"] == pytest.approx(exact, rel=0.1)


def test_real_against_real_is_near_zero_and_far_below_a_difference():
    found = metrics.independent_estimate(gaussian(2, shift=0.5), *samples_of(gaussian(2)))
    assert abs(found["floor"]) < 0.1 < 0.4 < found["held_out"]
    assert found["held_out"] == pytest.approx(np.mean(found["track"][-3:]))


def test_a_generator_that_copies_is_seen_on_held_out_samples_only():
    train, held_out = gaussian(64)(50, 0), gaussian(64)(1000, 1)
    found = metrics.independent_estimate(gaussian(64), train, held_out, floor=0.0)
    assert found["train"] > 5 * abs(found["held_out"])  # 50 samples in 64 dimensions are memorized


def test_estimate_scales_with_the_unit_and_not_with_the_origin():
    train, held_out = samples_of(gaussian(2), 500)
    first = metrics.independent_estimate(gaussian(2, 1.0), train, held_out, floor=0.0)
    moved = metrics.independent_estimate(
        lambda n, seed: 10 * gaussian(2, 1.0)(n, seed) + 50, 10 * train + 50, 10 * held_out + 50, floor=0.0
    )
    assert moved["held_out"] == pytest.approx(10 * first["held_out"], rel=0.02)


def test_images_are_taken_whole_and_models_like_functions():
    real = np.random.default_rng(0).uniform(-1, 1, (64, 4, 4, 1))
    flat = metrics.independent_estimate(
        lambda n, seed: np.zeros((n, 16)), real.reshape(64, 16), real[:32].reshape(32, 16), floor=0.0
    )
    model = type("Model", (), {"generate": lambda self, n, seed: np.zeros((n, 4, 4, 1))})()
    assert metrics.independent_estimate(model, real, real[:32], floor=0.0) == flat


def test_callback_takes_it_every_so_many_epochs_and_leaves_the_run_as_it_is():
    points = gaussian(2)(96, 0).astype("float32")
    weights = []
    for judged in (False, True):
        keras.utils.set_random_seed(1)
        model = plane_model()
        judge = IndependentEstimate(points[:64], points[64:], every=2)
        model.fit(points, batch_size=32, epochs=4, callbacks=[judge] if judged else [], verbose=0)
        weights.append(model.get_weights())
    for with_out, with_it in zip(*weights, strict=True):
        np.testing.assert_array_equal(with_out, with_it)
    assert judge.steps == [6, 12]
    assert len(judge.history["held_out"]) == len(judge.history["train"]) == 2
    assert judge.floor is not None
