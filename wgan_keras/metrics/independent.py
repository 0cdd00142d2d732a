"""The Wasserstein-1 distance of a generator's samples from real ones, by a critic trained for that alone."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from wgan_keras._checks import as_numbers, check_numbers, check_seed, shown
from wgan_keras.fast_layers import fast_relu
from wgan_keras.models import between, gradient_norm, penalty_of

HIDDEN, PENALTY_WEIGHT, BATCH_SIZE = (256, 256, 256), 1.0, 64
RATES = (2e-3, 5e-4)  # the second once the estimate stands still
ROUND, WINDOW, GAIN = 50, 3, 0.02  # updates in a round, rounds that are averaged, growth that counts
MOST_ROUNDS = 100


def independent_estimate(draw, train, held_out, *, floor=None, seed=0):
    """W1 between generated and real samples, estimated by a fresh critic and read on held-out samples.

    The critic of a run is seldom at its optimum, and knows its training samples, so that its estimate says
    little. Here a new critic f, a perceptron of three layers, is trained against the frozen generator with a
    one-sided gradient penalty, and read on samples that it has not seen: E f(x) - E f(G(z)), divided by its
    mean slope E |grad f(x_hat)| where that is above 1 (with a penalty of weight w an optimal critic's slope
    is 1 + W1 / 2w on average). An independent Wasserstein critic: Danihelka et al., 2017, 1705.05263.

    The rule: f is read after each round of 50 updates. It stands still once the mean of three rounds is at
    most 2 % above that of the three before. Then the rate falls to a quarter, and at the next standstill, or
    after 100 rounds, the mean of the last three rounds is the result.

    What f does not find is missing: of digits it finds a part of W1 only. Where its slope varies much, the
    mean of slopes divides too little: on the ring, of generators far from it, it lies up to 30 % above exact
    W1. So compare it between generators, not with exact distances.

    Args:
        draw: one of the models, or a function of (n, seed) that returns n samples: any generator, or stored
            samples. It is asked for as many samples as there are in `train`, and in `held_out`.
        train: float array (n, *sample shape) of real samples, on which the critic is trained; at least 4.
        held_out: float array (m, *sample shape) of others, on which it is read; at least 4.
        floor: that of an earlier call with the same real samples; `None` estimates it, in as much time again.
        seed: of the critic's weights and batches; samples are drawn with the two seeds after it.

    Returns:
        dict: `held_out`, the estimate in the samples' unit (Euclidean distance of whole samples); `train`,
        the same critic's on training samples, higher where it memorizes them; `floor`, the estimate between
        two halves of the real samples, near 0: how far from 0 noise gets; `track`, the estimates on held-out
        samples after each round.

    Raises:
        ValueError: real samples of different shapes, samples drawn in another number or shape, or all real
            samples equal.

    Example: N(0, I) against N((1, 0), I), W1 = 1

    >>> def draw(n, seed):
    ...     return np.random.default_rng(seed).standard_normal((n, 2)) + [1, 0]
    >>> train, held_out = np.random.default_rng(5).standard_normal((2, 1000, 2))
    >>> found = independent_estimate(draw, train, held_out)
    >>> abs(found["held_out"] - 1) < 0.15, abs(found["floor"]) < 0.15
    (True, True)
    """
    check_seed(seed)
    if floor is not None:
        check_numbers(floor=floor)
    train, held_out = as_numbers(train, "train", "float32"), as_numbers(held_out, "held_out", "float32")
    if train.ndim < 2 or train.shape[1:] != held_out.shape[1:] or min(len(train), len(held_out)) < 4:
        raise ValueError(
            "train and held_out must be at least 4 samples each, arrays (n, *sample shape) of one sample "
            f"shape, got {train.shape} and {held_out.shape}."
        )
    if not np.ptp(train, axis=0).any():
        raise ValueError("train must hold different samples: all of them are equal.")
    generated = [drawn(draw, samples, seed + i) for i, samples in enumerate((train, held_out), start=1)]
    if floor is None:
        shuffle = np.random.default_rng(seed).permutation  # samples may come ordered by class
        (a, b), (held_a, held_b) = (np.array_split(shuffle(samples), 2) for samples in (train, held_out))
        floor = FreshCritic(train, seed).trained(a, b, held_a, held_b)["held_out"]
    found = FreshCritic(train, seed).trained(train, generated[0], held_out, generated[1])
    return {**found, "floor": floor}


def drawn(draw, samples, seed):
    """As many generated samples as there are in `samples`."""
    draw = getattr(draw, "generate", draw)
    if not callable(draw):
        raise ValueError(f"draw must be a model or a function (n, seed) of samples, got {shown(draw)}.")
    generated = as_numbers(draw(len(samples), seed), "draw(n, seed)", "float32")
    if generated.shape != samples.shape:
        raise ValueError(f"draw(n, seed) must return shape {samples.shape} here, got {generated.shape}.")
    return generated


class FreshCritic:
    """A new perceptron, in whose unit of length the real samples have a standard deviation of 1."""

    def __init__(self, real, seed):
        self.center, self.unit = real.mean(), np.sqrt(real.var(axis=0).mean())
        # Seeds of its own: to be taken in the middle of a run must not change that run.
        self.noise, self.rng = keras.random.SeedGenerator(seed), np.random.default_rng(seed)
        he = [keras.initializers.HeNormal(seed + i) for i in range(len(HIDDEN) + 1)]
        hidden = [
            layers.Dense(width, activation=fast_relu, kernel_initializer=each)
            for width, each in zip(HIDDEN, he)
        ]
        inputs = keras.Input((math.prod(real.shape[1:]),))
        self.critic = keras.Sequential([inputs, *hidden, layers.Dense(1, kernel_initializer=he[-1])])
        self.optimizer = keras.optimizers.Adam(RATES[0], beta_1=0.0, beta_2=0.9)
        self.optimizer.build(self.critic.trainable_variables)

    def trained(self, real, fake, held_real, held_fake):
        """Train on the first two until the estimate on the others stands still; what was found."""
        real, fake, held_real, held_fake = map(self.flat, (real, fake, held_real, held_fake))
        track, on_train, since, rates = [], [], 0, iter(RATES[1:])
        while len(track) < MOST_ROUNDS:
            self.round(
                real, fake, *(self.rng.integers(len(x), size=(ROUND, BATCH_SIZE)) for x in (real, fake))
            )
            track.append(self.estimate(held_real, held_fake))
            on_train.append(self.estimate(real, fake))
            since += 1
            if since >= 2 * WINDOW and stands_still(track):
                if (rate := next(rates, None)) is None:
                    break
                self.optimizer.learning_rate, since = rate, 0
        held_out, train = (float(np.mean(values[-WINDOW:])) for values in (track, on_train))
        return {"held_out": held_out, "train": train, "track": track}

    def flat(self, samples):
        return tf.constant((samples.reshape(len(samples), -1) - self.center) / self.unit)

    @tf.function
    def round(self, real, fake, real_rows, fake_rows):
        """Updates on mini-batches, given by their rows (updates, batch size)."""
        for i in tf.range(ROUND):
            x, y = tf.gather(real, real_rows[i]), tf.gather(fake, fake_rows[i])
            with tf.GradientTape() as tape:
                gap = tf.reduce_mean(self.critic(x)) - tf.reduce_mean(self.critic(y))
                norm = gradient_norm(self.critic, between(x, y, self.noise))
                loss = PENALTY_WEIGHT * penalty_of(norm, one_sided=True) - gap
            weights = self.critic.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))

    @tf.function
    def estimate_and_slope(self, real, fake):
        n = tf.minimum(tf.shape(real)[0], tf.shape(fake)[0])
        slope = tf.reduce_mean(gradient_norm(self.critic, between(real[:n], fake[:n], self.noise)))
        return tf.reduce_mean(self.critic(real)) - tf.reduce_mean(self.critic(fake)), slope

    def estimate(self, real, fake):
        gap, slope = self.estimate_and_slope(real, fake)
        return float(self.unit * gap / tf.maximum(slope, 1.0))


def stands_still(track):
    before, last = np.mean(track[-2 * WINDOW : -WINDOW]), np.mean(track[-WINDOW:])
    return last - before <= GAIN * abs(before)
