"""Figures of notebook 07: the penalty at work, one slope, critics on a line, batch normalization."""

import matplotlib.pyplot as plt
import numpy as np

from wgan_keras import plotting

RIGHT, WRONG = "0.55", "#b0006d"  # critics that rise where they should, and those that do not


def first_run(real, generated, updates, norms, result):
    """Modes (k, 2), samples (n, 2) of a generator, mean slope (n,) before and on the way; result: a title."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), width_ratios=(1, 1.3))
    left.plot(
        *np.transpose(real),
        "o",
        color=plotting.REAL,
        mfc="none",
        ms=13,
        mew=1.8,
        label="real mode",
    )
    left.plot(*generated.T, "x", color=plotting.GENERATED, ms=4, mew=0.8, label="generated")
    left.set(xlim=(-1.9, 1.9), ylim=(-1.9, 2.6), aspect="equal", title=result)
    left.set(xlabel="first coordinate", ylabel="second coordinate")
    left.legend(ncols=2, loc="upper center", fontsize=10)
    right.plot(updates, norms, "o-", color="black", markersize=4)
    right.plot(updates[0], norms[0], "o", color="black", markersize=9, mfc="white", zorder=3)
    right.annotate("untrained", (updates[0], norms[0]), (8, -16), textcoords="offset points", fontsize=10)
    right.axhline(1, color=plotting.OTHER, linewidth=1.5)
    right.annotate(
        "asked for: 1",
        (updates[-1], 1),
        (0, -6),
        textcoords="offset points",
        color=plotting.OTHER,
        ha="right",
        va="top",
    )
    right.set(xlabel="generator updates", ylabel=r"mean slope at $\hat x$", ylim=(0, 1.08 * max(norms)))
    right.set_title("The slope starts near 1, overshoots, comes down")
    return figure


def partners(real, generated, arrows, rises):
    """Points (n, 2), pairs (i, j) of the plan, and rise over distance: name to (pairs,), two of them."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), width_ratios=(1, 1.3))
    i, j = arrows
    left.plot(*[[real[i, k], generated[j, k]] for k in (0, 1)], "-", color="0.6", linewidth=0.8)
    left.plot(*generated[j].T, "x", color=plotting.GENERATED, ms=4, mew=0.9, label="generated")
    left.plot(*real[i].T, "o", color=plotting.REAL, ms=6, mec="white", mew=0.5, zorder=3, label="real")
    left.set(aspect="equal", xlim=(-2.6, 2.6), ylim=(-2.6, 3.2), title=f"{len(i)} pairs of the best plan")
    left.set(xlabel="first coordinate", ylabel="second coordinate")
    left.legend(ncols=2, loc="upper center", fontsize=10, reverse=True)
    others = rises["independent pairs"]
    weights = np.full(len(others), 100 / len(others))
    right.hist(others, np.linspace(-0.275, 1.025, 27), weights=weights, color="0.55", edgecolor="white")
    right.axvline(rises["partners"].mean(), color=plotting.OTHER, linewidth=3)
    top = right.get_ylim()[1]
    right.text(0.97, 0.94 * top, "all partners: 1", color=plotting.OTHER, ha="right")
    right.text(0.5, 0.6 * top, "independent pairs", color="0.35")
    right.set(xlabel="rise of the potential / distance", ylabel="share of the pairs / %")
    right.set_title("Partners rise by their distance, other pairs need not")
    return figure


