"""GAN, WGAN and WGAN-GP on ring, grid and Swiss roll, five seeds each.

python -m benchmarks.toy_models writes results/toy_models.csv, a row for each of ten checkpoints of a run:
- w1: exact W1 between 1,000 generated and 1,000 real points;
- modes, high_quality: of 2,500 generated points, see `metrics.mode_coverage`; empty for the Swiss roll.
--quick trains each model for a moment and prints its rows in place of writing them.

updates counts those of the generator: a GAN, with one update of the discriminator for each, makes three times
as many as the others, so that a run takes about the same time, a minute on two cores (45 runs: 40 minutes).

The three models share networks and batch size, and their learning rates fall to 0: `presets.points`. The
settings of GAN and WGAN are the best of four and nine that were tried with one seed on ring and grid. Of
WGAN-GP the penalty's weight, beta_2 and the batch size are those of the authors' toy code; its rate, beta_1
and n_critic were chosen on the same data. The shipped WGAN rows were measured with Keras' own epsilon of
RMSprop, 1e-7, in place of the presets'.
"""

import keras
import numpy as np
from tqdm import tqdm

from wgan_keras import data, metrics, presets, transport

from .command import is_quick, put_csv

COLUMNS = ("data", "model", "seed", "updates", "w1", "modes", "high_quality")
SEEDS, CHECKPOINTS, BATCH_SIZE = range(5), 10, 256
DATA, MODELS = ("ring", "grid", "swiss_roll"), ("GAN", "WGAN", "WGAN-GP")


def train(name, kind, seed=0, epochs=CHECKPOINTS, share=1.0, callbacks=()):
    """A model of one kind, trained on one toy distribution for a share of its full run."""
    steps = max(1, round(share * presets.POINTS[kind.lower()].updates / epochs))
    model, _ = presets.points(kind.lower(), updates=steps * epochs, seed=seed)
    batches = data.toy_batches(
        name, n_samples=100_000, batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed
    )
    model.fit(batches.repeat(), steps_per_epoch=steps, epochs=epochs, callbacks=list(callbacks), verbose=0)
    return model


class Score(keras.callbacks.Callback):
    """Scores of the samples at the end of each epoch, in `rows`."""

    def __init__(self, name):
        super().__init__()
        self.rows = []
        self.real = data.toy_samples(name, 1000, seed=100)

    def on_epoch_end(self, epoch, logs=None):
        samples = self.model.generate(2500, seed=0)
        row = {"updates": self.model.updates}
        row["w1"] = round(transport.wasserstein_1(np.asarray(self.real), samples[:1000]), 4)
        if self.real.centers is not None:
            row |= metrics.mode_coverage(samples, self.real.centers, self.real.std)
        self.rows.append(row)


def main(arguments=None):
    quick = is_quick(__doc__, "each data set and each model once, a few updates, nothing written", arguments)
    runs = [(name, kind, seed) for seed in SEEDS for name in DATA for kind in MODELS]
    if quick:
        runs = [(name, kind, 0) for name, kind in zip(DATA, MODELS)]
    rows = []
    for name, kind, seed in tqdm(runs, unit="run"):
        score = Score(name)
        length = {"epochs": 2, "share": 0.001} if quick else {}
        train(name, kind, seed, callbacks=[score], **length)
        rows += [{"data": name, "model": kind, "seed": seed, **row} for row in score.rows]
    rows.sort(key=lambda row: (row["data"], row["model"], row["seed"], row["updates"]))
    put_csv("toy_models.csv", rows, COLUMNS, quick)


if __name__ == "__main__":
    main()
