"""Training runs: one call that trains, shows progress, saves and goes on bit for bit."""

import contextlib
import signal
import threading

import keras
import tensorflow as tf
from tqdm import tqdm

from wgan_keras import _explanations
from wgan_keras._checks import check_counts, shown
from wgan_keras.callbacks.checkpoint import Checkpoint
from wgan_keras.models import AdversarialModel, checked, clearly
from wgan_keras.plotting import LABELS


def fit(model, batches, *, updates, every=None, checkpoint=None, callbacks=(), progress=True):
    """Start a training run, or go on with it: the same call does both.

    With `checkpoint` the whole model is saved at the end of every epoch and when the process is told to stop.
    The same call in a fresh process then goes on from there and ends with the weights, the logs and the
    random states of a run that was not interrupted, bit for bit; `batches` are drawn again from the start and
    passed over. Ctrl-C and SIGTERM let the update in progress end, save, and leave as usual
    (`KeyboardInterrupt`, exit status 143); a second Ctrl-C leaves at once, without saving.

    Two exceptions: under a `tf.distribute` strategy shuffled data go on in another order, and so do data that
    were shuffled without a seed.

    Args:
        model: compiled `GAN`, `WGANClip`, `WGANGP` or another `AdversarialModel`.
        batches: `tf.data.Dataset` of batches as for `model.fit`, repeated as often as needed. In a process
            that has drawn from it before, make it anew: a shuffled data set remembers.
        updates: generator updates at the end of the run, those before it went on included.
        every: updates in an epoch; `None` is a twentieth of `updates`.
        checkpoint: path of a .keras file, the checkpoint; missing folders are made. `None` saves nothing.
        callbacks: Keras' or this package's. One that moves the learning rate at the start or end of an epoch
            moves both optimizers', in proportion.
        progress: whether a progress bar is shown.

    Returns:
        `keras.callbacks.History` of the epochs trained in this call.

    Raises:
        ValueError: an argument out of range, data that can't train the model, a checkpoint of another run.
        FloatingPointError: a loss became NaN or infinite; the message names the update. Nothing was saved.
        ConnectionError: another worker of a `tf.distribute.MultiWorkerMirroredStrategy` is gone.

    Example:

    >>> from wgan_keras import data, presets, training
    >>> model, updates = presets.points("wgan-gp", updates=6)
    >>> batches = data.toy_batches("ring", n_samples=2000, batch_size=64, n_critic=model.n_critic)
    >>> history = training.fit(model, batches, updates=updates, every=3, progress=False)
    >>> history.epoch, model.updates
    ([0, 1], 6)
    """
    check_counts(updates=updates)
    every = max(1, updates // 20) if every is None else every
    check_counts(every=every)
    _check_model(model)
    if not isinstance(batches, tf.data.Dataset):
        raise ValueError(
            f"batches must be a tf.data.Dataset, got {shown(batches)}: see data.training_batches, or call "
            "model.fit with an array."
        )
    saved = None if checkpoint is None else Checkpoint(checkpoint)
    if saved is not None:
        saved.restore(model)
    _check_epochs(model, every, updates)
    run = _Run(model, batches, updates, every, saved)
    listeners = keras.callbacks.CallbackList(
        keras.tree.flatten(list(callbacks)),
        add_history=True,
        add_progbar=False,
        model=model,
        epochs=-(-updates // every),
        steps=every,
    )
    with (
        _explanations.explained(model),
        _Interruption() as interruption,
        _bar(model, updates, progress) as bar,
    ):
        clearly(run.train, listeners, interruption, bar)
    return model.history


class _Run:
    """The loop over epochs and updates."""

    def __init__(self, model, batches, updates, every, saved):
        self.model, self.updates, self.every, self.saved = model, updates, every, saved
        self.done, self.group = model.updates, model.steps_per_execution
        # Passed over before they are checked and distributed: that needs no time of the model's.
        batches = checked(model, batches.repeat().skip(self.done), n=model.smallest_batch)
        self.batches = model.distribute_strategy.experimental_distribute_dataset(batches)
        self.rates = _BothRates(model)

    def train(self, listeners, interruption, bar):
        model = self.model
        model.stop_training = False
        model.make_train_function()
        listeners.on_train_begin()
        iterator, logs = iter(self.batches), {}
        while self.done < self.updates and not model.stop_training:
            epoch = self.done // self.every
            if self.done % self.every == 0:  # else the means of the interrupted epoch go on
                model.reset_metrics()
            listeners.on_epoch_begin(epoch)
            self.rates.follow()
            logs = self.train_epoch(epoch, iterator, listeners, interruption, bar)
            if interruption.number is not None and logs is None:
                self.save()
                interruption.leave()
            listeners.on_epoch_end(epoch, logs)
            self.rates.follow()
            if self.done == self.updates:
                self.finalize()
            self.save()
            if interruption.number is not None:
                interruption.leave()
        listeners.on_train_end(logs)

    def train_epoch(self, epoch, iterator, listeners, interruption, bar):
        """The logs at the epoch's end; `None` where it was interrupted."""
        end, logs = min((epoch + 1) * self.every, self.updates), {}
        while self.done < end and not self.model.stop_training:
            if interruption.number is not None:
                return None
            place = self.done % self.every
            listeners.on_train_batch_begin(place)
            logs = self.model.train_function(iterator)
            logs = {name: float(keras.ops.convert_to_numpy(value)) for name, value in logs.items()}
            self.done += self.group
            _explanations.check_finite(self.model, logs, self.done)
            listeners.on_train_batch_end(place + self.group - 1, logs)
            bar(self.done, logs)
        return logs

    def save(self):
        if self.saved is not None:
            self.saved.save(self.model)

    def finalize(self):
        """Put the averages of weights (`use_ema`) in place, as Keras' `fit` does at its end."""
        for network, optimizer in (
            (self.model.generator, self.model.generator_optimizer),
            (self.model.critic, self.model.critic_optimizer),
        ):
            optimizer.finalize_variable_values(network.trainable_variables)


def _check_model(model):
    if not isinstance(model, AdversarialModel):
        raise ValueError(f"model must be a GAN, WGANClip, WGANGP or the like, got {shown(model)}.")
    if not model.compiled:
        raise ValueError("model must be compiled: call model.compile() first.")


def _check_epochs(model, every, updates):
    """What is left of the run can be trained in epochs of `every`, in the groups that Keras takes."""
    group, done = model.steps_per_execution, model.updates
    for name, value in {"every": every, "updates": updates, "updates so far": done}.items():
        if value % group:
            raise ValueError(
                f"{name} must be a multiple of steps_per_execution ({group}), got {value}: choose another or "
                "compile with steps_per_execution=1."
            )
    counted = float(keras.ops.convert_to_numpy(model.means["generator_loss"].count))
    counted = round(counted / model.distribute_strategy.num_replicas_in_sync)
    if done < updates and done % every and counted != done % every:
        raise ValueError(
            f"every is {every}, but the run stands {counted} updates into an epoch, at update {done}: pass "
            "`every` as it was when the run was started."
        )


class _BothRates:
    """Keras' learning-rate callbacks move the generator's optimizer; the critic's follows in proportion."""

    def __init__(self, model):
        self.model, self.seen = model, self._rate(model.generator_optimizer)
        critic = self._rate(model.critic_optimizer)
        self.ratio = critic / self.seen if self.seen and critic is not None else 1.0

    @staticmethod
    def _rate(optimizer):
        """The rate, if it is a number that a callback can move; `None` for a schedule."""
        rate = optimizer.learning_rate
        return float(keras.ops.convert_to_numpy(rate)) if isinstance(rate, keras.Variable) else None

    def follow(self):
        rate = self._rate(self.model.generator_optimizer)
        if rate == self.seen:
            return
        if self._rate(self.model.critic_optimizer) is None:
            raise ValueError(
                "A callback moved the learning rate of generator_optimizer, and critic_optimizer has a "
                "schedule, which can't follow: give both a number, or both a schedule."
            )
        self.seen = rate
        self.model.critic_optimizer.learning_rate = self.ratio * rate


class _Interruption:
    """While it lasts, Ctrl-C and SIGTERM are remembered; a second one works as usual."""

    def __init__(self):
        self.number, self.usual = None, {}

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():  # no other may handle signals
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) not in (None, signal.SIG_IGN):
                    self.usual[number] = signal.signal(number, self._remember)
        return self

    def __exit__(self, *error):
        for number, handler in self.usual.items():
            if signal.getsignal(number) == self._remember:
                signal.signal(number, handler)

    def _remember(self, number, frame):
        if self.number is not None:
            self.__exit__()
            signal.raise_signal(number)
        self.number = number

    def leave(self):
        raise KeyboardInterrupt if self.number == signal.SIGINT else SystemExit(128 + self.number)


@contextlib.contextmanager
def _bar(model, updates, shown):
    """A function of the updates so far and the logs that moves a progress bar, or does nothing."""
    name = model.estimate_name
    with tqdm(total=updates, initial=model.updates, unit=" updates", disable=not shown) as bar:
        if model.updates < updates:
            bar.set_description("building the training step")  # which can take half a minute

        def move(done, logs):
            bar.set_description(None)
            bar.set_postfix({LABELS[name]: f"{logs[name]:.3f}"}, refresh=False)
            bar.update(done - bar.n)

        yield move
