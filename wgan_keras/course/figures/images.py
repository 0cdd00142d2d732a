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
        place = {"transform": ax.get_yaxis_transform(), "ha": "right", "va": "bottom"}
        ax.text(0.99, target, f"target {target}", color="0.4", **place)
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
    ax.set_xlim(0, 190)
    _plain(ax.yaxis, (2, 5, 10, 20, 40, 80, 200))
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


def correlations(panels, quality):
    """A mark a run, seeds a little apart. panels: title to {model: correlations (seeds,)}."""
    figure, axes = plt.subplots(1, len(panels), figsize=(10.6, 3.7), sharey=True)
    for ax, (title, found) in zip(axes, panels.items()):
        ax.axvline(0, color="0.6", linewidth=1)
        ax.axvspan(-1.1, 0, color="0.94", zorder=0)
        for row, (model, values) in enumerate(found.items()):
            color, marker = LOOKS[model]
            rows = row + np.linspace(-0.24, 0.24, len(values))
            ax.plot(values, rows, marker, color=color, markersize=7, mfc="none", mew=1.6)
        ax.set(title=title, xlim=(-1.1, 1.1), ylim=(len(found) - 0.5, -0.5))
        ends = "\N{MINUS SIGN}1: rises while\nsamples improve", "0", "+1: falls as\nsamples improve"
        ax.set_xticks((-1, 0, 1), ends)
        for label, side in zip(ax.get_xticklabels(), ("left", "center", "right")):
            label.set(ha=side, fontsize=10)
    axes[0].set_yticks(range(len(found)), list(found))
    for label, model in zip(axes[0].get_yticklabels(), found):
        label.set_color(LOOKS[model][0])
    figure.supxlabel(f"rank correlation with {quality}, last six checkpoints: a mark a run", fontsize=11)
    return figure


def rules(rows, floor):
    """Distances at equal updates and at equal time. rows: name to (updates' (seeds,), time's or None)."""
    figure, ax = plt.subplots(figsize=(9.2, 4.6))
    best = next(iter(rows.values()))[0]
    ax.axvspan(min(best), max(best), color="0.9", zorder=0)
    ax.text(max(best) * 1.06, -0.6, "gray: the two seeds of all rules", color="0.4", va="center")
    for row, (equal_updates, equal_time) in enumerate(rows.values()):
        color = "black" if row == 0 else plotting.GENERATED
        shift = 0.2 if equal_time is not None else 0
        apart = np.linspace(-0.11, 0.11, len(equal_updates))
        ax.plot(equal_updates, row - shift + apart, "o", color=color, markersize=7, mfc="none", mew=1.6)
        if equal_time is not None:
            ax.plot(equal_time, row + shift + apart, "D", color=color, markersize=6, mew=1.4)
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set(ylim=(len(rows) - 0.5, -1), xscale="log", xlabel=f"{FRECHET}: a mark a seed")
    _plain(ax.xaxis, (2, 5, 10, 20, 50, 100, 200))
    ax.set_xlim(floor * 0.9, None)
    _floor(ax, floor, "floor: real digits", vertical=True)
    ax.plot([], [], "o", color=plotting.GENERATED, mfc="none", mew=1.6, label="equal updates")
    ax.plot([], [], "D", color=plotting.GENERATED, label="equal time")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 0.0))
    return figure
