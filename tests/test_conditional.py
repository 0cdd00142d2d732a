"""Models that take labels: one class is no class, closed forms, files, and one sentence for what is amiss."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import run_python

from wgan_keras import WGANGP, AuxiliaryWGANGP, ConditionalWGANGP, callbacks, networks, replicas, training

CLASSES = [ConditionalWGANGP, AuxiliaryWGANGP]


def build(cls, n_classes=3, seed=0, **options):
    keras.utils.set_random_seed(seed)
    generator = networks.mlp_generator(latent_dim=2 + n_classes, hidden=(16,))
    auxiliary = issubclass(cls, AuxiliaryWGANGP)
    critic = networks.mlp_critic(hidden=(16,), output_dim=1 + n_classes if auxiliary else 1)
    if not auxiliary:
        critic = networks.projection_critic(critic, n_classes)
    model = cls(
        networks.conditional_generator(generator, n_classes),
        critic,
        n_classes=n_classes,
        **{"n_critic": 2, "seed": 0, **options},
    )
    model.compile(*(keras.optimizers.Adam(1e-2, 0.0, 0.9) for _ in range(2)))
    return model


def samples(n=240, n_classes=3, seed=0):
    """Points around (y, -y), and their labels y."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % n_classes
    points = np.stack([labels, -labels], axis=1) + rng.normal(0, 0.1, (n, 2))
    return points.astype("float32"), labels


def batches(n=240, **options):
    return tf.data.Dataset.from_tensor_slices(samples(n, **options)).batch(24)


# --- What is computed ---------------------------------------------------------------------------------


def test_with_one_class_it_is_wgan_gp():
    """The same networks with the label fixed, trained without labels, end with the same weights."""
    model = build(ConditionalWGANGP, n_classes=1)
    z, x = keras.Input((2,)), keras.Input((2,))
    zero = [keras.ops.cast(keras.ops.zeros_like(v[:, 0]), "int32") for v in (z, x)]
    copies = [keras.models.clone_model(network) for network in (model.generator, model.critic)]
    for copy, network in zip(copies, (model.generator, model.critic)):
        copy.set_weights(network.get_weights())
    plain = WGANGP(
        keras.Model(z, copies[0]([z, zero[0]])),
        keras.Model(x, copies[1]([x, zero[1]])),
        n_critic=2,
        seed=0,
    )
    plain.compile(*(keras.optimizers.Adam(1e-2, 0.0, 0.9) for _ in range(2)))
    pairs = batches(n_classes=1)
    logs = model.fit(pairs, epochs=2, verbose=0).history
    expected = plain.fit(pairs.map(lambda x, y: x), epochs=2, verbose=0).history
    assert set(logs) == set(expected)
    for name in logs:
        assert logs[name] == pytest.approx(expected[name], rel=1e-4, abs=1e-6)
    for copy, network in zip(copies, (model.generator, model.critic)):
        for ours, theirs in zip(network.get_weights(), copy.get_weights()):
            assert ours == pytest.approx(theirs, abs=1e-5)


def frozen_generator(n_classes, place):
    """All its samples lie in one place."""
    generator = networks.conditional_generator(networks.mlp_generator(1 + n_classes, 2, (2,)), n_classes)
    generator.set_weights([np.zeros_like(w) for w in generator.get_weights()[:-1]] + [np.array(place)])
    generator.trainable = False
    return generator


@pytest.mark.filterwarnings("ignore:The generator is frozen")
def test_the_penalty_is_of_the_slope_along_the_sample_at_its_own_label():
    """f(x, y) = <w_y, x>: the slope is |w_y|, and E f(x, y) - E f(G, y) is known."""
    w = np.array([[3.0, 4.0], [0.0, 1.0]], "float32")  # of norms 5 and 1
    x, label = keras.Input((2,)), keras.Input((), dtype="int32")
    one_hot = keras.layers.CategoryEncoding(2, output_mode="one_hot")(label)
    slopes = keras.layers.Dense(2, use_bias=False)
    critic = keras.Model([x, label], keras.layers.Dot(axes=-1)([x, slopes(one_hot)]))
    slopes.set_weights([w])
    model = ConditionalWGANGP(frozen_generator(2, [0.5, 0.5]), critic, n_classes=2, n_critic=1)
    model.compile(*(keras.optimizers.SGD(1e-9) for _ in range(2)))
    points, labels = np.array([[1, 0], [0, 1], [1, 1], [2, 0]], "float32"), np.array([0, 1, 1, 1])
    logs = {name: v[0] for name, v in model.fit(points, labels, batch_size=4, verbose=0).history.items()}
    estimate = np.mean(np.sum(w[labels] * (points - 0.5), axis=1))
    penalty = np.mean((np.linalg.norm(w, axis=1)[labels] - 1) ** 2)
    assert logs["wasserstein_estimate"] == pytest.approx(estimate, rel=1e-5)
    assert logs["gradient_penalty"] == pytest.approx(penalty, rel=1e-5)
    assert logs["gradient_norm"] == pytest.approx(2.0, rel=1e-5)
    assert logs["critic_loss"] == pytest.approx(10 * penalty - estimate, rel=1e-5)
    assert model.evaluate(points, labels, verbose=0) == pytest.approx(estimate, rel=1e-5)


