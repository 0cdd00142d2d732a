"""Folders of images: pictures of every kind with known pixels, and an answer for each that can't be read."""

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from conftest import run_python
from PIL import Image, PngImagePlugin

from wgan_keras import data


def write_image(path, size=(8, 8), mode="RGB", seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = {"RGB": (3,), "L": ()}[mode]
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], *channels), dtype="uint8")
    Image.fromarray(pixels).save(path)
    return pixels


def write_images(folder, n):
    return np.stack([write_image(folder / f"{i}.png", seed=i) for i in range(n)])


def read(folder, **kwargs):
    return np.stack(list(data.images(folder, **kwargs).as_numpy_iterator()))


# --- What is in a folder --------------------------------------------------------------------------------


def test_a_folder_with_subfolders(tmp_path):
    pixels = [write_image(tmp_path / name, seed=i) for i, name in enumerate(["a/1.png", "b/2.png", "c.PNG"])]
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.warns(UserWarning, match=r"1 \.txt"):
        assert (read(tmp_path) == np.stack(pixels)).all()
    with pytest.warns(UserWarning, match=r"1 \.txt"):
        batch = next(iter(data.image_batches(str(tmp_path), batch_size=3, n_critic=1)))
    order = np.argsort(batch.numpy()[:, 0, 0, 0])
    expected = np.stack(pixels) / 127.5 - 1
    assert batch.numpy()[order] == pytest.approx(expected[np.argsort(expected[:, 0, 0, 0])], abs=1e-6)


def test_subfolders_are_classes_in_every_split(tmp_path):
    pixels = {}
    for i, name in enumerate(["cat/1.png", "cat/deep/2.png", "ape/3.png", "ape/4.png", "dog/5.png"]):
        pixels[write_image(tmp_path / name, seed=i).tobytes()] = name[:3]
    for split in ("train", "train[:60%]", "train[60%:]"):
        found = data.images(tmp_path, split=split, labels=True)
        assert found.class_names == ["ape", "cat", "dog"]
        for image, label in found.as_numpy_iterator():
            assert found.class_names[label] == pixels[image.tobytes()]


@pytest.mark.parametrize("names", [["a/1.png", "a/2.png"], ["a/1.png", "b/2.png", "3.png"], ["1.png"]])
def test_pictures_without_classes_have_no_labels(tmp_path, names):
    for name in names:
        write_image(tmp_path / name)
    with pytest.raises(ValueError, match=r"have no labels: .* at least two subfolders"):
        data.images(tmp_path, labels=True)
    assert len(data.images(tmp_path)) == len(names)


def test_folders_named_as_images_and_hidden_files_are_no_images(tmp_path):
    pixels = write_image(tmp_path / "folder.png" / "1.png")
    (tmp_path / "._1.jpg").write_bytes(b"what macOS leaves beside 1.jpg")
    write_image(tmp_path / ".thumbnails" / "1.png", seed=1)
    assert (read(tmp_path) == pixels).all()


def test_slices_of_a_folder_part_it(tmp_path):
    write_images(tmp_path, 10)
    parts = [read(tmp_path, split=split) for split in ("train[:70%]", "train[70%:]")]
    assert [len(part) for part in parts] == [7, 3]
    assert len(np.unique(np.concatenate(parts).reshape(10, -1), axis=0)) == 10
    with pytest.raises(ValueError, match=r"holds 10 images, 'train\[:1%\]' takes none"):
        data.images(tmp_path, split="train[:1%]")


def test_missing_and_empty_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere"):
        data.images(str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"no folder \./nowhere"):
        data.images("./nowhere")
    (tmp_path / ".hidden.png").touch()
    with pytest.raises(
        ValueError, match=r"holds no images that Pillow decodes: it is empty, or its files are hid"
    ):
        data.images(tmp_path)


def test_the_home_folder_is_written_as_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    pixels = write_image(tmp_path / "pictures" / "a.png")
    for path in ("~/pictures", Path("~/pictures"), "~/pictures/"):
        assert (read(path) == pixels).all()
    with pytest.raises(FileNotFoundError, match=f"no folder {re.escape(str(tmp_path))}.nowhere: check"):
        data.images("~/nowhere")
    with pytest.raises(FileNotFoundError, match="no folder ~nobody-of-this-name/pictures: check"):
        data.images("~nobody-of-this-name/pictures")


