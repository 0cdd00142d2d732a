"""Figures of notebook 04: heaps, plans, areas between distribution functions, colours, and floors."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullLocator
from PIL import Image
from scipy.spatial.distance import cdist

from wgan_keras.plotting import GENERATED, OTHER, REAL

NAMES = {"W1": "the distance (W1)", "W2": "the squared distance (W2)"}
INK = "#404040"  # arrows and labels
# Color and marker of each dimension, the same in all figures of floors.
CUBES = {1: (REAL, "o"), 2: (GENERATED, "s"), 3: (OTHER, "^"), 5: ("#cc79a7", "D"), 10: ("#7f6000", "v")}


def heaps_and_holes(one_map, one_split):
    """Heaps above the ground, holes below it, and what goes where, for a map and for a plan that splits.

    Each argument: (places of heaps (n,), masses (n,), places of holes (m,), masses (m,), plan (n, m)).
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.3), sharey=True)
    titles = "Monge, 1781: each heap goes to one hole", "Kantorovich, 1942: mass may be split"
    for ax, title, (x, a, y, b, plan) in zip(axes, titles, (one_map, one_split), strict=True):
        ax.bar(x, a, 0.5, color=REAL)
        ax.bar(y, -np.asarray(b), 0.5, color="white", edgecolor=GENERATED, hatch="///")
        ax.axhline(0, color=INK, linewidth=1)
        for i, j in zip(*np.nonzero(plan), strict=True):
            bend = 0.35 if x[i] > y[j] else -0.35
            style = {"arrowstyle": "-|>", "connectionstyle": f"arc3,rad={bend}", "color": INK}
            ax.annotate(
                "", (y[j], -0.02), (x[i], a[i]), arrowprops={**style, "linewidth": 1 + 3 * plan[i, j]}
            )
            ax.text(y[j], -b[j] - 0.06, _fraction(plan[i, j]), ha="center", va="top", fontsize=11)
        for place, mass in zip(x, a, strict=True):
            ax.text(place, mass / 2, _fraction(mass), ha="center", va="center", color="white", fontsize=11)
        ax.set(title=title, xlabel="place", yticks=[], ylim=(-0.78, 1.45))
        ax.spines["left"].set_visible(False)
    axes[0].text(-0.35, 0.75, "heaps", color=REAL, fontsize=11)
    axes[0].text(3.65, -0.7, "holes", color=GENERATED, fontsize=11)
    return figure


def _fraction(mass):
    return {1.0: "1", 0.5: "½"}.get(round(float(mass), 3), "⅓")


def plan_on_map(x, y, a, b, plan, title):
    """A plan as arrows on a map and as a table of mass times distance; x (n, 2), y (m, 2), plan (n, m)."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), width_ratios=(1.25, 1))
    _arrows(axes[0], x, y, plan)
    distance = cdist(x, y)  # (n, m)
    cost = float(np.sum(plan * distance))
    table = axes[1]
    table.imshow(plan * distance, cmap="Blues", vmin=0, vmax=5)
    for i, j in np.ndindex(*np.shape(plan)):
        text = f"{plan[i, j]:.1f} × {distance[i, j]:.0f}\n= {plan[i, j] * distance[i, j]:.1f}"
        table.text(j, i, text if plan[i, j] > 1e-9 else f"0 × {distance[i, j]:.0f}", ha="center", va="center")
    table.set_xticks(range(len(b)), [f"hole {j + 1}\nwants {mass:.1f}" for j, mass in enumerate(b)])
    table.set_yticks(range(len(a)), [f"heap {'ABC'[i]}\nhas {mass:.1f}" for i, mass in enumerate(a)])
    table.xaxis.tick_top()
    table.tick_params(length=0)
    table.set_xlabel(f"darker costs more; the sum is {cost:.1f}")
    figure.suptitle(f"{title}: cost {cost:.1f} m", fontsize=13)
    return figure


def two_plans(x, y, first, best):
    """Two plans as arrows on maps, side by side, with their costs; x (n, 2), y (m, 2), plans (n, m)."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    for ax, title, plan in zip(axes, ("Shortest move first", "The best plan"), (first, best), strict=True):
        _arrows(ax, x, y, plan)
        ax.set_title(f"{title}: cost {np.sum(plan * cdist(x, y)):.1f} m")
    axes[1].set_ylabel("")
    return figure


