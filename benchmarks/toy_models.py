"""GAN, WGAN and WGAN-GP on ring, grid and Swiss roll, five seeds each.

python benchmarks/toy_models.py writes toy_models.csv beside this file, a row for each of ten looks at a run:
- w1: exact W1 between 1,000 generated and 1,000 real points;
- modes, high_quality: of 2,500 generated points, see `metrics.mode_coverage`; empty for the Swiss roll.
--quick trains one seed for a moment and prints its rows in place of writing them.

updates counts those of the generator: a GAN, with one update of the discriminator for each, makes three times
as many as the others, so that a run takes about the same time, a minute on two cores (45 runs: 40 minutes).

The three models share networks and batch size, and their learning rates fall to 0. The settings of GAN and
WGAN are the best of four and nine that were tried with one seed on ring and grid. Of WGAN-GP the penalty's
weight, beta_2 and the batch size are those of the authors' toy code; its rate, beta_1 and n_critic were
chosen on the same data.
"""

import argparse
import csv
import sys
from pathlib import Path

import keras
import numpy as np
from keras.optimizers import Adam, RMSprop
from keras.optimizers.schedules import CosineDecay
from tqdm import tqdm

from wgan_keras import GAN, WGANGP, WGANClip, data, metrics, networks, transport
from wgan_keras.files import written_whole

RESULTS = Path(__file__).with_suffix(".csv")
COLUMNS = ("data", "model", "seed", "updates", "w1", "modes", "high_quality")
SEEDS, LOOKS, BATCH_SIZE = range(5), 10, 256
DATA, UPDATES = ("ring", "grid", "swiss_roll"), 8_000  # of a Wasserstein model's generator
MODELS = {  # class, its options, optimizer and its options, generator updates in multiples of UPDATES
    "GAN": (GAN, {"n_critic": 1}, Adam, {"learning_rate": 1e-3, "beta_1": 0.5}, 3),
    "WGAN": (WGANClip, {"n_critic": 5, "clip_value": 0.1}, RMSprop, {"learning_rate": 2e-3}, 1),
    "WGAN-GP": (
        WGANGP,
        {"n_critic": 3, "gp_weight": 0.1},
        Adam,
        {"learning_rate": 2e-3, "beta_1": 0.0, "beta_2": 0.9},
        1,
    ),
}


def train(name, kind, seed=0, looks=LOOKS, share=1.0, callbacks=()):
    """A model of one kind, trained on one toy distribution for a share of its full run, in `looks` epochs."""
    model_class, options, optimizer, settings, factor = MODELS[kind]
    steps = max(1, round(share * UPDATES * factor / looks))

    def decaying(updates):
        return optimizer(**{**settings, "learning_rate": CosineDecay(settings["learning_rate"], updates)})

    keras.utils.set_random_seed(seed)
    model = model_class(networks.mlp_generator(), networks.mlp_critic(), seed=seed, **options)
    model.compile(decaying(steps * looks), decaying(steps * looks * model.n_critic))
    batches = data.toy_batches(
        name, n_samples=100_000, batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed
    )
    model.fit(batches.repeat(), steps_per_epoch=steps, epochs=looks, callbacks=list(callbacks), verbose=0)
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


def main(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one seed, a few updates, nothing written")
    quick = parser.parse_args(arguments).quick
    runs = [(name, kind, seed) for seed in SEEDS[: 1 if quick else None] for name in DATA for kind in MODELS]
    rows = []
    for name, kind, seed in tqdm(runs, unit="run"):
        score = Score(name)
        train(name, kind, seed, looks=2 if quick else LOOKS, share=0.004 if quick else 1.0, callbacks=[score])
        rows += [{"data": name, "model": kind, "seed": seed, **row} for row in score.rows]
    rows.sort(key=lambda row: (row["data"], row["model"], row["seed"], row["updates"]))
    if quick:
        write(rows, sys.stdout)
    else:
        with written_whole(RESULTS) as partial, open(partial, "w", newline="") as file:
            write(rows, file)


def write(rows, file):
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
