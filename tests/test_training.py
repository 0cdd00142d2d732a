"""Checkpoints: kills, signals, divergence, damaged and foreign files; a resumed run equals a whole one."""

import os
import shutil
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from wgan_keras import GAN, WGANGP, WGANClip, callbacks, data, networks, replicas, training

STEPS, EPOCHS = 3, 4


def small_model(cls=WGANGP, hidden=4, optimizer=keras.optimizers.Adam, **options):
    keras.utils.set_random_seed(0)
    critic = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(hidden), keras.layers.Dropout(0.3), keras.layers.Dense(1)]
    )
    model = cls(networks.mlp_generator(hidden=(hidden,)), critic, n_critic=2, seed=0)
    model.compile(optimizer(1e-3), optimizer(1e-3), **options)
    return model


def batches():
    """Two batches for a pass, so that an epoch of three ends within one."""
    return data.toy_batches("ring", n_samples=32, batch_size=8, n_critic=2)


def state(model):
    """Everything that training changes, by name."""
    optimizers = {"generator": model.generator_optimizer, "critic": model.critic_optimizer}
    variables = {f"{i} {v.name}": v for i, v in enumerate(model.variables)}
    for name, optimizer in optimizers.items():
        variables |= {f"{name} {i} {v.name.split('_')[-1]}": v for i, v in enumerate(optimizer.variables)}
    return {name: np.array(v.value) for name, v in variables.items()}


def same(a, b):
    assert list(a) == list(b)
    return all(np.array_equal(a[name], b[name]) for name in a)


class Log(keras.callbacks.Callback):
    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def on_epoch_end(self, epoch, logs=None):
        self.rows.append((epoch, self.model.updates, logs))


class At(keras.callbacks.Callback):
    """Do something after one update."""

    def __init__(self, update, action):
        super().__init__()
        self.update, self.action = update, action

    def on_train_batch_end(self, batch, logs=None):
        if self.model.updates == self.update:
            self.action()


def run(path, *others, make=small_model, rows=None):
    """Start or go on with a run as a fresh process would; returns the model."""
    keras.utils.clear_session()  # names as in a fresh process: TensorFlow's rounding depends on them
    model = make()
    training.fit(
        model,
        batches(),
        updates=STEPS * EPOCHS,
        every=STEPS,
        checkpoint=path,
        callbacks=[*others, Log([] if rows is None else rows)],
        progress=False,
    )
    return model


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The state at the end of a run, and its rows."""
    rows = []
    return state(run(tmp_path_factory.mktemp("whole") / "model.keras", rows=rows)), rows


@pytest.fixture
def handlers():
    """Python's own handlers, also where the tests run in the background of a shell, which ignores Ctrl-C."""
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield lambda: {number: signal.getsignal(number) for number in usual} == usual
    for number, handler in before.items():
        signal.signal(number, handler)


# --- Restoring --------------------------------------------------------------------------------------------


def test_all_of_a_model_is_restored_in_place(tmp_path):
    trained = run(tmp_path / "run" / "model.keras")
    model = small_model()
    assert not same(state(model), state(trained))
    assert callbacks.Checkpoint(tmp_path / "run" / "model.keras").restore(model)
    assert same(state(model), state(trained))
    assert model.updates == STEPS * EPOCHS
    names = " ".join(state(model))
    for part in ("kernel", "bias", "seed_generator_state", "momentum", "velocity", "iteration"):
        assert part in names
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == ["model.keras", "previous-model.keras"]
    assert keras.models.load_model(tmp_path / "run" / "previous-model.keras").updates == STEPS * (EPOCHS - 1)


def test_nothing_to_restore(tmp_path):
    model = small_model()
    before = state(model)
    assert not callbacks.Checkpoint(tmp_path / "model.keras").restore(model)
    assert same(state(model), before)
    with pytest.raises(ValueError, match=r"end in \.keras"):
        callbacks.Checkpoint(tmp_path / "model.h5")
    with pytest.raises(ValueError, match="compile"):
        callbacks.Checkpoint(tmp_path / "model.keras").restore(
            WGANGP(networks.mlp_generator(), networks.mlp_critic())
        )


