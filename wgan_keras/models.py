"""GAN, WGAN with weight clipping, and WGAN-GP as `keras.Model` subclasses: the file to copy.

A model is made of two Keras networks: a generator, latent vectors (batch, latent_dim) to samples (batch,
*sample shape), and a critic, samples to scores (batch, 1), which a GAN calls discriminator. `Pair` makes them
one Keras model, `AdversarialModel` holds the training step, its subclasses what differs.

GAN: Goodfellow et al., 2014, arXiv 1406.2661. WGAN: Arjovsky, Chintala, Bottou, 2017, arXiv 1701.07875.
WGAN-GP: Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, 2017, arXiv 1704.00028.
"""

import math
import numbers
import warnings

import keras
import tensorflow as tf


class Pair(keras.Model):
    """A generator and a critic as one Keras model: compiled, fitted, sampled from and saved together."""

    critic_name = "critic"  # in logs, messages and saved files
    estimate_name = "wasserstein_estimate"
    more_logs = ()
    own_options = ()  # arguments of the subclass
    n_inputs, n_scores = (1, 1), 1  # of the generator and of the critic; outputs of the critic
    one_device = True  # and full precision: see replicas.py
    new_noise = keras.random.SeedGenerator

    def __init__(self, generator, critic, *, n_critic, seed=None, **kwargs):
        check_networks(generator, critic, self.critic_name, self.n_inputs, self.n_scores)
        check("n_critic", n_critic, numbers.Integral, 1, "an integer of at least 1")
        check("seed", seed, numbers.Integral, 0, "an integer of at least 0, or None")
        super().__init__(**kwargs)
        self.generator, self.critic = generator, critic
        self.n_critic, self.seed = int(n_critic), seed if seed is None else int(seed)
        self.noise = self.new_noise(self.seed)
        self.evaluation_noise = self.new_noise(0)  # of its own: validation must not change the training
        names = (f"{self.critic_name}_loss", "generator_loss", self.estimate_name, *self.more_logs)
        self.means = {name: keras.metrics.Mean(name=name) for name in names}
        self.steps = keras.Variable(0, None, "int64", False, aggregation="only_first_replica", name="steps")
        self.sample_range = output_range(generator)
        self.built = True  # because both networks are

    def compile(self, generator_optimizer=None, critic_optimizer=None, **options):
        """Set the optimizers; `None` is the paper's. The critic's counts n_critic updates for each step."""
        check_compile(self, options)
        given, new = (generator_optimizer, critic_optimizer), self.default_optimizer
        first, second = (new() if each is None else keras.optimizers.get(each) for each in given)
        require(first is not second, "Both optimizers are one object, which keeps one state: make two.")
        self.options = {"generator_optimizer": first, "critic_optimizer": second, **options}
        self.generator_optimizer, self.critic_optimizer = first, second
        first.build(self.generator.trainable_variables)  # now, because to load a model needs their state
        second.build(self.critic.trainable_variables)
        super().compile(optimizer=first, **options)

    def fit(self, x, y=None, batch_size=None, *, validation_data=None, **options):
        """Keras' `fit` without labels, on a data set of float batches (n_critic * batch size, *sample shape)
        or a float array, of which `batch_size` samples go into a step (`None`: 64 for each critic update)."""
        check_fit(self, x, y, options)
        batch_size = 64 * self.n_critic if batch_size is None and hasattr(x, "shape") else batch_size
        options.setdefault("shuffle", hasattr(x, "shape"))  # Keras warns where it can't
        x = clearly(checked, self, x, batch_size, self.smallest_batch)
        held_out = validation_data if validation_data is None else clearly(checked, self, validation_data)
        history = clearly(super().fit, x, None, batch_size, validation_data=held_out, **options)
        self.critic_optimizer.finalize_variable_values(self.critic.trainable_variables)  # for `use_ema`
        return history

    def evaluate(self, x=None, y=None, batch_size=None, **options):
        """The critic's estimate on held-out samples: a float, the same at each call; options are Keras'."""
        self.evaluation_noise.state.assign([0, 0])
        x = clearly(checked, self, x, 32 if batch_size is None else batch_size)
        result = clearly(super().evaluate, x, y, batch_size, **options)
        return {k: float(v) for k, v in result.items()} if isinstance(result, dict) else float(result)

    def generate(self, n, seed=None):
        """n samples, a NumPy array (n, *sample shape); the same seed gives the same samples."""
        check("n", n, numbers.Integral, 1, "an integer of at least 1")
        check("seed", seed, numbers.Integral, 0, "an integer of at least 0, or None")
        z = self.latent(int(n), seed if seed is None else int(seed))
        parts = [self.generator(z[i : i + 256], training=False) for i in range(0, n, 256)]
        return keras.ops.convert_to_numpy(tf.concat(parts, axis=0))

    def latent(self, n, seed):
        return keras.random.normal((n, *self.generator.inputs[0].shape[1:]), seed=seed)

    def call(self, z, training=False):
        return self.generator(z, training=training)

    def check_batch(self, data, n=1, values=True):
        return check_batch(self, data, n, values)

    export = property(lambda self: self.generator.export)  # of Keras
    updates = property(lambda self: int(self.steps.numpy()))  # training steps so far, earlier runs included
    smallest_batch = property(lambda self: self.n_critic * self.distribute_strategy.num_replicas_in_sync)
    metrics = property(lambda self: list(self.means.values()))  # Keras resets them in each epoch

    def get_config(self):  # from here on: what model.save and keras.models.load_model need
        options = {name: getattr(self, name) for name in ("generator", "n_critic", "seed", *self.own_options)}
        return {**super().get_config(), **options, self.critic_name: self.critic}

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))

    def get_compile_config(self):
        return self.options if self.compiled else None

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def extra_state(self):
        """What Keras leaves out of a file: random states, Dropout's too, running means, number of steps."""
        states = [v for v in self.variables if v.name == "seed_generator_state"]
        means = {f"{mean.name}_{v.name}": v for mean in self.metrics for v in mean.variables}
        return {**{f"random_state_{i}": v for i, v in enumerate(states)}, **means, "steps": self.steps}

    def save_own_variables(self, store):
        for name, variable in self.extra_state().items():
            store[name] = keras.ops.convert_to_numpy(variable)

    def load_own_variables(self, store):
        for name, variable in self.extra_state().items():
            if name in store:  # earlier versions saved less
                variable.assign(store[name])


