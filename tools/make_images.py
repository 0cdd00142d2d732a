"""Make the pictures in images/ again: python tools/make_images.py

demo_samples.png and demo_curves.png are what `make demo` writes (about two minutes on two cores).
"""

import shutil
import sys
import tempfile
from pathlib import Path

from wgan_keras.__main__ import main

IMAGES = Path(__file__).parent.parent / "images"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        status = main(["train", "--out", str(out)])
        if not status:
            for name in ("samples", "curves"):
                shutil.copy(out / f"{name}.png", IMAGES / f"demo_{name}.png")
    sys.exit(status)
