"""Generators and critics: multilayer perceptrons for toy data, DCGAN-style convolutions for images.

`conditional_generator` and `projection_critic` let any of them take labels too. `frozen_normal` and
`frozen_noisy` never learn: a critic trained against them has a known task.

All return plain functional Keras models; a critic serves as a GAN's discriminator too, because it ends in an
unbounded score (a logit). Images lie in [-1, 1], channels last.
"""

import math

import keras
from keras import layers

from wgan_keras._checks import as_numbers, check_counts, check_positive, check_sizes, shown
from wgan_keras.fast_layers import FastBatchNormalization, FastConv2D, fast_leaky_relu, fast_relu


def mlp_generator(latent_dim=2, output_dim=2, hidden=(128, 128, 128)):
    """Multilayer perceptron, z to unbounded samples: ReLU, He initialization as in 1704.00028's toy code.

    Args:
        latent_dim, output_dim: dimensions of z and of a sample.
        hidden: widths of the hidden layers.

    Returns:
        Keras model, (batch, latent_dim) to (batch, output_dim) float32.

    Example:

    >>> mlp_generator(latent_dim=3, output_dim=2).output_shape
    (None, 2)
    """
    check_counts(latent_dim=latent_dim, output_dim=output_dim)
    check_sizes(hidden=hidden)
    z = keras.Input((latent_dim,), name="z")
    x = _dense_stack(z, hidden, "relu")
    return keras.Model(z, layers.Dense(output_dim, dtype=keras.config.floatx())(x), name="generator")


def mlp_critic(input_dim=2, hidden=(128, 128, 128), activation=fast_relu, output_dim=1):
    """Multilayer perceptron, sample to score: ReLU, He initialization as in 1704.00028's toy code.

    Args:
        input_dim: dimension of a sample.
        hidden: widths of the hidden layers.
        activation: of the hidden layers, as Keras takes it. A smooth one ("swish") lets a gradient penalty
            bend the slope; through ReLU its gradient reaches the weights, but not the places of the kinks.
        output_dim: 1, the score; 1 + n_classes for `AuxiliaryWGANGP`.

    Returns:
        Keras model, (batch, input_dim) to (batch, output_dim) float32.

    Example:

    >>> mlp_critic(input_dim=2, hidden=(16,)).count_params()  # (2 + 1) * 16 + 16 + 1
    65
    """
    check_counts(input_dim=input_dim, output_dim=output_dim)
    check_sizes(hidden=hidden)
    _check_activation(activation)
    inputs = keras.Input((input_dim,), name="sample")
    x = _dense_stack(inputs, hidden, activation)
    return keras.Model(inputs, layers.Dense(output_dim, dtype=keras.config.floatx())(x), name="critic")


def frozen_normal(mean, std):
    """A generator that never learns: mean + std z, with z ~ N(0, I).

    Args:
        mean: sequence of d numbers; z has d entries too.
        std: standard deviation of each coordinate.

    Returns:
        Keras model without trainable weights, (batch, d) to (batch, d) float32.

    Example: N((4, 0), 0.25 I)

    >>> import numpy as np
    >>> generator = frozen_normal([4, 0], std=0.5)
    >>> keras.ops.convert_to_numpy(generator(np.array([[0.0, 0.0], [1.0, -1.0]]))).tolist()
    [[4.0, 0.0], [4.5, -0.5]]
    """
    mean = as_numbers(mean, "mean", "float32")
    if mean.ndim != 1:
        raise ValueError(f"mean must be a sequence of numbers, one for each coordinate, got {shown(mean)}.")
    check_positive(or_zero=True, std=std)
    z = keras.Input((len(mean),), name="z")
    return keras.Model(z, std * z + mean, name="generator")


def frozen_noisy(samples, std):
    """A generator that never learns: a given sample, picked by chance, plus N(0, std^2 I).

    Args:
        samples: float array (n, d).
        std: standard deviation of the noise on each coordinate.

    Returns:
        Keras model without trainable weights, (batch, 1 + d) to (batch, d) float32: the first entry of z
        picks the sample, the others are the noise.

    Example:

    >>> import numpy as np
    >>> generator = frozen_noisy(np.array([[10.0], [20.0]]), std=1.0)
    >>> keras.ops.convert_to_numpy(generator(np.array([[-1.0, 0.5], [1.0, -0.5]]))).tolist()
    [[10.5], [19.5]]
    """
    samples = as_numbers(samples, "samples", "float32")
    if samples.ndim != 2:
        raise ValueError(f"samples must be an array (n, d), got shape {samples.shape}.")
    check_positive(or_zero=True, std=std)
    z = keras.Input((1 + samples.shape[1],), name="z")
    level = (1 + keras.ops.erf(z[:, 0] / 2**0.5)) / 2  # uniform in [0, 1], because z[0] is normal
    row = keras.ops.minimum(keras.ops.cast(level * len(samples), "int32"), len(samples) - 1)
    return keras.Model(z, keras.ops.take(samples, row, axis=0) + std * z[:, 1:], name="generator")


