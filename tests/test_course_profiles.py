"""Profiles are chosen by the environment alone."""

import pytest

from wgan_keras.course import profiles


def test_laptop_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("WGAN_KERAS_PROFILE", raising=False)
    assert profiles.current() == "laptop"


@pytest.mark.parametrize(("name", "value"), [("smoke", 1), ("laptop", 2), ("gpu", 3)])
def test_choose(monkeypatch, name, value):
    monkeypatch.setenv("WGAN_KERAS_PROFILE", name)
    assert profiles.choose(smoke=1, laptop=2, gpu=3) == value


def test_a_misspelt_profile(monkeypatch):
    monkeypatch.setenv("WGAN_KERAS_PROFILE", "Laptop")
    with pytest.raises(ValueError, match="must be one of smoke, laptop, gpu, got 'Laptop'"):
        profiles.choose(smoke=1, laptop=2, gpu=3)
