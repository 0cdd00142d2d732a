"""What the timings share: data that take no time, and rows that were timed in turn."""

import statistics

import numpy as np
import tensorflow as tf


def repeated(shape):
    """One batch of uniform samples in [-1, 1], again and again: a `tf.data.Dataset` that takes no time."""
    batch = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
    options = tf.data.Options()
    options.autotune.enabled = False  # its thread sleeps through the end of a short run
    return tf.data.Dataset.from_tensors(batch).repeat().with_options(options)


def compared(size, seconds, reference):
    """A dict for each row: its median time, and the median of its ratio to the reference's in the same round.

    Args:
        size: a name that all rows carry.
        seconds: {row: list of the seconds of an update, one for each round}.
        reference: the row that the others are divided by.
    """
    return [
        {
            "size": size,
            "row": row,
            "ms": round(1e3 * statistics.median(times), 3),
            "ratio": round(statistics.median(a / b for a, b in zip(times, seconds[reference])), 3),
        }
        for row, times in seconds.items()
    ]
