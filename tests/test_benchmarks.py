"""Benchmarks run in their quick form, and the results they ship are whole."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
MODELS = {"GAN", "WGAN", "WGAN-GP"}
IMAGE_MODELS = MODELS | {"WGAN-GP, n_critic 5", "WGAN-GP, twice as long"}
LOOKS = {"ring": 8, "grid": 25, "swiss_roll": None}  # and how many modes there are


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def shipped(name):
    return rows_of((ROOT / "benchmarks" / f"{name}.csv").read_text())


def shipped_json(name):
    return json.loads((ROOT / "benchmarks" / f"{name}.json").read_text())


def quick_form(name, folder):
    """What a benchmark's quick form prints; it must write nothing, neither here nor beside itself."""

    def files():
        return {path: path.read_bytes() for path in (ROOT / "benchmarks").iterdir() if path.is_file()}

    before = files()
    script = ROOT / "benchmarks" / f"{name}.py"
    done = subprocess.run([sys.executable, script, "--quick"], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert files() == before
    assert not list(folder.iterdir())
    return done.stdout


def check(row):
    modes = LOOKS[row["data"]]
    assert 0 < float(row["w1"]) < 10
    if modes is None:
        assert row["modes"] == row["high_quality"] == ""
    else:
        assert 0 <= int(row["modes"]) <= modes
        assert 0 <= float(row["high_quality"]) <= 1


def test_the_quick_form_prints_rows_and_writes_nothing(tmp_path):
    rows = rows_of(quick_form("toy_models", tmp_path))
    assert {(row["data"], row["model"]) for row in rows} == {
        (name, model) for name in LOOKS for model in MODELS
    }
    for row in rows:
        check(row)


def test_the_shipped_results_are_whole():
    rows = shipped("toy_models")
    runs = {}
    for row in rows:
        check(row)
        runs.setdefault((row["data"], row["model"], row["seed"]), []).append(int(row["updates"]))
    assert len(runs) == 3 * 3 * 5
    for updates in runs.values():
        assert updates == [updates[-1] // 10 * (i + 1) for i in range(10)]


def test_wgan_gp_finds_every_mode_in_at_least_four_of_five_seeds():
    rows = shipped("toy_models")
    for name, modes, quality in (("ring", 8, 0.95), ("grid", 25, 0.90)):
        ends = {row["seed"]: row for row in rows if (row["data"], row["model"]) == (name, "WGAN-GP")}
        good = [int(r["modes"]) == modes and float(r["high_quality"]) >= quality for r in ends.values()]
        assert sum(good) >= 4


@pytest.mark.parametrize(("name", "models"), [("image_models", IMAGE_MODELS), ("architectures", MODELS)])
def test_the_image_benchmarks_quick_forms_print_and_write_nothing(name, models, tmp_path):
    printed = quick_form(name, tmp_path)
    table = printed[printed.index("model,seed" if name == "image_models" else "setup,model") :]
    rows = rows_of(table)
    assert {row["model"] for row in rows} == models
    assert all(float(row["frechet"]) > float(row["frechet_real"]) for row in rows)


def test_the_shipped_image_results_are_whole():
    runs = {}
    for row in shipped("image_models"):
        assert 0 < float(row["frechet"]) < 400
        assert all(0 <= float(row[name]) <= 1 for name in ("precision", "recall", "clear"))
        runs.setdefault((row["model"], row["seed"]), []).append(int(row["updates"]))
    assert set(runs) == {(model, seed) for model in IMAGE_MODELS for seed in "012"}
    for updates in runs.values():
        assert updates == [updates[-1] // 12 * (i + 1) for i in range(12)]
    with np.load(ROOT / "benchmarks" / "image_models.npz") as pictures:
        shapes = {name: pictures[name].shape for name in pictures.files}
    assert shapes == dict.fromkeys(IMAGE_MODELS, (13, 10, 28, 28))
    assert len(shipped("image_models_seconds")) == 8 * len(IMAGE_MODELS)


def test_the_shipped_grid_of_architectures_is_whole():
    rows = shipped("architectures")
    cells = {(row["setup"], row["model"]) for row in rows}
    assert len(rows) == 3 * len(cells) == 3 * 3 * 11
    with np.load(ROOT / "benchmarks" / "architectures.npz") as pictures:
        assert set(pictures.files) == {f"{setup}, {model}" for setup, model in cells}
        assert all(pictures[name].shape == (4, 28, 28) for name in pictures.files)


DEVICES = [
    "one device",
    "MirroredStrategy, 2 devices",
    "MultiWorker..., 2 processes",
    "mixed_bfloat16",
    "mixed_float16",
]


@pytest.mark.slow
def test_the_quick_form_of_devices_prints_a_table_and_writes_nothing(tmp_path):
    _, *rows = quick_form("devices", tmp_path).splitlines()
    assert [row.removeprefix("2-D MLP").rsplit(maxsplit=2)[0].strip() for row in rows] == DEVICES
    assert rows[0].endswith(" 1.00")
    assert all(float(number) > 0 for row in rows for number in row.split()[-2:])


def test_the_shipped_times_of_devices_are_whole():
    rows = shipped_json("devices")
    assert [row["row"] for row in rows] == 2 * DEVICES
    assert all(row["ms"] > 0 and row["ratio"] > 0 for row in rows)
    assert [row["ratio"] for row in rows if row["row"] == "one device"] == [1, 1]


SIZES = ["2-D MLP", "demo, 28 x 28", "large critic, 28 x 28"]


def test_the_quick_form_of_step_time_prints_a_table_and_writes_nothing(tmp_path):
    header, *rows = quick_form("step_time", tmp_path).splitlines()
    assert header.split() == ["size", "row", "ms", "ratio", "share", "first"]
    assert rows[0].startswith("2-D MLP                textbook ")
    assert rows[1].startswith("2-D MLP                wgan_keras ")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rows"), [("time_to_quality", 3), ("cost", 2)])
def test_quick_forms_print_rows_and_write_nothing(name, rows, tmp_path):
    assert len(quick_form(name, tmp_path).strip().splitlines()[-rows:]) == rows


def test_the_shipped_step_is_faster_than_pytorch_and_than_the_textbooks():
    """Small perceptrons have little to save: theirs takes groups of updates."""
    times = {(row["size"], row["row"]): row for row in shipped_json("step_time")}
    for size in SIZES:
        faster = "wgan_keras, steps_per_execution=300" if size == "2-D MLP" else "wgan_keras"
        assert times[size, "textbook"]["ratio"] == 1
        assert times[size, faster]["ratio"] < 1 < times[size, "PyTorch, eager"]["ratio"]
        assert times[size, "wgan_keras"]["ratio"] < times[size, "PyTorch, eager"]["ratio"]
        assert 0 < times[size, "wgan_keras"]["share"] < 1
        assert (size, "wgan_keras, jit_compile=True") in times


def test_the_shipped_demo_reaches_its_quality_ten_times_sooner_than_the_textbooks_setting():
    rows = shipped_json("time_to_quality")
    demo = [row for row in rows if row["setting"] == "demo"]
    others = [row for row in rows if row["setting"] != "demo"]
    assert [row["seed"] for row in demo] == [0, 1, 2]
    assert [row["setting"] for row in others] == ["textbook, batches of 64", "textbook, batches of 512"]
    slowest = max(row["seconds"] for row in demo)
    for row in others:
        assert (row["seconds"] or row["trained"]) >= 10 * slowest
        assert max(demo, key=lambda r: r["end"])["end"] <= row["end"]


def test_the_shipped_costs_are_whole_and_grow():
    rows = shipped_json("cost")
    for name, count in {"batch_size": 5, "image_size": 4, "n_critic": 4, "width": 4}.items():
        grown = [row for row in rows if row["grows"] == name]
        assert len(grown) == count
        assert grown[0]["ms"] < grown[-1]["ms"]
        assert grown[0]["mib"] < grown[-1]["mib"]
