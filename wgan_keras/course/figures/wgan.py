"""Figures of notebook 06: a critic with clipped weights, what it gives and what it costs."""

import matplotlib.pyplot as plt
import numpy as np

from wgan_keras import plotting

STYLES = (("o-", "black"), ("s--", plotting.OTHER), ("^-.", "#aa3377"))


def saturation(x, p, q, sides):
    """Curves over two densities (n,), and their signed slopes, a panel each.

    sides: the GAN's and the critic's (curve, slope of the generator's loss, the same of the best one).
    """
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.7), sharex=True)
    left, *right = axes
    left.fill_between(x, p, color=plotting.REAL, alpha=0.3)
    left.fill_between(x, q, color=plotting.GENERATED, alpha=0.3, hatch="//")
    left.text(-1.95, 0.3, "real", color=plotting.REAL, weight="bold")
    left.text(3.1, 0.85, "generated", color=plotting.GENERATED, weight="bold")
    for ax, (curve, slope, best), (style, color) in zip(
        right, sides, (("-", "black"), ("--", plotting.OTHER))
    ):
        left.plot(x, curve, style, color=color)
        ax.axvspan(3, 5, color=plotting.GENERATED, alpha=0.13, linewidth=0)
        ax.axhline(0, color="0.6", linewidth=0.8)
        ax.plot(x, best, "-", color=color, linewidth=5, alpha=0.25)
        ax.plot(x, slope, style, color=color)
    left.text(-1.95, 1.06, "the GAN's D (solid)", color="black")
    left.text(-1.95, 1.19, "critic (dashed)", color=plotting.OTHER)
    left.set(ylim=(0, 1.32), ylabel="D; critic from 0 to 1", title="D is flat at the generated\nsamples")
    right[0].set(ylabel="slope of log(1 − D)", title="GAN: slope 0 there\n(pale: the best D)")
    right[1].set(ylabel="slope of −f, f scaled to 0…1", title="Critic: a positive slope\n(pale: the best f)")
    for ax in axes:
        ax.set(xlim=(-2, 6), xlabel="x")
    return figure


def towards_optimum(marks, found, bounds):
    """Estimate and gradient length over critic updates.

    found: c to (seeds, marks, 2); bounds: c to (seeds,).
    """
    figure, axes = plt.subplots(1, 2, figsize=(10.5, 4), sharex=True)
    for (c, runs), (style, color) in zip(found.items(), STYLES):
        for ax, values in zip(axes, np.moveaxis(runs, 2, 0)):
            ax.plot(marks, values.T, style[1:], color=color, linewidth=1, alpha=0.6)
            ax.plot(marks, np.median(values, axis=0), style, color=color)
            ax.text(marks[-1] * 1.25, np.median(values[:, -1]), f"c = {c:g}", color=color, va="center")
        low, high = min(bounds[c]), max(bounds[c])
        axes[0].fill_between(marks[-2:], low, high, facecolor=color, alpha=0.25, hatch="..", linewidth=0)
    axes[0].set(
        ylabel="estimate (held-out data)", title="Estimates level off\n(bands: bounds K W$_1$ of all seeds)"
    )
    axes[1].set(ylabel="length of the generator's gradient")
    axes[1].set_title("Gradients grow, then level off\n(thin: each seed; marks: median)")
    for ax in axes:
        ax.set(xscale="log", yscale="log", xlabel="critic updates", xlim=(marks[0] * 0.8, marks[-1] * 5))
    return figure


