"""GAN, WGAN and WGAN-GP on ring, grid and Swiss roll, five seeds each, after an equal search of their rates.

python -m benchmarks.toy_models writes, in results/,
- toy_models_search.csv: five learning rates for each model on each data set, at half length, with a seed that
  is not among the five; w1 at the end, inf where training diverged;
- toy_models.csv: for each model the rate with the least mean w1 over the three data sets, five seeds, a row
  for each of ten checkpoints of a run:
  - w1: exact W1 between 1,000 generated and 1,000 real points;
  - modes, high_quality: of 2,500 generated points, see `metrics.mode_coverage`; empty for the Swiss roll;
  - seconds: of one core, for training so far.
Several runs are trained at a time, one core each (an hour on two cores). --quick trains each model for a
moment and prints its rows in place of writing them; --resume goes on with an interrupted benchmark.

updates counts those of the generator: a GAN, with one update of the discriminator for each, makes three times
as many as the others. The three models share networks and batch size, and their learning rates fall to 0:
`presets.points`. Only the rates were searched. Each model's other settings are those of its preset: of
WGAN-GP the penalty's weight, beta_2 and the batch size of the authors' toy code, beta_1 and n_critic chosen
on ring and grid; WGAN's clip value and RMSprop's epsilon as told in presets.py; DCGAN's beta_1 for the GAN.
"""

import math
import time

import keras
import numpy as np

from wgan_keras import data, metrics, presets, training, transport

from .command import finished_runs, options, put_csv
from .workers import on_each_core

SEARCH_COLUMNS = ("data", "model", "rate", "w1")
COLUMNS = ("data", "model", "seed", "updates", "w1", "modes", "high_quality", "seconds")
RATES, SEARCH_SEED = (5e-4, 1e-3, 2e-3, 4e-3, 8e-3), 5
SEEDS, CHECKPOINTS, BATCH_SIZE = range(5), 10, 256
DATA, MODELS = ("ring", "grid", "swiss_roll"), ("GAN", "WGAN", "WGAN-GP")


def train(name, kind, seed=0, rate=None, epochs=CHECKPOINTS, share=1.0, callbacks=()):
    """A model of one kind, trained on one toy distribution for a share of its full run."""
    preset = presets.POINTS[kind.lower()]
    steps = max(1, round(share * preset.updates / epochs))
    preset = preset._replace(learning_rate=preset.learning_rate if rate is None else rate)
    model, updates = preset.new(presets.point_networks, steps * epochs, seed)
    model.steps_per_execution = math.gcd(steps, 100)  # the same updates in less time
    batches = data.toy_batches(
        name, n_samples=100_000, batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed
    )
    training.fit(model, batches, updates=updates, every=steps, callbacks=callbacks, progress=False)
    return model


class Score(keras.callbacks.Callback):
    """Scores of the samples at the end of each epoch, in `rows`."""

    def __init__(self, name):
        super().__init__()
        self.rows, self.seconds = [], 0.0
        self.real = data.toy_samples(name, 1000, seed=100)

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.process_time() - self.started
        samples = self.model.generate(2500, seed=0)
        row = {"updates": self.model.updates, "seconds": round(self.seconds, 1)}
        row["w1"] = round(transport.wasserstein_1(np.asarray(self.real), samples[:1000]), 4)
        if self.real.centers is not None:
            row |= metrics.mode_coverage(samples, self.real.centers, self.real.std)
        self.rows.append(row)


def search(name, kind, rate, share=0.5):
    """W1 at the end of one run of the search."""
    row = {"data": name, "model": kind, "rate": rate}
    score = Score(name)
    try:
        train(name, kind, SEARCH_SEED, rate, epochs=1, share=share, callbacks=[score])
    except FloatingPointError:
        return {**row, "w1": math.inf}
    return {**row, "w1": score.rows[-1]["w1"]}


def best_rates(found):
    """For each model the rate with the least mean W1 over the data sets."""
    means = {
        (row["model"], row["rate"]): np.mean(
            [r["w1"] for r in found if (r["model"], r["rate"]) == (row["model"], row["rate"])]
        )
        for row in found
    }
    return {kind: min((mean, rate) for (k, rate), mean in means.items() if k == kind)[1] for kind in MODELS}


def run(name, kind, seed, rate=None, epochs=CHECKPOINTS, share=1.0):
    """The rows of one run."""
    score = Score(name)
    train(name, kind, seed, rate, epochs, share, callbacks=[score])
    return [{"data": name, "model": kind, "seed": seed, **row} for row in score.rows]


def main(arguments=None):
    quick_form = "each data set and each model once, a few updates, nothing written"
    chosen = options(__doc__, quick_form, arguments, resumable=True)
    if chosen.quick:
        results = [run(name, kind, 0, epochs=2, share=0.001) for name, kind in zip(DATA, MODELS)]
        put_csv("toy_models.csv", [row for rows in results for row in rows], COLUMNS, quick=True)
        return
    with finished_runs("toy_models", chosen.resume) as folder:
        tried = [(name, kind, rate) for name in DATA for kind in MODELS for rate in RATES]
        found = on_each_core(search, tried, folder)
        put_csv("toy_models_search.csv", found, SEARCH_COLUMNS, quick=False)
        rates = best_rates(found)
        runs = [(name, kind, seed, rates[kind]) for name in DATA for kind in MODELS for seed in SEEDS]
        results = on_each_core(run, runs, folder)
        put_csv("toy_models.csv", [row for rows in results for row in rows], COLUMNS, quick=False)


if __name__ == "__main__":
    main()
