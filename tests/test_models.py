"""The model classes against closed forms, outside quadrature, and their own contract."""

import math
from pathlib import Path

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
from conftest import linear, run_python
from tensorflow.python.eager import context

from wgan_keras import GAN, WGANGP, WGANClip, data, gradient_norm, gradient_penalty, networks
from wgan_keras.models import cross_entropy

MODELS = [GAN, WGANClip, WGANGP]
Dense = keras.layers.Dense


def sequential(inputs, *layers):
    return keras.Sequential([keras.Input(inputs), *layers])


def toy_model(cls, **kwargs):
    model = cls(networks.mlp_generator(hidden=(8,)), networks.mlp_critic(hidden=(8,)), seed=0, **kwargs)
    model.compile()
    return model


def toy_data(n=320):
    return np.random.default_rng(0).standard_normal((n, 2)).astype("float32")


# --- The gradient penalty ---------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", [[3.0], [0.6, 0.8], [-2.0, 1.0, 0.5]])
@pytest.mark.parametrize("one_sided", [False, True])
def test_penalty_of_a_linear_critic_is_exact(kernel, one_sided):
    rng = np.random.default_rng(0)
    real, fake = rng.standard_normal((2, 64, len(kernel))).astype("float32")
    penalty = gradient_penalty(linear(len(kernel), kernel), real, fake, one_sided=one_sided)
    excess = np.linalg.norm(kernel) - 1
    assert float(penalty) == pytest.approx((max(excess, 0) if one_sided else excess) ** 2, abs=1e-5)


def test_penalty_takes_the_norm_over_a_whole_image():
    critic = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(1)])
    kernel = np.full((48, 1), 0.5)
    critic.set_weights([kernel, np.zeros(1)])
    penalty = gradient_penalty(critic, np.ones((5, 4, 4, 3), "float32"), np.zeros((5, 4, 4, 3), "float32"))
    assert float(penalty) == pytest.approx((np.linalg.norm(kernel) - 1) ** 2, abs=1e-5)


def test_the_slope_of_nearly_flat_critics_is_not_lost():
    for slope in (1e-12, 1e-6, 1.0, 1e6):
        norm = gradient_norm(linear(2, [0.6 * slope, -0.8 * slope]), np.zeros((3, 2), "float32"))
        assert np.asarray(norm) == pytest.approx(slope, rel=1e-5)


def test_penalty_has_a_finite_gradient_at_zero_slope():
    critic = linear(2, [0.0, 0.0])
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(critic, tf.ones((4, 2)), tf.zeros((4, 2)))
    gradient = tape.gradient(penalty, critic.trainable_variables[0])
    assert float(penalty) == pytest.approx(1, abs=1e-5)
    assert np.isfinite(gradient).all()


def mixing_coefficients(n, shape=(), seed=0):
    """x_hat between real = 1 and fake = 0 is the coefficient itself."""
    seen = []

    def critic(x, training):
        seen.append(x.numpy())
        return tf.reduce_sum(x, axis=list(range(1, x.ndim)), keepdims=True)

    gradient_penalty(critic, tf.ones((n, *shape)), tf.zeros((n, *shape)), seed=seed)
    return seen[0]


def test_one_mixing_coefficient_for_each_image():
    x_hat = mixing_coefficients(16, (5, 5, 3)).reshape(16, -1)
    assert np.ptp(x_hat, axis=1).max() == 0
    assert len(np.unique(x_hat[:, 0])) == 16


def test_mixing_coefficients_are_uniform_on_the_unit_interval():
    u = mixing_coefficients(20_000, (1,)).ravel()
    assert u.min() >= 0
    assert u.max() <= 1
    assert scipy.stats.kstest(u, "uniform").pvalue > 0.01


def test_penalty_seeds():
    assert (mixing_coefficients(4, (1,), seed=1) == mixing_coefficients(4, (1,), seed=1)).all()
    assert (mixing_coefficients(4, (1,), seed=1) != mixing_coefficients(4, (1,), seed=2)).all()


