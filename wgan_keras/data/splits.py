"""Splits of data that are held in memory, written as TensorFlow Datasets writes them: "train[:10%]"."""

from types import SimpleNamespace


def split_rows(split, rows):
    """The rows that a split selects.

    Args:
        split: a TFDS split, such as "train" or "train[:10%]".
        rows: {name of a split: array of its row numbers, in order}.

    Returns:
        array of row numbers.

    Raises:
        ValueError: no such split.

    Example:

    >>> split_rows("train[:50%]", {"train": [3, 0, 2, 1]})
    [3, 0]
    """
    if isinstance(split, str) and split in rows:  # most calls: TFDS, which takes a second, is not loaded
        return rows[split]
    import tensorflow_datasets as tfds

    infos = {name: SimpleNamespace(num_examples=len(numbers)) for name, numbers in rows.items()}
    try:
        (chosen,) = tfds.core.ReadInstruction.from_spec(split).to_absolute(infos)
    except (ValueError, AttributeError, TypeError, AssertionError):
        raise ValueError(
            f"split {split!r} is not among {', '.join(rows)}, nor a slice of one, such as 'train[:10%]'."
        ) from None
    return rows[chosen.splitname][chosen.from_ : chosen.to]
