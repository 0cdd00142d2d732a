"""GAN, WGAN and WGAN-GP on the bundled digits: the same networks, three seeds.

python -m benchmarks.image_models writes, in results/,
- image_models.csv: a row for each of twelve checkpoints of a run: the logs (means since the one before),
  the estimate on held-out digits, the scores of 1,000 samples (`metrics.digit_quality`);
- image_models.npz: for seed 0 of each model, ten samples from fixed latent vectors at the start and at each
  checkpoint, uint8 (13, 10, 28, 28);
- image_models_seconds.csv: for each model, eight rounds of 15 generator updates on all cores, the models in
  turn. The runs themselves are trained several at a time, one core each (50 minutes in all on two cores).
--quick trains two models for a moment and prints its rows in place of writing them; --resume goes on with an
interrupted benchmark.

GAN, WGAN and WGAN-GP have updates for similar times (the file of seconds gives 220, 150 and 230 s). WGAN-GP
runs twice more: with five critic updates for each of the generator's, as in 1704.00028, and for twice as
long. Networks and optimizers are those of `presets.digits`; the learning rates fall to 0. WGAN-GP's rate was
chosen for notebook 00; of the others' rates, and of WGAN's clip value, two to four settings were tried with
one seed. With three times its rate the GAN ends, in seed 0, at a Fréchet distance of 13 (here 11). The
shipped WGAN rows were measured with Keras' own epsilon of RMSprop, 1e-7, and a rate of 1e-3 in place of the
presets': seed 0 ended at 55, and with three times that rate at 42.
"""

import functools
import time

import keras
import numpy as np

from wgan_keras import data, metrics, presets
from wgan_keras.callbacks import SampleGrid
from wgan_keras.files import save_arrays

from .command import RESULTS, finished_runs, options, put_csv
from .workers import on_each_core

SEEDS, CHECKPOINTS, BATCH_SIZE = range(3), 12, 64
SCORES = (
    "frechet",
    "frechet_real",
    "kernel",
    "kernel_se",
    "precision",
    "recall",
    "clear",
    "clear_real",
    "histogram_kl",
)
COLUMNS = (
    "model",
    "seed",
    "updates",
    "critic_loss",
    "generator_loss",
    "estimate",
    "held_out_estimate",
    *SCORES,
)
PENALIZED = presets.DIGITS["wgan-gp"]
MODELS = {  # with numbers of updates that take similar times
    "GAN": presets.DIGITS["gan"],
    "WGAN": presets.DIGITS["wgan"],
    "WGAN-GP": PENALIZED._replace(updates=1440),
    "WGAN-GP, n_critic 5": PENALIZED._replace(options={"n_critic": 5}, updates=480),  # as in 1704.00028
    "WGAN-GP, twice as long": PENALIZED._replace(updates=2880),
}
QUICK = ("GAN", "WGAN-GP")


class Score(keras.callbacks.Callback):
    """Logs and scores at the end of each epoch, in `rows`."""

    def __init__(self):
        super().__init__()
        self.rows = []
        self.held_out = data.mnist_sample("test")[0].astype("float32") / 127.5 - 1

    def on_epoch_end(self, epoch, logs=None):
        row = {"updates": self.model.updates, "estimate": logs[self.model.estimate_name]}
        row["critic_loss"] = logs["critic_loss" if "critic_loss" in logs else "discriminator_loss"]
        row["generator_loss"] = logs["generator_loss"]
        row["held_out_estimate"] = self.model.evaluate(self.held_out, batch_size=500, verbose=0)
        scores = metrics.digit_quality(self.model.generate(1000, seed=0))
        row |= {name: scores[name] for name in SCORES}
        self.rows.append({name: f"{value:.6g}" for name, value in row.items()})


def run(kind, seed, share=1.0, epochs=CHECKPOINTS):
    """Rows and sample pictures of one run, trained for a share of its full length."""
    steps = max(1, round(share * MODELS[kind].updates / epochs))
    model, _ = MODELS[kind].new(presets.image_networks, steps * epochs, seed)
    score, grid = Score(), SampleGrid(n=10)
    batches = data.image_batches("mnist_sample", batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed)
    model.fit(batches.repeat(), steps_per_epoch=steps, epochs=epochs, callbacks=[score, grid], verbose=0)
    pictures = np.uint8((np.stack(grid.frames)[..., 0] + 1) * 127.5)
    return [{"model": kind, "seed": seed, **row} for row in score.rows], pictures


def time_updates(kinds, rounds=8, updates=15):
    """Seconds for one generator update, with its critic updates: a row for each round and model."""
    rows, fits = [], {}
    for kind in kinds:
        model, _ = MODELS[kind].new(presets.image_networks, rounds * updates)
        batches = data.image_batches("mnist_sample", batch_size=BATCH_SIZE, n_critic=model.n_critic)
        fits[kind] = functools.partial(model.fit, batches.repeat(), verbose=0)
        fits[kind](steps_per_epoch=2)  # traces the step
    for i in range(rounds):
        for kind, fit in fits.items():
            start = time.perf_counter()
            fit(steps_per_epoch=updates)
            rows.append(
                {"round": i, "model": kind, "seconds": f"{(time.perf_counter() - start) / updates:.4f}"}
            )
    return rows


def main(arguments=None):
    quick_form = "one seed of two models, a few updates, nothing written"
    chosen = options(__doc__, quick_form, arguments, resumable=True)
    if chosen.quick:
        put_rows(
            time_updates(QUICK, rounds=1, updates=1), [run(k, 0, share=0.002, epochs=2) for k in QUICK], True
        )
        return
    runs = [(kind, seed) for seed in SEEDS for kind in MODELS]
    with finished_runs("image_models", chosen.resume) as folder:
        timed = time_updates(MODELS)
        results = on_each_core(run, runs, folder)
        put_rows(timed, results, False)
        pictures = {kind: frames for (kind, seed), (_, frames) in zip(runs, results) if seed == SEEDS[0]}
        save_arrays(RESULTS / "image_models.npz", **pictures)


def put_rows(timed, results, quick):
    put_csv("image_models_seconds.csv", timed, ("round", "model", "seconds"), quick)
    put_csv("image_models.csv", [row for rows, _ in results for row in rows], COLUMNS, quick)


if __name__ == "__main__":
    main()
