"""GAN, WGAN with weight clipping, and WGAN-GP as `keras.Model` subclasses.

This is the file to copy: it needs `keras` and `tensorflow` and nothing else of this project.

One training step is one generator update, as in Algorithm 1 of both Wasserstein papers:

    for each of n_critic fresh mini-batches of real data:  update the critic
    update the generator

References:
    GAN:      Goodfellow et al., 2014, https://arxiv.org/abs/1406.2661
    WGAN:     Arjovsky, Chintala, Bottou, 2017, https://arxiv.org/abs/1701.07875
    WGAN-GP:  Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, 2017, https://arxiv.org/abs/1704.00028
"""

import math
import numbers
import os
import warnings

import keras
import tensorflow as tf

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"wgan_keras needs Keras' TensorFlow backend, found {keras.backend.backend()!r}: "
        "set the environment variable KERAS_BACKEND=tensorflow before importing keras."
    )


class AdversarialModel(keras.Model):
    """What GAN, WGANClip and WGANGP share: the training step, data checks, sampling, saving.

    A subclass defines `critic_loss(real, fake)`, which returns the loss and a dict of what to log,
    `generator_loss(fake)`, `estimate(real_scores, fake_scores)` and `default_optimizer()`.

    As a Keras model it is its generator: `model(z)` and `model.predict(z)` map latent vectors to samples.
    """

    log_names = ("critic_loss", "generator_loss")
    estimate_name = "wasserstein_estimate"

    def __init__(self, generator, critic, *, n_critic, seed=None, **kwargs):
        _check_networks(generator, critic)
        _check_counts(n_critic=n_critic)
        _check_seed(seed)
        super().__init__(**kwargs)
        self.generator = generator
        self.critic = critic
        self.n_critic = int(n_critic)
        self.seed = None if seed is None else int(seed)
        self.training_noise = ReplicaSeedGenerator(self.seed)
        # Evaluation draws from a stream of its own, so that validating does not change the training.
        self.evaluation_noise = ReplicaSeedGenerator(0)
        names = (*self.log_names, self.estimate_name)
        self._trackers = {name: keras.metrics.Mean(name=name) for name in names}
        self.build(generator.input_shape)

    # --- Training ---------------------------------------------------------------------------------

    def train_step(self, data):
        """One update of the generator, after `n_critic` updates of the critic."""
        real = self._samples(data)
        if real.shape[0] is not None and real.shape[0] < self.n_critic:
            raise ValueError(self._too_small(f"a batch of {real.shape[0]}"))
        size = tf.shape(real)[0] // self.n_critic
        with tf.control_dependencies([tf.debugging.assert_positive(size, _TOO_SMALL)]):
            size = tf.identity(size)

        # A fresh mini-batch of real data for each critic update, as in Algorithm 1.
        logs = [self.critic_step(real[i * size : (i + 1) * size]) for i in range(self.n_critic)]
        logs = {name: tf.reduce_mean([log[name] for log in logs]) for name in logs[0]}
        logs["generator_loss"] = self.generator_step(size)
        for name, value in logs.items():
            self._trackers[name].update_state(value)
        return self._step_logs(self.get_metrics_result())

    def critic_step(self, real):
        """One update of the critic on the mini-batch `real`; returns what to log."""
        fake = self.generator(self._latent(tf.shape(real)[0], self.training_noise), training=True)
        with tf.GradientTape() as tape:
            loss, logs = self.critic_loss(real, fake)
            scaled = _scaled(loss, self.critic_optimizer)
        _descend(tape, scaled, self.critic, self.critic_optimizer)
        return {"critic_loss": loss, **logs}

    def generator_step(self, size):
        """One update of the generator on `size` latent vectors; returns its loss."""
        z = self._latent(size, self.training_noise)
        with tf.GradientTape() as tape:
            loss = self.generator_loss(self.generator(z, training=True))
            scaled = _scaled(loss, self.generator_optimizer)
        _descend(tape, scaled, self.generator, self.generator_optimizer)
        return loss

    def test_step(self, data):
        real = self._samples(data)
        size = tf.shape(real)[0]
        fake = self.generator(self._latent(size, self.evaluation_noise), training=False)
        estimate = self.estimate(self._scores(real, training=False), self._scores(fake, training=False))
        # Replicas may get shares of different sizes of the last batch, or none: what counts is the whole.
        size = tf.cast(size, tf.float32)
        total, size = tf.distribute.get_replica_context().all_reduce(
            tf.distribute.ReduceOp.SUM, [tf.math.multiply_no_nan(estimate, size), size]
        )
        tracker = self._trackers[self.estimate_name]
        tracker.update_state(total / size, sample_weight=size)
        return self._step_logs({self.estimate_name: tracker.result()})

    def _step_logs(self, logs):
        if self._has_several_workers():
            # Keras takes the mean of the workers' logs along the first axis: a scalar has none.
            return {name: tf.expand_dims(value, 0) for name, value in logs.items()}
        return logs

    def _has_several_workers(self):
        strategy = self.distribute_strategy
        multi_worker = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        return multi_worker and bool(strategy.cluster_resolver.cluster_spec())

    def generate(self, n, seed=None):
        """Draw samples: G(z) with z ~ N(0, I).

        Args:
            n: how many.
            seed: whole number; the same seed gives the same samples. `None`: new ones at each call.

        Returns:
            float32 array of shape (n, *sample shape) in the generator's range.
        """
        _check_counts(n=n)
        _check_seed(seed)
        z = self._latent(int(n), None if seed is None else int(seed))
        # Not `predict`, which traces a graph for each new model: slow to begin with, and TensorFlow warns.
        parts = [self.generator(z[i : i + 256], training=False) for i in range(0, n, 256)]
        return keras.ops.convert_to_numpy(keras.ops.concatenate(parts))

    def _latent(self, size, noise):
        return keras.random.normal((size, *self.generator.input_shape[1:]), seed=noise)

    def _scores(self, x, training=True):
        # Under mixed precision the networks compute in float16; losses and penalties don't.
        return tf.cast(self.critic(x, training=training), tf.float32)

    # --- Keras' conventions -----------------------------------------------------------------------

    def build(self, input_shape):
        self.built = True  # both networks are built already: _check_networks has seen their shapes

    def call(self, z, training=False):
        return self.generator(z, training=training)

    def compile(self, generator_optimizer=None, critic_optimizer=None, **keras_options):
        """Set the optimizers.

        Args:
            generator_optimizer, critic_optimizer: Keras optimizers or their names; `None` is the
                paper's choice for this model. A learning-rate schedule of the critic's optimizer
                counts critic updates: `n_critic` for each update of the generator.
            **keras_options: `steps_per_execution`, `jit_compile`, `run_eagerly`, `auto_scale_loss`.

        Raises:
            ValueError: one optimizer object given for both networks, one made outside the model's
                `tf.distribute` scope, or a loss or metric given.
        """
        fixed = {"optimizer", "loss", "loss_weights", "metrics", "weighted_metrics"} & set(keras_options)
        if fixed:
            raise ValueError(
                f"compile() got {sorted(fixed)[0]!r}, which {type(self).__name__} defines itself: "
                "pass generator_optimizer and critic_optimizer."
            )
        self.generator_optimizer = self._optimizer(generator_optimizer, keras_options)
        self.critic_optimizer = self._optimizer(critic_optimizer, keras_options)
        # A loss scale may be wrapped around it.
        inner = [getattr(o, "inner_optimizer", o) for o in (self.generator_optimizer, self.critic_optimizer)]
        if inner[0] is inner[1]:
            raise ValueError(
                "generator_optimizer and critic_optimizer are one object: make two, because an "
                "optimizer keeps a state for each of the weights it updates."
            )
        in_scope = self.distribute_strategy.extended.variable_created_in_scope
        if not all(in_scope(optimizer.iterations.value) for optimizer in inner):
            raise ValueError(
                "An optimizer was made outside the tf.distribute scope of the model, where it would count an "
                "update once for each device: call compile, and make optimizers, inside `strategy.scope()`."
            )
        # Built here, not at the first update: loading a saved model needs the slots to exist.
        self.generator_optimizer.build(self.generator.trainable_variables)
        self.critic_optimizer.build(self.critic.trainable_variables)
        self._keras_options = keras_options
        # `optimizer` is what Keras' learning-rate callbacks look at.
        super().compile(optimizer=self.generator_optimizer, loss=None, **keras_options)

    def _optimizer(self, optimizer, keras_options):
        optimizer = self.default_optimizer() if optimizer is None else keras.optimizers.get(optimizer)
        layers = (*_layers(self.generator), *_layers(self.critic))
        half = any(layer.compute_dtype == "float16" for layer in layers)
        scale = half and keras_options.get("auto_scale_loss", True)
        if scale and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        return optimizer

    @property
    def metrics(self):
        return list(self._trackers.values())

    @property
    def updates(self):
        """Updates of the generator so far, over all calls of `fit` and across saving and loading."""
        return int(keras.ops.convert_to_numpy(self.generator_optimizer.iterations))

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        *args,
        skip=0,
        **kwargs,
    ):
        """Keras' `fit`; the data are checked before the first update, the losses after each.

        Args:
            x: a `tf.data.Dataset` of float batches shaped (n_critic * batch_size, *sample shape), or one
                array of samples; in the generator's range, without labels. Each batch is cut into
                `n_critic` mini-batches; what does not divide is left out.
            skip: how many batches of a data set to pass over: those that a run which goes on has seen.
                `x.skip(...)` is not the same where `x` shuffles: checking the data would change the order.

        Raises:
            ValueError: labels, wrong dtype, shape or range, NaN, or a batch smaller than `n_critic`.
            FloatingPointError: a loss became NaN or infinite; the message names the update.
            ConnectionError: another worker of a `tf.distribute.MultiWorkerMirroredStrategy` is gone.
        """
        replicas = self.distribute_strategy.num_replicas_in_sync
        self._check_data(x, smallest_batch=self.n_critic * replicas, batch_size=batch_size)
        _check_counts(epochs=epochs)
        _check_counts(at_least=0, skip=skip)
        if skip:
            if not isinstance(x, tf.data.Dataset):
                raise ValueError(f"skip must be 0 where x is no tf.data.Dataset, got {skip!r}.")
            x = x.skip(skip)
        if not hasattr(x, "dtype"):
            kwargs.setdefault("shuffle", False)  # Keras shuffles arrays, and warns that it can't the rest
        callbacks = [_StopWhenDiverged(), *keras.tree.flatten(callbacks or [])]
        try:
            return super().fit(x, y, batch_size, epochs, verbose, callbacks, *args, **kwargs)
        except tf.errors.InvalidArgumentError as error:
            if _TOO_SMALL in error.message:
                raise ValueError(self._too_small("a batch in the data")) from None
            raise
        except tf.errors.UnavailableError:
            if not self._has_several_workers():
                raise
            raise ConnectionError(
                f"Another worker stopped answering after update {self.updates} of the generator, and this "
                "one can't go on alone: start all workers again, from the last saved model."
            ) from None

    def evaluate(self, x=None, *args, **kwargs):
        """The critic's estimate on held-out data, against fresh samples of the generator.

        The samples come from a fixed random stream: the same weights and data give the same number.

        Args:
            x: a `tf.data.Dataset` of batches, or one array of samples, as for `fit`.

        Returns:
            float: the estimate, averaged over the samples (a dict with `return_dict=True`).
        """
        self._check_data(x, smallest_batch=1, batch_size=kwargs.get("batch_size"))
        self.evaluation_noise.state.assign([0, 0])
        return super().evaluate(x, *args, **kwargs)

    def get_config(self):
        networks = {"generator": self.generator, self.critic_argument: self.critic}
        config = {name: keras.saving.serialize_keras_object(net) for name, net in networks.items()}
        return {**super().get_config(), **config, "n_critic": self.n_critic, "seed": self.seed}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for name in ("generator", cls.critic_argument):
            config[name] = keras.saving.deserialize_keras_object(config[name], custom_objects)
        return cls(**config)

    def get_compile_config(self):
        if not self.compiled:
            return None
        optimizers = {
            "generator_optimizer": self.generator_optimizer,
            "critic_optimizer": self.critic_optimizer,
        }
        config = {name: keras.saving.serialize_keras_object(opt) for name, opt in optimizers.items()}
        return {**config, **self._keras_options}

    def compile_from_config(self, config):
        config = dict(config)
        for name in ("generator_optimizer", "critic_optimizer"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        self.compile(**config)

    def save(self, filepath, overwrite=True, **kwargs):
        """Keras' `save` of both networks, both optimizers, counters and random state to a `.keras` file.

        The file is written whole or not at all: a full disk leaves an older file as it was.

        Raises:
            ValueError: `filepath` does not end in .keras.
            FileExistsError: the file exists and `overwrite` is false.
        """
        if not str(filepath).endswith(".keras"):
            raise ValueError(f"filepath must end in .keras, got {filepath!r}.")
        if not overwrite and os.path.exists(filepath):
            raise FileExistsError(f"{filepath} exists: pass overwrite=True to replace it.")
        super().save(filepath, **kwargs)

    def _unsaved(self):
        """What Keras leaves out of the file: random states, Dropout's too, and running means of the epoch."""
        states = [v for v in self.variables if v.name == "seed_generator_state"]
        means = {f"{m.name}_{v.name}": v for m in self.metrics for v in m.variables}
        return {**{f"random_state_{i}": state for i, state in enumerate(states)}, **means}

    def save_own_variables(self, store):
        # Without random states a reloaded model trains on with other noise.
        for name, variable in self._unsaved().items():
            store[name] = keras.ops.convert_to_numpy(variable)

    def load_own_variables(self, store):
        for name, variable in self._unsaved().items():
            if name in store or name.startswith("random"):  # earlier versions saved no running means
                variable.assign(store[name])

    # --- Data checks ------------------------------------------------------------------------------

    def _samples(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        if y is not None or not hasattr(x, "shape"):
            raise ValueError(
                f"{type(self).__name__} takes samples without labels: pass the images alone, "
                "for example batches.map(lambda image, label: image)."
            )
        return x

    def _check_data(self, x, smallest_batch, batch_size):
        """Raise a ValueError for data that can't train this model; look at no more than needed."""
        if batch_size is not None:
            _check_counts(batch_size=batch_size)
        if isinstance(x, tf.data.Dataset):
            first = next(iter(x.take(1)), None)
            if first is None:
                raise ValueError("The data set holds no batch: use a smaller batch_size, or more samples.")
            x = self._samples(first)
            smallest = len(x)
        elif getattr(x, "shape", ()) and hasattr(x, "dtype") and x.dtype != object:
            batch_size = batch_size or 32  # Keras' default
            smallest = len(x) % batch_size or min(batch_size, len(x))
        elif hasattr(x, "dtype") or not hasattr(x, "__iter__") or isinstance(x, (str, list, tuple, dict)):
            raise ValueError(
                "x must be a tf.data.Dataset of float batches without labels, or one float array of samples; "
                f"got {type(x).__name__}."
            )
        else:
            return  # generators and the like can't be looked at without using them up
        if smallest < smallest_batch:
            raise ValueError(self._too_small(f"a batch of {smallest}"))
        self._check_values(tf.convert_to_tensor(x))

    def _check_values(self, x):
        if not x.dtype.is_floating:
            raise ValueError(
                f"The data are {x.dtype.name}, not floats: scale them to the generator's range, "
                "for images of 0..255 to [-1, 1] with x.astype('float32') / 127.5 - 1."
            )
        if tuple(x.shape[1:]) != self.generator.output_shape[1:]:
            raise ValueError(
                f"A sample of the data has shape {tuple(x.shape[1:])}, the generator makes "
                f"{self.generator.output_shape[1:]}: build the networks for the shape of the data."
            )
        if not tf.reduce_all(tf.math.is_finite(x)):
            raise ValueError("The data hold NaN or infinite values: remove or replace them.")
        low, high = _range(self.generator)
        smallest, largest = float(tf.reduce_min(x)), float(tf.reduce_max(x))
        if smallest < low - 1e-3 or largest > high + 1e-3:
            raise ValueError(
                f"The data lie in [{smallest:g}, {largest:g}], but the generator's last activation "
                f"only reaches [{low:g}, {high:g}]: scale the data to that range."
            )

    def _too_small(self, what):
        replicas = self.distribute_strategy.num_replicas_in_sync
        devices = f" times the number of devices ({replicas})" if replicas > 1 else ""
        return (
            f"{what[0].upper()}{what[1:]} is {_TOO_SMALL} ({self.n_critic}){devices}: one step needs a "
            "mini-batch for each critic update, so pass a batch_size that is a multiple of "
            f"{self.n_critic * replicas}, and drop_remainder=True."
        )


@keras.saving.register_keras_serializable("wgan_keras")
class GAN(AdversarialModel):
    """The original GAN; the discriminator D(x) = sigmoid(logit(x)) is trained on its logits.

    Discriminator: maximize  E log D(x) + E log(1 - D(G(z)))  (1406.2661, eq. 1).
    Generator: maximize E log D(G(z)) (non-saturating), or minimize E log(1 - D(G(z))) (`saturating`).

    Logs: `critic_loss` (the discriminator's), `generator_loss`, and `js_estimate` in nats,
    log 2 + (E log D(x) + E log(1 - D(G(z)))) / 2: at most the Jensen-Shannon divergence in expectation,
    equal to it for the optimal discriminator.

    Args:
        generator: Keras model, (batch, latent_dim) to (batch, *sample shape).
        discriminator: Keras model, (batch, *sample shape) to logits (batch, 1); no sigmoid at the end.
        n_critic: updates of the discriminator for each of the generator.
        saturating: train the generator on E log(1 - D(G(z))).
        label_smoothing: real samples get the target 1 - label_smoothing; in [0, 1). Generated ones keep 0.
        instance_noise: standard deviation of Gaussian noise on all inputs of the discriminator, in the
            unit of the data.
        seed: whole number; `None` draws one.

    Raises:
        ValueError: networks that do not fit together, or an argument out of range.

    Example:

    >>> generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> discriminator = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> gan = GAN(generator, discriminator, seed=0)
    >>> gan.compile()
    >>> history = gan.fit(tf.zeros((64, 1)), batch_size=32, verbose=0)
    >>> sorted(history.history)
    ['critic_loss', 'generator_loss', 'js_estimate']
    """

    critic_argument = "discriminator"
    estimate_name = "js_estimate"

    def __init__(
        self,
        generator,
        discriminator,
        *,
        n_critic=1,
        saturating=False,
        label_smoothing=0.0,
        instance_noise=0.0,
        seed=None,
        **kwargs,
    ):
        if not _is_number(label_smoothing) or not 0 <= label_smoothing < 1:
            raise ValueError(f"label_smoothing must lie in [0, 1), got {label_smoothing!r}.")
        if not _is_number(instance_noise) or not 0 <= instance_noise < math.inf:
            raise ValueError(f"instance_noise must be 0 or a positive number, got {instance_noise!r}.")
        super().__init__(generator, discriminator, n_critic=n_critic, seed=seed, **kwargs)
        self.saturating = bool(saturating)
        self.label_smoothing = float(label_smoothing)
        self.instance_noise = float(instance_noise)

    @property
    def discriminator(self):
        return self.critic

    @staticmethod
    def default_optimizer():
        return keras.optimizers.Adam(2e-4, beta_1=0.5)  # Differs from 1406.2661: as in DCGAN, 1511.06434

    def critic_loss(self, real, fake):
        real_logits, fake_logits = self._scores(self._noisy(real)), self._scores(self._noisy(fake))
        loss = _log_loss(real_logits, 1.0 - self.label_smoothing) + _log_loss(fake_logits, 0.0)
        return loss, {self.estimate_name: self.estimate(real_logits, fake_logits)}

    def generator_loss(self, fake):
        logits = self._scores(self._noisy(fake))
        return -_log_loss(logits, 0.0) if self.saturating else _log_loss(logits, 1.0)

    def estimate(self, real_scores, fake_scores):
        return math.log(2) - (_log_loss(real_scores, 1.0) + _log_loss(fake_scores, 0.0)) / 2

    def _noisy(self, x):
        if not self.instance_noise:
            return x
        noise = keras.random.normal(tf.shape(x), stddev=self.instance_noise, seed=self.training_noise)
        return x + tf.cast(noise, x.dtype)

    def get_config(self):
        own = ("saturating", "label_smoothing", "instance_noise")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


class WassersteinModel(AdversarialModel):
    """Losses of both Wasserstein models: the critic maximizes E f(x) - E f(G(z)), the generator E f(G(z))."""

    critic_argument = "critic"

    def critic_loss(self, real, fake):
        estimate = self.estimate(self._scores(real), self._scores(fake))
        return -estimate, {self.estimate_name: estimate}

    def generator_loss(self, fake):
        return -tf.reduce_mean(self._scores(fake))

    def estimate(self, real_scores, fake_scores):
        return tf.reduce_mean(real_scores) - tf.reduce_mean(fake_scores)


@keras.saving.register_keras_serializable("wgan_keras")
class WGANClip(WassersteinModel):
    """WGAN with weight clipping (1701.07875, Algorithm 1).

    Critic f: maximize  E f(x) - E f(G(z)),  then clip every trainable weight to [-c, c].
    Generator: maximize E f(G(z)).

    Logs: `critic_loss`, `generator_loss`, and `wasserstein_estimate` = E f(x) - E f(G(z)), which is the
    distance W1 times an unknown constant that the clipping sets: compare it only along one run.

    Args:
        generator: Keras model, (batch, latent_dim) to (batch, *sample shape).
        critic: Keras model, (batch, *sample shape) to scores (batch, 1); no sigmoid at the end.
        n_critic: updates of the critic for each of the generator.
        clip_value: c, positive.
        seed: whole number; `None` draws one.

    Raises:
        ValueError: networks that do not fit together, or an argument out of range.

    Example:

    >>> generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> critic = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> wgan = WGANClip(generator, critic, clip_value=0.125, seed=0)
    >>> wgan.compile()
    >>> history = wgan.fit(tf.zeros((320, 1)), batch_size=160, verbose=0)
    >>> all(float(abs(w).max()) <= 0.125 for w in critic.get_weights())
    True
    """

    def __init__(self, generator, critic, *, n_critic=5, clip_value=0.01, seed=None, **kwargs):
        if not _is_number(clip_value) or not 0 < clip_value < math.inf:
            raise ValueError(f"clip_value must be a positive number, got {clip_value!r}.")
        super().__init__(generator, critic, n_critic=n_critic, seed=seed, **kwargs)
        self.clip_value = float(clip_value)

    @staticmethod
    def default_optimizer():
        return keras.optimizers.RMSprop(5e-5)

    def critic_step(self, real):
        logs = super().critic_step(real)
        # Biases too; but not what batch normalization has counted: that is no trainable weight.
        for weight in self.critic.trainable_variables:
            weight.assign(tf.clip_by_value(weight, -self.clip_value, self.clip_value))
        return logs

    def get_config(self):
        return {**super().get_config(), "clip_value": self.clip_value}


@keras.saving.register_keras_serializable("wgan_keras")
class WGANGP(WassersteinModel):
    """WGAN with gradient penalty (1704.00028, Algorithm 1).

    Critic f: minimize  E f(G(z)) - E f(x) + gp_weight * E (||grad f(x_hat)|| - 1)^2,
    x_hat between a real and a generated sample, see `gradient_penalty`. Generator: maximize E f(G(z)).

    Logs: `critic_loss` (with the penalty), `generator_loss`, `wasserstein_estimate` = E f(x) - E f(G(z))
    (without it; near W1, with a bias that shrinks as gp_weight grows), `gradient_penalty` (without
    its weight), `gradient_norm` (mean of ||grad f(x_hat)||).

    Args:
        generator: Keras model, (batch, latent_dim) to (batch, *sample shape).
        critic: Keras model, (batch, *sample shape) to scores (batch, 1); no sigmoid at the end and no
            batch normalization.
        n_critic: updates of the critic for each of the generator.
        gp_weight: the paper's lambda, 0 or positive.
        one_sided: penalize only norms above 1: (max(||grad f|| - 1, 0))^2.
        seed: whole number; `None` draws one.

    Raises:
        ValueError: networks that do not fit together, or an argument out of range.

    Example:

    >>> generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> critic = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> wgan = WGANGP(generator, critic, seed=0)
    >>> wgan.compile()
    >>> history = wgan.fit(tf.zeros((320, 1)), batch_size=160, verbose=0)
    >>> wgan.generate(3, seed=0).shape
    (3, 1)
    """

    log_names = (*WassersteinModel.log_names, "gradient_penalty", "gradient_norm")

    def __init__(
        self, generator, critic, *, n_critic=5, gp_weight=10.0, one_sided=False, seed=None, **kwargs
    ):
        if not _is_number(gp_weight) or not 0 <= gp_weight < math.inf:
            raise ValueError(f"gp_weight must be 0 or a positive number, got {gp_weight!r}.")
        super().__init__(generator, critic, n_critic=n_critic, seed=seed, **kwargs)
        self.gp_weight = float(gp_weight)
        self.one_sided = bool(one_sided)
        if any(isinstance(layer, keras.layers.BatchNormalization) for layer in _layers(critic)):
            warnings.warn(
                "The critic holds batch normalization: its score of one sample then depends on the others in "
                "the batch, while the penalty is on the gradient of each sample's own score. Use "
                "LayerNormalization or none.",
                stacklevel=2,
            )

    @staticmethod
    def default_optimizer():
        return keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9)

    def critic_loss(self, real, fake):
        loss, logs = super().critic_loss(real, fake)
        norm = gradient_norm(self.critic, _interpolate(real, fake, self.training_noise))
        penalty = _penalty(norm, self.one_sided)
        logs = {**logs, "gradient_penalty": penalty, "gradient_norm": tf.reduce_mean(norm)}
        return loss + self.gp_weight * penalty, logs

    def get_config(self):
        return {**super().get_config(), "gp_weight": self.gp_weight, "one_sided": self.one_sided}


def gradient_penalty(critic, real, fake, *, one_sided=False, seed=None):
    """E (||grad f(x_hat)|| - 1)^2 over x_hat = u real + (1 - u) fake, u ~ U[0, 1] (1704.00028, eq. 3).

    One u for each sample, the norm over all axes of a sample. The critic runs as at inference, so that
    dropout does not make the gradient that of another, thinned network.

    Args:
        critic: Keras model, (batch, *sample shape) to scores (batch, 1).
        real, fake: float tensors of one shape (batch, *sample shape).
        one_sided: penalize only norms above 1: (max(||grad f|| - 1, 0))^2.
        seed: whole number or `keras.random.SeedGenerator`.

    Returns:
        float32 scalar, without the weight lambda.

    Raises:
        ValueError: `real` and `fake` differ in shape, or are no samples for this critic.

    Example: f(x) = 3 x has slope 3 everywhere, the penalty is (3 - 1)^2.

    >>> critic = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    >>> critic.set_weights([3 * w for w in critic.get_weights()])
    >>> round(float(gradient_penalty(critic, tf.zeros((4, 1)), tf.ones((4, 1)))), 4)
    4.0
    """
    real, fake = samples_for(critic, real=real, fake=fake)
    if not isinstance(seed, keras.random.SeedGenerator):
        _check_seed(seed)
    if not real.shape.is_compatible_with(fake.shape):
        raise ValueError(f"real {tuple(real.shape)} and fake {tuple(fake.shape)} must have one shape.")
    return _penalty(gradient_norm(critic, _interpolate(real, fake, seed)), one_sided)


def _interpolate(real, fake, seed):
    """Points x_hat on the segments between real and generated samples, one coefficient for each pair."""
    real, fake = tf.cast(real, tf.float32), tf.cast(fake, tf.float32)
    shape = (tf.shape(real)[0], *[1] * (len(real.shape) - 1))  # (batch, 1, 1, 1) for images
    u = keras.random.uniform(shape, seed=seed)
    return fake + u * (real - fake)


def gradient_norm(critic, x):
    """||grad f(x)||_2 at each sample: the critic's slope there, as the penalty sees it.

    Args:
        critic: Keras model, (batch, *sample shape) to scores (batch, 1); it runs as at inference.
        x: float tensor or array (batch, *sample shape).

    Returns:
        float32 tensor (batch,), at least 1e-15.

    Raises:
        ValueError: `x` holds no samples for this critic.

    Example: f(x) = 3 x

    >>> critic = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    >>> critic.set_weights([3 * w for w in critic.get_weights()])
    >>> gradient_norm(critic, tf.zeros((2, 1))).numpy().round(4).tolist()
    [3.0, 3.0]
    """
    (x,) = samples_for(critic, x=x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        scores = critic(x, training=False)
    gradient = tf.cast(tape.gradient(scores, x), tf.float32)  # (batch, *sample shape)
    squared = tf.reduce_sum(tf.square(gradient), axis=list(range(1, len(x.shape))))
    return tf.sqrt(squared + 1e-30)  # the root's own slope is infinite at 0, and 0 * infinity is NaN


def samples_for(critic, **samples):
    """Arrays as tensors that a critic takes, or a ValueError that names the argument.

    Example:

    >>> critic = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> samples_for(critic, real=[1.0, 2.0])
    Traceback (most recent call last):
    ValueError: real must be one or more float samples for the critic, of shape (None, 1).
    """
    if not callable(critic):
        raise ValueError(f"critic must be a Keras model, or a function like one, got {critic!r}.")
    shape = tf.TensorShape(getattr(critic, "input_shape", None))
    for name, values in samples.items():
        try:
            samples[name] = x = tf.convert_to_tensor(values)
            fits = x.dtype.is_floating and shape.is_compatible_with(x.shape) and x.shape[:1] != [0]
        except (TypeError, ValueError):  # no array of numbers
            fits = False
        if not fits:
            raise ValueError(f"{name} must be one or more float samples for the critic, of shape {shape}.")
    return samples.values()


def _penalty(norm, one_sided):
    excess = norm - 1.0
    return tf.reduce_mean(tf.square(tf.maximum(excess, 0.0) if one_sided else excess))


def _log_loss(logits, target):
    """-E [target log D + (1 - target) log(1 - D)], D = sigmoid(logits), without overflow."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(tf.shape(logits), target), logits))


def _scaled(loss, optimizer):
    """The loss to differentiate: scaled for float16, and a share of it on each of several devices."""
    return optimizer.scale_loss(loss) / tf.distribute.get_strategy().num_replicas_in_sync


def _descend(tape, loss, network, optimizer):
    """One step of the optimizer; none for a network that is frozen."""
    if weights := network.trainable_variables:
        gradients = tape.gradient(loss, weights)
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            # Keras looks for an overflow on the first replica alone, before it adds up the gradients.
            context, mean = tf.distribute.get_replica_context(), tf.distribute.ReduceOp.MEAN
            gradients = [g if g is None else context.all_reduce(mean, g) for g in gradients]
        # All gradients before the first update. Where the critic is linear, its slope does not depend on the
        # sample, and TensorFlow's graph optimizer loses that order: once in some hundred of the first steps a
        # gradient was taken at weights already updated.
        optimizer.apply_gradients(zip(tf.tuple(gradients), weights))


class ReplicaSeedGenerator(keras.random.SeedGenerator):
    """A seed generator whose draws differ between the replicas of a `tf.distribute` strategy."""

    def next(self, ordered=True):
        context = tf.distribute.get_replica_context()
        replica = 0 if context is None else context.replica_id_in_sync_group
        # The first word names the stream, the second counts draws.
        return super().next(ordered) + tf.stack([tf.cast(replica, tf.int64) * 1_000_003, 0])


class _StopWhenDiverged(keras.callbacks.Callback):
    """End `fit` after the first update with a NaN or infinite loss, before anything is saved."""

    async_safe = True  # Keras calls it in a thread, and training does not wait

    def on_epoch_begin(self, epoch, logs=None):
        self._earlier_updates, self._diverged = self.model.updates, []

    def on_train_batch_end(self, batch, logs):
        # Running means of the epoch: what is not finite once stays so.
        if not math.isfinite(sum(logs.values())):
            self._diverged.append(batch)
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self._diverged:
            raise FloatingPointError(self._message(self._earlier_updates + min(self._diverged) + 1))

    def _message(self, update):
        model = self.model
        group = model.steps_per_execution  # the losses come out after so many updates
        where = f"update {update}" if group == 1 else f"one of the updates {update - group + 1} to {update}"
        optimizers = model.generator_optimizer, model.critic_optimizer
        rates = [float(keras.ops.convert_to_numpy(o.learning_rate)) for o in optimizers]
        causes = "a learning rate that is too high (generator {:g}, critic {:g})".format(*rates)
        if hasattr(model, "gp_weight"):
            causes += f", a gp_weight that is too large ({model.gp_weight:g})"
        if any(layer.compute_dtype == "float16" for layer in _layers(model.critic)):
            causes += ", scores beyond 65504, where float16 ends (mixed_bfloat16 goes further)"
        return (
            f"Training diverged: a loss is NaN or infinite at {where} of the generator. Likely causes: "
            f"{causes}, or NaN in the data after the first batch."
        )


# --- What a constructor checks ----------------------------------------------------------------------

_TOO_SMALL = "smaller than n_critic"


def _is_number(value, kind=numbers.Real):
    return isinstance(value, kind) and not isinstance(value, bool)


def _check_counts(at_least=1, **counts):
    for name, value in counts.items():
        if not _is_number(value, numbers.Integral) or value < at_least:
            raise ValueError(f"{name} must be a whole number of at least {at_least}, got {value!r}.")


def _check_seed(seed):
    if seed is not None and not (_is_number(seed, numbers.Integral) and 0 <= seed < 2**63):
        raise ValueError(f"seed must be a whole number from 0 to 2^63 - 1, or None, got {seed!r}.")


def _layers(network):
    """All layers of a network, those inside nested models included."""
    for layer in network.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)


def _last_activation(network):
    *_, last = _layers(network)
    return getattr(getattr(last, "activation", None), "__name__", "")


def _range(generator):
    """The interval that the generator's last activation can reach."""
    return {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}.get(
        _last_activation(generator), (-math.inf, math.inf)
    )


def _check_networks(generator, critic):
    for name, network in {"generator": generator, "critic": critic}.items():
        if not isinstance(network, keras.Model) or getattr(network, "input_shape", None) is None:
            raise ValueError(
                f"The {name} must be a Keras model with known shapes: build it with keras.Sequential "
                "or the functional API, starting from keras.Input."
            )
    if _last_activation(critic) in ("sigmoid", "softmax"):
        raise ValueError(
            f"The critic ends in a {_last_activation(critic)}: end it in Dense(1) without an activation. A "
            "Wasserstein critic gives unbounded scores; a GAN's discriminator gives logits, and the loss "
            "applies the sigmoid."
        )
    if len(critic.output_shape) != 2 or critic.output_shape[1] != 1:
        raise ValueError(
            f"The critic's output has shape {critic.output_shape}, it must be (batch, 1): "
            "end it in Flatten() and Dense(1)."
        )
    if generator.output_shape[1:] != critic.input_shape[1:]:
        raise ValueError(
            f"The generator makes samples of shape {generator.output_shape[1:]}, the critic takes "
            f"{critic.input_shape[1:]}: build both for the shape of the data."
        )
