"""The log of a run: rows of a resumed run, and a full disk."""

import csv
import sys

import pytest

from wgan_keras import callbacks


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
