"""Checks of arguments that several modules share: each raises one sentence that names the argument."""

import math
import numbers
import os
import reprlib
from pathlib import Path

import numpy as np


def is_number(value, kind=numbers.Real):
    """Whether it is a number, Python's or NumPy's; a boolean is not one."""
    return isinstance(value, kind) and not isinstance(value, bool)


def shown(value):
    """A value as an error names it: short, in one line."""
    return " ".join(reprlib.repr(value).split())


def check_counts(at_least=1, **counts):
    """Integers from `at_least` on."""
    for name, value in counts.items():
        if not is_number(value, numbers.Integral) or value < at_least:
            raise ValueError(f"{name} must be an integer of at least {at_least}, got {shown(value)}.")


def check_seed(seed):
    """A seed as NumPy, TensorFlow and Keras all take it."""
    if not is_number(seed, numbers.Integral) or not 0 <= seed < 2**63:
        raise ValueError(f"seed must be an integer from 0 to 2^63 - 1, got {shown(seed)}.")


def check_sizes(length=None, **sizes):
    """Sequences of integers of at least 1, such as widths of layers or the shape of an image."""
    for name, values in sizes.items():
        many = "" if length is None else f"{length} "
        try:
            values = None if isinstance(values, (str, bytes, dict)) else tuple(values)
        except TypeError:
            values = None
        if values is None or length not in (None, len(values)):
            raise ValueError(f"{name} must be a sequence of {many}integers, got {shown(sizes[name])}.")
        check_counts(**{f"{name}[{i}]": value for i, value in enumerate(values)})


def check_numbers(**values):
    """Finite real numbers."""
    for name, value in values.items():
        if not is_number(value) or not math.isfinite(value):
            raise ValueError(f"{name} must be a finite number, got {shown(value)}.")


def check_positive(or_zero=False, **values):
    """Finite real numbers above 0, or from 0 on."""
    for name, value in values.items():
        if not is_number(value) or not 0 <= value < math.inf or not (value or or_zero):
            allowed = "0 or a positive number" if or_zero else "a positive number"
            raise ValueError(f"{name} must be {allowed}, got {shown(value)}.")


def check_interval(**intervals):
    """Pairs (low, high) of finite numbers."""
    for name, interval in intervals.items():
        try:
            low, high = interval
            right = -math.inf < low < high < math.inf
        except (TypeError, ValueError):
            right = False
        if not right:
            raise ValueError(
                f"{name} must be (low, high), two finite numbers with low < high, got {shown(interval)}."
            )


def as_numbers(values, name, dtype="float64"):
    """An array of finite real numbers from an array, a tensor, or lists of numbers."""
    try:
        values = np.asarray(values)
        if values.dtype.kind not in "iufV":  # V: bfloat16; no booleans, text or objects
            raise TypeError
        values = values.astype(dtype)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers, in an array or in lists of one length.") from None
    if not values.size:
        raise ValueError(f"{name} must be at least one number: the array is empty.")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be free of NaN and infinite values: remove or replace them.")
    return values


def as_images(images, name="images"):
    """A float array (n, height, width, 1 or 3), scaled to about [-1, 1] (noise may reach beyond)."""
    whole, images = images, as_numbers(images, name, "float32")
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(f"{name} must have shape (n, height, width, 1 or 3), got {images.shape}.")
    if np.asarray(whole).dtype.kind in "iu" or np.abs(images).max() > 10:
        raise ValueError(f"{name} must be floats in [-1, 1]: scale 0..255 by {name} / 127.5 - 1.")
    return images


def as_labels(labels):
    """Labels as an array of integers (n,), n at least 1."""
    try:
        labels = np.asarray(labels)
    except ValueError:
        labels = np.array("")
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not labels.size:
        raise ValueError(f"labels must be integers (n,), such as [0, 1, 2], got {shown(labels)}.")
    return labels


def check_path(path, suffixes=()):
    """The path of a file, with one of the suffixes if any are given; returns it as `Path`."""
    if not isinstance(path, (str, os.PathLike)) or not Path(path).name:
        raise ValueError(f"path must name a file, got {shown(path)}.")
    if suffixes and Path(path).suffix not in suffixes:
        raise ValueError(f"path must end in {' or '.join(suffixes)}, got {path}.")
    return Path(path)


def as_probabilities(values, name):
    """Numbers as probabilities with sum 1, or a ValueError that names the argument."""
    values = as_numbers(values, name)
    if not (values >= 0).all() or not math.isclose(values.sum(), 1, abs_tol=1e-6):
        raise ValueError(f"{name} must be non-negative numbers with sum 1: divide them by their sum.")
    return values
