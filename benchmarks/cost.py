"""How the cost of a generator update grows: with batch, image size, critic updates and width.

python -m benchmarks.cost writes results/cost.json (ten minutes on two cores), from which
`python -m tools.make_images cost` draws images/cost.png. --quick measures two settings and writes nothing.

From the demo's setting (28 x 28 pixels, batches of 64, one critic update, filters 16, 32, 64) one thing grows
at a time. Each setting runs in a fresh process, the settings in turn, three times over: `ms` is the median
time of an update, `mib` the median of how far the process's peak memory rises above what it is with
TensorFlow, networks and data loaded, before the first update.
"""

import concurrent.futures
import multiprocessing
import resource
import statistics
import time

import keras
from tqdm import tqdm

from wgan_keras import WGANGP, networks

from .command import options, write_json
from .timings import repeated

BASE = {"image_size": 28, "batch_size": 64, "n_critic": 1, "width": 1}
GROWTH = {
    "batch_size": (16, 32, 64, 128, 256),
    "image_size": (28, 56, 84, 112),
    "n_critic": (1, 2, 5, 10),
    "width": (1, 2, 3, 4),
}


def measure(setting, updates):
    """Seconds of an update and MiB by which the peak of memory rose, in this process."""
    shape = (setting["image_size"], setting["image_size"], 1)
    filters = tuple(setting["width"] * f for f in (16, 32, 64))
    model = WGANGP(
        networks.conv_generator(shape, filters=filters, batch_norm=True),
        networks.conv_critic(shape, filters=filters),
        n_critic=setting["n_critic"],
        seed=0,
    )
    model.compile(*(keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9) for _ in range(2)))
    samples = setting["n_critic"] * setting["batch_size"]
    batches = repeated((samples, *shape))
    before = peak_mib()
    model.fit(batches, steps_per_epoch=1, shuffle=False, verbose=0)
    start = time.perf_counter()
    model.fit(batches, steps_per_epoch=updates, shuffle=False, verbose=0)
    return (time.perf_counter() - start) / updates, peak_mib() - before


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB


def main(arguments=None):
    quick = options(__doc__, "two settings, nothing written", arguments).quick
    settings = [{**BASE, name: value, "grows": name} for name, values in GROWTH.items() for value in values]
    rounds, updates = (1, 1) if quick else (3, 10)
    if quick:
        settings = settings[:2]
    found = [[] for _ in settings]
    fresh = {"max_workers": 1, "mp_context": multiprocessing.get_context("spawn"), "max_tasks_per_child": 1}
    with concurrent.futures.ProcessPoolExecutor(**fresh) as pool, tqdm(total=rounds * len(settings)) as bar:
        for _ in range(rounds):
            for setting, values in zip(settings, found):
                values.append(pool.submit(measure, setting, updates).result())
                bar.update()
    rows = [
        {
            **setting,
            "ms": round(1e3 * statistics.median(seconds for seconds, _ in values), 2),
            "mib": round(statistics.median(mib for _, mib in values)),
        }
        for setting, values in zip(settings, found)
    ]
    for row in rows:
        print("{grows:10} = {value:4}: {ms:8.2f} ms {mib:5} MiB".format(value=row[row["grows"]], **row))
    if not quick:
        write_json("cost.json", rows)


if __name__ == "__main__":
    main()