def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path):
    path = tmp_path / "model.keras"
    run(path)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    lengths = [0, 1, 21, 22, 100, len(whole) // 2, len(whole) - 22, len(whole) - 1]
    for damaged in [*(whole[:n] for n in lengths), bytes(flipped), b"no archive " * 1000]:
        path.write_bytes(damaged)
        model = small_model()
        with pytest.warns(UserWarning, match=r"previous-model.keras, saved at update 9"):
            assert callbacks.Checkpoint(path).restore(model)
        assert model.updates == 9

    (tmp_path / "previous-model.keras").write_bytes(whole[:-1])
    model = small_model()
    before = state(model)
    with pytest.raises(ValueError, match=r"model.keras and .*previous-model.keras can't be read"):
        callbacks.Checkpoint(path).restore(model)
    assert same(state(model), before)


def with_softplus():
    """The layers of `small_model` with one more that holds no weights."""
    model = small_model()
    generator = keras.Sequential([model.generator, keras.layers.Activation("softplus")])
    return WGANGP(generator, model.critic, n_critic=2)


FOREIGN = {
    "another class": lambda: small_model(GAN),
    "wider": lambda: small_model(hidden=5),
    "other optimizers": lambda: small_model(optimizer=keras.optimizers.Nadam),
    "other slots": lambda: small_model(optimizer=keras.optimizers.SGD),
    "another layer": with_softplus,
    "no GAN": lambda: keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_a_foreign_checkpoint_is_refused(tmp_path, case):
    foreign = FOREIGN[case]()
    if not foreign.compiled:
        foreign.compile()
    for variable in foreign.variables:
        variable.assign(variable + 1)  # what is loaded of it shows
    foreign.save(tmp_path / "model.keras")
    model = small_model()
    before = state(model)
    with pytest.raises(ValueError, match=r"model.keras is not of this run"):
        callbacks.Checkpoint(tmp_path / "model.keras").restore(model)
    assert same(state(model), before)


def test_a_file_with_code_is_not_run(tmp_path, capsys):
    from wgan_keras.__main__ import main

    def touch(x):
        open(tmp_path / "touched", "w").close()
        return x

    generator = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: touch(x))])
    WGANGP(generator, networks.mlp_critic()).save(tmp_path / "code.keras")
    (tmp_path / "touched").unlink()
    assert main(["sample", "--model", str(tmp_path / "code.keras"), "--out", str(tmp_path / "o.png")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "Lambda" in line
    with pytest.raises(ValueError, match="not of this run"):
        callbacks.Checkpoint(tmp_path / "code.keras").restore(small_model())
    assert not (tmp_path / "touched").exists()


# --- Kills --------------------------------------------------------------------------------------------------


def test_a_kill_at_any_instant_of_a_save_leaves_a_whole_checkpoint(tmp_path, monkeypatch):
    """A copy of the folder at an instant is what a kill at that instant leaves."""
    folder, copies = tmp_path / "run", []

    def copied_around(operation):
        def wrapped(*args, **kwargs):
            copies.append((model.updates, shutil.copytree(folder, tmp_path / f"copy{len(copies)}")))
            result = operation(*args, **kwargs)
            copies.append((model.updates, shutil.copytree(folder, tmp_path / f"copy{len(copies)}")))
            return result

        return wrapped

    states = {}
    model = small_model()
    with monkeypatch.context() as patch:
        for name in ("replace", "remove", "fsync"):
            patch.setattr(os, name, copied_around(getattr(os, name)))
        remember = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: states.update({model.updates: state(model)})
        )
        path = folder / "model.keras"
        training.fit(
            model, batches(), updates=6, every=2, checkpoint=path, callbacks=[remember], progress=False
        )
    assert len(copies) >= 20
    assert any((copy / "partial-next-model.keras").exists() for _, copy in copies)

    for updates, copy in copies:
        for partial in copy.glob("partial-*"):  # a kill finds the file being written at any length
            partial.write_bytes(partial.read_bytes()[:1000])
        restored = small_model()
        found = callbacks.Checkpoint(copy / "model.keras").restore(restored)
        assert found or updates == 2
        if found:
            assert restored.updates in (updates - 2, updates)
            assert same(state(restored), states[restored.updates])


def test_left_over_and_damaged_files_do_no_harm(tmp_path, handlers, uninterrupted):
    path = tmp_path / "model.keras"
    with pytest.raises(KeyboardInterrupt):
        run(path, At(5, lambda: signal.raise_signal(signal.SIGINT)))
    for name in ("next-model.keras", "partial-next-model.keras"):
        (tmp_path / name).write_bytes(b"half of")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.warns(UserWarning, match="went back to"):
        model = run(path)
    assert same(state(model), uninterrupted[0])
    assert sorted(p.name for p in tmp_path.glob("*.keras")) == ["model.keras", "previous-model.keras"]
    for name, updates in {"model": 12, "previous-model": 9}.items():
        assert keras.models.load_model(tmp_path / f"{name}.keras").updates == updates


CLI_RUN = """
import sys
from wgan_keras.__main__ import main
print("ready", flush=True)
status = main(sys.argv[1:])
print("end", flush=True)
sys.exit(status)
"""


@pytest.mark.slow
def test_a_run_killed_ten_times_equals_a_whole_one(tmp_path):
    train = ["train", "--data", "mnist_sample", "--batch-size", "8", "--steps", "60"]
    process = [sys.executable, "-c", CLI_RUN]

    def start(*arguments):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        child = subprocess.Popen([*process, *arguments], cwd=tmp_path, **pipes)
        assert child.stdout.readline() == "ready\n"
        return child

    begin = time.monotonic()
    with start(*train, "--out", "whole") as child:
        assert child.wait() == 0
    seconds = time.monotonic() - begin
    rng, kills = np.random.default_rng(0), 0
    (tmp_path / "parts").mkdir()
    while kills < 10:
        again = (tmp_path / "parts" / "settings.json").exists()
        with start(*(["train", "--resume"] if again else train), "--out", "parts") as child:
            try:
                child.wait(timeout=rng.uniform(0, seconds))
            except subprocess.TimeoutExpired:
                child.kill()
        kills += 1
    with start("train", "--resume", "--out", "parts") as child:
        assert child.wait() == 0

    whole, parts = (keras.models.load_model(tmp_path / run / "model.keras") for run in ("whole", "parts"))
    assert parts.updates == 60
    assert same(state(whole), state(parts))
    assert (tmp_path / "whole" / "log.csv").read_bytes() == (tmp_path / "parts" / "log.csv").read_bytes()
    with np.load(tmp_path / "whole/samples.npz") as a, np.load(tmp_path / "parts/samples.npz") as b:
        assert np.array_equal(a["steps"], b["steps"])
        assert np.array_equal(a["frames"], b["frames"])


# --- Signals ------------------------------------------------------------------------------------------------


CTRL_C, TERMINATE = (signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)


@pytest.mark.parametrize(
    ("update", "number", "error"),
    [(1, *CTRL_C), (STEPS, *TERMINATE), (STEPS + 1, *CTRL_C), (5, *TERMINATE), (STEPS * EPOCHS, *CTRL_C)],
)
def test_a_signal_saves_that_very_update_and_leaves(tmp_path, handlers, uninterrupted, update, number, error):
    path, rows = tmp_path / "model.keras", []
    with pytest.raises(error) as stopped:
        run(path, At(update, lambda: signal.raise_signal(number)), rows=rows)
    assert number == signal.SIGINT or stopped.value.code == 143
    assert handlers()
    assert keras.models.load_model(path).updates == update
    resumed = run(path, rows=rows)
    assert same(state(resumed), uninterrupted[0])
    assert rows == uninterrupted[1]
    assert handlers()


def test_twice_interrupted_in_one_epoch(tmp_path, handlers, uninterrupted):
    rows = []
    for update in (4, 5):
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "m.keras", At(update, lambda: signal.raise_signal(signal.SIGINT)), rows=rows)
    assert same(state(run(tmp_path / "m.keras", rows=rows)), uninterrupted[0])
    assert rows == uninterrupted[1]


