"""What users of other projects met, tried on ours: each test names the trouble and the right value."""

import copy
import gc
import pickle

import keras
import numpy as np
import psutil
import pytest
import tensorflow as tf
from conftest import linear
from keras import layers, ops

from wgan_keras import GAN, WGANGP, WGANClip, networks, training

MODELS = [GAN, WGANClip, WGANGP]
SGD = keras.optimizers.SGD


def sequential(shape, *stack):
    return keras.Sequential([keras.Input(shape), *stack])


def small(cls=WGANGP, critic=None, generator=None, **options):
    generator = generator or networks.mlp_generator(hidden=(4,))
    return cls(generator, critic or networks.mlp_critic(hidden=(4,)), n_critic=2, seed=0, **options)


def points(n=64, dtype="float32"):
    return np.random.default_rng(0).standard_normal((n, 2)).astype(dtype)


def batches(n=64, size=8):
    return tf.data.Dataset.from_tensor_slices(points(n)).batch(size)


# --- Losses that layers add ---------------------------------------------------------------------------


@pytest.mark.parametrize("cls", MODELS)
def test_a_regularizer_of_the_critic_counts_in_its_step_and_in_its_log(cls):
    """One SGD step on loss + r w^2 moves w by -2 rate r w more; a generator's regularizer likewise."""

    def trained(strength):
        regularizer = keras.regularizers.L2(strength) if strength else None
        critic = sequential((2,), layers.Dense(1, kernel_regularizer=regularizer))
        critic.set_weights([np.array([[0.3], [0.4]]), np.zeros(1)])
        options = {"clip_value": 10.0} if cls is WGANClip else {}
        model = cls(networks.frozen_normal([0, 0], 1.0), critic, n_critic=1, seed=0, **options)
        model.compile(critic_optimizer=SGD(0.01))
        history = model.fit(points(8), batch_size=8, shuffle=False, verbose=0).history
        return critic.get_weights()[0], history[f"{model.critic_name}_loss"][0]

    (plain, plain_loss), (regular, regular_loss) = trained(0), trained(3.0)
    start = np.array([[0.3], [0.4]])
    assert regular - plain == pytest.approx(-0.01 * 2 * 3 * start, abs=1e-6)
    assert regular_loss - plain_loss == pytest.approx(3 * 0.25, abs=1e-5)


def test_what_a_layer_adds_counts_as_the_mean_over_real_and_generated_samples():
    class Adds(layers.Layer):
        def call(self, x):
            self.add_loss(ops.mean(x))
            return x

    critic = sequential((1,), Adds(), layers.Dense(1))
    critic.set_weights([np.zeros((1, 1)), np.zeros(1)])
    model = WGANGP(networks.frozen_normal([5.0], 0.0), critic, n_critic=1, gp_weight=0.0, seed=0)
    model.compile(critic_optimizer=SGD(0.0))
    history = model.fit(np.ones((8, 1), "float32"), batch_size=8, verbose=0).history
    assert history["critic_loss"] == [pytest.approx((1 + 5) / 2)]
    assert history["wasserstein_estimate"] == [pytest.approx(0)]


def test_a_regularizer_of_the_generator_counts():
    generator = sequential((1,), layers.Dense(1, kernel_regularizer=keras.regularizers.L2(3.0)))
    generator.set_weights([np.array([[0.5]]), np.zeros(1)])
    model = WGANGP(generator, linear(1, [0.0]), n_critic=1, gp_weight=0.0, seed=0)
    model.compile(SGD(0.01), SGD(0.0))
    history = model.fit(np.ones((8, 1), "float32"), batch_size=8, verbose=0).history
    assert history["generator_loss"] == [pytest.approx(3 * 0.25)]
    assert generator.get_weights()[0][0, 0] == pytest.approx(0.5 - 0.01 * 2 * 3 * 0.5)


# --- Optimizers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", ["fit", "training.fit"])
def test_averages_of_both_networks_weights_are_put_in_place(run):
    """Keras does it for the model's one optimizer."""
    model = small()
    optimizers = [SGD(0.1, use_ema=True, ema_momentum=0.5) for _ in range(2)]
    model.compile(*optimizers)
    if run == "fit":
        model.fit(points(), batch_size=8, verbose=0)
    else:
        training.fit(model, batches(), updates=8, progress=False)
    for network, optimizer in zip((model.generator, model.critic), optimizers):
        averages = optimizer._model_variables_moving_average
        assert len(averages) == len(network.trainable_variables) == 4
        for weight, average in zip(network.trainable_variables, averages):
            assert np.array_equal(weight.numpy(), average.numpy())


