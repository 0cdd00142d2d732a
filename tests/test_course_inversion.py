"""Inversion: of a linear generator the best z is known; images that a model made are found again."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from wgan_keras import AuxiliaryWGANGP, networks
from wgan_keras.course import inversion

N, SIDE, DIM = 5, 8, 6


@pytest.fixture(scope="module")
def linear():
    """G(z, y) = z W, the columns of W orthonormal up to a factor, whatever the label."""
    z, label = keras.Input((DIM,)), keras.Input((), dtype="int32")
    image = keras.layers.Reshape((SIDE, SIDE, 1))(keras.layers.Dense(SIDE * SIDE, use_bias=False)(z))
    generator = keras.Model([z, label], image)
    critic = networks.conv_critic((SIDE, SIDE, 1), output_dim=1 + 2)
    model = AuxiliaryWGANGP(generator, critic, n_classes=2, n_critic=1)
    kernel, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((SIDE * SIDE, DIM)))
    generator.set_weights([0.3 * kernel.T])
    return model


def on_sphere(n):
    z = np.random.default_rng(1).standard_normal((n, DIM)).astype("float32")
    return z * DIM**0.5 / np.linalg.norm(z, axis=1, keepdims=True)


def images_of(model, z):
    return keras.ops.convert_to_numpy(model.generator([z, np.zeros(len(z), int)], training=False))


def test_images_that_the_model_made_are_found_again(linear):
    z = on_sphere(N)
    found = inversion.invert(linear, images_of(linear, z), starts=2, pool=50, steps=200)
    assert found["z"][:, 0] == pytest.approx(z, abs=0.02)
    assert found["error"].max() < 1e-3
    assert np.linalg.norm(found["z"], axis=-1) == pytest.approx(DIM**0.5, rel=1e-5)


def test_the_nearest_image_is_the_projection_onto_the_sphere(linear):
    """min |z W - t| over |z| = r is z = r t W^T / |t W^T|, for W with orthogonal rows of one length."""
    target = np.random.default_rng(2).uniform(-1, 1, (3, SIDE, SIDE, 1)).astype("float32")
    kernel = linear.generator.get_weights()[0]
    z = target.reshape(3, -1) @ kernel.T
    z *= DIM**0.5 / np.linalg.norm(z, axis=1, keepdims=True)
    best = np.sqrt(np.square(z @ kernel - target.reshape(3, -1)).mean(1))
    found = inversion.invert(linear, target, starts=3, pool=60, steps=300)
    assert found["error"][:, 0] == pytest.approx(best, rel=1e-4)
    assert found["z"][:, 0] == pytest.approx(z, abs=0.02)
    assert (np.diff(found["error"], axis=1) >= 0).all()


def test_what_is_not_seen_does_not_count(linear):
    def upper(images):
        return images[:, : SIDE // 2]

    whole = images_of(linear, on_sphere(N))
    found = inversion.invert(linear, upper(whole), seen=upper, starts=1, pool=50, steps=200)
    error = np.sqrt(np.square(upper(found["images"][:, 0]) - upper(whole)).mean((1, 2, 3)))
    assert found["error"][:, 0] == pytest.approx(error, rel=1e-4)
    spoiled = whole.copy()
    spoiled[:, SIDE // 2 :] = 1
    again = inversion.invert(linear, upper(spoiled), seen=upper, starts=1, pool=50, steps=200)
    assert (again["z"] == found["z"]).all()


def test_answers_of_one_target_do_not_depend_on_the_others(linear):
    targets = images_of(linear, on_sphere(N))
    together = inversion.invert(linear, targets, starts=2, pool=50, steps=20)
    alone = inversion.invert(linear, targets[:1], starts=2, pool=50, steps=20)
    assert together["error"][0] == pytest.approx(alone["error"][0], rel=1e-3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"starts": 0}, "starts must be"),
        ({"steps": 1.5}, "steps must be"),
        ({"pool": 3}, "pool must be at least starts = 4"),
        ({"learning_rate": 0}, "learning_rate must be"),
        ({"seed": -1}, "seed must be"),
        ({"targets": np.zeros((2, 4, 4, 1))}, "targets must have the shape"),
        ({"targets": np.full((2, SIDE, SIDE, 1), np.nan)}, "targets must be free of NaN"),
        ({"model": networks.mlp_generator()}, "model must be"),
        ({"seen": lambda images: tf.image.resize(images, (4, 4))}, "targets must have the shape"),
    ],
)
def test_wrong_arguments(linear, options, message):
    arguments = {"model": linear, "targets": np.zeros((2, SIDE, SIDE, 1)), **options}
    with pytest.raises(ValueError, match=message):
        inversion.invert(**arguments)
