"""Seconds until WGAN-GP draws digits of a fixed quality: the demo's setting and the textbook's.

python -m benchmarks.time_to_quality prints a row for each run and writes results/time_to_quality.json (a
quarter of an hour on two cores). --quick makes a few updates of each and writes nothing.

All train on the bundled digits. At each checkpoint 1,000 unselected samples give their Fréchet distance to
held-out digits (`metrics.digit_quality`). `seconds` is the training time, checkpoints and start not counted,
at the first checkpoint at which the distance is at most 12; `end` is the distance at the end of the run.
- demo: `presets.digits`, which `make demo` trains (16, 32 and 64 filters, one critic update, batches of 64,
  rate 3e-3 falling to 0 over 1,500 updates), three seeds.
- textbook: what tutorials write, `textbook.py`: a critic with 64, 128, 256 and 512 filters and dropout .3,
  five critic updates (three in the run with batches of 512), Adam 2e-4 with betas .5 and .9. A run ends at
  the distance or when it has trained for 12 times as long as the slowest demo run took to reach it.
"""

import time

import keras

from wgan_keras import data, metrics, presets

from . import textbook
from .command import options, write_json

DISTANCE, PATIENCE = 12.0, 12
SEEDS, DEMO_STEPS, CHECKPOINTS = range(3), 1500, 30
TEXTBOOK = {  # batch size, critic updates, generator updates between checkpoints
    "textbook, batches of 64": (64, 5, 15),
    "textbook, batches of 512": (512, 3, 3),
}


def batches_for(batch_size, n_critic, seed):
    return data.image_batches("mnist_sample", batch_size=batch_size, n_critic=n_critic, seed=seed).repeat()


def distance(generator):
    samples = generator(keras.random.normal((1000, generator.input_shape[1]), seed=0), training=False)
    return float(metrics.digit_quality(keras.ops.convert_to_numpy(samples))["frechet"])


def checkpoints_of(model, batches, updates, checkpoints, limit=float("inf")):
    """[(generator updates, seconds of training, distance)], until a time limit; stops early only with one."""
    model.fit(batches, steps_per_epoch=1, shuffle=False, verbose=0)  # traces the step
    found, seconds = [], 0.0
    for i in range(checkpoints):
        start = time.perf_counter()
        model.fit(batches, steps_per_epoch=updates, shuffle=False, verbose=0)
        seconds += time.perf_counter() - start
        found.append((1 + updates * (i + 1), seconds, distance(model.generator)))
        print(".", end="", flush=True)
        if limit < float("inf") and (seconds > limit or found[-1][2] <= DISTANCE):
            break
    return found


def demo_run(seed, quick):
    model, _ = presets.digits("wgan-gp", updates=DEMO_STEPS, seed=seed)
    updates = 1 if quick else DEMO_STEPS // CHECKPOINTS
    return checkpoints_of(model, batches_for(64, model.n_critic, seed), updates, 2 if quick else CHECKPOINTS)


def textbook_run(name, limit, quick):
    batch_size, n_critic, updates = TEXTBOOK[name]
    keras.utils.set_random_seed(0)
    networks = textbook.generator(batch_norm=True), textbook.critic(dropout=0.3)
    model = textbook.TextbookWGANGP(*networks, n_critic, seed=0)
    model.compile(*(keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9) for _ in range(2)))
    batches = batches_for(64 if quick else batch_size, n_critic, seed=0)
    return checkpoints_of(model, batches, 1 if quick else updates, 1 if quick else 10_000, limit)


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
    rows = [row_of("demo", seed, demo_run(seed, quick)) for seed in (SEEDS[:1] if quick else SEEDS)]
    slowest = max(row["seconds"] or row["trained"] for row in rows)
    rows += [row_of(name, 0, textbook_run(name, PATIENCE * slowest, quick)) for name in TEXTBOOK]
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
