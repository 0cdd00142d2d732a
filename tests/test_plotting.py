"""Figures: every picture and curve stands where it should, checked on the drawn arrays."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from wgan_keras import plotting


@pytest.mark.parametrize(("n", "columns", "rows"), [(6, 3, 2), (5, 3, 2), (9, None, 3), (1, None, 1)])
@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_tiled_row_by_row(n, columns, rows, channels):
    values = np.linspace(-1, 1, n) if n > 1 else np.array([0.5])
    images = np.ones((n, 4, 6, channels)) * values[:, None, None, None]
    picture = plotting.plot_images(images, columns=columns).images[0].get_array()
    picture = picture.reshape(*picture.shape[:2], channels)
    columns = columns or rows
    assert picture.shape == (rows * 5, columns * 7, channels)
    for i, value in enumerate(values):
        top, left = i // columns * 5 + 1, i % columns * 7 + 1
        tile = picture[top : top + 4, left : left + 6]
        assert np.allclose(tile, (value + 1) / 2)
    assert np.allclose(picture[0], 1)  # white lines between


@pytest.mark.parametrize("shape", [(4, 4, 1), (2, 4, 4, 2), (0, 4, 4, 1)])
def test_what_is_not_a_batch_of_images(shape):
    with pytest.raises(ValueError, match=r"images must (have shape|be at least one number)"):
        plotting.plot_images(np.zeros(shape))


def test_progress_labels_each_row_with_its_updates():
    frames = np.zeros((3, 2, 4, 4, 1))
    figure, ax = plt.subplots()
    assert plotting.plot_progress([0, 50, 100], frames, ax=ax) is ax
    figure.canvas.draw()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0", "50", "100"]
    # Labels sit at the middle of the rows.
    assert ax.get_yticks() == pytest.approx([2.5, 7.5, 12.5])


@pytest.mark.parametrize("kind", ["critic", "discriminator"])
def test_curves_draw_what_is_logged(kind):
    history = {f"{kind}_loss": [1, 2], "generator_loss": [3, 4], "epoch": [0, 1]}
    ax = plotting.plot_curves(history)
    assert {line.get_label(): line.get_ydata().tolist() for line in ax.lines} == {
        f"{kind} loss": [1, 2],
        "generator loss": [3, 4],
    }
    assert ax.get_xlabel() == "epoch"


def test_one_curve_names_the_axis():
    ax = plotting.plot_curves({"wasserstein_estimate": [2, 1]}, ["wasserstein_estimate"], steps=[10, 20])
    assert ax.get_ylabel() == "Wasserstein estimate"
    assert ax.lines[0].get_xdata().tolist() == [10, 20]
    assert ax.get_legend() is None


def test_an_unknown_curve():
    with pytest.raises(ValueError, match="holds no 'loss', only critic_loss"):
        plotting.plot_curves({"critic_loss": [1]}, ["loss"])


def test_the_style_tells_lines_apart_without_colour():
    with plt.rc_context():
        plotting.use_style()
        ax = plotting.plot_curves({"critic_loss": [1, 2], "generator_loss": [3, 4]})
        assert len({line.get_linestyle() for line in ax.lines}) == 2
        assert ax.lines[0].get_color() == plotting.REAL


def test_samples_differ_by_marker_and_colour():
    real, generated = np.random.default_rng(0).normal(size=(2, 50, 2))
    ax = plotting.plot_samples(real, generated)
    dots, crosses = ax.collections
    np.testing.assert_allclose(dots.get_offsets(), real)
    np.testing.assert_allclose(crosses.get_offsets(), generated)
    assert dots.get_label() == "real"
    assert crosses.get_label() == "generated"
    assert tuple(dots.get_facecolor()[0][:3]) != tuple(crosses.get_edgecolor()[0][:3])
    assert len(dots.get_paths()[0].vertices) != len(crosses.get_paths()[0].vertices)
    assert len(plotting.plot_samples(real).collections) == 1


def test_a_landscape_shows_the_function_at_its_place():
    ax = plotting.plot_landscape(lambda points: points[:, :1] - 3 * points[:, 1:], (-2, 2), levels=[-1, 0, 1])
    lines = ax.collections[1]
    for level, path in zip((-1, 0, 1), lines.get_paths(), strict=True):
        x, y = path.vertices.T
        np.testing.assert_allclose(x - 3 * y, level, atol=1e-5)
    assert ax.get_xlim() == ax.get_ylim() == (-2, 2)
    # The same from values on a grid.
    x, y = plotting.plane((-2, 2), 30).T
    same = plotting.plot_landscape((x - 3 * y).reshape(30, 30), (-2, 2), levels=[-1, 0, 1])
    for level, path in zip((-1, 0, 1), same.collections[1].get_paths(), strict=True):
        x, y = path.vertices.T
        np.testing.assert_allclose(x - 3 * y, level, atol=1e-5)


def test_an_animation_has_a_frame_for_each_time(tmp_path):
    rng = np.random.default_rng(0)
    recorded = SimpleNamespace(
        limits=(-2, 2),
        steps=[0, 100, 200],
        samples=rng.normal(size=(3, 5, 2)),
        scores=rng.normal(size=(3, 9, 9)),
    )
    plotting.animate_landscape(recorded, real=np.zeros((4, 2))).save(tmp_path / "run.gif", writer="pillow")
    with Image.open(tmp_path / "run.gif") as animation:
        assert animation.n_frames == 3
        assert animation.size == (400, 420)