def test_a_second_signal_leaves_at_once(tmp_path, handlers):
    def twice():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "model.keras", At(2, twice))
    assert not (tmp_path / "model.keras").exists()
    assert handlers()


def test_after_an_error_in_fit_signals_work_as_before(tmp_path, handlers):
    def fail():
        raise RuntimeError("in a callback")

    path = tmp_path / "model.keras"
    with pytest.raises(RuntimeError):
        run(path, At(2, fail))
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert handlers()
    with pytest.raises(RuntimeError):
        run(path, At(2, fail))
    model = small_model()  # another fit, in which the checkpoint has no part
    with pytest.raises(KeyboardInterrupt):
        model.fit(
            batches().repeat(),
            steps_per_epoch=9,
            callbacks=[At(2, lambda: signal.raise_signal(signal.SIGINT))],
            verbose=0,
        )
    assert model.updates == 2
    assert handlers()


def test_ignored_signals_stay_ignored(tmp_path, handlers):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell has it for what runs in its background
    model = run(tmp_path / "model.keras", At(2, lambda: signal.raise_signal(signal.SIGINT)))
    assert model.updates == STEPS * EPOCHS


def test_groups_of_updates(tmp_path, handlers):
    """With steps_per_execution, a signal waits for the end of the group."""

    def grouped():
        return small_model(steps_per_execution=3)

    whole = run(tmp_path / "whole.keras", make=grouped)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "m.keras", At(6, lambda: signal.raise_signal(signal.SIGINT)), make=grouped)
    assert keras.models.load_model(tmp_path / "m.keras").updates == 6
    assert same(state(run(tmp_path / "m.keras", make=grouped)), state(whole))
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "one.keras", At(4, lambda: signal.raise_signal(signal.SIGINT)))
    with pytest.raises(
        ValueError, match=r"updates so far must be a multiple of steps_per_execution \(3\), got 4"
    ):
        run(tmp_path / "one.keras", make=grouped)


