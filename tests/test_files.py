"""Files are written whole or not at all."""

import errno
from pathlib import Path

import numpy as np
import pytest

from wgan_keras.files import save_arrays, written_whole


def test_arrays_come_back(tmp_path):
    save_arrays(tmp_path / "pictures.npz", GAN=np.eye(2), WGAN=np.zeros(3))
    with np.load(tmp_path / "pictures.npz") as pictures:
        assert pictures["GAN"].tolist() == [[1, 0], [0, 1]]
        assert set(pictures.files) == {"GAN", "WGAN"}
    assert [path.name for path in tmp_path.iterdir()] == ["pictures.npz"]


def test_what_fails_leaves_the_older_file(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("older")

    def half():
        with written_whole(path) as partial:
            Path(partial).write_text("half of")
            raise OSError(errno.ENOSPC, "No space left")

    with pytest.raises(OSError, match=r"notes.txt can't be written \(No space left\); nothing was changed"):
        half()
    assert path.read_text() == "older"
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]
