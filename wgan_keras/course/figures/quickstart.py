"""The figures of notebook 00: samples over training, the two networks, quality, estimates, a critic alone.

Through the notebook real digits are blue and generated ones orange, the critic and its estimates green
(training digits: full circles; held-out digits: hollow triangles), and what theory says grey.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch

from wgan_keras import plotting

REFERENCE = "0.35"  # grey of what theory predicts
ON_TRAINING = {"marker": "o", "linestyle": "-", "color": plotting.OTHER}
ON_HELD_OUT = {"marker": "^", "linestyle": "--", "color": plotting.OTHER, "markerfacecolor": "white"}


def progress(real, steps, frames):
    """Real digits (columns, 28, 28, 1) above samples (rows, columns, 28, 28, 1) at `steps` (rows,)."""
    columns, rows = len(real), len(steps)
    figure, (top, below) = plt.subplots(
        2, 1, figsize=(8.2, 0.76 * (rows + 1) + 0.9), gridspec_kw={"height_ratios": (1, rows)}
    )
    plotting.plot_progress(steps, frames, ax=below)
    below.set_title(
        "GENERATED: the same ten inputs, after more and more updates", color=plotting.GENERATED, weight="bold"
    )
    below.set(xlabel="the same input z down each column", ylabel="generator updates")
    plotting.plot_images(real, ax=top, columns=columns)
    top.set_title("REAL: ten of the training digits", color=plotting.REAL, weight="bold")
    return figure


def diagram(z, fake, real):
    """Who is fed what, and trained by what: z (d,), a generated and a real image (28, 28, 1)."""
    figure, ax = plt.subplots(figsize=(10.5, 4.6))
    ax.set(xlim=(0, 21), ylim=(1.3, 10), aspect="equal")
    ax.axis("off")
    numbers = "\n".join([*(f"{value:.2f}" for value in z[:3]), "...", f"{z[-1]:.2f}"])
    ax.text(1.3, 4.0, numbers, ha="center", va="center", bbox={"fc": "white", "ec": "black"})
    ax.text(1.3, 2.6, f"z: {len(z)} random\nnumbers", ha="center", va="top")
    _box(ax, (3.6, 2.9), (3.0, 2.2), "generator\nG", plotting.GENERATED)
    _image(ax, fake, (7.9, 2.7), "generated image G(z)", plotting.GENERATED, below=True)
    _image(ax, real, (7.9, 6.6), "real image x", plotting.REAL)
    _box(ax, (12.0, 4.3), (2.6, 3.0), "critic\nf", plotting.OTHER)
    ax.text(15.6, 6.9, "score f(x)", color=plotting.REAL, weight="bold", va="center")
    ax.text(15.6, 4.7, "score f(G(z))", color=plotting.GENERATED, weight="bold", va="center")
    arrows = [
        ((2.3, 4.0), (3.5, 4.0)),
        ((6.7, 4.4), (7.8, 4.4)),
        ((10.6, 4.4), (11.9, 5.4)),
        ((10.6, 7.7), (11.9, 6.7)),
        ((14.7, 6.4), (15.5, 6.8)),
        ((14.7, 5.2), (15.5, 4.8)),
    ]
    for start, end in arrows:
        _arrow(ax, start, end)
    loop = {"linestyle": "--", "linewidth": 1.8}
    ax.plot([18.4, 19.5, 19.5, 13.3, 13.3], [4.7, 4.7, 9.1, 9.1, 7.9], color=plotting.OTHER, **loop)
    ax.plot([17.8, 19.5], [6.9, 6.9], color=plotting.OTHER, **loop)
    _arrow(ax, (13.3, 7.9), (13.3, 7.4), plotting.OTHER)
    ax.plot([17.2, 17.2, 13.3, 13.3], [4.3, 3.1, 3.1, 3.8], color=plotting.GENERATED, **loop)
    for start, end in (((13.3, 3.7), (13.3, 4.2)), ((11.9, 4.6), (10.65, 3.5)), ((7.8, 3.4), (6.75, 3.4))):
        _arrow(ax, start, end, plotting.GENERATED, "--")
    label = {"ha": "center", "va": "center", "weight": "bold", "bbox": {"fc": "white", "ec": "none"}}
    ax.text(16.4, 9.1, "critic: raise\nE f(x) − E f(G(z)) − λ · penalty", color=plotting.OTHER, **label)
    ax.text(
        15.9,
        2.1,
        "generator: raise E f(G(z)), by the\ngradient that runs back through f",
        color=plotting.GENERATED,
        **label,
    )
    ax.set_title("Solid arrows: what is computed.  Dashed: how each network is trained.")
    return figure


def _box(ax, corner, size, text, color):
    x, y = corner
    ax.add_patch(
        FancyBboxPatch(
            corner, *size, boxstyle="round,pad=0.05,rounding_size=0.3", fc="white", ec=color, lw=2.5
        )
    )
    ax.text(x + size[0] / 2, y + size[1] / 2, text, ha="center", va="center", weight="bold", color=color)


def _image(ax, image, corner, text, color, below=False):
    x, y = corner
    ax.imshow(image[..., 0], extent=(x, x + 2.6, y, y + 2.6), cmap="gray", vmin=-1, vmax=1)
    ax.add_patch(plt.Rectangle(corner, 2.6, 2.6, fill=False, ec=color, lw=2.5))
    ax.text(
        x + 1.3,
        y - 0.25 if below else y + 2.8,
        text,
        ha="center",
        va="top" if below else "bottom",
        weight="bold",
        color=color,
    )


def _arrow(ax, start, end, color="black", linestyle="-"):
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "lw": 1.8, "color": color, "ls": linestyle})


def two_sets(real, generated):
    """Real digits beside generated ones, both (n, 28, 28, 1), in squares of equal size."""
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 5.0))
    for ax, images, name, color in (
        (axes[0], real, "REAL, held out", plotting.REAL),
        (axes[1], generated, "GENERATED, unselected", plotting.GENERATED),
    ):
        plotting.plot_images(images, ax=ax)
        ax.set_title(name, color=color, weight="bold")
    return figure


def quality(generated, real):
    """Dots of two scores: `generated` and `real` are dicts with lists of `clear` (shares) and `frechet`."""
    figure, axes = plt.subplots(1, 2, figsize=(9.8, 2.7))
    panels = {
        "clear": ("real,\nheld out", "share of clear digits: higher is better", "^", "white"),
        "frechet": ("real,\ntraining", "Fréchet distance to held-out: lower is better", "o", plotting.REAL),
    }
    for ax, (name, (real_name, label, marker, face)) in zip(axes, panels.items()):
        ours, theirs = generated[name], real[name]
        ax.scatter(ours, _rows(ours, 0), s=70, marker="x", color=plotting.GENERATED, linewidth=1.8)
        style = {"marker": marker, "facecolors": face, "edgecolors": plotting.REAL}
        ax.scatter(theirs, _rows(theirs, 1), s=70, linewidth=1.8, **style)
        ax.set(
            yticks=(0, 1), yticklabels=("generated,\n3 samples", real_name), ylim=(-0.6, 1.6), xlabel=label
        )
        ax.set_xlim(0, 1.02 if name == "clear" else 1.25 * max([*ours, *theirs]))
        ax.grid(axis="x", alpha=0.3)
    figure.suptitle("Generated digits fall short of real ones in both scores", size=11)
    return figure


def _rows(values, row):
    """Heights around `row`, a little apart, so that equal values can be told apart."""
    return row + 0.22 * (np.arange(len(values)) - (len(values) - 1) / 2)


def estimates_and_quality(steps, estimates, frechet, frechet_real):
    """Estimates on training and on held-out digits, (2, k), beside Fréchet distances (k,), all at `steps`."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 3.9))
    figure.get_layout_engine().set(wspace=0.08)
    names = "on 1,000 training digits", "on 1,000 held-out digits"
    for values, name, style in zip(estimates, names, (ON_TRAINING, ON_HELD_OUT)):
        left.plot(steps, values, label=name, **style)
    low, high = np.min(estimates), np.max(estimates)
    _level(left, steps[-1], 0, ":", "0: real and generated score alike")
    left.set(ylim=(min(0, low) - 0.1 * (high - low), high + 0.1 * (high - low)))
    left.set(ylabel="Wasserstein estimate")
    left.set_title("The critic's estimate dips, then rises ...")
    left.legend(loc="center right", bbox_to_anchor=(1, 0.38), fontsize=10)
    right.plot(steps, frechet, "x-", color=plotting.GENERATED, markersize=8)
    right.axhline(frechet_real, color=plotting.REAL, linestyle=":")
    text = {"xytext": (0, 5), "textcoords": "offset points", "ha": "right", "color": plotting.REAL}
    right.annotate("real training digits", (steps[-1], frechet_real), **text)
    right.set(yscale="log", ylabel="Fréchet distance (logarithmic)", ylim=(1, None))
    right.set_title("... while the images get better until about 900")
    for ax in (left, right):
        ax.set_xlabel("generator updates")
        ax.set_xlim(-0.02 * steps[-1], 1.03 * steps[-1])
    return figure


