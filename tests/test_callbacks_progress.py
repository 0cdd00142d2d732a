"""The progress bar."""

from conftest import image_model, noise_images

from wgan_keras import callbacks


def test_progress_counts_updates_over_several_fits(capsys):
    model = image_model()
    progress = callbacks.Progress(total=8)
    for _ in range(2):
        model.fit(noise_images(), batch_size=8, callbacks=[progress], verbose=0)
    progress.close()
    shown = capsys.readouterr().err
    assert "8/8" in shown
    assert "Wasserstein estimate=" in shown
