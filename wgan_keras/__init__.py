"""From the GAN to WGAN-GP in Keras 3: model classes that override `train_step`, data, networks, figures."""

import contextlib
import os
import sys


@contextlib.contextmanager
def _silent_stderr():
    """Send nowhere what compiled code writes to the terminal; Python's own errors still come through."""
    sys.stderr.flush()
    terminal, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)


# TensorFlow notes its build and the hardware it misses as it loads. In the command line, where this import
# is the first, these lines would bury the progress bar; set TF_CPP_MIN_LOG_LEVEL=0 to see all of them.
if "tensorflow" not in sys.modules and os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "0":
    with _silent_stderr():
        import tensorflow  # noqa: F401

from wgan_keras import networks  # noqa: E402  registers its activation, so that saved models load
from wgan_keras.models import GAN, WGANGP, WGANClip, gradient_norm, gradient_penalty  # noqa: E402

__all__ = ["GAN", "WGANClip", "WGANGP", "gradient_norm", "gradient_penalty", "networks"]
__version__ = "0.1.0"
