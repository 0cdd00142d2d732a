"""Inception features of any image, and without a network."""

import keras
import numpy as np
import pytest

from wgan_keras import metrics
from wgan_keras.metrics import inception


def test_inception_features_of_any_image(monkeypatch):
    build = keras.applications.InceptionV3
    monkeypatch.setattr(keras.applications, "InceptionV3", lambda **options: build(weights=None, **options))
    inception._inception.cache_clear()
    grey = np.random.default_rng(0).uniform(-1, 1, (2, 28, 28, 1))
    features = metrics.inception_features(grey)
    assert features.shape == (2, 2048)
    np.testing.assert_allclose(
        metrics.inception_features(np.repeat(grey, 3, -1)), features, rtol=1e-4, atol=1e-5
    )
    inception._inception.cache_clear()


def test_inception_features_without_a_network(monkeypatch):
    def download(**options):
        raise Exception("URL fetch failure on https://example.org/weights.h5: None -- no route")

    monkeypatch.setattr(keras.applications, "InceptionV3", download)
    inception._inception.cache_clear()
    with pytest.raises(ConnectionError, match="need none, such as metrics"):
        metrics.inception_features(np.zeros((1, 28, 28, 1)))
