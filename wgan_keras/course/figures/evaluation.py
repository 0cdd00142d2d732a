"""The figures of notebook 10: floors, balls, scores and faults, memorization, changed networks."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import EllipseCollection
from scipy.spatial.distance import cdist

from wgan_keras import plotting
from wgan_keras.course.figures.wgan_gp import LOOKS


def floors(sizes, real, generated, theory):
    """Distances to real digits against the number of digits. real, generated: head to (sizes, draws)."""
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.8))
    for ax, head in zip(axes, real):
        for values, color, marker, name, side in (
            (real[head], plotting.REAL, "o", "real digits", -1),
            (generated[head], plotting.GENERATED, "x", "generated", 1),
        ):
            for n, draws in zip(sizes, values):
                places = n * 1.04**side * np.ones(len(draws))
                ax.plot(places, draws, marker, color=color, markersize=5, mew=1.4, alpha=0.8)
            ax.annotate(name, (sizes[-1], np.mean(values[-1])), (12, 0), textcoords="offset points",
                        color=color, va="center")  # fmt: skip
        ax.axhline(0, color="0.6", linewidth=1)
        ax.set(xscale="log", xlim=(sizes[0] / 1.3, 2.6 * sizes[-1]), title=head, xlabel="digits in each set")
        ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
        ax.minorticks_off()
    steps = np.geomspace(sizes[0], sizes[-1], 50)
    axes[0].plot(steps, theory / steps, color="0.3", linewidth=1.4)
    axes[0].annotate("theory", (2 * sizes[0], theory / 2 / sizes[0]), (-6, -16), textcoords="offset points",
                     color="0.3", ha="right")  # fmt: skip
    axes[0].set_ylabel("distance to held-out digits")
    return figure


def _circles(ax, points, radii, **looks):
    """Balls around points of the plane."""
    sizes = 2 * np.asarray(radii)
    balls = EllipseCollection(sizes, sizes, np.zeros(len(sizes)), units="xy", offsets=points,
                              offset_transform=ax.transData, **looks)  # fmt: skip
    ax.add_collection(balls)


def balls(real, generated, neighbours, inside):
    """Balls of generated points and of real ones. inside: for each panel, the real points that count."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 3.2), sharey=True, layout="none")
    figure.subplots_adjust(0.06, 0.16, 0.99, 0.9, 0.04)
    radii = [np.sort(cdist(points, points), axis=1)[:, k] for points, k in zip((generated, real), neighbours)]
    of_generated, of_real = axes
    shaded = {"edgecolors": "none", "alpha": 0.13}
    _circles(of_generated, generated, radii[0], facecolors=plotting.GENERATED, **shaded)
    _circles(of_real, real[inside[1]], radii[1][inside[1]], facecolors=plotting.REAL, **shaded)
    _circles(of_real, real[~inside[1]], radii[1][~inside[1]], facecolors="none", edgecolors="0.6")
    for ax, filled in zip(axes, inside):
        ax.plot(*real[filled].T, "o", color=plotting.REAL, markersize=5)
        ax.plot(*real[~filled].T, "o", mfc="white", mec=plotting.REAL, markersize=5)
        ax.plot(*generated.T, "x", color=plotting.GENERATED, markersize=6, mew=1.6)
        ax.set(xlim=(-5, 11), ylim=(-4, 4), aspect="equal", xlabel="first coordinate")
    of_generated.set(ylabel="second coordinate")
    of_generated.set_title(f"balls of generated points: recall {inside[0].mean():.2f}")
    of_real.set_title(f"balls of real points: coverage {inside[1].mean():.2f}")
    return figure


def gallery(sets, columns=10):
    """The first images of each set in a row. sets: name to images."""
    figure, ax = plt.subplots(figsize=(8.5, 0.58 * len(sets) + 0.2))
    plotting.plot_images(np.concatenate([images[:columns] for images in sets.values()]), ax, columns)
    ax.axis("on")
    ax.spines[:].set_visible(False)
    ax.set_xticks([])
    ax.set_yticks(29 * (np.arange(len(sets)) + 0.5), list(sets))
    ax.tick_params(length=0)
    return figure


def marks(names, heads, values, worse, limits):
    """A table of scores in which those that are worse than real digits are shaded and marked."""
    figure, ax = plt.subplots(figsize=(9.8, 0.42 * len(names) + 1.3))
    drawn = np.zeros((len(names) + 1, len(heads)))
    drawn[1:] = worse
    ax.imshow(drawn, cmap="Oranges", vmin=0, vmax=3, aspect="auto")
    for i, row in enumerate([limits, *values]):
        for j, value in enumerate(row):
            bad = i > 0 and worse[i - 1][j]
            digits = 0 if abs(value) >= 20 else 3 if heads[j].startswith("class") else 2
            text = f"{value:.{digits}f}"
            style = {"weight": "bold" if bad else "normal", "style": "italic" if i == 0 else "normal"}
            ax.text(j, i, text + (" ✗" if bad else ""), ha="center", va="center", fontsize=11, **style)
    ax.axhline(0.5, color="0.4", linewidth=1)
    ax.set_xticks(range(len(heads)), heads)
    ax.set_yticks(range(len(names) + 1), ["limit: worst of real sets", *names])
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)
    return figure