def plan_with_costs(x, y, plan, curves):
    """The small picture under a slider: a plan on a map; the least cost against A's mass and C's place.

    x (n, 2), y (m, 2), plan (n, m); curves: twice (settings (k,), list of heaps and best plan for each).
    """
    figure = plt.figure(figsize=(5.5, 3.5), layout="none")
    grid = {"left": 0.1, "right": 0.98, "bottom": 0.14, "top": 0.9, "wspace": 0.3, "hspace": 0.62}
    places = figure.add_gridspec(2, 2, width_ratios=(1.9, 1), **grid)
    ax = figure.add_subplot(places[:, 0])
    _arrows(ax, x, y, plan, beside=1.25)
    cost, mass = _cost(x, y, plan), np.sum(plan[0])
    ax.set_title(f"A has {mass:.2f}, C at {x[2][0]:g} m: cost {cost:.2f} m", fontsize=10)
    settings = ("A's mass", mass, (0.2, 0.4, 0.6)), ("C, east / m", x[2][0], (4, 8, 12))
    for i, ((at, best), (name, now, ticks)) in enumerate(zip(curves, settings, strict=True)):
        curve = figure.add_subplot(places[i, 1])
        curve.plot(at, [_cost(heaps, y, moved) for heaps, moved in best], color=INK)
        curve.plot(now, cost, "o", color=REAL, markersize=8)
        curve.set(xticks=ticks, ylim=(4.5, 7.9), yticks=(5, 6, 7))
        curve.set_xlabel(name, fontsize=10, labelpad=1)
    figure.axes[1].set_title("least cost / m", fontsize=10)
    return figure


def _cost(x, y, plan):
    return float(np.sum(plan * cdist(x, y)))


