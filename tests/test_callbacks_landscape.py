"""Landscapes: samples and scores of the model, at their place."""

import numpy as np
import pytest
from conftest import image_model, noise_images, plane_model

from wgan_keras import callbacks


def test_landscape_keeps_samples_and_centred_scores():
    model = plane_model()
    landscape = callbacks.Landscape(limits=(-1, 3), n=6, resolution=5, seed=2)
    data = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
    model.fit(data, batch_size=32, epochs=2, callbacks=[landscape], verbose=0)
    assert landscape.steps == [0, 2, 4]
    drawn = model.generate(6, seed=2)
    np.testing.assert_array_equal(landscape.samples[-1], drawn)
    level = np.mean(model.critic(drawn))
    at_corner = float(
        model.critic(np.array([[3.0, -1.0]]))[0, 0]
    )  # x = 3 is the last column, y = -1 the first row
    assert landscape.scores[-1][0, -1] == pytest.approx(at_corner - level, abs=1e-5)
    assert landscape.scores[-1].shape == (5, 5)
    with pytest.raises(ValueError, match=r"use SampleGrid"):
        image_model().fit(noise_images(8), batch_size=4, callbacks=[callbacks.Landscape()], verbose=0)