def test_gradients_can_be_accumulated():
    """Two steps of half the batch, accumulated, are one step on the mean of their gradients."""

    def trained(accumulated):
        critic = linear(1, [0.0])
        model = WGANGP(networks.frozen_normal([0.0], 0.0), critic, n_critic=1, gp_weight=0.0, seed=0)
        steps = 2 if accumulated else None
        model.compile(critic_optimizer=SGD(0.1, gradient_accumulation_steps=steps))
        x = np.array([[1.0], [3.0]], "float32")
        model.fit(x, batch_size=1 if accumulated else 2, shuffle=False, verbose=0)
        assert model.updates == (2 if accumulated else 1)
        return critic.get_weights()[0]

    assert trained(True) == pytest.approx(trained(False), abs=1e-7)
    assert trained(False)[0, 0] == pytest.approx(0.1 * 2)


@pytest.mark.parametrize(
    "callback",
    [
        keras.callbacks.LearningRateScheduler(lambda epoch: 2**-9),
        keras.callbacks.ReduceLROnPlateau("critic_loss", factor=0.5, patience=0, mode="max", min_delta=1e9),
    ],
)
def test_learning_rate_callbacks_move_both_optimizers_or_are_refused(callback):
    model = small()
    model.compile(SGD(2**-8), SGD(2**-7))
    training.fit(model, batches(), updates=4, every=2, callbacks=[callback], progress=False)
    assert float(model.generator_optimizer.learning_rate) == 2**-9
    assert float(model.critic_optimizer.learning_rate) == 2**-8
    with pytest.raises(ValueError, match="moves the generator's rate alone"):
        model.fit(batches(), callbacks=[callback], verbose=0)


def test_a_rate_that_can_not_follow_is_named():
    model = small()
    model.compile(SGD(0.1), SGD(keras.optimizers.schedules.CosineDecay(0.1, 10)))
    callback = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5)
    with pytest.raises(ValueError, match="critic_optimizer has a schedule"):
        training.fit(model, batches(), updates=2, callbacks=[callback], progress=False)


# --- Arguments that don't belong here -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["sample_weight", "class_weight"])
def test_weights_of_samples_are_refused(name):
    model = small()
    model.compile()
    value = {0: 1.0} if name == "class_weight" else np.ones(64)
    with pytest.raises(ValueError, match="without labels or weights"):
        model.fit(points(), batch_size=8, verbose=0, **{name: value})
    assert model.updates == 0


@pytest.mark.parametrize("role", ["generator", "critic"])
def test_a_frozen_network_is_named(role):
    model = small()
    model.compile()
    getattr(model, role).trainable = False
    with pytest.warns(UserWarning, match=f"The {role} is frozen"):
        model.fit(points(8), batch_size=8, verbose=0)


def test_networks_that_share_a_layer_are_refused():
    shared = layers.Dense(2)
    for generator, critic in (
        (sequential((2,), shared), sequential((2,), shared, layers.Dense(1))),
        (
            sequential((2,), layers.Dense(2)),
            sequential((2,), sequential((2,), shared), shared, layers.Dense(1)),
        ),
    ):
        if generator.layers[-1] is not shared:
            generator = sequential((2,), sequential((2,), shared))
        with pytest.raises(ValueError, match="share a layer"):
            WGANGP(generator, critic)
    one = linear(1)
    with pytest.raises(ValueError, match="share a layer"):
        WGANGP(one, one)


def test_endless_data_need_steps():
    model = small()
    model.compile()
    with pytest.raises(ValueError, match="never end: then pass steps_per_epoch"):
        model.fit(batches().repeat(), verbose=0)
    assert model.updates == 0


def with_two_inputs(outputs):
    inputs = [keras.Input((2,)), keras.Input((2,))]
    return keras.Model(inputs, layers.Dense(outputs)(layers.Concatenate()(inputs)))