def test_penalty_ignores_dropout():
    critic = keras.Sequential([keras.Input((50,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
    critic.set_weights([np.full((50, 1), 0.2), np.zeros(1)])
    penalty = gradient_penalty(critic, tf.ones((4, 50)), tf.zeros((4, 50)))
    assert float(penalty) == pytest.approx((0.2 * math.sqrt(50) - 1) ** 2, abs=1e-5)


def test_penalty_refuses_different_shapes():
    with pytest.raises(ValueError, match="one shape"):
        gradient_penalty(linear(2), tf.ones((4, 2)), tf.ones((1, 2)))


# --- Where training converges -----------------------------------------------------------------------


def trained_slope(start, distance, gp_weight, one_sided=False):
    """Slope of a linear critic trained on point masses at `distance` and 0."""
    generator = networks.frozen_normal([0.0], 0.0)
    critic = linear(1, [start], 0.0)
    model = WGANGP(generator, critic, gp_weight=gp_weight, one_sided=one_sided, seed=0)
    model.compile("sgd", keras.optimizers.SGD(0.2 / gp_weight))
    model.fit(np.full((400, 1), distance, "float32"), batch_size=20, epochs=10, verbose=0)
    return float(critic.get_weights()[0][0, 0])


@pytest.mark.parametrize(("distance", "gp_weight"), [(1.0, 10.0), (3.0, 10.0), (1.0, 1.0)])
class TestTwoPointMasses:
    def test_positive_start(self, distance, gp_weight):
        expected = 1 + distance / (2 * gp_weight)
        assert trained_slope(0.2, distance, gp_weight) == pytest.approx(expected, rel=0.01)

    def test_negative_start_rests_at_the_wrong_sign(self, distance, gp_weight):
        expected = -(1 - distance / (2 * gp_weight))
        assert trained_slope(-2.0, distance, gp_weight) == pytest.approx(expected, rel=0.01)

    def test_one_sided_penalty_escapes(self, distance, gp_weight):
        expected = 1 + distance / (2 * gp_weight)
        assert trained_slope(-2.0, distance, gp_weight, one_sided=True) == pytest.approx(expected, rel=0.01)


# --- Losses and estimates on N(0, 1) (real) and N(1, 1) (generated) -----------------------------------


def shifted(cls, kernel, bias, **kwargs):
    """Generator z + 1, and a linear critic."""
    model = cls(linear(1, [1.0], 1.0), linear(1, [kernel], bias), seed=0, **kwargs)
    model.compile()
    return model


def normal(n=400_000):
    return np.random.default_rng(1).standard_normal((n, 1)).astype("float32")


def test_js_estimate_of_the_optimal_discriminator():
    gan = shifted(GAN, -1.0, 0.5)  # log p/q of the two Gaussians
    assert gan.evaluate(normal(), batch_size=10_000, verbose=0) == pytest.approx(0.1114214822, abs=1e-3)


@pytest.mark.parametrize("cls", [WGANClip, WGANGP])
def test_wasserstein_estimate_of_the_optimal_critic(cls):
    model = shifted(cls, -1.0, 7.0)  # the potential -x, and a constant that must not count
    assert model.evaluate(normal(), batch_size=10_000, verbose=0) == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize(("saturating", "expected"), [(True, 0.39797287), (False, 0.60202713)])
def test_generator_gradient_of_both_gan_losses(saturating, expected):
    gan = shifted(GAN, -1.0, 0.5, saturating=saturating)
    with tf.GradientTape() as tape:
        loss = gan.generator_loss(gan.generator(normal()))
    assert float(tape.gradient(loss, gan.generator.trainable_variables[1])[0]) == pytest.approx(
        expected, abs=3e-3
    )


class Smoothed(GAN):
    """One-sided label smoothing, as a short subclass."""

    def critic_loss(self, real, fake):
        loss, logs = super().critic_loss(real, fake)
        logits = self.critic(real)
        return loss + 0.1 * (cross_entropy(0 * logits, logits) - cross_entropy(0 * logits + 1, logits)), logs


def test_label_smoothing_is_one_sided():
    gan = shifted(Smoothed, -1.0, 0.5)
    x = normal(100)
    loss, logs = gan.critic_loss(x, x + 1)
    d_real, d_fake = (1 / (1 + np.exp(v - 0.5)) for v in (x.astype("float64"), x + 1.0))
    expected = -np.mean(0.9 * np.log(d_real) + 0.1 * np.log(1 - d_real)) - np.mean(np.log(1 - d_fake))
    assert float(loss) == pytest.approx(expected, rel=1e-5)
    value = np.mean(np.log(d_real)) + np.mean(np.log(1 - d_fake))  # the estimate knows no smoothing
    assert float(logs["js_estimate"]) == pytest.approx(math.log(2) + value / 2, rel=1e-4)


class Noisy(GAN):
    """Instance noise on all inputs of the discriminator, as a short subclass."""

    def noisy(self, x):
        return x + keras.random.normal(tf.shape(x), stddev=0.3, seed=self.noise)

    def critic_loss(self, real, fake):
        return super().critic_loss(self.noisy(real), self.noisy(fake))

    def generator_loss(self, fake):
        return super().generator_loss(self.noisy(fake))


def test_instance_noise_has_the_given_spread_on_all_inputs():
    seen = []

    class Recorder(keras.layers.Layer):
        def call(self, x):
            if tf.executing_eagerly():  # not while Keras builds the network
                seen.append(x.numpy())
            return x

    discriminator = keras.Sequential([keras.Input((1,)), Recorder(), keras.layers.Dense(1)])
    gan = Noisy(linear(1, [1.0]), discriminator, seed=0)
    zeros = tf.zeros((20_000, 1))
    seen.clear()  # of what the constructor tried
    gan.critic_loss(zeros, zeros)
    gan.generator_loss(zeros)
    assert [np.std(x) for x in seen] == pytest.approx([0.3, 0.3, 0.3], rel=0.03)
    assert not (seen[0] == seen[1]).any()


@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        (GAN, {"class": keras.optimizers.Adam, "learning_rate": 2e-4, "beta_1": 0.5}),
        (WGANClip, {"class": keras.optimizers.RMSprop, "learning_rate": 5e-5, "epsilon": 1e-16}),
        (WGANGP, {"class": keras.optimizers.Adam, "learning_rate": 1e-4, "beta_1": 0.0, "beta_2": 0.9}),
    ],
)
def test_the_papers_optimizers_are_the_defaults(cls, expected):
    model = toy_model(cls)
    for optimizer in (model.generator_optimizer, model.critic_optimizer):
        config = optimizer.get_config()
        assert type(optimizer) is expected["class"]
        for name in expected.keys() - {"class"}:
            assert float(config[name]) == pytest.approx(expected[name])
    assert model.generator_optimizer is not model.critic_optimizer


def steepest_slope(epsilon):
    """Of a deep clipped critic after 400 updates on ring against N(0, 1/4)."""
    keras.utils.set_random_seed(0)
    critic = networks.mlp_critic(hidden=(64,) * 5)
    model = WGANClip(networks.frozen_normal([0, 0], 0.5), critic, n_critic=1, clip_value=1 / 64, seed=0)
    model.compile(critic_optimizer=keras.optimizers.RMSprop(2e-3, epsilon=epsilon))
    ring = np.asarray(data.toy_samples("ring", 64 * 200, seed=0))
    model.fit(ring, batch_size=64, epochs=2, verbose=0)
    plane = np.random.default_rng(0).uniform(-2, 2, (4000, 2)).astype("float32")
    return float(np.max(gradient_norm(critic, plane)))


def test_the_default_epsilon_lets_a_deep_clipped_critic_learn():
    """Measured: 1e-7 with Keras' own epsilon, 4e-4 with the one that corresponds to the authors' code."""
    bound = 2**0.5 / 64  # sqrt(d) c (h c)^5, with h c = 1
    own = toy_model(WGANClip).critic_optimizer.epsilon
    assert own == 1e-16
    assert steepest_slope(own) > 100 * steepest_slope(1e-7)
    assert steepest_slope(own) < bound


# --- A training step ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize("n_critic", [1, 3])
def test_each_critic_update_sees_a_fresh_mini_batch(cls, n_critic):
    seen = []

    class Recording(cls):
        def critic_step(self, real):
            seen.append(real.numpy()[:, 0])
            return super().critic_step(real)

    model = Recording(
        networks.mlp_generator(hidden=(8,)), networks.mlp_critic(hidden=(8,)), n_critic=n_critic
    )
    model.compile(run_eagerly=True)
    data = np.arange(30, dtype="float32").repeat(2).reshape(30, 2)
    model.fit(data, batch_size=10, shuffle=False, verbose=0)
    size = 10 // n_critic
    assert [len(batch) for batch in seen] == [size] * (3 * n_critic)
    steps = np.array(seen).reshape(3, n_critic * size)
    assert (steps == np.arange(30).reshape(3, 10)[:, : n_critic * size]).all()
    assert int(model.critic_optimizer.iterations) == 3 * n_critic
    assert model.updates == 3


def test_clipping_bounds_every_trainable_weight_after_every_critic_step():
    bounds = []

    class Checked(WGANClip):
        def critic_step(self, real):
            logs = super().critic_step(real)
            bounds.append([float(tf.reduce_max(tf.abs(w))) for w in self.critic.trainable_variables])
            return logs

    hidden = Dense(8, activation="relu"), keras.layers.BatchNormalization(), Dense(8, activation="relu")
    critic = sequential((2,), *hidden, Dense(1))
    model = Checked(networks.mlp_generator(hidden=(8,)), critic, clip_value=0.01, seed=0)
    model.compile(critic_optimizer=keras.optimizers.RMSprop(0.1), run_eagerly=True)
    model.fit(toy_data(100), batch_size=20, verbose=0)
    assert np.shape(bounds) == (25, 8)
    assert np.max(bounds) <= np.float32(0.01)
    # Steps of .1 do reach the bound, in kernels and in a bias: it is the clipping that holds them.
    assert np.max(bounds, axis=0)[[0, 2, 3, 4, 5, 6]] == pytest.approx(0.01)


def test_clipping_leaves_batch_statistics_alone():
    normalization = keras.layers.BatchNormalization(momentum=0.9)
    model = WGANClip(linear(1, [0.0], 5.0), sequential((1,), normalization, Dense(1)), n_critic=5, seed=0)
    model.compile("sgd", "sgd")
    model.fit(np.full((100, 1), 5, "float32"), batch_size=100, verbose=0)
    # All the critic sees is 5, twice in each of its five updates and once for the generator.
    assert normalization.moving_mean.numpy() == pytest.approx(5 * (1 - 0.9**11))
    assert abs(normalization.gamma.numpy()) <= np.float32(0.01)


def test_logs_are_epoch_means_of_their_quantities():
    model = WGANGP(networks.frozen_normal([0.0], 0.0), linear(1, [3.0], 1.0), n_critic=2, gp_weight=10.0)
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))  # nothing moves
    x = np.arange(8, dtype="float32").reshape(8, 1)
    logs = {name: values[0] for name, values in model.fit(x, batch_size=4, verbose=0).history.items()}
    expected = {
        "wasserstein_estimate": 3 * 3.5,
        "gradient_norm": 3.0,
        "gradient_penalty": 4.0,
        "critic_loss": -3 * 3.5 + 10 * 4,
        "generator_loss": -1.0,
    }
    assert logs == pytest.approx(expected, rel=1e-5)