# --- What is given in place of a folder -------------------------------------------------------------------


TO_BATCHES = (
    r", scale it to float32 in \[-1, 1\], and pass .*from_tensor_slices\(array\) to data.training_batches"
)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("photos.zip", "an archive: unpack it and pass the folder of its pictures"),
        ("photos.tar.gz", "an archive: unpack it and pass the folder of its pictures"),
        ("PHOTOS.TGZ", "an archive: unpack it and pass the folder of its pictures"),
        ("x.npz", r"a NumPy file: load its array with np\.load" + TO_BATCHES),
        ("x.npy", r"a NumPy file: load its array with np\.load" + TO_BATCHES),
        ("x.csv", r"a table: load it as an array \(n, height, width, channels\)" + TO_BATCHES),
        ("x.h5", "an HDF5 file: load its array with h5py" + TO_BATCHES),
        ("cat.JPG", "a single picture: pass the folder that holds it"),
        ("notes.txt", "a file: pass a folder of pictures"),
        ("train-images-idx3-ubyte", "a file: pass a folder of pictures"),
    ],
)
def test_a_file_in_place_of_a_folder(tmp_path, name, advice):
    (tmp_path / name).touch()
    for path in (tmp_path / name, str(tmp_path / name)):
        with pytest.raises(ValueError, match=f"^The data set {re.escape(str(path))} is {advice}.$"):
            data.images(path)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    pixels = write_image(tmp_path / name / "a.png")  # it is the folder that counts, not what it is called
    assert (read(tmp_path / name) == pixels).all()


@pytest.mark.parametrize("name", ["photos.zip", "x.npz", "x.csv", "cat.jpg"])
def test_a_file_that_is_not_there_gets_the_same_answer(name):
    with pytest.raises(ValueError, match=f"^The data set {name} is a"):
        data.images(name)


@pytest.mark.parametrize("address", ["https://example.org/photos.zip", "http://example.org", "S3://bucket/x"])
def test_an_address_in_place_of_a_folder(address):
    with pytest.raises(ValueError, match=f"^The data set {address} is an address: download its pictures and"):
        data.images(address)


# --- Formats ----------------------------------------------------------------------------------------------


COMMON = [
    "png",
    "apng",
    "jpg",
    "jpe",
    "jpeg",
    "jfif",
    "mpo",
    "jp2",
    "gif",
    "bmp",
    "dib",
    "tif",
    "tiff",
    "webp",
]
RARE = ["ppm", "pnm", "pcx", "tga", "sgi", "ico", "icns", "dds"]


@pytest.mark.parametrize("suffix", [*COMMON, *RARE])
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_formats_that_pillow_decodes(tmp_path, suffix, case):
    Image.new("RGB", (128, 128), (200, 100, 50)).save(tmp_path / f"a.{suffix}")
    (tmp_path / f"a.{suffix}").rename(tmp_path / case(f"a.{suffix}"))
    (image,) = read(tmp_path)
    assert image.shape[-1] == 3
    assert np.abs(image.astype(int) - (200, 100, 50)).max() <= 3


def register(monkeypatch, suffix, factory):
    """What a plugin such as pillow-heif tells Pillow: files that begin with OURS are opened by `factory`."""
    Image.init()
    monkeypatch.setattr(Image, "ID", [*Image.ID, "OURS"])
    monkeypatch.setitem(Image.OPEN, "OURS", (factory, lambda prefix: prefix.startswith(b"OURS")))
    monkeypatch.setitem(Image.EXTENSION, suffix, "OURS")


def test_a_format_that_a_plugin_registers_is_read(tmp_path, monkeypatch):
    pictures = [write_image(tmp_path / f"{i}.png", seed=i) for i in range(2)]
    content = (tmp_path / "1.png").read_bytes()
    (tmp_path / "1.png").unlink()
    (tmp_path / "1.heic").write_bytes(b"OURS" + content)
    with pytest.warns(UserWarning, match=r"1 \.heic"):
        assert len(read(tmp_path)) == 1
    register(
        monkeypatch, ".heic", lambda file, name: PngImagePlugin.PngImageFile(io.BytesIO(file.read()[4:]))
    )
    assert (read(tmp_path) == pictures).all()


