"""The package's Adam against Keras' own."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.optimizers.schedules import CosineDecay

from wgan_keras.optimizers import Adam


def trained(optimizer, steps=30):
    """Two weights after some updates with gradients that depend on them."""
    weights = [keras.Variable(np.linspace(-1, 1, 6).reshape(2, 3)), keras.Variable([3.0, 0.0])]
    target = [np.ones((2, 3)), np.array([-2.0, 1e-3])]

    @tf.function
    def step():
        gradients = [tf.constant(t, tf.float32) - w for w, t in zip(weights, target)]
        optimizer.apply_gradients([(-g, w) for g, w in zip(gradients, weights)])

    optimizer.build(weights)
    for _ in range(steps):
        step()
    state = [v for v in optimizer.variables if v.dtype == "float32"]
    return [keras.ops.convert_to_numpy(v) for v in weights + state]


@pytest.mark.parametrize(
    "options",
    [
        {"learning_rate": 0.1},
        {"learning_rate": 0.1, "beta_1": 0.0, "beta_2": 0.9},
        {"learning_rate": CosineDecay(0.1, 30), "beta_1": 0.5},
        {"learning_rate": 0.1, "clipnorm": 0.5, "weight_decay": 0.01},
        {"learning_rate": 0.1, "epsilon": 0.1, "use_ema": True, "clipvalue": 1.0},
    ],
)
def test_weights_and_state_are_those_of_keras(options):
    for expected, value in zip(trained(keras.optimizers.Adam(**options)), trained(Adam(**options))):
        # 1 - beta_2^t is a difference of nearly equal numbers: float32 leaves it four digits at first.
        assert value == pytest.approx(expected, rel=2e-4, abs=2e-5)


def test_it_is_saved_by_its_name():
    config = keras.optimizers.serialize(Adam(0.1, beta_1=0.0))
    again = keras.optimizers.deserialize(config)
    assert type(again) is Adam
    assert again.beta_1 == 0


def test_amsgrad_is_refused():
    with pytest.raises(ValueError, match=r"use keras\.optimizers\.Adam"):
        Adam(amsgrad=True)
