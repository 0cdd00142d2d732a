"""The figures of notebook 11: digits and letters on demand, ways to give a label, directions, answers."""

import matplotlib.pyplot as plt
import numpy as np

from wgan_keras import plotting


def _tiles(ax, images, rows=(), columns=(), colors=None):
    """Images (rows, columns, height, width, channels), with names of rows and columns."""
    n, m, height, width = images.shape[:4]
    plotting.plot_images(images.reshape(n * m, *images.shape[2:]), ax=ax, columns=m)
    ax.axis("on")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    ax.set_xticks((np.arange(len(columns)) + 0.5) * (width + 1), columns)
    ax.set_yticks((np.arange(len(rows)) + 0.5) * (height + 1), rows)
    for label, color in zip(ax.get_yticklabels(), colors or ()):
        label.set_color(color)


def labelled(real, generated, names):
    """A row of real images (columns, ...) above rows of generated ones (rows, columns, ...), by label."""
    rows = ["real", *(f"z {i}" for i in range(1, len(generated) + 1))]
    colors = [plotting.REAL, *[plotting.GENERATED] * len(generated)]
    figure, ax = plt.subplots(figsize=(10.6, 10.2 * len(rows) / len(names) + 0.3))
    _tiles(ax, np.concatenate([real[None], generated]), rows, names, colors)
    ax.axhline(real.shape[1] + 0.5, color="white", linewidth=5)
    return figure


def ways(scores, real):
    """A panel a score, a row a way, a mark a seed. scores: title to {way: (seeds,)}; real: title to value."""
    names = list(next(iter(scores.values())))
    figure, axes = plt.subplots(1, len(scores), figsize=(10.6, 0.5 * len(names) + 1.3), sharey=True)
    for ax, (title, found) in zip(axes, scores.items()):
        for row, name in enumerate(names):
            heights = row + np.linspace(-0.2, 0.2, len(found[name]))
            ax.plot(found[name], heights, "x", color=plotting.GENERATED, markersize=8, mew=1.8)
            if row:
                ax.axhline(row - 0.5, color="0.88", linewidth=1)
        ax.axvline(real[title], color=plotting.REAL, linestyle=":", linewidth=1.8)
        ax.annotate(
            "real", (real[title], -0.55), (0, 2), textcoords="offset points", color=plotting.REAL,
            ha="center", va="bottom",
        )  # fmt: skip
        ax.set_title(title, pad=20)
        ax.set(ylim=(len(names) - 0.5, -0.55))
        ax.margins(x=0.2)
        ax.locator_params(axis="x", nbins=4)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
    axes[0].set_yticks(range(len(names)), names)
    return figure


def pictures(groups, columns):
    """Up to four groups of images, one panel each. groups: title to (n, height, width, channels)."""
    figure, axes = plt.subplots(2, 2, figsize=(10.6, 3.9))
    for ax, (title, images) in zip(axes.flat, groups.items()):
        plotting.plot_images(images, ax=ax, columns=columns)
        ax.set_title(title)
    return figure


def rows(named):
    """Rows of images with names: name to (n, height, width, channels); real ones begin with "real"."""
    images = np.stack([np.asarray(row, "float32") for row in named.values()])
    colors = [plotting.REAL if name.startswith("real") else "black" for name in named]
    colors = [plotting.GENERATED if "generat" in name else c for name, c in zip(named, colors)]
    figure, ax = plt.subplots(figsize=(10.6, 8.6 * len(named) / images.shape[1] + 0.3))
    _tiles(ax, images, list(named), colors=colors)
    return figure


def effects(steps, walks, clear_real):
    """Slant, stroke width and clear share along directions. walks: name to (directions, 3, steps)."""
    figure, axes = plt.subplots(1, 3, figsize=(10.6, 3.6))
    looks = {"slant": ("o-", plotting.GENERATED), "stroke": ("s--", plotting.OTHER), "random": ("-", "0.6")}
    for i, (ax, title) in enumerate(zip(axes, ("slant / degrees", "stroke width / pixels", "clear share"))):
        for name, lines in walks.items():
            style, color = looks[name]
            text = f"{len(lines)} random directions" if name == "random" else f"{name} direction"
            thin = {"linewidth": 1.0, "zorder": 1} if name == "random" else {}
            for k, line in enumerate(lines[:, i]):
                ax.plot(steps, line, style, color=color, markersize=5, label=None if k else text, **thin)
        ax.set(title=title if i == 2 else f"mean {title}", xlabel="steps along the direction")
        ax.set_xticks(steps[::2])
    axes[2].axhline(clear_real, color=plotting.REAL, linestyle=":")
    axes[2].text(steps[0], clear_real + 0.03, "real digits", color=plotting.REAL)
    axes[2].set_ylim(0, 1.05)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def edited(images, text):
    """The small figure of a slider: ten digits (10, 28, 28, 1) and a line of text."""
    figure, ax = plt.subplots(figsize=(3.6, 1.95), layout="none")
    figure.subplots_adjust(0.01, 0.01, 0.99, 0.86)
    plotting.plot_images(images, ax=ax, columns=5)
    ax.set_title(text)
    return figure


def answers(panels):
    """Several answers for what is seen, what was not seen in orange frames.

    panels: title to (rows, hidden): rows is name to images (n, 28, 28, 1), hidden the first hidden line.
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(10.6, 5.6))
    for ax, (title, (named, hidden)) in zip(np.ravel(axes), panels.items()):
        images = np.stack(list(named.values()))
        columns, height, width = images.shape[1:4]
        invented = [name.startswith("answer") for name in named]
        colors = [plotting.GENERATED if new else "black" for new in invented]
        colors[0] = plotting.REAL
        _tiles(ax, images, list(named) if ax is np.ravel(axes)[0] else (), (), colors)
        for row in np.flatnonzero(invented):
            for column in range(columns):
                corner = column * (width + 1) + 0.5, row * (height + 1) + hidden + 0.5
                size = width, height - hidden
                ax.add_patch(
                    plt.Rectangle(corner, *size, fill=False, edgecolor=plotting.GENERATED, linewidth=1.6)
                )
        ax.set_title(title)
    return figure