def left_out(folder, counts):
    """Reading gives one warning, which names the folder and begins with these counts; returns its rest."""
    with pytest.warns(UserWarning, match="Left out") as caught:
        read(folder)
    (warning,) = caught
    assert warning.filename == __file__
    begin = f"Left out of {folder}, as Pillow does not decode them: {counts}. "
    assert str(warning.message).startswith(begin)
    return str(warning.message).removeprefix(begin)


def test_files_that_are_left_out_are_counted_by_suffix(tmp_path):
    write_image(tmp_path / "a.png")
    for name in ("x.heic", "y.HEIC", "z/z.heic", "labels.csv", "Thumbs.db", "Thumbs2.db", "README"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".DS_Store").touch()
    assert left_out(tmp_path, "3 .heic, 2 .db, 1 .csv, 1 without a suffix") == (
        "Convert pictures among them to JPEG or PNG; for .heic, install pillow-heif and call "
        "pillow_heif.register_heif_opener() instead."
    )


def test_many_suffixes_are_counted_in_short(tmp_path):
    write_image(tmp_path / "a.png")
    for i in range(7):
        (tmp_path / f"x.s{i}").touch()
    rest = left_out(tmp_path, "1 .s0, 1 .s1, 1 .s2, 1 .s3, 1 .s4 and 2 other suffixes")
    assert rest == "Convert pictures among them to JPEG or PNG."


@pytest.mark.parametrize(
    "suffix", ["pdf", "mpg", "mpeg", "mp4", "mov", "h5", "hdf", "eps", "ps", "emf", "svg"]
)
def test_documents_videos_and_arrays_are_not_pictures(tmp_path, suffix):
    pixels = write_image(tmp_path / "a.png")
    shutil.copy(tmp_path / "a.png", tmp_path / f"x.{suffix}")  # even if one could be opened
    left_out(tmp_path, f"1 .{suffix}")
    with pytest.warns(UserWarning, match="Left out"):
        assert (read(tmp_path) == pixels).all()


def test_linked_folders_are_counted(tmp_path):
    write_image(tmp_path / "elsewhere" / "b.png")
    write_image(tmp_path / "here" / "a.png")
    (tmp_path / "here" / "more").symlink_to(tmp_path / "elsewhere")
    assert "links are not followed" in left_out(tmp_path / "here", "1 linked folder(s)")


def test_a_folder_of_other_files_only(tmp_path):
    for name in ("1.heic", "2.heic", "notes.txt"):
        (tmp_path / name).touch()
    message = (
        f"The folder {tmp_path} holds no images that Pillow decodes: only 2 .heic, 1 .txt. Convert pictures"
    )
    with pytest.raises(ValueError, match=re.escape(message) + ".*pillow-heif"):
        data.images(tmp_path)


# --- Pictures of every kind -------------------------------------------------------------------------------


def test_a_grey_folder_has_one_channel_and_a_mixed_one_three(tmp_path):
    grey = write_image(tmp_path / "a.png", mode="L")
    assert (read(tmp_path) == grey[None, ..., None]).all()
    colour = write_image(tmp_path / "b.png", seed=1)
    assert (read(tmp_path) == [np.dstack([grey] * 3), colour]).all()


def test_mixed_sizes_need_image_size(tmp_path):
    write_image(tmp_path / "a.png", (20, 30), "L")
    write_image(tmp_path / "b.jpg", (64, 16), "RGB")
    assert read(tmp_path, image_size=16).shape == (2, 16, 16, 3)
    with pytest.raises(ValueError, match=r"b.jpg is 64 x 16 pixels, .*a.png is 20 x 30: pass image_size"):
        data.images(tmp_path)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (3, 2), (4000, 2000)])
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_tiny_and_large_pictures_take_the_size(tmp_path, size, suffix):
    Image.new("RGB", size, (200, 100, 50)).save(tmp_path / f"a.{suffix}", quality=100)
    image = read(tmp_path, image_size=16)
    assert image.shape == (1, 16, 16, 3)
    assert np.abs(image.astype(int) - (200, 100, 50)).max() <= 2


