"""ReLU and leaky ReLU whose zero second derivative costs nothing.

The gradient penalty differentiates twice. The second derivative of both is 0 wherever there is one; that of
`tf.nn.relu` is an array of zeros, which TensorFlow carries back through the whole network. `stop_gradient`
leaves that path out.
"""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("wgan_keras")
def relu(x):
    """max(x, 0).

    Example:

    >>> relu(tf.constant([-1.0, 2.0])).numpy().tolist()
    [0.0, 2.0]
    """
    return _relu(x)


@keras.saving.register_keras_serializable("wgan_keras")
def leaky_relu(x):
    """max(x, 0) + 0.2 min(x, 0).

    Example:

    >>> leaky_relu(tf.constant([-1.0, 2.0])).numpy().astype(float).round(2).tolist()
    [-0.2, 2.0]
    """
    return _leaky_relu(x)


@tf.custom_gradient
def _relu(x):
    y = tf.nn.relu(x)
    return y, lambda dy: tf.raw_ops.ReluGrad(gradients=dy, features=tf.stop_gradient(y))


@tf.custom_gradient
def _leaky_relu(x):
    y = tf.nn.leaky_relu(x, 0.2)
    return y, lambda dy: tf.raw_ops.LeakyReluGrad(gradients=dy, features=tf.stop_gradient(y), alpha=0.2)