def test_validation_does_not_change_training():
    def weights(**kwargs):
        keras.utils.set_random_seed(0)
        model = toy_model(WGANGP)
        model.fit(toy_data(), batch_size=40, epochs=2, verbose=0, shuffle=False, **kwargs)
        return model.get_weights()

    for plain, validated in zip(weights(), weights(validation_data=toy_data(50))):
        assert (plain == validated).all()


@pytest.mark.parametrize("cls", MODELS)
def test_evaluate_is_repeatable_and_weighs_samples_equally(cls):
    model = toy_model(cls)
    data = toy_data(50)
    assert model.evaluate(data, verbose=0) == model.evaluate(data, verbose=0)
    assert model.evaluate(data, verbose=0, return_dict=True) == {
        model.estimate_name: pytest.approx(model.evaluate(data, verbose=0))
    }
    if cls is not GAN:  # real scores enter linearly, so 32 + 18 samples must give the mean of all 50
        model.generator.set_weights([w * 0 for w in model.generator.get_weights()])
        whole = model.evaluate(data, batch_size=50, verbose=0)
        assert model.evaluate(data, batch_size=32, verbose=0) == pytest.approx(whole, abs=1e-6)


def test_generate():
    model = toy_model(WGANGP)
    first = model.generate(300, seed=3)
    assert first.shape == (300, 2)
    assert first.dtype == np.float32
    assert (first == model.generate(300, seed=3)).all()
    assert (first != model.generate(300, seed=4)).any()
    assert (model.generate(5) != model.generate(5)).any()
    assert (first == model.generate(np.int64(300), seed=np.int64(3))).all()
    z = keras.random.normal((300, 2), seed=3)
    assert np.asarray(model(z)) == pytest.approx(first, abs=1e-6)


