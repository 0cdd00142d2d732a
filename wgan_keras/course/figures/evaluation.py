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
    """A table of mean scores, and of how many draws are worse than real digits.

    values, worse: (draws, names, heads). The first row of names is real, the last ours; outlined are scores
    that find all faults between them in every draw."""
    figure, ax = plt.subplots(figsize=(9.8, 0.46 * len(names) + 1.5))
    count = np.sum(worse, axis=0)
    drawn = np.concatenate([np.zeros((1, len(heads))), count / len(worse)])
    ax.imshow(drawn, cmap="Oranges", vmin=0, vmax=2.6, aspect="auto")
    look = {"ha": "center", "va": "center", "fontsize": 11}
    for j, head in enumerate(heads):
        ax.text(j, 0, _rounded(limits[j], head), style="italic", **look)
        for i, middle in enumerate(np.mean(values[:, :, j], axis=0)):
            mark = f"  {count[i, j]}/{len(worse)}" if count[i, j] else ""
            ax.text(j, i + 1, _rounded(middle, head) + mark, **look)
        if np.all(count[1:-1, j] == len(worse)):
            ax.add_patch(plt.Rectangle((j - 0.5, 1.5), 1, len(names) - 2, fill=False, linewidth=3, zorder=3))
    for line in (0.5, 1.5, len(names) - 0.5):
        ax.axhline(line, color="0.4", linewidth=1)
    ax.set_xticks(range(len(heads)), heads)
    ax.set_yticks(range(len(names) + 1), ["limit: worst of real sets", *names])
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.set_xlabel(f"mean of {len(worse)} draws; k/{len(worse)}: k of them are worse than the limit; "
                  "outlined: finds every fault in every draw")  # fmt: skip
    return figure


def _rounded(value, head):
    """A score with as many digits as its column holds."""
    return f"{value:.{0 if abs(value) >= 20 else 1 if abs(value) >= 10 else 3 if 'KL' in head else 2}f}"


def swapped(rows):
    """How much more often A's samples are nearer to the first set than B's. rows: name to shares (pairs,)."""
    figure, ax = plt.subplots(figsize=(9.2, 0.62 * len(rows) + 1.1))
    ax.axvline(0, color="0.4", linestyle=":")
    for i, (name, values) in enumerate(rows.items()):
        values = 100 * np.asarray(values)
        of_model = name.startswith("models")
        color, marker = (
            (plotting.GENERATED, "o") if of_model else (plotting.REAL, "D") if i == 0 else ("0.35", "s")
        )
        places = i + np.linspace(-0.26, 0.26, len(values))
        ax.axhspan(i - 0.42, i + 0.42, color="0.96", zorder=0)
        ax.plot(values, places, marker, color=color, mfc="none", markersize=7, mew=1.6)
        ax.plot([np.mean(values)] * 2, [i - 0.4, i + 0.4], color=color, linewidth=2.5)
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set(ylim=(len(rows) - 0.4, -0.6), xlim=(-18, 108))
    ax.set_xlabel("A minus B / percentage points (a mark a pair, a line their mean)")
    return figure


