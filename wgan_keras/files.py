"""Files that are written whole or not at all."""

import contextlib
import os


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
