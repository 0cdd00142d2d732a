"""Benchmarks run in their quick form, and the results they ship are whole."""

import csv
import io
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOOKS = {"ring": 8, "grid": 25, "swiss_roll": None}  # and how many modes there are


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def check(row):
    modes = LOOKS[row["data"]]
    assert 0 < float(row["w1"]) < 10
    if modes is None:
        assert row["modes"] == row["high_quality"] == ""
    else:
        assert 0 <= int(row["modes"]) <= modes
        assert 0 <= float(row["high_quality"]) <= 1


def test_the_quick_form_prints_rows_and_writes_nothing(tmp_path):
    script, results = ROOT / "benchmarks" / "toy_models.py", ROOT / "benchmarks" / "toy_models.csv"
    before = results.read_bytes()
    done = subprocess.run([sys.executable, script, "--quick"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = rows_of(done.stdout)
    assert {(row["data"], row["model"]) for row in rows} == {
        (name, model) for name in LOOKS for model in ("GAN", "WGAN", "WGAN-GP")
    }
    for row in rows:
        check(row)
    assert results.read_bytes() == before


def test_the_shipped_results_are_whole():
    rows = rows_of((ROOT / "benchmarks" / "toy_models.csv").read_text())
    runs = {}
    for row in rows:
        check(row)
        runs.setdefault((row["data"], row["model"], row["seed"]), []).append(int(row["updates"]))
    assert len(runs) == 3 * 3 * 5
    for updates in runs.values():
        assert updates == [updates[-1] // 10 * (i + 1) for i in range(10)]


def test_wgan_gp_finds_every_mode_in_at_least_four_of_five_seeds():
    rows = rows_of((ROOT / "benchmarks" / "toy_models.csv").read_text())
    for name, modes, quality in (("ring", 8, 0.95), ("grid", 25, 0.90)):
        ends = {row["seed"]: row for row in rows if (row["data"], row["model"]) == (name, "WGAN-GP")}
        good = [int(r["modes"]) == modes and float(r["high_quality"]) >= quality for r in ends.values()]
        assert sum(good) >= 4
