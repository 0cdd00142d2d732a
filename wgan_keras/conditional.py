"""WGAN-GP of samples with labels: the example of how one extends `models.py`.

What `models.py` calls a sample is here the pair [sample, label]: real, fake and x_hat of a pair share the
label, and the penalty's gradient is with respect to the sample alone. Two ways to tell the critic the label:

- `ConditionalWGANGP`: it is the critic's second input (1411.1784, `networks.projection_critic` 1802.05637);
- `AuxiliaryWGANGP`: the critic sees the sample alone and learns to name its label (1610.09585), as WGAN-GP's
  authors did for CIFAR-10 (1704.00028, section 5.4).
"""

import numbers

import keras
import tensorflow as tf

from wgan_keras.models import (
    WGANGP,
    AdversarialModel,
    between,
    check,
    check_batch,
    clearly,
    gradient_norm,
    penalty_of,
    require,
)

REMEDY = "names become numbers by np.unique(names, return_inverse=True)[1], one-hot rows by argmax(axis=1)"


@keras.saving.register_keras_serializable("wgan")
class ConditionalWGANGP(WGANGP):
    """WGAN-GP that draws samples of a given class (1704.00028, with labels as in 1411.1784).

    Critic f: minimize  E f(G(z, y), y) - E f(x, y) + gp_weight * E (||grad_x f(x_hat, y)|| - 1)^2. Logs:
    those of `WGANGP`; the estimate is the mean over the classes of W1 within a class.

    Args:
        generator: Keras model with two inputs, z (batch, latent_dim) and label (batch,), as
            `networks.conditional_generator` makes it.
        critic: Keras model with two inputs, sample and label (batch,), to scores (batch, 1), as
            `networks.projection_critic` makes it.
        n_classes: labels are the integers from 0 to n_classes - 1.
        n_critic, gp_weight, seed: as for `WGANGP`.

    Raises:
        ValueError: networks without a second input, or an argument out of range.

    Example: points of two classes.

    >>> from wgan_keras import networks
    >>> generator = networks.conditional_generator(networks.mlp_generator(latent_dim=2 + 2), n_classes=2)
    >>> critic = networks.projection_critic(networks.mlp_critic(), n_classes=2)
    >>> model = ConditionalWGANGP(generator, critic, n_classes=2, n_critic=1, seed=0)
    >>> model.compile()
    >>> history = model.fit(tf.zeros((64, 2)), tf.zeros(64, "int32"), batch_size=32, verbose=0)
    >>> model.generate([0, 1, 1], seed=0).shape
    (3, 2)
    """

    n_inputs = 2, 2
    own_options = ("n_classes", "gp_weight")

    def __init__(self, generator, critic, *, n_classes, n_critic=5, gp_weight=10.0, seed=None, **kwargs):
        check("n_classes", n_classes, numbers.Integral, 1, "an integer of at least 1")
        self.n_classes = int(n_classes)
        super().__init__(generator, critic, n_critic=n_critic, gp_weight=gp_weight, seed=seed, **kwargs)

    def fit(self, x, y=None, batch_size=None, *, validation_data=None, **options):
        """Keras' `fit`, with labels: `x` is a data set of (samples, labels), or both are arrays."""
        if y is not None:
            x = self.pairs(x, y, 64 * self.n_critic if batch_size is None else batch_size, shuffle=True)
        if isinstance(validation_data, (tuple, list)):
            validation_data = self.pairs(*validation_data, 32)
        return super().fit(x, validation_data=validation_data, **options)

    def evaluate(self, x=None, y=None, batch_size=None, **options):
        """The critic's estimate on held-out pairs, given as for `fit`: a float, the same at each call."""
        if y is not None:
            x, batch_size = self.pairs(x, y, 32 if batch_size is None else batch_size), None
        return super().evaluate(x, None, batch_size, **options)

    def generate(self, labels, seed=None):
        """A sample for each of the labels, a NumPy array (n, *sample shape).

        Args:
            labels: integers (n,), from 0 to n_classes - 1.
            seed: integer; sample i depends on the seed, i and its label, so that one seed gives the same z to
                other labels. `None`: new samples at each call.
        """
        check("seed", seed, numbers.Integral, 0, "an integer of at least 0, or None")
        labels = self.check_labels(labels)
        z = self.latent(len(labels), seed if seed is None else int(seed))
        parts = range(0, len(labels), 256)
        made = [self.generator([z[i : i + 256], labels[i : i + 256]], training=False) for i in parts]
        return keras.ops.convert_to_numpy(tf.concat(made, axis=0))

    def pairs(self, x, y, batch_size, shuffle=False):
        """A data set of batches (samples, labels) from arrays."""
        check("batch_size", batch_size, numbers.Integral, 1, "an integer of at least 1")
        samples, labels = clearly(self.check_batch, (x, y))
        n = len(samples)
        require(n == len(labels), f"{n} samples have {len(labels)} labels: pass one for each.")
        pairs = tf.data.Dataset.from_tensor_slices((samples, labels))
        return (pairs.shuffle(n) if shuffle else pairs).batch(batch_size)

    def check_batch(self, data, n=1, values=True):
        samples, labels, weight = keras.utils.unpack_x_y_sample_weight(data)
        require(labels is not None and weight is None, "Pass batches of (samples, labels), without weights.")
        return [check_batch(self, samples, n, values), self.check_labels(labels)]

    def check_labels(self, labels):
        """The labels as int32 (n,)."""
        try:
            labels = tf.convert_to_tensor(labels)
        except (ValueError, TypeError):  # no array at all
            labels = tf.constant("")
        if len(labels.shape) == 2 and labels.shape[1] == 1:  # as Keras' CIFAR-10 has them
            labels = labels[:, 0]
        text = f"labels must be integers (n,) from 0 to {self.n_classes - 1}"
        fits = labels.dtype.is_integer and len(labels.shape) == 1
        require(fits, f"{text}, not {labels.dtype.name} {labels.shape}; {REMEDY}.")
        fine = tf.reduce_all((labels >= 0) & (labels < self.n_classes))
        if tf.executing_eagerly():
            require(bool(fine), f"{text}.")
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
        norm = self.slope(real, fake)
        penalty = penalty_of(norm, one_sided=False)
        logs = {**logs, "gradient_penalty": penalty, "gradient_norm": tf.reduce_mean(norm)}
        return loss + self.gp_weight * penalty, logs

    def slope(self, real, fake):
        """||grad_x f(x_hat, y)||, x_hat between a real and a generated sample of the same label y."""
        (x, labels), (fake_x, _) = real, fake

        def critic(samples, training):
            return self.critic([samples, labels], training=training)

        return gradient_norm(critic, between(x, fake_x, self.noise))


