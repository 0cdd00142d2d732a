"""GAN, WGAN and WGAN-GP on digits: DCGAN's rules, and one thing changed in one network, two seeds.

python -m benchmarks.architectures writes, in results/,
- architectures_search.csv: five learning rates for each model under all rules, with a seed that is not among
  the two; the Fréchet distance of 1,000 samples at the end (`metrics.digit_quality`), inf where training
  diverged;
- architectures.csv: for each model the best of these rates, a row for each run with the scores of 1,000
  samples and the seconds of one core for an update. Of the GAN also, as budget "time", runs of the setups
  whose updates cost more or less: as many updates as take the time of a run under all rules;
- architectures.npz: the first four samples of seed 0 of each pair "setup, model", uint8 (4, 28, 28).
Several runs are trained at a time, one core each (three quarters of an hour on two cores). --quick trains
each model in a setup of its own for a moment and prints its rows in place of writing them; --resume goes on
with an interrupted benchmark.

The baseline is DCGAN's (1511.06434) at half the width of notebook 09: batch normalization in both networks;
in WGAN-GP's critic layer normalization takes its place, as in 1704.00028, section 5.2. Optimizers are those
of `presets.digits` but for their rates, which fall to 0. Only the rates were searched, and only under all
rules: a changed network might do better with another. Runs are too short for good digits, and long enough to
see which of them learn.
"""

import math
import time

import keras
import numpy as np

from wgan_keras import data, metrics, networks, presets, training
from wgan_keras.files import save_arrays

from .command import RESULTS, best_rate, finished_runs, options, put_csv
from .workers import on_each_core

SEEDS, BATCH_SIZE, FILTERS = range(2), 64, (8, 16, 32)
RATES, SEARCH_SEED = (5e-4, 1e-3, 2e-3, 4e-3, 8e-3), 5
UPDATES = {"GAN": 300, "WGAN": 100, "WGAN-GP": 200}  # of the generator: similar times
NORMALIZATION = {"GAN": "batch", "WGAN": "batch", "WGAN-GP": "layer"}
SCORES = ("frechet", "frechet_real", "precision", "recall", "clear", "histogram_kl")
SEARCH_COLUMNS = ("model", "rate", "frechet")
COLUMNS = ("setup", "model", "budget", "seed", "rate", "updates", "seconds", *SCORES)
SETUPS = {  # what changes in the generator, in the critic, and by which factor both learning rates grow
    "all rules": ({}, {}, 1),
    "pooling in the critic": ({}, {"max_pooling": True}, 1),
    "repeated pixels in the generator": ({"nearest": True}, {}, 1),
    "no normalization in the critic": ({}, {"normalization": None}, 1),
    "no normalization in the generator": ({"batch_norm": False}, {}, 1),
    "dense layer in the critic": ({}, {"hidden": (256,)}, 1),
    "dense layer in the generator": ({"hidden": (256,)}, {}, 1),
    "ReLU in the critic": ({}, {"activation": "relu"}, 1),
    "tanh in the generator": ({"activation": "tanh"}, {}, 1),
    "deeper critic": ({}, {"extra": 2}, 1),
    "deeper generator": ({"extra": 2}, {}, 1),
    "MLP generator": (None, {}, 1),
    "rates times 4": ({}, {}, 4),
    "rates divided by 4": ({}, {}, 0.25),
}
QUICK = (("deeper critic", "GAN"), ("MLP generator", "WGAN"), ("all rules", "WGAN-GP"))


class Clock(keras.callbacks.Callback):
    """Seconds of this process for an update; the first, which traces the step, is left out."""

    start = None

    def on_train_batch_end(self, batch, logs=None):
        if self.start is None:
            self.start, self.updates = time.process_time(), self.model.updates

    def on_train_end(self, logs=None):
        updates = max(1, self.model.updates - self.updates)
        self.seconds = (time.process_time() - self.start) / updates


