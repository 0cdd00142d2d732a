"""Seconds until WGAN-GP draws digits of a fixed quality: the demo's setting and the textbook's.

python -m benchmarks.time_to_quality prints a row for each run and writes results/time_to_quality.json (a
quarter of an hour on two cores). --quick makes a few updates of each and writes nothing.

All train on the bundled digits, each run on one core. At each checkpoint 1,000 unselected samples give their
Fréchet distance to held-out digits (`metrics.digit_quality`). `seconds` is the computing time of training,
checkpoints and start not counted, at the first checkpoint at which the distance is at most 12; `end` is the
distance at the end of the run.
- demo: `presets.labelled_digits`, which `make demo` trains (16, 32 and 64 filters, one critic update, batches
  of 64, rate 3e-3 falling to 0 over 750 updates), three seeds; 100 samples of each label are scored.
- demo, without labels: `presets.digits`, the same networks and rate over 1,500 updates, three seeds.
- textbook: what tutorials write, `textbook.py`: a critic with 64, 128, 256 and 512 filters and dropout .3,
  five critic updates (three in the run with batches of 512), Adam 2e-4 with betas .5 and .9. A run ends at
  the distance or when it has trained for 12 times as long as the slowest demo run took to reach it.
"""

import time

import keras

from wgan_keras import data, metrics, presets

from . import textbook
from .command import options, write_json
from .workers import on_each_core

DISTANCE, PATIENCE = 12.0, 12
SEEDS, CHECKPOINTS = range(3), 30
DEMOS = {"demo": presets.labelled_digits, "demo, without labels": presets.digits}
TEXTBOOK = {  # batch size, critic updates, generator updates between checkpoints
    "textbook, batches of 64": (64, 5, 15),
    "textbook, batches of 512": (512, 3, 3),
}


def batches_for(batch_size, n_critic, seed, labels=False):
    batches = data.image_batches(
        "mnist_sample", labels=labels, batch_size=batch_size, n_critic=n_critic, seed=seed
    )
    return batches.repeat()


def distance(generator):
    z = keras.random.normal((1000, generator.inputs[0].shape[1]), seed=0)
    labels = keras.ops.arange(1000, dtype="int32") % 10
    samples = generator([z, labels] if generator.inputs[1:] else z, training=False)
    return float(metrics.digit_quality(keras.ops.convert_to_numpy(samples))["frechet"])


def checkpoints_of(model, batches, updates, checkpoints, limit=float("inf")):
    """[(generator updates, seconds of training, distance)], until a time limit; stops early only with one."""
    model.fit(batches, steps_per_epoch=1, shuffle=False, verbose=0)  # traces the step
    found, seconds = [], 0.0
    for i in range(checkpoints):
        start = time.process_time()
        model.fit(batches, steps_per_epoch=updates, shuffle=False, verbose=0)
        seconds += time.process_time() - start
        found.append((1 + updates * (i + 1), seconds, distance(model.generator)))
        if limit < float("inf") and (seconds > limit or found[-1][2] <= DISTANCE):
            break
    return found


def demo_run(name, seed, quick):
    model, total = DEMOS[name](seed=seed)
    updates = 1 if quick else total // CHECKPOINTS
    batches = batches_for(64, model.n_critic, seed, labels=name == "demo")
    return row_of(name, seed, checkpoints_of(model, batches, updates, 2 if quick else CHECKPOINTS))


def textbook_run(name, limit, quick):
    batch_size, n_critic, updates = TEXTBOOK[name]
    keras.utils.set_random_seed(0)
    networks = textbook.generator(batch_norm=True), textbook.critic(dropout=0.3)
    model = textbook.TextbookWGANGP(*networks, n_critic, seed=0)
    model.compile(*(keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9) for _ in range(2)))
    batches = batches_for(64 if quick else batch_size, n_critic, seed=0)
    checkpoints = checkpoints_of(model, batches, 1 if quick else updates, 1 if quick else 10_000, limit)
    return row_of(name, 0, checkpoints)


def row_of(name, seed, checkpoints):
    reached = [seconds for _, seconds, value in checkpoints if value <= DISTANCE]
    updates, seconds, end = checkpoints[-1]
    return {
        "setting": name,
        "seed": seed,
        "seconds": round(reached[0], 1) if reached else None,
        "end": round(end, 2),
        "trained": round(seconds, 1),
        "updates": updates,
        "checkpoints": [(u, round(s, 1), round(v, 2)) for u, s, v in checkpoints],
    }


def main(arguments=None):
    quick = options(__doc__, "a few updates, nothing written", arguments).quick
    seeds = SEEDS[:1] if quick else SEEDS
    rows = on_each_core(demo_run, [(name, seed, quick) for name in DEMOS for seed in seeds])
    slowest = max(row["seconds"] or row["trained"] for row in rows if row["setting"] == "demo")
    rows += on_each_core(textbook_run, [(name, PATIENCE * slowest, quick) for name in TEXTBOOK])
    print(f"\n{'setting':26} {'seed':>4} {'seconds':>8} {'end':>7} {'trained':>8} {'updates':>8}")
    for row in rows:
        reached = "never" if row["seconds"] is None else f"{row['seconds']:.1f}"
        print(
            "{setting:26} {seed:4} {reached:>8} {end:7.2f} {trained:8.1f} {updates:8}".format(
                reached=reached, **row
            )
        )
    if not quick:
        write_json("time_to_quality.json", rows)


if __name__ == "__main__":
    main()