@keras.saving.register_keras_serializable("wgan")
class AuxiliaryWGANGP(ConditionalWGANGP):
    """WGAN-GP of a given class, whose critic also names the label (1704.00028, section 5.4; 1610.09585).

    The critic makes 1 + n_classes numbers of a sample: its score f(x) and a logit for each class. Its loss is
    that of `WGANGP` plus label_weight * cross-entropy of the labels of real samples; the generator's is
    -E f(G(z, y)) + label_weight * cross-entropy of y and the logits of G(z, y). Logs: those of `WGANGP`, and
    `label_loss`, the cross-entropy of real samples in nats.

    Differs from 1610.09585: the critic does not learn labels from generated samples.

    Args:
        generator: as for `ConditionalWGANGP`.
        critic: Keras model, samples to (batch, 1 + n_classes).
        n_classes, n_critic, gp_weight, seed: as for `ConditionalWGANGP`.
        label_weight: 0 or a positive number. A large one makes the samples of a class more alike.

    Raises:
        ValueError: networks that don't fit, or an argument out of range.

    Example:

    >>> from wgan_keras import networks
    >>> generator = networks.conditional_generator(networks.mlp_generator(latent_dim=2 + 3), n_classes=3)
    >>> critic = networks.mlp_critic(output_dim=1 + 3)
    >>> model = AuxiliaryWGANGP(generator, critic, n_classes=3, n_critic=1, seed=0)
    >>> model.compile()
    >>> history = model.fit(tf.zeros((64, 2)), tf.zeros(64, "int32"), batch_size=32, verbose=0)
    >>> model.generate([0, 1, 2], seed=0).shape
    (3, 2)
    """

    n_inputs = 2, 1
    n_scores = property(lambda self: 1 + self.n_classes)
    more_logs = (*WGANGP.more_logs, "label_loss")
    own_options = ("n_classes", "gp_weight", "label_weight")

    def __init__(self, generator, critic, *, n_classes, label_weight=1.0, **options):
        check("label_weight", label_weight, numbers.Real, 0, "0 or a positive number")
        super().__init__(generator, critic, n_classes=n_classes, **options)
        self.label_weight = float(label_weight)

    def critic_loss(self, real, fake):
        (x, labels), (fake_x, _) = real, fake
        real_outputs, fake_outputs, added = WGANGP.scores(self, x, fake_x)
        estimate = self.estimate(real_outputs[:, 0], fake_outputs[:, 0])
        norm = self.slope(real, fake)
        penalty, label_loss = penalty_of(norm, one_sided=False), self.label_loss(real_outputs, labels)
        loss = added - estimate + self.gp_weight * penalty + self.label_weight * label_loss
        logs = {"gradient_penalty": penalty, "gradient_norm": tf.reduce_mean(norm), "label_loss": label_loss}
        return loss, {self.estimate_name: estimate, **logs}

    def generator_loss(self, fake):
        samples, labels = fake
        outputs = self.critic(samples, training=True)
        return self.label_weight * self.label_loss(outputs, labels) - tf.reduce_mean(outputs[:, 0])

    def label_loss(self, outputs, labels):
        """-E log p(label), p the softmax of the critic's logits."""
        return tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=outputs[:, 1:])
        )

    def slope(self, real, fake):
        def critic(samples, training):
            return self.critic(samples, training=training)[:, 0]

        return gradient_norm(critic, between(real[0], fake[0], self.noise))

    def scores(self, real, fake, training=True):
        real_outputs, fake_outputs, added = WGANGP.scores(self, real[0], fake[0], training)
        return real_outputs[:, :1], fake_outputs[:, :1], added