@pytest.mark.filterwarnings("ignore:The generator is frozen")
def test_losses_of_the_auxiliary_classifier():
    """A linear critic W x: the score is its first entry, the others are logits."""
    w = np.array([[0.6, 1.0, -2.0], [0.8, 0.5, 1.0]], "float32")
    critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, use_bias=False)])
    critic.set_weights([w])
    place = np.array([0.5, -1.0], "float32")
    options = {"n_classes": 2, "n_critic": 1, "gp_weight": 7.0, "label_weight": 0.5}
    model = AuxiliaryWGANGP(frozen_generator(2, place), critic, **options)
    model.compile(*(keras.optimizers.SGD(1e-9) for _ in range(2)))
    points, labels = np.array([[1, 0], [0, 1], [1, 1], [2, 0]], "float32"), np.array([0, 1, 1, 1])

    def cross_entropy(outputs):
        logits = outputs[:, 1:]
        return np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(4), labels])

    logs = {name: v[0] for name, v in model.fit(points, labels, batch_size=4, verbose=0).history.items()}
    estimate = (points @ w)[:, 0].mean() - (place @ w)[0]
    assert logs["wasserstein_estimate"] == pytest.approx(estimate, rel=1e-5)
    assert logs["gradient_norm"] == pytest.approx(1.0, rel=1e-5)  # of the score alone: (.6, .8)
    assert logs["label_loss"] == pytest.approx(cross_entropy(points @ w), rel=1e-5)
    assert logs["critic_loss"] == pytest.approx(0.5 * cross_entropy(points @ w) - estimate, rel=1e-4)
    generated = np.tile(place, (4, 1)) @ w
    expected = 0.5 * cross_entropy(generated) - generated[0, 0]
    assert logs["generator_loss"] == pytest.approx(expected, rel=1e-5)
    assert model.evaluate(points, labels, verbose=0) == pytest.approx(estimate, rel=1e-5)


def test_the_projection_adds_a_direction_for_each_class():
    keras.utils.set_random_seed(0)
    inner = networks.mlp_critic(hidden=(8,))
    critic = networks.projection_critic(inner, n_classes=3)
    x, labels = samples(12)
    hidden = keras.Model(inner.input, inner.layers[-1].input)
    directions = critic.get_layer("v").get_weights()[0]
    h = keras.ops.convert_to_numpy(hidden(x))
    expected = keras.ops.convert_to_numpy(inner(x))[:, 0] + np.sum(h * directions[labels], axis=1)
    assert keras.ops.convert_to_numpy(critic([x, labels]))[:, 0] == pytest.approx(expected, rel=1e-5)


def test_the_conditional_generator_joins_z_and_the_one_hot_label():
    inner = networks.mlp_generator(latent_dim=2 + 3, hidden=(8,))
    generator = networks.conditional_generator(inner, n_classes=3)
    z = np.random.default_rng(0).standard_normal((3, 2)).astype("float32")
    joined = np.concatenate([z, np.eye(3, dtype="float32")[[2, 0, 1]]], axis=1)
    ours, theirs = generator([z, np.array([2, 0, 1])]), inner(joined)
    assert keras.ops.convert_to_numpy(ours) == pytest.approx(keras.ops.convert_to_numpy(theirs))


@pytest.mark.parametrize("cls", CLASSES)
def test_each_class_is_learned(cls):
    model = build(cls, n_critic=1)
    model.fit(*samples(2400), batch_size=48, epochs=12, verbose=0)
    for label in range(3):
        mean = model.generate([label] * 500, seed=0).mean(0)
        assert mean == pytest.approx([label, -label], abs=0.35)


# --- Samples, files, resumed runs ---------------------------------------------------------------------


