"""The dashboard: its numbers against the critic's scores, its picture, and its place in a live notebook."""

import base64
import io

import keras
import nbformat
import numpy as np
import pytest
from conftest import plane_model
from nbclient import NotebookClient
from PIL import Image

from wgan_keras import GAN, WGANGP, WGANClip, networks
from wgan_keras.callbacks import Dashboard


def points(n, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2)).astype("float32")


def test_estimates_differ_by_the_critics_mean_scores():
    model, train, held_out = plane_model(), points(40), points(40, seed=1) + 1
    dashboard = Dashboard(train, held_out)
    log = model.fit(points(64), batch_size=16, epochs=3, callbacks=[dashboard], verbose=0).history
    assert dashboard.steps == [4, 8, 12]
    assert dashboard.history["gradient_norm"] == pytest.approx(log["gradient_norm"])
    # The generated samples are the same in both estimates and drop out of the difference.
    gap = dashboard.history["train_estimate"][-1] - dashboard.history["held_out_estimate"][-1]
    assert gap == pytest.approx(
        float(np.mean(model.critic(train)) - np.mean(model.critic(held_out))), abs=1e-5
    )


def test_watching_a_run_does_not_change_it():
    weights = []
    for callbacks in ([], [Dashboard(points(8), points(8))]):
        keras.utils.set_random_seed(0)
        model = plane_model()
        model.fit(points(64), batch_size=16, epochs=2, callbacks=callbacks, verbose=0)
        weights.append(model.get_weights())
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("cls", "panels"), [(GAN, 3), (WGANClip, 3), (WGANGP, 4)])
def test_the_picture_has_the_panels_that_the_model_logs(cls, panels, tmp_path):
    dashboard = Dashboard(points(8), points(8), path=tmp_path / "run.png")
    plane_model(cls).fit(points(64), batch_size=16, epochs=2, callbacks=[dashboard], verbose=0)
    figure = dashboard.figure()
    assert len(figure.axes) == panels
    held_out = figure.axes[0].lines[1]
    assert held_out.get_label() == "on held-out data"
    assert held_out.get_ydata().tolist() == dashboard.history["held_out_estimate"]
    assert held_out.get_xdata().tolist() == [4, 8]
    with Image.open(tmp_path / "run.png") as picture:
        assert min(picture.size) > 300
    assert [p.name for p in tmp_path.iterdir()] == ["run.png"]


@pytest.mark.parametrize("kind", ["discriminator", "critic"])
def test_losses_are_drawn_under_the_names_that_the_model_logs(kind):
    dashboard, losses = Dashboard(points(8), points(8)), {f"{kind}_loss": 1.5, "generator_loss": 0.5}
    dashboard.set_model(plane_model())
    dashboard.on_epoch_end(0, losses)
    lines = dashboard.figure().axes[1].lines[:2]
    assert [line.get_label() for line in lines] == [f"{kind} loss", "generator loss"]
    assert [line.get_ydata().tolist() for line in lines] == [[1.5], [0.5]]


def test_images_are_shown_as_images():
    generator = networks.conv_generator((8, 8, 3), latent_dim=4, filters=(2, 2, 2))
    model = WGANGP(generator, networks.conv_critic((8, 8, 3), filters=(2, 2, 2)), n_critic=1, seed=0)
    model.compile()
    images = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 3)).astype("float32")
    dashboard = Dashboard(images[:4], images[4:8], n=4)
    model.fit(images, batch_size=8, callbacks=[dashboard], verbose=0)
    assert dashboard.figure().axes[-1].images[0].get_array().shape == (2 * 9, 2 * 9, 3)


def test_what_does_not_compare_is_refused():
    with pytest.raises(ValueError, match="as many training samples"):
        Dashboard(points(8), points(9))
    with pytest.raises(ValueError, match="let an epoch end"):
        Dashboard(points(8), points(8)).figure()


def test_in_a_notebook_one_picture_is_drawn_anew(tmp_path):
    source = """
import matplotlib
matplotlib.use("module://matplotlib_inline.backend_inline")
import numpy as np
from wgan_keras import WGANGP, networks
from wgan_keras.callbacks import Dashboard
model = WGANGP(networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,)), n_critic=1, seed=0)
model.compile()
x = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
history = model.fit(x, epochs=3, batch_size=16, callbacks=[Dashboard(x[:8], x[8:16])], verbose=0)
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    updates = []

    class Client(NotebookClient):
        def process_message(self, message, cell, cell_index):
            updates.append(message["msg_type"])
            return super().process_message(message, cell, cell_index)

    Client(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert updates.count("display_data") == 1
    assert updates.count("update_display_data") == 2
    (output,) = [o for o in notebook.cells[0].outputs if o.output_type == "display_data"]
    assert "6 generator updates" in output.metadata["image/png"]["alt"]
    assert Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).size[0] > 500