def two_hills(slopes, heights, walks):
    """Objectives (k,) over slopes (k,), a panel each; walks: name to [(start, end)]."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharex=True, sharey=True)
    for ax, (name, curve) in zip(axes, heights.items()):
        ax.plot(slopes, curve, color="0.4")
        for start, end in walks[name]:
            color = WRONG if end < 0 else "black"
            at_start, at_end = np.interp((start, end), slopes, curve)
            ax.plot(start, at_start, "o", color=color, markersize=8, mfc="white")
            ax.plot(end, at_end, "s" if end < 0 else "o", color=color, markersize=9)
        ends = sorted({round(end, 2) for _, end in walks[name]})
        for end in ends:
            color = WRONG if end < 0 else "black"
            ax.text(end, np.interp(end, slopes, curve) + 0.8, f"ends at {end:.2f}", ha="center", color=color)
        ax.set(title=f"{name} penalty", xlabel="slope $s$ of the critic", ylim=(-13.5, 4))
    axes[0].set_ylabel("objective $J(s)$")
    axes[1].text(0, -10, "hollow: where training starts", fontsize=10, ha="center")
    return figure


def climb(slopes, curve, path, heights, title):
    """The small figure of a slider: a climb, path and heights (steps,), on one objective (k,)."""
    figure, ax = plt.subplots(figsize=(3.6, 3.2), layout="none")
    figure.subplots_adjust(0.2, 0.17, 0.97, 0.88)
    color = WRONG if path[-1] < 0 else "black"
    ax.plot(slopes, curve, color="0.4")
    ax.plot(path, heights, ".-", color=color, markersize=5, linewidth=1)
    ax.plot(path[0], heights[0], "o", color=color, mfc="white", markersize=9)
    ax.plot(path[-1], heights[-1], "s" if path[-1] < 0 else "o", color=color, markersize=9)
    ax.set(xlabel="slope s", ylabel="objective J(s)", ylim=(-4, 3), xlim=(-2.4, 4.2))
    ax.set_title(title, fontsize=10)
    return figure


def slopes_and_bias(x, theory, trained, central, weights, biased, points):
    """Slopes over x, exact (k,) and trained (seeds, k), and estimates over weights, by lambda."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.4))
    left.axvspan(*central, color="0.93", zorder=0)
    left.text(np.mean(central), 0.25, r"95 % of $\hat x$", ha="center", color="0.35")
    for gp_weight, best in theory.items():
        for k, slope in enumerate(trained[gp_weight]):
            label = "trained critics" if gp_weight == max(theory) and k == 0 else None
            left.plot(x, slope, "--", color="#e69f00", linewidth=2.4, label=label)
        label = "theory" if gp_weight == max(theory) else None
        left.plot(x, best, "-", color="black", linewidth=1, label=label)
        left.text(x[-1] + 0.1, min(best[-1], 8.5), rf"$\lambda$ = {gp_weight:g}", va="center")
    left.set(xlabel="$x$", ylabel=r"slope $|f\,'|$", ylim=(0, 12.8), xlim=(x[0], x[-1]))
    left.set_title("Slopes follow the formula where data are dense")
    left.legend(loc="upper center", ncols=2, fontsize=10)
    right.plot(weights, biased, "-", color="black", linewidth=1)
    for gp_weight, estimates in points.items():
        right.plot(np.full(len(estimates), gp_weight), estimates, "o", color="#e69f00", mfc="none", ms=9)
    right.axhline(1, color=plotting.OTHER, linewidth=1.5)
    right.text(weights[0], 0.9, "$W_1 = 1$", color=plotting.OTHER, va="top")
    right.set(xscale="log", xlabel=r"weight $\lambda$ of the penalty", ylabel="estimate", ylim=(0, 12.8))
    right.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    right.text(0.14, 6.5, r"theory: $W_1 + \int \Delta^2 / (2 \lambda r)$")
    right.set_title("The estimate exceeds $W_1$ by the bias of the theory")
    return figure


