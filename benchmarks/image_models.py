"""GAN, WGAN and WGAN-GP on the bundled digits: an equal search of rates, three seeds, what their critics say.

python -m benchmarks.image_models writes, in results/,
- image_models_search.csv: four learning rates for each model, a third of the run, with a seed that is not
  among the three; the Fréchet distance of 1,000 samples at the end, inf where training diverged;
- image_models.csv: with the best of these rates, a row for each of twelve checkpoints of a run: losses and
  estimates of W1 as told in `estimates.py`, and the scores of 1,000 samples (`metrics.digit_quality`);
- image_models.npz: for seed 0 of each model, ten samples from fixed latent vectors at the start and at each
  checkpoint, uint8 (13, 10, 28, 28).
Several runs are trained at a time, one core each (three quarters of an hour on two cores). --quick trains two
models for a moment and prints its rows in place of writing them; --resume goes on with an interrupted
benchmark.

Networks and optimizers are those of `presets.digits`, the numbers of updates two thirds of theirs, which take
similar times; the learning rates fall to 0. Only the rates were searched: WGAN's clip value and the single
critic update of WGAN-GP and of the GAN are the presets'.
"""

import math

import numpy as np

from wgan_keras import data, metrics, presets
from wgan_keras.callbacks import SampleGrid
from wgan_keras.files import save_arrays

from . import estimates
from .command import RESULTS, best_rate, finished_runs, options, put_csv
from .workers import on_each_core

SEEDS, BATCH_SIZE = range(3), 64
RATES, SEARCH_SEED = (3e-4, 1e-3, 3e-3, 1e-2), 5
UPDATES = {"GAN": 960, "WGAN": 360, "WGAN-GP": 960}  # multiples of the epochs
SCORES = (
    "frechet",
    "frechet_real",
    "kernel",
    "kernel_se",
    "precision",
    "recall",
    "density",
    "coverage",
    "clear",
    "clear_real",
    "histogram_kl",
)
SEARCH_COLUMNS = ("model", "rate", "frechet")
COLUMNS = ("model", "seed", "rate", *estimates.COLUMNS, *SCORES)
QUICK = ("GAN", "WGAN-GP")


def train(kind, seed, rate, steps, epochs, callbacks):
    """Train a model of one kind, `steps` generator updates in each epoch."""
    preset = presets.DIGITS[kind.lower()]._replace(learning_rate=rate)
    model, _ = preset.new(presets.image_networks, steps * epochs, seed)
    batches = data.image_batches("mnist_sample", batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed)
    model.fit(batches.repeat(), steps_per_epoch=steps, epochs=epochs, callbacks=callbacks, verbose=0)
    return model


def scores_of(samples):
    scores = metrics.digit_quality(samples)
    return {name: scores[name] for name in SCORES}


def search(kind, rate):
    """The Fréchet distance at the end of one run of the search."""
    samples = train(kind, SEARCH_SEED, rate, UPDATES[kind] // 3, 1, []).generate(1000, seed=0)
    frechet = scores_of(samples)["frechet"] if np.isfinite(samples).all() else math.inf
    return {"model": kind, "rate": rate, "frechet": round(frechet, 2)}


def run(kind, seed, rate, steps=None, epochs=estimates.EPOCHS, checkpoints=estimates.CHECKPOINTS):
    """Rows and sample pictures of one run."""
    real, held_out = (
        data.mnist_sample(split)[0].astype("float32") / 127.5 - 1 for split in ("train", "test")
    )
    at_checkpoints = estimates.Estimates(real, held_out, scores_of, checkpoints)
    grid = SampleGrid(n=10)
    train(kind, seed, rate, steps or UPDATES[kind] // epochs, epochs, [at_checkpoints, grid])
    frames = np.stack(grid.frames)[[0, *checkpoints], ..., 0]
    rows = [{"model": kind, "seed": seed, "rate": rate, **row} for row in at_checkpoints.rows]
    return rows, np.uint8((frames + 1) * 127.5)


def main(arguments=None):
    quick_form = "one seed of two models, a few updates, nothing written"
    chosen = options(__doc__, quick_form, arguments, resumable=True)
    if chosen.quick:
        results = [run(kind, 0, 1e-3, steps=1, epochs=1, checkpoints=(1,)) for kind in QUICK]
        put_csv("image_models.csv", [row for rows, _ in results for row in rows], COLUMNS, quick=True)
        return
    with finished_runs("image_models", chosen.resume) as folder:
        found = on_each_core(search, [(kind, rate) for kind in UPDATES for rate in RATES], folder)
        put_csv("image_models_search.csv", found, SEARCH_COLUMNS, quick=False)
        rates = {kind: best_rate(found, kind) for kind in UPDATES}
        runs = [(kind, seed, rates[kind]) for seed in SEEDS for kind in UPDATES]
        results = on_each_core(run, runs, folder)
        put_csv("image_models.csv", [row for rows, _ in results for row in rows], COLUMNS, quick=False)
        pictures = {kind: frames for (kind, seed, _), (_, frames) in zip(runs, results) if seed == SEEDS[0]}
        save_arrays(RESULTS / "image_models.npz", **pictures)


if __name__ == "__main__":
    main()
