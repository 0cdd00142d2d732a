"""Capital letters in the text fonts that matplotlib's wheel carries, as images with labels."""

from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from wgan_keras._checks import check_counts, check_seed

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FONTS = (
    *(f"DejaVuSans{face}" for face in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSansMono{face}" for face in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSerif{face}" for face in ("", "-Bold", "-Italic", "-BoldItalic")),
    *(f"STIXGeneral{face}" for face in ("", "Bol", "Italic", "BolIta")),
    *("cmr10", "cmb10", "cmti10", "cmmi10", "cmss10", "cmtt10"),
)
SIDE, LARGE, INK = 28, 112, 80  # letters are drawn large and made smaller, so that their edges are smooth


def letters(n, *, seed=0):
    """Images of capital letters in 22 fonts, each a little sheared, scaled and thickened by chance.

    Args:
        n: images; the letters take turns (A, B, ..., Z, A, ...), fonts are drawn by chance.
        seed: integer.

    Returns:
        (images, labels): uint8 (n, 28, 28, 1), 0 black to 255 white ink, and int (n,), 0 (A) to 25 (Z).

    Raises:
        ValueError: n or seed out of range.

    Example:

    >>> images, labels = letters(52)
    >>> images.shape, labels[24:28].tolist()
    ((52, 28, 28, 1), [24, 25, 0, 1])
    """
    check_counts(n=n)
    check_seed(seed)
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % len(ALPHABET)
    images = [
        _drawn(
            rng.choice(FONTS),
            ALPHABET[label],
            shear=rng.uniform(-0.2, 0.2),
            scale=rng.uniform(0.85, 1.1),
            stroke=int(rng.integers(0, 4)),
        )
        for label in labels
    ]
    return np.stack(images)[..., None], labels


def _drawn(font, letter, shear=0.0, scale=1.0, stroke=0):
    """One letter, uint8 (28, 28), that fits into a square of 20 * scale pixels in the middle, as MNIST's do.

    shear is the tangent of its slant, stroke the thickness that is added, in hundredths of the font's size.
    """
    image = Image.new("L", (2 * LARGE, 2 * LARGE))
    ImageDraw.Draw(image).text((LARGE, LARGE), letter, 255, _font(font), anchor="mm", stroke_width=stroke)
    slant = (1, shear, -shear * LARGE, 0, 1, 0)
    image = image.transform(image.size, Image.Transform.AFFINE, slant, Image.Resampling.BILINEAR)
    image = image.crop(image.getbbox())
    factor = scale * INK / max(image.size)
    image = image.resize([round(factor * side) for side in image.size], Image.Resampling.BILINEAR)
    whole = Image.new("L", (LARGE, LARGE))
    whole.paste(image, tuple((LARGE - side) // 2 for side in image.size))
    return np.asarray(whole.resize((SIDE, SIDE), Image.Resampling.BOX))


@cache
def _font(name):
    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf"), 100)
