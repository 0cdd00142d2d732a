"""Figures of notebook 03: distances, what KL charges for, noise, parallel lines, particles."""

import math

import matplotlib.pyplot as plt
import numpy as np

from wgan_keras.plotting import GENERATED, OTHER, REAL

INK, PALE = "#303030", "#8c8c8c"  # what is written, and what theory predicts
# One colour and one line style for each distance, in all figures; blue and orange are kept for the data.
DISTANCES = {
    "KL(p‖q)": (INK, "-"),
    "KL(q‖p)": ("#8a4f8f", "--"),
    "JS": ("#00805c", "-."),
    "TV": ("#6b6b6b", (0, (1, 1))),
    "W1": ("#a50026", (0, (7, 1.5))),
    "MMD": ("#c2459a", "-"),
    "energy distance": ("#8a6d00", (0, (5, 1, 1, 1, 1, 1))),
}


def _curve(ax, name, x, y, **options):
    """Draw a curve in its distance's colour and line style."""
    color, style = DISTANCES[name]
    ax.plot(x, y, **{"color": color, "linestyle": style, **options})


def _label(ax, name, x, y, text=None, **options):
    """Write a distance's name, or another text, in its colour."""
    ax.text(x, y, text or name, color=DISTANCES[name][0], **options)


def shift(theta, kl, js, tv, w1):
    """KL, JS, TV and W1 against the shift theta of two normals, a panel for each; all arrays (n,)."""
    figure, axes = plt.subplots(1, 4, figsize=(11, 3.3))
    x = theta[-1]
    for ax, name, values in zip(axes, ("KL(p‖q)", "JS", "TV", "W1"), (kl, js, tv, w1), strict=True):
        _curve(ax, name, theta, values)
        ax.set(xlabel="shift θ (unit of x)", xlim=(0, x), xticks=range(0, 9, 2))
    for ax, bound, text in ((axes[1], math.log(2), "log 2"), (axes[2], 1, "1")):
        ax.axhline(bound, color=PALE, linestyle="-", linewidth=1, zorder=0)
        ax.text(0.15, bound * 1.01, "bound " + text, color=INK, va="bottom", fontsize=10)
        ax.set_ylim(0, 1.15 * bound)
    axes[0].set(title="KL (nats): grows as θ²/2", ylim=(0, kl[-1]))
    axes[1].set_title("JS (nats): goes flat")
    axes[2].set_title("TV (no unit): goes flat")
    axes[3].set(title="W1 (unit of x): equals θ", ylim=(0, x))
    return figure


def normals(x, p, q, theta, width, values):
    """Densities (n,) of N(0, 1) and N(theta, width^2), their average, and distances: dict name -> number."""
    figure, ax = plt.subplots(figsize=(3.6, 3.5))
    ax.plot(x, p, color=REAL, linestyle="-")
    ax.plot(x, q, color=GENERATED, linestyle="--")
    ax.fill_between(x, (p + q) / 2, color="gray", alpha=0.25)
    rows = [
        f"{name} = {value:.2f}" + {"TV": "", "W1": " units of x"}.get(name, " nats")
        for name, value in values.items()
    ]
    for rank, text in enumerate(rows):
        ax.text(0.5, 0.98 - 0.075 * rank, text, transform=ax.transAxes, va="top", fontsize=10)
    keys = (("— real p", REAL), ("- - generated q", GENERATED), ("grey: average", INK))
    for rank, (text, color) in enumerate(keys):
        ax.text(0.02, 0.98 - 0.075 * rank, text, color=color, transform=ax.transAxes, va="top", fontsize=10)
    place = f"{abs(theta):g} apart" if theta else "same mean"
    ax.set_title(place if width == 1 else f"{place}, {width:g} times as wide")
    ax.set(xlabel="x", ylabel="density", ylim=(0, 1.65 * max(0.4, q.max())), xlim=(x[0], x[-1]))
    return figure


