"""Figures of notebook 05: plans and prices, potentials, a network as a potential."""

import matplotlib.pyplot as plt
import numpy as np
from scipy.spatial.distance import cdist

from wgan_keras import plotting


def bounds(places, real, generated, profits, costs, best):
    """Two heaps, places and masses (k,); then profits (n,) of potentials, costs (n,) of plans, and W1."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=(1, 1.5))
    left.bar(places, real, 0.8, color=plotting.REAL, label="real")
    left.bar(
        places, generated, 0.8, color=plotting.GENERATED, hatch="//", edgecolor="white", label="generated"
    )
    left.set(xlabel="place", ylabel="mass", xticks=places, ylim=(0, 0.68), title="Two heaps")
    left.legend(fontsize=9, ncols=2, loc="upper center")
    bins = np.arange(np.floor(profits.min() * 4) / 4, costs.max() + 0.25, 0.25)
    right.hist(np.minimum(profits, best - 1e-9), bins, color=plotting.OTHER, alpha=0.8)
    right.hist(costs, bins, color="0.6", hatch="\\\\", edgecolor="white")
    right.axvline(best, color="black", linewidth=2)
    top = right.get_ylim()[1]
    right.set(ylim=(0, 1.15 * top), xlabel="profit of a potential, or cost of a plan", ylabel="how many")
    right.annotate(f"$W_1$ = {best:g}", (best, 1.08 * top), (6, 0), textcoords="offset points", va="center")
    low, high = f"all {len(profits):,}\npotentials", f"all {len(costs):,}\nplans"
    right.text(profits.min(), 0.95 * top, low, color=plotting.OTHER, ha="left", va="center")
    right.text(costs.max() + 0.3, 0.95 * top, high, color="0.35", ha="right", va="center")
    right.set_title("Every potential stays left of every plan")
    return figure


def arrows(potential, x, y, plan, limits):
    """A potential's map, x (n, 2) real, y (m, 2) generated, an arrow for each entry of the plan (n, m)."""
    figure, ax = plt.subplots(figsize=(6.8, 5.4))
    plotting.plot_landscape(potential, limits, levels=21, ax=ax)
    ax.set_aspect("equal")  # otherwise a right angle would not be seen
    i, j = np.nonzero(plan > 1e-12)
    step = x[i] - y[j]
    ax.quiver(
        *y[j].T, *step.T, angles="xy", scale_units="xy", scale=1, width=0.005, color="0.15", headwidth=5
    )
    ax.plot(*x.T, "o", color=plotting.REAL, markersize=6, markeredgecolor="white", label="real: mass arrives")
    ax.plot(
        *y.T,
        "X",
        color=plotting.GENERATED,
        markersize=7,
        markeredgecolor="white",
        label="generated: mass leaves",
    )
    ax.set(xlabel="first coordinate", ylabel="second coordinate")
    ax.set_title("Every arrow climbs with slope 1, across the lines of equal height", pad=30)
    ax.legend(fontsize=9, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    figure.colorbar(ax.collections[0], ax=ax, label="best potential $f$")
    return figure


def _two_functions(ax, x, real_cdf, generated_cdf):
    ax.plot(x, real_cdf, "-", color=plotting.REAL, label="$F$, real")
    ax.plot(x, generated_cdf, "--", color=plotting.GENERATED, label="$G$, generated")
    up, down = generated_cdf > real_cdf, generated_cdf < real_cdf
    ax.fill_between(x, real_cdf, generated_cdf, where=up, color="0.85")
    ax.fill_between(
        x, real_cdf, generated_cdf, where=down, facecolor="0.85", hatch="xxx", edgecolor="0.55", lw=0
    )
    ax.set(ylabel="share below $x$", ylim=(-0.03, 1.08), xlim=(x[0], x[-1]))


def slope_of_line(x, real_cdf, generated_cdf, potential, marks):
    """Distribution functions (k,) above, the best potential (k,) below; marks: (place, is real, text)."""
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(8.5, 5.4), sharex=True)
    _two_functions(top, x, real_cdf, generated_cdf)
    top.legend(fontsize=10, loc="upper left")
    top.set_title("The potential climbs where $G > F$ (plain grey) and falls where $G < F$ (hatched)")
    bottom.plot(x, potential, "-", color="black", linewidth=2)
    for place, is_real, text in marks:
        height = np.interp(place, x, potential)
        color = plotting.REAL if is_real else plotting.GENERATED
        bottom.plot(place, height, "o" if is_real else "X", color=color, markersize=10)
        falls = np.interp(place - 0.1, x, potential) > height
        offset, side = ((12, 8), "left") if falls and is_real else ((12, -12), "left")
        bottom.annotate(
            text, (place, height), offset, textcoords="offset points", color=color, ha=side, fontsize=10
        )
    low, high = potential.min(), potential.max()
    bottom.set(xlabel="$x$", ylabel="best potential $f$", ylim=(low - 1.3, high + 0.6))
    return figure