@pytest.mark.parametrize("cls", CLASSES)
def test_a_sample_depends_on_seed_place_and_label(cls):
    model = build(cls)
    first, again, other = (model.generate(labels, seed=3) for labels in ([0, 1, 2], [0, 1, 2], [0, 2, 2]))
    assert (first == again).all()
    assert other[[0, 2]] == pytest.approx(first[[0, 2]], abs=1e-6)
    assert not np.allclose(other[1], first[1])
    assert not np.allclose(model.generate([0, 1, 2]), model.generate([0, 1, 2]))
    many = np.arange(600) % 3
    assert model.generate(many, seed=0).shape == (600, 2)


RESUME = """
import keras, numpy as np, sys
from wgan_keras import training
sys.path.insert(0, {tests!r})
from test_conditional import CLASSES, batches, build
for cls in CLASSES:
    model = build(cls, seed=9)
    training.fit(model, batches(), updates=12, every=4, checkpoint=cls.__name__ + ".keras", progress=False)
    np.savez(cls.__name__ + ".npz", *model.get_weights())
    loaded = keras.models.load_model(cls.__name__ + ".keras")
    assert type(loaded) is cls and loaded.updates == 12
    assert (loaded.generate([0, 1, 2], seed=1) == model.generate([0, 1, 2], seed=1)).all()
"""