def wasted_half(theta, curves):
    """Distances of p from half p, half N(theta, 1), against theta (n,), a panel for each unit; log axes.

    curves: dict name -> (n,), of "KL(p‖q)", "KL(q‖p)", "JS" and "W1".
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.9), width_ratios=(1.5, 1))
    far = theta[theta > 4]
    axes[0].plot(far, far**2 / 4 - math.log(2), color=PALE, linestyle="-", linewidth=7, alpha=0.4, zorder=0)
    axes[0].text(95, 110, "grey: θ²/4 − log 2", color=INK, va="top", ha="right")
    places = {"KL(p‖q)": (95, 1.0), "KL(q‖p)": (28, 420), "JS": (95, 0.13), "W1": (30, 20)}
    for name, curve in curves.items():
        _curve(axes[int(name == "W1")], name, theta, curve)
        side = {"ha": "right", "va": "bottom"} if name != "JS" else {"ha": "right", "va": "top"}
        text = {"W1": "W1 = θ/2", "KL(p‖q)": "KL(p‖q), tends to log 2"}.get(name)
        _label(axes[int(name == "W1")], name, *places[name], text, **side)
    axes[0].set(
        ylabel="nats",
        title="Far away, KL(p‖q) and JS no longer\nsee where the wasted half lies",
        ylim=(5e-3, 6e3),
    )
    axes[1].set(ylabel="unit of x", title="W1 charges for its distance\n")
    for ax in axes:
        ax.set(xscale="log", yscale="log", xlabel="where the wasted half lies, θ (unit of x)")
        ax.set_xlim(theta[0], theta[-1])
    return figure


def two_peaks(x, p, covering, seeking):
    """A density p with two peaks and the best normal densities for each direction of KL; all (n,)."""
    figure, ax = plt.subplots(figsize=(8, 3.8))
    ax.fill_between(x, p, color=REAL, alpha=0.35)
    _curve(ax, "KL(p‖q)", x, covering)
    _curve(ax, "KL(q‖p)", x, seeking)
    ax.text(2.05, 0.28, "real p", color=REAL)
    _label(ax, "KL(p‖q)", -6.1, 0.15, "best q for KL(p‖q):\ncovers both peaks\nand the gap")
    _label(ax, "KL(q‖p)", -1.4, 0.5, "best q for KL(q‖p):\ndrops the smaller peak")
    ax.set(
        xlabel="x",
        ylabel="density",
        title="One normal for two peaks: the direction of KL chooses the mistake",
        ylim=(0, None),
        xlim=(-6.2, 6.2),
    )
    return figure


def likelihood(fine, kl, entropy, means, negative):
    """KL (n,) over a model's mean, the same plus the entropy, and measured negative log-likelihoods (m,)."""
    figure, ax = plt.subplots(figsize=(7.5, 3.6))
    _curve(ax, "KL(p‖q)", fine, kl)
    ax.plot(fine, kl + entropy, color=PALE, linestyle="--")
    ax.plot(means, negative, "o", color=REAL)
    middle = len(fine) // 2
    ax.annotate(
        "", (0, kl[middle] + entropy), (0, kl[middle]), arrowprops={"arrowstyle": "<->", "color": INK}
    )
    ax.text(0.06, kl[middle] + entropy / 2, "entropy of p,\nthe same for all models", va="center")
    _label(ax, "KL(p‖q)", -1.95, 0.25, "KL(p‖q), exact")
    ax.text(-1.65, kl[0] + entropy - 0.02, "dots: −mean log q on samples", color=REAL)
    ax.text(1.0, kl[middle] + entropy - 0.02, "dashed: KL + entropy", color=PALE, va="top")
    ax.set(
        xlabel="mean θ of the model q",
        ylabel="nats",
        ylim=(0, None),
        title="Two curves, one a constant above the other: one best model",
    )
    return figure


