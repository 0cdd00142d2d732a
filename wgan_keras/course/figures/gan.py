"""The figures of notebook 01: the game of a GAN, its best discriminator, its losses, its samples."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from scipy import special

from wgan_keras import plotting

PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1}  # behind a text


def smallest_gan(path, real, shown):
    """Left D at three updates, right the generated point over time. path: (updates + 1, 3) of theta, a, b."""
    figure, axes = plt.subplots(1, 4, figsize=(11, 3.3), width_ratios=[1, 1, 1, 1.75])
    x = np.linspace(-1.5, 4.5, 200)
    for ax, update in zip(axes, shown):
        theta, a, b = path[update]
        ax.plot(x, special.expit(a * x + b), "-", color="black")
        ax.plot(real, special.expit(a * real + b), "o", color=plotting.REAL, markersize=9)
        ax.plot(theta, special.expit(a * theta + b), "X", color=plotting.GENERATED, markersize=10)
        ahead = math.copysign(1.3, a)  # where log D grows
        arrow = FancyArrowPatch(
            (theta, 0.1), (theta + ahead, 0.1), arrowstyle="-|>", mutation_scale=16, color=plotting.GENERATED
        )
        ax.add_patch(arrow)
        ax.set(
            ylim=(0, 1),
            xlim=(-1.5, 4.5),
            xlabel="x",
        )
        slope = "slopes up" if a > 0 else "slopes down"
        passed = theta > real and a > 0  # The generated point is past the real one, and goes on.
        what = f"θ has\npassed {real:g}, D still {slope}" if passed else f"\nD {slope}"
        ax.set_title(f"after {update} updates: {what}", fontsize=11)
        ax.set_xticks([0, 2, 4])
    for ax in axes[1:3]:
        ax.tick_params(labelleft=False)
    axes[0].set_ylabel("D(x)")
    theta, a, b = path[shown[0]]
    axes[0].text(real - 0.25, special.expit(a * real + b) + 0.05, "real", color=plotting.REAL, ha="right")
    axes[0].text(theta + 0.35, special.expit(a * theta + b) - 0.07, "generated θ", color=plotting.GENERATED)
    axes[0].text(theta, 0.15, "θ goes right", color=plotting.GENERATED)
    updates = np.arange(len(path))
    axes[3].axhline(real, color=plotting.REAL, linestyle="--")
    axes[3].plot(updates, path[:, 0], "-", color=plotting.GENERATED)
    axes[3].plot(shown, path[list(shown), 0], "X", color=plotting.GENERATED, markersize=9)
    axes[3].text(len(path) - 1, real - 0.5, "real point", color=plotting.REAL, ha="right")
    axes[3].text(30, 3.12, "generated point θ", color=plotting.GENERATED, ha="left")
    axes[3].set(
        xlabel="update",
        ylabel="θ",
        ylim=(-0.2, 3.6),
        title="θ overshoots the real point,\nand swings about it",
    )
    return figure


def game():
    """The diagram of a GAN: z to G to D, real samples beside them, V behind D, who changes through what."""
    figure, ax = plt.subplots(figsize=(10, 4.1))
    ax.set(xlim=(0, 20), ylim=(-0.3, 7.5))
    ax.axis("off")

    def box(x, y, width, text, color, face):
        shape = FancyBboxPatch(
            (x, y), width, 1.5, boxstyle="round,pad=0.1", edgecolor=color, facecolor=face, linewidth=2
        )
        ax.add_patch(shape)
        ax.text(x + width / 2, y + 0.75, text, ha="center", va="center")

    def arrow(start, end, color="black", **style):
        ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=16, color=color, **style))

    ax.text(0.9, 2.85, "noise z\n~ N(0, I)", ha="center", va="center")
    box(2.7, 2.1, 3.0, "generator G", plotting.GENERATED, "#fdeee2")
    ax.text(0.9, 5.35, "data", ha="center", va="center")
    box(9.6, 3.1, 3.6, "discriminator D", "black", "#f2f2f2")
    box(18.2, 3.1, 1.3, "V", "black", "white")
    arrow((1.85, 2.85), (2.55, 2.85))
    arrow((5.85, 2.95), (9.45, 3.6), plotting.GENERATED, linewidth=2)
    arrow((1.5, 5.35), (9.45, 4.2), plotting.REAL, linewidth=2)
    ax.text(7.6, 3.5, "G(z)", color=plotting.GENERATED, ha="center", va="bottom")
    ax.text(5.6, 4.95, "real x", color=plotting.REAL, ha="center", va="bottom")
    arrow((13.35, 3.85), (18.05, 3.85))
    ax.text(15.6, 3.95, "D(x)", color=plotting.REAL, ha="center", va="bottom")
    ax.text(15.6, 3.7, "D(G(z))", color=plotting.GENERATED, ha="center", va="top")
    dashed = {"linestyle": (0, (4, 3)), "linewidth": 1.8}
    arrow((18.8, 4.75), (11.4, 4.75), connectionstyle="arc3,rad=0.3", **dashed)
    ax.text(15.1, 6.6, "D changes its weights to raise V", ha="center")
    arrow((18.8, 2.95), (11.6, 2.95), plotting.GENERATED, connectionstyle="arc3,rad=-0.25", **dashed)
    arrow((11.2, 2.95), (4.2, 1.95), plotting.GENERATED, connectionstyle="arc3,rad=-0.3", **dashed)
    ax.text(
        10.8,
        0.1,
        "G changes its weights to lower V: it gets the slope through D\n"
        "(the game; the loss used in practice is in section 4)",
        color=plotting.GENERATED,
        ha="center",
    )
    return figure


def two_coins(tried, values, p, q):
    """What each outcome adds to V against D there: values (tries, 2), with the maxima marked at p/(p+q)."""
    figure, ax = plt.subplots(figsize=(7.5, 3.6))
    styles = (("heads", "-", "^", "black", (0.3, -1.45)), ("tails", "--", "s", "0.45", (0.36, -0.27)))
    for i, (name, line, marker, color, place) in enumerate(styles):
        best = values[:, i].argmax()
        exact = p[i] / (p[i] + q[i])
        ax.plot(tried, values[:, i], line, color=color)
        ax.plot(tried[best], values[best, i], marker, color=color, markersize=9)
        ax.axvline(exact, ymax=2.25 / 2.6, color=color, linestyle=":", linewidth=1)
        ax.text(exact, 0.12, f"p/(p+q) = {exact:.3f}", color=color, ha="center")
        ax.text(*place, name, color=color, weight="bold")
    ax.axvline(p[0], ymax=2.25 / 2.6, color=plotting.REAL, linestyle="-.", linewidth=1)
    ax.text(p[0], 0.12, f"{p[0]:g}: not here", color=plotting.REAL, ha="center")
    ax.set(xlim=(0, 1), ylim=(-2.2, 0.4), xlabel="D(outcome)", ylabel="contribution to V (nats)")
    ax.set_title("Each contribution to V peaks at p / (p + q)", pad=12)
    return figure


def trained_discriminators(x, p, cases):
    """D* and a trained D over densities. cases: name of q to its density and the trained logit, all (n,)."""
    figure, axes = plt.subplots(1, len(cases), figsize=(11, 3.7), sharey=True, squeeze=False)
    axes[0, 0].set_ylim(0, 1.05)
    for ax, (name, (q, logit)) in zip(axes[0], cases.items()):
        best, trained = p / (p + q), special.expit(logit)
        error = np.abs(trained - best)[(p + q) / 2 > 0.01].max()
        densities(ax, x, p, q)
        ax.plot(x, best, "-", color="black", linewidth=5, alpha=0.3, label="D* = p / (p + q)")
        ax.plot(x, trained, "--", color="black", label="trained D")
        ax.set(xlim=(-5, 7), xlabel="x")
        shape = "hump" if best[0] < best.max() / 2 else "smooth step"
        ax.set_title(f"q = {name}: D* is a {shape},\nlargest error of D {error:.3f}")
    axes[0, 0].set_ylabel("D(x), and densities")
    figure.suptitle("The trained D lies close to D* (errors: where (p + q)/2 > 0.01)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def densities(ax, x, p, q):
    """The real density p and the generated density q, filled; all (n,)."""
    ax.fill_between(x, p, color=plotting.REAL, alpha=0.3, label="real density p")
    ax.fill_between(x, q, color=plotting.GENERATED, alpha=0.3, hatch="//", label="generated density q")


def peak_label(ax, x, curve, text, color, side):
    """Name a density (n,) at x beside its peak: side -1 is left of it, 1 right."""
    top = curve.argmax()
    reach = np.abs(x - x[top])[curve > 0.6 * curve[top]].max()
    place = np.clip(x[top] + side * (reach + 0.2), -5.5, 12.4), 0.6 * curve[top] + 0.03
    ax.text(*place, text, color=color, weight="bold", ha="left" if side > 0 else "right")


def best_discriminator(curves, means, js_of_means, mean, width, js):
    """For a slider: D* over densities, of x, p, q (n,), and JS against the mean of q (k,), with a mark."""
    x, p, q = curves
    # Fixed margins: to compute them for each picture would take longer than to draw it.
    figure, (ax, below) = plt.subplots(2, 1, figsize=(5.4, 4.6), height_ratios=[3, 2], layout="none")
    figure.subplots_adjust(left=0.13, right=0.96, bottom=0.12, top=0.93, hspace=0.42)
    densities(ax, x, p, q)
    ax.plot(x, p / (p + q), "-", color="black", linewidth=5, alpha=0.3)
    left = -1 if mean >= 0 else 1
    peak_label(ax, x, p, "p", plotting.REAL, left)
    peak_label(ax, x, q, "q", plotting.GENERATED, -left)
    seen = np.where(x >= -5.5, p / (p + q), 0)
    at = min(x[seen.argmax()], 11)
    ax.text(at, seen.max() + 0.07, "D*", color="0.35", weight="bold")
    ax.set(xlim=(-6, 13), ylim=(0, 1.25), yticks=[0, 0.5, 1], xlabel="x", ylabel="D*, real p, generated q")
    value = 2 * js - math.log(4)
    shown = "is about 0" if value > -5e-4 else f"= {value:.3f}".replace("-", "−")
    ax.set_title(f"mean {mean:g}, width {width:g}:  JS = {js:.3f},  V(D*, G) {shown}", fontsize=11)
    ax.set_xticks(range(-6, 13, 2))
    below.set_xticks(range(-6, 13, 2))
    below.axhline(math.log(2), color="0.5", linestyle=":")
    below.plot(means, js_of_means, "-", color=plotting.GENERATED)
    below.plot(mean, js, "X", color=plotting.GENERATED, markersize=10, clip_on=False)
    below.set(xlim=(-6, 13), ylim=(0, 0.8), xlabel=f"mean of q, for width {width:g}", ylabel="JS (nats)")
    below.set_yticks([0, 0.2, 0.4, 0.6, math.log(2)], ["0", "0.2", "0.4", "", "log 2"])
    return figure


def generator_losses(logits, saturating, non_saturating):
    """Both generator losses of one generated sample against its logit, and their slopes; each (n,)."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.7), sharex=True)
    lines = (
        ("saturating", saturating, "--", "black"),
        ("non-saturating", non_saturating, "-", plotting.OTHER),
    )
    for name, loss, line, color in lines:
        axes[0].plot(logits, loss, line, color=color, label=name)
        axes[1].plot(logits, np.gradient(loss, logits), line, color=color, label=name)
    axes[0].text(-3.9, 4.7, "non-saturating: −log D", color=plotting.OTHER)
    axes[0].text(-7.8, -1.4, "saturating: log(1 − D)", color="black")
    axes[1].text(-7.8, -1.09, "non-saturating: slope close to −1", color=plotting.OTHER)
    axes[1].text(-7.8, 0.04, "saturating: slope near 0", color="black")
    axes[0].set(ylabel="loss (nats)", ylim=(-8.5, 8.5), title="Both losses fall as the logit grows")
    axes[1].set(ylabel="slope of the loss in the logit", ylim=(-1.15, 0.14))
    axes[1].set_title("Where D is sure that a sample is generated,\nthe saturating loss is nearly flat")
    for ax in axes:
        ax.axvspan(-8, -4, color=plotting.GENERATED, alpha=0.12, linewidth=0)
        ax.set(xlabel="logit of a generated sample", xlim=(-8, 8))
    axes[0].text(-7.8, -7.8, "D is sure:\ngenerated", color=plotting.GENERATED)
    return figure


