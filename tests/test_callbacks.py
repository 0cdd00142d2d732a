"""Callbacks of this project and of Keras, attached to real training."""

import csv
import sys

import keras
import numpy as np
import pytest
from PIL import Image

from wgan_keras import GAN, WGANGP, WGANClip, callbacks, networks


def image_model(cls=WGANGP):
    generator = networks.conv_generator((8, 8, 1), latent_dim=4, filters=(2, 2, 2))
    model = cls(generator, networks.conv_critic((8, 8, 1), filters=(2, 2, 2)), n_critic=2, seed=0)
    model.compile()
    return model


def images(n=32):
    return np.random.default_rng(0).uniform(-1, 1, (n, 8, 8, 1)).astype("float32")


def test_sample_grid_follows_fixed_latent_vectors(tmp_path):
    model = image_model()
    grid = callbacks.SampleGrid(n=5, seed=3, path=tmp_path / "samples.png")
    first = model.generate(5, seed=3)
    model.fit(images(), batch_size=8, epochs=3, callbacks=[grid], verbose=0)
    assert grid.steps == [0, 4, 8, 12]
    assert (grid.frames[0] == first).all()
    assert (grid.frames[-1] == model.generate(5, seed=3)).all()
    assert (grid.frames[0] != grid.frames[-1]).any()
    with Image.open(tmp_path / "samples.png") as picture:
        assert min(picture.size) > 100
    assert sorted(p.name for p in tmp_path.iterdir()) == ["samples.npz", "samples.png"]


def test_sample_grid_goes_on_where_a_resumed_model_stands(tmp_path):
    path = tmp_path / "samples.png"
    model = image_model()
    model.fit(images(), batch_size=8, callbacks=[callbacks.SampleGrid(n=2, path=path)], verbose=0)
    model.save(tmp_path / "m.keras")
    model.fit(images(), batch_size=8, epochs=2, callbacks=[callbacks.SampleGrid(n=2, path=path)], verbose=0)

    resumed = keras.models.load_model(tmp_path / "m.keras")
    grid = callbacks.SampleGrid(n=2, path=path)
    resumed.fit(images(), batch_size=8, callbacks=[grid], verbose=0)
    assert grid.steps == [0, 4, 8]  # the row at 12 came after the save: it is not this model's past
    assert (grid.frames[1] == keras.models.load_model(tmp_path / "m.keras").generate(2, seed=0)).all()

    new = callbacks.SampleGrid(n=2, path=path)
    image_model().fit(images(), batch_size=8, callbacks=[new], verbose=0)
    assert new.steps == [0, 4]


def test_long_runs_stay_readable(tmp_path):
    grid = callbacks.SampleGrid(n=2, path=tmp_path / "samples.png")
    image_model().fit(images(8), batch_size=4, epochs=30, callbacks=[grid], verbose=0)
    assert len(grid.steps) == 31
    with Image.open(tmp_path / "samples.png") as picture:
        assert picture.size[1] < 1500


def test_sample_grid_draws_images_only(tmp_path):
    model = WGANGP(networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,)), n_critic=1)
    model.compile()
    with pytest.raises(ValueError, match="leave path out"):
        model.fit(
            np.zeros((8, 2), "float32"), callbacks=[callbacks.SampleGrid(path=tmp_path / "s.png")], verbose=0
        )


def test_landscape_keeps_samples_and_centred_scores():
    model = WGANGP(networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,)), n_critic=1, seed=0)
    model.compile()
    landscape = callbacks.Landscape(limits=(-1, 3), n=6, resolution=5, seed=2)
    data = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
    model.fit(data, batch_size=32, epochs=2, callbacks=[landscape], verbose=0)
    assert landscape.steps == [0, 2, 4]
    drawn = model.generate(6, seed=2)
    np.testing.assert_array_equal(landscape.samples[-1], drawn)
    level = np.mean(model.critic(drawn))
    at_corner = float(
        model.critic(np.array([[3.0, -1.0]]))[0, 0]
    )  # x = 3 is the last column, y = -1 the first row
    assert landscape.scores[-1][0, -1] == pytest.approx(at_corner - level, abs=1e-5)
    assert landscape.scores[-1].shape == (5, 5)
    with pytest.raises(ValueError, match=r"use SampleGrid"):
        image_model().fit(images(8), batch_size=4, callbacks=[callbacks.Landscape()], verbose=0)


