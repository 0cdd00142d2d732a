"""WGAN-GP as textbooks and tutorials write it: what the package is measured against.

The critic is called three times, on real samples, on generated ones and on points between; the generator runs
on the tape of the critic's update; activations, convolutions and optimizers are Keras' own.
"""

import keras
import tensorflow as tf
from keras import layers


class TextbookWGANGP(keras.Model):
    """The plain formulation of `wgan_keras.WGANGP`, with the same random numbers for the same seed."""

    def __init__(self, generator, critic, n_critic=5, gp_weight=10.0, seed=None):
        super().__init__()
        self.generator, self.critic = generator, critic
        self.n_critic, self.gp_weight = n_critic, gp_weight
        self.noise = keras.random.SeedGenerator(seed)
        self.critic_mean = keras.metrics.Mean(name="critic_loss")
        self.generator_mean = keras.metrics.Mean(name="generator_loss")
        self.built = True

    def compile(self, generator_optimizer, critic_optimizer, **options):
        super().compile(**options)
        self.generator_optimizer, self.critic_optimizer = generator_optimizer, critic_optimizer

    @property
    def metrics(self):
        return [self.critic_mean, self.generator_mean]

    def latent(self, size):
        return keras.random.normal((size, self.generator.input_shape[1]), seed=self.noise)

    def gradient_penalty(self, real, fake):
        size, axes = tf.shape(real)[0], range(1, len(real.shape))
        u = keras.random.uniform((size, *(1 for _ in axes)), seed=self.noise)
        x_hat = fake + u * (real - fake)
        with tf.GradientTape() as tape:
            tape.watch(x_hat)
            scores = self.critic(x_hat, training=True)
        gradient = tape.gradient(scores, x_hat)
        norm = tf.sqrt(tf.reduce_sum(gradient**2, axis=list(axes)) + 1e-12)
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, real):
        size = tf.shape(real)[0] // self.n_critic
        for i in range(self.n_critic):
            batch, z = real[i * size : (i + 1) * size], self.latent(size)
            with tf.GradientTape() as tape:
                fake = self.generator(z, training=True)
                real_scores = self.critic(batch, training=True)
                fake_scores = self.critic(fake, training=True)
                loss = tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)
                loss += self.gp_weight * self.gradient_penalty(batch, fake)
            weights = self.critic.trainable_variables
            self.critic_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
            self.critic_mean.update_state(loss)
        z = self.latent(size)
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(self.critic(self.generator(z, training=True), training=True))
        weights = self.generator.trainable_variables
        self.generator_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        self.generator_mean.update_state(loss)
        return {"critic_loss": self.critic_mean.result(), "generator_loss": self.generator_mean.result()}


def critic(image_shape=(28, 28, 1), filters=(64, 128, 256, 512), dropout=0.0):
    """The critic of many tutorials: 5 x 5 convolutions of stride 2, stock layers."""
    inputs = x = keras.Input(image_shape)
    for channels in filters:
        x = layers.Conv2D(channels, 5, strides=2, padding="same", activation="leaky_relu")(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))


def generator(image_shape=(28, 28, 1), latent_dim=64, filters=(64, 128, 256), batch_norm=False):
    """`networks.conv_generator` of stock layers."""
    height, width, channels = image_shape
    full, half, quarter = filters

    def activated(x):
        return layers.Activation("relu")(layers.BatchNormalization()(x) if batch_norm else x)

    inputs = keras.Input((latent_dim,))
    x = activated(layers.Dense(height // 4 * (width // 4) * quarter)(inputs))
    x = layers.Reshape((height // 4, width // 4, quarter))(x)
    for filters_out in (half, full):
        x = activated(layers.Conv2DTranspose(filters_out, 5, strides=2, padding="same")(x))
    x = layers.Conv2D(channels, 5, padding="same", activation="tanh")(x)
    return keras.Model(inputs, x)


def mlp(inputs, outputs, hidden=(128, 128, 128)):
    """A ReLU network for points."""
    stack = [layers.Dense(width, activation="relu", kernel_initializer="he_normal") for width in hidden]
    return keras.Sequential([keras.Input((inputs,)), *stack, layers.Dense(outputs)])