def swapped(rows):
    """Shares nearer to the first set. rows: name to shares of A and of B, each (pairs,)."""
    figure, ax = plt.subplots(figsize=(9.2, 0.72 * len(rows) + 1.3))
    ax.axvline(50, color="0.4", linestyle=":")
    for i, (first, second) in enumerate(rows.values()):
        places = i + np.linspace(-0.28, 0.28, len(first))
        for y, a, b in zip(places, first, second):
            ax.plot([100 * a, 100 * b], [y, y], "-", color="0.8", linewidth=1.2, zorder=0)
        ax.plot(100 * np.asarray(second), places, "D", color="#332288", mfc="white", markersize=7, mew=1.6)
        ax.plot(100 * np.asarray(first), places, "o", color=plotting.GENERATED, markersize=7)
    first, second = list(rows.values())[-1]
    ax.text(100 * np.mean(first), len(rows) - 0.45, "● from the first set", color=plotting.GENERATED,
            ha="center", va="center")  # fmt: skip
    ax.text(100 * np.mean(second), len(rows) - 0.45, "◇ from the second", color="#332288", ha="center",
            va="center")  # fmt: skip
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set(ylim=(len(rows) - 0.2, -0.5), xlim=(-8, 108))
    ax.set_xlabel("nearer to the first set than to the second / % (a line a pair)")
    return figure


def runs(steps, estimates, distances, own, floor, stops):
    """Estimates, Fréchet distances and own shares of all runs. All: (runs, steps); stops: (runs,) steps."""
    figure, axes = plt.subplots(1, 3, figsize=(10.8, 3.7))
    looks = {"on its training digits": (plotting.GENERATED, "-"), "on others": (plotting.REAL, "--")}
    drawn = [(axes[0], *each) for each in zip(estimates, looks)]
    drawn += [(axes[1], distances, "on its training digits"), (axes[2], 100 * own, "on its training digits")]
    for ax, values, name in drawn:
        color, style = looks[name]
        ax.plot(steps, np.transpose(values), color=color, linestyle=style, linewidth=0.9, alpha=0.5)
        ax.plot(steps, np.mean(values, axis=0), color=color, linestyle=style, linewidth=2.8, label=name)
    for ax, level in zip(axes, (0, floor, 50)):
        ax.axhline(level, color="0.4", linestyle=":")
        ax.set_xlabel("generator updates")
        for stop in stops:
            ax.axvline(stop, ymax=0.05, color="black", linewidth=2)
    axes[0].set_title("the critic's estimate")
    axes[1].set_title("Fréchet distance to other digits")
    axes[1].text(steps[-1], floor + 8, "real digits", color="0.3", ha="right", va="bottom")
    axes[1].set_ylim(0, None)
    axes[2].set(title="nearer to the training set / %", ylim=(40, 100))
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(low - 0.35 * (high - low), high)
    axes[0].legend(loc="lower left", bbox_to_anchor=(0, 0.05))
    return figure


def changed(runs, floor, limit, apart=0):
    """Fréchet distances of all runs. runs: setup to model to (seeds,), the last `apart` setups set apart."""
    figure, ax = plt.subplots(figsize=(9.4, 0.42 * len(runs) + 1.6))
    rows = np.arange(len(runs)) + 0.6 * (np.arange(len(runs)) >= len(runs) - apart)
    for row, models in zip(rows, runs.values()):
        ax.axhspan(row - 0.42, row + 0.42, color="0.96", zorder=0)
        for k, (model, values) in enumerate(models.items()):
            color, marker = LOOKS[model]
            places = row + 0.26 * (k - 1) + np.linspace(-0.05, 0.05, len(values))
            ax.plot(values, places, marker, color=color, markersize=6, mfc="none", mew=1.5)
    ax.axvline(limit, color="0.4", linestyle="--", linewidth=1.2)
    ax.axvline(floor, color=plotting.REAL, linestyle=":")
    ax.text(floor, -0.85, " real digits", color=plotting.REAL, va="center")
    first = next(iter(runs.values()))
    for k, model in enumerate(first):
        color, marker = LOOKS[model]
        place = (7, 13, 24)[k]
        ax.plot(place, -0.85, marker, color=color, mfc="none", mew=1.5)
        ax.text(1.06 * place, -0.85, model, color=color, va="center")
    ax.set(
        xscale="log", ylim=(rows[-1] + 0.5, -1.3), xlabel="Fréchet distance after a short run (a mark a seed)"
    )
    ax.set_xticks((2, 5, 10, 20, 50, 100, 200, 400), ("2", "5", "10", "20", "50", "100", "200", "400"))
    ax.minorticks_off()
    ax.set_yticks(rows, list(runs))
    return figure
