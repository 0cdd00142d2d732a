"""The same model trained anew from another seed, without building its training step again."""

import keras
import tensorflow as tf

from wgan_keras._checks import check_seed, shown
from wgan_keras.models import AdversarialModel


def restart(model, seed):
    """New initial weights from a seed; optimizers, noise and number of updates as in a new model.

    To build a model's training step takes seconds, about as long as to train a small one. Where many seeds
    are compared, one model is enough.

    Args:
        model: compiled `GAN`, `WGANClip`, `WGANGP` or another `AdversarialModel`, its networks made of layers
            that Keras can clone.
        seed: integer from 0 to 2^32 - 1, of the weights (by `keras.utils.set_random_seed`) and the noise.

    Raises:
        ValueError: another model, or a seed out of range.

    Example:

    >>> from wgan_keras import presets
    >>> model, updates = presets.points("wgan-gp", updates=10)
    >>> restart(model, seed=3)
    >>> model.updates
    0
    """
    if not isinstance(model, AdversarialModel) or not model.compiled:
        raise ValueError(f"model must be a compiled GAN, WGANClip, WGANGP or the like, got {shown(model)}.")
    check_seed(seed)
    keras.utils.set_random_seed(int(seed))
    model.noise.state.assign([seed, 0])
    model.steps.assign(0)
    pairs = (model.generator, model.generator_optimizer), (model.critic, model.critic_optimizer)
    for network, optimizer in pairs:
        network.set_weights(keras.models.clone_model(network).get_weights())
        for variable in optimizer.variables:
            if variable is not optimizer.learning_rate:
                variable.assign(tf.zeros_like(variable))
