"""Presets: what is compiled, rates that end at 0, seeds, and what is refused."""

import keras
import numpy as np
import pytest

from wgan_keras import GAN, WGANGP, ConditionalWGANGP, WGANClip, presets

SETTINGS = {  # class, its settings, optimizer, its settings, updates
    ("digits", "wgan-gp"): (WGANGP, {"n_critic": 1, "gp_weight": 10}, "Adam", (3e-3, 0.0, 0.9), 1500),
    ("digits", "wgan"): (WGANClip, {"n_critic": 5, "clip_value": 0.1}, "RMSprop", (3e-3,), 480),
    ("digits", "gan"): (GAN, {"n_critic": 1}, "Adam", (3e-3, 0.5, 0.999), 1500),
    ("points", "wgan-gp"): (WGANGP, {"n_critic": 3, "gp_weight": 0.1}, "Adam", (8e-3, 0.0, 0.9), 5000),
    ("points", "wgan"): (WGANClip, {"n_critic": 5, "clip_value": 0.1}, "RMSprop", (4e-3,), 5000),
    ("points", "gan"): (GAN, {"n_critic": 1}, "Adam", (2e-3, 0.5, 0.999), 15000),
}


@pytest.mark.parametrize(("data", "kind"), SETTINGS)
def test_what_is_compiled(data, kind):
    model, updates = getattr(presets, data)(kind)
    cls, options, optimizer, (rate, *betas), expected = SETTINGS[data, kind]
    assert type(model) is cls
    assert updates == expected
    assert {name: getattr(model, name) for name in options} == options
    for each, steps in (
        (model.generator_optimizer, updates),
        (model.critic_optimizer, updates * model.n_critic),
    ):
        config = each.get_config()
        assert type(each).__name__ == optimizer
        assert [config["beta_1"], config["beta_2"]] == betas if betas else config["epsilon"] == 1e-16
        schedule = config["learning_rate"]["config"]
        assert (schedule["initial_learning_rate"], schedule["decay_steps"]) == (rate, steps)
        assert schedule["alpha"] == 0


def test_labels_change_the_class_and_the_networks_and_nothing_else():
    model, updates = presets.labelled_digits(4, image_shape=(32, 32, 3), updates=7)
    plain, _ = presets.digits(updates=7)
    assert type(model) is ConditionalWGANGP
    assert updates == 7
    assert [getattr(model, name) for name in ("n_classes", "n_critic", "gp_weight")] == [4, 1, 10]
    named = {"name": model.generator_optimizer.name}
    assert model.generator_optimizer.get_config() == plain.generator_optimizer.get_config() | named
    assert model.critic.input_shape == [(None, 32, 32, 3), (None,)]
    assert model.generate([0, 3], seed=0).shape == (2, 32, 32, 3)
    assert 2 * presets.labelled_digits()[1] == presets.digits()[1]


def batch_normalizations(network):
    return sum(isinstance(layer, keras.layers.BatchNormalization) for layer in network.layers)


def test_networks_are_those_of_the_data():
    model, _ = presets.digits("wgan-gp", image_shape=(32, 64, 3))
    assert model.generator.output_shape == model.critic.input_shape == (None, 32, 64, 3)
    assert batch_normalizations(model.generator) == 3
    assert batch_normalizations(model.critic) == 0  # it would tie the samples of the penalty to each other
    model, _ = presets.digits("gan")
    assert model.generator.output_shape == (None, 28, 28, 1)
    model, _ = presets.points("wgan")
    assert model.generator.output_shape == model.critic.input_shape == (None, 2)


def test_both_rates_are_0_after_the_last_update_and_not_before():
    model, updates = presets.points("wgan", updates=2)
    assert updates == 2
    samples = np.zeros((5 * 4, 2), "float32")
    rates = []
    for _ in range(updates):
        model.fit(samples, batch_size=20, verbose=0)
        rates.append([float(o.learning_rate) for o in (model.generator_optimizer, model.critic_optimizer)])
    half = presets.POINTS["wgan"].learning_rate / 2  # a cosine's value half-way
    assert rates == [pytest.approx([half, half]), pytest.approx([0, 0])]


@pytest.mark.parametrize("gradient", [1e-7, 1e-5, 1.0])
def test_rmsprop_takes_the_authors_step_where_keras_own_is_damped(gradient):
    """Their PyTorch: lr g / (sqrt(v) + 1e-8), where v is (1 - rho) g^2 after the first gradient."""
    authors = gradient / (np.sqrt(0.1 * gradient**2) + 1e-8)
    steps = {}
    for name, options in (("ours", presets.WGAN_RMSPROP), ("keras", {})):
        weight = keras.Variable([0.0])
        optimizer = keras.optimizers.RMSprop(1.0, rho=0.9, **options)
        optimizer.apply([np.array([gradient], "float32")], [weight])
        steps[name] = -float(weight.numpy()[0])
    assert steps["ours"] == pytest.approx(authors, rel=0.4)
    if gradient < 1e-4:
        assert steps["keras"] < 0.02 * authors


def trained_weights(seed):
    model, _ = presets.points("gan", updates=1, seed=seed)
    model.fit(np.zeros((4, 2), "float32"), verbose=0)
    return np.concatenate([w.ravel() for w in model.get_weights()])


def test_a_seed_repeats_weights_and_noise_and_none_does_not():
    first, again, other, *new = (trained_weights(seed) for seed in (1, 1, 2, None, None))
    assert (first == again).all()
    assert not np.allclose(first, other)
    assert not np.allclose(*new)


@pytest.mark.parametrize("make", [presets.digits, presets.points])
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *(("kind", value) for value in ("WGAN", "vae", None, 0, ["gan"])),
        *(("updates", value) for value in (0, -1, 1.5, True, "10")),
        *(("seed", value) for value in (-1, 0.5, True, "0", 2**70)),
    ],
)
def test_wrong_arguments_are_named_in_one_sentence(make, argument, value):
    with pytest.raises(ValueError, match=rf"^{argument} must be [^\n]*got"):
        make(**{argument: value})


@pytest.mark.parametrize("shape", [(28, 28), (30, 30, 1), 28, None])
def test_a_wrong_image_shape_is_named(shape):
    with pytest.raises(ValueError, match=r"^image_shape must be [^\n]*got"):
        presets.digits("wgan-gp", image_shape=shape)
