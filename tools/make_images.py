"""Make the pictures in images/ again: python -m tools.make_images [demo dashboard animations loss cost]

Run it from the repository's root, or as `make images`.
demo: demo_samples.png and demo_curves.png, which `make demo` writes (about a minute on two cores).
dashboard: dashboard.png, a run of the same model under `Dashboard` (about two minutes).
animations: samples and landscapes over training, of WGAN and WGAN-GP on ring, grid and Swiss roll, as
benchmarks/toy_models.py trains them (about eight minutes).
loss: loss_and_quality.png, from benchmarks/results/image_models.csv (at once), as in notebook 09.
cost: cost.png, from benchmarks/results/cost.json (at once; `python -m benchmarks.cost` measures anew).
"""

import csv
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.animation import PillowWriter
from scipy import stats

from benchmarks import toy_models
from benchmarks.command import RESULTS
from wgan_keras import callbacks, data, plotting, presets
from wgan_keras.__main__ import main
from wgan_keras.callbacks import Dashboard
from wgan_keras.course.figures import images as figures
from wgan_keras.files import written_whole

IMAGES = Path(__file__).parent.parent / "images"
FRAMES = 40


def demo():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        if main(["train", "--labels", "--out", str(out)]):
            sys.exit(1)
        for name in ("samples", "curves"):
            shutil.copy(out / f"{name}.png", IMAGES / f"demo_{name}.png")


def dashboard():
    plotting.use_style()
    epochs, steps = 10, 100
    train, held_out = (data.mnist_sample(s)[0][:1000] / 127.5 - 1 for s in ("train", "test"))
    model, _ = presets.digits("wgan-gp", updates=epochs * steps)
    batches = data.image_batches("mnist_sample", batch_size=64, n_critic=model.n_critic)
    board = Dashboard(train, held_out, path=IMAGES / "dashboard.png")
    model.fit(batches.repeat(), steps_per_epoch=steps, epochs=epochs, callbacks=[board], verbose=2)


def animations():
    plotting.use_style()
    for name in toy_models.DATA:
        for kind in ("WGAN", "WGAN-GP"):
            print(f"{kind} on {name}")
            landscape = callbacks.Landscape(limits=(-2, 2), n=400)
            toy_models.train(name, kind, epochs=FRAMES, callbacks=[landscape])
            real = data.toy_samples(name, 400, seed=1)
            animation = plotting.animate_landscape(landscape, real, figsize=(3.6, 3.9))
            path = IMAGES / f"{name}_{kind.lower().replace('-', '_')}.gif"
            with written_whole(path) as partial:
                animation.save(partial, writer=PillowWriter(fps=6), dpi=75)


def loss():
    plotting.use_style()
    with open(RESULTS / "image_models.csv", newline="") as file:
        rows = list(csv.DictReader(file))

    def values(column, **where):
        return [float(r[column]) for r in rows if all(r[name] == value for name, value in where.items())]

    points = {
        kind: (values("fresh_held_out", model=kind), values("frechet", model=kind))
        for kind in ("GAN", "WGAN", "WGAN-GP")
    }
    together = stats.spearmanr(*np.concatenate(list(points.values()), axis=1)).statistic
    columns = ("updates", "logged_estimate", "frechet")
    run = [values(column, model="WGAN-GP", seed="0") for column in columns]
    with written_whole(IMAGES / "loss_and_quality.png") as partial:
        figures.scatter_and_run(points, together, run).savefig(partial)


def cost():
    plotting.use_style()
    rows = json.loads((RESULTS / "cost.json").read_text())
    labels = {
        "batch_size": "batch size",
        "image_size": "image side, pixels",
        "n_critic": "critic updates, n_critic",
        "width": "filters, times 16, 32, 64",
    }
    figure, axes = plotting.plt.subplots(2, 4, figsize=(11, 5), sharex="col", sharey="row")
    for column, (name, label) in zip(axes.T, labels.items()):
        grown = [row for row in rows if row["grows"] == name]
        for ax, measured, ticks in zip(
            column, ("ms", "mib"), ((20, 50, 100, 200, 400), (100, 200, 400, 600))
        ):
            ax.plot([row[name] for row in grown], [row[measured] for row in grown], "o-")
            ax.set(xscale="log", yscale="log")
            ax.set_xticks([row[name] for row in grown], [str(row[name]) for row in grown])
            ax.set_yticks(ticks, [str(tick) for tick in ticks])
            ax.minorticks_off()
            ax.grid(alpha=0.4)
        column[1].set_xlabel(label)
    axes[0, 0].set_ylabel("ms for one update")
    axes[1, 0].set_ylabel("rise of peak memory, MiB")
    with written_whole(IMAGES / "cost.png") as partial:
        figure.savefig(partial)


if __name__ == "__main__":
    pictures = {"demo": demo, "dashboard": dashboard, "animations": animations, "loss": loss, "cost": cost}
    chosen = sys.argv[1:] or list(pictures)
    if unknown := set(chosen) - set(pictures):
        sys.exit(f"No picture is named {unknown.pop()!r}: choose from {', '.join(pictures)}.")
    for name in chosen:
        pictures[name]()
