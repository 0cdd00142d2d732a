"""A callback that saves the whole model after every epoch, and what is needed to go on from there."""

import json
import os
import signal
import sys
import threading
import warnings
import zipfile

import keras
import numpy as np

from wgan_keras._checks import check_path, shown
from wgan_keras.models import AdversarialModel

_EPOCH_IS_OVER = "this epoch is over"  # true, so that Keras ends the epoch; told apart from others' True


class Checkpoint(keras.callbacks.Callback):
    """Save the whole model after every epoch, and when the process is told to stop; go on from there.

    A checkpoint is what `model.save` writes: both networks, both optimizers, counters, random states, the
    running means of the epoch. The one before is kept beside it. A kill, a full disk or a power failure at
    any instant leaves at least one of them whole. A model with NaN or infinite weights is not saved.

    Ctrl-C and SIGTERM let the update in progress end, save, and then end the program as usual (exit status
    130 and 143). A second Ctrl-C ends it at once, without saving.

    Put it last among the callbacks, so that the others have seen an epoch before it counts as done.

    Args:
        path: of the checkpoint, "run/model.keras"; the one before is "run/previous-model.keras". Missing
            folders are made.

    Raises:
        ValueError: `path` does not end in .keras.
        FloatingPointError: in `fit`, NaN or infinite weights at the end of an epoch.

    Example: the same lines start a run and go on with it, and both give the same weights, bit for bit. `skip`
    is how many batches the model has seen; they are drawn again and passed over. Run them in a fresh process,
    or make `batches` anew: a shuffled data set remembers how often it was drawn from. An epoch that was
    interrupted is finished first, and its row of the history covers all of it.

    Two exceptions: with `mixed_float16`, updates that the loss scale leaves out are not in `updates`, and the
    data then go on from a little before; under a `tf.distribute` strategy Keras draws a batch of its own
    before it trains, so that shuffled data go on in another order.

    >>> from wgan_keras import WGANGP, data, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), seed=0)
    >>> model.compile()
    >>> batches = data.toy_batches("ring", n_samples=640, batch_size=32)
    >>> steps, epochs = 4, 2
    >>> folder = getfixture("tmp_path")

    >>> checkpoint = Checkpoint(folder / "model.keras")
    >>> checkpoint.restore(model)
    False
    >>> history = model.fit(
    ...     batches.repeat(), skip=model.updates, initial_epoch=model.updates // steps, epochs=epochs,
    ...     steps_per_epoch=steps, callbacks=[checkpoint], verbose=0,
    ... )
    >>> checkpoint.restore(model), model.updates
    (True, 8)
    """

    def __init__(self, path):
        super().__init__()
        self.path = check_path(path, [".keras"])
        self._next = self.path.with_name(f"next-{self.path.name}")
        self._previous = self.path.with_name(f"previous-{self.path.name}")
        self._unfinished = None  # running means of the epoch in which the restored run was interrupted
        self._signal, self._earlier_handlers, self._fit = None, {}, None

    # --- Going on -----------------------------------------------------------------------------------

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
        # A kill between the two renames of `_save` leaves `next-...` as the last one.
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
                stacklevel=2,
            )
        self._unfinished = [_numpy(variable) for variable in model.metrics_variables]
        return True

    def on_epoch_begin(self, epoch, logs=None):
        if self._signal is not None:
            self._leave()
        self._last_batch = None
        if self._unfinished is not None:
            self._finish_epoch()
            self._unfinished = None

    def _finish_epoch(self):
        """Let the epoch end where the interrupted one would have, with its running means."""
        for variable, value in zip(self.model.metrics_variables, self._unfinished):
            variable.assign(value)
        counter = next(metric.count for metric in self.model.metrics if metric.name == "generator_loss")
        done = round(float(_numpy(counter)) / self.model.distribute_strategy.num_replicas_in_sync)
        left = (self.params["steps"] or 0) - done
        if not done or left <= 0:  # it was saved at the end of an epoch
            self.model.reset_metrics()
            return
        group = self.model.steps_per_execution
        if left % group:
            raise ValueError(
                f"{left} updates of the interrupted epoch are left, no multiple of steps_per_execution "
                f"({group}): compile with steps_per_execution=1 to finish it."
            )
        self._last_batch = left - group

    # --- Saving -------------------------------------------------------------------------------------

    def on_train_batch_begin(self, batch, logs=None):
        if self._signal is not None:
            self._save()
            self._leave()
        if batch == self._last_batch:
            self.model.stop_training = _EPOCH_IS_OVER

    def on_epoch_end(self, epoch, logs=None):
        if self.model.stop_training == _EPOCH_IS_OVER:
            self.model.stop_training = False
        self._save()

    def _save(self):
        if not all(np.isfinite(_numpy(variable)).all() for variable in _state(self.model)):
            raise FloatingPointError(
                f"Training diverged: at update {self.model.updates} of the generator the model holds NaN or "
                f"infinite weights. {self.path} was left as it was. Lower the learning rates."
            )
        # Each step leaves a whole checkpoint under one of the names that `restore` looks for.
        self.model.save(self._next)
        if self.path.exists():
            os.replace(self.path, self._previous)
        os.replace(self._next, self.path)

    # --- Signals ------------------------------------------------------------------------------------

    def on_train_begin(self, logs=None):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._stop_listening()  # to the signals of an earlier `fit` that ended in an error
        self._signal = None
        if threading.current_thread() is not threading.main_thread():
            return  # Python lets only the main thread handle signals
        self._fit = sys._getframe()
        while self._fit.f_code.co_name != "fit":
            self._fit = self._fit.f_back
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) not in (None, signal.SIG_IGN):
                self._earlier_handlers[number] = signal.signal(number, self._remember)

    def on_train_end(self, logs=None):
        self._stop_listening()
        if self._signal is not None:
            self._leave()

    def _remember(self, number, frame):
        """The signal handler: `fit` goes on to the end of its update."""
        while frame is not None and frame is not self._fit:
            frame = frame.f_back
        if self._signal is None and frame is not None:
            self._signal = number
        else:  # a second signal, or one after `fit` has ended in an error
            self._stop_listening()
            signal.raise_signal(number)

    def _stop_listening(self):
        for number, handler in self._earlier_handlers.items():
            if signal.getsignal(number) == self._remember:
                signal.signal(number, handler)
        self._earlier_handlers, self._fit = {}, None

    def _leave(self):
        self._stop_listening()
        raise KeyboardInterrupt if self._signal == signal.SIGINT else SystemExit(128 + self._signal)


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
    networks = [config["config"][name]["config"] for name in ("generator", model.critic_argument)]
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