def _arrows(ax, x, y, plan, beside=0.85):
    for i, j in zip(*np.nonzero(np.asarray(plan) > 1e-9), strict=True):
        style = {"arrowstyle": "-|>", "color": INK, "linewidth": 1 + 9 * plan[i, j]}
        ax.annotate("", y[j], x[i], arrowprops={**style, "shrinkA": 9, "shrinkB": 9, "alpha": 0.65})
        east, north = (y[j] - x[i]) / np.linalg.norm(y[j] - x[i])
        right = np.array([north, -east])  # of the arrow
        if x[i][1] + y[j][1] > 16:  # Above the arrow along the top edge there is room.
            right = -right
        label = {"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
        ax.text(
            *(x[i] + y[j]) / 2 + beside * right,
            f"{plan[i, j]:.2g}",
            ha="center",
            va="center",
            bbox=label,
            zorder=5,
        )
    ax.scatter(*np.transpose(x), s=260, color=REAL, zorder=3)
    ax.scatter(
        *np.transpose(y), s=260, marker="s", facecolor="white", edgecolor=GENERATED, linewidth=2, zorder=3
    )
    for i, point in enumerate(x):
        ax.text(*point, "ABC"[i], color="white", ha="center", va="center", zorder=4)
    for j, point in enumerate(y):
        ax.text(*point, str(j + 1), color=GENERATED, ha="center", va="center", zorder=4)
    ax.set(xlim=(-1.5, 14.3), ylim=(-1.9, 11), xlabel="east / m", ylabel="north / m", aspect="equal")
    ax.set_xticks(range(0, 13, 4))


def pairings(x, y, arbitrary, best):
    """Points joined to their partners, arbitrary ones and the best; x, y (n, 2), partners (n,)."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.1), sharex=True, sharey=True)
    named = (("an arbitrary pairing", arbitrary), ("the best pairing", best))
    for ax, (name, partner) in zip(axes, named, strict=True):
        cost = np.linalg.norm(x - y[partner], axis=1).mean()
        for point, target in zip(x, y[partner], strict=True):
            ax.plot(*np.stack([point, target]).T, color="0.55", linestyle="-", linewidth=1.5)
        ax.scatter(*x.T, s=34, color=REAL, label="two moons", zorder=3)
        ax.scatter(*y.T, s=38, marker="x", linewidth=2, color=GENERATED, label="cloud", zorder=3)
        ax.set(title=f"{name}: mean distance {cost:.2f}", xlabel="x", ylabel="y", aspect="equal")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def two_areas(t, quantiles, grid, functions, along_levels, along_line):
    """The area between two quantile functions, (2, levels t), and between F and G, (2, grid), with sizes."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.7))
    _area(axes[0], t, *quantiles)
    _area(axes[1], grid, *functions)
    lengths, levels = {"lim": (-5, 7), "ticks": range(-4, 7, 2)}, {"lim": (-0.02, 1.02)}
    axes[0].set(xlabel="level t", ylabel="quantile x", title=f"along the levels: area {along_levels:.3f}")
    axes[1].set(xlabel="x", ylabel="level: share up to x", title=f"along the line: area {along_line:.3f}")
    axes[0].set(**{"x" + k: v for k, v in levels.items()}, **{"y" + k: v for k, v in lengths.items()})
    axes[1].set(**{"x" + k: v for k, v in lengths.items()}, **{"y" + k: v for k, v in levels.items()})
    axes[0].legend(*axes[0].get_legend_handles_labels(), loc="upper left")
    for ax, (x, y) in zip(axes, ((0.5, 0.55), (1.05, 0.62)), strict=True):
        ax.text(x, y, "W1", ha="center", va="center")
    return figure


def area_with_curves(grid, functions, mean, shifts, js):
    """The picture under a slider: the area between F and G, (2, grid); W1 and JS against the shift (k,)."""
    figure, (ax, curves) = plt.subplots(1, 2, figsize=(5.5, 3.2), layout="none")
    figure.subplots_adjust(left=0.11, right=0.98, bottom=0.16, top=0.9, wspace=0.3)
    _area(ax, grid, *functions, names=("N(0, 1²)", f"N({mean:g}, 1²)"))
    ax.set(xlabel="x", ylabel="share up to x", xlim=(grid[0], grid[-1]), ylim=(-0.02, 1.32))
    ax.set_title(f"area = W1 = {mean:.2f}", fontsize=11)
    ax.legend(loc="upper right", fontsize=9)
    at = np.interp(mean, shifts, js)
    curves.plot(shifts, shifts, color=INK, linestyle="-")
    curves.plot(shifts, js, color="0.5", linestyle="--")
    curves.plot([mean, mean], [mean, at], "o", color=GENERATED, markersize=7)
    curves.text(3.3, 4.1, "W1 / unit of x", color=INK, ha="right", fontsize=9)
    curves.text(5.9, 0.95, "JS / nats, at most 0.69", color="0.35", ha="right", fontsize=9)
    curves.set(xlabel="shift of the mean", ylim=(-0.2, 6.4), xticks=range(0, 7, 2))
    curves.set_title(f"W1 = {mean:.2f}, JS = {at:.3f}", fontsize=11)
    return figure


def _area(ax, at, first, second, names=("N(0, 1²)", "N(1, 2²)")):
    ax.fill_between(at, first, second, color="0.85")
    ax.plot(at, first, color=REAL, linestyle="-", label=names[0])
    ax.plot(at, second, color=GENERATED, linestyle="--", label=names[1])


def photographs(temple, flower, by_distance, by_square):
    """Two photographs, and the first in the second's colours by two plans; (rows, columns, 3)."""
    figure, axes = plt.subplots(2, 2, figsize=(7.9, 5.7))
    pictures = {
        "the temple": temple,
        "the flower": flower,
        "recoloured, cost = distance": by_distance,
        "recoloured, cost = squared distance": by_square,
    }
    for ax, (title, picture) in zip(axes.flat, pictures.items(), strict=True):
        ax.imshow(_enlarged(picture), interpolation="nearest")
        ax.set_title(title)
        ax.axis("off")
    return figure


def _enlarged(picture, shades=32):
    """A picture at about the size in which it is shown, in few enough shades for a small file."""
    size = int(picture.shape[1] * 1.2), int(picture.shape[0] * 1.2)
    picture = np.asarray(Image.fromarray((picture * 255).astype(np.uint8)).resize(size, Image.BICUBIC))
    return np.round(picture / 255 * shades) / shades


def move_lengths(lengths):
    """How far the colours move under two plans; lengths: dict "W1" or "W2" -> (n,)."""
    figure, axes = plt.subplots(2, 1, figsize=(8, 4.4), sharex=True, sharey=True)
    styles = (({"color": REAL}, "//"), ({"color": GENERATED}, ".."))
    for ax, (name, values), (style, hatch) in zip(axes, lengths.items(), styles, strict=True):
        bins = np.linspace(0, values.max(), round(values.max() / 0.05) + 1)  # The last ends at the maximum.
        shares = np.full(len(values), 100 / len(values))
        inside = {"facecolor": "white", "edgecolor": style["color"], "hatch": hatch, "histtype": "stepfilled"}
        ax.hist(values, bins, weights=shares, **inside)
        ax.axvline(values.max(), linestyle="--", linewidth=1.5, **style)
        ax.text(values.max() + 0.02, 6, f"longest move\n{values.max():.2f}", **style)
        ax.set_title(f"plan for {NAMES[name]}", loc="left")
        ax.set_ylabel("% of colours")
    axes[1].set(xlim=(0, 1.7), xlabel="length of a move (distance of two RGB colours, at most √3)")
    figure.suptitle("The plan for the squared cost has the shorter longest move", fontsize=13)
    return figure


def floors(sizes, measured, theory):
    """Mean W1 of two samples of one distribution against their size, log-log, with its standard deviation.

    measured: dict d -> (repetitions, sizes); theory: dict d -> what theory predicts (sizes,).
    """
    figure, ax = plt.subplots(figsize=(9, 4.8))
    for d, values in measured.items():
        color, marker = CUBES[d]
        _band(ax, sizes, values, marker + "-", color)
        ax.plot(sizes, theory[d], {1: ":", 2: "-."}.get(d, "--"), color=color, linewidth=1.5)
        end = values[:, -1].mean()
        ax.text(sizes[-1] * 1.08, end, f"{_dimensions(d)}: {end:.2g}", color=color, va="center")
    for line, label in (
        (":", "leading term (1 dim.)"),
        ("-.", "order, scaled to meet the last point (2 dim.)"),
        ("--", "lower bound (3, 5, 10 dim.)"),
    ):
        ax.plot([], [], line, color=INK, linewidth=1.5, label=label)
    ax.set(xscale="log", yscale="log", xlim=(sizes[0] * 0.9, sizes[-1] * 2.5), ylim=(0.0045, 2.2))
    ax.set(xlabel="points in each sample, n", ylabel="W1 / side of the cube")
    ax.set_title("Two samples of the SAME distribution: the more dimensions, the slower W1 falls")
    ax.set_yticks([0.01, 0.03, 0.1, 0.3, 1], ["0.01", "0.03", "0.1", "0.3", "1"])
    _sizes(ax, sizes)
    pairs = {len(values) for d, values in measured.items() if d > 1}
    note = f"markers: means of {min(pairs)} pairs of samples ({len(measured[1])} in 1 dim.)"
    note += "; bands: ± 1 standard deviation"
    ax.text(0.02, 0.02, note, transform=ax.transAxes, fontsize=9, color=INK)
    ax.legend(loc="upper center", ncols=3, fontsize=9)
    return figure


def floors_in_use(sizes, shifted, floor, truth, digit_sizes, digits, shuffled, mean_image):
    """Left: W1 of a shifted cube, and its floor. Right: floors of digits, and of digits in shuffled pixels.

    shifted, floor: dict d -> (repetitions, sizes); digits: (runs, digit sizes); shuffled: (digit sizes,).
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4))
    left.axhline(truth, color=INK, linestyle=":")
    left.text(sizes[1], truth - 0.05, "dotted: the truth", color=INK, va="top")
    for d, values in shifted.items():
        color, marker = CUBES[d]
        for estimates, face, what in ((values, "white", "measured"), (floor[d], color, "floor")):
            _band(left, sizes, estimates, marker + "-", color, face)
            end = estimates[:, -1].mean()
            label = f"{what}, {_dimensions(d, short=True)}: {end:.2f}"
            low = what == "measured" and d == 3
            left.text(sizes[-1] * 1.12, end - 0.05 * low, label, color=color, va="center")
    left.set(
        ylim=(0, 1.05),
        ylabel="W1 / side of the cube",
        title="Shifted by 0.5: nearly correct in 3 dimensions, far off in 10",
    )
    for run in digits:
        right.plot(digit_sizes, run, "o-", color=REAL, linewidth=1.2, markersize=5)
    right.plot(digit_sizes, shuffled, "X-", color="0.5")
    right.axhline(mean_image, color=INK, linestyle=":")
    for y, text, color in (
        (shuffled[0] * 1.03, "floor, pixels shuffled over the digits, one run", "0.35"),
        (mean_image * 1.03, "digits to ONE picture, their mean", INK),
        (np.min(digits) * 0.82, "floor of digits, two splits of the same 4,000", REAL),
    ):
        right.text(digit_sizes[-1], y, text, color=color, ha="right")
    fall = 1 - np.mean(digits, 0)[-1] / np.mean(digits, 0)[0]
    right.set(title=f"Digits, 784 dimensions: their floor falls by {fall:.0%}", ylim=(0, 1.15 * shuffled[0]))
    right.set(ylabel="W1 (pixels from 0 to 1)")
    for ax, ticks, room in ((left, sizes, 3.6), (right, digit_sizes, 1.18)):
        ax.set(xscale="log", xlabel="points in each sample, n", xlim=(ticks[0] * 0.85, ticks[-1] * room))
        _sizes(ax, ticks)
    return figure


def _band(ax, sizes, values, style, color, face=None):
    """Mean and standard deviation over repetitions; values (repetitions, sizes)."""
    mean, spread = values.mean(0), values.std(0, ddof=1)
    ax.fill_between(sizes, mean - spread, mean + spread, color=color, alpha=0.2, linewidth=0)
    ax.plot(sizes, mean, style, color=color, markerfacecolor=face or color)


def _dimensions(d, short=False):
    return f"{d} dim." if short else f"{d} dimension{'s' if d > 1 else ''}"


def _sizes(ax, sizes):
    ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
