"""The figures of notebook 09: samples, time and quality, estimates against quality, DCGAN's rules."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from wgan_keras import plotting
from wgan_keras.course.figures.wgan_gp import LOOKS

FRECHET = "Fréchet distance (lower is better)"


def samples(groups, columns):
    """Images of up to four groups. groups: title to images (n, height, width, channels) in [-1, 1]."""
    rows = -(-len(groups) // 2)
    height, width = np.shape(next(iter(groups.values())))[1:3]
    lines = -(-len(next(iter(groups.values()))) // columns)
    high = 5.2 * lines * height / (columns * width) + 0.35
    figure, axes = plt.subplots(rows, min(2, len(groups)), figsize=(10.6, rows * high), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, (title, images) in zip(axes.flat, groups.items()):
        plotting.plot_images(images, ax=ax, columns=columns)
        color = plotting.REAL if title.startswith("real") else plotting.GENERATED
        ax.set_title(title, color=color)
    return figure


def checkpoint(rows):
    """The small figure of a slider. rows: model to (images (10, height, width, 1), text)."""
    figure, axes = plt.subplots(len(rows), 1, figsize=(3.6, 2.75), layout="none")
    figure.subplots_adjust(0.34, 0.02, 0.99, 0.98, hspace=0.08)
    for ax, (model, (images, text)) in zip(axes, rows.items()):
        plotting.plot_images(images, ax=ax, columns=5)
        ax.text(-0.03, 0.5, f"{model}\n{text}", transform=ax.transAxes, ha="right", va="center", fontsize=10)
    return figure


def _plain(axis, ticks):
    """A logarithmic axis with these numbers on it."""
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _floor(ax, level, text="real digits", vertical=False):
    (ax.axvline if vertical else ax.axhline)(level, color=plotting.REAL, linestyle=":", linewidth=1.6)
    place = (level, 0.98) if vertical else (0.99, level)
    transform = ax.get_xaxis_transform() if vertical else ax.get_yaxis_transform()
    side = {"ha": "left", "va": "top"} if vertical else {"ha": "right", "va": "bottom"}
    ax.text(*place, f" {text}", color=plotting.REAL, transform=transform, **side)


def quality_over_time(runs, floor, targets):
    """Distance over seconds of one core. runs: model to (seconds, distance), each (seeds, checkpoints)."""
    figure, ax = plt.subplots(figsize=(8.5, 4.2))
    for target in targets:
        ax.axhline(target, color="0.75", linewidth=1, linestyle="-", zorder=0)
    for model, (seconds, distance) in runs.items():
        color, marker = LOOKS[model]
        for x, y in zip(seconds, distance):
            ax.plot(x, y, "-" + marker, color=color, markersize=5, linewidth=1.2, alpha=0.85)
        end = np.argmax(seconds[:, -1])
        ax.annotate(
            model, (seconds[end, -1], np.median(distance[:, -1])), (7, 0), textcoords="offset points",
            color=color, va="center",
        )  # fmt: skip
    _floor(ax, floor)
    ax.set(yscale="log", xlabel="seconds of one core", ylabel=FRECHET)
    ax.margins(x=0.1)
    _plain(ax.yaxis, (2, 5, 10, 20, 50, 100, 200))
    return figure


def scatter_and_run(points, correlation, run):
    """Fresh estimates against distances of all runs, and one run.

    points: model to (estimates, distances); run: (updates, logged estimate, distance).
    """
    figure = plt.figure(figsize=(10.6, 4.6))
    grid = figure.add_gridspec(2, 2, width_ratios=[1.35, 1])
    ax = figure.add_subplot(grid[:, 0])
    for model, (estimates, distances) in points.items():
        color, marker = LOOKS[model]
        ax.plot(estimates, distances, marker, color=color, markersize=6, mfc="none", mew=1.3, label=model)
    ax.set(xscale="log", yscale="log", xlabel="a fresh critic's estimate on held-out digits", ylabel=FRECHET)
    ax.set_title(f"all runs of all models: rank correlation {correlation:.2f}")
    _plain(ax.xaxis, (0.5, 1, 2, 5, 10, 20, 50))
    _plain(ax.yaxis, (2, 5, 10, 20, 50, 100, 200))
    ax.legend(loc="upper left", handletextpad=0.1)
    updates, logged, distance = run
    first = figure.add_subplot(grid[0, 1])
    second = figure.add_subplot(grid[1, 1], sharex=first)
    color, marker = LOOKS["WGAN-GP"]
    first.plot(updates, logged, "-" + marker, color=color, markersize=5)
    second.plot(updates, distance, "-" + marker, color=plotting.GENERATED, markersize=5)
    first.set(title="one run of WGAN-GP, seed 0", ylabel="logged\nestimate")
    first.axhline(0, color="0.6", linewidth=1)
    second.set(yscale="log", xlabel="generator updates", ylabel="Fréchet\ndistance")
    _plain(second.yaxis, (5, 10, 20, 50, 100, 200))
    plt.setp(first.get_xticklabels(), visible=False)
    figure.align_ylabels((first, second))
    return figure


def correlations(panels, models, quality):
    """A mark for each run. panels: title to {kind of estimate: {model: correlations (seeds,)}}."""
    kinds = list(next(iter(panels.values())))
    figure, axes = plt.subplots(1, len(panels), figsize=(10.6, 0.62 * len(kinds) + 1.5), sharey=True)
    for ax, (title, found) in zip(axes, panels.items()):
        ax.axvline(0, color="0.6", linewidth=1)
        for row, kind in enumerate(kinds):
            for k, model in enumerate(models):
                values = found[kind][model]
                color, marker = LOOKS[model]
                rows = np.full(len(values), row + 0.24 * (k - 1))
                label = model if row == 0 else None
                ax.plot(values, rows, marker, color=color, markersize=7, mfc="none", mew=1.5, label=label)
            if row:
                ax.axhline(row - 0.5, color="0.88", linewidth=1)
        ax.set(title=title, xlim=(-1.06, 1.06), ylim=(len(kinds) - 0.5, -0.5), xticks=(-1, -0.5, 0, 0.5, 1))
        ax.set_xlabel(f"rank correlation with {quality}")
    axes[0].set_yticks(range(len(kinds)), kinds)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(models))
    return figure


def rules(rows, floor):
    """Distances at equal updates and at equal time. rows: name to (updates' (seeds,), time's or None)."""
    figure, ax = plt.subplots(figsize=(9.2, 4.6))
    best = next(iter(rows.values()))[0]
    ax.axvspan(min(best), max(best), color="0.9", zorder=0)
    for row, (equal_updates, equal_time) in enumerate(rows.values()):
        color = "black" if row == 0 else plotting.GENERATED
        shift = 0.16 if equal_time is not None else 0
        ax.plot(equal_updates, [row - shift] * len(equal_updates), "o", color=color, markersize=7, mew=1.4)
        if equal_time is not None:
            ax.plot(equal_time, [row + shift] * len(equal_time), "D", color=color, mfc="none", mew=1.6)
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set(ylim=(len(rows) - 0.5, -0.9), xscale="log", xlabel=f"{FRECHET}: a mark a seed")
    _plain(ax.xaxis, (2, 5, 10, 20, 50, 100, 200))
    ax.set_xlim(floor * 0.9, None)
    _floor(ax, floor, vertical=True)
    ax.plot([], [], "o", color=plotting.GENERATED, label="equal updates")
    ax.plot([], [], "D", color=plotting.GENERATED, mfc="none", mew=1.6, label="equal time")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 0.0))
    return figure
