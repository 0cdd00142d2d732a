"""The whole model in a file, saved after every epoch so that a run can go on from it."""

import json
import os
import warnings
import zipfile

import keras
import numpy as np

from wgan_keras._checks import check_path, shown
from wgan_keras.files import written_whole
from wgan_keras.models import AdversarialModel


class Checkpoint(keras.callbacks.Callback):
    """Save the whole model after every epoch. `training.fit(..., checkpoint=path)` does that, and goes on.

    A checkpoint is what `model.save` writes: both networks, both optimizers, counters, random states, the
    running means of the epoch. The one before is kept beside it. A kill, a full disk or a power failure at
    any instant leaves at least one of them whole. A model with NaN or infinite weights is not saved.

    Args:
        path: of the checkpoint, "run/model.keras"; the one before is "run/previous-model.keras". Missing
            folders are made.

    Raises:
        ValueError: `path` does not end in .keras.

    Example:

    >>> checkpoint = Checkpoint("run/model.keras")  # for model.fit(..., callbacks=[checkpoint])
    >>> checkpoint.path.name
    'model.keras'
    """

    def __init__(self, path):
        super().__init__()
        self.path = check_path(path, [".keras"])
        self._next = self.path.with_name(f"next-{self.path.name}")
        self._previous = self.path.with_name(f"previous-{self.path.name}")

    def on_epoch_end(self, epoch, logs=None):
        self.save(self.model)

    def save(self, model):
        """Write the checkpoint, whole or not at all.

        Raises:
            FloatingPointError: NaN or infinite weights; the last checkpoint is left as it was.
            OSError: the file can't be written; the last checkpoint is left as it was.
        """
        if not all(np.isfinite(_numpy(variable)).all() for variable in _state(model)):
            raise FloatingPointError(
                f"Training diverged: at update {model.updates} of the generator the model holds NaN or "
                f"infinite weights. {self.path} was left as it was. Lower the learning rates."
            )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Each step leaves a whole checkpoint under one of the names that `restore` looks for.
        with written_whole(self._next) as partial:
            model.save(partial)
        if self.path.exists():
            os.replace(self.path, self._previous)
        os.replace(self._next, self.path)

    def restore(self, model):
        """Load the last checkpoint into `model`: nothing in the file is run as code.

        Args:
            model: compiled, with the networks and optimizers of the run.

        Returns:
            bool: whether there was a checkpoint. With none, the model is as it was.

        Warns:
            UserWarning: the last checkpoint is damaged or missing, and the one before was loaded.

        Raises:
            ValueError: a checkpoint of another class of model, other networks or optimizers, or none that
                can be read; the model is as it was.
        """
        if not isinstance(model, AdversarialModel):
            raise ValueError(f"model must be a GAN, WGANClip or WGANGP, got {shown(model)}.")
        if not model.compiled:
            raise ValueError("Call compile() before restore(): the optimizers are restored too.")
        # A kill between the two renames of `save` leaves `next-...` as the last one.
        found = [path for path in (self.path, self._next, self._previous) if path.exists()]
        if not found:
            return False
        for path in found:
            if (config := _config(path)) is not None:
                break
        else:
            raise ValueError(
                f"{' and '.join(map(str, found))} can't be read as saved models: remove them to start anew."
            )
        _load(path, config, model)
        if path == self._previous:
            warnings.warn(
                f"{self.path} is missing or damaged: went back to {path}, saved at update {model.updates}.",
                stacklevel=3,
            )
        return True


_numpy = keras.ops.convert_to_numpy


def _state(model):
    """All variables of a compiled model, those of its optimizers and of the running means included."""
    optimizers = (model.generator_optimizer, model.critic_optimizer)
    slots = [variable for optimizer in optimizers for variable in optimizer.variables]
    return [*model.variables, *slots, *model.metrics_variables]


def _config(path):
    """The model's configuration in a checkpoint; `None` where the file is not whole."""
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return None if archive.testzip() else json.loads(archive.read("config.json"))
        except Exception:  # what is not whole can fail in any way
            return None


def _classes(config, model):
    """The classes of a model, of its networks' layers and of its optimizers, from its configuration."""
    networks = [config["config"][name]["config"] for name in ("generator", model.critic_name)]
    layers = [layer for network in networks for layer in network.get("layers", [])]
    optimizers = [config["compile_config"][name] for name in ("generator_optimizer", "critic_optimizer")]
    return [part["class_name"] for part in (config, *layers, *optimizers)]


def _load(path, config, model):
    """Load all of a checkpoint of this configuration, or raise a ValueError and leave the model as it was."""
    before = [_numpy(variable) for variable in _state(model)]
    try:
        own = keras.saving.serialize_keras_object(model)
        if _classes(config, model) != _classes(own, model):
            raise ValueError
        with warnings.catch_warnings(action="error", category=UserWarning):  # Keras' for what it leaves out
            model.load_weights(path)
    except (ValueError, LookupError, TypeError, UserWarning):
        for variable, value in zip(_state(model), before):
            variable.assign(value)
        raise ValueError(
            f"{path} is not of this run: it holds another class of model, other networks or other "
            "optimizers. Build and compile the model as it was saved, or choose another path."
        ) from None
    if not model.updates:  # a checkpoint of version 0.1, which counted by the optimizer
        model.steps.assign(model.generator_optimizer.iterations)
