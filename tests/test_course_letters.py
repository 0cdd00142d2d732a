"""Letters: balanced, distinct, in the middle, and readable by a classifier that knows nothing of fonts."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from wgan_keras.course import letters


@pytest.fixture(scope="module")
def sample():
    images, labels = letters.letters(2600, seed=0)
    return images[..., 0].astype("float64") / 255, labels


def test_letters_take_turns_and_seeds_repeat(sample):
    images, labels = sample
    assert np.bincount(labels).tolist() == [100] * 26
    again, _ = letters.letters(52, seed=0)
    assert (np.round(images[:52] * 255) == again[..., 0]).all()
    assert (letters.letters(52, seed=1)[0] != again).any()


def test_nothing_is_cut_off_and_letters_lie_in_the_middle(sample):
    images, _ = sample
    border = np.concatenate([images[:, [0, -1]].ravel(), images[:, :, [0, -1]].ravel()])
    assert border.max() == 0
    rows, columns = (np.arange(28) - 13.5 for _ in range(2))
    ink = images.sum((1, 2))
    assert np.abs((images.sum(2) @ rows) / ink).max() < 3.5
    assert np.abs((images.sum(1) @ columns) / ink).max() < 3.5


def test_each_font_draws_each_letter_in_its_own_way():
    glyphs = {(f, a): letters._drawn(f, a).tobytes() for f in letters.FONTS for a in letters.ALPHABET}
    assert len(glyphs) == 22 * 26
    # cmmi10 and cmti10 share some capitals; no two letters look the same.
    assert len(set(glyphs.values())) > 540
    by_picture = {}
    for (_, letter), picture in glyphs.items():
        assert by_picture.setdefault(picture, letter) == letter


def test_shear_slants_to_the_right_and_stroke_thickens():
    plain = letters._drawn("DejaVuSans", "I").astype(float)
    slanted = letters._drawn("DejaVuSans", "I", shear=0.2).astype(float)
    rows = np.arange(28) - 13.5
    place = [(image @ rows)[8:20] / image.sum(1)[8:20] for image in (plain, slanted)]
    slope = [np.polyfit(rows[8:20], x, 1)[0] for x in place]
    assert slope == pytest.approx([0, -0.2], abs=0.02)  # the top, at negative rows, moves to the right
    assert letters._drawn("DejaVuSans", "I", stroke=3).sum() > 1.2 * plain.sum()


def test_nearest_neighbours_read_them(sample):
    images, labels = sample
    flat = images.reshape(len(images), -1)
    reader = KNeighborsClassifier(1).fit(flat[:1300], labels[:1300])
    assert reader.score(flat[1300:], labels[1300:]) > 0.85


@pytest.mark.parametrize("arguments", [{"n": 0}, {"n": 2.5}, {"n": 4, "seed": -1}])
def test_wrong_arguments(arguments):
    with pytest.raises(ValueError, match="must be an integer"):
        letters.letters(**arguments)
