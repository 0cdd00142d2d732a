"""Time of one generator update of WGAN-GP: the package, the textbook's step, PyTorch, XLA.

python -m benchmarks.step_time prints a table and writes results/step_time.json (seven minutes on two cores,
most of them XLA's compiling). --quick times the smallest networks, with one critic step, for a moment and
writes nothing.

Every row makes the same update, five critic steps and one of the generator, on batches of 64, with networks
of one architecture: multilayer perceptrons for points in the plane; the demo's; a critic with 64, 128, 256
and 512 filters of 5 x 5. The rows take turns: `ms` is the median over the rounds, `ratio` the median of the
time divided by the textbook's in the same round. `share` is the rate of counted operations (see `operations`)
divided by that of a product of two 1024 x 1024 matrices, measured in the same rounds. `first` is the time of
the first call of `fit`, with tracing and compiling. PyTorch takes part, in a process of its own, where it is
installed.
"""

import importlib.util
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from wgan_keras import WGANGP, networks

from . import textbook
from .command import options, write_json
from .timings import compared, repeated

N_CRITIC, BATCH_SIZE = 5, 64
# Filters of both networks (None: multilayer perceptrons) and updates in one call of `fit`: enough that its
# start, in which the package looks at the data (5 ms), does not count.
SIZES = {
    "2-D MLP": (None, 300),
    "demo, 28 x 28": ({"generator": (16, 32, 64), "batch_norm": True, "critic": (16, 32, 64)}, 10),
    "large critic, 28 x 28": (
        {"generator": (64, 128, 256), "batch_norm": False, "critic": (64, 128, 256, 512)},
        1,
    ),
}


def textbook_networks(filters):
    if filters is None:
        return textbook.mlp(2, 2), textbook.mlp(2, 1)
    return (
        textbook.generator(filters=filters["generator"], batch_norm=filters["batch_norm"]),
        textbook.critic(filters=filters["critic"]),
    )


def package_networks(filters):
    if filters is None:
        return networks.mlp_generator(), networks.mlp_critic()
    return (
        networks.conv_generator(filters=filters["generator"], batch_norm=filters["batch_norm"]),
        networks.conv_critic(filters=filters["critic"]),
    )


def compiled(model, **options):
    model.compile(*(keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9) for _ in range(2)), **options)
    return model


def textbook_model(filters, n_critic):
    return compiled(textbook.TextbookWGANGP(*textbook_networks(filters), n_critic, seed=0))


def package_model(filters, n_critic, **options):
    return compiled(WGANGP(*package_networks(filters), n_critic=n_critic, seed=0), **options)


def by_fit(model):
    """A function that makes updates as a user would, by `fit` on a data set, and returns the seconds."""
    batches = repeated((model.n_critic * BATCH_SIZE, *model.generator.output_shape[1:]))

    def run(updates):
        start = time.perf_counter()
        model.fit(batches, steps_per_epoch=updates, shuffle=False, verbose=0)
        return time.perf_counter() - start

    return run


def by_pytorch(filters, n_critic):
    script = Path(__file__).with_name("pytorch_step.py")
    process = subprocess.Popen(
        [sys.executable, script, json.dumps(filters), str(BATCH_SIZE), str(n_critic)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def run(updates):
        print(updates, file=process.stdin, flush=True)
        return float(process.stdout.readline())

    return run


def rows_of(filters, n_critic, updates):
    """{name: function of a number of updates, which returns seconds} of all that is timed."""
    models = {
        "textbook": textbook_model(filters, n_critic),
        "wgan_keras": package_model(filters, n_critic),
        "wgan_keras, jit_compile=True": package_model(filters, n_critic, jit_compile=True),
    }
    if updates > 1:
        grouped = package_model(filters, n_critic, steps_per_execution=updates)
        models[f"wgan_keras, steps_per_execution={updates}"] = grouped
    rows = {name: by_fit(model) for name, model in models.items()}
    if importlib.util.find_spec("torch"):
        rows["PyTorch, eager"] = by_pytorch(filters, n_critic)
    return rows


def operations(filters, n_critic):
    """Counted floating-point operations of one generator update: two for a multiplication and an addition.

    Those of convolutions and dense layers that the mathematics needs. A critic step: the generator forward;
    three passes forward of the critic; of real and generated samples the gradients by weights and, past the
    first layer, by inputs; at the points between the gradient by inputs, and of the penalty one pass along it
    and the gradients by weights. A generator step: both forward, the critic's gradient by inputs, both
    gradients of the generator.
    """
    generator, critic = package_networks(filters)
    made, scored = forward_operations(generator), forward_operations(critic)
    critic_step = sum(made) + 10 * sum(scored) - 2 * scored[0]
    generator_step = 3 * sum(made) - made[0] + 2 * sum(scored)
    return BATCH_SIZE * (n_critic * critic_step + generator_step)


def forward_operations(network):
    """Of each convolution and dense layer, for one sample."""
    counts = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            counts.append(2 * layer.kernel.shape[0] * layer.kernel.shape[1])
        elif isinstance(layer, keras.layers.Conv2DTranspose):
            counts.append(2 * np.prod(layer.input.shape[1:3]) * np.prod(layer.kernel.shape))
        elif isinstance(layer, keras.layers.Conv2D):
            counts.append(2 * np.prod(layer.output.shape[1:3]) * np.prod(layer.kernel.shape))
    return [int(count) for count in counts]


def matrix_rate():
    """Operations a second of a matrix product."""
    a = tf.random.normal((1024, 1024))
    start = time.perf_counter()
    for _ in range(5):
        b = tf.matmul(a, a)
    b.numpy()
    return 5 * 2 * 1024**3 / (time.perf_counter() - start)


def measure(size, rounds, n_critic, updates):
    """A list of rows, dicts, for one size."""
    filters, _ = SIZES[size]
    runs = rows_of(filters, n_critic, updates)
    first = {name: run(updates) for name, run in runs.items()}
    seconds, rates = {name: [] for name in runs}, []
    for _ in tqdm(range(rounds), desc=size, unit="round"):
        rates.append(matrix_rate())
        for name, run in runs.items():
            seconds[name].append(run(updates) / updates)
    rate, counted = statistics.median(rates), operations(filters, n_critic)
    return [
        {
            **row,
            "share": round(counted / statistics.median(seconds[row["row"]]) / rate, 3),
            "first": round(first[row["row"]], 2),
        }
        for row in compared(size, seconds, "textbook")
    ]


def main(arguments=None):
    quick = options(__doc__, "the smallest networks, nothing written", arguments).quick
    rows = []
    print(f"{'size':22} {'row':34} {'ms':>9} {'ratio':>6} {'share':>6} {'first':>7}")
    for size, (_, updates) in SIZES.items():
        settings = (1, 1, 2) if quick else (15, N_CRITIC, updates)
        new = measure(size, *settings)
        for row in new:
            print("{size:22} {row:34} {ms:9.2f} {ratio:6.2f} {share:6.2f} {first:6.1f} s".format(**row))
        rows += new
        if quick:
            return
    write_json("step_time.json", rows)


if __name__ == "__main__":
    main()
