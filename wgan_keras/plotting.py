"""Figures in one style: real data blue, generated data orange. Every `plot_*` draws on `ax`, returns it."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

from wgan_keras._checks import as_images, as_numbers, check_counts, check_interval, check_positive, shown

REAL, GENERATED, OTHER = "#0072b2", "#d55e00", "#009e73"  # Okabe and Ito's colour-blind safe palette
# Up to three series in one panel, told apart by marker and line as well as by colour.
SERIES = (("o-", REAL), ("s--", GENERATED), ("^-.", OTHER))

STYLE = {
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "savefig.bbox": "tight",  # constrained layout alone may cut a label whose ticks change as it is drawn
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": plt.cycler(color=[REAL, GENERATED, OTHER], linestyle=["-", "--", "-."]),
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "image.cmap": "gray",
}

SUFFIXES = (".png", ".jpg", ".pdf", ".svg")  # of the files that callbacks write pictures to

LABELS = {
    "discriminator_loss": "discriminator loss",
    "critic_loss": "critic loss",
    "generator_loss": "generator loss",
    "wasserstein_estimate": "Wasserstein estimate",
    "js_estimate": "Jensen-Shannon estimate / nats",
    "gradient_penalty": "gradient penalty",
    "gradient_norm": "gradient norm",
    "train_estimate": "on training data",
    "held_out_estimate": "on held-out data",
}


def use_style():
    """Use the project's style for all figures that follow.

    Example:

    >>> use_style()
    """
    plt.rcParams.update(STYLE)


def _axes(ax):
    if ax is not None and not isinstance(ax, plt.Axes):
        raise ValueError(f"ax must be matplotlib axes or None, got {shown(ax)}.")
    return plt.subplots()[1] if ax is None else ax


def plot_images(images, ax=None, columns=None):
    """Images as one tiled picture, row by row.

    Args:
        images: float array (n, height, width, channels) in [-1, 1]; 1 or 3 channels.
        ax: matplotlib axes; `None` makes new ones.
        columns: images in a row; `None` makes the grid as square as it can be.

    Returns:
        The axes.

    Raises:
        ValueError: not a batch of images.

    Example:

    >>> ax = plot_images(np.zeros((6, 28, 28, 1)), columns=3)
    >>> ax.images[0].get_array().shape  # two rows of three, each tile with a line above and left of it
    (58, 87)
    """
    images = as_images(images)
    if columns is not None:
        check_counts(columns=columns)
    ax = _axes(ax)
    n, height, width, channels = images.shape
    columns = columns or int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    tiles = np.ones((rows * columns, height + 1, width + 1, channels))
    tiles[:n, 1:, 1:] = np.clip((images + 1) / 2, 0, 1)
    picture = tiles.reshape(rows, columns, height + 1, width + 1, channels).swapaxes(1, 2)
    picture = picture.reshape(rows * (height + 1), columns * (width + 1), channels)
    ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
    ax.axis("off")
    return ax


def plot_progress(steps, frames, ax=None):
    """Samples over training: a row for each time, a column for each latent vector z.

    Args:
        steps: generator updates at each row, (rows,).
        frames: float array (rows, columns, height, width, channels) in [-1, 1].
        ax: matplotlib axes; `None` makes new ones.

    Returns:
        The axes.

    Example:

    >>> ax = plot_progress([0, 100], np.zeros((2, 5, 28, 28, 1)))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['0', '100']
    """
    frames = as_numbers(frames, "frames")
    if frames.ndim != 5 or len(frames) != len(as_numbers(steps, "steps").ravel()):
        raise ValueError(
            f"frames must have shape (rows, columns, height, width, channels), a row for each of the steps, "
            f"got {frames.shape} and {np.size(steps)} steps."
        )
    rows, columns, height = frames.shape[:3]
    ax = plot_images(frames.reshape(rows * columns, *frames.shape[2:]), ax=ax, columns=columns)
    ax.axis("on")
    ax.spines[:].set_visible(False)
    ax.set_xticks([])
    ax.set_yticks((np.arange(rows) + 0.5) * (height + 1), [str(step) for step in steps])
    ax.tick_params(length=0)
    ax.set_ylabel("generator updates")
    ax.set_xlabel("one latent vector z in each column")
    return ax


def plot_samples(real, generated=None, ax=None):
    """Points in the plane: real ones as blue dots, generated ones as orange crosses.

    Args:
        real: float array (n, 2).
        generated: float array (m, 2); `None` draws none.
        ax: matplotlib axes; `None` makes new ones.

    Returns:
        The axes.

    Example:

    >>> ax = plot_samples(np.zeros((3, 2)), np.ones((4, 2)))
    >>> [len(points.get_offsets()) for points in ax.collections]
    [3, 4]
    """
    real = _points(real, "real")
    generated = None if generated is None else _points(generated, "generated")
    ax = _axes(ax)
    ax.scatter(*real.T, s=7, color=REAL, alpha=0.5, linewidth=0, label="real")
    if generated is not None:
        ax.scatter(*generated.T, s=9, marker="x", color=GENERATED, linewidth=0.6, label="generated")
    ax.set_aspect("equal")
    return ax


def _points(points, name):
    points = as_numbers(points, name)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"{name} must be points in the plane, (n, 2), got shape {points.shape}.")
    return points


def plane(limits, resolution):
    """The points of an even grid over a square, row by row from below.

    Args:
        limits: (low, high) of both coordinates.
        resolution: points along each side.

    Returns:
        float32 array (resolution^2, 2).

    Example:

    >>> plane((0, 1), 2).tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    """
    check_interval(limits=limits)
    check_counts(resolution=resolution)
    x, y = np.meshgrid(*[np.linspace(*limits, resolution, dtype="float32")] * 2)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def plot_landscape(scores, limits, levels=20, ax=None):
    """Scores over the plane, of a critic or a potential, as filled contours.

    Args:
        scores: function of points (k, 2) with values (k,) or (k, 1), such as a critic; or its values on an
            even grid (n, n), y by x, as `callbacks.Landscape` keeps them.
        limits: (low, high) of both coordinates.
        levels: how many contours, or their values, so that compared panels share them.
        ax: matplotlib axes; `None` makes new ones.

    Returns:
        The axes.

    Example:

    >>> ax = plot_landscape(lambda points: points[:, 0], limits=(-1, 1), levels=[-1, 0, 1])
    >>> len(ax.collections)  # filled contours, and lines on them
    2
    """
    check_interval(limits=limits)
    if np.ndim(levels) == 0:
        check_counts(levels=levels)
    elif len(levels) < 2 or not (np.diff(as_numbers(levels, "levels")) > 0).all():
        raise ValueError(f"levels must be a number of levels, or two or more that grow, got {shown(levels)}.")
    values = np.reshape(scores(plane(limits, 80)), (80, 80)) if callable(scores) else scores
    values = as_numbers(values, "scores")
    if values.ndim != 2 or len(values) != len(values.T) or len(values) < 2:
        raise ValueError(f"scores must be a function, or values on an even grid (n, n), got {values.shape}.")
    ax = _axes(ax)
    steps = np.linspace(*limits, len(values))
    ax.contourf(steps, steps, values, levels=levels, cmap="viridis", alpha=0.6, extend="both")
    ax.contour(steps, steps, values, levels=levels, colors="white", linewidths=0.4, linestyles="-")
    ax.set(xlim=limits, ylim=limits, aspect="equal")
    return ax


def animate_landscape(landscape, real, figsize=(4, 4.2)):
    """Samples and the critic's scores over training, as an animation.

    Args:
        landscape: `callbacks.Landscape` of a finished run.
        real: float array (k, 2), real samples to draw beside the generated ones.
        figsize: width and height in inches.

    Returns:
        matplotlib `FuncAnimation`: `.save("run.gif")` writes it, `.to_jshtml()` shows it in a notebook.

    Example:

    >>> from types import SimpleNamespace
    >>> frames = {"samples": [np.zeros((3, 2))] * 2, "scores": [np.eye(4), 2 * np.eye(4)]}
    >>> recorded = SimpleNamespace(limits=(-2, 2), steps=[0, 100], **frames)
    >>> animation = animate_landscape(recorded, real=np.ones((5, 2)))
    >>> "<img" in animation.to_jshtml()
    True
    """
    if not len(getattr(landscape, "steps", ())):
        raise ValueError("landscape must be a callbacks.Landscape that a call of fit has filled.")
    _points(real, "real")
    if np.shape(figsize) != (2,):
        raise ValueError(f"figsize must be (width, height) in inches, got {shown(figsize)}.")
    check_positive(**{f"figsize[{i}]": side for i, side in enumerate(figsize)})
    figure, ax = plt.subplots(figsize=figsize)

    def draw(i):
        ax.clear()
        plot_landscape(landscape.scores[i], landscape.limits, levels=15, ax=ax)
        plot_samples(real, landscape.samples[i], ax=ax)
        ax.set(xticks=[], yticks=[], xlim=landscape.limits, ylim=landscape.limits)
        ax.set_title(f"{landscape.steps[i]:,} generator updates")

    animation = FuncAnimation(figure, draw, frames=len(landscape.steps), interval=200)
    plt.close(figure)  # the animation keeps it; a notebook must not show it as a still as well
    return animation


def plot_curves(history, names=None, steps=None, ax=None):
    """Logged values over training.

    Args:
        history: dict of lists, as in `History.history`.
        names: what to draw; `None` draws all that is known.
        steps: generator updates at each value; `None` counts epochs.
        ax: matplotlib axes; `None` makes new ones.

    Returns:
        The axes.

    Raises:
        ValueError: a name that the history does not hold.

    Example:

    >>> ax = plot_curves({"wasserstein_estimate": [3.0, 2.0]}, steps=[100, 200])
    >>> ax.get_xlabel()
    'generator updates'
    """
    if not isinstance(history, dict):
        raise ValueError(f"history must be a dict of lists, such as fit(...).history, got {shown(history)}.")
    names = [name for name in LABELS if name in history] if names is None else names
    if not isinstance(names, (list, tuple)) or not names:
        raise ValueError(f"names must be a list of what to draw, got {shown(names)}.")
    missing = [name for name in names if name not in list(history)]
    if missing:
        raise ValueError(f"The history holds no {missing[0]!r}, only {', '.join(history)}.")
    for name in names if steps is not None else ():
        if as_numbers(steps, "steps").shape != np.shape(history[name]):
            raise ValueError(
                f"steps must be one number for each of the {len(history[name])} values of {name}."
            )
    ax = _axes(ax)
    for name in names:
        values = history[name]
        ax.plot(
            steps if steps is not None else np.arange(1, len(values) + 1),
            values,
            label=LABELS.get(name, name),
        )
    ax.set_xlabel("generator updates" if steps is not None else "epoch")
    if len(names) == 1:
        ax.set_ylabel(LABELS.get(names[0], names[0]))
    else:
        ax.legend()
    return ax


def show(figure, alt):
    """Show a figure in a notebook with a text for those who can't see it, and close it.

    Args:
        figure: matplotlib figure.
        alt: what the picture shows, in a sentence.

    Example:

    >>> show(plt.figure(), alt="An empty figure.")
    Figure(...)
    """
    from IPython.display import display  # there in every notebook, and needed nowhere else

    if not isinstance(figure, plt.Figure):
        raise ValueError(f"figure must be a matplotlib figure, got {shown(figure)}.")
    if not isinstance(alt, str) or not alt:
        raise ValueError(f"alt must say what the picture shows, got {shown(alt)}.")
    display(figure, metadata={"image/png": {"alt": alt}})
    plt.close(figure)