# --- Divergence ---------------------------------------------------------------------------------------------


def first_bad_update(model):
    """By hand: one update at a time, until a loss is not finite."""
    for update, batch in enumerate(batches().repeat(), start=1):
        model.reset_metrics()
        losses = model.train_step(batch)
        if not all(np.isfinite(float(loss)) for loss in losses.values()):
            return update
    return None


def diverging(cls, **options):
    return small_model(cls, optimizer=lambda rate: keras.optimizers.SGD(1e30), **options)


@pytest.mark.parametrize("cls", [GAN, WGANClip, WGANGP])
def test_divergence_ends_the_run_and_names_the_update(cls):
    update = first_bad_update(diverging(cls))
    with pytest.raises(FloatingPointError, match=rf"at update {update} of the generator") as raised:
        training.fit(diverging(cls), batches(), updates=200, every=10, progress=False)
    message = str(raised.value)
    assert "learning rate" in message
    assert "generator 1e+30, critic 1e+30" in message
    assert ("gp_weight" in message) == (cls is WGANGP)
    assert "\n" not in message


def test_divergence_in_a_group_of_updates():
    update = first_bad_update(diverging(GAN))
    last = -(-update // 4) * 4
    with pytest.raises(FloatingPointError, match=rf"at one of the updates {last - 3} to {last} of"):
        training.fit(diverging(GAN, steps_per_execution=4), batches(), updates=8, every=8, progress=False)


def test_nan_in_a_later_batch_of_the_data(tmp_path):
    good = np.zeros((16, 2), "float32")
    later = tf.data.Dataset.from_tensor_slices([good, good, good, good, good * np.nan])
    path = tmp_path / "model.keras"
    model = small_model()
    with pytest.raises(ValueError, match="The data hold NaN"):
        training.fit(model, later, updates=27, every=3, checkpoint=path, progress=False)
    assert model.updates == 4
    assert keras.models.load_model(path).updates == 3


def test_a_model_that_is_not_finite_is_never_saved(tmp_path):
    """The last update of an epoch can spoil weights after its losses were computed."""
    path = tmp_path / "model.keras"
    model = small_model()

    def spoil():
        model.generator.trainable_variables[0].assign(np.full((2, 4), np.inf))

    with pytest.raises(FloatingPointError, match=r"at update 6 .*model.keras was left as it was"):
        training.fit(
            model, batches(), updates=27, every=3, checkpoint=path, callbacks=[At(6, spoil)], progress=False
        )
    restored = small_model()
    assert callbacks.Checkpoint(path).restore(restored)
    assert restored.updates == 3


def test_float16_is_named_as_a_cause():
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        with pytest.raises(FloatingPointError, match="float16 ends"):
            training.fit(diverging(replicas.WGANGP), batches(), updates=200, every=10, progress=False)
    finally:
        keras.mixed_precision.set_global_policy("float32")
