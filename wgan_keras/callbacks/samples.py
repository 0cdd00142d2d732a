"""Samples from fixed latent vectors over training, as arrays and as a picture."""

import time

import keras
import numpy as np

from wgan_keras import plotting
from wgan_keras._checks import as_labels, check_counts, check_path, check_seed
from wgan_keras.files import save_arrays, written_whole

SECONDS_BETWEEN_PICTURES = 10


class SampleGrid(keras.callbacks.Callback):
    """Keep samples from fixed latent vectors before training and after every epoch.

    Args:
        n: samples each time: the first n of the seed, unselected.
        seed: of the latent vectors.
        labels: of the samples, for a model that takes labels; there are as many samples as labels, and n does
            not count.
        path: picture to draw when training ends, and before that at the end of an epoch if ten seconds have
            passed since the last one. Beside it goes an `.npz` with the arrays, after every epoch: a resumed
            run takes the earlier rows from it, and draws what an interrupted one did not. `None` writes
            nothing.

    Attributes:
        steps: generator updates at each time.
        frames: float32 arrays (n, *sample shape), one for each time.

    Raises:
        ValueError: in `fit`, `path` is given and the model does not make images.

    Example:

    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> grid = SampleGrid(n=4)
    >>> history = model.fit(np.zeros((64, 2), "float32"), batch_size=32, callbacks=[grid], verbose=0)
    >>> grid.steps, np.shape(grid.frames)
    ([0, 2], (2, 4, 2))
    """

    def __init__(self, n=10, seed=0, path=None, labels=None):
        super().__init__()
        check_counts(n=n)
        check_seed(seed)
        self.wanted = n if labels is None else as_labels(labels)
        self.path = None if path is None else check_path(path, plotting.SUFFIXES)
        self.n, self.seed = n if labels is None else len(self.wanted), seed
        self.steps, self.frames = [], []

    def on_train_begin(self, logs=None):
        self._last_drawn = time.monotonic()
        if self.path is not None:
            if len(self.model.generator.output_shape) != 4:
                raise ValueError(
                    "SampleGrid(path=...) draws images, and this model makes none: leave path out."
                )
            self._restore()
        if not self.steps:
            self._record()
            if self.path is not None:
                self._write_arrays()  # a run that is interrupted in its first epoch resumes with this row

    def on_epoch_end(self, epoch, logs=None):
        self._record()
        if self.path is not None:
            self._write_arrays()
            if time.monotonic() - self._last_drawn >= SECONDS_BETWEEN_PICTURES:
                self._draw()

    def on_train_end(self, logs=None):
        if self.path is not None:
            self._draw()

    def _record(self):
        if self.model.updates not in self.steps:
            self.steps.append(self.model.updates)
            self.frames.append(self.model.generate(self.wanted, seed=self.seed))

    @property
    def _arrays(self):
        return self.path.with_suffix(".npz")

    def _restore(self):
        """Rows of an interrupted run, up to where this model stands; none for a new model."""
        if not self.steps and self.model.updates and self._arrays.exists():
            with np.load(self._arrays) as saved:
                known = saved["steps"] <= self.model.updates
                self.steps, self.frames = saved["steps"][known].tolist(), list(saved["frames"][known])

    def _write_arrays(self):
        save_arrays(self._arrays, steps=self.steps, frames=np.stack(self.frames))

    def _draw(self):
        # Evenly spaced rows that end with the last, eleven at most, so that the picture stays readable.
        rows = np.arange(len(self.steps))[:: -max(1, -(-(len(self.steps) - 1) // 10))][::-1]
        figure, ax = plotting.plt.subplots(figsize=(0.55 * self.n + 1, 0.55 * len(rows) + 0.6))
        plotting.plot_progress(np.take(self.steps, rows), np.stack(self.frames)[rows], ax=ax)
        with written_whole(self.path) as partial:
            figure.savefig(partial)
        plotting.plt.close(figure)
        self._last_drawn = time.monotonic()
