"""GAN, WGAN and WGAN-GP on the bundled digits: the same networks, three seeds.

python benchmarks/image_models.py writes, beside this file,
- image_models.csv: a row for each of twelve looks at a run: the logs (means since the look before), the
  estimate on held-out digits, the scores of 1,000 samples (`metrics.digit_quality`);
- image_models.npz: for seed 0 of each model, ten samples from fixed latent vectors at the start and at each
  look, uint8 (13, 10, 28, 28);
- image_models_seconds.csv: for each model, eight rounds of 15 generator updates on all cores, the models in
  turn. The runs themselves are trained several at a time, one core each (50 minutes in all on two cores).
--quick trains one seed for a moment and prints its rows in place of writing them.

GAN, WGAN and WGAN-GP have updates for similar times (the file of seconds gives 220, 150 and 230 s). WGAN-GP
runs twice more: with five critic updates for each of the generator's, as in 1704.00028, and for twice as
long. The learning rates fall to 0. WGAN-GP's rate was chosen for notebook 00; of the others' rates, and of
WGAN's clip value, two to four settings were tried with one seed. Three times these rates end, in seed 0, at
a Fréchet distance of 13 (GAN, here 11) and 42 (WGAN, here 55).
"""

import csv
import functools
import sys
import time
from pathlib import Path

import keras
import numpy as np
from command import is_quick
from keras.optimizers import Adam, RMSprop
from keras.optimizers.schedules import CosineDecay
from workers import on_each_core

from wgan_keras import GAN, WGANGP, WGANClip, data, metrics, networks
from wgan_keras.callbacks import SampleGrid
from wgan_keras.files import written_whole

RESULTS = Path(__file__).with_suffix(".csv")
SECONDS = RESULTS.with_name("image_models_seconds.csv")
SEEDS, LOOKS, BATCH_SIZE = range(3), 12, 64
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
PENALIZED = {"learning_rate": 3e-3, "beta_1": 0.0, "beta_2": 0.9}
MODELS = {  # class, its options, optimizer and its options, generator updates
    "GAN": (GAN, {"n_critic": 1}, Adam, {"learning_rate": 1e-3, "beta_1": 0.5}, 1500),
    "WGAN": (WGANClip, {"n_critic": 5, "clip_value": 0.1}, RMSprop, {"learning_rate": 1e-3}, 480),
    "WGAN-GP": (WGANGP, {"n_critic": 1}, Adam, PENALIZED, 1440),
    "WGAN-GP, n_critic 5": (WGANGP, {"n_critic": 5}, Adam, PENALIZED, 480),  # as in 1704.00028
    "WGAN-GP, twice as long": (WGANGP, {"n_critic": 1}, Adam, PENALIZED, 2880),
}


def new_model(kind, seed, updates):
    """A compiled model of one kind, whose learning rates fall to 0 over `updates`."""
    model_class, options, optimizer, settings, _ = MODELS[kind]
    keras.utils.set_random_seed(seed)
    model = model_class(
        networks.conv_generator(batch_norm=True), networks.conv_critic(), seed=seed, **options
    )
    rate = settings["learning_rate"]
    model.compile(
        *(
            optimizer(**{**settings, "learning_rate": CosineDecay(rate, n)})
            for n in (updates, updates * model.n_critic)
        )
    )
    return model


class Score(keras.callbacks.Callback):
    """Logs and scores at the end of each epoch, in `rows`."""

    def __init__(self):
        super().__init__()
        self.rows = []
        self.held_out = data.mnist_sample("test")[0].astype("float32") / 127.5 - 1

    def on_epoch_end(self, epoch, logs=None):
        row = {"updates": self.model.updates, "estimate": logs[self.model.estimate_name]}
        row |= {name: logs[name] for name in ("critic_loss", "generator_loss")}
        row["held_out_estimate"] = self.model.evaluate(self.held_out, batch_size=500, verbose=0)
        scores = metrics.digit_quality(self.model.generate(1000, seed=0))
        row |= {name: scores[name] for name in SCORES}
        self.rows.append({name: f"{value:.6g}" for name, value in row.items()})


def run(kind, seed, share=1.0, looks=LOOKS):
    """Rows and sample pictures of one run, trained for a share of its full length."""
    steps = max(1, round(share * MODELS[kind][-1] / looks))
    model, score, grid = new_model(kind, seed, steps * looks), Score(), SampleGrid(n=10)
    batches = data.image_batches("mnist_sample", batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed)
    model.fit(batches.repeat(), steps_per_epoch=steps, epochs=looks, callbacks=[score, grid], verbose=0)
    pictures = np.uint8((np.stack(grid.frames)[..., 0] + 1) * 127.5)
    return [{"model": kind, "seed": seed, **row} for row in score.rows], pictures


def time_updates(rounds=8, updates=15):
    """Seconds for one generator update, with its critic updates: a row for each round and model."""
    rows, fits = [], {}
    for kind in MODELS:
        model = new_model(kind, 0, rounds * updates)
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


def main():
    quick = is_quick(__doc__, "one seed, a few updates, nothing written")
    timed = time_updates(*(1, 2) if quick else ())
    runs = [(kind, seed) for seed in SEEDS[: 1 if quick else None] for kind in MODELS]
    shortened = functools.partial(run, share=0.002, looks=2) if quick else run
    results = on_each_core(shortened, runs)
    rows = [row for rows, _ in results for row in rows]
    for path, content, columns in ((SECONDS, timed, ("round", "model", "seconds")), (RESULTS, rows, COLUMNS)):
        if quick:
            write(content, columns, sys.stdout)
        else:
            with written_whole(path) as partial, open(partial, "w", newline="") as file:
                write(content, columns, file)
    if not quick:
        pictures = {kind: frames for (kind, seed), (_, frames) in zip(runs, results) if seed == SEEDS[0]}
        with written_whole(RESULTS.with_suffix(".npz")) as partial:
            np.savez_compressed(partial, **pictures)


def write(rows, columns, file):
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


if __name__ == "__main__":
    main()
