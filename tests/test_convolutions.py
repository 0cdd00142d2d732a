"""The other forms of a convolution against Keras' own: values, first and second derivatives."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from wgan_keras.convolutions import Conv2D


def results(layer, x):
    """A layer's values, a gradient by its input, and derivatives of that: what a penalty needs."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            total = tf.reduce_sum(tf.sin(y))
        gradient = tape.gradient(total, x)
        penalty = tf.reduce_sum(gradient**3)
    return [y, gradient, *outer.gradient(penalty, [x, layer.kernel, layer.bias])]


def operations(layer, shape):
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec((2, *shape))).graph
    return {op.type for op in graph.get_operations()}


SMALL_MAPS = [((4, 4, 3), 5, 2, 8), ((3, 5, 2), 5, 1, 4), ((2, 2, 6), 3, 2, 5), ((1, 1, 2), 4, 3, 2)]
FEW_CHANNELS = [((8, 12, 5), 5, 1, 1), ((8, 8, 4), 3, 1, 3), ((28, 28, 4), 4, 1, 2)]
OTHERS = [((9, 7, 2), 5, 2, 8), ((8, 8, 2), 3, 1, 4), ((9, 8, 2), 3, 1, 1), ((8, 8, 4), 5, 2, 1)]


@pytest.mark.parametrize(("shape", "size", "stride", "filters"), SMALL_MAPS + FEW_CHANNELS + OTHERS)
def test_values_and_derivatives_are_those_of_keras(shape, size, stride, filters):
    options = {"strides": stride, "padding": "same", "bias_initializer": "random_normal"}
    plain = keras.layers.Conv2D(filters, size, **options)
    layer = Conv2D(filters, size, **options)
    x = tf.constant(np.random.default_rng(0).standard_normal((3, *shape)), tf.float32)
    plain(x), layer(x)
    layer.set_weights(plain.get_weights())
    for expected, value in zip(results(plain, x), results(layer, x)):
        assert value.shape == expected.shape
        assert float(tf.reduce_max(tf.abs(value - expected))) < 1e-5 * float(tf.reduce_max(tf.abs(expected)))


@pytest.mark.parametrize(
    ("cases", "expected"),
    [(SMALL_MAPS, {"MatMul"}), (FEW_CHANNELS, {"Conv2D", "DepthToSpace"}), (OTHERS, {"Conv2D"})],
)
def test_each_case_has_its_form(cases, expected):
    for shape, size, stride, filters in cases:
        layer = Conv2D(filters, size, strides=stride, padding="same")
        assert operations(layer, shape) & {"MatMul", "Conv2D", "DepthToSpace"} == expected


@pytest.mark.parametrize(
    "options",
    [
        {"padding": "valid"},
        {"padding": "same", "dilation_rate": 2},
        {"padding": "same", "groups": 2, "filters": 2},
        {"padding": "same", "kernel_size": (3, 5)},
    ],
)
def test_other_convolutions_are_left_to_keras(options):
    options = {"filters": 1, "kernel_size": 3, **options}
    plain, layer = keras.layers.Conv2D(**options), Conv2D(**options)
    x = tf.random.stateless_normal((2, 8, 8, 2), seed=[0, 1])
    plain(x), layer(x)
    layer.set_weights(plain.get_weights())
    assert (layer(x).numpy() == plain(x).numpy()).all()
    assert "DepthToSpace" not in operations(layer, (8, 8, 2))


def test_images_of_any_size_are_left_to_keras():
    network = keras.Sequential([keras.Input((None, None, 2)), Conv2D(1, 3, padding="same")])
    assert network(np.zeros((1, 6, 9, 2))).shape == (1, 6, 9, 1)


def test_half_precision():
    layer = Conv2D(1, 5, padding="same", dtype="mixed_float16")
    plain = keras.layers.Conv2D(1, 5, padding="same")
    x = tf.random.stateless_normal((2, 8, 8, 4), seed=[0, 1])
    plain(x)
    assert layer(x).dtype == tf.float16
    layer.set_weights(plain.get_weights())
    assert float(tf.reduce_max(tf.abs(tf.cast(layer(x), tf.float32) - plain(x)))) < 1e-2
