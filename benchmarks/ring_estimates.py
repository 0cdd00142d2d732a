"""What the critics of GAN, WGAN and WGAN-GP say about W1 on the ring, beside exact W1, five seeds.

python -m benchmarks.ring_estimates writes results/ring_estimates.csv: a row for each of twelve checkpoints of
a run, as told in `estimates.py`, with the modes and the share of high quality of 1,000 samples. Several runs
are trained at a time, one core each (20 minutes on two cores). --quick trains each model for a moment and
prints its rows in place of writing them; --resume goes on with an interrupted benchmark.

Models, networks and rates are those of `presets.points` (the rates were searched, see `toy_models.py`), for
half of their updates.
"""

from wgan_keras import data, metrics, presets

from . import estimates
from .command import finished_runs, options, put_csv
from .workers import on_each_core

SEEDS, BATCH_SIZE = range(5), 256
UPDATES = {"GAN": 7_200, "WGAN": 2_400, "WGAN-GP": 2_400}  # multiples of the epochs
COLUMNS = ("model", "seed", *estimates.COLUMNS, "modes", "high_quality")


def run(kind, seed, steps=None, epochs=estimates.EPOCHS, checkpoints=estimates.CHECKPOINTS):
    """The rows of one run, `steps` generator updates in each epoch."""
    steps = steps or UPDATES[kind] // epochs
    real, held_out = data.toy_samples("ring", 4000, seed=100), data.toy_samples("ring", 1000, seed=101)
    at_checkpoints = estimates.Estimates(
        real, held_out, lambda samples: metrics.mode_coverage(samples, real.centers, real.std), checkpoints
    )
    model, _ = presets.points(kind.lower(), updates=steps * epochs, seed=seed)
    model.steps_per_execution = steps  # the same updates in less time
    batches = data.toy_batches(
        "ring", n_samples=100_000, batch_size=BATCH_SIZE, n_critic=model.n_critic, seed=seed
    )
    model.fit(batches.repeat(), steps_per_epoch=steps, epochs=epochs, callbacks=[at_checkpoints], verbose=0)
    return [{"model": kind, "seed": seed, **row} for row in at_checkpoints.rows]


def main(arguments=None):
    chosen = options(__doc__, "each model once, a few updates, nothing written", arguments, resumable=True)
    if chosen.quick:
        results = [run(kind, 0, steps=1, epochs=1, checkpoints=(1,)) for kind in UPDATES]
        put_csv("ring_estimates.csv", [row for rows in results for row in rows], COLUMNS, quick=True)
        return
    with finished_runs("ring_estimates", chosen.resume) as folder:
        results = on_each_core(run, [(kind, seed) for seed in SEEDS for kind in UPDATES], folder)
        put_csv("ring_estimates.csv", [row for rows in results for row in rows], COLUMNS, quick=False)


if __name__ == "__main__":
    main()