def humps(x, density, samples, titles):
    """Generated histograms, a panel for each seed, with the real density (n,) at x; samples: (m, 1) each."""
    figure, axes = plt.subplots(1, len(samples), figsize=(10, 3.4), sharey=True, squeeze=False)
    bins = np.linspace(x[0], x[-1], 81)
    for ax, points, title in zip(axes[0], samples, titles):
        points = np.ravel(points)
        ax.hist(points, bins, density=True, color=plotting.GENERATED, alpha=0.6, label="generated")
        ax.plot(x, density, "-", color=plotting.REAL, label="real density: 50 % in each hump")
        left = np.mean(points < 0)
        for place, share in ((0.28, left), (0.72, 1 - left)):
            ax.text(
                place,
                0.99,
                f"{100 * share:.0f} %",
                color=plotting.GENERATED,
                weight="bold",
                ha="center",
                va="top",
                transform=ax.transAxes,
            )
        ax.set(xlim=(x[0], x[-1]), xlabel="x", title=title)
    axes[0, 0].set_ylabel("density")
    axes[0, 0].set_ylim(top=1.15 * axes[0, 0].get_ylim()[1])
    figure.suptitle("Both humps are found, in a distorted shape (generated share above each)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def rings(centers, samples, shares, seeds, real, least=0.01):
    """Generated points (n, 2) for each seed, with the share at each mode (k,), and real points (n, 2).

    Modes with a share below `least` are named in black. centers: (k, 2).
    """
    figure, axes = plt.subplots(1, len(samples) + 1, figsize=(11, 3.7), squeeze=False)
    for ax, points, share, seed in zip(axes[0], samples, shares, seeds):
        ax.scatter(*points.T, s=12, marker="x", color=plotting.GENERATED, linewidth=0.7, alpha=0.5)
        for center, part in zip(centers, share):
            ax.plot(*np.outer(center, [1.14, 1.3]), "-", color=plotting.REAL, linewidth=3)
            count = round(part * len(points))
            few = f"{count} sample{'s' * (count > 1)}" if count else "0"
            style = {"color": plotting.GENERATED} if part >= least else {"color": "black", "weight": "bold"}
            text = f"{100 * part:.0f} %" if part >= least else few
            ax.text(*(1.6 * center), text, ha="center", va="center", bbox=PAPER, **style)
        found = np.sum(share >= least)
        ax.set_title(
            f"seed {seed}: {100 * share.sum():.0f} % on modes,\n{found} of 8 modes hold ≥ 1 %", fontsize=11
        )
    axes[0, -1].scatter(*np.asarray(real).T, s=12, color=plotting.REAL, alpha=0.5)
    axes[0, -1].set_title("real samples,\nas many", fontsize=11)
    for ax in axes[0]:
        ax.set(xlim=(-2.8, 2.8), ylim=(-2.8, 2.8), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        ax.set_xlabel("first coordinate")
        ax.tick_params(labelleft=ax is axes[0, 0])
    axes[0, 0].set_ylabel("second coordinate")
    figure.suptitle("Each GAN misses modes (bars point to the modes, with the share of the samples there)")
    return figure
