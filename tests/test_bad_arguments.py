"""Bad arguments, by the hundred: each ends in one sentence that names the argument, and nothing is written.

`CASES` lists every public function with arguments that it takes and, for each argument, values that it must
refuse; a function or an argument that is missing there fails a test.
"""

import contextlib
import inspect
import io
import os
import pkgutil
import re
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import wgan_keras
from wgan_keras import callbacks, course, data, metrics, networks, plotting, presets, training, transport
from wgan_keras.__main__ import main
from wgan_keras.course import exercises, inversion, layer_gradients, letters, profiles, restart, sliders

MODULES = [  # all that is imported above
    module
    for module in list(vars().values())
    if inspect.ismodule(module) and module.__name__.startswith("wgan_keras.")
]

# --- Bad values -------------------------------------------------------------------------------------

nonsense = st.one_of(
    st.text("xyz", max_size=5),
    st.sampled_from([b"3", 1 + 2j, ["x"], {}, {"x": 1}, object(), np.array(["x"]), np.array([True])]),
)
none = st.none()
no_number = nonsense | st.sampled_from([True, False, "3", np.nan, np.inf, -np.inf, [1.0]])
negative = st.floats(max_value=-1e-9) | st.integers(max_value=-1)
no_count = no_number | st.floats() | st.integers(max_value=0)
no_count_or_zero = no_number | st.floats() | st.integers(max_value=-1)
no_seed = no_count_or_zero | st.integers(min_value=2**63)
no_positive = no_number | negative | st.sampled_from([0, 0.0])
no_sizes = no_number | st.integers() | st.lists(no_count.filter(lambda x: not isinstance(x, str)), min_size=1)
three = st.lists(st.integers(1, 8).map(lambda side: 4 * side), min_size=3, max_size=3)
no_three_sizes = no_sizes | three.map(lambda sizes: sizes[:2]) | three.map(lambda sizes: [*sizes, 4])
no_interval = (
    no_number
    | none
    | st.tuples(st.floats(), st.floats()).filter(lambda pair: not -np.inf < pair[0] < pair[1] < np.inf)
    | st.sampled_from([(0,), (0, 1, 2), ("a", "b"), (None, 1), (0, "b")])
)
no_name = nonsense | none | st.integers()
no_function = no_number | st.integers()
no_path = st.sampled_from([3, 2.5, True, b"x.png", b"x.keras", "", [], ["x.png"], object()])


@st.composite
def spoiled(draw, good, dimensions=True, finite=True):
    """What a good array may turn into by mistake."""
    good = np.array(good)
    place = draw(st.integers(0, good.size - 1))
    ways = [
        lambda: [*good.flat[:place], np.nan, *good.flat[place + 1 :]],
        lambda: [*good.flat[:place], np.inf, *good.flat[place + 1 :]],
    ]
    kinds = ["text", "truth", "object", "complex", "empty", "other"]
    spoil = draw(st.sampled_from(["number", *kinds] if finite else kinds))
    if spoil == "number":
        values = np.array(draw(st.sampled_from(ways))(), "float32").reshape(good.shape)
    elif spoil == "empty":
        values = good[:0]
    elif spoil == "other":
        more = [good[None], good[0]] if dimensions else []
        values = draw(st.sampled_from([None, "x", {}, object(), [], True, [[1.0], [1.0, 2.0]], *more]))
    else:
        kinds = {"text": str, "truth": bool, "object": object, "complex": complex}
        values = good.astype(kinds[spoil])
        if spoil == "object":
            values.flat[place] = None
    return values


# --- Good values ------------------------------------------------------------------------------------

G, C = networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,))
POINTS = np.random.default_rng(0).standard_normal((8, 2)).astype("float32")
MANY = np.random.default_rng(1).standard_normal((24, 2)).astype("float32")
DIGITS = np.zeros((6, 28, 28, 1), "float32")
IMAGES = np.random.default_rng(0).uniform(-1, 1, (8, 4, 4, 1)).astype("float32")
SAMPLES = tf.data.Dataset.from_tensor_slices(POINTS)
LANDSCAPE = SimpleNamespace(limits=(-2, 2), steps=[0], samples=[POINTS], scores=[np.eye(4)])
MODEL = wgan_keras.WGANGP(G, C, n_critic=1, seed=0)
MODEL.compile()