def optimized_step(model, x):
    """The operations of a training step by name, as TensorFlow runs them."""
    model.make_train_function()
    context.enable_graph_collection()
    model.train_function(iter(tf.data.Dataset.from_tensors(x)))
    functions = context.export_run_metadata().function_graphs
    context.disable_graph_collection()
    graphs = [graph for function in functions for graph in function.partition_graphs]
    return {node.name: node for node in max(graphs, key=lambda graph: len(graph.node)).node}


@pytest.mark.parametrize("cls", [GAN, WGANClip, WGANGP])
def test_no_variable_is_written_while_it_may_be_read(cls):
    """A linear critic's slope is known before its score: nothing else keeps the generator's update back."""
    model = cls(networks.mlp_generator(hidden=(4,)), linear(2), seed=0)
    model.compile()
    nodes = optimized_step(model, toy_data(40))

    def before(name):
        """All operations that end before this one begins."""
        seen, ahead = set(), [name]
        while ahead:
            inputs = {i.lstrip("^").split(":")[0] for i in nodes[ahead.pop()].input} - seen
            seen |= inputs
            ahead += inputs
        return seen

    earlier = {name: before(name) for name in nodes}
    reads = [node for node in nodes.values() if node.op == "ReadVariableOp"]
    writes = [node for node in nodes.values() if node.op.startswith("Assign")]
    pairs = [(read.name, write.name) for read in reads for write in writes if read.input[0] == write.input[0]]
    assert len(pairs) > 50
    assert [(a, b) for a, b in pairs if a not in earlier[b] and b not in earlier[a]] == []


