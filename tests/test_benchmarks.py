"""Benchmarks run in their quick form, and the results they ship are whole."""

import contextlib
import csv
import importlib
import io
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import plane_model

from benchmarks import (
    architectures,
    command,
    conditional,
    estimates,
    image_models,
    ring_estimates,
    step_time,
    timings,
    toy_models,
    workers,
)
from wgan_keras import presets

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
NAMES = (
    "architectures",
    "conditional",
    "cost",
    "devices",
    "image_models",
    "ring_estimates",
    "step_time",
    "time_to_quality",
    "toy_models",
)
MODELS = {"GAN", "WGAN", "WGAN-GP"}
MODES = {"ring": 8, "grid": 25, "swiss_roll": None}


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def shipped(name):
    return rows_of((RESULTS / f"{name}.csv").read_text())


def shipped_json(name):
    return json.loads((RESULTS / f"{name}.json").read_text())


@contextlib.contextmanager
def nothing_written(folder):
    """Neither to a folder nor to the benchmarks' own."""

    def files():
        # Not the byte code that Python keeps of what it imports.
        paths = [path for path in (ROOT / "benchmarks").rglob("*") if path.suffix != ".pyc"]
        return {path: path.read_bytes() for path in paths if path.is_file()}

    before = files()
    yield
    assert files() == before
    assert not list(folder.iterdir())


@pytest.fixture
def quick_form(tmp_path, capsys, monkeypatch):
    """A function of a benchmark's name: what its quick form prints, run in this process."""

    def run(name):
        monkeypatch.chdir(tmp_path)
        with nothing_written(tmp_path):
            importlib.import_module(f"benchmarks.{name}").main(["--quick"])
        return capsys.readouterr().out

    return run