def conditional(size, outputs):
    inputs = [tf.keras.Input((size,)), tf.keras.Input((), dtype="int32")]
    label = tf.keras.layers.CategoryEncoding(2, output_mode="one_hot")(inputs[1])
    both = tf.keras.layers.Concatenate()([inputs[0], label])
    return tf.keras.Model(inputs, tf.keras.layers.Dense(outputs)(both))


CONDITIONAL_G, CONDITIONAL_C = conditional(4, 2), conditional(2, 1)
CONDITIONAL = wgan_keras.ConditionalWGANGP(CONDITIONAL_G, CONDITIONAL_C, n_classes=2, n_critic=1, seed=0)
CONDITIONAL.compile()
LABELS = np.array([0, 1] * 4)
DRAWER = wgan_keras.ConditionalWGANGP(
    networks.conditional_generator(networks.conv_generator((4, 4, 1), latent_dim=4), n_classes=2),
    networks.projection_critic(networks.conv_critic((4, 4, 1)), n_classes=2),
    n_classes=2,
)
CHAIN = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(2), tf.keras.layers.Dense(1)])


def log_density(mean):
    return lambda x: -((x - mean) ** 2) / 2 - np.log(2 * np.pi) / 2


def compiled(**optimizers):
    wgan_keras.WGANGP(G, C).compile(**optimizers)


def animated(**arguments):
    return plotting.animate_landscape(**arguments).to_jshtml()


def restored(model):
    return callbacks.Checkpoint("m.keras").restore(model)


def images_or_digits(images):
    return spoiled(images) | st.just((255 * np.abs(images)).astype("uint8")) | st.just(images + 255)


no_images = images_or_digits(IMAGES)
no_digits = images_or_digits(DIGITS) | st.just(np.zeros((4, 4, 4, 1)))
no_points = spoiled(POINTS)
no_samples = spoiled(POINTS, dimensions=False)
no_shares = spoiled([0.5, 0.5], dimensions=False) | st.just([0.5, 0.6]) | st.just([1.5, -0.5])
no_tensors = st.just(POINTS[:, :1]) | st.just(POINTS.astype(int)) | st.just(POINTS[0])
no_batches = st.sampled_from(
    [None, 3, 2.5, "x", [], {}, [[1.0, 2.0]], POINTS[0, 0], POINTS.astype(object), len, G, (POINTS, POINTS)]
)
no_network = no_function | none
no_data_set = st.sampled_from(
    [None, 3, "x", POINTS, SAMPLES.repeat(), SAMPLES.filter(lambda x: True), SAMPLES.map(lambda x: (x, x))]
)
no_optimizer = st.sampled_from(["adm", 3, 2.5, [], True, G])
no_model = no_function | none | st.just(G)
no_widths = {"hidden": no_sizes}

network_options = {
    **no_widths,
    "activation": st.text("xyz", min_size=1) | st.sampled_from([3, 2.5, [], {}, object(), True]),
}
laws = {"mean_p": 0.0, "std_p": 1.0, "mean_q": 1.0, "std_q": 2.0}
no_law = spoiled([1.0, 2.0], dimensions=False) | st.sampled_from([np.nan, "x", None, True])
no_deviation = no_law | st.floats(max_value=-1e-9, allow_infinity=False)
no_laws = {"mean_p": no_law, "std_p": no_deviation, "mean_q": no_law, "std_q": no_deviation}
no_zero = st.sampled_from([0.0, [1.0, 0.0]])