def critics_on_line(x, best, groups):
    """Panels over x: scores (seeds, k), and how much of them falls (seeds,); best: the exact critic (k,)."""
    figure, axes = plt.subplots(1, len(groups), figsize=(10.5, 4.2), sharex=True, sharey=True)
    for ax, (name, (runs, falling)) in zip(axes, groups.items()):
        for scores in runs - [[np.interp(0.5, x, scores)] for scores in runs]:
            ax.plot(x, scores, "-", color=RIGHT, linewidth=1.4)
            falls = np.where(np.gradient(scores, x) < 0, scores, np.nan)
            ax.plot(x, falls, "--", color=WRONG, linewidth=1.8, zorder=3)
        ax.plot(x, best, ":", color="black", linewidth=2.2, zorder=4)
        bad, all_along = np.sum(falling > 0.05), np.sum(falling > 0.95)
        ax.set(title=f"{name}: {bad} of {len(runs)} with a wrong sign", xlabel="$x$")
        if bad:
            told = f"{all_along} fall everywhere,\n{bad - all_along} turn round"
            ax.text(0.3, 3.9, told, color=WRONG, ha="center", va="top")
        ax.plot(0, -4.1, "X", color=plotting.GENERATED, markersize=9, clip_on=False)
        ax.plot(1, -4.1, "o", color=plotting.REAL, markersize=8, clip_on=False)
    axes[0].text(-0.2, -4.1, "generated mean", color=plotting.GENERATED, ha="right", va="center")
    axes[0].text(1.2, -4.1, "real mean", color=plotting.REAL, va="center")
    axes[0].set(ylabel="score, 0 at $x = 0.5$", ylim=(-4.6, 4.6), xlim=(x[0], x[-1]))
    for ax in axes:
        ax.text(1.5, 0.0, "dotted: best penalized", ha="left")
    return figure


def remedies(groups):
    """A row for each name: estimates (seeds,), which are wrong (seeds,), and the theory's estimate."""
    figure, ax = plt.subplots(figsize=(10.5, 4.0))
    for row, (estimates, wrong, theory) in enumerate(groups.values()):
        heights = row + np.linspace(-0.26, 0.26, len(estimates))
        ax.plot(estimates[~wrong], heights[~wrong], "o", color="0.45", markersize=6, alpha=0.7)
        ax.plot(estimates[wrong], heights[wrong], "X", color=WRONG, markersize=8)
        ax.plot([theory, theory], [row - 0.4, row + 0.4], "-", color="black", linewidth=2, zorder=0)
        color = WRONG if wrong.any() else "0.35"
        ax.text(1.75, row, f"{wrong.sum()} of {len(wrong)} wrong", color=color, va="center")
    ax.axvline(1, color=plotting.OTHER, linewidth=1.2, zorder=0)
    ax.text(0.97, -0.5, "$W_1$", color=plotting.OTHER, ha="right", va="top")
    ax.text(theory + 0.03, len(groups) - 1.42, "theory", ha="left", va="bottom", fontsize=10)
    ax.set_title("Each remedy leaves fewer critics wrong; $\\lambda = 1$ raises the estimate")
    names = [name.replace(", start", ",\nstart") for name in groups]
    ax.set_yticks(range(len(groups)), names)
    ax.set(xlabel="estimate / $W_1$", xlim=(-1.2, 2.3), xticks=(-1, -0.5, 0, 0.5, 1, 1.5))
    ax.set_ylim(len(groups) - 0.4, -0.6)
    return figure


def neighbours(spreads):
    """Scores (draws,) of one sample by (layer, lambda)."""
    figure, ax = plt.subplots(figsize=(8.5, 3.8))
    colors = {"none": "0.35", "layer norm": plotting.OTHER, "batch norm": WRONG}
    markers = {"none": "o", "layer norm": "^", "batch norm": "X"}
    for row, ((layer, _), scores) in enumerate(spreads.items()):
        jitter = row + np.linspace(-0.25, 0.25, len(scores))
        ax.plot(scores, jitter, markers[layer], color=colors[layer], markersize=5, alpha=0.6)
    ax.set_yticks(range(len(spreads)), [f"{layer}, λ = {weight}" for layer, weight in spreads])
    ax.set(xlabel="its score less the mean / spread in a batch", ylim=(len(spreads) - 0.5, -0.5))
    ax.set_title("The score of one fixed sample, new neighbours each time")
    return figure
