"""Figures that follow sliders, for a live notebook."""

import inspect
import io

import matplotlib.pyplot as plt

from wgan_keras._checks import check_numbers, check_positive, shown


def explore(draw, **sliders):
    """Show sliders, and below them the figure that `draw` makes of their values.

    Before anything is shown, each slider is moved to both of its ends: a figure that can't be drawn raises
    its error here, in the cell, where a reader and a test see it.

    Args:
        draw: function of the sliders' values, by name, that returns a matplotlib figure. Its defaults are
            where the sliders start.
        **sliders: (low, high, step) for each argument of `draw`; whole numbers make a whole-number slider.

    Returns:
        ipywidgets.VBox: the sliders, and the figure as a PNG image.

    Raises:
        ValueError: the names of the sliders are not those of `draw`'s arguments, or a start out of range.

    Example:

    >>> box = explore(lambda height=1.0: plt.figure(figsize=(1, height)), height=(0.5, 2.0, 0.5))
    >>> slider, image = box.children
    >>> slider.value = 2.0  # as a reader does with the mouse
    >>> bytes(image.value[:4])
    b'\\x89PNG'
    """
    import ipywidgets as widgets  # loads when used

    if not callable(draw):
        raise ValueError(f"draw must be a function, got {shown(draw)}.")
    starts = {name: p.default for name, p in inspect.signature(draw).parameters.items()}
    if set(starts) != set(sliders) or inspect.Parameter.empty in starts.values():
        raise ValueError(
            f"sliders must be named as the arguments of draw, each with a default: draw has "
            f"{', '.join(starts) or 'none'}, the sliders are {', '.join(sliders) or 'none'}."
        )
    image = widgets.Image(format="png")
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
        whole = all(isinstance(value, int) for value in (low, high, step))
        kind = widgets.IntSlider if whole else widgets.FloatSlider
        controls[name] = kind(value=starts[name], min=low, max=high, step=step, description=name)

    def update(change=None):
        figure = draw(**{name: control.value for name, control in controls.items()})
        if not isinstance(figure, plt.Figure):
            raise TypeError(f"draw must return a matplotlib figure, got {shown(figure)}.")
        image.value = _png(figure)

    for control in controls.values():
        # An error in `update` reaches whoever moves the slider: no Output widget stands between.
        control.observe(update, names="value")
    for name, control in controls.items():
        for value in (control.min, control.max, starts[name]):
            control.value = value
    update()
    return widgets.VBox([*controls.values(), image])


def _png(figure):
    buffer = io.BytesIO()
    # The whole canvas, not its tight box: the picture must not jump as labels change.
    with plt.rc_context({"savefig.bbox": "standard"}):
        figure.savefig(buffer, format="png", dpi=100)
    plt.close(figure)
    return buffer.getvalue()