constructor = {"n_critic": no_count | none, "seed": no_seed}
pair = {"train": POINTS, "held_out": POINTS}
no_pair = dict.fromkeys(pair, no_samples | st.just(POINTS[:3]))
drawn = {"n": no_count, "seed": no_seed | none, "path": no_path | st.just("x.keras")}
masses = {"x": [0.0, 1.0], "y": [0.0, 4.0], "x_weights": [0.5, 0.5], "y_weights": [0.5, 0.5]}
no_masses = {
    **dict.fromkeys(["x", "y"], spoiled(masses["x"], dimensions=False) | st.just([[0.0, 1.0]] * 2)),
    **dict.fromkeys(["x_weights", "y_weights"], no_shares.filter(lambda w: w is not None) | st.just([1.0])),
}
batch_sizes = {"batch_size": no_count | none, "n_critic": no_count | none, "seed": no_seed}
no_square = [(64, 32), (64,), (64, 64, 1), (0, 0), [64.0, 64.0], np.ones((2, 2), int)]
no_side = no_count | st.sampled_from(no_square)
no_truth = st.sampled_from([None, 1, "yes", [], 2.5])
no_integers = st.sampled_from(
    [
        3,
        "x",
        [0.0, 1.0],
        ["a", "b"],
        [[0, 1]],
        [],
        [0, None],
        [True, False],
        np.eye(2, dtype=int),
        [[0], [1, 2]],
    ]
)
no_labels = no_integers | st.just([0, -1])
no_split = st.sampled_from(["validation", "train[", "", 3, None, b"train", []])
clouds = {"x": POINTS, "y": POINTS}
no_clouds = dict.fromkeys(clouds, no_points | st.just(POINTS[:, :1]) | st.just(POINTS[:1]))
outcomes = {"p": [0.5, 0.5], "q": [0.5, 0.5], "interval": None}
densities = {"p": log_density(0), "q": log_density(1), "interval": (-20, 20)}