def image_mlp_generator(image_shape=(28, 28, 1), latent_dim=64, hidden=(512, 512, 512, 512)):
    """Image generator without convolutions: a ReLU network and tanh (the MLP of 1701.07875, section 4.3).

    Args:
        image_shape: (height, width, channels).
        latent_dim: dimension of z.
        hidden: widths of the hidden layers.

    Returns:
        Keras model, (batch, latent_dim) to images (batch, *image_shape) float32 in [-1, 1].

    Example:

    >>> image_mlp_generator((28, 28, 1), hidden=(16,)).output_shape
    (None, 28, 28, 1)
    """
    check_sizes(length=3, image_shape=image_shape)
    check_counts(latent_dim=latent_dim)
    check_sizes(hidden=hidden)
    z = keras.Input((latent_dim,), name="z")
    x = layers.Dense(math.prod(image_shape), activation="tanh", dtype=keras.config.floatx())(
        _dense_stack(z, hidden, "relu")
    )
    return keras.Model(z, layers.Reshape(image_shape)(x), name="generator")


def conv_generator(
    image_shape=(28, 28, 1),
    latent_dim=64,
    filters=(16, 32, 64),
    batch_norm=False,
    activation="relu",
    hidden=(),
    nearest=False,
    extra=0,
):
    """Image generator: a dense layer to a quarter of the size, then two stride-2 transposed convolutions.

    After DCGAN (1511.06434): no pooling, ReLU, tanh at the end, batch normalization if asked for. The other
    options break its rules.

    Args:
        image_shape: (height, width, channels); height and width multiples of 4.
        latent_dim: dimension of z.
        filters: channels at full, half and quarter size.
        batch_norm: normalize every layer but the last.
        activation: of the hidden layers, as Keras takes it.
        hidden: widths of dense hidden layers between z and the first map.
        nearest: double the size by repeating pixels before a convolution, in place of a transposed one.
        extra: 3 x 3 convolutions of stride 1 after each doubling.

    Returns:
        Keras model, (batch, latent_dim) to images (batch, *image_shape) float32 in [-1, 1].

    Raises:
        ValueError: an image side that is not a multiple of 4.

    Example:

    >>> conv_generator((32, 32, 3)).output_shape
    (None, 32, 32, 3)
    """
    height, width, channels = _checked(image_shape)
    check_sizes(length=3, filters=filters)
    check_counts(latent_dim=latent_dim)
    check_counts(at_least=0, extra=extra)
    check_sizes(hidden=hidden)
    _check_activation(activation)
    full, half, quarter = filters

    def activated(x):
        return layers.Activation(activation)(FastBatchNormalization()(x) if batch_norm else x)

    def doubled(x, channels):
        if nearest:
            x = FastConv2D(channels, 5, padding="same")(layers.UpSampling2D()(x))
        else:
            x = layers.Conv2DTranspose(channels, 5, strides=2, padding="same")(x)
        for _ in range(extra):
            x = FastConv2D(channels, 3, padding="same")(activated(x))
        return activated(x)

    z = x = keras.Input((latent_dim,), name="z")
    for units in hidden:
        x = activated(layers.Dense(units)(x))
    x = activated(layers.Dense(height // 4 * (width // 4) * quarter)(x))
    x = layers.Reshape((height // 4, width // 4, quarter))(x)
    x = doubled(doubled(x, half), full)
    x = FastConv2D(channels, 5, padding="same", activation="tanh", dtype=keras.config.floatx())(x)
    return keras.Model(z, x, name="generator")


def conv_critic(
    image_shape=(28, 28, 1),
    filters=(16, 32, 64),
    normalization=None,
    activation=fast_leaky_relu,
    hidden=(),
    max_pooling=False,
    extra=0,
    output_dim=1,
):
    """Image critic: three stride-2 convolutions with leaky ReLU, no normalization, then one score.

    Args:
        image_shape: (height, width, channels); height and width multiples of 4.
        filters: channels at half, quarter and eighth size.
        normalization: "batch" or "layer", of every layer but the first and last; `None` has none.
        activation: of the hidden layers, as Keras takes it.
        hidden: widths of dense hidden layers before the score.
        max_pooling: halve the size by max pooling after a convolution of stride 1.
        extra: 3 x 3 convolutions of stride 1 after each halving.
        output_dim: 1, the score; 1 + n_classes for `AuxiliaryWGANGP`.

    Returns:
        Keras model, images (batch, *image_shape) to (batch, output_dim) float32.

    Raises:
        ValueError: an image side that is not a multiple of 4, or another normalization.

    Example:

    >>> conv_critic((64, 64, 3)).output_shape
    (None, 1)
    """
    _checked(image_shape)
    check_sizes(filters=filters, hidden=hidden)
    check_counts(at_least=0, extra=extra)
    check_counts(output_dim=output_dim)
    _check_activation(activation)
    if normalization not in (None, "batch", "layer"):
        raise ValueError(f'normalization must be "batch", "layer" or None, got {normalization!r}.')

    def activated(x, normalized=True):
        if normalization and normalized:
            over_sample = list(range(1, len(x.shape)))  # Keras' default would normalize each place by itself
            x = {"batch": FastBatchNormalization(), "layer": layers.LayerNormalization(axis=over_sample)}[
                normalization
            ](x)
        return layers.Activation(activation)(x)

    inputs = x = keras.Input(image_shape, name="image")
    for i, channels in enumerate(filters):
        x = FastConv2D(channels, 5, strides=1 if max_pooling else 2, padding="same")(x)
        x = activated(x, normalized=i > 0)
        if max_pooling:
            x = layers.MaxPooling2D(padding="same")(x)
        for _ in range(extra):
            x = activated(FastConv2D(channels, 3, padding="same")(x))
    x = layers.Flatten()(x)
    for units in hidden:
        x = activated(layers.Dense(units)(x))
    return keras.Model(inputs, layers.Dense(output_dim, dtype=keras.config.floatx())(x), name="critic")


def conditional_generator(generator, n_classes):
    """A generator with labels: it joins the label's one-hot vector to z (1411.1784).

    Args:
        generator: Keras model, (batch, latent_dim + n_classes) to samples; it becomes part of the new one.
        n_classes: labels are the integers from 0 to n_classes - 1.

    Returns:
        Keras model with two inputs, z (batch, latent_dim) and label (batch,) int32, to samples.

    Raises:
        ValueError: a generator whose input has no place for the label.

    Example:

    >>> conditional_generator(conv_generator(latent_dim=64 + 10), n_classes=10).input_shape
    [(None, 64), (None,)]
    """
    check_counts(n_classes=n_classes)
    shape = getattr(generator, "input_shape", None)
    if not (isinstance(shape, tuple) and len(shape) == 2 and shape[1] > n_classes):
        raise ValueError(
            f"generator must be a Keras model of vectors z with more than n_classes = {n_classes} entries, "
            "latent_dim + n_classes, because the label takes n_classes of them."
        )
    z, label = keras.Input((shape[1] - n_classes,), name="z"), keras.Input((), dtype="int32", name="label")
    joined = layers.Concatenate()([z, _one_hot(label, n_classes)])
    return keras.Model([z, label], generator(joined), name="conditional_generator")


def projection_critic(critic, n_classes):
    """A critic with labels: f(x, y) = f(x) + <v_y, h(x)>, h the last hidden layer (projection, 1802.05637).

    Args:
        critic: Keras model, samples to scores (batch, 1), that ends in a dense layer; it becomes part of the
            new one.
        n_classes: labels are the integers from 0 to n_classes - 1; each has a vector v_y to be learned.

    Returns:
        Keras model with two inputs, sample and label (batch,) int32, to scores (batch, 1).

    Raises:
        ValueError: a critic that ends otherwise.

    Example:

    >>> projection_critic(conv_critic(), n_classes=10).input_shape
    [(None, 28, 28, 1), (None,)]
    """
    check_counts(n_classes=n_classes)
    last = critic.layers[-1] if isinstance(critic, keras.Model) and critic.layers else None
    if not isinstance(last, layers.Dense) or last.units != 1:
        raise ValueError("critic must be a Keras model that ends in Dense(1).")
    label = keras.Input((), dtype="int32", name="label")
    direction = layers.Dense(last.input.shape[-1], use_bias=False, name="v")(_one_hot(label, n_classes))
    projected = layers.Dot(axes=-1, dtype=keras.config.floatx())([last.input, direction])
    return keras.Model([critic.input, label], layers.Add()([critic.output, projected]), name="critic")


def _one_hot(label, n_classes):
    return layers.CategoryEncoding(n_classes, output_mode="one_hot")(label)


def _dense_stack(x, hidden, activation):
    for width in hidden:
        x = layers.Dense(width, activation=activation, kernel_initializer="he_normal")(x)
    return x


def _check_activation(activation):
    try:
        known = callable(keras.activations.get(activation))
    except (ValueError, TypeError):
        known = False
    if not known:
        raise ValueError(
            f"activation must be a function or the name of one in Keras, got {shown(activation)}."
        )


def _checked(image_shape):
    check_sizes(length=3, image_shape=image_shape)
    if image_shape[0] % 4 or image_shape[1] % 4:
        raise ValueError(
            f"image_shape must be (height, width, channels) with sides that are multiples of 4, got "
            f"{tuple(image_shape)}: resize the images, for example image_batches(..., image_size=64)."
        )
    return image_shape