def train(setup, kind, seed, rate, updates):
    """A trained model, and the seconds of one core for an update."""
    for_generator, for_critic, factor = SETUPS[setup]
    for_critic = {"normalization": NORMALIZATION[kind], **for_critic}

    def build_networks():
        if for_generator is None:
            generator = networks.image_mlp_generator()
        else:
            generator = networks.conv_generator(filters=FILTERS, **{"batch_norm": True, **for_generator})
        return generator, networks.conv_critic(filters=FILTERS, **for_critic)

    preset = presets.DIGITS[kind.lower()]._replace(learning_rate=factor * rate)
    model, updates = preset.new(build_networks, updates, seed)
    batches = data.image_batches("mnist_sample", batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed)
    clock = Clock()
    training.fit(model, batches, updates=updates, callbacks=[clock], progress=False)
    return model, clock.seconds


def search(kind, rate):
    """The Fréchet distance at the end of one run of the search."""
    row = {"model": kind, "rate": rate}
    try:
        model, _ = train("all rules", kind, SEARCH_SEED, rate, UPDATES[kind])
    except FloatingPointError:
        return {**row, "frechet": math.inf}
    return {**row, "frechet": round(metrics.digit_quality(model.generate(1000, seed=0))["frechet"], 2)}


def run(setup, kind, seed, rate, updates, budget="updates"):
    """The scores and the first four samples of one run."""
    row = {"setup": setup, "model": kind, "budget": budget, "seed": seed, "rate": rate, "updates": updates}
    try:
        model, seconds = train(setup, kind, seed, rate, updates)
    except FloatingPointError:  # training diverged: the scores are left empty, the samples black
        return row, np.zeros((4, 28, 28), "uint8")
    samples = model.generate(1000, seed=0)
    scores = metrics.digit_quality(samples)
    row |= {"seconds": round(seconds, 5), **{name: f"{scores[name]:.5g}" for name in SCORES}}
    return row, np.uint8((samples[:4, ..., 0] + 1) * 127.5)


def same_time(rows, kind="GAN"):
    """For each setup whose updates cost a tenth more or less: how many take the time of all rules'."""
    seconds = {
        setup: np.median([row["seconds"] for row in rows if (row["setup"], row["model"]) == (setup, kind)])
        for setup in SETUPS
    }
    ratios = {setup: seconds["all rules"] / value for setup, value in seconds.items()}
    return {s: round(UPDATES[kind] * ratio) for s, ratio in ratios.items() if abs(ratio - 1) > 0.1}


def main(arguments=None):
    chosen = options(__doc__, "each model in a setup of its own, nothing written", arguments, resumable=True)
    if chosen.quick:
        rows = [run(setup, kind, 0, 1e-3, updates=1)[0] for setup, kind in QUICK]
        put_csv("architectures.csv", rows, COLUMNS, quick=True)
        return
    with finished_runs("architectures", chosen.resume) as folder:
        found = on_each_core(search, [(kind, rate) for kind in UPDATES for rate in RATES], folder)
        put_csv("architectures_search.csv", found, SEARCH_COLUMNS, quick=False)
        rates = {kind: best_rate(found, kind) for kind in UPDATES}
        runs = [(s, k, seed, rates[k], UPDATES[k]) for k in UPDATES for seed in SEEDS for s in SETUPS]
        results = on_each_core(run, runs, folder)
        rows = [row for row, _ in results]
        more = [(s, "GAN", i, rates["GAN"], n, "time") for s, n in same_time(rows).items() for i in SEEDS]
        rows += [row for row, _ in on_each_core(run, more, folder)]
        put_csv("architectures.csv", rows, COLUMNS, quick=False)
        pictures = {f"{row['setup']}, {row['model']}": images for row, images in results if row["seed"] == 0}
        save_arrays(RESULTS / "architectures.npz", **pictures)


if __name__ == "__main__":
    main()