# name: (function, arguments that it takes, {argument: values that it refuses})
CASES = {
    "GAN": (
        wgan_keras.GAN,
        {"generator": G, "discriminator": C},
        {
            "generator": no_network,
            "discriminator": no_network,
            **constructor,
        },
    ),
    "WGANClip": (
        wgan_keras.WGANClip,
        {"generator": G, "critic": C},
        {"generator": no_network, "critic": no_network, "clip_value": no_positive | none, **constructor},
    ),
    "WGANGP": (
        wgan_keras.WGANGP,
        {"generator": G, "critic": C},
        {"generator": no_network, "critic": no_network, "gp_weight": no_number | negative, **constructor},
    ),
    "WGANGP.compile": (
        compiled,
        {},
        {"generator_optimizer": no_optimizer, "critic_optimizer": no_optimizer},
    ),
    "WGANGP.fit": (
        MODEL.fit,
        {"x": POINTS, "verbose": 0},
        {
            "x": no_batches | no_points,
            "batch_size": no_count,
        },
    ),
    "WGANGP.evaluate": (
        MODEL.evaluate,
        {"x": POINTS, "verbose": 0},
        {"x": no_batches | no_points, "batch_size": no_count},
    ),
    "WGANGP.generate": (MODEL.generate, {"n": 2}, {"n": no_count | none, "seed": no_seed}),
    # Lines of a training step: what is no tensor at all is answered by TensorFlow and Keras.
    "gradient_penalty": (
        wgan_keras.gradient_penalty,
        {"critic": C, "real": POINTS, "fake": POINTS},
        {"real": no_tensors, "fake": no_tensors},
    ),
    "gradient_norm": (
        wgan_keras.gradient_norm,
        {"critic": C, "x": POINTS},
        {"x": st.just(POINTS.astype(int))},
    ),
    "ConditionalWGANGP": (
        wgan_keras.ConditionalWGANGP,
        {"generator": CONDITIONAL_G, "critic": CONDITIONAL_C, "n_classes": 2},
        {
            "generator": no_network | st.just(G),
            "critic": no_network | st.just(C),
            "n_classes": no_count | none,
            "gp_weight": no_number | negative,
            **constructor,
        },
    ),
    "AuxiliaryWGANGP": (
        wgan_keras.AuxiliaryWGANGP,
        {"generator": CONDITIONAL_G, "critic": networks.mlp_critic(output_dim=3), "n_classes": 2},
        {
            "generator": no_network | st.just(G),
            "critic": no_network | st.just(C),
            "n_classes": no_count | none,
            "gp_weight": no_number | negative,
            "label_weight": no_number | negative | none,
            **constructor,
        },
    ),
    "ConditionalWGANGP.generate": (
        CONDITIONAL.generate,
        {"labels": [0, 1]},
        {"labels": no_labels | st.just([0, 2]), "seed": no_seed},
    ),
    "ConditionalWGANGP.fit": (
        CONDITIONAL.fit,
        {"x": POINTS, "y": LABELS, "verbose": 0},
        {"x": no_points, "y": no_labels | st.just(LABELS[1:]), "batch_size": no_count},
    ),
    "ConditionalWGANGP.evaluate": (
        CONDITIONAL.evaluate,
        {"x": POINTS, "y": LABELS, "verbose": 0},
        {"x": no_points, "y": no_labels | st.just(LABELS[1:]), "batch_size": no_count},
    ),
    "training.fit": (
        training.fit,
        {"model": MODEL, "batches": SAMPLES.batch(4), "updates": 2, "progress": False},
        {
            "model": no_model,
            "batches": no_batches,
            "updates": no_count | none,
            "every": no_count,
            "checkpoint": no_path | st.just("m.h5"),
        },
    ),
    "presets.digits": (
        presets.digits,
        {},
        {
            "kind": no_name | st.just("dcgan"),
            "image_shape": no_three_sizes | st.just((30, 28, 1)),
            "updates": no_count,
            "seed": no_seed,
        },
    ),
    "presets.labelled_digits": (
        presets.labelled_digits,
        {},
        {
            "n_classes": no_count | none,
            "image_shape": no_three_sizes | st.just((30, 28, 1)),
            "updates": no_count,
            "seed": no_seed,
        },
    ),
    "presets.image_networks": (
        presets.image_networks,
        {},
        {"image_shape": no_three_sizes | st.just((30, 28, 1))},
    ),
    "presets.points": (
        presets.points,
        {},
        {"kind": no_name | st.just("dcgan"), "updates": no_count, "seed": no_seed},
    ),
    "networks.mlp_generator": (
        networks.mlp_generator,
        {},
        {"latent_dim": no_count | none, "output_dim": no_count | none, **no_widths},
    ),
    "networks.mlp_critic": (
        networks.mlp_critic,
        {},
        {"input_dim": no_count | none, "output_dim": no_count | none, **network_options},
    ),
    "networks.conditional_generator": (
        networks.conditional_generator,
        {"generator": networks.mlp_generator(latent_dim=4), "n_classes": 2},
        {"generator": no_network | st.just(G), "n_classes": no_count | none},
    ),
    "networks.projection_critic": (
        networks.projection_critic,
        {"critic": C, "n_classes": 2},
        {"critic": no_network | st.just(G), "n_classes": no_count | none},
    ),
    "networks.frozen_normal": (
        networks.frozen_normal,
        {"mean": [1.0, 2.0], "std": 1.0},
        {"mean": spoiled([1.0, 2.0]), "std": no_number | negative | none},
    ),
    "networks.frozen_noisy": (
        networks.frozen_noisy,
        {"samples": POINTS, "std": 1.0},
        {"samples": no_points, "std": no_number | negative | none},
    ),
    "networks.image_mlp_generator": (
        networks.image_mlp_generator,
        {"hidden": (4,)},
        {"image_shape": no_three_sizes, "latent_dim": no_count | none, **no_widths},
    ),
    "networks.conv_generator": (
        networks.conv_generator,
        {},
        {
            "image_shape": no_three_sizes | st.just((30, 28, 1)),
            "latent_dim": no_count | none,
            "filters": no_three_sizes,
            "extra": no_count_or_zero | none,
            **network_options,
        },
    ),
    "networks.conv_critic": (
        networks.conv_critic,
        {},
        {
            "image_shape": no_three_sizes | st.just((28, 30, 1)),
            "filters": no_sizes,
            "normalization": st.text("xyz") | st.sampled_from([3, True, []]),
            "extra": no_count_or_zero | none,
            "output_dim": no_count | none,
            **network_options,
        },
    ),
    "data.image_batches": (
        data.image_batches,
        {"name": "mnist_sample"},
        {"name": no_name, "split": no_split, "image_size": no_side, "labels": no_truth, **batch_sizes},
    ),
    "data.images": (
        data.images,
        {"name": "mnist_sample"},
        {"name": no_name, "split": no_split, "image_size": no_side, "labels": no_truth},
    ),
    "data.training_batches": (
        data.training_batches,
        {"samples": SAMPLES, "batch_size": 2, "n_critic": 2, "seed": 0},
        {"samples": no_data_set, **batch_sizes},
    ),
    "data.mnist_sample": (data.mnist_sample, {}, {"split": no_split}),
    "data.toy_samples": (
        data.toy_samples,
        {"name": "ring", "n": 8, "seed": 0},
        {"name": no_name, "n": no_count | none, "seed": no_seed},
    ),
    "data.toy_batches": (
        data.toy_batches,
        {"name": "ring", "n_samples": 8, "batch_size": 2, "n_critic": 2},
        {"name": no_name, "n_samples": no_count | none, **batch_sizes},
    ),
    "transport.wasserstein_1": (transport.wasserstein_1, masses, no_masses),
    "transport.transport_plan": (transport.transport_plan, masses, no_masses),
    "transport.kantorovich_potential": (transport.kantorovich_potential, masses, no_masses),
    "transport.gaussian_kl": (
        transport.gaussian_kl,
        laws,
        {**no_laws, "std_p": no_deviation | no_zero, "std_q": no_deviation | no_zero},
    ),
    "transport.gaussian_wasserstein_1": (transport.gaussian_wasserstein_1, laws, no_laws),
    "transport.gaussian_wasserstein_2": (transport.gaussian_wasserstein_2, laws, no_laws),
    "transport.gaussian_penalized_critic": (
        transport.gaussian_penalized_critic,
        {**laws, "gp_weight": 10, "x": np.array([0.5])},
        {
            **dict.fromkeys(["mean_p", "mean_q"], no_number | none),
            **dict.fromkeys(["std_p", "std_q", "gp_weight"], no_positive | none),
            "x": spoiled([0.5, 1.0], dimensions=False),
        },
    ),
    "metrics.classify_digits": (metrics.classify_digits, {"images": DIGITS}, {"images": no_digits}),
    "metrics.digit_features": (metrics.digit_features, {"images": DIGITS}, {"images": no_digits}),
    "metrics.digit_quality": (
        metrics.digit_quality,
        {"images": DIGITS, "labels": [0, 0, 0, 1, 1, 1]},
        {
            "images": no_digits | st.just(DIGITS[:3]) | st.just(np.repeat(DIGITS, 1001, 0)),
            "labels": no_labels | st.just([0] * 5) | st.just([0] * 5 + [10]),
        },
    ),
    "metrics.inception_features": (metrics.inception_features, None, {"images": no_images}),
    "metrics.frechet_distance": (metrics.frechet_distance, clouds, no_clouds),
    "metrics.kernel_distance": (metrics.kernel_distance, clouds, no_clouds),
    "metrics.precision_recall": (
        metrics.precision_recall,
        {"real": POINTS, "generated": POINTS},
        {**dict.fromkeys(["real", "generated"], no_clouds["x"]), "k": no_count | none},
    ),
    "metrics.density_coverage": (
        metrics.density_coverage,
        {"real": POINTS, "generated": POINTS, "k": 1},
        {**dict.fromkeys(["real", "generated"], no_clouds["x"]), "k": no_count | none},
    ),
    "metrics.independent_estimate": (
        metrics.independent_estimate,
        {"draw": lambda n, seed: POINTS, **pair},
        {
            "draw": no_function | none | st.just(lambda n, seed: POINTS[:3]),
            **dict.fromkeys(pair, no_points),
            "floor": no_number,
            "seed": no_seed | none,
        },
    ),
    "metrics.report": (
        metrics.report,
        {"draw": lambda n, seed: MANY[:n], "real": MANY, "held_out": MANY},
        {
            "draw": no_function | none | st.just(lambda n, seed: MANY[:3]),
            **dict.fromkeys(["real", "held_out"], spoiled(MANY) | st.just(MANY[:5])),
            "features": no_function,
            "seed": no_seed | none,
        },
    ),
    "metrics.histogram_kl": (
        metrics.histogram_kl,
        {"labels": [0, 1], "shares": [0.5, 0.5]},
        {"labels": spoiled([0.0, 1.0]) | st.just([2, 0]) | st.just([0.5]), "shares": no_shares},
    ),
    "metrics.image_quality": (
        metrics.image_quality,
        {
            "generated": IMAGES,
            "real": IMAGES,
            "held_out": IMAGES,
            "features": lambda images: images[:, :2, 0, 0],
        },
        {
            **dict.fromkeys(["generated", "real", "held_out"], spoiled(IMAGES, dimensions=False)),
            "features": no_function | none,
        },
    ),
    "metrics.spread": (
        metrics.spread,
        {"images": IMAGES, "n": 3},
        {"images": st.sampled_from([None, 3, "x", True, IMAGES[:2]]), "n": no_count | none | st.just(9)},
    ),
    "metrics.mode_coverage": (
        metrics.mode_coverage,
        {"samples": POINTS, "centers": POINTS, "std": 1.0},
        {"samples": no_points, "centers": no_points, "std": no_positive | none},
    ),
    "callbacks.SampleGrid": (
        callbacks.SampleGrid,
        {},
        {**drawn, "labels": no_integers},
    ),
    "callbacks.Landscape": (
        callbacks.Landscape,
        {},
        {"limits": no_interval, "n": no_count, "resolution": no_count, "seed": no_seed | none},
    ),
    "callbacks.Estimates": (callbacks.Estimates, pair, no_pair),
    "callbacks.IndependentEstimate": (
        callbacks.IndependentEstimate,
        pair,
        {
            **dict.fromkeys(pair, spoiled(POINTS, dimensions=False)),
            "every": no_count | none,
            "seed": no_seed | none,
        },
    ),
    "callbacks.StopWhenOverfit": (
        callbacks.StopWhenOverfit,
        pair,
        {
            **no_pair,
            "share": no_number | negative | none | st.floats(min_value=1),
            "patience": no_count | none,
        },
    ),
    "callbacks.CSVLog": (callbacks.CSVLog, {"path": "log.csv"}, {"path": no_path}),
    "callbacks.Checkpoint": (
        callbacks.Checkpoint,
        {"path": "m.keras"},
        {"path": no_path | none | st.just("m.txt")},
    ),
    "callbacks.Checkpoint.restore": (restored, {"model": MODEL}, {"model": no_model}),
    "callbacks.Dashboard": (callbacks.Dashboard, pair, {**no_pair, **drawn}),
    "layer_gradients.layer_gradients": (
        layer_gradients.layer_gradients,
        {"critic": CHAIN, "real": POINTS, "fake": POINTS},
        {"critic": no_network | st.just(len), "real": no_tensors, "fake": no_tensors},
    ),
    "letters.letters": (letters.letters, {"n": 2}, {"n": no_count | none, "seed": no_seed | none}),
    "inversion.invert": (
        inversion.invert,
        {"model": DRAWER, "targets": IMAGES[:2], "starts": 1, "pool": 2, "steps": 1},
        {
            "model": no_model | st.just(MODEL),
            "targets": images_or_digits(IMAGES[:2]) | st.just(DIGITS),
            "seen": no_function | none | st.just(lambda images: images[:, :2]),
            "starts": no_count | none | st.just(3),
            "pool": no_count | none,
            "steps": no_count | none,
            "learning_rate": no_positive | none,
            "seed": no_seed | none,
        },
    ),
    "restart.restart": (
        restart.restart,
        {"model": MODEL, "seed": 0},
        {"model": no_model, "seed": no_seed | none},
    ),
    "exercises.check": (
        lambda title, test: exercises.check(title, test, 3),
        {"title": "Exercise 1", "test": lambda answer: None},
        {"title": st.sampled_from(["", None, 3, b"x"]), "test": no_function | none},
    ),
    "sliders.explore": (
        sliders.explore,
        {
            "draw": lambda size=1.0: plt.figure(figsize=(size, 1)),
            "stills": [{"size": 0.5}],
            "alt": "Nothing.",
            "size": (0.5, 1.0, 0.5),
        },
        {
            "stills": no_number
            | none
            | st.sampled_from([[], [3], [{"x": 1}], [{"size": 2.0}], [{"size": "x"}]]),
            "alt": st.sampled_from(["", None, 3, b"Nothing."]),
            "draw": no_function | none | st.just(lambda size=1.0: None) | st.just(lambda size="x": None),
            "size": no_interval.filter(lambda value: not isinstance(value, tuple) or len(value) < 3)
            | st.sampled_from([(2.0, 3.0, 0.5), (0.5, 1.0, 0), (0.5, 1.0, "x"), (0.5, np.inf, 0.5)]),
        },
    ),
    "plotting.plot_images": (
        plotting.plot_images,
        {"images": IMAGES},
        {"images": no_images, "ax": no_function, "columns": no_count},
    ),
    "plotting.plot_progress": (
        plotting.plot_progress,
        {"steps": [0, 1], "frames": [IMAGES, IMAGES]},
        {
            "steps": spoiled([0.0, 1.0], dimensions=False) | st.just([0]),
            "frames": spoiled([IMAGES, IMAGES]) | st.just([IMAGES]),
            "ax": no_function,
        },
    ),
    "plotting.plot_samples": (
        plotting.plot_samples,
        {"real": POINTS, "generated": POINTS},
        {"real": no_points, "generated": no_points.filter(lambda x: x is not None), "ax": no_function},
    ),
    "plotting.plane": (
        plotting.plane,
        {"limits": (-1, 1), "resolution": 3},
        {"limits": no_interval, "resolution": no_count | none},
    ),
    "plotting.plot_landscape": (
        plotting.plot_landscape,
        {"scores": np.eye(4), "limits": (-1, 1)},
        {
            "scores": spoiled(np.eye(4)) | st.just(np.eye(4)[:3]),
            "limits": no_interval,
            "levels": no_count | none | st.sampled_from([[], [1, 0], [np.nan, 1]]),
            "ax": no_function,
        },
    ),
    "plotting.animate_landscape": (
        animated,
        {"landscape": LANDSCAPE, "real": POINTS},
        {
            "landscape": no_function | none | st.just(callbacks.Landscape()),
            "real": no_points,
            "figsize": no_number | none | st.sampled_from([(1,), (1, 2, 3), (0, 1), (1, -1), ("x", 1)]),
        },
    ),
    "plotting.plot_curves": (
        plotting.plot_curves,
        {"history": {"critic_loss": [1.0, 2.0]}},
        {
            "history": no_number | none,
            "names": st.sampled_from(["critic_loss", ["x"], [3], 3, True, [["critic_loss"]]]),
            "steps": spoiled([0.0, 1.0]).filter(lambda x: x is not None) | st.just([0, 1, 2]),
            "ax": no_function,
        },
    ),
    "plotting.show": (
        plotting.show,
        {"figure": plt.Figure(), "alt": "nothing"},
        {"figure": no_function | none, "alt": st.sampled_from([None, "", 3, True, b"x", []])},
    ),
}
for divergence in (transport.kl, transport.js, transport.tv):
    name = f"transport.{divergence.__name__}"
    CASES[name] = (divergence, outcomes, dict.fromkeys("pq", no_shares))
    CASES[f"{name} of densities"] = (
        divergence,
        densities,
        {**dict.fromkeys("pq", no_shares), "interval": no_interval},
    )