class AdversarialModel(Pair):
    """The training step, with Wasserstein losses: f maximizes E f(x) - E f(G(z)), G maximizes E f(G(z))."""

    def train_step(self, data):
        """Update the critic on each of `n_critic` parts of the batch, then the generator once."""
        parts = self.mini_batches(data, self.n_critic)
        logs = [self.critic_step(real) for real in parts]
        logs = {name: tf.reduce_mean([log[name] for log in logs]) for name in logs[0]}
        logs["generator_loss"] = self.generator_step(parts[-1])
        with tf.control_dependencies([logs["generator_loss"]]):  # not where a step fails
            self.steps.assign_add(1)
        for name, value in logs.items():
            self.means[name].update_state(value)
        return {name: mean.result() for name, mean in self.means.items()}

    def critic_step(self, real):
        """One update of the critic on a mini-batch of real samples; returns what to log."""
        fake = self.fake(real, self.noise)
        with tf.GradientTape() as tape:
            loss, logs = self.critic_loss(real, fake)
        self.descend(tape, loss, self.critic, self.critic_optimizer)
        return {f"{self.critic_name}_loss": loss, **logs}

    def critic_loss(self, real, fake):
        real_scores, fake_scores, added = self.scores(real, fake)
        estimate = self.estimate(real_scores, fake_scores)
        return added - estimate, {self.estimate_name: estimate}

    def generator_step(self, real):
        """One update of the generator, on as many samples as there are in `real`; returns its loss."""
        with tf.GradientTape() as tape:
            fake = self.fake(real, self.noise)
            loss = self.generator_loss(fake) + sum(self.generator.losses)  # regularizers, `add_loss`
        self.descend(tape, loss, self.generator, self.generator_optimizer)
        return loss

    def generator_loss(self, fake):
        return -tf.reduce_mean(self.critic(fake, training=True))

    def estimate(self, real_scores, fake_scores):
        return tf.reduce_mean(real_scores) - tf.reduce_mean(fake_scores)

    def fake(self, real, noise, training=True):
        """As many generated samples as there are real ones."""
        return self.generator(self.latent(tf.shape(real)[0], noise), training=training)

    def scores(self, real, fake, training=True):
        """The critic's scores of both, and what its layers add to the loss: the mean over both batches."""
        real_scores, added = self.critic(real, training=training), sum(self.critic.losses)
        fake_scores, more = self.critic(fake, training=training), sum(self.critic.losses)
        return real_scores, fake_scores, (added + more) / 2

    def descend(self, tape, loss, network, optimizer):
        """One step of the optimizer; none for a network without trainable weights."""
        if weights := network.trainable_variables:
            gradients = tape.gradient(loss, weights)
            require(any(g is not None for g in gradients), NO_GRADIENT.format(network.name))
            # tf.tuple: all gradients before the first update; TensorFlow loses that order for linear critics.
            optimizer.apply_gradients(zip(tf.tuple(gradients), weights))

    def mini_batches(self, data, n):
        real = self.check_batch(data, n, values=False)
        size = tf.shape(real)[0] // n  # what does not divide is left out
        return [real[i * size : (i + 1) * size] for i in range(n)]

    def test_step(self, data):
        (real,) = self.mini_batches(data, 1)
        fake = self.fake(real, self.evaluation_noise, training=False)
        real_scores, fake_scores, _ = self.scores(real, fake, training=False)
        mean = self.means[self.estimate_name]
        mean.update_state(self.estimate(real_scores, fake_scores), sample_weight=tf.shape(real_scores)[0])
        return {self.estimate_name: mean.result()}


