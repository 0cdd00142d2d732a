"""Keras' own callbacks, attached to real training."""

import csv

import keras
import pytest
from conftest import image_model, noise_images

from wgan_keras import GAN, WGANGP, WGANClip


@pytest.mark.parametrize("cls", [GAN, WGANClip, WGANGP])
def test_csv_logger_writes_each_log(cls, tmp_path):
    model = image_model(cls)
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    history = model.fit(noise_images(), batch_size=8, epochs=2, callbacks=[logger], verbose=0).history
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    # Keras adds an empty val_ column for each.
    assert {name for name in rows[0] if not name.startswith("val_")} == {"epoch", *history}
    for name, values in history.items():
        assert [float(row[name]) for row in rows] == pytest.approx(values)


def test_tensorboard_gets_the_curves(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    model = image_model()
    board = keras.callbacks.TensorBoard(tmp_path)
    history = model.fit(noise_images(), batch_size=8, epochs=2, callbacks=[board], verbose=0).history
    events = EventAccumulator(str(tmp_path / "train")).Reload()
    assert "epoch_wasserstein_estimate" in events.Tags()["tensors"]
    assert len(events.Tensors("epoch_wasserstein_estimate")) == len(history["wasserstein_estimate"]) == 2


def test_checkpoints_by_a_logged_value(tmp_path):
    model = image_model()
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="val_wasserstein_estimate", mode="min", save_best_only=True
    )
    model.fit(
        noise_images(), batch_size=8, epochs=2, validation_data=noise_images(8), callbacks=[best], verbose=0
    )
    assert keras.models.load_model(tmp_path / "best.keras").updates in (4, 8)