# --- Nothing is left out ----------------------------------------------------------------------------

# Truth values are taken as Python takes them; the rest goes to Keras, to matplotlib or nowhere.
FREE = {
    "saturating",
    "one_sided",
    "batch_norm",
    "nearest",
    "max_pooling",
    "smoke",
    "laptop",
    "gpu",
    "answers",
}
KERAS = {"y", "verbose", "callbacks", "args", "kwargs", "kw", "options", "validation_data", "progress"}
TENSORS = {"critic", "seed"}  # of gradient_norm and gradient_penalty
OWN_CLASSES = {"data.ToySamples", "presets.Preset"}  # what the package makes, not what a reader calls


def public_functions():
    """(name, function) of all that takes arguments."""
    for name in wgan_keras.__all__:
        if not inspect.ismodule(getattr(wgan_keras, name)):
            yield name, getattr(wgan_keras, name)
    for method in ("compile", "fit", "evaluate", "generate"):
        yield f"WGANGP.{method}", getattr(wgan_keras.WGANGP, method)
    yield "callbacks.Checkpoint.restore", callbacks.Checkpoint.restore
    for module in MODULES:
        short = module.__name__.split(".")[-1]
        for name, value in vars(module).items():
            # A package exports what its modules define.
            here = f"{getattr(value, '__module__', '')}.".startswith(f"{module.__name__}.")
            if here and callable(value) and not name.startswith("_") and f"{short}.{name}" not in OWN_CLASSES:
                yield f"{short}.{name}", value


