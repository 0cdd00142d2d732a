"""What several test files share: small networks and fresh Python processes."""

# ruff: noqa: E402  what is imported after TensorFlow must come after it is silenced

import os
import runpy
import subprocess
import sys
from pathlib import Path

# TensorFlow's start-up notes, of every process that runs tests, would stand between the results.
runpy.run_path(str(Path(__file__).parent.parent / "wgan_keras" / "_quiet.py"))
os.environ["MPLBACKEND"] = "agg"

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import settings

from wgan_keras import WGANGP, networks

# As in pyproject.toml, for fresh processes.
KNOWN_WARNINGS = [
    "-Wignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
    # The oldest versions that are allowed: Matplotlib and Keras use names that pyparsing and NumPy gave up.
    "-Wignore::DeprecationWarning:matplotlib._fontconfig_pattern",
    "-Wignore::DeprecationWarning:matplotlib._mathtext",
    "-Wignore:In the future `np.object` will be defined:FutureWarning",
]

# The same examples in each run, none remembered on disk, no limit on time.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def fresh_state():
    """Each test starts from one seed and matplotlib's own style, and leaves no figure behind.

    Without this a test could depend on what ran before it in the same process.
    """
    keras.utils.set_random_seed(0)
    plt.rcdefaults()
    yield
    plt.close("all")


def linear(inputs, kernel=None, bias=None, trainable=True):
    """Dense(1) on `inputs` features, as a model, with given weights."""
    model = keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(1, trainable=trainable)])
    if kernel is not None:
        model.set_weights([np.reshape(kernel, (-1, 1)), np.array([bias or 0.0])])
    return model


def plane_model(cls=WGANGP):
    """A small compiled model of points in the plane."""
    model = cls(networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,)), n_critic=1, seed=0)
    model.compile()
    return model


def image_model(cls=WGANGP):
    """A small compiled model of grey images, 8 x 8."""
    generator = networks.conv_generator((8, 8, 1), latent_dim=4, filters=(2, 2, 2))
    model = cls(generator, networks.conv_critic((8, 8, 1), filters=(2, 2, 2)), n_critic=2, seed=0)
    model.compile()
    return model


def noise_images(n=32):
    """Images that `image_model` can train on."""
    return np.random.default_rng(0).uniform(-1, 1, (n, 8, 8, 1)).astype("float32")


def run_python(code, *arguments, cwd, **kwargs):
    """Run Python code in a fresh process; returns its result, with stdout and stderr as text."""
    command = [sys.executable, "-W", "error", *KNOWN_WARNINGS, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, **kwargs)