def at_work(runs):
    """Points and the critic's contours. runs: name to (real, generated, scores on a grid, title)."""
    figure, axes = plt.subplots(1, len(runs), figsize=(11, 4.2), squeeze=False)
    for ax, (real, generated, scores, title) in zip(axes[0], runs.values()):
        steps = np.linspace(-2, 2, len(scores))
        ax.contour(steps, steps, scores, levels=10, colors="0.75", linewidths=0.8, linestyles="-")
        ax.scatter(*real.T, s=22, color=plotting.REAL, alpha=0.35, linewidth=0)
        ax.scatter(*generated.T, s=9, marker="x", color=plotting.GENERATED, linewidth=0.7)
        ax.set(xlim=(-2, 2), ylim=(-2, 2), aspect="equal", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        ax.set_title(title.replace("swiss_roll", "Swiss roll"), fontsize=11)
        ax.set_xlabel("first coordinate")
    axes[0, 0].set_ylabel("second coordinate")
    marks = axes[0, 0].collections
    names = "contours of the critic", "real", "generated"
    lines = [plt.Line2D([], [], color="0.75"), *marks[-2:]]
    figure.legend(lines, names, loc="outside lower center", ncols=3)
    return figure


def estimate_against_distance(runs):
    """Held-out estimate / K over exact W1, a panel for each c. runs: c to a list of (W1s, estimates, rho)."""
    shared = {"sharex": True, "sharey": True, "squeeze": False}
    figure, axes = plt.subplots(1, len(runs), figsize=(11, 3.8), **shared)
    for ax, (c, seeds) in zip(axes[0], runs.items()):
        for (distances, estimates, _), (style, color) in zip(seeds, STYLES):
            ax.plot(distances, estimates, style[1:], color=color, linewidth=0.8, alpha=0.7)
            ax.plot(distances, estimates, style[0], color=color, alpha=0.8)
            ax.plot(distances[-1], estimates[-1], "o", color=color, mfc="none", markersize=13)
        found = ", ".join(f"{rho:.2f}" for _, _, rho in seeds)
        ax.set_title(f"c = {c:g}: rank correlation\n{found} ({len(seeds)} seeds)", fontsize=11)
        ax.set(xlabel="exact W$_1$ (ringed: end of a run)")
        ax.axhline(0, color="0.6", linewidth=0.8, zorder=0)
    axes[0, 0].set_ylabel("estimate / K (held-out data)")
    return figure


def slopes_by_depth(depths, slopes, bounds):
    """Steepest slopes, and as shares of their bounds. slopes, bounds: c to (depths,)."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4), sharex=True)
    left.axhline(1, color="0.6", linewidth=1)
    left.text(depths[-1] + 0.15, 1.4, "slope 1", color="0.35")
    for (c, found), (style, color) in zip(slopes.items(), STYLES):
        left.plot(depths, found, style, color=color)
        left.plot(depths, bounds[c], ":", color=color)
        right.plot(depths, found / bounds[c], style, color=color)
        left.text(depths[-1] + 0.15, found[-1], f"c = {c:.3g}", color=color, va="center")
    shares = [found[-1] / bounds[c][-1] for c, found in slopes.items()]
    right.set(yscale="log", ylim=(min(shares) / 3, 3))
    labels(right, depths[-1] + 0.15, shares, [f"c = {c:.3g}" for c in slopes])
    left.set(yscale="log", ylabel="steepest slope", title="Trained critics (marks) and bounds (dotted)")
    right.set(ylabel="slope / bound", title="The share of its bound that each uses")
    right.axhline(1, color="0.3", linestyle=":")
    for ax in (left, right):
        ax.set(xlabel="hidden layers of width 64", xticks=depths, xlim=(depths[0] - 0.4, depths[-1] + 1.4))
    return figure


def labels(ax, x, values, texts):
    """Name the ends of curves on a log axis, in the colours of STYLES; texts that would touch move apart."""
    low, high = np.log10(ax.get_ylim())
    least = 0.07 * (high - low)
    order = np.argsort(values)
    places = np.log10(np.array(values, float))[order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + least)
    for place, i in zip(places, order):
        ax.text(x, 10**place, texts[i], color=STYLES[i][1], va="center")


def depth_slider(depths, bounds, untrained, title):
    """For a slider: the bound on the slope over depth, and the slope of a critic that was only clipped."""
    figure, ax = plt.subplots(figsize=(3.66, 3.4), layout="none")
    figure.subplots_adjust(left=0.2, right=0.97, bottom=0.15, top=0.86)
    ax.axhline(1, color="0.6", linewidth=1)
    ax.text(5.4, 1.5, "slope 1", color="0.35", ha="right")
    ax.plot(depths, bounds, "o:", color="black")
    ax.plot(depths, untrained, "s-", color=plotting.OTHER)
    ax.set(yscale="log", ylim=(1e-13, 1e6), xlim=(0.6, 5.5), xticks=depths)
    ax.set(xlabel="hidden layers", ylabel="slope")
    ax.text(0.7, 8e-13, "squares: clipped once,\nnot trained", color=plotting.OTHER)
    ax.text(0.7, 1e5, "circles: bound", color="black")
    ax.set_title(title, fontsize=11)
    return figure


def through_layers(found):
    """Gradients at hidden layers before and after training.

    found: (c, epsilon) to (start, trained, predicted), each (layers,).
    """
    figure, ax = plt.subplots(figsize=(9.5, 4.3))
    seen = []
    for (c, epsilon), (start, trained, predicted) in found.items():
        layers = np.arange(1, len(start) + 1)
        again = c in seen  # another epsilon: the same start
        style, color = STYLES[seen.index(c) if again else len(seen)]
        if not again:
            seen.append(c)
            ax.plot(layers, predicted, "-", color=color, linewidth=6, alpha=0.2)
            ax.plot(layers, start, ":", color=color)
        ax.plot(layers, trained, style, color=color, markersize=6, mfc="white" if again else color)
        text = f"c = {c:g}" + f"\nepsilon = {epsilon:.0e}" * again
        ax.text(0.6, trained[0], text, color=color, ha="right", va="center")
    ax.set(yscale="log", xlim=(-1.6, len(start) + 0.5), xticks=layers)
    ax.set(xlabel="hidden layer, from input to output", ylabel="length of the output gradient")
    ax.set_title("Marks: trained, epsilon = 1e-16 (open: 1e-30). Dotted: clipped once. Band: predicted")
    return figure


def epsilons(marks, panels):
    """Steepest slopes over updates. panels: (depth, c) to (bound, {epsilon: (seeds, marks)})."""
    figure, axes = plt.subplots(1, len(panels), figsize=(10.5, 4), sharey=True, squeeze=False)
    low = min(runs.min() for _, found in panels.values() for runs in found.values())
    axes[0, 0].set(yscale="log", ylim=(low / 3, 30 * max(bound for bound, _ in panels.values())))
    for ax, ((depth, c), (bound, found)) in zip(axes[0], panels.items()):
        for runs, (style, color) in zip(found.values(), STYLES):
            ax.plot(marks, runs.T, style[1:], color=color, linewidth=1, alpha=0.7)
            ax.plot(marks, np.median(runs, axis=0), style, color=color, markersize=4)
        ax.plot([0, marks[-1]], [bound] * 2, ":", color="0.3")
        ax.text(marks[-1] * 0.02, bound * 1.5, "bound", color="0.3", va="bottom")
        ends = [np.median(runs[:, -1]) for runs in found.values()]
        labels(ax, marks[-1] * 1.04, ends, [f"epsilon = {epsilon:.0e}" for epsilon in found])
        ax.set(xlim=(0, marks[-1] * 1.5), xlabel="critic updates")
        ax.set_title(f"{depth} hidden layers, c = {c:.3g}\n(thin: each seed; marks: median)")
    axes[0, 0].set_ylabel("steepest slope")
    return figure


def momentum(names, found, starts, floor):
    """Exact W1 at the end, a panel for each rate: lists of W1, one for each name, under that of `starts`."""
    figure, axes = plt.subplots(1, len(found), figsize=(10.5, 3.6), sharey=True, sharex=True, squeeze=False)
    for ax, (rate, groups), of_paper in zip(
        axes[0], found.items(), ("the paper's 0.005 c", "a tenth of that")
    ):
        for i, values in enumerate([starts, *groups]):
            places = i + np.linspace(-0.2, 0.2, len(values))
            ax.plot(values, places, "o", color="black", mfc="none")
            ax.plot(np.median(values), i, "|", color=plotting.GENERATED, markersize=22, markeredgewidth=3)
        ax.axvspan(*floor, color=plotting.REAL, alpha=0.25, linewidth=0)
        ax.axhline(0.5, color="0.8", linewidth=0.8)
        ax.set(
            xscale="log", xlabel="exact W$_1$ at the end (bar: median)", title=f"rate {rate:g}, {of_paper}"
        )
        ax.text(floor[1] * 1.1, len(names) + 0.75, "floor", color=plotting.REAL)
        ax.set_xticks((0.2, 0.5, 1, 2, 5, 10), ("0.2", "0.5", "1", "2", "5", "10"), minor=False)
        ax.minorticks_off()
    axes[0, 0].set_yticks(range(len(names) + 1), ["untrained", *names])
    axes[0, 0].set_ylim(len(names) + 0.9, -0.5)
    return figure