# --- Saving ---------------------------------------------------------------------------------------------

TRAIN = """
import sys
import keras
import numpy as np
from wgan_keras import GAN, WGANGP, WGANClip, networks

def small(cls):
    generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(16, activation="relu"),
        keras.layers.BatchNormalization(), keras.layers.Dense(2)])
    critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(16, activation=networks.fast_leaky_relu),
        keras.layers.Dropout(0.3), keras.layers.Dense(1)])
    model = {"GAN": GAN, "WGANClip": WGANClip, "WGANGP": WGANGP}[cls](generator, critic, n_critic=2, seed=0)
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 100)
    model.compile(keras.optimizers.Adam(schedule), keras.optimizers.RMSprop(1e-3))
    return model

def train(model, epochs):
    data = np.random.default_rng(0).standard_normal((400, 2)).astype("float32")
    return model.fit(data, batch_size=40, epochs=epochs, shuffle=False, verbose=0).history
"""


def test_a_reloaded_model_trains_on_bit_for_bit(tmp_path):
    """One fresh process for the three models, because each takes seconds to start."""
    scope, models, histories = {}, {}, {}
    exec(TRAIN, scope)
    for cls in MODELS:
        name = cls.__name__
        models[name] = model = scope["small"](name)
        scope["train"](model, 2)
        model.save(tmp_path / f"{name}.keras")
        histories[name] = scope["train"](model, 2)
    go_on = TRAIN + (
        "for name in ('GAN', 'WGANClip', 'WGANGP'):\n"
        "    model = keras.models.load_model(f'{name}.keras')\n"
        "    history = train(model, 2)\n"
        "    optimizers = model.generator_optimizer, model.critic_optimizer\n"
        "    values = [v.numpy() for optimizer in optimizers for v in optimizer.variables]\n"
        "    np.savez(f'{name}.npz', *model.get_weights(), *values, updates=model.updates, **history)\n"
    )
    result = run_python(go_on, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for name, model in models.items():
        reloaded = np.load(tmp_path / f"{name}.npz")
        optimizers = model.generator_optimizer, model.critic_optimizer
        expected = [*model.get_weights(), *(v.numpy() for o in optimizers for v in o.variables)]
        for i, value in enumerate(expected):
            assert (reloaded[f"arr_{i}"] == value).all()
        assert reloaded["updates"] == model.updates == 40
        assert all(list(reloaded[key]) == values for key, values in histories[name].items())


@pytest.mark.parametrize(
    ("cls", "options"),
    [
        (GAN, {"n_critic": 2, "saturating": True}),
        (WGANClip, {"n_critic": 3, "clip_value": 0.5}),
        (WGANGP, {"n_critic": 4, "gp_weight": 0.1, "one_sided": True}),
    ],
)
def test_saving_keeps_every_option(cls, options, tmp_path):
    model = cls(networks.mlp_generator(hidden=(8,)), networks.mlp_critic(hidden=(8,)), **options, name="mine")
    model.compile("adam", keras.optimizers.SGD(0.5), steps_per_execution=3)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert {name: getattr(loaded, name) for name in options} == options
    assert loaded.name == "mine"
    assert loaded.critic_optimizer.get_config() == model.critic_optimizer.get_config()
    assert loaded.steps_per_execution == 3
    assert (loaded.generate(4, seed=0) == model.generate(4, seed=0)).all()


OLD_FILES = Path(__file__).parent / "version_0_1"  # saved by version 0.1 with Keras 3.13


@pytest.mark.parametrize("name", ["GAN", "WGANClip", "WGANGP", "images"])
def test_files_of_version_0_1_load_and_train_on(name):
    if name == "GAN":
        with pytest.warns(UserWarning, match=r"label_smoothing.*0\.1.*instance_noise.*0\.2"):
            model = keras.models.load_model(OLD_FILES / "GAN.keras")
        assert model.saturating
    else:
        model = keras.models.load_model(OLD_FILES / f"{name}.keras")
    expected = np.load(OLD_FILES / f"{name}.npy")
    assert model.generate(len(expected), seed=0) == pytest.approx(expected, abs=1e-5)
    assert int(model.generator_optimizer.iterations) in (2, 5)  # its state is there
    model.fit(np.zeros((12, *expected.shape[1:]), "float32"), batch_size=12, verbose=0)


def test_an_uncompiled_model_saves_and_loads(tmp_path):
    model = WGANGP(networks.mlp_generator(hidden=(8,)), networks.mlp_critic(hidden=(8,)))
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert (loaded.generate(4, seed=0) == model.generate(4, seed=0)).all()


# --- Errors ---------------------------------------------------------------------------------------------


GOOD_G, GOOD_C = sequential((2,), Dense(2)), sequential((2,), Dense(1))
SIGMOID = sequential((2,), Dense(1, activation="sigmoid"))
BAD_NETWORKS = {
    "sigmoid": (GOOD_G, SIGMOID, "without an activation"),
    "sigmoid layer": (GOOD_G, sequential((2,), Dense(1), keras.layers.Activation("sigmoid")), "sigmoid"),
    "nested sigmoid": (GOOD_G, sequential((2,), SIGMOID), "without an activation"),
    "wide output": (GOOD_G, sequential((2,), Dense(2)), r"end in Flatten\(\) and Dense\(1\)"),
    "map output": (GOOD_G, sequential((2, 2), Dense(1)), r"end in Flatten\(\) and Dense\(1\)"),
    "unlike shapes": (sequential((2,), Dense(3)), GOOD_C, r"\(3,\), the (critic|discriminator) takes \(2,\)"),
    "not built": (keras.Sequential([Dense(2)]), GOOD_C, "keras.Input"),
    "not a model": (GOOD_G, "critic", "must be a Keras model"),
}


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize("case", BAD_NETWORKS)
def test_networks_that_do_not_fit(cls, case):
    generator, critic, message = BAD_NETWORKS[case]
    with pytest.raises(ValueError, match=message):
        cls(generator, critic)


@pytest.mark.parametrize(
    ("cls", "name", "values"),
    [
        (GAN, "n_critic", [0, -1, 1.5, "2", None, True]),
        (GAN, "seed", [-1, 1.5, "x", True, 2**63]),
        (WGANClip, "n_critic", [0]),
        (WGANClip, "clip_value", [0, -0.01, math.inf, math.nan, "0.01"]),
        (WGANGP, "n_critic", [0]),
        (WGANGP, "gp_weight", [-1, math.inf, math.nan, None]),
    ],
)
def test_arguments_out_of_range(cls, name, values):
    for value in values:
        with pytest.raises(ValueError, match=f"{name} must"):
            cls(GOOD_G, GOOD_C, **{name: value})


def test_batch_normalization_under_the_penalty_warns():
    critic = sequential((2,), sequential((2,), Dense(4), keras.layers.BatchNormalization()), Dense(1))
    with pytest.warns(UserWarning, match="batch norm mixes samples: use LayerNormalization"):
        WGANGP(GOOD_G, critic)


def test_compile_refuses_what_the_model_defines():
    with pytest.raises(ValueError, match="generator_optimizer"):
        WGANGP(GOOD_G, GOOD_C).compile(loss="mse")
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match=r"one object.*make two"):
        WGANGP(GOOD_G, GOOD_C).compile(adam, adam)