def test_the_middle_square_is_what_stays(tmp_path):
    stripes = Image.new("RGB", (900, 300), "red")
    stripes.paste("blue", (300, 0, 600, 300))
    for suffix in ("png", "jpg"):  # Pillow decodes a large JPEG at a fraction of its size
        stripes.save(tmp_path / f"a.{suffix}", quality=100)
    image = read(tmp_path, image_size=20)[:, :, 1:-1]  # without the seams
    assert np.abs(image.astype(int) - (0, 0, 255)).max() <= 4


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_reduced_picture_is_sharp(tmp_path, suffix):
    """Squares of 4 x 4 pixels, black and white by turns, become one pixel each."""
    board = np.indices((64, 64)).sum(0) % 2 * 255
    Image.fromarray(np.kron(board, np.ones((4, 4))).astype("uint8")).save(
        tmp_path / f"a.{suffix}", quality=100
    )
    (image,) = read(tmp_path, image_size=64)
    assert np.abs(image[..., 0].astype(int) - board).max() < 80  # of the 255 between black and white


# Ink c and black k leave (1 - c)(1 - k) of the light; a colour of opacity a lets 1 - a of the white through.
@pytest.mark.parametrize(
    ("name", "mode", "colour", "expected"),
    [
        ("a.tif", "CMYK", (255, 0, 0, 0), (0, 255, 255)),
        ("a.tif", "CMYK", (0, 255, 255, 0), (255, 0, 0)),
        ("a.tif", "CMYK", (0, 0, 0, 102), (153, 153, 153)),
        ("a.tif", "CMYK", (51, 0, 0, 51), (163, 204, 204)),
        ("a.jpg", "CMYK", (255, 0, 0, 0), (0, 255, 255)),  # as Photoshop writes it: inverted
        ("a.jpg", "CMYK", (0, 0, 0, 255), (0, 0, 0)),
        ("a.png", "RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("a.png", "RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("a.webp", "RGBA", (255, 0, 0, 51), (255, 204, 204)),
        ("a.png", "LA", (100, 51), (224,)),
        ("a.png", "L", 7, (7,)),
        ("a.png", "1", 1, (255,)),
        ("a.jpg", "YCbCr", (128, 128, 128), (128, 128, 128)),
    ],
)
def test_modes(tmp_path, name, mode, colour, expected):
    options = {"lossless": True} if name.endswith("webp") else {}
    Image.new(mode, (8, 8), colour).save(tmp_path / name, **options)
    (image,) = read(tmp_path)
    assert image.shape == (8, 8, len(expected))
    assert np.abs(image.astype(int) - expected).max() <= 1


@pytest.mark.parametrize(
    ("transparency", "expected"), [(1, (255, 255, 255)), (b"\xff\x33", (204, 255, 204)), (0, (0, 255, 0))]
)
def test_palettes(tmp_path, transparency, expected):
    """The one colour that is used, green, is transparent, one fifth opaque, or opaque."""
    picture = Image.new("P", (8, 8), 1)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.save(tmp_path / "a.png", transparency=transparency)
    assert (read(tmp_path) == expected).all()


@pytest.mark.parametrize("kind", ["png", "tif", "big-endian tif", "pgm"])
def test_16_bits_are_scaled_to_8(tmp_path, kind):
    ramp = np.arange(65536).reshape(256, 256)
    big_endian = ramp.astype(">u2").tobytes()
    if kind == "pgm":
        (tmp_path / "a.png").write_bytes(b"P5 256 256 65535\n" + big_endian)
    elif kind == "big-endian tif":
        Image.frombytes("I;16B", ramp.shape, big_endian).save(tmp_path / "a.tif")
    else:
        Image.fromarray(ramp.astype("uint16")).save(tmp_path / f"a.{kind}")
    (image,) = read(tmp_path)
    assert image.shape == (256, 256, 1)
    assert np.abs(image[..., 0] / 255 - ramp / 65535).max() <= 0.5 / 255 + 1e-9


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tif"])
def test_an_animation_gives_its_first_frame(tmp_path, suffix):
    first, *others = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green"))
    lossless = {"lossless": True} if suffix == "webp" else {}
    first.save(tmp_path / f"a.{suffix}", save_all=True, append_images=others, **lossless)
    with Image.open(tmp_path / f"a.{suffix}") as written:
        assert written.n_frames == 3
    assert (read(tmp_path) == (255, 0, 0)).all()
    assert len(read(tmp_path)) == 1


# EXIF: which side of the upright picture the first stored row and the first stored column are.
ORIENTATIONS = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_exif_rotation(tmp_path, orientation, dtype):
    upright = np.arange(6 * 4).reshape(6, 4).astype("uint8")
    row, column = ORIENTATIONS[orientation]
    stored = upright if row in ("top", "bottom") else upright.T
    stored = stored[::-1] if row in ("bottom", "right") else stored
    stored = stored[:, ::-1] if column in ("bottom", "right") else stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    scale = 257 if dtype == "uint16" else 1
    Image.fromarray(np.ascontiguousarray(stored).astype(dtype) * scale).save(tmp_path / "a.png", exif=exif)
    assert (read(tmp_path)[0, ..., 0] == upright).all()


def test_a_misnamed_picture_is_read(tmp_path):
    pixels = write_image(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert (read(tmp_path) == pixels).all()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak memory from /proc")
def test_a_large_photograph_is_not_held_in_full(tmp_path):
    Image.new("RGB", (8000, 8000), "red").save(tmp_path / "a.jpg")  # 256 MB as Pillow holds it
    write_image(tmp_path / "small" / "a.png")
    code = (
        "import sys; from pathlib import Path; from wgan_keras import data\n"
        "def peak():\n"
        "    return int(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])  # kB\n"
        "data.images(sys.argv[1] + '/small', image_size=32); before = peak()\n"
        "data.images(sys.argv[1], image_size=32); print(peak() - before)\n"
    )
    result = run_python(code, tmp_path, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) < 64_000


# --- Files that can't be read -----------------------------------------------------------------------------


def is_skipped(folder, name, reason, whole):
    """Reading warns of the one file, with the reason, and gives the others."""
    message = f"{folder} can't be read as images: {name} ({reason}"
    with pytest.warns(UserWarning, match=re.escape(message)) as caught:
        images = read(folder)
    (warning,) = caught
    assert str(warning.message).startswith(f"Skipped 1 of {len(whole) + 1} files in ")
    assert "\n" not in str(warning.message)
    assert (images == whole).all()


NO_FORMAT = "in no format that Pillow knows"


@pytest.mark.parametrize(
    "content", ["eps", b"\x00\x00\x01\xb3" + bytes(60), b"\x89HDF\r\n\x1a\n" + bytes(60)]
)
def test_documents_videos_and_arrays_that_are_named_as_pictures(tmp_path, content):
    whole = write_images(tmp_path, 3)
    if content == "eps":  # which Pillow would have Ghostscript run as a program
        file = io.BytesIO()
        Image.new("RGB", (8, 8)).save(file, "eps")
        content = file.getvalue()
    (tmp_path / "x.png").write_bytes(content)
    is_skipped(tmp_path, "x.png", NO_FORMAT, whole)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(RuntimeError("two\nlines"), "two lines"), (AssertionError(), "AssertionError"), (KeyError("x"), "'x'")],
)
def test_whatever_a_decoder_raises_is_the_reason(tmp_path, monkeypatch, error, reason):
    def fail(file, name):
        raise error

    register(monkeypatch, ".ours", fail)
    whole = write_images(tmp_path, 3)
    (tmp_path / "x.ours").write_bytes(b"OURS")
    is_skipped(tmp_path, "x.ours", f"{reason})", whole)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", NO_FORMAT), (b"a text", NO_FORMAT), (b"\x89PNG\r\n\x1a\n", ""), (b"\xff\xd8\xff\xe0", "")],
)
def test_files_that_are_no_images(tmp_path, content, reason):
    whole = write_images(tmp_path, 3)
    (tmp_path / "x.png").write_bytes(content)
    is_skipped(tmp_path, "x.png", reason, whole)


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "webp", "bmp", "tif"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_truncated_files(tmp_path, suffix, share):
    whole = write_images(tmp_path, 3)
    write_image(tmp_path / "x" / f"x.{suffix}", (64, 64))
    content = (tmp_path / "x" / f"x.{suffix}").read_bytes()
    (tmp_path / "x" / f"x.{suffix}").write_bytes(content[: int(len(content) * share)])
    is_skipped(tmp_path, os.path.join("x", f"x.{suffix}"), "", whole)


