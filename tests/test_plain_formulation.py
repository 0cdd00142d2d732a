"""What makes a step fast does not change it: the package against the textbook's step, same random numbers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks import textbook
from wgan_keras import WGANGP, networks

SMALL = (3, 4, 5)


def points():
    return (networks.mlp_generator(hidden=(16, 16)), networks.mlp_critic(hidden=(16, 16))), (
        textbook.mlp(2, 2, (16, 16)),
        textbook.mlp(2, 1, (16, 16)),
    )


def images():
    shape, four = (16, 16, 1), (4, 5, 6, 7)  # sides 8, 4, 2, 1: the last maps are smaller than the kernel
    ours = (
        networks.conv_generator(shape, filters=SMALL, batch_norm=True),
        networks.conv_critic(shape, filters=four),
    )
    return ours, (
        textbook.generator(shape, filters=SMALL, batch_norm=True),
        textbook.critic(shape, filters=four),
    )


def mixing():
    """A critic that tells a batch as a whole: real and generated samples must not share one."""

    def critic():
        x = keras.Input((2,))
        centred = x - 0.5 * keras.ops.mean(x, axis=0, keepdims=True)
        return keras.Model(x, keras.layers.Dense(1)(keras.layers.Dense(8, activation="tanh")(centred)))

    return (networks.mlp_generator(hidden=(8,)), critic()), (textbook.mlp(2, 2, (8,)), critic())


@pytest.mark.parametrize("build", [points, images, mixing])
def test_three_updates_agree_with_the_plain_formulation(build):
    keras.utils.set_random_seed(0)
    ours, plain = build()
    for a, b in zip(ours, plain):
        b.set_weights(a.get_weights())
    before = [w for net in ours for w in net.get_weights()]
    model, expected = WGANGP(*ours, n_critic=3, seed=4), textbook.TextbookWGANGP(*plain, n_critic=3, seed=4)
    for each in (model, expected):
        each.compile(keras.optimizers.SGD(0.02), keras.optimizers.SGD(0.02))
    data = np.random.default_rng(0).uniform(-1, 1, (3 * 8, *ours[0].output_shape[1:])).astype("float32")
    batches = tf.data.Dataset.from_tensors(data).repeat(3)
    for each in (model, expected):
        each.fit(batches, shuffle=False, verbose=0)
    after, wanted = ([w for net in nets for w in net.get_weights()] for nets in (ours, plain))
    assert any(abs(a - b).max() > 1e-3 for a, b in zip(after, before))
    for a, b in zip(after, wanted):
        assert a == pytest.approx(b, abs=1e-5)