def test_no_public_function_and_no_argument_is_left_out():
    for name, function in public_functions():
        checked = set().union(*(bad for case, (_, _, bad) in CASES.items() if case.split(" of ")[0] == name))
        arguments = set(inspect.signature(function).parameters) - {"self", "sliders"}
        assert arguments - checked <= FREE | KERAS | (TENSORS if name.startswith("gradient") else set()), name


def test_no_module_is_left_out():
    found = pkgutil.iter_modules([*wgan_keras.__path__, *course.__path__])
    names = {module.name for module in found if not module.name.startswith("_")}
    listed = {module.__name__.split(".")[-1] for module in MODULES}
    # models: its public names are those of wgan_keras; fast_layers: layers and activations, which get tensors
    # from Keras; files: for this package alone.
    # conditional: as models; old_files: what Keras calls; replicas: the arguments are those of models.
    # figures: what the notebooks draw of their own results.
    assert names - listed == {
        "models",
        "conditional",
        "fast_layers",
        "figures",
        "files",
        "old_files",
        "replicas",
    }


# --- The tests --------------------------------------------------------------------------------------

# An error may name the argument by another word.
WORDS = {
    "generator_optimizer": "optimizer",  # Keras' own sentence
    "critic_optimizer": "optimizer",
    "names": "(names|history)",
    "history": "(names|history)",
    "name": "(name|data set|folder)",
    "x": "(x|batch|batches|data|samples?|input|Input)",
    "batch_size": "(batch_size|batches)",
    "checkpoint": "(checkpoint|path)",
    "y": "(y|labels)",
}