def test_networks_with_two_inputs_or_outputs_are_refused():
    good = networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,))
    x = keras.Input((2,))
    two_outputs = keras.Model(x, [layers.Dense(1)(x), layers.Dense(1)(x)])
    for generator, critic in (
        (with_two_inputs(2), good[1]),
        (good[0], with_two_inputs(1)),
        (good[0], two_outputs),
    ):
        with pytest.raises(ValueError, match=r"1 input and 1 output.*ConditionalWGANGP"):
            WGANGP(generator, critic)


# --- Data that Keras takes ----------------------------------------------------------------------------


class Batches(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 4

    def __getitem__(self, i):
        return self.x[8 * i : 8 * i + 8]


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (points().astype("uint8"), "uint8, not floats"),
        (points() * np.nan, "hold NaN"),
        (np.zeros((64, 3), "float32"), "the generator makes"),
    ],
)
@pytest.mark.parametrize("wrap", [Batches, lambda x: ((x[i : i + 8],) for i in range(0, 64, 8)), batches])
def test_every_way_of_giving_data_is_checked(x, message, wrap):
    model = small()
    model.compile()
    data = tf.data.Dataset.from_tensor_slices(x).batch(8) if wrap is batches else wrap(x)
    with pytest.raises(ValueError, match=message):
        model.fit(data, steps_per_epoch=4, verbose=0)
    assert model.updates == 0


def test_a_data_frame_is_its_array():
    frame = pytest.importorskip("pandas").DataFrame(points())
    model = small()
    model.compile()
    model.fit(frame, batch_size=8, verbose=0)
    assert model.updates == 8
    frame.iloc[40, 1] = np.nan
    with pytest.raises(ValueError, match="hold NaN"):
        model.fit(frame, batch_size=8, verbose=0)
    assert model.updates == 8


def test_held_out_data_with_labels_are_refused_before_the_first_update():
    labels = np.zeros(64)
    for held_out in ((points(), labels), tf.data.Dataset.from_tensors((points(), labels))):
        model = small()
        model.compile()
        with pytest.raises(ValueError, match="without labels"):
            model.fit(points(), batch_size=8, validation_data=held_out, verbose=0)
        assert model.updates == 0
        with pytest.raises(ValueError, match="without labels"):
            model.evaluate(held_out, verbose=0)


@pytest.mark.parametrize("cls", MODELS)
def test_arrays_give_each_critic_update_64_samples_unless_told_otherwise(cls):
    """Keras' own default of 32 would leave the five updates of a critic 6 samples each."""
    sizes = []

    class Recording(cls):
        def critic_step(self, real):
            sizes.append(len(real))
            return super().critic_step(real)

    model = Recording(networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,)), n_critic=5)
    model.compile(run_eagerly=True)
    model.fit(np.zeros((640, 2), "float32"), verbose=0)
    assert sizes == [64] * 10


# --- Networks -----------------------------------------------------------------------------------------


def ends(name):
    return {
        "ops.sigmoid": lambda x: ops.sigmoid(layers.Dense(1)(x)),
        "Lambda": lambda x: layers.Lambda(lambda y: ops.tanh(y))(layers.Dense(1)(x)),
        "Softmax": lambda x: layers.Softmax()(layers.Dense(1)(x)),
        "nested": lambda x: layers.Flatten()(sequential((2,), layers.Dense(1, activation="sigmoid"))(x)),
        "ReLU": lambda x: layers.ReLU()(layers.Dense(1)(x)),
        "softplus": lambda x: layers.Dense(1, activation="softplus")(x),
        "ReLU6": lambda x: layers.ReLU(max_value=6)(layers.Dense(1)(x)),
    }[name]


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")  # Keras suspects it too
@pytest.mark.parametrize("name", ["ops.sigmoid", "Lambda", "Softmax", "nested", "ReLU", "softplus", "ReLU6"])
def test_bounded_and_one_signed_scores_are_found_by_what_they_do(name):
    x = keras.Input((2,))
    with pytest.raises(ValueError, match=r"scores stay in \[(-1|0|1), (1|6|inf)\]"):
        small(critic=keras.Model(x, ends(name)(x)))


