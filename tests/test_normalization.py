"""The fused batch normalization against Keras' own."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from wgan_keras.normalization import BatchNormalization


def pair(shape, **options):
    options = {"gamma_initializer": "random_normal", "beta_initializer": "random_normal", **options}
    keras.utils.set_random_seed(0)
    plain, fused = keras.layers.BatchNormalization(**options), BatchNormalization(**options)
    for layer in (plain, fused):
        layer.build(shape)
    fused.set_weights(plain.get_weights())
    return plain, fused


def trained(layer, x):
    """Values, gradients by the input and the weights, then the moving averages after two calls."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
        total = tf.reduce_sum(tf.sin(3 * y))
    gradients = tape.gradient(total, [x, *layer.trainable_variables])
    layer(x + 1, training=True)
    return [np.asarray(value) for value in (y, *gradients, *layer.non_trainable_variables)]


def uses_fused(layer, x):
    step = tf.function(lambda x: layer(x, training=True)).get_concrete_function(x)
    return any(op.type == "FusedBatchNormV3" for op in step.graph.get_operations())


@pytest.mark.parametrize("shape", [(4, 6, 5, 3), (2, 1, 1, 8), (64, 2, 2, 1)])
def test_training_is_that_of_keras(shape):
    x = tf.constant(np.random.default_rng(0).normal(3, 2, shape), tf.float32)
    plain, fused = pair(shape)
    assert uses_fused(fused, x)
    fused.set_weights(plain.get_weights())
    for expected, value in zip(trained(plain, x), trained(fused, x)):
        assert value == pytest.approx(expected, abs=1e-4 * max(1, float(abs(expected).max())))


@pytest.mark.parametrize(
    ("shape", "options", "dtype"),
    [
        ((4, 3), {}, "float32"),
        ((4, 5, 3), {}, "float32"),
        ((4, 5, 5, 3), {"axis": 1}, "float32"),
        ((4, 5, 5, 3), {"scale": False}, "float32"),
        ((4, 5, 5, 3), {"trainable": False}, "float32"),
        ((4, 5, 5, 3), {"dtype": "mixed_float16"}, "float16"),
    ],
)
def test_other_cases_are_left_to_keras(shape, options, dtype):
    x = tf.constant(np.random.default_rng(0).normal(3, 2, shape), dtype)
    plain, fused = pair(shape, **options)
    assert not uses_fused(fused, x)
    fused.set_weights(plain.get_weights())
    assert (np.asarray(plain(x, training=True)) == np.asarray(fused(x, training=True))).all()


def test_at_inference_the_moving_averages_count():
    shape = (4, 5, 5, 3)
    plain, fused = pair(shape)
    x = tf.constant(np.random.default_rng(0).normal(3, 2, shape), tf.float32)
    assert (np.asarray(plain(x)) == np.asarray(fused(x))).all()