def moving(x, real_cdf, generated_cdf, potential, distance, mean, std):
    """The small figure of a slider: distribution functions (k,), best potential (k,), W1 and moments."""
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(4.5, 3.4), sharex=True, layout="none")
    figure.subplots_adjust(0.15, 0.15, 0.97, 0.9, hspace=0.15)
    _two_functions(top, x, real_cdf, generated_cdf)
    top.set_title(f"generated: mean {mean:g}, std {std:g}; grey: $W_1$ = {distance:.2f}", fontsize=10)
    top.text(-5.8, 0.75, "F real", color=plotting.REAL, fontsize=9)
    top.text(-5.8, 0.5, "G generated", color=plotting.GENERATED, fontsize=9)
    bottom.plot(x, potential, "-", color="black")
    turns = np.nonzero(np.diff(np.sign(np.diff(potential))))[0] + 1
    for place in x[turns][:1]:
        bottom.axvline(place, color="0.5", linestyle=":")
        bottom.text(place + 0.2, -5.5, f"turns at x = {place:.1f}", fontsize=9, color="0.35")
    bottom.set(xlabel="x", ylabel="potential f", ylim=(-7, 7))
    figure.align_ylabels()
    return figure


def with_and_without(updates, curves, exact):
    """Held-out estimates at the updates (checks,), and W1; curves: name to (seeds, checks), two of them."""
    figure, (ax, near) = plt.subplots(1, 2, figsize=(10, 4), sharex=True)
    looks = (("0.35", "s--"), (plotting.OTHER, "o-"))
    for (name, group), (color, line) in zip(curves.items(), looks):
        for curve in group:
            ax.plot(updates, curve, line, color=color, markersize=4, linewidth=1.2)
        place, middle = np.mean(updates), np.mean([np.interp(np.mean(updates), updates, c) for c in group])
        offset = (0, 16) if middle < 10 * exact else (0, -18)
        ax.annotate(name, (place, middle), offset, textcoords="offset points", color=color, va="center")
    for curve in group:
        near.plot(updates, curve, line, color=color, markersize=4, linewidth=1.2)
    for each in (ax, near):
        each.axhline(exact, color="black", linewidth=1)
        each.set(xlabel="critic updates")
    near.text(updates[-1], exact - 0.025, f"exact $W_1$ = {exact:g}", ha="right", va="center")
    ax.set(ylabel="estimate on held-out data", yscale="log", ylim=(0.4 * exact, None))
    ax.set_title(f"Without a penalty it runs away ({len(group)} seeds each)")
    near.set(ylim=(0.7, 1.2), title="With the penalty it ends a little above $W_1$")
    return figure