def runs(steps, estimates, distances, own, floor, stops):
    """Estimates, Fréchet distances and own shares of all runs. All: (runs, steps); stops: (runs,) steps."""
    figure, axes = plt.subplots(1, 3, figsize=(10.8, 3.7))
    looks = (plotting.GENERATED, "-"), (plotting.REAL, "--")
    drawn = [(axes[0], values, *look) for values, look in zip(estimates, looks)]
    drawn += [(axes[1], distances, *looks[0]), (axes[2], 100 * own, *looks[0])]
    for ax, values, color, style in drawn:
        ax.plot(steps, np.transpose(values), color=color, linestyle=style, linewidth=0.9, alpha=0.5)
        ax.plot(steps, np.mean(values, axis=0), color=color, linestyle=style, linewidth=2.8)
    for ax, level in zip(axes, (0, floor, 50)):
        ax.axhline(level, color="0.4", linestyle=":")
        ax.set_xticks([0, steps[-1] // 2, steps[-1]])
        ax.set(xlim=(0, 1.05 * steps[-1]), xlabel="generator updates")
    axes[0].set_title("the critic's estimate")
    axes[1].set_title("Fréchet distance to test digits")
    axes[1].text(steps[0], floor, "real digits", color="0.3", va="bottom")
    axes[1].set_ylim(0, None)
    axes[2].set(title="nearer to own set than twin's / %", ylim=(0, 102))
    axes[2].text(steps[-1], 8, f"thick: mean of {len(own)} runs", ha="right")
    low, high = (values(estimates) for values in (np.min, np.max))
    height = high - low
    axes[0].set_ylim(low - 0.5 * height, high + 0.25 * height)
    axes[0].text(
        steps[0], high + 0.14 * height, "on its training digits", color=plotting.GENERATED, va="center"
    )
    axes[0].text(steps[0], low - 0.06 * height, "on the twin's digits", color=plotting.REAL, va="center")
    axes[0].text(steps[0], low - 0.2 * height, "runs that the rule ends:", color="0.2", va="center")
    for stop, count in zip(*np.unique(stops, return_counts=True)):
        axes[0].plot([stop, stop], low - height * np.array([0.5, 0.42]), color="black", linewidth=2)
        axes[0].text(stop, low - 0.34 * height, str(count), ha="center", va="center")
    return figure


def changed(runs, apart=0):
    """Fréchet distances over the model's mean in the first setup. runs: setup to model to (seeds,).

    Setups are sorted, but for the last `apart`. Marked are those in which each run is worse than the
    model's runs of the first setup."""
    first, *names = runs
    start = {model: np.mean(values) for model, values in runs[first].items()}
    ratios = {name: {m: np.divide(x, start[m]) for m, x in models.items()} for name, models in runs.items()}
    middle = {name: np.median([np.mean(x) for x in ratios[name].values()]) for name in names}
    names = [first, *sorted(names[: len(names) - apart], key=middle.get), *names[len(names) - apart :]]
    figure, ax = plt.subplots(figsize=(9.4, 0.42 * len(names) + 1.6))
    rows = np.arange(len(names)) + 0.6 * (np.arange(len(names)) >= len(names) - apart)
    ax.plot([1, 1], [-0.5, rows[-1] + 0.5], color="0.4", linewidth=1.2)
    for row, name in zip(rows, names):
        worse = name != first and all(min(x) > max(ratios[first][m]) for m, x in ratios[name].items())
        ax.axhspan(row - 0.42, row + 0.42, color="#fbe3d0" if worse else "0.96", zorder=0)
        if worse:
            count = sum(map(len, ratios[name].values()))
            ax.text(0.29, row, f"all {count} runs worse", va="center", weight="bold")
        for k, (model, values) in enumerate(ratios[name].items()):
            color, marker = LOOKS[model]
            places = row + 0.26 * (k - 1) + np.linspace(-0.05, 0.05, len(values))
            ax.plot(values, places, marker, color=color, markersize=6, mfc="none", mew=1.5)
    for place, (model, value) in zip((0.29, 0.85, 2.5), start.items()):
        color, marker = LOOKS[model]
        ax.plot(place, -0.9, marker, color=color, mfc="none", mew=1.5)
        ax.text(1.06 * place, -0.9, f"{model}, start at {value:.0f}", color=color, va="center")
    ax.set(xscale="log", xlim=(0.27, 11), ylim=(rows[-1] + 0.5, -1.4))
    ax.set_xlabel("Fréchet distance / that of the same model under all rules (a mark a seed)")
    ax.set_xticks((0.5, 1, 2, 4, 8), ("half", "same", "2 times", "4 times", "8 times"))
    ax.minorticks_off()
    ax.set_yticks(rows, names)
    return figure