@keras.saving.register_keras_serializable("wgan")
class WGANGP(AdversarialModel):
    """WGAN with a gradient penalty at x_hat, between real and generated samples (1704.00028, Algorithm 1).

    Critic f: minimize  E f(G(z)) - E f(x) + gp_weight * E (||grad f(x_hat)|| - 1)^2, with `one_sided` only
    where the norm is above 1. `n_critic`: its updates for each of the generator. `seed`: integer or `None`.
    Logs: `critic_loss` (with the penalty), `generator_loss`, `wasserstein_estimate` = E f(x) - E f(G(z))
    (without it), `gradient_penalty` (without its weight), `gradient_norm` (mean of ||grad f(x_hat)||).

    >>> generator, critic = (keras.Sequential([keras.Input((2,)), keras.layers.Dense(n)]) for n in (2, 1))
    >>> wgan = WGANGP(generator, critic, seed=0)
    >>> wgan.compile()
    >>> history = wgan.fit(tf.zeros((320, 2)), batch_size=160, verbose=0)
    >>> wgan.generate(3, seed=0).shape
    (3, 2)
    """

    more_logs = ("gradient_penalty", "gradient_norm")
    own_options = ("gp_weight", "one_sided")

    def __init__(self, generator, critic, *, n_critic=5, gp_weight=10.0, one_sided=False, seed=None, **kw):
        check("gp_weight", gp_weight, numbers.Real, 0, "0 or a positive number")
        super().__init__(generator, critic, n_critic=n_critic, seed=seed, **kw)
        self.gp_weight, self.one_sided = float(gp_weight), bool(one_sided)
        if any(isinstance(layer, keras.layers.BatchNormalization) for layer in layers_of(critic)):
            warnings.warn("The critic's batch norm mixes samples: use LayerNormalization.", stacklevel=2)

    def critic_loss(self, real, fake):
        loss, logs = super().critic_loss(real, fake)
        norm = gradient_norm(self.critic, between(real, fake, self.noise))
        penalty = penalty_of(norm, self.one_sided)
        logs = {**logs, "gradient_penalty": penalty, "gradient_norm": tf.reduce_mean(norm)}
        return loss + self.gp_weight * penalty, logs

    def default_optimizer(self):
        return keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9)