def test_generate_refuses_a_bad_count():
    for n in (0, -1, 2.5, True):
        with pytest.raises(ValueError, match="n must"):
            toy_model(GAN).generate(n)


BAD_DATA = {
    "bytes": (np.zeros((40, 2), "uint8"), "uint8, not floats.*127.5"),
    "0..255": (np.full((40, 2), 255, "float32"), r"leave \[-1, 1\], the range of the generator"),
    "NaN": (np.full((40, 2), np.nan, "float32"), "hold NaN"),
    "infinite": (np.full((40, 2), -np.inf, "float32"), r"leave \[-1, 1\]"),
    "shape": (np.zeros((40, 3), "float32"), r"shape \(3,\), the generator makes \(2,\)"),
    "few": (np.zeros((4, 2), "float32"), r"below n_critic a device: use multiples of 5"),
    "last": (np.zeros((33, 2), "float32"), r"below n_critic a device: use multiples of 5"),
}


@pytest.mark.parametrize("wrap", [np.asarray, lambda x: tf.data.Dataset.from_tensor_slices(x).batch(32)])
@pytest.mark.parametrize("case", BAD_DATA)
def test_data_that_can_not_train(case, wrap):
    data, message = BAD_DATA[case]
    generator = sequential((2,), Dense(2, activation="tanh"))
    model = WGANGP(generator, sequential((2,), Dense(1)), n_critic=5)
    model.compile()
    before = model.get_weights()
    with pytest.raises(ValueError, match=message) as raised:
        model.fit(wrap(data), batch_size=32 if wrap is np.asarray else None, verbose=0)
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)
    if case != "last" or wrap is np.asarray:  # a data set's last batch comes to light when it is drawn
        assert model.updates == 0
        assert all((a == b).all() for a, b in zip(before, model.get_weights()))


