"""Sliders: the figure follows them, and no error of `draw` is swallowed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.image import imread

from wgan_keras import interactive, plotting


def draw(height=1.0, columns=2):
    figure, ax = plt.subplots(figsize=(2, 2))
    ax.bar(range(columns), height)
    ax.set_ylim(0, 10)
    return figure


def pixels(image, tmp_path):
    (tmp_path / "picture.png").write_bytes(image.value)
    return imread(tmp_path / "picture.png")


def test_the_picture_follows_the_sliders(tmp_path):
    plotting.use_style()
    height, columns, image = interactive.explore(draw, height=(0.0, 9.0, 0.5), columns=(1, 5, 1)).children
    assert (height.value, columns.value) == (1.0, 2)
    assert (height.description, columns.max, columns.step) == ("height", 5, 1)
    start = pixels(image, tmp_path)
    height.value = 9.0
    tall = pixels(image, tmp_path)
    columns.value = 5
    wide = pixels(image, tmp_path)
    assert start.shape == tall.shape == wide.shape == (200, 200, 4)  # the picture does not jump
    dark = [np.mean(picture[..., 0] < 0.5) for picture in (start, tall, wide)]
    assert dark[0] < dark[1]
    height.value, columns.value = 1.0, 2
    np.testing.assert_array_equal(pixels(image, tmp_path), start)
    assert not plt.get_fignums()  # every figure is closed again


def test_a_figure_that_fails_at_an_end_fails_at_once():
    def fails(height=1.0):
        if height == 9.0:
            raise ZeroDivisionError("only at the far end")
        return draw(height)

    with pytest.raises(ZeroDivisionError, match="far end"):
        interactive.explore(fails, height=(0.0, 9.0, 0.5))


def test_an_error_in_between_reaches_whoever_moves_the_slider():
    def fails(height=1.0):
        if height == 4.0:
            raise ZeroDivisionError("in between")
        return draw(height)

    slider, _ = interactive.explore(fails, height=(0.0, 9.0, 0.5)).children
    with pytest.raises(ZeroDivisionError, match="in between"):
        slider.value = 4.0


@pytest.mark.parametrize(
    ("function", "sliders", "message"),
    [
        (draw, {"height": (0.0, 2.0, 0.5)}, "draw has height, columns, the sliders are height"),
        (draw, {"height": (0.0, 2.0, 0.5), "rows": (1, 2, 1)}, "named as the arguments"),
        (lambda height: draw(height), {"height": (0.0, 2.0, 0.5)}, "each with a default"),
        (lambda height=5.0: draw(height), {"height": (0.0, 2.0, 0.5)}, "height starts at 5.0, outside"),
    ],
)
def test_sliders_that_do_not_fit_are_refused(function, sliders, message):
    with pytest.raises(ValueError, match=message):
        interactive.explore(function, **sliders)
