"""Mixed precision: half-precision layers, float32 losses, loss scales that move, results near float32's."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import wgan_keras
from wgan_keras import gradient_norm, gradient_penalty, networks
from wgan_keras.replicas import GAN, WGANGP, WGANClip

OPTIONS = {GAN: {}, WGANClip: {"clip_value": 10.0}, WGANGP: {}}
MODELS = list(OPTIONS)
HALF = ["mixed_float16", "mixed_bfloat16"]


@pytest.fixture(autouse=True)
def float32_again():
    yield
    keras.config.set_dtype_policy("float32")


def new_model(cls, policy, optimizers=(), hidden=(128, 128, 128)):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    built = networks.mlp_generator(hidden=hidden), networks.mlp_critic(hidden=hidden)
    model = cls(*built, n_critic=2, seed=0, **OPTIONS[cls])
    model.compile(*optimizers)
    return model


def scaled_optimizers(initial_scale, dynamic_growth_steps=2000):
    return [
        keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(1e-3), initial_scale, dynamic_growth_steps)
        for _ in range(2)
    ]


def train(model, updates):
    data = np.random.default_rng(0).standard_normal((32 * updates, 2)).astype("float32")
    history = model.fit(data, batch_size=32, shuffle=False, verbose=0).history
    return {name: value for name, (value,) in history.items()}


def scales(model):
    return [float(o.dynamic_scale.numpy()) for o in (model.generator_optimizer, model.critic_optimizer)]


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize("policy", HALF)
def test_half_precision_ends_near_float32(cls, policy):
    def trained(policy):
        # Short steps: training amplifies a difference, and long ones would make it chaotic.
        model = new_model(cls, policy, [keras.optimizers.SGD(1e-4) for _ in range(2)])
        before = np.concatenate([w.ravel() for w in model.get_weights()])
        if policy == "mixed_float16":
            for optimizer in (model.generator_optimizer, model.critic_optimizer):
                optimizer.dynamic_scale.assign(256.0)  # low enough that no update is left out
        logs = train(model, 20)
        assert model.updates == int(model.generator_optimizer.iterations) == 20
        return before, np.concatenate([w.ravel() for w in model.get_weights()]), logs, model

    before, after, logs, model = trained(policy)
    start, expected, expected_logs, _ = trained("float32")
    hidden = [model.generator.layers[1], model.critic.layers[1]]
    assert {layer.compute_dtype for layer in hidden} == {policy.removeprefix("mixed_")}
    assert {w.dtype for w in model.weights if w.name not in ("seed_generator_state", "steps")} == {"float32"}
    assert (before == start).all()
    assert np.linalg.norm(after - expected) < 0.05 * np.linalg.norm(expected - start)
    # bfloat16 keeps 8 bits: three layers round their weights and their outputs by up to 2^-8 each, and an
    # estimate is a difference of two means. How much of that is seen depends on the machine's kernels.
    assert logs == pytest.approx(expected_logs, rel=2 * 3 * 2 * 2**-8, abs=0.02)


@pytest.mark.parametrize("cls", MODELS)
def test_bfloat16_needs_no_loss_scale(cls):
    model = new_model(cls, "mixed_bfloat16")
    for optimizer in (model.generator_optimizer, model.critic_optimizer):
        assert type(optimizer) is type(cls.default_optimizer(model))


@pytest.mark.parametrize("cls", MODELS)
def test_float16_scales_both_losses(cls):
    model = new_model(cls, "mixed_float16")
    for optimizer in (model.generator_optimizer, model.critic_optimizer):
        assert type(optimizer) is keras.optimizers.LossScaleOptimizer
        assert type(optimizer.inner_optimizer) is type(cls.default_optimizer(model))


def test_float16_networks_in_a_float32_model_are_scaled_too():
    keras.config.set_dtype_policy("mixed_float16")
    critic = networks.mlp_critic()
    keras.config.set_dtype_policy("float32")
    model = WGANGP(networks.mlp_generator(), critic)
    model.compile()
    assert isinstance(model.critic_optimizer, keras.optimizers.LossScaleOptimizer)


@pytest.mark.parametrize("cls", MODELS)
def test_loss_scales_rise_after_their_growth_steps(cls):
    model = new_model(cls, "mixed_float16", scaled_optimizers(16.0, dynamic_growth_steps=4))
    seen = [(train(model, 1), scales(model))[1] for _ in range(6)]
    # One update of the generator and two of the critic at a time; each fourth doubles the scale.
    assert seen == [[16, 16], [16, 32], [16, 32], [32, 64], [32, 64], [32, 128]]


@pytest.mark.parametrize("cls", MODELS)
def test_an_overflow_halves_the_scale_and_leaves_the_update_out(cls):
    model = new_model(cls, "mixed_float16", scaled_optimizers(2.0**40), hidden=(16,))

    def weights():
        return [*model.generator.get_weights(), *model.critic.get_weights()]

    before = weights()
    logs = train(model, 1)
    assert all(np.isfinite(list(logs.values())))
    assert scales(model) == [2.0**39, 2.0**38]
    assert all((w == b).all() for w, b in zip(weights(), before))
    assert int(model.generator_optimizer.iterations) == int(model.critic_optimizer.iterations) == 0
    assert model.updates == 1  # a step of training, though it was left out
    # The scales come down by themselves to where the gradients are finite.
    train(model, 60)
    assert max(scales(model)) < 2.0**30
    assert 0 < int(model.generator_optimizer.iterations) < 61
    assert model.updates == 61
    assert all(np.isfinite(w).all() and (w != b).any() for w, b in zip(weights(), before) if w.ndim > 1)


@pytest.mark.parametrize("policy", HALF)
def test_norm_and_penalty_are_float32(policy):
    keras.config.set_dtype_policy(policy)
    critic = keras.Sequential([keras.Input((100,)), keras.layers.Dense(1)])
    critic.set_weights([np.full((100, 1), 32.0), np.zeros(1)])
    x = tf.zeros((4, 100))
    assert critic(x).dtype == policy.removeprefix("mixed_")
    norm, penalty = gradient_norm(critic, x), gradient_penalty(critic, x, x)
    assert norm.dtype == penalty.dtype == tf.float32
    assert norm.numpy() == pytest.approx(320.0)  # whose square float16 can't hold, nor bfloat16 its 319
    assert float(penalty) == pytest.approx(319.0**2)


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize("policy", HALF)
def test_losses_are_float32_even_where_the_critic_ends_in_half_precision(cls, policy):
    keras.config.set_dtype_policy(policy)
    dense = keras.layers.Dense
    generator = keras.Sequential([keras.Input((2,)), dense(2)])
    model = cls(generator, keras.Sequential([keras.Input((2,)), dense(1)]), seed=0)
    real = tf.fill((64, 2), 1.0)
    loss, logs = model.critic_loss(real, tf.zeros((64, 2)))
    assert {value.dtype for value in (loss, model.generator_loss(real), *logs.values())} == {tf.float32}


def test_one_optimizer_for_both_networks_is_refused_in_any_wrapping():
    adam, scaled = keras.optimizers.Adam(), keras.optimizers.LossScaleOptimizer
    for pair in ((adam, adam), (scaled(adam), adam), (scaled(adam), scaled(adam))):
        with pytest.raises(ValueError, match=r"one object.*make two"):
            new_model(WGANGP, "mixed_float16", pair)


def test_a_reloaded_model_keeps_its_precision_and_loss_scales(tmp_path):
    model = new_model(WGANGP, "mixed_float16", scaled_optimizers(16.0, dynamic_growth_steps=4))
    train(model, 3)
    model.save(tmp_path / "m.keras")
    keras.config.set_dtype_policy("float32")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert loaded.critic.layers[1].compute_dtype == "float16"
    assert scales(loaded) == scales(model)
    assert train(model, 3) == train(loaded, 3)
    assert scales(loaded) == scales(model) == [32, 128]
    assert all((a == b).all() for a, b in zip(model.get_weights(), loaded.get_weights()))


@pytest.mark.parametrize("policy", HALF)
def test_the_plain_classes_refuse_half_precision(policy):
    keras.config.set_dtype_policy(policy)
    model = wgan_keras.WGANGP(networks.mlp_generator(), networks.mlp_critic())
    with pytest.raises(ValueError, match=r"half precision need wgan_keras\.replicas"):
        model.compile()