@pytest.mark.parametrize("options", [{}, {"jit_compile": True}, {"run_eagerly": True}])
def test_a_small_last_batch_is_named_in_every_way_of_execution(options):
    """Keras' 10-th public report here: XLA leaves out assertions, and an update on no sample gives NaN."""
    model = WGANGP(networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,)), n_critic=5)
    model.compile(**options)
    batches = tf.data.Dataset.from_tensor_slices(np.zeros((11, 2), "float32")).batch(10)
    with pytest.raises(
        ValueError,
        match=r"A batch, maybe the last, is below n_critic a device: use multiples of 5",
    ):
        model.fit(batches, verbose=0)


def test_labels_and_empty_data():
    model = toy_model(WGANGP)
    labelled = tf.data.Dataset.from_tensors((np.zeros((40, 2), "float32"), np.zeros(40)))
    with pytest.raises(ValueError, match="without labels"):
        model.fit(labelled, verbose=0)
    with pytest.raises(ValueError, match="hold no batch"):
        model.fit(tf.data.Dataset.from_tensors(np.zeros((40, 2), "float32")).take(0), verbose=0)


def test_sigmoid_generators_take_data_in_the_unit_interval():
    model = WGANGP(sequential((2,), Dense(2, activation="sigmoid")), sequential((2,), Dense(1)))
    model.compile()
    model.fit(np.full((40, 2), 0.5, "float32"), verbose=0)
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        model.fit(np.full((40, 2), -0.5, "float32"), verbose=0)


