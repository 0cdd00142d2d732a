"""Files that are written whole or not at all."""

import contextlib
import io
import os
from pathlib import Path

import numpy as np


@contextlib.contextmanager
def written_whole(path):
    """A path to write to, which becomes `path` only when the block ends without an error.

    Example:

    >>> with written_whole("notes.txt") as partial, open(partial, "w") as file:
    ...     _ = file.write("all of it, or nothing")
    >>> os.remove("notes.txt")
    """
    folder, name = os.path.split(os.fspath(path))
    partial = os.path.join(folder, f"partial-{name}")  # writers look at the suffix, so it stays
    try:
        yield partial
        with open(partial, "rb+") as file:
            os.fsync(file.fileno())  # or a power failure could leave an empty file under the new name
        os.replace(partial, path)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(error.errno, f"{path} can't be written ({reason}); nothing was changed.") from None
    finally:
        with contextlib.suppress(OSError):  # it is gone, or the disk is read-only
            os.remove(partial)


def save_arrays(path, **arrays):
    """Write arrays to a compressed .npz file, whole or not at all.

    Example:

    >>> save_arrays("points.npz", x=np.zeros(3))
    >>> np.load("points.npz")["x"].shape
    (3,)
    >>> os.remove("points.npz")
    """
    # In memory first: on a full disk a zip file that is being written fails once more when it is dropped.
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    with written_whole(path) as partial:
        Path(partial).write_bytes(content.getvalue())
