"""GAN, WGAN and WGAN-GP under DCGAN's rules and with one of them broken, three seeds of short runs on digits.

python -m benchmarks.architectures writes, in results/,
- architectures.csv: a row for each run with the scores of 1,000 samples (`metrics.digit_quality`);
- architectures.npz: the first four samples of seed 0 of each pair "setup, model", uint8 (4, 28, 28).
Several runs are trained at a time, one core each (an hour on two cores). --quick trains each model in a setup
of its own for a moment and prints its rows in place of writing them; --resume goes on with an interrupted
benchmark.

The baseline is DCGAN's (1511.06434) at half the width of notebook 09: batch normalization in both networks;
in WGAN-GP's critic layer normalization takes its place, as in 1704.00028, section 5.2. Optimizers are those
of `presets.digits`, and their rates fall to 0. Runs are too short for good digits, and long enough to see
which of them learn. The shipped WGAN rows were measured with Keras' own epsilon of RMSprop, 1e-7, and a rate
of 1e-3 in place of the presets'.
"""

import numpy as np

from wgan_keras import data, metrics, networks, presets, training
from wgan_keras.files import save_arrays

from .command import RESULTS, finished_runs, options, put_csv
from .workers import on_each_core

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


QUICK = (("deeper", "GAN"), ("MLP generator", "WGAN"), ("all rules", "WGAN-GP"))


def run(setup, kind, seed, share=1.0):
    """The scores and the first four samples of one run."""
    for_generator, for_critic, factor = SETUPS[setup]
    for_critic = {"normalization": NORMALIZATION[kind], **for_critic}

    def build_networks():
        if for_generator is None:
            generator = networks.image_mlp_generator()
        else:
            generator = networks.conv_generator(filters=FILTERS, **{"batch_norm": True, **for_generator})
        return generator, networks.conv_critic(filters=FILTERS, **for_critic)

    preset = presets.DIGITS[kind.lower()]
    preset = preset._replace(learning_rate=factor * preset.learning_rate)
    model, updates = preset.new(build_networks, max(1, round(share * UPDATES[kind])), seed)
    batches = data.image_batches("mnist_sample", batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed)
    row = {"setup": setup, "model": kind, "seed": seed}
    try:
        training.fit(model, batches, updates=updates, progress=False)
    except FloatingPointError:  # training diverged: the scores are left empty, the samples black
        return row, np.zeros((4, 28, 28), "uint8")
    samples = model.generate(1000, seed=0)
    scores = metrics.digit_quality(samples)
    row |= {name: f"{scores[name]:.5g}" for name in SCORES}
    return row, np.uint8((samples[:4, ..., 0] + 1) * 127.5)


def main(arguments=None):
    chosen = options(__doc__, "each model in a setup of its own, nothing written", arguments, resumable=True)
    if chosen.quick:
        rows = [run(setup, kind, 0, share=0.003)[0] for setup, kind in QUICK]
        put_csv("architectures.csv", rows, COLUMNS, quick=True)
        return
    runs = [(setup, kind, seed) for kind in UPDATES for seed in SEEDS for setup in SETUPS]
    with finished_runs("architectures", chosen.resume) as folder:
        results = on_each_core(run, runs, folder)
        put_csv("architectures.csv", [row for row, _ in results], COLUMNS, quick=False)
        pictures = {f"{row['setup']}, {row['model']}": images for row, images in results if row["seed"] == 0}
        save_arrays(RESULTS / "architectures.npz", **pictures)


if __name__ == "__main__":
    main()
