"""A folder of pictures, whatever their formats and shapes, as one array; Pillow decodes them."""

import os
import re
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from wgan_keras.data.splits import split_rows

_THEN = (
    "scale it to float32 in [-1, 1], and pass tf.data.Dataset.from_tensor_slices(array) to "
    "data.training_batches"
)
_INSTEAD = {
    ".zip .tar .gz .tgz .bz2 .xz .7z .rar": "an archive: unpack it and pass the folder of its pictures",
    ".npy .npz": f"a NumPy file: load its array with np.load, {_THEN}",
    ".h5 .hdf5 .hdf": f"an HDF5 file: load its array with h5py, {_THEN}",
    ".csv .tsv .xlsx .parquet": f"a table: load it as an array (n, height, width, channels), {_THEN}",
}


def refuse_files(path):
    """Say what to do with a file or an address that is given in place of a folder."""
    suffix = Path(path).suffix.lower()
    kinds = [kind for suffixes, kind in _INSTEAD.items() if suffix in suffixes.split()]
    if re.match("[a-z][a-z0-9+.-]+:/", path, re.IGNORECASE):  # a drive of Windows has one letter
        kinds = ["an address: download its pictures and pass the folder that holds them"]
    elif suffix and suffix in _suffixes():
        kinds = ["a single picture: pass the folder that holds it"]
    elif not kinds and Path(path).is_file():
        kinds = ["a file: pass a folder of pictures"]
    if kinds:
        raise ValueError(f"The data set {path} is {kinds[0]}.")


def folder_images(folder, split, side):
    """A slice of the pictures below a folder, and the subfolders they lie in.

    Args:
        folder: `Path` of a folder.
        split: a TFDS split of "train", which holds all pictures.
        side: of the squares to which pictures are cropped and resized; `None` keeps their size.

    Returns:
        (pictures, subfolders, all_subfolders): uint8 array (n, height, width, channels), 0..255, one channel
        if all pictures are grey, else three; for each picture the name of the subfolder that it lies in or
        below, "" for a picture in `folder` itself; the names for the pictures of all splits, sorted.

    Raises:
        ValueError, PermissionError: as for `images`.
    """
    paths, left_out = _files(folder)
    if not paths:
        found = f"only {_counted(left_out)}" if left_out else "it is empty, or its files are hidden."
        raise ValueError(f"The folder {folder} holds no images that Pillow decodes: {found}")
    # Sorted names often group by class: a fixed permutation makes each slice a fair sample.
    rows = np.random.default_rng(0).permutation(len(paths))
    chosen = np.array(paths)[np.sort(split_rows(split, {"train": rows}))]
    if not len(chosen):
        raise ValueError(f"{folder} holds {len(paths)} images, {split!r} takes none: take a larger split.")
    pictures, unreadable = _read_all(chosen, side)
    if unreadable:
        names = [f"{path.relative_to(folder)} ({reason})" for path, reason in unreadable.items()]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        found = f"{len(names)} of {len(chosen)} files in {folder} can't be read as images: "
        found += f"{', '.join(names[:5])}{more}."
        if len(names) > len(chosen) / 2:
            besides = f" Left out besides: {_counted(left_out)}" if left_out else ""
            raise ValueError(f"{found} That is more than half: remove or replace them.{besides}")
        warnings.warn(f"Skipped {found}", stacklevel=4)
    if left_out:
        warnings.warn(
            f"Left out of {folder}, as Pillow does not decode them: {_counted(left_out)}", stacklevel=4
        )
    channels = max(picture.shape[-1] for picture in pictures.values())
    whole = [np.broadcast_to(picture, (*picture.shape[:2], channels)) for picture in pictures.values()]
    subfolders = {path: "".join(path.relative_to(folder).parts[:-1][:1]) for path in paths}
    return np.stack(whole), [subfolders[path] for path in pictures], sorted(set(subfolders.values()))


# --- What is in the folder ----------------------------------------------------------------------------


def _formats():
    """The formats whose pixels Pillow decodes itself, those of registered plugins included.

    Without video, without documents that another program draws, without formats that Pillow only recognizes.
    """
    from PIL import Image, ImageFile

    Image.init()
    return [
        name
        for name, (factory, _) in Image.OPEN.items()
        if name not in ("MPEG", "EPS")
        and not (isinstance(factory, type) and issubclass(factory, ImageFile.StubImageFile))
    ]


def _suffixes():
    """The suffixes of files in these formats, in small letters."""
    from PIL import Image

    formats = {*_formats(), "MPO"}  # pictures of one moment in one file: what opens JPEG opens it
    return {suffix for suffix, name in Image.registered_extensions().items() if name in formats}


def _files(folder):
    """The files below a folder that are named as images, sorted, and a count of the others by suffix.

    Hidden files and folders are in neither.
    """

    def refuse(error):
        raise PermissionError(
            f"The folder {error.filename} can't be listed ({error.strerror}): make it readable, or move it."
        ) from None

    paths, left_out, suffixes = [], Counter(), _suffixes()
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        names = [name for name in names if not name.startswith(".")]  # macOS puts ._1.jpg beside 1.jpg
        for path in (Path(parent, name) for name in names):
            suffix = path.suffix.lower()
            if suffix in suffixes:
                paths.append(path)
            else:
                left_out[suffix or "without a suffix"] += 1
        left_out.update("linked folder(s)" for name in folders if Path(parent, name).is_symlink())
    return sorted(paths), left_out


def _counted(left_out):
    """How many files of each suffix, and what to do about them."""
    kinds = [f"{n} {kind}" for kind, n in sorted(left_out.items(), key=lambda item: (-item[1], item[0]))]
    more = f" and {len(kinds) - 5} other suffixes" if len(kinds) > 5 else ""
    remedies = ["Convert pictures among them to JPEG or PNG"]
    if {".heic", ".heif", ".hif"} & set(left_out):
        remedies += ["for .heic, install pillow-heif and call pillow_heif.register_heif_opener() instead"]
    if "linked folder(s)" in left_out:
        remedies += ["links are not followed: move their folders here"]
    return f"{', '.join(kinds[:5])}{more}. {'; '.join(remedies)}."


# --- Reading ------------------------------------------------------------------------------------------


def _read_all(paths, side):
    """{path: picture} of those that can be read, all of one size, and {path: reason} of the others."""
    from PIL import UnidentifiedImageError
    from tqdm.auto import tqdm

    pictures, unreadable, formats = {}, {}, _formats()
    for path in tqdm(paths, desc="reading images", unit="image", disable=len(paths) < 1000):
        try:
            pictures[path] = _read_image(path, side, formats)
        except UnidentifiedImageError:
            unreadable[path] = "in no format that Pillow knows"
        except Exception as error:  # what a decoder raises for a damaged file is up to the decoder
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            unreadable[path] = " ".join(reason.split())
        else:
            (first, picture), (height, width, _) = next(iter(pictures.items())), pictures[path].shape
            if (height, width) != picture.shape[:2]:
                raise ValueError(
                    f"{path} is {width} x {height} pixels, {first} is {picture.shape[1]} x "
                    f"{picture.shape[0]}: pass image_size to bring all to one size."
                )
    return pictures, unreadable


def _read_image(path, side, formats):
    """A picture as uint8 (height, width, 1 or 3); cropped and resized to side x side, if that is given."""
    from PIL import Image, ImageOps

    # Pillow warns of large pictures and odd metadata, which leave the pixels as they are.
    with warnings.catch_warnings(action="ignore"), Image.open(path, formats=formats) as image:
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
