"""Callbacks for any of the models: samples, landscapes, estimates, a rule to stop, checkpoints, progress.

Keras' own callbacks work too: `CSVLogger`, `TensorBoard`, `ModelCheckpoint`.
"""

import csv
import os
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from wgan_keras import plotting
from wgan_keras._checks import (
    as_numbers,
    check_counts,
    check_interval,
    check_path,
    check_seed,
    is_number,
    shown,
)
from wgan_keras.callbacks.checkpoint import Checkpoint as Checkpoint  # in a file of its own for its length
from wgan_keras.files import written_whole


class SampleGrid(keras.callbacks.Callback):
    """Keep samples from fixed latent vectors before training and after every epoch.

    Args:
        n: samples each time: the first n of the seed, unselected.
        seed: of the latent vectors.
        path: picture to write after every epoch; beside it goes an `.npz` with the arrays, from which a
            resumed run takes the earlier rows. `None` writes nothing.

    Attributes:
        steps: generator updates at each time.
        frames: float32 arrays (n, *sample shape), one for each time.

    Raises:
        ValueError: `path` is given and the model does not make images.

    Example:

    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> grid = SampleGrid(n=4)
    >>> history = model.fit(np.zeros((64, 2), "float32"), callbacks=[grid], verbose=0)
    >>> grid.steps, np.shape(grid.frames)
    ([0, 2], (2, 4, 2))
    """

    def __init__(self, n=10, seed=0, path=None):
        super().__init__()
        check_counts(n=n)
        check_seed(seed)
        if path is not None:
            check_path(path, plotting.SUFFIXES)
        self.n, self.seed, self.path = n, seed, path
        self.steps, self.frames = [], []

    def on_train_begin(self, logs=None):
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
            self._write()

    def _record(self):
        if self.model.updates not in self.steps:
            self.steps.append(self.model.updates)
            self.frames.append(self.model.generate(self.n, seed=self.seed))

    @property
    def _arrays(self):
        return Path(self.path).with_suffix(".npz")

    def _restore(self):
        """Rows of an interrupted run, up to where this model stands; none for a new model."""
        if not self.steps and self.model.updates and os.path.exists(self._arrays):
            with np.load(self._arrays) as saved:
                known = saved["steps"] <= self.model.updates
                self.steps, self.frames = saved["steps"][known].tolist(), list(saved["frames"][known])

    def _write_arrays(self):
        with written_whole(self._arrays) as partial:
            np.savez_compressed(partial, steps=self.steps, frames=np.stack(self.frames))

    def _write(self):
        self._write_arrays()
        # Evenly spaced rows that end with the last, eleven at most, so that the picture stays readable.
        rows = np.arange(len(self.steps))[:: -max(1, -(-(len(self.steps) - 1) // 10))][::-1]
        figure, ax = plotting.plt.subplots(figsize=(0.55 * self.n + 1, 0.55 * len(rows) + 0.6))
        plotting.plot_progress(np.take(self.steps, rows), np.stack(self.frames)[rows], ax=ax)
        with written_whole(self.path) as partial:
            figure.savefig(partial)
        plotting.plt.close(figure)


class Landscape(keras.callbacks.Callback):
    """Keep a plane model's samples and its critic's scores before training and after every epoch.

    Args:
        limits: (low, high) of both coordinates.
        n: samples each time, from fixed latent vectors: the first n of the seed, unselected.
        resolution: points of the grid of scores along each side.
        seed: of the latent vectors.

    Attributes:
        steps: generator updates at each time.
        samples: float32 arrays (n, 2), one for each time.
        scores: float32 arrays (resolution, resolution), y by x, one for each time; less their mean over
            the samples, because only differences of scores mean anything.

    Raises:
        ValueError: the model does not make points in the plane.

    Example: the pictures are `plotting.plot_landscape(landscape.scores[-1], landscape.limits)` and
    `plotting.animate_landscape(landscape, real)`.

    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> landscape = Landscape(limits=(-2, 2), n=4, resolution=10)
    >>> history = model.fit(np.zeros((64, 2), "float32"), callbacks=[landscape], verbose=0)
    >>> landscape.steps, landscape.samples[-1].shape, landscape.scores[-1].shape
    ([0, 2], (4, 2), (10, 10))
    """

    def __init__(self, limits=(-2, 2), n=500, resolution=80, seed=0):
        super().__init__()
        check_interval(limits=limits)
        check_counts(n=n, resolution=resolution)
        check_seed(seed)
        self.limits, self.n, self.resolution, self.seed = limits, n, resolution, seed
        self.steps, self.samples, self.scores = [], [], []

    def on_train_begin(self, logs=None):
        if self.model.generator.output_shape[1:] != (2,):
            raise ValueError(
                f"Landscape draws points in the plane, and the generator makes samples of shape "
                f"{self.model.generator.output_shape[1:]}: use SampleGrid."
            )
        self._record()

    def on_epoch_end(self, epoch, logs=None):
        self._record()

    def _record(self):
        if self.model.updates in self.steps:
            return
        samples = self.model.generate(self.n, seed=self.seed)
        points = plotting.plane(self.limits, self.resolution)
        scores = keras.ops.convert_to_numpy(self.model.critic(np.concatenate([points, samples])))[:, 0]
        level = scores[len(points) :].mean()
        self.steps.append(self.model.updates)
        self.samples.append(samples)
        self.scores.append((scores[: len(points)] - level).reshape(self.resolution, self.resolution))


class Estimates(keras.callbacks.Callback):
    """Keep the critic's estimate on training and on held-out samples after every epoch.

    The estimate is that of `model.evaluate`, both times against the same generated samples. Where the two
    part, the critic knows its training samples by heart, and the estimate no longer says how far the laws are
    apart (1704.00028, figure 5b).

    Args:
        train: float array (n, *sample shape) of training samples.
        held_out: float array (n, *sample shape) of samples that the model never trains on.

    Attributes:
        steps: generator updates at each epoch's end.
        history: dict of lists, the logs of each epoch, with `train_estimate` and `held_out_estimate`.

    Raises:
        ValueError: `train` and `held_out` of unlike shapes, because their estimates would not compare.

    Example:

    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> points = np.random.default_rng(0).standard_normal((96, 2)).astype("float32")
    >>> estimates = Estimates(train=points[:32], held_out=points[64:])
    >>> history = model.fit(points[:64], epochs=2, callbacks=[estimates], verbose=0)
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
    """End training once the critic knows its training samples by heart.

    The rule: stop when the estimate on held-out samples has been below `share` of that on training samples
    for `patience` epochs in a row. From then on more than 1 - `share` of what the critic tells the generator
    is about single training samples, not about their law.

    Args:
        train, held_out: as for `Estimates`.
        share: of the training estimate, between 0 and 1.
        patience: epochs in a row, at least 1; one alone may be noise.

    Attributes:
        steps, history: as for `Estimates`.
        stopped_at: generator updates when the rule applied; `None` while it has not.

    Raises:
        ValueError: `train` and `held_out` of unlike shapes, or an argument out of range.

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


class CSVLog(keras.callbacks.Callback):
    """Keep the logs of each epoch as a row of a CSV file, which is whole at any time.

    Keras' `CSVLogger` appends, and a full disk or a kill can leave half a row; this writes the file anew. Of
    a file that is there already the rows of earlier epochs stay, so that a resumed run goes on with it.

    Args:
        path: of the file.

    Example:

    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> log = CSVLog("log.csv")
    >>> history = model.fit(np.zeros((64, 2), "float32"), epochs=2, callbacks=[log], verbose=0)
    >>> Path("log.csv").read_text().splitlines()[0]
    'epoch,critic_loss,generator_loss,gradient_norm,gradient_penalty,wasserstein_estimate'
    >>> os.remove("log.csv")
    """

    def __init__(self, path):
        super().__init__()
        self.path = check_path(path)

    def on_epoch_end(self, epoch, logs=None):
        rows = []
        if self.path.exists():
            with open(self.path, newline="") as file:
                rows = [row for row in csv.DictReader(file) if int(row["epoch"]) < epoch]
        rows.append({"epoch": epoch, **(logs or {})})
        with written_whole(self.path) as partial, open(partial, "w", newline="") as file:
            writer = csv.DictWriter(file, rows[-1])
            writer.writeheader()
            writer.writerows(rows)


class Progress(keras.callbacks.Callback):
    """One progress bar over several calls of `fit`, with the model's estimate and the time left.

    Args:
        total: generator updates at the end of the run.

    Example:

    >>> Progress(total=1000).total
    1000
    """

    def __init__(self, total):
        super().__init__()
        check_counts(total=total)
        self.total = total
        self._bar = None

    def on_train_begin(self, logs=None):
        if self._bar is None:
            self._bar = tqdm(total=self.total, initial=self.model.updates, unit=" updates")

    def on_train_batch_end(self, batch, logs=None):
        name = self.model.estimate_name
        self._bar.set_postfix({plotting.LABELS[name]: f"{float(logs[name]):.3f}"}, refresh=False)
        self._bar.update(self.model.updates - self._bar.n)

    def close(self):
        """Leave the bar as it stands and go to the next line."""
        if self._bar is not None:
            self._bar.close()