def between(real, fake, seed):
    """x_hat = u real + (1 - u) fake, u ~ U[0, 1]: one u for each sample, not for each pixel."""
    shape = (tf.shape(fake)[0], *[1] * (len(fake.shape) - 1))  # (batch, 1, 1, 1) for images
    u = keras.random.uniform(shape, dtype=fake.dtype.name, seed=seed)
    return fake + u * (tf.cast(real, fake.dtype) - fake)


def gradient_norm(critic, x):
    """||grad f(x)||, the critic's slope at each of the samples x: float tensor (batch,)."""
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        scores = critic(x, training=False)  # dropout would make it the slope of another, thinned network
    gradient = tape.gradient(scores, x)  # (batch, *sample shape)
    require(gradient is not None, NO_GRADIENT.format("critic's input"))
    squared = tf.reduce_sum(tf.square(gradient), axis=list(range(1, len(x.shape))))
    return tf.sqrt(squared + 1e-30)  # the root's own slope is infinite at 0, and 0 * infinity is NaN


def gradient_penalty(critic, real, fake, *, one_sided=False, seed=None):
    """E (||grad f(x_hat)|| - 1)^2, x_hat between the samples real and fake (1704.00028, eq. 3): a scalar."""
    real, fake = tf.convert_to_tensor(real), tf.convert_to_tensor(fake)
    fine = real.shape.is_compatible_with(fake.shape) and real.dtype == fake.dtype and fake.dtype.is_floating
    require(fine, "real and fake must be floats of one shape.")
    return penalty_of(gradient_norm(critic, between(real, fake, seed)), one_sided)


def penalty_of(norm, one_sided):
    return tf.reduce_mean(tf.square(tf.maximum(norm - 1.0, 0.0) if one_sided else norm - 1.0))


@keras.saving.register_keras_serializable("wgan")
class WGANClip(AdversarialModel):
    """WGAN: clips the critic to +-clip_value after each update (1701.07875); its W1 has an unknown factor."""

    own_options = ("clip_value",)

    def __init__(self, generator, critic, *, n_critic=5, clip_value=0.01, seed=None, **kwargs):
        check("clip_value", clip_value, numbers.Real, 1e-30, "a positive number")
        super().__init__(generator, critic, n_critic=n_critic, seed=seed, **kwargs)
        self.clip_value = float(clip_value)

    def critic_step(self, real):
        logs = super().critic_step(real)
        for weight in self.critic.trainable_variables:
            weight.assign(tf.clip_by_value(weight, -self.clip_value, self.clip_value))
        return logs

    def default_optimizer(self):
        # Keras divides by sqrt(v + epsilon), the authors' PyTorch by sqrt(v) + 1e-8. With Keras' own epsilon
        # of 1e-7, gradients far below 3e-4, as clipped critics have, would hardly move the weights.
        return keras.optimizers.RMSprop(5e-5, epsilon=1e-16)


@keras.saving.register_keras_serializable("wgan")
class GAN(AdversarialModel):
    """The original GAN: D(x) = sigmoid(logit(x)) maximizes E log D(x) + E log(1 - D(G(z))), G maximizes
    E log D(G(z)) or, if `saturating`, minimizes E log(1 - D(G(z))) (1406.2661, eq. 1). In expectation
    `js_estimate` is at most the Jensen-Shannon divergence in nats, for the best D equal to it."""

    critic_name = "discriminator"
    estimate_name = "js_estimate"
    own_options = ("saturating",)

    def __init__(self, generator, discriminator, *, n_critic=1, saturating=False, seed=None, **kwargs):
        super().__init__(generator, discriminator, n_critic=n_critic, seed=seed, **kwargs)
        self.discriminator, self.saturating = discriminator, bool(saturating)

    def critic_loss(self, real, fake):
        real_logits, fake_logits, added = self.scores(real, fake)
        loss = cross_entropy(tf.ones_like(real_logits), real_logits)  # -E log D(x)
        loss += cross_entropy(tf.zeros_like(fake_logits), fake_logits)  # -E log(1 - D(G(z)))
        return loss + added, {self.estimate_name: self.estimate(real_logits, fake_logits)}

    def generator_loss(self, fake):
        logits = self.critic(fake, training=True)
        if self.saturating:
            return -cross_entropy(tf.zeros_like(logits), logits)  # E log(1 - D)
        return cross_entropy(tf.ones_like(logits), logits)  # -E log D

    def estimate(self, real_logits, fake_logits):
        real = cross_entropy(tf.ones_like(real_logits), real_logits)
        fake = cross_entropy(tf.zeros_like(fake_logits), fake_logits)
        return math.log(2) - (real + fake) / 2

    def default_optimizer(self):
        return keras.optimizers.Adam(2e-4, beta_1=0.5)  # Differs from 1406.2661: as in DCGAN, 1511.06434


