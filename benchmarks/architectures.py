"""GAN, WGAN and WGAN-GP under DCGAN's rules and with one of them broken, three seeds of short runs on digits.

python benchmarks/architectures.py writes, beside this file,
- architectures.csv: a row for each run with the scores of 1,000 samples (`metrics.digit_quality`);
- architectures.npz: the first four samples of seed 0 of each pair "setup, model", uint8 (4, 28, 28).
Several runs are trained at a time, one core each (an hour on two cores). --quick trains one seed of
three setups for a moment and prints its rows in place of writing them.

The baseline is DCGAN's (1511.06434) at half the width of notebook 07: batch normalization in both networks;
in WGAN-GP's critic layer normalization takes its place, as in 1704.00028, section 5.2. Rates are those of
image_models.py and fall to 0. Runs are too short for good digits, and long enough to see which of them learn.
"""

import functools
import sys
from pathlib import Path

import image_models
import keras
import numpy as np
from command import is_quick
from keras.optimizers.schedules import CosineDecay
from workers import on_each_core

from wgan_keras import data, metrics, networks
from wgan_keras.files import written_whole

RESULTS = Path(__file__).with_suffix(".csv")
SEEDS, BATCH_SIZE, FILTERS = range(3), 64, (8, 16, 32)
UPDATES = {"GAN": 500, "WGAN": 170, "WGAN-GP": 330}  # of the generator
NORMALIZATION = {"GAN": "batch", "WGAN": "batch", "WGAN-GP": "layer"}
SCORES = ("frechet", "frechet_real", "precision", "recall", "clear", "histogram_kl")
COLUMNS = ("setup", "model", "seed", *SCORES)
SETUPS = {  # what changes in the generator, in the critic, and by which factor both learning rates grow
    "all rules": ({}, {}, 1),
    "pooling": ({"nearest": True}, {"max_pooling": True}, 1),
    "no normalization": ({"batch_norm": False}, {"normalization": None}, 1),
    "generator without batch norm": ({"batch_norm": False}, {}, 1),
    "dense hidden layers": ({"hidden": (256,)}, {"hidden": (256,)}, 1),
    "tanh in the generator": ({"activation": "tanh"}, {}, 1),
    "ReLU in the critic": ({}, {"activation": "relu"}, 1),
    "tanh in both": ({"activation": "tanh"}, {"activation": "tanh"}, 1),
    "deeper": ({"extra": 2}, {"extra": 2}, 1),
    "MLP generator": (None, {}, 1),
    "learning rate x 5": ({}, {}, 5),
}


def run(setup, kind, seed, share=1.0):
    """The scores and the first four samples of one run."""
    for_generator, for_critic, factor = SETUPS[setup]
    model_class, options, optimizer, settings, _ = image_models.MODELS[kind]
    updates = max(1, round(share * UPDATES[kind]))
    keras.utils.set_random_seed(seed)
    if for_generator is None:
        generator = networks.image_mlp_generator()
    else:
        generator = networks.conv_generator(filters=FILTERS, **{"batch_norm": True, **for_generator})
    for_critic = {"normalization": NORMALIZATION[kind], **for_critic}
    model = model_class(generator, networks.conv_critic(filters=FILTERS, **for_critic), seed=seed, **options)
    rate = factor * settings["learning_rate"]
    rates = (CosineDecay(rate, updates), CosineDecay(rate, updates * model.n_critic))
    model.compile(*(optimizer(**{**settings, "learning_rate": rate}) for rate in rates))
    batches = data.image_batches("mnist_sample", batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed)
    model.fit(batches.repeat(), steps_per_epoch=updates, verbose=0)
    samples = model.generate(1000, seed=0)
    row = {"setup": setup, "model": kind, "seed": seed}
    if np.isfinite(samples).all():
        scores = metrics.digit_quality(samples)
        row |= {name: f"{scores[name]:.5g}" for name in SCORES}  # left empty where training diverged
    return row, np.uint8(np.nan_to_num((samples[:4, ..., 0] + 1) * 127.5))


def main():
    quick = is_quick(__doc__, "one seed of three setups, nothing written")
    setups = ("all rules", "MLP generator", "deeper") if quick else SETUPS
    runs = [
        (setup, kind, seed) for kind in UPDATES for seed in SEEDS[: 1 if quick else None] for setup in setups
    ]
    results = on_each_core(functools.partial(run, share=0.003) if quick else run, runs)
    rows = [row for row, _ in results]
    if quick:
        image_models.write(rows, COLUMNS, sys.stdout)
        return
    pictures = {f"{row['setup']}, {row['model']}": samples for row, samples in results if row["seed"] == 0}
    with written_whole(RESULTS.with_suffix(".npz")) as partial:
        np.savez_compressed(partial, **pictures)
    with written_whole(RESULTS) as partial, open(partial, "w", newline="") as file:
        image_models.write(rows, COLUMNS, file)


if __name__ == "__main__":
    main()