def test_progress_counts_updates_over_several_fits(capsys):
    model = image_model()
    progress = callbacks.Progress(total=8)
    for _ in range(2):
        model.fit(images(), batch_size=8, callbacks=[progress], verbose=0)
    progress.close()
    shown = capsys.readouterr().err
    assert "8/8" in shown
    assert "Wasserstein estimate=" in shown


@pytest.mark.parametrize("cls", [GAN, WGANClip, WGANGP])
def test_csv_logger_writes_each_log(cls, tmp_path):
    model = image_model(cls)
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    history = model.fit(images(), batch_size=8, epochs=2, callbacks=[logger], verbose=0).history
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    # Keras adds an empty val_ column for each.
    assert {name for name in rows[0] if not name.startswith("val_")} == {"epoch", *history}
    assert [float(row["critic_loss"]) for row in rows] == pytest.approx(history["critic_loss"])


def test_tensorboard_gets_the_curves(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    model = image_model()
    board = keras.callbacks.TensorBoard(tmp_path)
    history = model.fit(images(), batch_size=8, epochs=2, callbacks=[board], verbose=0).history
    events = EventAccumulator(str(tmp_path / "train")).Reload()
    assert "epoch_wasserstein_estimate" in events.Tags()["tensors"]
    assert len(events.Tensors("epoch_wasserstein_estimate")) == len(history["wasserstein_estimate"]) == 2


def test_checkpoints_by_a_logged_value(tmp_path):
    model = image_model()
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="val_wasserstein_estimate", mode="min", save_best_only=True
    )
    model.fit(images(), batch_size=8, epochs=2, validation_data=images(8), callbacks=[best], verbose=0)
    assert keras.models.load_model(tmp_path / "best.keras").updates in (4, 8)


class ScriptedEstimates(WGANGP):
    """Its estimates on training data (zeros) and on others come from a script."""

    script = ()

    def evaluate(self, x, **options):
        train, held_out = self.script[self.updates - 1]
        return train if not np.any(x) else held_out


@pytest.mark.parametrize(
    ("script", "stopped_at"),
    [
        ([(4, 4), (4, 1), (4, 1), (4, 3), (4, 1)], None),  # never three in a row
        ([(4, 3), (4, 1), (4, 1.9), (4, -1), (4, 4)], 4),
        ([(4, 2), (4, 2), (4, 2), (4, 2), (4, 2)], None),  # exactly half is not below half
        (
            [(-4, -9), (-4, -9), (-4, -9), (-4, -9), (-4, -9)],
            None,
        ),  # a critic that is fooled has not memorized
    ],
)
def test_the_stopping_rule_wants_three_epochs_in_a_row(script, stopped_at):
    model = ScriptedEstimates(
        networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,)), n_critic=1, seed=0
    )
    model.script = script
    model.compile()
    zeros = np.zeros((8, 2), "float32")
    stop = callbacks.StopWhenOverfit(zeros, zeros + 1)
    model.fit(zeros, epochs=5, batch_size=8, callbacks=[stop], verbose=0)
    assert stop.stopped_at == stopped_at
    assert model.updates == (stopped_at or 5)
    assert stop.history["held_out_estimate"] == [held_out for _, held_out in script[: model.updates]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"share": 1.0}, "share must lie"),
        ({"share": 0}, "share must lie"),
        ({"patience": 0}, "patience must"),
    ],
)
def test_stopping_rules_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        callbacks.StopWhenOverfit(np.zeros((4, 2)), np.zeros((4, 2)), **options)


# --- The log ------------------------------------------------------------------------------------------------


def test_the_log_keeps_the_rows_of_earlier_epochs_only(tmp_path):
    log = callbacks.CSVLog(tmp_path / "log.csv")
    for epoch, loss in [(0, 0.1), (1, 0.2), (2, 0.3), (1, 1 / 3)]:  # epoch 1 again: the run was resumed
        log.on_epoch_end(epoch, {"loss": loss, "estimate": -loss})
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert [float(row["loss"]) for row in rows] == [0.1, 1 / 3]
    assert [float(row["estimate"]) for row in rows] == [-0.1, -1 / 3]


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is a full disk on Linux")
def test_the_log_is_whole_on_a_full_disk(tmp_path):
    log = callbacks.CSVLog(tmp_path / "log.csv")
    log.on_epoch_end(0, {"loss": 0.1})
    before = (tmp_path / "log.csv").read_bytes()
    (tmp_path / "partial-log.csv").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"log.csv can't be written \(No space left on device\)"):
        log.on_epoch_end(1, {"loss": 0.2})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"log.csv": before}
