"""Networks, optimizers and numbers of updates for each model and data set: the one place that holds them.

How the learning rates were found:
- points: five rates for each model, 5e-4 to 8e-3, one seed, half of the run, on ring, grid and Swiss roll;
  taken is the one with the least mean W1 (benchmarks/results/toy_models_search.csv). WGAN-GP's rates of 2e-3
  and more are nearly a tie.
- digits: four rates for each model, 3e-4 to 1e-2, one seed, a short run; taken is the one with the least
  Fréchet distance, 3e-3 for all three (benchmarks/results/image_models_search.csv). Labelled digits take
  WGAN-GP's.
"""

from typing import NamedTuple

import keras
from keras.optimizers import Adam, RMSprop
from keras.optimizers.schedules import CosineDecay

from wgan_keras import networks
from wgan_keras._checks import check_counts, check_seed, shown
from wgan_keras.conditional import ConditionalWGANGP
from wgan_keras.models import GAN, WGANGP, WGANClip

# Keras' RMSprop divides a gradient by sqrt(v + epsilon), the WGAN authors' PyTorch by sqrt(v) + 1e-8. Keras'
# own epsilon, 1e-7, damps gradients below 3e-4: a clipped critic's are often smaller, and it may not train.
RMSPROP_EPSILON = 1e-16


class Preset(NamedTuple):
    """The settings of one model. `preset._replace(updates=...)` is the preset with one of them changed.

    Differs from the papers: their learning rates are constant, these fall to 0 over a run (cosine decay),
    which gives better samples in minutes.
    """

    model_class: type
    options: dict
    optimizer: type
    learning_rate: float
    optimizer_options: dict
    updates: int  # of the generator

    def new(self, build_networks, updates=None, seed=0):
        """A compiled model with the networks that `build_networks()` makes, and its number of updates."""
        updates = self.updates if updates is None else updates
        check_counts(updates=updates)
        if seed is not None:
            check_seed(seed)
            keras.utils.set_random_seed(int(seed))  # of the initial weights
        model = self.model_class(*build_networks(), seed=seed, **self.options)
        model.compile(
            *(
                self.optimizer(CosineDecay(self.learning_rate, steps), **self.optimizer_options)
                for steps in (updates, updates * model.n_critic)
            )
        )
        return model, updates


GAN_ADAM, WGAN_GP_ADAM = {"beta_1": 0.5}, {"beta_1": 0.0, "beta_2": 0.9}
WGAN_RMSPROP = {"epsilon": RMSPROP_EPSILON}
DIGITS = {
    "wgan-gp": Preset(WGANGP, {"n_critic": 1}, Adam, 3e-3, WGAN_GP_ADAM, 1500),
    "wgan": Preset(WGANClip, {"n_critic": 5, "clip_value": 0.1}, RMSprop, 3e-3, WGAN_RMSPROP, 480),
    "gan": Preset(GAN, {"n_critic": 1}, Adam, 3e-3, GAN_ADAM, 1500),
}
LABELLED_DIGITS = Preset(ConditionalWGANGP, {"n_critic": 1}, Adam, 3e-3, WGAN_GP_ADAM, 750)
POINTS = {
    "wgan-gp": Preset(WGANGP, {"n_critic": 3, "gp_weight": 0.1}, Adam, 8e-3, WGAN_GP_ADAM, 5_000),
    "wgan": Preset(WGANClip, {"n_critic": 5, "clip_value": 0.1}, RMSprop, 4e-3, WGAN_RMSPROP, 5_000),
    "gan": Preset(GAN, {"n_critic": 1}, Adam, 2e-3, GAN_ADAM, 15_000),
}


def image_networks(image_shape=(28, 28, 1)):
    """The generator and the critic of `digits`."""
    return networks.conv_generator(image_shape, batch_norm=True), networks.conv_critic(image_shape)


def point_networks():
    """The generator and the critic of `points`."""
    return networks.mlp_generator(), networks.mlp_critic()


def digits(kind="wgan-gp", *, image_shape=(28, 28, 1), updates=None, seed=0):
    """A compiled model for digits and other small images, in batches of 64, and its number of updates.

    Args:
        kind: "wgan-gp", "wgan" or "gan".
        image_shape: (height, width, channels); height and width multiples of 4.
        updates: of the generator, over which both learning rates fall to 0; `None` is the preset's own:
            1,500 ("wgan", which makes five updates of the critic for each: 480).
        seed: integer from 0 to 2^32 - 1, for the initial weights (by `keras.utils.set_random_seed`, which
            sets Python's and NumPy's random numbers too) and for the model's own noise. `None`: new weights
            and new noise at each call.

    Returns:
        (compiled model, number of updates).

    Raises:
        ValueError: another kind, shape, number of updates or seed.

    Example:

    >>> model, updates = digits("wgan-gp")
    >>> type(model).__name__, updates
    ('WGANGP', 1500)
    """
    return _chosen(DIGITS, kind).new(lambda: image_networks(image_shape), updates, seed)


def labelled_digits(n_classes=10, *, image_shape=(28, 28, 1), updates=None, seed=0):
    """A compiled `ConditionalWGANGP` for digits and other small images with labels, in batches of 64.

    The critic gets the label by projection: in benchmarks/conditional.py as good as an auxiliary classifier,
    and better than label maps.

    Args:
        n_classes: labels are the integers from 0 to n_classes - 1.
        image_shape, seed: as for `digits`.
        updates: of the generator, over which both learning rates fall to 0; `None` is the preset's own, 750.

    Returns:
        (compiled model, number of updates).

    Raises:
        ValueError: an argument out of range.

    Example:

    >>> model, updates = labelled_digits(updates=100)
    >>> model.generate([3, 3, 7], seed=0).shape, updates
    ((3, 28, 28, 1), 100)
    """
    check_counts(n_classes=n_classes)

    def build_networks():
        generator = networks.conv_generator(image_shape, latent_dim=64 + n_classes, batch_norm=True)
        critic = networks.conv_critic(image_shape)
        return (
            networks.conditional_generator(generator, n_classes),
            networks.projection_critic(critic, n_classes),
        )

    preset = LABELLED_DIGITS._replace(options={**LABELLED_DIGITS.options, "n_classes": int(n_classes)})
    return preset.new(build_networks, updates, seed)


def points(kind="wgan-gp", *, updates=None, seed=0):
    """A compiled model for the toy distributions in the plane, in batches of 256, and its number of updates.

    Args:
        kind, seed: as for `digits`.
        updates: of the generator, over which both learning rates fall to 0; `None` is the preset's own:
            5,000 ("gan", which takes a third of the time for each: 15,000).

    Returns:
        (compiled model, number of updates).

    Raises:
        ValueError: another kind, number of updates or seed.

    Example:

    >>> model, updates = points("gan", updates=100)
    >>> type(model).__name__, updates
    ('GAN', 100)
    """
    return _chosen(POINTS, kind).new(point_networks, updates, seed)


def _chosen(presets, kind):
    if kind not in tuple(presets):
        raise ValueError(f'kind must be "wgan-gp", "wgan" or "gan", got {shown(kind)}.')
    return presets[kind]
