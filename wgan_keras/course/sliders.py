"""Figures that follow sliders, for a live notebook."""

import asyncio
import html
import inspect
import io

import matplotlib.pyplot as plt

from wgan_keras._checks import check_numbers, check_positive, shown

WAIT = 0.05  # seconds without a further change, after which a notebook draws


def explore(draw, **sliders):
    """Show sliders, and below them the figure that `draw` makes of their values.

    Before anything is shown, each slider is moved to both of its ends: a figure that can't be drawn raises
    its error here, in the cell, where a reader and a test see it. In a notebook the last value wins: while a
    slider moves fast, or a figure is being drawn, the values in between are skipped.

    Args:
        draw: function of the sliders' values, by name, that returns a matplotlib figure. Its defaults are
            where the sliders start.
        **sliders: (low, high, step) for each argument of `draw`; integers make an integer slider.

    Returns:
        ipywidgets.VBox: the sliders, and the figure as a PNG image, or the error that `draw` raised.

    Raises:
        ValueError: the names of the sliders are not those of `draw`'s arguments, or a start out of range.
        TypeError: `draw` does not return a matplotlib figure.

    Example:

    >>> box = explore(lambda height=1.0: plt.figure(figsize=(1, height)), height=(0.5, 2.0, 0.5))
    >>> slider, image = box.children
    >>> slider.value = 2.0  # as a reader does with the mouse
    >>> bytes(image.value[:4])
    b'\\x89PNG'
    """
    import ipywidgets as widgets  # loads when used

    controls = _controls(draw, sliders)
    image = widgets.Image(format="png")
    box = widgets.VBox([*controls.values(), image])

    def update():
        try:
            image.value = _picture(draw, controls)
        except Exception as error:
            text = html.escape(f"{type(error).__name__}: {error}")
            box.children = [*controls.values(), widgets.HTML(f"<pre>{text}</pre>")]
            raise  # to whoever moved the slider, or to the log of the notebook's kernel
        box.children = [*controls.values(), image]

    for control in controls.values():
        start = control.value
        for end in (control.min, control.max):
            control.value = end
            _picture(draw, controls)
        control.value = start
    update()
    changed = _last_wins(update)
    for control in controls.values():
        control.observe(changed, names="value")
    return box


def _controls(draw, sliders):
    """The sliders as widgets, by name."""
    import ipywidgets as widgets

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


def _picture(draw, controls):
    """The figure for the sliders' values, as PNG."""
    figure = draw(**{name: control.value for name, control in controls.items()})
    if not isinstance(figure, plt.Figure):
        raise TypeError(f"draw must return a matplotlib figure, got {shown(figure)}.")
    buffer = io.BytesIO()
    # The whole canvas, not its tight box: the picture must not jump as labels change.
    with plt.rc_context({"savefig.bbox": "standard"}):
        figure.savefig(buffer, format="png", dpi=100)
    plt.close(figure)
    return buffer.getvalue()