def noise_against_n(n, best, gap, linear, distance):
    """Best noise of a kernel estimate and a linear generator, and how far digits lie; all (m,)."""
    figure, ax = plt.subplots(figsize=(8.5, 4.2))
    ax.plot(n, gap, color=PALE, linestyle="-", linewidth=8, alpha=0.5, solid_capstyle="round")
    ax.plot(n, best, "o--", color=GENERATED)
    ax.plot(n, distance, color=PALE, linestyle="-", linewidth=8, alpha=0.5, solid_capstyle="round")
    ax.plot(n, linear, "^-.", color=OTHER)
    ax.text(n[1], best[1] * 1.035, "kernel estimate, best σ", color=GENERATED)
    ax.text(n[0], gap[0] * 0.905, "grey: gap to the nearest\ntraining digit", color=INK, va="top")
    ax.text(n[-1], linear[-1] * 1.045, "linear generator, best σ", color=OTHER, ha="right")
    ax.text(n[-1], distance[-1] * 0.975, "grey: distance to its plane", color=INK, ha="right", va="top")
    ticks = (0.15, 0.2, 0.25)
    ax.set(xscale="log", yscale="log", ylim=(0.14, 0.28))
    ax.set_yticks(ticks, [str(tick) for tick in ticks])
    ax.set_yticks([], minor=True)
    ax.set_xticks(n, [f"{value:,}" for value in n])
    ax.set_xticks([], minor=True)
    ax.set(
        xlabel="training digits n (log axis)",
        ylabel="noise σ, or distance, per pixel\n(pixels in [0, 1], log axis)",
        title="The best noise is close to how far held-out digits lie from the model",
    )
    return figure


def line_distances(theta, w1):
    """KL, JS, TV and W1 (n,) of parallel lines against their distance theta > 0 (n,)."""
    figure, axes = plt.subplots(1, 4, figsize=(11, 3.3))
    color = DISTANCES["KL(p‖q)"][0]
    for at in (-0.8, -0.4, 0.4, 0.8):
        axes[0].annotate("", (at, 1.12), (at, 0.75), arrowprops={"arrowstyle": "-|>", "color": color})
        axes[0].text(at, 0.68, "∞", ha="center", va="top", fontsize=15, color=color)
    axes[0].plot(0, 0, "o", color=color)
    for ax, name, height in ((axes[1], "JS", math.log(2)), (axes[2], "TV", 1)):
        color = DISTANCES[name][0]
        for sign in (-1, 1):
            _curve(ax, name, [0, sign], [height, height])
        ax.plot(0, height, "o", markeredgecolor=color, markerfacecolor="white")
        ax.plot(0, 0, "o", color=color)
    both = np.concatenate([-theta[::-1], [0], theta])
    _curve(axes[3], "W1", both, np.concatenate([w1[::-1], [0], w1]))
    axes[1].text(-1, math.log(2) + 0.04, "log 2")
    axes[0].set(title="KL (nats): infinite,\n0 at θ = 0", yticks=[0])
    axes[1].set_title("JS (nats): flat,\n0 at θ = 0")
    axes[2].set_title("TV (no unit): flat,\n0 at θ = 0")
    axes[3].set_title("W1 (unit of x):\nslope 1 towards 0")
    for ax in axes:
        ax.set(xlabel="θ (unit of x)", ylim=(-0.06, 1.15), xlim=(-1.05, 1.05))
    return figure


LOSS_TITLES = {
    "saturating GAN": "ends flat",
    "non-saturating GAN": "home first from 2, then most swing",
    "Wasserstein": "arrives, overshoots a little",
}
SEED_STYLES = ((GENERATED, "-"), ("#5b2a00", "--"), ("#e08a2e", (0, (1, 1))))