def test_numbers_without_black_and_white(tmp_path):
    whole = write_images(tmp_path, 3)
    for numbers in (np.linspace(0, 1, 64, dtype="float32"), np.arange(64, dtype="int32") * 10_000):
        Image.fromarray(numbers.reshape(8, 8)).save(tmp_path / "x.tif")
        is_skipped(tmp_path, "x.tif", f"{numbers.dtype} numbers", whole)


def test_large_pictures_are_read_and_decompression_bombs_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)  # Pillow warns from there on, and refuses from 100
    whole = write_images(tmp_path, 3)  # of 64 pixels
    assert (read(tmp_path) == whole).all()
    write_image(tmp_path / "x.png", (16, 16))
    is_skipped(tmp_path, "x.png", "Image size (256 pixels) exceeds limit of 100 pixels", whole)


def test_broken_links(tmp_path):
    whole = write_images(tmp_path, 3)
    (tmp_path / "x.png").symlink_to(tmp_path / "gone.png")
    is_skipped(tmp_path, "x.png", "No such file", whole)


@contextlib.contextmanager
def without_privileges():
    """Root reads everything: be another user for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="no permission bits")
def test_files_and_folders_without_permission():
    with tempfile.TemporaryDirectory() as name:  # another user can't pass through pytest's folders
        folder = Path(name)
        folder.chmod(0o755)
        whole = write_images(folder, 3)
        data.images(folder)  # loads the libraries, while they can be read
        (folder / "x.png").touch(mode=0)
        with without_privileges():
            is_skipped(folder, "x.png", "Permission denied", whole)
        (folder / "closed").mkdir(mode=0)
        refused = pytest.raises(PermissionError, match=r"closed can't be listed \(Permission denied\): make")
        with without_privileges(), refused:
            data.images(folder)


def test_many_unreadable_files_are_counted(tmp_path):
    write_images(tmp_path, 7)
    for i in range(7):
        (tmp_path / f"x{i}.png").touch()
    with pytest.warns(UserWarning, match=r"Skipped 7 of 14 files in .*: x0.png \(.*, x4.png \(") as caught:
        assert len(read(tmp_path)) == 7
    (warning,) = caught
    assert str(warning.message).endswith(f"x4.png ({NO_FORMAT}) and 2 more.")
    assert "x5" not in str(warning.message)
    (tmp_path / "x7.png").touch()
    with pytest.raises(ValueError, match=r"^8 of 15 files .* and 3 more. That is more than half: remove or"):
        data.images(tmp_path)


def test_no_readable_file(tmp_path):
    (tmp_path / "x.png").touch()
    with pytest.raises(ValueError, match=r"^1 of 1 files in .* can't be read as images: x.png \(in no"):
        data.images(tmp_path)
    (tmp_path / "y.heic").touch()
    with pytest.raises(ValueError, match=r"^1 of 1 files in .* Left out besides: 1 \.heic\. .*pillow-heif"):
        data.images(tmp_path)


def test_unreadable_files_and_files_of_other_kinds_are_told_apart(tmp_path):
    whole = write_images(tmp_path, 3)
    (tmp_path / "x.png").touch()
    (tmp_path / "labels.csv").touch()
    with pytest.warns(UserWarning, match=r"Skipped|Left out") as caught:
        assert (read(tmp_path) == whole).all()
    skipped, others = (str(warning.message) for warning in caught)
    assert skipped.startswith("Skipped 1 of 4 files")
    assert others.startswith(f"Left out of {tmp_path}, as Pillow does not decode them: 1 .csv.")


def test_unreadable_files_leave_the_slices_as_they_are(tmp_path):
    slices = ("train[:50%]", "train[50%:]")
    write_images(tmp_path, 10)
    before = [read(tmp_path, split=split) for split in slices]
    lost = write_image(tmp_path / "4.png", seed=4)
    (tmp_path / "4.png").write_bytes(b"")
    (place,) = (i for i, part in enumerate(before) if (part == lost).all((1, 2, 3)).any())
    assert (read(tmp_path, split=slices[1 - place]) == before[1 - place]).all()
    with pytest.warns(UserWarning, match="Skipped 1 of 5 files"):
        left = read(tmp_path, split=slices[place])
    assert (left == [image for image in before[place] if (image != lost).any()]).all()
