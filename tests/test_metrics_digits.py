"""Scores of digits: real ones are at their floor, and each known fault shows where it must."""

import numpy as np
import pytest

from wgan_keras import data, metrics


def test_the_shipped_classifier_reads_held_out_digits():
    images, labels = data.mnist_sample("test")
    features, probabilities = metrics.classify_digits(images / 127.5 - 1)
    assert features.shape == (1000, 64)
    assert probabilities.sum(1) == pytest.approx(1, abs=1e-5)
    assert np.mean(probabilities.argmax(1) == labels) >= 0.96


def test_other_images_are_refused():
    with pytest.raises(ValueError, match=r"\(n, 28, 28, 1\)"):
        metrics.classify_digits(np.zeros((2, 32, 32, 3)))


def test_quality_orders_faults():
    real = data.mnist_sample("train")[0][1000:2000] / 127.5 - 1
    scores = metrics.digit_quality(real)
    assert scores["frechet"] == pytest.approx(scores["frechet_real"], rel=0.5)
    assert scores["clear"] > 0.85
    noisy = np.clip(real + np.random.default_rng(0).normal(0, 0.5, real.shape), -1, 1)
    sevens = np.repeat(real[7::10], 10, axis=0)
    assert metrics.digit_quality(noisy)["frechet"] > 3 * scores["frechet_real"]
    assert metrics.digit_quality(sevens)["frechet"] > 10 * scores["frechet_real"]
    assert metrics.digit_quality(np.zeros((100, 28, 28, 1)))["frechet"] > 10 * scores["frechet_real"]


def test_quality_is_at_its_floor_for_real_digits_and_says_which_fault_a_set_has():
    real = data.mnist_sample("train")[0] / 127.5 - 1
    own = metrics.digit_quality(metrics.spread(real, 1000))
    for name in ("frechet", "kernel", "precision", "recall"):
        assert (
            own[name] == own[f"{name}_real"]
        )  # the training digits themselves are what the floor is made of
    assert own["histogram_kl"] < 0.01
    ones_and_sevens = np.concatenate([real[1::10], real[7::10]])
    faulty = metrics.digit_quality(ones_and_sevens)
    assert faulty["precision"] > 0.9 * faulty["precision_real"]
    assert faulty["recall"] < 0.5 * faulty["recall_real"]
    assert faulty["histogram_kl"] == pytest.approx(np.log(5), rel=0.1)  # two classes of ten
    by_parts = metrics.image_quality(
        ones_and_sevens, real, data.mnist_sample("test")[0] / 127.5 - 1, metrics.digit_features
    )
    assert by_parts == pytest.approx({name: faulty[name] for name in by_parts})


def test_scores_by_label_of_real_digits_and_of_copies():
    images, labels = data.mnist_sample("test")
    real = images / 127.5 - 1
    scores = metrics.digit_quality(real, labels)
    assert scores["label_accuracy"] == scores["label_accuracy_real"] > 0.95
    assert scores["label_spread"] == pytest.approx(scores["label_spread_real"])
    wrong = metrics.digit_quality(real, (labels + 1) % 10)
    assert wrong["label_accuracy"] < 0.05
    one_each = metrics.digit_quality(
        real[labels.argsort()[::100]][np.arange(1000) % 10], np.arange(1000) % 10
    )
    assert one_each["label_spread"] == pytest.approx(0, abs=1e-6)  # one image for each label
    three = real[labels == 3]
    pairs = [np.linalg.norm(a - b) for i, a in enumerate(three) for b in three[:i]]
    assert metrics.digit_quality(three, [3] * len(three))["label_spread"] == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize("labels", [[0] * 9, [0] * 9 + [10], [0] * 9 + [1], [0.0] * 10, "0" * 10, 3])
def test_labels_that_do_not_fit(labels):
    with pytest.raises(ValueError, match="labels must"):
        metrics.digit_quality(np.zeros((10, 28, 28, 1)), labels)
