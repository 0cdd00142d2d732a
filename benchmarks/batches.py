"""Data for timings."""

import numpy as np
import tensorflow as tf


def repeated(shape):
    """One batch of uniform samples in [-1, 1], again and again: a `tf.data.Dataset` that takes no time."""
    batch = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
    options = tf.data.Options()
    options.autotune.enabled = False  # its thread sleeps through the end of a short run
    return tf.data.Dataset.from_tensors(batch).repeat().with_options(options)