@pytest.fixture(autouse=True, scope="module")
def empty_folder(tmp_path_factory):
    """Where a string that is taken for a path does no harm."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        yield


@pytest.mark.parametrize("name", [name for name, (_, good, _) in CASES.items() if good is not None])
def test_good_arguments_are_taken(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    function, good, _ = CASES[name]
    function(**good)


@pytest.mark.parametrize(
    ("name", "argument"), [(name, argument) for name, (*_, bad) in CASES.items() for argument in bad]
)
@settings(max_examples=15)
@given(draws=st.data())
def test_a_bad_argument_is_named(name, argument, draws):
    function, good, bad = CASES[name]
    value = draws.draw(bad[argument])
    with pytest.raises((ValueError, TypeError, FileNotFoundError)) as caught:
        function(**{**(good or {}), argument: value})
    message = str(caught.value)
    assert not isinstance(caught.value, UnicodeError)
    assert re.search(rf"\b{WORDS.get(argument, argument)}\b", message), message
    assert "\n" not in message
    assert len(message) < 300
    assert os.listdir() == []


# --- The command line -------------------------------------------------------------------------------

no_count_text = st.text("xyz0-.", max_size=4) | st.sampled_from(["2.5", "-1", "0", "nan", "1e3", "²", "True"])
COMMANDS = {
    "train --data": st.sampled_from(["", "nowhere", "./nowhere", "/nowhere", "mnist_sampel", "iris", "\0"]),
    "train --model": st.text("xyz") | st.sampled_from(["", "WGAN-GP", "dcgan"]),
    "train --steps": no_count_text,
    "train --image-size": no_count_text | st.just("30"),
    "train --batch-size": no_count_text | st.just("5000"),
    "train --out": st.sampled_from(["", "/dev/null/run"]),
    "train --resume --out": st.sampled_from(["", "/dev/null"]),
    "train --nonsense": st.text("xyz"),
    "sample --out x.png --model": st.sampled_from(["", "nowhere.keras", ".", "/dev/null", "\0"]),
    "sample --model m.keras --out": st.sampled_from(
        ["", ".", "x.jpg", "nowhere/x.png", ".png", "\0", "\0.png"]
    ),
    "sample --model m.keras --out x.png --n": no_count_text,
    "": st.text("xyz"),
}


def error_of(arguments):
    """What main prints for arguments that it must refuse."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = stop.code
    assert status in (1, 2), stderr.getvalue()
    assert stdout.getvalue() == ""
    *usage, error = stderr.getvalue().splitlines()
    assert "error: " in error
    assert not usage or usage[0].startswith("usage: ")
    return error


@pytest.mark.parametrize("command", COMMANDS)
@settings(max_examples=6)
@given(draws=st.data())
def test_a_bad_option_ends_in_one_line(command, draws):
    value = draws.draw(COMMANDS[command])
    error_of([*command.split(), value])
    assert os.listdir() == []


@settings(max_examples=10)
@given(text=st.text(max_size=10) | st.sampled_from(["{}", "[]", "3", '{"data": 3}', "null"]))
def test_settings_of_a_run_that_are_damaged(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("run")
    (folder / "settings.json").write_text(text, encoding="utf-8")
    assert "settings.json" in error_of(["train", "--resume", "--out", str(folder), "--steps", "3"])
    assert os.listdir(folder) == ["settings.json"]


def test_an_unknown_profile_is_named(monkeypatch):
    for name in ("", "Laptop", "fast"):
        monkeypatch.setenv("WGAN_KERAS_PROFILE", name)
        with pytest.raises(ValueError, match="WGAN_KERAS_PROFILE must be one of"):
            profiles.choose(smoke=1, laptop=2, gpu=3)
