"""WGAN-GP of samples with labels: the example of how one extends `models.py`."""

import numbers

import keras
import tensorflow as tf

from wgan_keras.models import (
    WGANGP,
    AdversarialModel,
    between,
    check,
    check_batch,
    gradient_norm,
    penalty_of,
    require,
)


@keras.saving.register_keras_serializable("wgan")
class ConditionalWGANGP(WGANGP):
    """WGAN-GP that draws samples of a given class (1704.00028, with labels as in 1411.1784).

    What the base class calls a sample is here the pair [sample, label]: real, fake and x_hat of a pair share
    the label, and the penalty's gradient is with respect to the sample alone. Logs: those of `WGANGP`.

    Args:
        generator: Keras model with two inputs, z (batch, latent_dim) and label (batch,) or (batch, 1).
        critic: Keras model with two inputs, sample and label, to scores (batch, 1).
        n_classes: labels are the integers from 0 to n_classes - 1.
        n_critic, gp_weight, seed: as for `WGANGP`.

    Raises:
        ValueError: networks without a second input, or an argument out of range.

    Example: points of two classes; the label enters both networks as a one-hot vector.

    >>> from keras import layers
    >>> def network(size, outputs):
    ...     inputs = [keras.Input((size,)), keras.Input((), dtype="int32")]
    ...     one_hot = layers.CategoryEncoding(2, output_mode="one_hot")(inputs[1])
    ...     return keras.Model(inputs, layers.Dense(outputs)(layers.Concatenate()([inputs[0], one_hot])))
    >>> model = ConditionalWGANGP(network(4, 2), network(2, 1), n_classes=2, n_critic=1, seed=0)
    >>> model.compile()
    >>> history = model.fit(tf.zeros((64, 2)), tf.zeros(64, "int32"), batch_size=32, verbose=0)
    >>> model.generate([0, 1, 1], seed=0).shape
    (3, 2)
    """

    n_inputs = 2
    own_options = ("n_classes", "gp_weight")

    def __init__(self, generator, critic, *, n_classes, n_critic=5, gp_weight=10.0, seed=None, **kwargs):
        check("n_classes", n_classes, numbers.Integral, 1, "an integer of at least 1")
        super().__init__(generator, critic, n_critic=n_critic, gp_weight=gp_weight, seed=seed, **kwargs)
        self.n_classes = int(n_classes)

    def fit(self, x, y=None, batch_size=None, **options):
        """Keras' `fit`, with labels: `x` is a data set of (samples, labels), or both are arrays."""
        if y is not None:
            pairs = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x))
            x = pairs.batch(batch_size or 64 * self.n_critic)
        return super().fit(x, **options)

    def check_batch(self, data, n=1, values=True):
        samples, labels, weight = keras.utils.unpack_x_y_sample_weight(data)
        require(labels is not None and weight is None, "Pass batches of (samples, labels), without weights.")
        return [check_batch(self, samples, n, values), self.check_labels(labels)]

    def check_labels(self, labels):
        labels = tf.convert_to_tensor(labels)
        text = f"labels must be integers from 0 to {self.n_classes - 1}"
        require(labels.dtype.is_integer, f"{text}, not {labels.dtype.name}.")
        fine = tf.reduce_all((labels >= 0) & (labels < self.n_classes))
        with tf.control_dependencies([tf.debugging.Assert(fine, [f"|{text}.|"])]):
            return tf.cast(labels, "int32")

    def mini_batches(self, data, n):
        samples, labels = self.check_batch(data, n, values=False)
        size = tf.shape(samples)[0] // n
        parts = [slice(i * size, (i + 1) * size) for i in range(n)]
        return [[samples[part], labels[part]] for part in parts]

    def fake(self, real, noise, training=True):
        _, labels = real
        z = self.latent(tf.shape(labels)[0], noise)
        return [self.generator([z, labels], training=training), labels]

    def critic_loss(self, real, fake):
        loss, logs = AdversarialModel.critic_loss(self, real, fake)
        (x, labels), (fake_x, _) = real, fake

        def critic(samples, training):
            return self.critic([samples, labels], training=training)

        norm = gradient_norm(critic, between(x, fake_x, self.noise))
        penalty = penalty_of(norm, one_sided=False)
        logs = {**logs, "gradient_penalty": penalty, "gradient_norm": tf.reduce_mean(norm)}
        return loss + self.gp_weight * penalty, logs

    def generate(self, labels, seed=None):
        """A sample for each of the labels, a NumPy array (n, *sample shape).

        Args:
            labels: integers (n,), from 0 to n_classes - 1.
            seed: integer; the same seed and labels give the same samples. `None`: new ones at each call.
        """
        check("seed", seed, numbers.Integral, 0, "an integer of at least 0, or None")
        labels = self.check_labels(labels)
        z = self.latent(len(labels), seed if seed is None else int(seed))
        parts = range(0, len(labels), 256)
        made = [self.generator([z[i : i + 256], labels[i : i + 256]], training=False) for i in parts]
        return keras.ops.convert_to_numpy(tf.concat(made, axis=0))