@pytest.mark.parametrize(
    "stack",
    [
        [layers.Dense(3, activation="tanh"), layers.Dense(1)],
        [layers.Dense(3, activation="sigmoid"), layers.Dense(1, use_bias=False)],
        [layers.Dense(4), layers.LayerNormalization(), layers.Dense(1)],
        [layers.Dense(1, kernel_initializer="zeros")],
        [layers.Dense(4, activation="relu", bias_initializer="zeros"), layers.Dense(1, use_bias=False)],
        [layers.Dense(4), layers.PReLU(), layers.Dense(1)],
        [layers.SpectralNormalization(layers.Dense(1))],
        [layers.Dense(1), layers.Reshape((1, 1)), layers.Flatten()],
    ],
)
def test_unbounded_scores_are_taken_whatever_lies_before(stack):
    weights = [w for layer in stack for w in layer.get_weights()]
    critic = sequential((2,), *stack)
    before = critic.get_weights()
    small(critic=critic)
    assert len(before) >= len(weights)
    for a, b in zip(before, critic.get_weights()):
        assert np.array_equal(a, b)  # trying them out leaves the weights as they were


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ([layers.Dense(8, activation="tanh"), layers.Reshape((2, 4))], (-1, 1)),
        ([layers.Dense(4), layers.Activation("sigmoid")], (0, 1)),
        ([layers.Dense(4), layers.ReLU()], (0, np.inf)),
        ([layers.Dense(4, activation="tanh"), layers.Dense(4)], (-np.inf, np.inf)),
        ([layers.Dense(4, activation="tanh"), layers.Rescaling(127.5, 127.5)], (0, 255)),
    ],
)
def test_a_generators_range_is_found_by_what_it_does(stack, expected):
    from wgan_keras.models import output_range

    assert output_range(sequential((2,), *stack)) == pytest.approx(expected)


def test_a_layer_without_a_second_derivative_is_named():
    for layer in (layers.Resizing(4, 4, "nearest"), layers.UpSampling2D(interpolation="bicubic")):
        critic = sequential((2, 2, 1), layer, layers.Flatten(), layers.Dense(1))
        generator = sequential((2,), layers.Dense(4), layers.Reshape((2, 2, 1)))
        model = small(critic=critic, generator=generator)
        model.compile()
        data = tf.data.Dataset.from_tensors(np.zeros((8, 2, 2, 1), "float32"))
        with pytest.raises(ValueError, match=f"layer {layer.name} .* no second derivative.*bilinear"):
            training.fit(model, data, updates=1, progress=False)
    critic = sequential(
        (2, 2, 1), layers.Resizing(4, 4, "bilinear"), layers.Flatten(), layers.Dense(1)
    )  # which the sentence names
    model = small(critic=critic, generator=sequential((2,), layers.Dense(4), layers.Reshape((2, 2, 1))))
    model.compile()
    training.fit(model, data, updates=1, progress=False)


class Rounded(layers.Layer):
    def call(self, x):
        return tf.round(x)


def test_where_a_gradient_ends_is_named():
    rounding = Rounded(name="rounding")
    model = small(generator=sequential((2,), layers.Dense(2), rounding))
    model.compile()
    with pytest.raises(ValueError, match="No gradient reaches the "):
        model.fit(points(8), batch_size=8, verbose=0)
    with pytest.raises(ValueError, match=r"No gradient reaches the .* It ends in the layer rounding"):
        training.fit(model, batches(), updates=1, progress=False)

    embedding = layers.Embedding(10, 3, name="words")
    model = small(critic=sequential((2,), embedding, layers.Flatten(), layers.Dense(1)))
    model.compile()
    with pytest.raises(ValueError, match="No gradient reaches the critic's input"):
        model.fit(np.zeros((8, 2), "float32"), batch_size=8, verbose=0)


def test_float64_works():
    keras.config.set_floatx("float64")
    try:
        for cls in MODELS:
            model = small(cls)
            model.compile()
            history = model.fit(points(dtype="float64"), batch_size=8, verbose=0).history
            assert all(np.isfinite(values).all() for values in history.values())
            assert model.generate(3, seed=0).dtype == np.float64
            model.fit(batches(), verbose=0)  # float32 data
    finally:
        keras.config.set_floatx("float32")


