"""Toy distributions: where their modes lie, how wide they are, and what a seed settles."""

import keras
import numpy as np
import pytest

from wgan_keras import data


@pytest.mark.parametrize(
    ("name", "modes", "std", "spacing"),
    [("ring", 8, 0.02 / 1.414, 2 / 1.414 * 2 * np.sin(np.pi / 8)), ("grid", 25, 0.05 / 2.828, 2 / 2.828)],
)
def test_mixtures(name, modes, std, spacing):
    samples = data.toy_samples(name, 20_000, seed=0)
    assert samples.centers.shape == (modes, 2)
    assert samples.std == pytest.approx(std)
    distances = np.linalg.norm(np.asarray(samples)[:, None] - samples.centers, axis=-1)
    nearest = distances.argmin(1)
    # Within three standard deviations: 1 - exp(-4.5) of a plane Gaussian.
    assert np.mean(distances.min(1) < 3 * std) == pytest.approx(0.988891, abs=0.003)
    assert np.bincount(nearest, minlength=modes) / 20_000 == pytest.approx(1 / modes, abs=0.01)
    gaps = np.linalg.norm(samples.centers[:, None] - samples.centers, axis=-1)
    assert gaps[gaps > 0].min() == pytest.approx(spacing)


@pytest.mark.parametrize("name", ["swiss_roll", "moons"])
def test_curves(name):
    samples = data.toy_samples(name, 500, seed=0)
    assert samples.shape == (500, 2)
    assert samples.dtype == np.float32
    assert samples.centers is None
    assert 1 < np.ptp(samples) < 6


def test_toy_seeds_and_slices():
    samples = data.toy_samples("grid", 10, seed=1)
    assert (samples == data.toy_samples("grid", 10, seed=1)).all()
    assert (samples != data.toy_samples("grid", 10, seed=2)).any()
    assert samples[:3].std == samples.std


@pytest.mark.parametrize("name", ["ring", "grid", "swiss_roll", "moons"])
def test_without_a_seed_each_call_draws_new_samples(name):
    draws = []
    for _ in range(2):
        keras.utils.set_random_seed(0)
        (batch,) = data.toy_batches(name, n_samples=10, batch_size=5, n_critic=2, seed=None)
        draws += [np.sort(batch.numpy(), 0), np.sort(data.toy_samples(name, 10, seed=None), 0)]
    for i in range(1, 4):
        assert (draws[0] != draws[i]).any()


def test_toy_errors():
    with pytest.raises(ValueError, match="name must be one of ring, grid, swiss_roll, moons"):
        data.toy_samples("circle", 10, seed=0)
    with pytest.raises(ValueError, match="n must be"):
        data.toy_samples("ring", 0, seed=0)
    with pytest.raises(ValueError, match="n_samples must be"):
        data.toy_batches("ring", n_samples=-1)


def test_toy_batches_are_one_fixed_sample():
    batches = data.toy_batches("moons", n_samples=100, batch_size=10, n_critic=5, seed=3)
    drawn = np.concatenate([batch.numpy() for batch in batches])
    assert sorted(map(tuple, drawn)) == sorted(map(tuple, data.toy_samples("moons", 100, seed=3).tolist()))


def test_batches_train_a_model(tmp_path):
    from wgan_keras import WGANGP, networks

    model = WGANGP(networks.mlp_generator(hidden=(8,)), networks.mlp_critic(hidden=(8,)), n_critic=2)
    model.compile()
    model.fit(data.toy_batches("ring", n_samples=64, batch_size=16, n_critic=2), epochs=3, verbose=0)
    assert model.updates == 6
    assert isinstance(model.generator, keras.Model)
