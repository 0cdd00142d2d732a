"""Fast layers and activations against Keras' own: values, first and second derivatives, and saved files."""

import json
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf

from wgan_keras.fast_layers import FastBatchNormalization, FastConv2D, fast_leaky_relu, fast_relu

# --- Convolution ------------------------------------------------------------------------------------


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
    layer = FastConv2D(filters, size, **options)
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
        layer = FastConv2D(filters, size, strides=stride, padding="same")
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
    plain, layer = keras.layers.Conv2D(**options), FastConv2D(**options)
    x = tf.random.stateless_normal((2, 8, 8, 2), seed=[0, 1])
    plain(x), layer(x)
    layer.set_weights(plain.get_weights())
    assert (layer(x).numpy() == plain(x).numpy()).all()
    assert "DepthToSpace" not in operations(layer, (8, 8, 2))


def test_images_of_any_size_are_left_to_keras():
    network = keras.Sequential([keras.Input((None, None, 2)), FastConv2D(1, 3, padding="same")])
    assert network(np.zeros((1, 6, 9, 2))).shape == (1, 6, 9, 1)


def test_half_precision():
    layer = FastConv2D(1, 5, padding="same", dtype="mixed_float16")
    plain = keras.layers.Conv2D(1, 5, padding="same")
    x = tf.random.stateless_normal((2, 8, 8, 4), seed=[0, 1])
    plain(x)
    assert layer(x).dtype == tf.float16
    layer.set_weights(plain.get_weights())
    assert float(tf.reduce_max(tf.abs(tf.cast(layer(x), tf.float32) - plain(x)))) < 1e-2


# --- Batch normalization ----------------------------------------------------------------------------


def pair(shape, **options):
    options = {"gamma_initializer": "random_normal", "beta_initializer": "random_normal", **options}
    keras.utils.set_random_seed(0)
    plain, fused = keras.layers.BatchNormalization(**options), FastBatchNormalization(**options)
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


# --- Activations ------------------------------------------------------------------------------------


def test_leaky_relu_and_its_derivatives():
    x = tf.constant([-3.0, -0.5, 0.5, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = fast_leaky_relu(x)
    assert y.numpy() == pytest.approx(tf.nn.leaky_relu(x, 0.2).numpy())
    assert tape.gradient(y, x).numpy() == pytest.approx([0.2, 0.2, 1, 1])


@pytest.mark.parametrize("activation", [fast_relu, fast_leaky_relu])
def test_the_zero_second_derivative_is_not_computed(activation):
    x, slope = tf.constant([-3.0, 0.5]), tf.constant([2.0, 2.0])
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([x, slope])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = activation(x)
        gradient = tape.gradient(y, x, output_gradients=slope)
    assert outer.gradient(gradient, x) is None  # with tf.nn.relu an array of zeros
    assert outer.gradient(gradient, slope).numpy() == pytest.approx(gradient.numpy() / 2)


# --- Saved files ------------------------------------------------------------------------------------


def plain_network():
    """A network of Keras' own layers, each of which has a fast one, with weights that all differ."""
    image = keras.Input((8, 8, 2))
    x = keras.layers.Conv2D(3, 5, padding="same")(image)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Activation("relu")(x)
    x = keras.layers.Conv2D(1, 5, padding="same")(x)
    x = keras.layers.Activation("leaky_relu")(x)
    network = keras.Model(image, x)
    rng = np.random.default_rng(0)
    network.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in network.get_weights()])
    return network


def as_saved_by_an_earlier_version(network, path):
    """Save a network of Keras' own layers under the names that the earlier modules registered."""
    network.save(path)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(files["config.json"])
    modules = {"Conv2D": "convolutions", "BatchNormalization": "normalization"}
    for layer in config["config"]["layers"]:
        if (name := layer["class_name"]) in modules:
            layer["module"], layer["registered_name"] = f"wgan_keras.{modules[name]}", f"wgan_keras>{name}"
        if name == "Activation":
            activation = {"module": "builtins", "class_name": "function", "registered_name": "function"}
            activation["config"] = f"wgan_keras>{layer['config']['activation']}"
            layer["config"]["activation"] = activation
    files["config.json"] = json.dumps(config)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_a_file_of_an_earlier_version_is_read(tmp_path):
    network = plain_network()
    as_saved_by_an_earlier_version(network, tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    _, first, normalization, relu, second, leaky_relu = again.layers
    assert isinstance(first, FastConv2D)
    assert isinstance(second, FastConv2D)
    assert isinstance(normalization, FastBatchNormalization)
    assert relu.activation is fast_relu
    assert leaky_relu.activation is fast_leaky_relu
    for expected, weight in zip(network.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)
    x = np.random.default_rng(1).standard_normal((2, 8, 8, 2)).astype("float32")
    np.testing.assert_allclose(again(x), network(x), rtol=1e-4, atol=1e-4)


def test_files_name_layers_as_earlier_versions_did(tmp_path):
    as_saved_by_an_earlier_version(plain_network(), tmp_path / "earlier.keras")
    keras.models.load_model(tmp_path / "earlier.keras").save(tmp_path / "now.keras")
    names = []
    for path in (tmp_path / "earlier.keras", tmp_path / "now.keras"):
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))["config"]
        kinds = [(layer["class_name"], layer["registered_name"]) for layer in config["layers"]]
        activations = [layer["config"].get("activation") for layer in config["layers"]]
        names.append((kinds, activations))
    assert names[0] == names[1]


def test_weights_go_from_a_network_of_keras_own_layers_to_a_fast_one(tmp_path):
    options = {"filters": 3, "kernel_size": 5}
    plain = keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Conv2D(**options)])
    fast = keras.Sequential([keras.Input((8, 8, 2)), FastConv2D(**options)])
    plain.save_weights(tmp_path / "plain.weights.h5")
    fast.load_weights(tmp_path / "plain.weights.h5")
    for expected, weight in zip(plain.get_weights(), fast.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)