def test_a_fitted_model_exports_its_generator(tmp_path):
    model = small()
    model.compile()
    model.fit(points(), batch_size=8, verbose=0)
    model.export(tmp_path / "served", verbose=False)
    z = keras.random.normal((3, 2), seed=5)
    served = tf.saved_model.load(str(tmp_path / "served"))
    assert served.serve(z).numpy() == pytest.approx(model.generate(3, seed=5), abs=1e-6)


def test_while_a_step_is_built_it_is_said(capsys):
    """40 layers and five critic updates take half a minute before the first update."""
    said = []

    class Note(layers.Layer):
        def call(self, x):
            said.append(capsys.readouterr().err)
            return x

    model = small(critic=sequential((2,), Note(), layers.Dense(1)))
    model.compile()
    said.clear()
    training.fit(model, batches(), updates=1)
    assert "building the training step" in said[0]


# --- What passed before and must go on ----------------------------------------------------------------


def trained_on(model):
    model.fit(points(), batch_size=8, shuffle=False, verbose=0)
    return model.get_weights()


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_train_on_bit_for_bit(twin):
    model = small()
    model.compile()
    trained_on(model)
    other = twin(model)
    for a, b in zip(trained_on(model), trained_on(other)):
        assert np.array_equal(a, b)


def test_a_clone_has_the_same_networks():
    model = small()
    model.compile()
    clone = keras.models.clone_model(model)
    assert type(clone) is WGANGP
    assert [w.shape for w in clone.get_weights()] == [w.shape for w in model.get_weights()]


def test_saved_weights_load_into_a_fresh_model(tmp_path):
    model = small()
    model.compile()
    trained_on(model)
    model.save_weights(tmp_path / "m.weights.h5")
    other = small()
    other.compile()
    other.load_weights(tmp_path / "m.weights.h5")
    assert np.array_equal(model.generate(4, seed=0), other.generate(4, seed=0))


def test_generating_does_not_grow_memory():
    model = small()
    for _ in range(20):
        model.generate(4)
    gc.collect()
    before = psutil.Process().memory_info().rss
    for _ in range(400):
        model.generate(4)
    gc.collect()
    assert psutil.Process().memory_info().rss - before < 2**20


CRITICS = {
    "spectral normalization": lambda: sequential(
        (4, 4), layers.Flatten(), layers.SpectralNormalization(layers.Dense(1))
    ),
    "group normalization": lambda: sequential(
        (4, 4), layers.GroupNormalization(2), layers.Flatten(), layers.Dense(1)
    ),
    "max pooling": lambda: sequential((4, 4), layers.MaxPooling1D(), layers.Flatten(), layers.Dense(1)),
    "LSTM": lambda: sequential((4, 4), layers.LSTM(3), layers.Dense(1)),
    "GRU": lambda: sequential((4, 4), layers.GRU(3), layers.Dense(1)),
    "convolution in 3-d": lambda: sequential(
        (4, 4), layers.Reshape((4, 2, 2, 1)), layers.Conv3D(2, 2), layers.Flatten(), layers.Dense(1)
    ),
    "PReLU": lambda: sequential((4, 4), layers.Flatten(), layers.Dense(4), layers.PReLU(), layers.Dense(1)),
}


@pytest.mark.parametrize("name", CRITICS)
def test_critics_of_many_kinds_train_under_the_penalty(name):
    generator = sequential((2,), layers.Dense(16), layers.Reshape((4, 4)))
    model = WGANGP(generator, CRITICS[name](), n_critic=1, seed=0)
    model.compile()
    x = np.random.default_rng(0).standard_normal((8, 4, 4)).astype("float32")
    before = model.critic.get_weights()
    history = model.fit(x, batch_size=8, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert any((a != b).any() for a, b in zip(before, model.critic.get_weights()))


def test_attention_trains_under_the_penalty():
    x = keras.Input((4, 4))
    critic = keras.Model(x, layers.Dense(1)(layers.Flatten()(layers.MultiHeadAttention(1, 2)(x, x))))
    model = WGANGP(sequential((2,), layers.Dense(16), layers.Reshape((4, 4))), critic, n_critic=1)
    model.compile()
    history = model.fit(np.ones((8, 4, 4), "float32"), batch_size=8, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


def test_a_short_last_batch_is_used():
    model = small()
    model.compile()
    model.fit(points(20), batch_size=8, verbose=0)  # 8, 8, 4
    assert model.updates == 3
