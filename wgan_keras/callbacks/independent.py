"""W1 along a run by critics that are trained for that alone."""

import keras

from wgan_keras._checks import as_numbers, check_counts, check_seed
from wgan_keras.metrics import independent_estimate


class IndependentEstimate(keras.callbacks.Callback):
    """Take `metrics.independent_estimate` every so many epochs: it follows quality where losses do not.

    Each takes from a few seconds to half a minute, whatever the size of the model, so pass `every`. The run
    itself is not changed by it.

    Args:
        train, held_out: float arrays (n, *sample shape), (m, *sample shape) of real samples.
        every: epochs between two estimates.
        seed: as for `metrics.independent_estimate`.

    Attributes:
        steps: generator updates at each estimate.
        history: dict of lists, `held_out` and `train`.
        floor: what two sets of real samples give; `None` before the first estimate.

    Raises:
        ValueError: an argument out of range; at the first estimate, samples that are not of one shape.

    Example:

    >>> import numpy as np
    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> points = np.random.default_rng(0).standard_normal((96, 2)).astype("float32")
    >>> judge = IndependentEstimate(train=points[:64], held_out=points[64:], every=2)
    >>> history = model.fit(points[:64], batch_size=32, epochs=2, callbacks=[judge], verbose=0)
    >>> judge.steps, len(judge.history["held_out"])
    ([4], 1)
    """

    def __init__(self, train, held_out, every=1, seed=0):
        super().__init__()
        check_counts(every=every)
        check_seed(seed)
        self.train, self.held_out = as_numbers(train, "train"), as_numbers(held_out, "held_out")
        self.every, self.seed = every, seed
        self.steps, self.history, self.floor = [], {"held_out": [], "train": []}, None

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        found = independent_estimate(self.model, self.train, self.held_out, floor=self.floor, seed=self.seed)
        self.floor = found["floor"]
        self.steps.append(self.model.updates)
        for name, values in self.history.items():
            values.append(found[name])
