"""The same model trained anew from another seed, without building its training step again."""

import keras
import tensorflow as tf


def restart(model, seed):
    """New initial weights from a seed; optimizers, noise and number of updates as in a new model.

    To build a model's training step takes seconds, about as long as to train a small one. Where many seeds
    are compared, one model is enough.

    Args:
        model: compiled `GAN`, `WGANClip`, `WGANGP` or another `AdversarialModel`, its networks made of layers
            that Keras can clone.
        seed: integer from 0 to 2^32 - 1, of the weights (by `keras.utils.set_random_seed`) and the noise.

    Example:

    >>> from wgan_keras import presets
    >>> model, updates = presets.points("wgan-gp", updates=10)
    >>> restart(model, seed=3)
    >>> model.updates
    0
    """
    keras.utils.set_random_seed(seed)
    model.noise.state.assign([seed, 0])
    model.steps.assign(0)
    pairs = (model.generator, model.generator_optimizer), (model.critic, model.critic_optimizer)
    for network, optimizer in pairs:
        network.set_weights(keras.models.clone_model(network).get_weights())
        for variable in optimizer.variables:
            if variable is not optimizer.learning_rate:
                variable.assign(tf.zeros_like(variable))