def best_estimate(distances, gp_weight):
    """The estimate of the critic that is best for WGAN-GP's objective, on one point against others at
    `distances` (n,) in different directions: E w + E w^2 / (2 gp_weight)."""
    return np.mean(distances) + np.mean(np.square(distances)) / (2 * gp_weight)


def grey_estimate(steps, estimates, exact, best):
    """A critic's estimates (k,) at `steps` against a grey image, W1, and the estimate at the best critic."""
    figure, ax = plt.subplots(figsize=(7.5, 3.7))
    ax.plot(steps, estimates, **ON_HELD_OUT)
    _level(ax, steps[-1], exact, ":", f"exact $W_1$: {exact:.1f}")
    _level(ax, steps[-1], best, "-.", f"estimate at the best critic (Exercise 2): {best:.1f}")
    ax.set(xlim=(-0.02 * steps[-1], 1.03 * steps[-1]), ylim=(min(0, *estimates) - 2, 1.18 * best))
    ax.set(xlabel="critic updates", ylabel="Wasserstein estimate\non held-out digits")
    ax.set_title("The estimate starts below the true distance and ends far above it")
    return figure


def _level(ax, right, height, linestyle, text):
    """A horizontal line with its name above the right end."""
    ax.axhline(height, color=REFERENCE, linestyle=linestyle)
    style = {"xytext": (0, 4), "textcoords": "offset points", "ha": "right", "color": REFERENCE}
    ax.annotate(text, (right, height), **style)