def trainings(updates, runs):
    """Where the generator's line stands over updates: a column for each loss, a row for each rate.

    updates (n,); runs: dict (loss, rate, start) -> seeds lists of n numbers.
    """
    losses, rates = dict.fromkeys(key[0] for key in runs), sorted({key[1] for key in runs})
    figure, axes = plt.subplots(
        len(rates), len(losses), figsize=(11, 6), sharex=True, sharey=True, squeeze=False
    )
    place = dict(zip([(a, b) for b in rates for a in losses], axes.flat, strict=True))
    for ax in axes.flat:
        ax.axhline(0, color=PALE, linestyle="-", linewidth=0.8, zorder=0)
    for (loss, rate, start), paths in runs.items():
        fall = np.maximum(start - rate * updates, 0)
        place[loss, rate].plot(updates, fall, color=PALE, linestyle="-", linewidth=5, alpha=0.35, zorder=0)
        for seed, (path, (color, style)) in enumerate(zip(paths, SEED_STYLES, strict=False)):
            label = f"seed {seed}" if start == max(key[2] for key in runs) else None
            place[loss, rate].plot(updates, path, color=color, linestyle=style, linewidth=1.1, label=label)
    for ax, loss in zip(axes[0], losses, strict=True):
        ax.set_title(f"{loss}:\n{LOSS_TITLES[loss]}")
    for row, rate in zip(axes, rates, strict=True):
        row[0].set_ylabel(f"rate {rate:g}\nθ (unit of x), goal 0")
    for ax in axes[-1]:
        ax.set_xlabel("generator updates")
    axes[0, 0].plot([], [], color=PALE, linestyle="-", linewidth=5, alpha=0.35, label="slope 1")
    axes[0, 0].legend(loc="lower right", ncols=2, fontsize=10)
    return figure


def kernel_distances(theta, mmd, energy, w1):
    """Squared MMD for several kernel widths, energy distance and W1 of parallel lines against theta (n,).

    mmd: dict width -> (n,), each divided by its limit.
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.7))
    for (width, curve), style in zip(mmd.items(), ("-", "--", ":"), strict=False):
        _curve(axes[0], "MMD", theta, curve, linestyle=style, label=f"h = {width:g}")
    axes[0].legend(title="kernel width", loc="lower right")
    axes[0].set(ylabel="MMD² / its limit", title="MMD²: flat beyond about three widths", ylim=(0, 1.08))
    _curve(axes[1], "energy distance", theta, energy)
    _curve(axes[1], "W1", theta, w1)
    _label(axes[1], "energy distance", theta[-1] * 0.9, energy[-1], ha="right", va="top")
    _label(axes[1], "W1", theta[-1], w1[-1] * 0.68, ha="right", va="top")
    axes[1].set(ylabel="unit of x", title="Energy distance and W1: a slope from afar", ylim=(0, None))
    for ax in axes:
        ax.set(xlabel="distance θ of the lines (unit of x)", xlim=(0, theta[-1]))
    return figure


def particles(real, start, paths, ends):
    """Where particles start and end; grey lines join the two for every fourth.

    real (m, 2); start (n, 2); paths: dict name -> (times, n, 2); ends: dict name -> (W1, share near ring).
    """
    figure, axes = plt.subplots(2, 2, figsize=(10, 6.8), sharex=True, sharey=True)
    for ax, (name, path) in zip(axes.flat, paths.items(), strict=True):
        ax.plot(
            *np.moveaxis(path[[0, -1]][:, ::4], 2, 0), color=PALE, linestyle="-", linewidth=0.7, alpha=0.5
        )
        ax.plot(*start.T, ".", color=PALE, markersize=4, label="particles, start")
        ax.plot(*real.T, "o", color=REAL, markersize=6, markerfacecolor="none", label="real points")
        ax.plot(*path[-1].T, "x", color=GENERATED, markersize=4, markeredgewidth=1.1, label="particles, end")
        color = DISTANCES[next(known for known in DISTANCES if name.startswith(known))][0]
        w1, near = ends[name]
        ax.set_title(f"{name}: {near:.0%} near the ring, W1 = {w1:.2f}", color=color)
        ax.set(aspect="equal", xlim=(-1.8, 6.6), ylim=(-2.6, 2.6))
        out = int((np.abs(path[-1] - [2.4, 0]) > [4.2, 2.6]).any(1).sum())
        if out:
            box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
            ax.text(-1.7, -2.5, f"{out} of {len(start)} beyond this frame", fontsize=10, color=INK, bbox=box)
    for ax in axes[1]:
        ax.set_xlabel("x")
    for ax in axes[:, 0]:
        ax.set_ylabel("y")
    legend = axes[0, 0].legend(loc="upper left", bbox_to_anchor=(0, 1), fontsize=10, framealpha=1, ncols=1)
    legend.set_zorder(5)
    return figure
