"""Networks: shapes, parameter counts worked out by hand, and what they refuse."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from wgan_keras import networks


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (64, 64, 3), (4, 8, 1)])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_generator_and_critic_fit_each_other(shape, batch_norm):
    generator = networks.conv_generator(shape, latent_dim=5, filters=(2, 3, 4), batch_norm=batch_norm)
    critic = networks.conv_critic(shape, filters=(2, 3, 4))
    images = generator(np.random.default_rng(0).standard_normal((3, 5)))
    assert images.shape == (3, *shape)
    assert float(tf.reduce_max(tf.abs(images))) <= 1
    assert critic(images).shape == (3, 1)
    normalized = [layer for layer in generator.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert len(normalized) == (3 if batch_norm else 0)


def test_a_smooth_critic_bends_its_slope_and_a_relu_critic_only_breaks_it():
    x = np.linspace(-2, 2, 4001)[:, None]
    bends = {}
    for activation in ("relu", "swish"):
        critic = networks.mlp_critic(1, hidden=(8, 8), activation=activation)
        scores = critic.predict(x, batch_size=4001, verbose=0)[:, 0].astype("float64")
        slope = np.diff(scores) / np.diff(x[:, 0])
        bends[activation] = np.mean(np.abs(np.diff(slope[::20])) > 1e-3 * np.abs(slope).max())
    assert bends["relu"] < 0.2
    assert bends["swish"] > 0.6


def test_parameter_counts():
    first, second, third = 25 * 1 * 16 + 16, 25 * 16 * 32 + 32, 25 * 32 * 64 + 64
    assert networks.conv_critic().count_params() == first + second + third + 4 * 4 * 64 + 1
    mlp = 2 * 128 + 128 + 2 * (128 * 128 + 128) + 128 * 2 + 2
    assert networks.mlp_generator().count_params() == mlp


@pytest.mark.parametrize(
    ("shape", "reason"),
    [((30, 28, 1), "multiples of 4"), ((28, 27, 1), "multiples of 4"), ((28, 28), "image_shape .* integers")],
)
@pytest.mark.parametrize("build", [networks.conv_generator, networks.conv_critic])
def test_other_image_sizes_are_refused(build, shape, reason):
    with pytest.raises(ValueError, match=reason):
        build(shape)


def test_networks_are_read_back_from_a_file(tmp_path):
    z = np.random.default_rng(0).standard_normal((2, 64))
    for network in (networks.conv_generator(), networks.mlp_critic(input_dim=64)):
        network.save(tmp_path / "network.keras")
        again = keras.models.load_model(tmp_path / "network.keras")
        assert (np.asarray(again(z)) == np.asarray(network(z))).all()


def test_under_mixed_precision_the_ends_stay_float32():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        nets = (
            networks.conv_generator(),
            networks.conv_critic(),
            networks.mlp_generator(),
            networks.mlp_critic(),
        )
    finally:
        keras.config.set_dtype_policy("float32")
    for net in nets:
        assert net.layers[1].compute_dtype == "float16"
        assert net.output.dtype == "float32"


def test_frozen_generators_draw_from_the_distribution_they_name():
    normal = networks.frozen_normal([3.0, -1.0], std=0.5)
    samples = np.asarray(normal(keras.random.normal((50_000, 2), seed=0)))
    np.testing.assert_allclose(samples.mean(0), [3, -1], atol=0.01)  # 4 standard errors of 0.5 / sqrt(50,000)
    np.testing.assert_allclose(np.cov(samples.T), 0.25 * np.eye(2), atol=0.01)

    points = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 5.0]])
    noisy = networks.frozen_noisy(points, std=0.1)
    samples = np.asarray(noisy(keras.random.normal((30_000, 3), seed=0)))
    distances = np.linalg.norm(samples[:, None] - points, axis=2)
    shares = np.bincount(distances.argmin(1)) / len(samples)
    np.testing.assert_allclose(shares, 1 / 3, atol=0.011)  # 4 standard errors
    assert np.sqrt(np.mean(distances.min(1) ** 2) / 2) == pytest.approx(0.1, rel=0.02)
    for generator in (normal, noisy):
        assert not generator.trainable_variables


def test_each_option_changes_what_it_names():
    def kinds(network):
        return [type(layer).__name__ for layer in network.layers]

    pooled = networks.conv_critic(max_pooling=True)
    assert kinds(pooled).count("MaxPooling2D") == 3
    assert pooled.count_params() == networks.conv_critic().count_params()  # the same maps and kernels
    repeated = networks.conv_generator(nearest=True)
    assert "Conv2DTranspose" not in kinds(repeated)
    assert repeated.count_params() == networks.conv_generator().count_params()
    assert networks.conv_generator(
        hidden=(32,)
    ).count_params() - networks.conv_generator().count_params() == (64 * 32 + 32 + (32 - 64) * 7 * 7 * 64)
    assert kinds(networks.conv_critic(normalization="batch", hidden=(8,))).count("BatchNormalization") == 3
    assert "ReLU" not in kinds(networks.conv_generator(activation="tanh"))
    for build in (networks.conv_generator, networks.conv_critic):
        assert kinds(build(extra=2)).count("Conv2D") - kinds(build()).count("Conv2D") == (
            4 if build is networks.conv_generator else 6
        )
    with pytest.raises(ValueError, match='"batch", "layer" or None'):
        networks.conv_critic(normalization="instance")


def test_layer_normalization_keeps_scores_apart_and_batch_normalization_does_not():
    images = np.random.default_rng(0).uniform(-1, 1, (4, 28, 28, 1)).astype("float32")
    for normalization, apart in (("layer", True), ("batch", False)):
        critic = networks.conv_critic(normalization=normalization)
        alone, together = critic(images[:1], training=True), critic(images, training=True)[:1]
        assert np.allclose(alone, together, atol=1e-4) == apart


def test_a_generator_without_convolutions():
    generator = networks.image_mlp_generator((4, 6, 3), latent_dim=5, hidden=(7,))
    assert generator.count_params() == 5 * 7 + 7 + 7 * 72 + 72
    images = generator(np.random.default_rng(0).standard_normal((3, 5)))
    assert images.shape == (3, 4, 6, 3)
    assert float(tf.reduce_max(tf.abs(images))) <= 1
