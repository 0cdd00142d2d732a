"""Inside a critic: its gradients layer by layer. Its slope at points is `gradient_norm`, in models.py."""

import contextlib
import itertools

import keras
import tensorflow as tf


def layer_gradients(critic, real, fake):
    """How a critic's gradient grows or shrinks on its way back: its length at each layer.

    ||dL/dh_l||_2 of L = E f(fake) - E f(real), with h_l the outputs of layer l for the whole batch
    (1704.00028, figure 1b).

    Args:
        critic: Keras model whose layers follow one another, (batch, *sample shape) to scores (batch, 1).
        real, fake: float arrays (n, *sample shape).

    Returns:
        list of float, one for each layer but the last, from input to output.

    Raises:
        ValueError: a critic with branches, or `real` and `fake` that are not samples for it.

    Example: f(x) = 2 (3 x); L has the gradient -2 / n with respect to each hidden output of a real sample,
    2 / n for a generated one.

    >>> import numpy as np
    >>> critic = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1), keras.layers.Dense(1)])
    >>> critic.set_weights([np.array(w) for w in ([[3.0]], [0.0], [[2.0]], [0.0])])
    >>> layer_gradients(critic, tf.zeros((2, 1)), tf.ones((2, 1)))  # the root of 4 times 1
    [2.0]
    """
    if not isinstance(critic, keras.Model):
        raise ValueError(f"critic must be a Keras model, got {type(critic).__name__}.")
    real, fake = _samples(critic, "real", real), _samples(critic, "fake", fake)
    layers = [layer for layer in critic.layers if not isinstance(layer, keras.layers.InputLayer)]
    if any(layer.input is not before.output for before, layer in itertools.pairwise(layers)):
        raise ValueError(
            "critic must be a chain of layers, each fed by the one before: this one has branches."
        )
    x, outputs = tf.concat([real, fake], axis=0), []
    with tf.GradientTape() as tape:
        for layer in layers:
            x = layer(x)
            tape.watch(x)
            outputs.append(x)
        loss = tf.reduce_mean(x[len(real) :]) - tf.reduce_mean(x[: len(real)])
    # In float64, because the squares of tiny gradients are 0 in float32.
    return [float(tf.norm(tf.cast(g, tf.float64))) for g in tape.gradient(loss, outputs)[:-1]]


def _samples(critic, name, values):
    """An array as a tensor that a critic takes, or a ValueError that names the argument."""
    with contextlib.suppress(TypeError, ValueError):  # no array of numbers
        x = tf.convert_to_tensor(values)
        fits = tf.TensorShape(critic.input_shape).is_compatible_with(x.shape)
        if fits and x.dtype.is_floating and x.shape[0]:
            return x
    raise ValueError(f"{name} must be one or more float samples for the critic, of {critic.input_shape}.")
