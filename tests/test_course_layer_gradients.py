"""Gradients inside a critic, against the chain rule written out in NumPy."""

import keras
import numpy as np
import pytest

from wgan_keras import networks
from wgan_keras.course.layer_gradients import layer_gradients


def test_layer_gradients_follow_the_chain_rule():
    critic = networks.mlp_critic(3, hidden=(5, 4))
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2, 6, 3)).astype("float32")
    # By hand: back from the score through w3, then through the second layer's ReLU and w2.
    w1, b1, w2, b2, w3, _ = critic.get_weights()
    h1 = np.maximum(np.concatenate([real, fake]) @ w1 + b1, 0)
    at_score = np.repeat([-1 / 6, 1 / 6], 6)[:, None]
    at_second = at_score @ w3.T
    at_first = (at_second * (h1 @ w2 + b2 > 0)) @ w2.T
    expected = np.linalg.norm(at_first), np.linalg.norm(at_second)
    assert layer_gradients(critic, real, fake) == pytest.approx(expected, rel=1e-5)


def test_tiny_gradients_are_not_lost():
    critic = networks.mlp_critic(2, hidden=(8, 8))
    *hidden, last, bias = critic.get_weights()
    x = np.random.default_rng(0).normal(size=(2, 4, 2)).astype("float32")
    before = layer_gradients(critic, *x)
    critic.set_weights([*hidden, last * 1e-25, bias])  # in float32 the squares would be 0
    assert layer_gradients(critic, *x) == pytest.approx(np.multiply(before, 1e-25), rel=1e-4)


def test_a_critic_with_branches_is_refused():
    inputs = keras.Input((2,))
    branches = [keras.layers.Dense(2)(inputs) for _ in range(2)]
    critic = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Add()(branches)))
    with pytest.raises(ValueError, match="has branches"):
        layer_gradients(critic, np.ones((3, 2), "float32"), np.zeros((3, 2), "float32"))
