"""The models on several devices, in several processes, and in half precision.

`replicas.WGANGP` and its sisters take the arguments of `wgan_keras.WGANGP` and train alike

- under a `tf.distribute.MirroredStrategy` or `MultiWorkerMirroredStrategy`: build and compile the model
  inside `strategy.scope()`. A batch of `n_critic * batch_size` samples is shared out, so batch_size should be
  a multiple of the number of devices. Each replica draws noise of its own;
- with the dtype policies `mixed_float16` (both optimizers are wrapped in a `LossScaleOptimizer`) and
  `mixed_bfloat16`. Losses and the penalty are float32.

`training.fit` trains them and ends in one sentence where another worker is gone.
"""

import keras
import tensorflow as tf

from wgan_keras import conditional, models
from wgan_keras.models import layers_of, require

register = keras.saving.register_keras_serializable("wgan_replicas")


class ReplicaSeedGenerator(keras.random.SeedGenerator):
    """A seed generator whose draws differ between the replicas of a `tf.distribute` strategy."""

    def next(self, ordered=True):
        context = tf.distribute.get_replica_context()
        replica = 0 if context is None else context.replica_id_in_sync_group
        # The first word names the stream, the second counts draws.
        return super().next(ordered) + tf.stack([tf.cast(replica, tf.int64) * 1_000_003, 0])


class Replicated:
    """What changes in a model of `models.py`; it comes before the model's class among the bases."""

    one_device = False
    new_noise = ReplicaSeedGenerator

    def __init__(self, generator, critic, **options):
        super().__init__(_ends_in_float32(generator), _ends_in_float32(critic), **options)

    def compile(self, generator_optimizer=None, critic_optimizer=None, **options):
        given = generator_optimizer, critic_optimizer
        optimizers = [self.default_optimizer() if o is None else keras.optimizers.get(o) for o in given]
        inner = [getattr(o, "inner_optimizer", o) for o in optimizers]  # without their loss scales
        require(inner[0] is not inner[1], "Both optimizers are one object, which keeps one state: make two.")
        in_scope = self.distribute_strategy.extended.variable_created_in_scope
        require(
            all(in_scope(optimizer.variables[0].value) for optimizer in inner),
            "An optimizer was made outside the tf.distribute scope of the model, where it would count an "
            "update once for each device: call compile, and make optimizers, inside `strategy.scope()`.",
        )
        layers = [*layers_of(self.generator), *layers_of(self.critic)]
        half = any(layer.compute_dtype == "float16" for layer in layers)
        if half and options.get("auto_scale_loss", True):
            scaled = keras.optimizers.LossScaleOptimizer
            optimizers = [o if isinstance(o, scaled) else scaled(o) for o in optimizers]
        super().compile(*optimizers, **options)

    def train_step(self, data):
        return self._logs(super().train_step(data))

    def test_step(self, data):
        # Replicas may get shares of different sizes of the last batch, or none: what counts is the whole.
        real = self.check_batch(data, 0, values=False)
        fake = self.fake(real, self.evaluation_noise, training=False)
        real_scores, fake_scores, _ = self.scores(real, fake, training=False)
        size = tf.cast(tf.shape(real_scores)[0], real_scores.dtype)
        share = tf.math.multiply_no_nan(self.estimate(real_scores, fake_scores), size)
        context = tf.distribute.get_replica_context()
        total, size = context.all_reduce(tf.distribute.ReduceOp.SUM, [share, size])
        mean = self.means[self.estimate_name]
        mean.update_state(total / size, sample_weight=size)
        return self._logs({self.estimate_name: mean.result()})

    def descend(self, tape, loss, network, optimizer):
        weights = network.trainable_variables
        if not weights:
            return
        context = tf.distribute.get_replica_context()
        # The loss counts by this replica's share, and is scaled up for float16.
        weight = optimizer.scale_loss(tf.ones_like(loss)) / context.num_replicas_in_sync
        gradients = tape.gradient(loss, weights, output_gradients=weight)
        require(any(g is not None for g in gradients), models.NO_GRADIENT.format(network.name))
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            # Keras looks for an overflow on the first replica alone, before it adds up the gradients.
            mean = tf.distribute.ReduceOp.MEAN
            gradients = [g if g is None else context.all_reduce(mean, g) for g in gradients]
        optimizer.apply_gradients(zip(tf.tuple(gradients), weights))

    def _logs(self, logs):
        strategy = self.distribute_strategy
        workers = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        if workers and strategy.cluster_resolver.cluster_spec():
            # Keras takes the mean of the workers' logs along the first axis: a scalar has none.
            return {name: tf.expand_dims(value, 0) for name, value in logs.items()}
        return logs


def _ends_in_float32(network):
    """The network, with a last layer that casts to float32 if it ends in half precision."""
    if not isinstance(network, keras.Model) or not getattr(network, "outputs", None):
        return network  # which the model refuses
    if network.outputs[0].dtype not in ("float16", "bfloat16"):
        return network
    cast = keras.layers.Activation("linear", dtype="float32")
    return keras.Model(network.inputs, cast(network.outputs[0]), name=network.name)


@register
class GAN(Replicated, models.GAN):
    """`wgan_keras.GAN` on several devices or in half precision."""

    def __init__(self, generator, discriminator, **options):
        super().__init__(generator, discriminator, **options)


@register
class WGANClip(Replicated, models.WGANClip):
    """`wgan_keras.WGANClip` on several devices or in half precision."""


@register
class WGANGP(Replicated, models.WGANGP):
    """`wgan_keras.WGANGP` on several devices or in half precision.

    Example:

    >>> from wgan_keras import networks
    >>> strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    >>> with strategy.scope():
    ...     model = WGANGP(networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,)), n_critic=1)
    ...     model.compile()
    >>> history = model.fit(tf.zeros((16, 2)), batch_size=8, verbose=0)
    >>> model.updates
    2
    """


@register
class ConditionalWGANGP(Replicated, conditional.ConditionalWGANGP):
    """`wgan_keras.ConditionalWGANGP` on several devices or in half precision."""


@register
class AuxiliaryWGANGP(Replicated, conditional.AuxiliaryWGANGP):
    """`wgan_keras.AuxiliaryWGANGP` on several devices or in half precision."""