def test_other_backends_are_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="KERAS_BACKEND=tensorflow"):
        WGANGP(GOOD_G, GOOD_C)


def test_a_frozen_generator_lets_the_critic_train():
    generator = linear(1, [0.0], 0.0, trainable=False)
    model = WGANGP(generator, linear(1, [0.5]), seed=0)
    model.compile()
    with pytest.warns(UserWarning, match="The generator is frozen, trainable=False: it will not learn"):
        model.fit(np.ones((100, 1), "float32"), batch_size=20, verbose=0)
    assert int(model.critic_optimizer.iterations) == 25
    assert int(model.generator_optimizer.iterations) == 0
    assert model.updates == 5


# --- Keras' ways of running -------------------------------------------------------------------------------


def test_generators_of_batches_train():
    batches = ((toy_data(20),) for _ in range(4))
    model = toy_model(WGANGP)
    model.fit(batches, steps_per_epoch=4, verbose=0)
    assert model.updates == 4


@pytest.mark.parametrize("option", [{"run_eagerly": True}, {"steps_per_execution": 4}])
def test_ways_of_execution_give_the_same_result(option):
    def weights(**options):
        keras.utils.set_random_seed(0)
        model = WGANGP(networks.mlp_generator(hidden=(8,)), networks.mlp_critic(hidden=(8,)), seed=0)
        model.compile(**options)
        model.fit(toy_data(), batch_size=40, shuffle=False, verbose=0)
        return model.get_weights()

    for plain, other in zip(weights(), weights(**option)):
        assert other == pytest.approx(plain, abs=1e-6)


def test_xla_trains():
    model = toy_model(WGANGP)
    model.compile(jit_compile=True)
    history = model.fit(toy_data(80), batch_size=40, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


def test_predict_is_the_generator():
    model = toy_model(GAN)
    z = toy_data(7)
    assert model.predict(z, verbose=0) == pytest.approx(np.asarray(model.generator(z)), abs=1e-6)