def test_a_run_goes_on_bit_for_bit_in_a_fresh_process(tmp_path):
    expected = {}
    for cls in CLASSES:
        whole = build(cls)
        training.fit(whole, batches(), updates=12, every=4, progress=False)
        expected[cls] = whole.get_weights()
        part = build(cls)
        path = tmp_path / f"{cls.__name__}.keras"
        training.fit(part, batches(), updates=8, every=4, checkpoint=path, progress=False)
    result = run_python(RESUME.format(tests=str(Path(__file__).parent)), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for cls in CLASSES:
        resumed = np.load(tmp_path / f"{cls.__name__}.npz")
        for i, value in enumerate(expected[cls]):
            assert (resumed[f"arr_{i}"] == value).all()


def test_saving_keeps_every_option(tmp_path):
    model = build(AuxiliaryWGANGP, n_critic=3, gp_weight=2.0, label_weight=0.25)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    options = "n_classes", "n_critic", "gp_weight", "label_weight"
    assert [getattr(loaded, name) for name in options] == [3, 3, 2.0, 0.25]


@pytest.mark.parametrize("cls", CLASSES)
def test_held_out_pairs_are_evaluated_and_do_not_change_training(cls):
    one, other = build(cls), build(cls)
    held_out = samples(30, seed=1)
    one.fit(batches(), verbose=0)
    history = other.fit(batches(), validation_data=held_out, verbose=0).history
    assert all((a == b).all() for a, b in zip(one.get_weights(), other.get_weights()))
    value = one.evaluate(*held_out, verbose=0)
    assert history["val_wasserstein_estimate"][0] == pytest.approx(value, rel=1e-5)
    in_batches = tf.data.Dataset.from_tensor_slices(held_out).batch(7)
    assert one.evaluate(in_batches, verbose=0) == one.evaluate(in_batches, verbose=0)


@pytest.mark.parametrize("name", ["ConditionalWGANGP", "AuxiliaryWGANGP"])
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision(name, policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = build(getattr(replicas, name))
    finally:
        keras.config.set_dtype_policy(before)
    history = model.fit(batches(), verbose=0).history
    assert model.updates == 10
    assert all(np.isfinite(values).all() for values in history.values())
    assert model.generate([0, 1, 2]).dtype == "float32"
    assert np.isfinite(model.evaluate(*samples(30), verbose=0))


def test_labels_in_a_column_are_taken():
    points, labels = samples(48)
    one, other = build(ConditionalWGANGP), build(ConditionalWGANGP)
    one.fit(tf.data.Dataset.from_tensor_slices((points, labels)).batch(24), verbose=0)
    column = labels[:, None].astype("uint8")
    other.fit(tf.data.Dataset.from_tensor_slices((points, column)).batch(24), verbose=0)
    assert all((a == b).all() for a, b in zip(one.get_weights(), other.get_weights()))


def test_sample_grids_of_chosen_labels(tmp_path):
    keras.utils.set_random_seed(0)
    generator = networks.conv_generator((8, 8, 1), latent_dim=4 + 3)
    critic = networks.conv_critic((8, 8, 1), output_dim=1 + 3)
    model = AuxiliaryWGANGP(networks.conditional_generator(generator, 3), critic, n_classes=3, n_critic=1)
    model.compile()
    grid = callbacks.SampleGrid(labels=[2, 0, 1], path=tmp_path / "grid.png")
    black, labels = np.zeros((16, 8, 8, 1), "float32"), np.arange(16) % 3
    model.fit(black, labels, batch_size=8, callbacks=[grid], verbose=0)
    assert np.shape(grid.frames) == (2, 3, 8, 8, 1)
    assert (grid.frames[-1] == model.generate([2, 0, 1], seed=0)).all()
    assert (tmp_path / "grid.png").exists()


# --- What is amiss, in one sentence -------------------------------------------------------------------

POINTS, LABELS = samples(48)
WRONG_LABELS = {
    "out of range": (LABELS + 1, "labels must be integers .* from 0 to 2"),
    "negative": (LABELS - 1, "labels must be integers .* from 0 to 2"),
    "text": (np.array(["a", "b", "c"])[LABELS], "labels must be integers .*np.unique"),
    "floats": (LABELS.astype("float32"), "labels must be integers .* not float32"),
    "one-hot": (np.eye(3, dtype=int)[LABELS], "labels must be integers .*argmax"),
}


def in_batches(labels):
    return tf.data.Dataset.from_tensor_slices((POINTS, labels)).batch(24)


WAYS = {
    "arrays": lambda model, labels: model.fit(POINTS, labels, batch_size=24, verbose=0),
    "data set": lambda model, labels: model.fit(in_batches(labels), verbose=0),
    "validation": lambda model, labels: model.fit(POINTS, LABELS, validation_data=(POINTS, labels)),
    "evaluate": lambda model, labels: model.evaluate(POINTS, labels),
    "generate": lambda model, labels: model.generate(labels),
    "training.fit": lambda model, labels: training.fit(model, in_batches(labels), updates=2, progress=False),
}


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("case", WRONG_LABELS)
@pytest.mark.parametrize("way", WAYS)
def test_wrong_labels(cls, case, way):
    labels, sentence = WRONG_LABELS[case]
    model = build(cls)
    with pytest.raises(ValueError, match=sentence) as caught:
        WAYS[way](model, labels)
    assert "\n" not in str(caught.value)
    assert model.updates == 0


@pytest.mark.parametrize("cls", CLASSES)
def test_missing_labels_and_other_forgotten_things(cls):
    model = build(cls)
    for x in (POINTS, tf.data.Dataset.from_tensor_slices(POINTS).batch(24)):
        with pytest.raises(ValueError, match=r"^Pass batches of \(samples, labels\)"):
            model.fit(x, verbose=0)
    with pytest.raises(ValueError, match="48 samples have 47 labels"):
        model.fit(POINTS, LABELS[1:], verbose=0)
    with pytest.raises(ValueError, match="labels must be integers"):
        model.generate(5)  # a number of samples, as for the other models
    with pytest.raises(ValueError, match="the generator makes"):
        model.fit(POINTS[:, :1], LABELS, verbose=0)
    assert model.updates == 0


@pytest.mark.parametrize(
    "callback", ["Estimates", "Dashboard", "IndependentEstimate", "Landscape", "SampleGrid"]
)
def test_callbacks_that_know_no_labels_say_so(callback):
    model = build(ConditionalWGANGP)
    options = {"Landscape": {}, "SampleGrid": {}}.get(callback, {"train": POINTS, "held_out": POINTS})
    with pytest.raises(ValueError, match=r"labels must be integers|Pass batches of \(samples, labels\)"):
        model.fit(POINTS, LABELS, callbacks=[getattr(callbacks, callback)(**options)], verbose=0)


def test_networks_that_do_not_fit():
    generator = networks.conditional_generator(networks.mlp_generator(2 + 3), 3)
    with pytest.raises(ValueError, match=r"critic must be a Keras model of 2 input"):
        ConditionalWGANGP(generator, networks.mlp_critic(), n_classes=3)
    with pytest.raises(ValueError, match=r"generator must be a Keras model of 2 input"):
        AuxiliaryWGANGP(networks.mlp_generator(), networks.mlp_critic(output_dim=4), n_classes=3)
    with pytest.raises(ValueError, match=r"critic gives \(1,\): end in Flatten\(\) and Dense\(4\)"):
        AuxiliaryWGANGP(generator, networks.mlp_critic(), n_classes=3)
    with pytest.raises(ValueError, match="more than n_classes = 3"):
        networks.conditional_generator(networks.mlp_generator(3), 3)
    with pytest.raises(ValueError, match=r"ends in Dense\(1\)"):
        networks.projection_critic(networks.mlp_critic(output_dim=4), 3)
