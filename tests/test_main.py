"""The command line: whole runs, resumed runs, and one sentence for whatever goes wrong."""

import csv
import errno
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from conftest import KNOWN_WARNINGS, run_python
from PIL import Image

from wgan_keras import WGANGP, __main__, callbacks, networks
from wgan_keras.__main__ import main


@pytest.fixture
def in_tmp(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(__main__, "SHORTEST", 2)  # so that short runs have several epochs
    return tmp_path


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_folder(folder, n=4, size=(8, 8)):
    folder.mkdir()
    for i in range(n):
        pixels = np.random.default_rng(i).integers(0, 256, (size[1], size[0], 3), dtype="uint8")
        Image.fromarray(pixels).save(folder / f"{i}.png")


def image_model():
    return WGANGP(networks.conv_generator((8, 8, 1)), networks.conv_critic((8, 8, 1)))


SMALL = ["--data", "photos", "--batch-size", "1", "--steps", "4"]


def test_train_and_sample_digits(in_tmp, capsys):
    assert main(["train", "--steps", "3", "--batch-size", "8"]) == 0
    out = in_tmp / "runs" / "wgan-gp-mnist_sample"
    names = {"samples.png", "samples.npz", "curves.png", "log.csv", "model.keras", "settings.json"}
    assert {path.name for path in out.iterdir()} == {*names, "previous-model.keras"}
    shown = capsys.readouterr()
    (closing,) = shown.out.splitlines()
    assert "runs/wgan-gp-mnist_sample: samples.png, curves.png" in closing
    assert "% are clear digits (held-out real digits: 9" in closing
    assert "Wasserstein estimate=" in shown.err
    with open(out / "log.csv", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2

    assert main(["sample", "--model", str(out / "model.keras"), "--n", "5", "--out", "five.png"]) == 0
    assert "five.png: 5 samples" in capsys.readouterr().out
    with Image.open("five.png") as picture:
        assert np.ptp(np.asarray(picture.convert("L"))) > 100


@pytest.mark.parametrize("model", ["gan", "wgan"])
def test_the_other_models_train_on_a_folder(in_tmp, capsys, model):
    write_folder(in_tmp / "photos", n=8)
    assert main(["train", "--model", model, *SMALL]) == 0
    assert "at the end" in capsys.readouterr().out
    assert (in_tmp / "runs" / f"{model}-photos" / "model.keras").exists()


@pytest.mark.filterwarnings("default::UserWarning")
def test_unreadable_files_are_skipped_in_one_line(in_tmp, capsys):
    write_folder(in_tmp / "photos")
    (in_tmp / "photos" / "1.png").write_bytes(b"not a picture")
    assert main(["train", *SMALL[:-1], "1"]) == 0
    lines = [
        line for line in capsys.readouterr().err.splitlines() if "Skipped" in line or "UserWarning" in line
    ]
    reason = "in no format that Pillow knows"
    assert lines == [f"warning: Skipped 1 of 4 files in photos can't be read as images: 1.png ({reason})."]


def test_runs_get_folders_of_their_own(in_tmp):
    write_folder(in_tmp / "photos")
    for _ in range(2):
        assert main(["train", *SMALL[:-1], "1"]) == 0
    assert sorted(path.name for path in (in_tmp / "runs").iterdir()) == ["wgan-gp-photos", "wgan-gp-photos-2"]


def test_train_with_labels_and_sample_one(in_tmp, capsys):
    assert main(["train", "--labels", "--steps", "2", "--batch-size", "8", "--out", "run"]) == 0
    shown = capsys.readouterr()
    assert "Labels:" not in shown.err  # a digit is its own
    assert "% are the digit asked for" in shown.out
    model = keras.models.load_model("run/model.keras")
    with np.load("run/samples.npz") as saved:
        assert saved["frames"][-1] == pytest.approx(model.generate(np.arange(10), seed=0), abs=1e-6)
    sample = ["sample", "--model", "run/model.keras", "--n", "12", "--out", "a.png"]
    assert main([*sample, "--label", "3"]) == 0
    assert main(sample) == 0
    assert main([*sample, "--label", "10"]) == 1
    assert "--label must be from 0 to 9, got 10" in capsys.readouterr().err


def write_classes(folder, n=4):
    folder.mkdir()
    for name in ("cat", "dog"):
        write_folder(folder / name, n)


def test_labels_of_a_folder_and_a_resumed_run(in_tmp, capsys):
    write_classes(in_tmp / "photos")
    whole = ["train", "--labels", *SMALL, "--out", "whole"]
    assert main(whole) == 0
    assert "Labels: 0 cat, 1 dog." in capsys.readouterr().err
    assert main([*whole, "--resume"]) == 0
    assert keras.models.load_model("whole/model.keras").n_classes == 2


def test_labels_where_there_are_none(in_tmp, capsys):
    write_folder(in_tmp / "photos")
    assert main(["train", "--labels", *SMALL]) == 1
    assert "photos have no labels" in capsys.readouterr().err
    assert main(["train", "--labels", "--model", "gan"]) == 1
    assert "--labels needs --model wgan-gp, not gan." in capsys.readouterr().err
    assert not (in_tmp / "runs").exists()
    image_model().save("plain.keras")
    assert main(["sample", "--model", "plain.keras", "--label", "1", "--out", "a.png"]) == 1
    assert "plain.keras was trained without labels: leave --label out." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        __main__._parser().parse_args(["sample", "--model", "m", "--label", "cat", "--out", "a.png"])


def test_a_run_of_a_version_without_labels_goes_on(in_tmp):
    write_folder(in_tmp / "photos")
    run = ["train", *SMALL, "--out", "run"]
    assert main(run) == 0
    settings = json.loads(Path("run/settings.json").read_text())
    del settings["labels"]
    Path("run/settings.json").write_text(json.dumps(settings))
    assert main([*run, "--resume"]) == 0
    assert main([*run, "--resume", "--labels"]) == 1


def equal_runs(a, b, updates):
    models = [keras.models.load_model(f"{folder}/model.keras") for folder in (a, b)]
    assert [model.updates for model in models] == [updates, updates]
    for weights in zip(*(model.get_weights() for model in models)):
        assert np.array_equal(*weights)
    assert Path(a, "log.csv").read_bytes() == Path(b, "log.csv").read_bytes()
    with np.load(f"{a}/samples.npz") as one, np.load(f"{b}/samples.npz") as other:
        assert np.array_equal(one["steps"], other["steps"])
        assert np.array_equal(one["frames"], other["frames"])


def test_a_resumed_run_equals_an_uninterrupted_one(in_tmp, capsys, monkeypatch):
    write_folder(in_tmp / "photos", n=16)
    arguments = ["train", *SMALL[:-1], "10"]
    assert main([*arguments, "--out", "whole"]) == 0

    record = callbacks.SampleGrid.on_epoch_end

    def interrupt(self, epoch, logs=None):
        if self.model.updates == 6:  # before the save at 6: the last one is at 5
            raise KeyboardInterrupt
        record(self, epoch, logs)

    monkeypatch.setattr(callbacks.SampleGrid, "on_epoch_end", interrupt)
    assert main([*arguments, "--out", "parts"]) == 130
    assert "--resume" in capsys.readouterr().err
    monkeypatch.setattr(callbacks.SampleGrid, "on_epoch_end", record)
    assert main(["train", "--resume", "--out", "parts"]) == 0

    equal_runs("whole", "parts", updates=10)


def test_signals_in_mid_epoch_save_that_very_update(in_tmp, capsys, monkeypatch):
    """One line for a scheduler: it starts the run, goes on with it, and finds it done."""
    write_folder(in_tmp / "photos", n=3)  # three batches for a pass: epochs of two end within one
    arguments = ["train", *SMALL[:-1], "20", "--out"]
    assert main([*arguments, "whole"]) == 0
    signals = {7: (signal.SIGINT, 130), 12: (signal.SIGTERM, 143)}  # in the middle, and at the end

    def interrupted(self, batch, logs=None):
        if self.model.updates in signals:
            signal.raise_signal(signals[self.model.updates][0])

    monkeypatch.setattr(callbacks.SampleGrid, "on_train_batch_end", interrupted)
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
    again = [*arguments, "my parts", "--resume"]
    capsys.readouterr()
    for update, (_, status) in signals.items():
        assert main(again) == status
        first, *_, last = capsys.readouterr().err.splitlines()
        assert ("my parts holds no run yet: starting one." in first) == (update == 7)
        assert last.startswith("Interrupted. To go on from the last save: wgan-keras train")
        assert keras.models.load_model("my parts/model.keras").updates == update
        assert shlex.split(last)[-4:] == ["train", "--resume", "--out", "my parts"]
    signal.signal(signal.SIGINT, earlier)
    assert main(again) == 0
    equal_runs("whole", "my parts", updates=20)
    before = files(in_tmp / "my parts")
    assert main(again) == 0
    after = files(in_tmp / "my parts")
    for name in ("log.csv", "model.keras", "settings.json"):
        assert after[name] == before[name]


def test_a_signal_between_calls_of_fit(tmp_path):
    """While the command draws, or scores at the end, nothing has to be saved."""
    write_folder(tmp_path / "photos")
    code = (
        "import runpy, signal\n"
        "from wgan_keras import plotting\n"
        "plotting.plot_curves = lambda *args, **kwargs: signal.raise_signal(signal.SIGTERM)\n"
        "runpy.run_module('wgan_keras', run_name='__main__')\n"
    )
    result = run_python(code, "train", *SMALL[:-1], "1", "--out", "run", cwd=tmp_path)
    assert result.returncode == 143
    assert result.stderr.splitlines()[-1].endswith("wgan-keras train --resume --out run")
    result = command("train", "--resume", "--out", "run", cwd=tmp_path)
    assert result.returncode == 0
    assert (tmp_path / "run" / "curves.png").exists()


def test_a_diverged_run_ends_in_one_line_and_keeps_its_last_save(in_tmp, capsys, monkeypatch):
    write_folder(in_tmp / "photos")
    monkeypatch.setattr(__main__, "SHORTEST", 1)

    def spoil(self, epoch, logs=None):
        if self.model.updates == 3:
            self.model.critic.trainable_variables[-1].assign([np.inf])

    monkeypatch.setattr(callbacks.SampleGrid, "on_epoch_begin", spoil)
    assert main(["train", *SMALL[:-1], "20", "--out", "run"]) == 1
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: Training diverged: a loss is NaN or infinite at update 4 of")
    saved = keras.models.load_model("run/model.keras")
    assert saved.updates == 3
    assert all(np.isfinite(weight).all() for weight in saved.get_weights())


# --- What can be wrong, each in one sentence ------------------------------------------------------------


def fails(capsys, arguments, message):
    """The command ends with one line on stderr and status 1, and leaves all files as they were."""
    before = files(Path.cwd())
    assert main(arguments) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.strip().splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert files(Path.cwd()) == before


def test_bad_data(in_tmp, capsys):
    write_folder(in_tmp / "photos")
    fails(capsys, ["train", "--data", "./nowhere"], "There is no folder ./nowhere")
    fails(capsys, ["train", "--data", "no_such_set"], "'no_such_set' is neither mnist_sample, nor a folder")
    fails(capsys, ["train", "--data", "photos"], "use a smaller batch_size")
    for i in range(3):
        (in_tmp / "photos" / f"{i}.png").write_bytes(b"not a picture")
    fails(capsys, ["train", *SMALL], "3 of 4 files in photos can't be read as images: 0.png")
    write_folder(in_tmp / "odd", size=(9, 9))
    fails(capsys, ["train", "--data", "odd", "--batch-size", "1"], "multiples of 4")


def test_a_data_set_that_can_not_be_downloaded(in_tmp, capsys, monkeypatch):
    import tensorflow_datasets as tfds

    def unreachable(*args, **kwargs):
        raise OSError("Name or service not known")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: False)
    monkeypatch.setattr("urllib.request.urlopen", unreachable)
    fails(capsys, ["train", "--data", "fashion_mnist"], "Use the bundled 'mnist_sample'")


def test_folders_and_resuming(in_tmp, capsys):
    write_folder(in_tmp / "photos")
    fails(capsys, ["train", "--resume"], "--resume needs --out DIR")
    assert main(["train", *SMALL[:-1], "1", "--out", "run"]) == 0
    capsys.readouterr()
    fails(capsys, ["train", *SMALL, "--out", "run"], "run holds a run already: add --resume")
    fails(capsys, ["train", "--resume", "--out", "run", "--steps", "9"], "was started with steps 1, not 9")
    (in_tmp / "a_file").write_text("")
    fails(capsys, ["train", *SMALL, "--out", "a_file/run"], "a_file/run")


def test_files_that_are_no_models(in_tmp, capsys):
    (in_tmp / "text.keras").write_text("no model")
    fails(capsys, ["sample", "--model", "text.keras", "--out", "o.png"], "text.keras is not a saved model")
    fails(capsys, ["sample", "--model", "none.keras", "--out", "o.png"], "There is no file none.keras")
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save("other.keras")
    fails(capsys, ["sample", "--model", "other.keras", "--out", "o.png"], "holds a Sequential, not a GAN")
    whole = (in_tmp / "other.keras").read_bytes()
    (in_tmp / "half.keras").write_bytes(whole[: len(whole) // 2])
    fails(capsys, ["sample", "--model", "half.keras", "--out", "o.png"], "half.keras is not a saved model")
    np.savez("arrays.npz", a=1)
    fails(capsys, ["sample", "--model", "arrays.npz", "--out", "o.png"], "arrays.npz can't be loaded")
    fails(capsys, ["sample", "--model", "other.keras", "--out", "o.jpg"], "must name a .png")
    fails(capsys, ["sample", "--model", "other.keras", "--out", "no/o.png"], "There is no folder no")


def test_models_of_points_are_not_drawn(in_tmp, capsys):
    WGANGP(networks.mlp_generator(), networks.mlp_critic()).save("points.keras")
    fails(capsys, ["sample", "--model", "points.keras", "--out", "o.png"], "does not make images")


@pytest.mark.parametrize(
    "arguments",
    [[], ["train", "--steps", "0"], ["train", "--steps", "many"], ["train", "--model", "vae"], ["sample"]],
)
def test_bad_options_are_explained_by_the_parser(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err


def command(*arguments, cwd, python_options=(), **kwargs):
    line = [sys.executable, *python_options, "-m", "wgan_keras", *arguments]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, **kwargs)


def test_a_fresh_process_says_only_what_matters(tmp_path):
    write_folder(tmp_path / "photos")
    strict = ["-W", "error", *KNOWN_WARNINGS]
    good = command("train", *SMALL[:-1], "1", "--out", "run", cwd=tmp_path, python_options=strict)
    assert good.returncode == 0
    assert len(good.stdout.splitlines()) == 1
    lines = good.stderr.replace("\r", "\n").split("\n")
    assert all("updates" in line for line in lines if line), lines  # the progress bar and nothing else
    bad = command("train", "--data", "./nowhere", cwd=tmp_path)
    assert bad.returncode == 1
    assert bad.stderr.strip() == "error: There is no folder ./nowhere: check the path."


@pytest.mark.slow  # three fresh processes
def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    write_folder(tmp_path / "photos")
    assert command("train", *SMALL[:-1], "1", "--out", "run", cwd=tmp_path).returncode == 0
    before = files(tmp_path)

    def full():  # no file may grow beyond this: writes fail as on a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    model = tmp_path / "run" / "model.keras"
    sample = command("sample", "--model", model, "--out", "run/samples.png", cwd=tmp_path, preexec_fn=full)
    train = command("train", *SMALL, "--out", "second", cwd=tmp_path, preexec_fn=full)
    for result in (sample, train):
        assert result.returncode == 1
        assert result.stderr.splitlines()[-1].startswith("error: ")
        assert "can't be written (File too large); nothing was changed." in result.stderr.splitlines()[-1]
        assert "Traceback" not in result.stderr
    after = files(tmp_path)
    assert {name: after[name] for name in before} == before
    assert not [name for name in after if "partial" in name]
    assert "second/model.keras" not in after


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is a full disk on Linux")
@pytest.mark.parametrize(
    "name", ["settings.json", "samples.npz", "samples.png", "log.csv", "model.keras", "curves.png"]
)
def test_a_disk_that_is_full_at_one_file(in_tmp, capsys, name):
    write_folder(in_tmp / "photos")
    (in_tmp / "run").mkdir()
    for stage in ("partial", "partial-next"):  # where the file is written before it gets its name
        (in_tmp / "run" / f"{stage}-{name}").symlink_to("/dev/full")
    assert main(["train", *SMALL, "--out", "run"]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert re.fullmatch(
        rf"error: run/(next-)?{name} can't be written \(No space left .*nothing was changed.", error
    )
    for path in (in_tmp / "run").iterdir():
        assert path.name != name
        if path.is_symlink():
            path.unlink()  # one of the two stages has no use
    # With space again the run goes on, and its files are whole.
    assert main(["train", "--out", "run", *(SMALL if name == "settings.json" else ["--resume"])]) == 0
    with open("run/log.csv", newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0", "1"]
    assert not [path for path in files(in_tmp / "run") if "partial" in path]


def test_outputs_that_are_in_the_way(in_tmp, capsys):
    write_folder(in_tmp / "photos")
    (in_tmp / "a_file").write_text("")
    fails(capsys, ["train", *SMALL, "--out", "a_file"], "The folder a_file can't be made (File exists)")
    image_model().save("m.keras")
    (in_tmp / "folder.png").mkdir()
    sample = ["sample", "--model", "m.keras", "--out"]
    fails(
        capsys, [*sample, "folder.png"], "folder.png can't be written (Is a directory); nothing was changed"
    )
    fails(capsys, [*sample, "a_file/o.png"], "There is no folder a_file to write o.png to")


@pytest.mark.skipif(sys.platform != "linux", reason="not even root can write to /sys")
def test_folders_that_can_not_be_written_to(in_tmp, capsys):
    write_folder(in_tmp / "photos")
    image_model().save("m.keras")
    fails(capsys, ["train", *SMALL, "--out", "/sys/run"], "The folder /sys/run can't be made (")
    fails(capsys, ["train", *SMALL, "--out", "/sys/kernel"], "/sys/kernel/settings.json can't be written (")
    fails(capsys, ["sample", "--model", "m.keras", "--out", "/sys/o.png"], "/sys/o.png can't be written (")


def test_a_read_only_disk(in_tmp, capsys, monkeypatch):
    """On one, Linux refuses even to remove a file that is not there."""

    def refuse(*args):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    image_model().save("m.keras")
    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(os, "remove", refuse)
    assert main(["sample", "--model", "m.keras", "--out", "o.png"]) == 1
    assert (
        capsys.readouterr().err
        == "error: o.png can't be written (Read-only file system); nothing was changed.\n"
    )


def test_settings_that_can_not_be_read(in_tmp, capsys):
    (in_tmp / "run" / "settings.json").mkdir(parents=True)
    fails(capsys, ["train", "--resume", "--out", "run"], "run/settings.json: Is a directory")


def test_the_installed_command(tmp_path):
    line = [Path(sys.executable).with_name("wgan-keras"), "sample", "--model", "none.keras", "--out", "o.png"]
    result = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == "error: There is no file none.keras.\n"  # none of TensorFlow's notes either


def test_help_needs_no_run(tmp_path):
    result = run_python("from wgan_keras.__main__ import main; main(['train', '--help'])", cwd=tmp_path)
    assert result.returncode == 0
    assert "--resume" in result.stdout
    assert os.listdir(tmp_path) == []