def cross_entropy(target, logits):
    """-E [target log D + (1 - target) log(1 - D)], D = sigmoid(logits), without overflow."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target, logits))


# --- What goes wrong most often, each answered in one sentence ----------------------------------------------
LABELS = "Pass batches or one float array, without labels or weights: batches.map(lambda x, label: x)."
NO_GRADIENT = "No gradient reaches the {}: an operation on the way, such as rounding or Embedding, has none."


def require(fine, sentence):
    if not fine:
        raise ValueError(sentence)


def check(name, value, kind, low, what):
    number = isinstance(value, kind) and not isinstance(value, bool) and low <= value < 2**63
    require(number or (name == "seed" and value is None), f"{name} must be {what}, got {value!r}.")


def layers_of(network):
    for layer in network.layers:  # and those inside nested models
        yield layer
        yield from layers_of(layer) if isinstance(layer, keras.Model) else ()


def check_networks(generator, critic, name, n_inputs, n_scores):
    require(keras.backend.backend() == "tensorflow", "Set KERAS_BACKEND=tensorflow before keras is imported.")
    for role, network, n in zip(("generator", name), (generator, critic), n_inputs):
        inputs = getattr(network, "inputs", None) or () if isinstance(network, keras.Model) else ()
        what = f"The {role} must be a Keras model of {n} input and 1 output, built from keras.Input"
        fits = len(inputs) == n and len(network.outputs) == 1
        require(fits, f"{what}; for labels there is ConditionalWGANGP.")
    made, taken, scores = (x.shape[1:] for x in (generator.outputs[0], critic.inputs[0], critic.outputs[0]))
    require(scores == (n_scores,), f"The {name} gives {scores}: end in Flatten() and Dense({n_scores}).")
    require(made == taken, f"The generator makes samples of shape {made}, the {name} takes {taken}.")
    shared = {id(layer) for layer in layers_of(generator)} & {id(layer) for layer in layers_of(critic)}
    require(generator is not critic and not shared, "The networks share a layer: give each its own.")
    low, high = output_range(critic)
    what = f"The {name}'s scores stay in [{low:g}, {high:g}]: end it in Dense(1) without an activation."
    require(low == -math.inf and high == math.inf, f"{what} A GAN's loss applies the sigmoid itself.")


def output_range(network):
    """(low, high) that the outputs can reach, found by what they do as the last weights grow."""
    sizes = [len(x.trainable_variables) for x in layers_of(network) if not isinstance(x, keras.Model)]
    if not any(sizes):
        return -math.inf, math.inf
    size = [n for n in sizes if n][-1]
    fixed, last = network.trainable_variables[:-size], network.trainable_variables[-size:]
    shapes = [((16, *(n or 8 for n in x.shape[1:])), x.dtype) for x in network.inputs]
    x = [tf.cast(tf.random.stateless_uniform(n, (0, 1), -0.9, 0.9), dtype) for n, dtype in shapes]  # label 0
    y, noise = [], [tf.random.stateless_normal(v.shape, (0, 0), dtype=v.dtype) for v in last]
    for scale in (1e2, -1e2, 1e3, -1e3):
        weights = [*fixed, *(scale * v for v in noise)], network.non_trainable_variables
        y.append(network.stateless_call(*weights, x if x[1:] else x[0])[0])
    ends = [(float(end(y[:2])), float(end(y[2:]))) for end in (tf.reduce_min, tf.reduce_max)]
    return tuple(b if abs(b) <= 2 * abs(a) + 1 else math.copysign(math.inf, b) for a, b in ends)


def check_compile(model, options):
    extra = set(options) - {"run_eagerly", "steps_per_execution", "jit_compile", "auto_scale_loss"}
    require(not extra, f"compile takes generator_optimizer, critic_optimizer; not {', '.join(extra)}.")
    types = {layer.compute_dtype for net in (model.generator, model.critic) for layer in layers_of(net)}
    many = model.distribute_strategy.num_replicas_in_sync > 1 or types & {"float16", "bfloat16"}
    require(not many or not model.one_device, "Several devices and half precision need wgan_keras.replicas.")


def check_fit(model, x, y, options):
    require(y is None and not {"sample_weight", "class_weight"} & set(options), LABELS)
    n = int(x.cardinality()) if isinstance(x, tf.data.Dataset) else None
    fine = n != 0 and (n != -1 or options.get("steps_per_epoch"))
    require(fine, "The data hold no batch, or they never end: then pass steps_per_epoch.")
    movers = "LearningRateScheduler", "ReduceLROnPlateau"
    alone = any(type(c).__name__ in movers for c in keras.tree.flatten(options.get("callbacks")))
    require(not alone, "A callback moves the generator's rate alone: wgan_keras.training.fit moves both.")
    for role, network in {"generator": model.generator, model.critic_name: model.critic}.items():
        if network.weights and not network.trainable_variables:
            warnings.warn(f"The {role} is frozen, trainable=False: it will not learn.", stacklevel=3)


def check_batch(model, data, n=1, values=True):
    """The samples of a batch, at least n; an error for what the model can't train on."""
    x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
    array = hasattr(x, "shape") and str(getattr(x, "dtype", "")) != "object"
    require(array and y is None and weight is None, LABELS)
    x, shape, (low, high) = tf.convert_to_tensor(x), model.generator.outputs[0].shape[1:], model.sample_range
    require(x.dtype.is_floating, f"The data are {x.dtype.name}, not floats: scale images by x / 127.5 - 1.")
    require(x.shape[1:] == shape, f"The data have shape {x.shape[1:]}, the generator makes {shape}.")
    small = f"|A batch, maybe the last, is below n_critic a device: use multiples of {model.smallest_batch}.|"
    tests = [tf.debugging.assert_greater_equal(tf.shape(x)[0], n, small)]
    if values:
        fine = (x >= max(low - 1e-3, x.dtype.min)) & (x <= min(high + 1e-3, x.dtype.max))  # no NaN, infinity
        sentence = f"|The data hold NaN or leave [{low:g}, {high:g}], the range of the generator.|"
        tests.append(tf.debugging.Assert(tf.reduce_all(fine), [sentence]))
    with tf.control_dependencies(tests):
        return tf.identity(x)


def checked(model, x, batch_size=32, n=1):
    """The data, each batch checked before a step sees it, because XLA leaves out what a step checks."""
    if isinstance(x, tf.data.Dataset):
        check_each = tf.autograph.experimental.do_not_convert(lambda *batch: model.check_batch(batch, n))
        return x.map(check_each).prefetch(2)
    if hasattr(x, "__next__"):
        return (batch for batch in x if model.check_batch(batch, n) is not None)
    if hasattr(x, "shape"):
        check("batch_size", batch_size, numbers.Integral, 1, "an integer of at least 1")
        model.check_batch(x)
    require(hasattr(x, "shape") or isinstance(x, keras.utils.PyDataset), LABELS)
    model.check_batch(x[: len(x) % batch_size or batch_size] if hasattr(x, "shape") else x[0], n)
    return x


def clearly(method, *args, **options):
    """Call a method of Keras; of TensorFlow's account of a failed check the sentence is left."""
    try:
        return method(*args, **options)
    except tf.errors.InvalidArgumentError as error:
        if error.message.count("|") > 1:  # the mark of check_batch
            raise ValueError(error.message.split("|")[1]) from None
        raise
