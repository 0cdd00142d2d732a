"""Layers and activations that compute Keras' own faster on a CPU: same weights, values and derivatives.

- ReLU and leaky ReLU whose zero second derivative costs nothing. The gradient penalty differentiates twice.
  The second derivative of both is 0 wherever there is one; that of `tf.nn.relu` is an array of zeros, which
  TensorFlow carries back through the whole network. `stop_gradient` leaves that path out.
- A convolution in the form that a CPU does fastest. A generator's last layer makes one or three channels, and
  the last maps of a deep critic are smaller than its kernel. The CPU kernels behind `keras.layers.Conv2D` use
  a fraction of the machine there: their vectors run over channels, their loops over padding. The forms below
  are made of TensorFlow's own operations, so that they have derivatives of any order.
- Batch normalization that trains on maps by TensorFlow's fused operation.

Saved models name these without "Fast", as earlier versions did.
"""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("wgan_keras", "relu")
def fast_relu(x):
    """max(x, 0).

    Example:

    >>> fast_relu(tf.constant([-1.0, 2.0])).numpy().tolist()
    [0.0, 2.0]
    """
    return _relu(x)


@keras.saving.register_keras_serializable("wgan_keras", "leaky_relu")
def fast_leaky_relu(x):
    """max(x, 0) + 0.2 min(x, 0).

    Example:

    >>> fast_leaky_relu(tf.constant([-1.0, 2.0])).numpy().astype(float).round(2).tolist()
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


FEW = 3  # channels: those of a colour image
BLOCK = 4  # side of the squares of pixels that `to_few_channels` computes together


def _saved_as(name):
    """A decorator: register a layer for saving under a name, and give its class that name too.

    Keras calls a layer's weights in a file by the name of its class, not by the registered one. With another
    name, neither files of earlier versions nor weights of a network of Keras' own layers would load.
    """

    def register(layer):
        layer.__name__ = name
        return keras.saving.register_keras_serializable("wgan_keras", name)(layer)

    return register


@_saved_as("Conv2D")
class FastConv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, computed in another form where that is faster.

    Args and weights: those of `keras.layers.Conv2D`.

    Example:

    >>> layer = FastConv2D(16, 5, strides=2, padding="same")
    >>> layer(tf.zeros((2, 28, 28, 1))).shape
    TensorShape([2, 14, 14, 16])
    """

    def convolution_op(self, inputs, kernel):
        kernel = tf.convert_to_tensor(kernel)
        form = self._form(inputs.shape[1:], kernel.shape)
        if form is None:
            return super().convolution_op(inputs, kernel)
        return form(inputs, kernel, self.strides[0])

    def _form(self, map_shape, kernel_shape):
        height, width, _ = map_shape
        size, _, _, channels = kernel_shape
        plain = self.padding == "same" and self.data_format == "channels_last" and self.groups == 1
        square = len({*self.kernel_size}) == len({*self.strides}) == len({*self.dilation_rate, 1}) == 1
        if not plain or not square or None in (height, width):
            return None
        if max(height, width) <= size:
            return on_small_map
        if self.strides[0] == 1 and channels <= FEW and height % BLOCK == width % BLOCK == 0:
            return to_few_channels
        return None


def _same_padding(length, size, stride):
    """Zeros before and after, and the length of the result, of a convolution with "same" padding."""
    result = -(-length // stride)
    total = max((result - 1) * stride + size - length, 0)
    return total // 2, total - total // 2, result


def on_small_map(x, kernel, stride):
    """Convolution of a map no larger than the kernel: a matrix product of patches and kernel."""
    size, _, channels, filters = kernel.shape
    (top, bottom, rows), (left, right, columns) = (_same_padding(n, size, stride) for n in x.shape[1:3])
    x = tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]])
    corners = [(stride * i, stride * j) for i in range(rows) for j in range(columns)]
    patches = tf.stack([x[:, i : i + size, j : j + size] for i, j in corners], axis=1)
    weights = tf.reshape(kernel, (size * size * channels, filters))
    scores = tf.matmul(tf.reshape(patches, (-1, size * size * channels)), weights)
    return tf.reshape(scores, (-1, rows, columns, filters))


def to_few_channels(x, kernel, stride):
    """Convolution to few channels: those of BLOCK x BLOCK pixels are computed as the channels of one."""
    size = kernel.shape[0]
    padding = [_same_padding(length, size, stride)[:2] for length in x.shape[1:3]]
    x = tf.pad(x, [[0, 0], *padding, [0, 0]])
    shifts = [(i, BLOCK - 1 - i) for i in range(BLOCK)]
    rows = tf.stack([tf.pad(kernel, [s, [0, 0], [0, 0], [0, 0]]) for s in shifts], axis=3)
    both = tf.stack([tf.pad(rows, [[0, 0], s, *[[0, 0]] * 3]) for s in shifts], axis=4)
    span = size + BLOCK - 1  # (span, span, channels, BLOCK, BLOCK, filters)
    kernel = tf.reshape(both, (span, span, kernel.shape[2], -1))
    return tf.nn.depth_to_space(tf.nn.conv2d(x, kernel, BLOCK, "VALID"), BLOCK)


@_saved_as("BatchNormalization")
class FastBatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization` (1502.03167), three times faster in training on float32 maps.

    Keras 3 composes mean, variance and scaling of several operations, each of which passes over the maps; one
    operation of TensorFlow does it all. Values, gradients and moving averages are equal up to rounding.

    Args and weights: those of `keras.layers.BatchNormalization`.

    Example:

    >>> maps = FastBatchNormalization()(tf.random.normal((8, 14, 14, 2), mean=5.0), training=True)
    >>> abs(float(tf.reduce_mean(maps))) < 1e-4
    True
    """

    def call(self, inputs, training=None, mask=None):
        maps = len(inputs.shape) == 4 and self.axis in (-1, 3) and inputs.dtype == "float32" and mask is None
        if not (maps and training and self.trainable and self.center and self.scale) or self.synchronized:
            return super().call(inputs, training=training, mask=mask)
        normalized = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=tf.convert_to_tensor(self.gamma),
            offset=tf.convert_to_tensor(self.beta),
            mean=[],
            variance=[],
            epsilon=self.epsilon,
            is_training=True,
        )
        # The operation divides by n - 1 for the variance that it hands out, Keras by n.
        n = tf.cast(tf.reduce_prod(tf.shape(inputs)[:3]), "float32")
        variance = normalized.batch_variance * (n - 1) / n
        for average, value in ((self.moving_mean, normalized.batch_mean), (self.moving_variance, variance)):
            average.assign(average * self.momentum + value * (1 - self.momentum))
        return normalized.y
