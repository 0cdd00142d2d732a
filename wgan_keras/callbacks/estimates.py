"""The critic's estimate on training and on held-out data, and a rule to stop that rests on it."""

import keras
import numpy as np

from wgan_keras._checks import as_numbers, check_counts, is_number, shown


class Estimates(keras.callbacks.Callback):
    """Keep the critic's estimate on training and on held-out samples after every epoch.

    The estimate is that of `model.evaluate`, both times against the same generated samples. Where the two
    part, the critic memorizes its training samples, and the estimate no longer says how far apart the
    distributions are (1704.00028, figure 5b).

    Args:
        train: float array (n, *sample shape) of training samples.
        held_out: float array (n, *sample shape) of samples that the model never trains on.

    Attributes:
        steps: generator updates at each epoch's end.
        history: dict of lists, the logs of each epoch, with `train_estimate` and `held_out_estimate`.

    Raises:
        ValueError: `train` and `held_out` of different shapes, because their estimates would not compare.

    Example:

    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> points = np.random.default_rng(0).standard_normal((96, 2)).astype("float32")
    >>> estimates = Estimates(train=points[:32], held_out=points[64:])
    >>> history = model.fit(points[:64], batch_size=32, epochs=2, callbacks=[estimates], verbose=0)
    >>> estimates.steps, len(estimates.history["held_out_estimate"])
    ([2, 4], 2)
    """

    def __init__(self, train, held_out):
        super().__init__()
        for name, samples in {"train": train, "held_out": held_out}.items():
            if not as_numbers(samples, name).ndim:
                raise ValueError(f"{name} must be an array of samples, got {shown(samples)}.")
        if np.shape(train) != np.shape(held_out):
            raise ValueError(
                f"train {np.shape(train)} and held_out {np.shape(held_out)} must have one shape: pass as "
                "many training samples as there are held-out ones."
            )
        self.train, self.held_out = np.asarray(train), np.asarray(held_out)
        self.steps, self.history = [], {}

    def on_epoch_end(self, epoch, logs=None):
        estimates = {
            "train_estimate": self.model.evaluate(self.train, batch_size=500, verbose=0),
            "held_out_estimate": self.model.evaluate(self.held_out, batch_size=500, verbose=0),
        }
        self.steps.append(self.model.updates)
        for name, value in {**(logs or {}), **estimates}.items():
            self.history.setdefault(name, []).append(float(value))


class StopWhenOverfit(Estimates):
    """End training once the critic memorizes its training samples.

    The rule: stop when the estimate on held-out samples has been below `share` of that on training samples
    for `patience` epochs in a row. From then on more than 1 - `share` of what the critic tells the generator
    is about single training samples, not about their distribution.

    Args:
        train, held_out: as for `Estimates`.
        share: of the training estimate, between 0 and 1.
        patience: epochs in a row, at least 1; one alone may be noise.

    Attributes:
        steps, history: as for `Estimates`.
        stopped_at: generator updates when the rule applied; `None` while it has not.

    Raises:
        ValueError: `train` and `held_out` of different shapes, or an argument out of range.

    Example:

    >>> stop = StopWhenOverfit(train=np.zeros((4, 2)), held_out=np.ones((4, 2)))
    >>> stop.share, stop.patience, stop.stopped_at
    (0.5, 3, None)
    """

    def __init__(self, train, held_out, share=0.5, patience=3):
        super().__init__(train, held_out)
        if not is_number(share) or not 0 < share < 1:
            raise ValueError(f"share must lie between 0 and 1, got {shown(share)}.")
        check_counts(patience=patience)
        self.share, self.patience, self.stopped_at = share, patience, None

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        train, held_out = (np.array(self.history[f"{name}_estimate"]) for name in ("train", "held_out"))
        overfit = (train > 0) & (held_out < self.share * train)
        if len(overfit) >= self.patience and overfit[-self.patience :].all():
            self.stopped_at = self.model.updates
            self.model.stop_training = True
