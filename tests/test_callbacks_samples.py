"""Samples from fixed latent vectors: which they are, when they are written, where a resumed run goes on."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from conftest import image_model, noise_images, plane_model
from PIL import Image

from wgan_keras import callbacks
from wgan_keras.callbacks import samples


def test_sample_grid_follows_fixed_latent_vectors(tmp_path):
    model = image_model()
    grid = callbacks.SampleGrid(n=5, seed=3, path=tmp_path / "samples.png")
    first = model.generate(5, seed=3)
    model.fit(noise_images(), batch_size=8, epochs=3, callbacks=[grid], verbose=0)
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
    model.fit(noise_images(), batch_size=8, callbacks=[callbacks.SampleGrid(n=2, path=path)], verbose=0)
    model.save(tmp_path / "m.keras")
    model.fit(
        noise_images(), batch_size=8, epochs=2, callbacks=[callbacks.SampleGrid(n=2, path=path)], verbose=0
    )

    resumed = keras.models.load_model(tmp_path / "m.keras")
    grid = callbacks.SampleGrid(n=2, path=path)
    resumed.fit(noise_images(), batch_size=8, callbacks=[grid], verbose=0)
    assert grid.steps == [0, 4, 8]  # the row at 12 came after the save: it is not this model's past
    assert (grid.frames[1] == keras.models.load_model(tmp_path / "m.keras").generate(2, seed=0)).all()

    new = callbacks.SampleGrid(n=2, path=path)
    image_model().fit(noise_images(), batch_size=8, callbacks=[new], verbose=0)
    assert new.steps == [0, 4]


def test_the_arrays_are_written_after_each_epoch_and_the_picture_after_ten_seconds(tmp_path, monkeypatch):
    path, clock, drawn = tmp_path / "samples.png", SimpleNamespace(now=0.0), []
    monkeypatch.setattr(samples, "time", SimpleNamespace(monotonic=lambda: clock.now))
    grid = callbacks.SampleGrid(n=2, path=path)

    def set_clock(epoch, logs):
        clock.now = (4.0, 10.0, 13.0, 19.0, 20.0)[epoch]

    def look(epoch, logs):
        with np.load(tmp_path / "samples.npz") as saved:
            assert saved["steps"].tolist() == grid.steps
            np.testing.assert_array_equal(saved["frames"], grid.frames)
        drawn.append(path.exists())
        path.unlink(missing_ok=True)

    before, after = (keras.callbacks.LambdaCallback(on_epoch_end=call) for call in (set_clock, look))
    image_model().fit(noise_images(8), batch_size=4, epochs=5, callbacks=[before, grid, after], verbose=0)
    assert drawn == [False, True, False, False, True]
    assert path.exists()  # drawn again at the end


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_the_next_run_draws_what_an_interrupted_one_did_not(interruption, tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "SECONDS_BETWEEN_PICTURES", np.inf)
    path, options = tmp_path / "samples.png", {"x": noise_images(), "batch_size": 8, "verbose": 0}

    def interrupt(epoch, logs=None):
        if epoch == 2:
            raise interruption

    first, saved = callbacks.SampleGrid(n=2, path=path), keras.callbacks.ModelCheckpoint(tmp_path / "m.keras")
    interrupting = keras.callbacks.LambdaCallback(on_epoch_begin=interrupt)
    with pytest.raises(interruption):
        image_model().fit(epochs=3, callbacks=[first, saved, interrupting], **options)
    assert not path.exists()
    assert (tmp_path / "samples.npz").exists()

    rest = callbacks.SampleGrid(n=2, path=path)
    model = keras.models.load_model(tmp_path / "m.keras")
    model.fit(initial_epoch=2, epochs=3, callbacks=[rest], **options)
    assert rest.steps == [0, 4, 8, 12]
    np.testing.assert_array_equal(rest.frames[:3], first.frames)
    assert path.exists()


def test_long_runs_stay_readable(tmp_path):
    grid = callbacks.SampleGrid(n=2, path=tmp_path / "samples.png")
    image_model().fit(noise_images(8), batch_size=4, epochs=30, callbacks=[grid], verbose=0)
    assert len(grid.steps) == 31
    with Image.open(tmp_path / "samples.png") as picture:
        assert picture.size[1] < 1500


def test_sample_grid_draws_images_only(tmp_path):
    model = plane_model()
    with pytest.raises(ValueError, match="leave path out"):
        model.fit(
            np.zeros((8, 2), "float32"), callbacks=[callbacks.SampleGrid(path=tmp_path / "s.png")], verbose=0
        )