def bounds_of_critics(summary, doubt):
    """Estimates and lower bounds over W1, in rows; summary: name to (2, seeds); doubt: of the roll's W1."""
    figure, ax = plt.subplots(figsize=(8.5, 4.2))
    names = list(summary)
    labels = [f"ring, {name}" if name.startswith("4") else name for name in names]
    for row, name in enumerate(names):
        estimates, lower = summary[name]
        rows = row + np.linspace(-0.16, 0.16, len(lower))  # apart, so that each seed is seen
        ax.plot(lower, rows, ">", color=plotting.OTHER, markersize=7)
        ax.plot(estimates, rows, "o", color="black", markersize=7, mfc="none")
        if "roll" in name:
            ax.errorbar(1, row + 0.38, xerr=doubt, color="0.4", capsize=4)
            text = "$W_1$ probably lies here (bounds ± 2 standard errors)"
            ax.annotate(
                text,
                (1 + doubt, row + 0.38),
                (8, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
                color="0.35",
            )
    ax.plot([], [], ">", color=plotting.OTHER, label="estimate / largest slope: a lower bound")
    ax.plot([], [], "o", color="black", mfc="none", label="estimate")
    ax.axvline(1, color="gray", linewidth=1, zorder=0)
    ax.axhline(3.5 if len(names) > 4 else -1, color="0.8", linewidth=1)
    ax.set_yticks(range(len(names)), labels)
    ax.set(
        xlabel="divided by $W_1$, exact or bracketed (one mark per seed)",
        ylim=(len(names) - 0.5, -0.6),
        xlim=(0.35, 1.3),
    )
    ax.set_title("The ring's estimate is too low; every lower bound holds", pad=28)
    ax.legend(fontsize=9, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def two_landscapes(exact, trained, x, y, limits, rms):
    """Exact potential, trained critic and difference near the samples x, y (n, 2), of which 80 are shown."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 5), sharey=True)
    k = np.linspace(*limits, 121)
    points = np.stack(np.meshgrid(k, k), -1).reshape(-1, 2)
    far = cdist(points, np.concatenate([x, y])).min(1) > 0.25
    levels, fine = np.linspace(-0.6, 1.8, 25), np.linspace(-0.25, 0.25, 11)
    f, critic = (np.ma.masked_array(function(points), far) for function in (exact, trained))
    panels = ((f, "potential of 1,000 points", levels), (critic, "trained critic", levels))
    panels += ((critic - f, "critic less potential", fine),)
    for ax, (values, title, lines) in zip(axes, panels):
        colors = "PuOr" if lines is fine else "viridis"
        drawn = ax.contourf(k, k, values.reshape(121, 121), lines, cmap=colors, alpha=0.75, extend="both")
        ax.plot(*x[:80].T, "o", color=plotting.REAL, markersize=4, mec="white", mew=0.5, label="real")
        ax.plot(
            *y[:80].T, "X", color=plotting.GENERATED, markersize=5, mec="white", mew=0.5, label="generated"
        )
        ax.set(xlabel="first coordinate", xlim=limits, ylim=limits, aspect="equal", facecolor="0.93")
        ax.set_title(title, fontsize=11)
        ticks = lines[::4] if lines is levels else lines[::5]
        where = axes[:2] if ax is axes[1] else axes[2]
        if ax is not axes[0]:
            name = "score" if lines is levels else "difference"
            figure.colorbar(drawn, ax=where, label=name, location="bottom", shrink=0.8, ticks=ticks)
    axes[0].set_ylabel("second coordinate")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=9, ncols=2, loc="outside lower left")
    figure.suptitle(
        f"Nearly one funnel where data are dense (grey: no data); RMS difference {rms:.3f}", fontsize=12
    )
    return figure


def only_differences(x, scores, seeds):
    """Scores (k,) at x (k,) of one critic plus constants, by name; other seeds (critics, k) less seed 0."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), sharex=True)
    for (name, values), line in zip(scores.items(), ("-", "--", "-.")):
        left.plot(x, values, line, color="black")
        left.annotate(
            name, (x[-1], values.max()), (0, 0), textcoords="offset points", ha="right", fontsize=10
        )
    left.set(xlabel="$x$", ylabel="score", title="One critic plus a constant: one estimate")
    left.margins(y=0.15)
    for k, (values, (style, color)) in enumerate(zip(seeds, plotting.SERIES)):
        difference = values - seeds[0]
        difference = difference - np.interp(0, x, difference)
        right.plot(x, difference, style[1:], color=color, linewidth=2, label=f"seed {k}")
    right.set(xlabel="$x$", ylabel="difference to seed 0", ylim=(-0.2, 0.2))
    right.set_title("Less a constant, the seeds nearly agree")
    right.legend(fontsize=9)
    return figure


def one_point(radius, distance, centers):
    """W1 (k,) of a ring with the given centers (8, 2) to one point at each radius (k,) towards a mode."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.7), width_ratios=(1, 1.5))
    left.plot(*centers.T, "o", color=plotting.REAL, markersize=11, label="real")
    mode = centers[0]
    left.plot([0], [0], "X", color=plotting.GENERATED, markersize=11, label="at the centre")
    left.plot(*mode, "P", color=plotting.GENERATED, markersize=7, label="on a mode")
    left.plot([0, mode[0]], [0, mode[1]], ":", color=plotting.GENERATED)
    left.set(aspect="equal", xlim=(-1.8, 1.8), ylim=(-2.0, 1.8), title="Eight real points, one generated")
    for text, place in (("centre", (0, -0.35)), ("mode", mode - [0, 0.4]), ("real", centers[2] - [0, 0.4])):
        left.text(*place, text, ha="center", fontsize=10)
    left.set(xlabel="first coordinate", ylabel="second coordinate")
    right.plot(radius, distance, ":", color=plotting.GENERATED)
    size = np.linalg.norm(mode)
    for place, marker, text, offset in (
        (0, "X", "empty centre", (12, -14)),
        (size, "P", "on a mode", (-10, 4)),
    ):
        value = np.interp(place, radius, distance)
        right.plot(place, value, marker, color=plotting.GENERATED, markersize=11)
        side = "left" if place == 0 else "right"
        right.annotate(
            f"{text}: {value:.2f}", (place, value), offset, textcoords="offset points", ha=side, va="center"
        )
    right.set(xlabel="distance of the generated point from the centre", ylabel="exact $W_1$")
    right.set(ylim=(0, 1.1 * distance.max()), title="$W_1$ prefers the empty centre")
    return figure


def blurred_digits(gaps, all_digits, images):
    """W1 (splits, 2) to held-out digits, of means and real ones; and of all; two sets (n, 28, 28, 1)."""
    figure = plt.figure(figsize=(10.5, 3.6))
    grid = figure.add_gridspec(2, 2, width_ratios=(1.2, 1))
    colors = (plotting.GENERATED, plotting.REAL, "0.35")
    names = ("means of the clusters", "real digits nearest to them")
    for row, (name, pictures, color) in enumerate(zip(names, images, colors)):
        ax = plotting.plot_images(pictures[:20], ax=figure.add_subplot(grid[row, 0]), columns=10)
        ax.set_title(f"{name} (20 of {len(pictures)}, last split)", color=color, fontsize=11)
    ax = figure.add_subplot(grid[:, 1])
    for row, (values, color, marker) in enumerate(zip((*gaps.T, [all_digits]), colors, "soD")):
        ax.plot(values, np.full(len(values), row), marker, color=color, markersize=8, mfc="none")
        text = f"{'average ' if len(values) > 1 else ''}{np.mean(values):.2f}"
        ax.annotate(text, (np.mean(values), row), (0, 12), textcoords="offset points", ha="center")
    ax.set(xlabel="$W_1$ to the held-out digits", xlim=(0, 1.15 * gaps.max()), ylim=(2.5, -0.7))
    ax.set_yticks(range(3), ("means", "real digits\nnearest to them", "all training\ndigits, last split"))
    ax.set_title(f"The blurred means are nearer ({len(gaps)} splits)")
    return figure
