"""The table of scores: values against the functions that it calls, and its two sides against each other."""

import numpy as np
import pytest

from wgan_keras import metrics


def normal(n, seed):
    return np.random.default_rng(seed).standard_normal((n, 2))


REAL, HELD_OUT = normal(1200, 100), normal(300, 101)


def test_a_perfect_generator_scores_like_real_samples(capsys):
    found = metrics.report(normal, REAL, HELD_OUT)
    for name in ("frechet", "precision", "recall", "density", "coverage", "nearer"):
        model, real = (np.array(found[name][side]) for side in ("model", "real"))
        assert abs(model.mean() - real.mean()) < 4 * max(model.std(), real.std(), 0.01)
    assert abs(found["w1"]["model"][0]) < 0.2 > abs(found["w1"]["real"][0])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 9
    assert lines[0].startswith("300 samples a draw")
    low, high = (f"{value(found['recall']['model']):.3g}" for value in (min, max))
    assert f"({low} to {high})" in next(line for line in lines if line.startswith("recall"))


def test_each_value_is_that_of_its_function():
    found = metrics.report(lambda n, seed: 2 * normal(n, seed), REAL, HELD_OUT, seed=7)
    for i in range(4):
        generated = 2 * normal(300, 7 + i)
        expected = metrics.precision_recall(HELD_OUT, generated) + metrics.density_coverage(
            HELD_OUT, generated
        )
        got = tuple(found[name]["model"][i] for name in ("precision", "recall", "density", "coverage"))
        assert got == pytest.approx(expected)
        assert found["frechet"]["model"][i] == pytest.approx(
            metrics.frechet_distance(generated, HELD_OUT), 1e-3
        )


def test_copies_of_training_samples_are_nearer_to_them():
    copies = metrics.report(
        lambda n, seed: REAL[np.random.default_rng(seed).permutation(1200)[:n]], REAL, HELD_OUT
    )
    # A quarter of the copies lies in the set of training samples that they are compared with.
    assert min(copies["nearer"]["model"]) > max(copies["nearer"]["real"]) + 0.05


def test_images_need_features_and_get_them():
    images = np.random.default_rng(0).uniform(-1, 1, (60, 4, 4, 1))
    with pytest.raises(ValueError, match="features must be a function"):
        metrics.report(lambda n, seed: images[:n], images, images[:12])
    found = metrics.report(
        lambda n, seed: images[:n], images, images[:12], features=lambda x: x.reshape(len(x), -1)[:, :3]
    )
    assert len(found["coverage"]["real"]) == 4
