"""Sliders: the figure follows them, the last value wins, and no error of `draw` is swallowed."""

import asyncio
import base64

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.image import imread

from wgan_keras import plotting
from wgan_keras.course import sliders


def draw(height=1.0, columns=2):
    figure, ax = plt.subplots(figsize=(2, 2))
    ax.bar(range(columns), height)
    ax.set_ylim(0, 10)
    return figure


STRIP = {"stills": [{"height": 2.0}, {"height": 8.0}], "alt": "Two bars, low and high."}


def pixels(image, tmp_path):
    (tmp_path / "picture.png").write_bytes(image.value)
    return imread(tmp_path / "picture.png")


def test_the_picture_follows_the_sliders(tmp_path):
    plotting.use_style()
    height, columns, image = sliders.explore(
        draw, **STRIP, height=(0.0, 9.0, 0.5), columns=(1, 5, 1)
    ).children
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
        sliders.explore(fails, **STRIP, height=(0.0, 9.0, 0.5))


def test_an_error_in_between_reaches_whoever_moves_the_slider():
    def fails(height=1.0):
        if height == 4.0:
            raise ZeroDivisionError("in between")
        return draw(height)

    slider, _ = sliders.explore(fails, **STRIP, height=(0.0, 9.0, 0.5)).children
    with pytest.raises(ZeroDivisionError, match="in between"):
        slider.value = 4.0


def in_a_loop(steps):
    """Run the steps of a generator in an event loop, as a notebook runs cells; returns the errors it reports.

    After each step the loop does all that was put off by a slider's waiting time.
    """
    errors = []

    async def run():
        asyncio.get_running_loop().set_exception_handler(lambda loop, told: errors.append(told["exception"]))
        for _ in steps:
            # What was put off before is due earlier, and a loop keeps to that order however late it is.
            await asyncio.sleep(sliders.WAIT)

    asyncio.run(run())
    return errors


def test_in_a_notebook_eight_quick_changes_draw_one_picture_of_the_last_value():
    drawn = []

    def recorded(height=1.0):
        drawn.append(height)
        return draw(height)

    def moves():
        slider, image = sliders.explore(recorded, **STRIP, height=(0.0, 9.0, 0.5)).children
        assert drawn == [2.0, 8.0, 0.0, 9.0, 1.0]  # the stills, both ends, then the start, at once
        start = image.value
        for value in range(2, 10):
            slider.value = value
        assert drawn == [2.0, 8.0, 0.0, 9.0, 1.0]
        yield
        assert drawn == [2.0, 8.0, 0.0, 9.0, 1.0, 9.0]
        assert image.value != start
        slider.value = 1.0
        yield
        assert drawn == [2.0, 8.0, 0.0, 9.0, 1.0, 9.0, 1.0]
        assert image.value == start

    assert in_a_loop(moves()) == []


def test_in_a_notebook_an_error_is_shown_in_place_of_the_picture_until_there_is_one_again():
    def fails(height=1.0):
        if height == 4.0:
            raise ZeroDivisionError("no <height> of 4")
        return draw(height)

    def moves():
        box = sliders.explore(fails, **STRIP, height=(0.0, 9.0, 0.5))
        slider, image = box.children
        slider.value = 4.0
        yield
        assert box.children[0] is slider
        assert "ZeroDivisionError: no &lt;height&gt; of 4" in box.children[1].value
        slider.value = 5.0
        yield
        assert box.children == (slider, image)

    (error,) = in_a_loop(moves())
    assert isinstance(error, ZeroDivisionError)


@pytest.mark.parametrize(
    ("function", "ranges", "message"),
    [
        (draw, {"height": (0.0, 2.0, 0.5)}, "draw has height, columns, the sliders are height"),
        (draw, {"height": (0.0, 2.0, 0.5), "rows": (1, 2, 1)}, "named as the arguments"),
        (lambda height: draw(height), {"height": (0.0, 2.0, 0.5)}, "each with a default"),
        (lambda height=5.0: draw(height), {"height": (0.0, 2.0, 0.5)}, "height starts at 5.0, outside"),
    ],
)
def test_sliders_that_do_not_fit_are_refused(function, ranges, message):
    with pytest.raises(ValueError, match=message):
        sliders.explore(function, **STRIP, **ranges)


def test_a_page_without_a_kernel_shows_the_stills(monkeypatch, tmp_path):
    shown = []
    monkeypatch.setattr(sliders, "display", lambda data, **options: shown.append((data, options)))
    sliders.explore(draw, **STRIP, height=(0.0, 9.0, 0.5), columns=(1, 5, 1))._ipython_display_()
    ((data, options),) = shown
    assert "application/vnd.jupyter.widget-view+json" in data
    assert options == {"metadata": {"image/png": {"alt": STRIP["alt"]}}, "raw": True}
    (tmp_path / "strip.png").write_bytes(base64.b64decode(data["image/png"]))
    strip = imread(tmp_path / "strip.png")
    low, high = strip[:, : strip.shape[1] // 2], strip[:, strip.shape[1] // 2 :]
    assert low.shape == high.shape == (300, 300, 3)  # 2 inches each
    assert (low[..., 0] < 0.5).sum() < (high[..., 0] < 0.5).sum()


def test_stills_that_do_not_fit_in_a_row_go_below(monkeypatch, tmp_path):
    stills = [{"height": float(height)} for height in range(7)]
    box = sliders.explore(draw, stills=stills, alt="Bars.", height=(0.0, 9.0, 0.5), columns=(1, 5, 1))
    (tmp_path / "strip.png").write_bytes(base64.b64decode(box.strip))
    assert imread(tmp_path / "strip.png").shape[:2] == (600, 1500)  # five of 2 inches are 10, and two below


@pytest.mark.parametrize(
    ("stills", "message"),
    [
        ([], "stills must be a list of settings"),
        ([{"width": 1.0}], "stills must hold values by the sliders' names"),
        ([{"height": 10.0}], "height = 10.0, outside of its slider"),
        ([{"height": "high"}], "height in stills"),
    ],
)
def test_stills_that_are_no_settings_are_refused(stills, message):
    with pytest.raises(ValueError, match=message):
        sliders.explore(draw, stills=stills, alt="Bars.", height=(0.0, 9.0, 0.5), columns=(1, 5, 1))
