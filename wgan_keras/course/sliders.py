"""Figures that follow sliders, for a live notebook."""

import asyncio
import base64
import html
import inspect
import io

import ipywidgets as widgets
import matplotlib.pyplot as plt
from IPython.display import display
from PIL import Image

from wgan_keras._checks import check_numbers, check_positive, shown

WAIT = 0.1  # seconds without a further change before a notebook draws: more than between key presses
DPI, STILL_DPI, STRIP_INCHES = 100, 150, 11  # of the live picture, and of the stills and their row


class _Explorer(widgets.VBox):
    """Sliders above a figure; a page that is only read shows a strip of still pictures in their place."""

    def __init__(self, children, strip, alt):
        super().__init__(children)
        self.strip, self.alt = strip, alt

    def _ipython_display_(self):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        pictures = {"application/vnd.jupyter.widget-view+json": view, "image/png": self.strip}
        display({**pictures, "text/plain": self.alt}, metadata={"image/png": {"alt": self.alt}}, raw=True)


def explore(draw, *, stills, alt, **sliders):
    """Show sliders, and below them the figure that `draw` makes of their values.

    Before anything is shown, each slider is moved to both of its ends: a figure that can't be drawn raises
    its error here, in the cell, where a reader and a test see it. In a notebook the last value wins: while a
    slider moves fast, or a figure is being drawn, the values in between are skipped.

    Args:
        draw: function of the sliders' values, by name, that returns a matplotlib figure. Its defaults are
            where the sliders start.
        stills: list of dicts, values for some of the sliders; the others stay at their starts. Their figures,
            side by side, are what a page without a running kernel shows.
        alt: what these pictures show, in a sentence.
        **sliders: (low, high, step) for each argument of `draw`; integers make an integer slider.

    Returns:
        ipywidgets.VBox: the sliders, and the figure as a PNG image, or the error that `draw` raised.

    Raises:
        ValueError: the names of the sliders are not those of `draw`'s arguments, or a value out of range.
        TypeError: `draw` does not return a matplotlib figure.

    Example:

    >>> def draw(height=1.0):
    ...     return plt.figure(figsize=(1, height))
    >>> box = explore(draw, stills=[{"height": 2.0}], alt="An empty figure.", height=(0.5, 2.0, 0.5))
    >>> slider, image = box.children
    >>> slider.value = 2.0  # as a reader does with the mouse
    >>> bytes(image.value[:4])
    b'\\x89PNG'
    """
    if not isinstance(alt, str) or not alt:
        raise ValueError(f"alt must say what the pictures show, got {shown(alt)}.")
    controls = _controls(draw, sliders)
    starts = {name: control.value for name, control in controls.items()}
    image = widgets.Image(format="png")
    box = _Explorer([*controls.values(), image], _strip(draw, controls, starts, stills), alt)

    def update():
        try:
            image.value = _picture(draw, {name: control.value for name, control in controls.items()})
        except Exception as error:
            text = html.escape(f"{type(error).__name__}: {error}")
            box.children = [*controls.values(), widgets.HTML(f"<pre>{text}</pre>")]
            raise  # to whoever moved the slider, or to the log of the notebook's kernel
        box.children = [*controls.values(), image]

    for name, control in controls.items():
        for end in (control.min, control.max):
            _picture(draw, {**starts, name: end})
    update()
    changed = _last_wins(update)
    for control in controls.values():
        control.observe(changed, names="value")
    return box


def _controls(draw, sliders):
    """The sliders as widgets, by name."""
    if not callable(draw):
        raise ValueError(f"draw must be a function, got {shown(draw)}.")
    starts = {name: p.default for name, p in inspect.signature(draw).parameters.items()}
    if set(starts) != set(sliders) or inspect.Parameter.empty in starts.values():
        raise ValueError(
            f"sliders must be named as the arguments of draw, each with a default: draw has "
            f"{', '.join(starts) or 'none'}, the sliders are {', '.join(sliders) or 'none'}."
        )
    controls = {}
    for name, slider in sliders.items():
        if not isinstance(slider, (tuple, list)) or len(slider) != 3:
            raise ValueError(f"{name} must be a slider's (low, high, step), got {shown(slider)}.")
        low, high, step = slider
        check_numbers(
            **{f"draw's default of {name}": starts[name], f"{name}'s low": low, f"{name}'s high": high}
        )
        check_positive(**{f"{name}'s step": step})
        if not low <= starts[name] <= high:
            raise ValueError(f"{name} starts at {starts[name]}, outside of its slider's {low} to {high}.")
        integer = all(isinstance(value, int) for value in (low, high, step))
        kind = widgets.IntSlider if integer else widgets.FloatSlider
        controls[name] = kind(value=starts[name], min=low, max=high, step=step, description=name)
    return controls


def _last_wins(update):
    """A function to call at each change: of several changes, `update` runs once, after the last."""
    waiting = None

    def changed(change):
        nonlocal waiting
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a script or a test: nothing could draw later
            update()
            return
        # A notebook's kernel takes the messages of a slider one by one. Those that came while a figure was
        # drawn are all taken before the next one is due, and each of them puts it off.
        if waiting is not None:
            waiting.cancel()
        waiting = loop.call_later(WAIT, update)

    return changed


def _strip(draw, controls, starts, stills):
    """The figures for some settings as one PNG picture, as many in a row as a page is wide."""
    if not isinstance(stills, (list, tuple)) or not stills:
        raise ValueError(f"stills must be a list of settings, such as [{{'{next(iter(controls))}': ...}}].")
    pictures = []
    for still in stills:
        if not isinstance(still, dict) or not set(still) <= set(controls):
            raise ValueError(f"stills must hold values by the sliders' names, got {shown(still)}.")
        check_numbers(**{f"{name} in stills": value for name, value in still.items()})
        for name, value in still.items():
            if not controls[name].min <= value <= controls[name].max:
                raise ValueError(f"stills holds {name} = {value}, outside of its slider.")
        pictures.append(Image.open(io.BytesIO(_picture(draw, {**starts, **still}, STILL_DPI))).convert("RGB"))
    width, height = (max(picture.size[side] for picture in pictures) for side in (0, 1))
    columns = min(len(pictures), max(1, STRIP_INCHES * STILL_DPI // width))
    strip = Image.new("RGB", (columns * width, -(-len(pictures) // columns) * height), "white")
    for i, picture in enumerate(pictures):
        strip.paste(picture, (i % columns * width, i // columns * height))
    buffer = io.BytesIO()
    strip.save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def _picture(draw, values, dpi=DPI):
    """The figure for the sliders' values, as PNG."""
    figure = draw(**values)
    if not isinstance(figure, plt.Figure):
        raise TypeError(f"draw must return a matplotlib figure, got {shown(figure)}.")
    buffer = io.BytesIO()
    # The whole canvas, not its tight box: the picture must not jump as labels change. Hardly compressed,
    # because that takes a third of the time.
    with plt.rc_context({"savefig.bbox": "standard"}):
        figure.savefig(buffer, format="png", dpi=dpi, pil_kwargs={"compress_level": 1})
    plt.close(figure)
    return buffer.getvalue()