@pytest.fixture
def quick_command(tmp_path):
    """The same, run by its command in a fresh process."""

    def run(name):
        with nothing_written(tmp_path):
            done = subprocess.run(
                [sys.executable, "-m", f"benchmarks.{name}", "--quick"],
                capture_output=True,
                text=True,
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("name", NAMES)
def test_each_benchmark_is_a_command_that_tells_what_it_measures(name, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, f"benchmarks.{name}", raising=False)  # runpy warns of a second import
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as stop:
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert f"python -m benchmarks.{name} " in printed
    assert "results/" in printed


def test_rows_go_to_a_file_of_results_or_in_the_quick_form_to_the_screen(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "RESULTS", tmp_path)
    rows = [{"a": 1, "b": 0.5}, {"a": 2}]
    for quick in (False, True):
        command.put_csv("rows.csv", rows, ("a", "b"), quick)
    assert (tmp_path / "rows.csv").read_bytes() == b"a,b\n1,0.5\n2,\n"
    assert capsys.readouterr().out == "a,b\n1,0.5\n2,\n"
    command.write_json("rows.json", rows)
    assert json.loads((tmp_path / "rows.json").read_text()) == rows
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.csv", "rows.json"]


def test_rows_are_compared_within_each_round():
    rows = timings.compared("small", {"ours": [2, 6, 1], "theirs": [1, 12, 4]}, "theirs")
    assert rows == [
        {"size": "small", "row": "ours", "ms": 2000, "ratio": 0.5},  # ratios 2, 0.5, 0.25
        {"size": "small", "row": "theirs", "ms": 4000, "ratio": 1},
    ]


def two_numbers(a, b):
    import tensorflow as tf

    return a - b, tf.config.threading.get_intra_op_parallelism_threads()


@pytest.mark.slow  # two fresh processes load TensorFlow
def test_runs_on_each_core_come_back_in_order_and_an_error_comes_through():
    assert workers.on_each_core(two_numbers, [(5, 2), (2, 5)]) == [(3, 1), (-3, 1)]
    with pytest.raises(ZeroDivisionError):
        workers.on_each_core(divmod, [(1, 0)])


@pytest.fixture
def in_this_process(tmp_path, monkeypatch):
    """toy_models with results in its own folder and runs that cost nothing; a list of those computed."""
    computed = []

    def search(name, kind, rate):
        computed.append(("search", name, kind, rate))
        return {"data": name, "model": kind, "rate": rate, "w1": abs(rate - 2e-3)}

    def run(name, kind, seed, rate):
        computed.append(("run", name, kind, seed, rate))
        return [{"data": name, "model": kind, "seed": seed, "updates": 1, "w1": rate}]

    def one_by_one(function, arguments, folder):
        return [workers.result(folder, function, *a) for a in arguments]

    monkeypatch.setattr(command, "RESULTS", tmp_path)
    for replaced in (search, run):
        monkeypatch.setattr(toy_models, replaced.__name__, replaced)
    monkeypatch.setattr(toy_models, "on_each_core", one_by_one)
    return computed


def test_an_interrupted_benchmark_goes_on_where_it_was(in_this_process, tmp_path, monkeypatch):
    toy_models.main([])
    whole = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(whole) == {"toy_models_search.csv", "toy_models.csv"}
    everything = list(in_this_process)
    assert len(everything) == len(set(everything)) == 45 + 45
    for name in whole:
        (tmp_path / name).unlink()

    in_this_process.clear()
    counted, limit = toy_models.run, 7

    def interrupted(*arguments):
        if len(in_this_process) == 45 + limit:
            raise KeyboardInterrupt
        return counted(*arguments)

    interrupted.__name__ = "run"
    monkeypatch.setattr(toy_models, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        toy_models.main([])
    assert not (tmp_path / "toy_models.csv").exists()
    with pytest.raises(SystemExit, match="holds 52 runs of an interrupted benchmark: pass --resume"):
        toy_models.main([])
    monkeypatch.setattr(toy_models, "run", counted)
    toy_models.main(["--resume"])
    assert in_this_process == everything  # each once, none again
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == whole


def test_without_anything_to_resume_a_benchmark_says_so_and_starts(in_this_process, capsys):
    toy_models.main(["--resume"])
    assert "no interrupted benchmark" in capsys.readouterr().out
    assert len(in_this_process) == 90


def test_the_rate_of_a_model_is_the_one_with_the_least_mean_distance():
    table = {("GAN", 1): (1, 5), ("GAN", 2): (2, 3), ("WGAN", 1): (1, 1), ("WGAN", 2): (0, float("inf"))}
    table |= {("WGAN-GP", 1): (3, 3), ("WGAN-GP", 2): (2, 2)}
    found = [
        {"data": name, "model": model, "rate": rate, "w1": value}
        for (model, rate), values in table.items()
        for name, value in zip(("ring", "grid"), values, strict=True)
    ]
    assert toy_models.best_rates(found) == {"GAN": 2, "WGAN": 1, "WGAN-GP": 2}


def test_a_run_of_the_search_that_diverges_counts_as_infinitely_far():
    row = toy_models.search("ring", "WGAN-GP", 1e30, share=0.001)
    assert row == {"data": "ring", "model": "WGAN-GP", "rate": 1e30, "w1": float("inf")}


def check(row):
    modes = MODES[row["data"]]
    assert 0 < float(row["w1"]) < 10
    if modes is None:
        assert row["modes"] == row["high_quality"] == ""
    else:
        assert 0 <= int(row["modes"]) <= modes
        assert 0 <= float(row["high_quality"]) <= 1


def test_the_quick_form_prints_rows_and_writes_nothing(quick_form):
    rows = rows_of(quick_form("toy_models"))
    runs = {(row["data"], row["model"]) for row in rows}
    assert runs == {("ring", "GAN"), ("grid", "WGAN"), ("swiss_roll", "WGAN-GP")}
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


def test_the_presets_have_the_rates_that_the_shipped_search_found():
    found = [
        {**row, "rate": float(row["rate"]), "w1": float(row["w1"])} for row in shipped("toy_models_search")
    ]
    assert len(found) == 3 * 3 * 5
    assert all(row["w1"] > 0 for row in found)
    best = toy_models.best_rates(found)
    assert {kind: presets.POINTS[kind.lower()].learning_rate for kind in best} == best


def test_wgan_gp_finds_every_mode_in_all_five_seeds():
    rows = shipped("toy_models")
    for name, modes, quality in (("ring", 8, 0.9), ("grid", 25, 0.85)):
        ends = {row["seed"]: row for row in rows if (row["data"], row["model"]) == (name, "WGAN-GP")}
        assert len(ends) == 5
        assert all(int(r["modes"]) == modes and float(r["high_quality"]) >= quality for r in ends.values())


def check_estimates(row):
    """What every row of a checkpoint holds. A fresh critic misses differences; where its slope varies, its
    estimate, divided by the mean slope, can lie above W1: by 30 % at most in the runs that are shipped."""
    assert all(np.isfinite(float(row[name])) for name in estimates.COLUMNS)
    assert float(row["w1"]) > 0
    assert float(row["fresh_held_out"]) < 1.4 * float(row["w1"]) + 0.1


@pytest.mark.parametrize(
    ("name", "models"), [("image_models", {"GAN", "WGAN-GP"}), ("ring_estimates", MODELS)]
)
def test_the_quick_forms_with_estimates_print_rows_and_write_nothing(name, models, quick_form):
    rows = rows_of(quick_form(name))
    assert {row["model"] for row in rows} == models
    assert [row["updates"] for row in rows] == ["1"] * len(models)
    for row in rows:
        check_estimates(row)


def test_logged_values_are_means_since_the_checkpoint_before(monkeypatch):
    model = plane_model()
    points = np.random.default_rng(0).standard_normal((64, 2)).astype("float32")
    fresh = {"train": 1.0, "held_out": 0.5}
    monkeypatch.setattr(estimates.metrics, "independent_estimate", lambda *arguments, **options: fresh)
    judged = estimates.Estimates(points, points[:32], lambda samples: {"n": len(samples)}, checkpoints=(1, 3))
    history = model.fit(points, batch_size=32, epochs=3, callbacks=[judged], verbose=0).history
    logged = history["wasserstein_estimate"]
    first, second = judged.rows
    assert float(first["logged_estimate"]) == pytest.approx(logged[0], rel=1e-4)
    assert float(second["logged_estimate"]) == pytest.approx(np.mean(logged[1:]), rel=1e-4)
    assert float(second["own_held_out"]) == pytest.approx(model.evaluate(points[:32], verbose=0), rel=1e-4)
    assert (first["updates"], second["updates"], second["n"]) == (2, 6, "1000")
    assert second["fresh_held_out"] == "0.5"


def test_the_quick_form_of_architectures_prints_rows_and_writes_nothing(quick_form):
    rows = rows_of(quick_form("architectures"))
    assert {row["model"] for row in rows} == MODELS
    assert all(float(row["frechet"]) > float(row["frechet_real"]) for row in rows)


def test_the_quick_form_of_conditional_prints_rows_and_writes_nothing(quick_form):
    rows = rows_of(quick_form("conditional"))
    assert [row["way"] for row in rows] == list(conditional.WAYS)
    assert [row["label_accuracy"] != "" for row in rows] == [way != "none" for way in conditional.WAYS]


def test_label_maps_change_the_score_by_the_label():
    critic = conditional.maps_critic()
    image = np.zeros((10, 28, 28, 1), "float32")
    scores = np.ravel(critic([image, np.arange(10)]))
    assert len(set(scores.tolist())) == 10


def test_the_shipped_ways_to_give_labels_are_whole():
    rows = shipped("conditional")
    assert len(rows) == len(conditional.WAYS) * len(conditional.SEEDS)
    names = [name for name in conditional.SCORES if not name.startswith("label")]
    for row in rows:
        assert all(np.isfinite(float(row[name])) for name in names)
        assert float(row["frechet"]) > float(row["frechet_real"])
        if row["way"] != "none":
            assert float(row["label_accuracy"]) > 0.5
    with np.load(RESULTS / "conditional.npz") as saved:
        assert {way: saved[way].shape for way in saved} == dict.fromkeys(conditional.WAYS, (30, 28, 28))


def test_a_run_that_diverges_leaves_its_scores_empty_and_is_the_last_of_a_search(monkeypatch):
    monkeypatch.setitem(architectures.UPDATES, "WGAN-GP", 3)
    row, samples = architectures.run("all rules", "WGAN-GP", 0, 1e38, updates=3)
    assert "frechet" not in row
    assert samples.shape == (4, 28, 28)
    assert not samples.any()
    assert architectures.search("WGAN-GP", 1e38) == {
        "model": "WGAN-GP",
        "rate": 1e38,
        "frechet": float("inf"),
    }


def test_equal_time_gives_cheaper_updates_more_of_them():
    cost = {"deeper critic": 2.0, "ReLU in the critic": 0.95, "MLP generator": 0.5}
    rows = [
        {"setup": setup, "model": "GAN", "seconds": seconds * cost.get(setup, 1.0)}
        for setup in architectures.SETUPS
        for seconds in (0.1, 0.1, 0.3)
    ]
    updates = architectures.UPDATES["GAN"]
    assert architectures.same_time(rows) == {"deeper critic": updates // 2, "MLP generator": 2 * updates}


def test_the_shipped_estimates_are_whole():
    for name, benchmark in (("image_models", image_models), ("ring_estimates", ring_estimates)):
        runs = {}
        for row in shipped(name):
            check_estimates(row)
            runs.setdefault((row["model"], int(row["seed"])), []).append(int(row["updates"]))
        assert set(runs) == {(model, seed) for model in MODELS for seed in benchmark.SEEDS}
        for (model, _), updates in runs.items():
            steps = benchmark.UPDATES[model] // estimates.EPOCHS
            assert updates == [steps * epoch for epoch in estimates.CHECKPOINTS]
    with np.load(RESULTS / "image_models.npz") as pictures:
        shapes = {name: pictures[name].shape for name in pictures.files}
    assert shapes == dict.fromkeys(MODELS, (13, 10, 28, 28))


def test_the_presets_of_digits_have_the_rates_that_the_shipped_search_found():
    found = [
        {**row, "rate": float(row["rate"]), "frechet": float(row["frechet"])}
        for row in shipped("image_models_search")
    ]
    assert len(found) == 3 * 4
    for kind in MODELS:
        assert presets.DIGITS[kind.lower()].learning_rate == command.best_rate(found, kind)


def test_the_shipped_grid_of_architectures_is_whole():
    rows = shipped("architectures")
    equal_updates = [row for row in rows if row["budget"] == "updates"]
    cells = {(row["setup"], row["model"]) for row in equal_updates}
    assert cells == {(setup, model) for setup in architectures.SETUPS for model in MODELS}
    assert len(equal_updates) == len(architectures.SEEDS) * len(cells)
    assert {row["model"] for row in rows if row["budget"] == "time"} == {"GAN"}
    with np.load(RESULTS / "architectures.npz") as pictures:
        assert set(pictures.files) == {f"{setup}, {model}" for setup, model in cells}
        assert all(pictures[name].shape == (4, 28, 28) for name in pictures.files)
    found = {}
    for row in shipped("architectures_search"):
        found.setdefault(row["model"], []).append((float(row["frechet"]), float(row["rate"])))
    for row in rows:
        assert float(row["rate"]) == min(found[row["model"]])[1]


DEVICES = [
    "one device",
    "MirroredStrategy, 2 devices",
    "MultiWorker..., 2 processes",
    "mixed_bfloat16",
    "mixed_float16",
]


@pytest.mark.slow  # six fresh processes load TensorFlow
def test_the_quick_form_of_devices_prints_a_table_and_writes_nothing(quick_command):
    _, *rows = quick_command("devices").splitlines()
    assert [row.removeprefix("2-D MLP").rsplit(maxsplit=2)[0].strip() for row in rows] == DEVICES
    assert rows[0].endswith(" 1.00")
    assert all(float(number) > 0 for row in rows for number in row.split()[-2:])


def test_the_shipped_times_of_devices_are_whole():
    rows = shipped_json("devices")
    assert [row["row"] for row in rows] == 2 * DEVICES
    assert all(row["ms"] > 0 and row["ratio"] > 0 for row in rows)
    assert [row["ratio"] for row in rows if row["row"] == "one device"] == [1, 1]


SIZES = ["2-D MLP", "demo, 28 x 28", "large critic, 28 x 28"]


def test_the_quick_form_of_step_time_prints_a_table_and_writes_nothing(quick_form):
    header, *rows = quick_form("step_time").splitlines()
    assert header.split() == ["size", "row", "ms", "ratio", "share", "first"]
    assert rows[0].startswith("2-D MLP                textbook ")
    assert rows[1].startswith("2-D MLP                wgan_keras ")
    assert rows[2].startswith("2-D MLP                wgan_keras, jit_compile=True ")
    assert rows[3].startswith("2-D MLP                wgan_keras, steps_per_execution=2 ")
    for row in rows:
        ms, ratio, share, first = (float(number) for number in row.removesuffix(" s").split()[-4:])
        assert min(ms, ratio, first) > 0
        assert share >= 0  # of a machine's rate; two digits may show none of it on a busy one


def test_counted_operations_are_those_of_the_demos_networks():
    """Multiplications and additions for one sample, layer by layer, by hand."""
    filters, _ = step_time.SIZES["demo, 28 x 28"]
    generator, critic = step_time.package_networks(filters)
    made = [64 * 7 * 7 * 64, 7 * 7 * 25 * 64 * 32, 14 * 14 * 25 * 32 * 16, 28 * 28 * 25 * 16]
    scored = [14 * 14 * 25 * 16, 7 * 7 * 25 * 16 * 32, 4 * 4 * 25 * 32 * 64, 4 * 4 * 64]
    assert step_time.forward_operations(generator) == [2 * n for n in made]
    assert step_time.forward_operations(critic) == [2 * n for n in scored]
    once, twice = (step_time.operations(filters, n_critic) for n_critic in (1, 2))
    # One forward pass of the generator; the critic's forward and two backward passes on three batches, and
    # the penalty's pass along the gradient: ten in all, but for what the first layer saves.
    assert twice - once == 64 * 2 * (sum(made) + 10 * sum(scored) - 2 * scored[0])


@pytest.mark.slow  # the textbook's networks are large; each setting of cost has a fresh process
@pytest.mark.parametrize(("name", "rows"), [("time_to_quality", 4), ("cost", 2)])
def test_quick_forms_print_rows_and_write_nothing(name, rows, quick_command):
    assert len(quick_command(name).strip().splitlines()[-rows:]) == rows


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
    plain = [row for row in rows if row["setting"] == "demo, without labels"]
    others = [row for row in rows if row["setting"].startswith("textbook")]
    assert [row["seed"] for row in demo] == [row["seed"] for row in plain] == [0, 1, 2]
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
