"""Training on several devices and in several processes: two logical CPU devices, two local workers."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from conftest import KNOWN_WARNINGS, run_python

from wgan_keras import networks, training
from wgan_keras.replicas import GAN, WGANGP, ReplicaSeedGenerator, WGANClip

# What every fresh process starts with. TensorFlow itself warns of old interfaces it uses.
MODELS = """
import sys, warnings
warnings.simplefilter("default")
import numpy as np
import tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * devices)
import keras
import wgan_keras
from wgan_keras import networks, training
from wgan_keras.replicas import GAN, WGANGP, WGANClip

MODELS = {
    GAN: {"n_critic": 2},
    WGANClip: {"n_critic": 2, "clip_value": 0.5},
    WGANGP: {"n_critic": 2},
}

def new_model(cls, strategy, optimizer=lambda: None):
    keras.utils.set_random_seed(0)
    with strategy.scope():
        generator, critic = networks.mlp_generator(hidden=(8,)), networks.mlp_critic(hidden=(8,))
        model = cls(generator, critic, seed=0, **MODELS[cls])
        model.compile(optimizer(), optimizer())
    return model

def batches(x, batch_size=16):
    return tf.data.Dataset.from_tensor_slices(x).batch(batch_size)

data = np.random.default_rng(0).standard_normal((320, 2)).astype("float32")
"""
REPLICAS = (
    "devices = 2\n" + MODELS + "strategy = tf.distribute.MirroredStrategy(['CPU:0', 'CPU:1'])\n"
    "one_device = tf.distribute.get_strategy()\n"
)


def run_on_two_replicas(code, folder):
    done = run_python(REPLICAS + code, cwd=folder, timeout=900)
    assert done.returncode == 0, done.stderr
    return done.stdout


DISTINCT_NOISE = """
seen = {}

def recorded(draw):
    def note(replica, values):
        seen.setdefault((draw.__name__, int(replica)), []).append(values.ravel()[:8])
        return values

    def drawn(*args, **kwargs):
        values = draw(*args, **kwargs)
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        noted = tf.numpy_function(note, [replica, values], tf.float32)
        return tf.ensure_shape(noted, values.shape)

    return drawn

for cls in MODELS:
    seen.clear()
    originals = keras.random.normal, keras.random.uniform
    keras.random.normal, keras.random.uniform = (recorded(draw) for draw in originals)
    model = new_model(cls, strategy)
    before = [w.copy() for w in model.get_weights()]
    model.fit(batches(data, 32), epochs=3, verbose=0)
    keras.random.normal, keras.random.uniform = originals
    assert model.updates == 30
    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert any((w != b).any() for w, b in zip(model.get_weights(), before))
    # Three sets of latent vectors for each update, and what else is drawn: no draw twice, on any replica.
    kinds = {"normal", "uniform"} if cls is WGANGP else {"normal"}
    assert set(seen) == {(kind, replica) for kind in kinds for replica in (0, 1)}, set(seen)
    for kind in kinds:
        first, second = (np.stack(seen[kind, replica]) for replica in (0, 1))
        assert len(first) == len(second) >= 60
        assert len(np.unique(np.concatenate([first, second]), axis=0)) == len(first) + len(second)
        assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 5 / np.sqrt(first.size)
"""


@pytest.mark.slow
def test_replicas_draw_distinct_noise_in_training(tmp_path):
    run_on_two_replicas(DISTINCT_NOISE, tmp_path)


SAME_AS_ONE_DEVICE = """
def given(draw):
    \"\"\"Each replica's share of a draw for all of them; the seed generator only counts.\"\"\"
    def share(shape, stddev=1.0, seed=None, dtype=None):
        context = tf.distribute.get_replica_context()
        first = context.replica_id_in_sync_group * shape[0]
        whole = tf.concat([[shape[0] * context.num_replicas_in_sync], shape[1:]], 0)
        return stddev * draw(whole, seed=tf.stack([0, seed.next()[1]]))[first : first + shape[0]]
    return share

keras.random.normal = given(tf.random.stateless_normal)
keras.random.uniform = given(tf.random.stateless_uniform)

# Each replica cuts its share of a batch into n_critic mini-batches: (update, mini-batch, replica, sample).
in_order = data.reshape(20, 2, 2, 4, 2)
shared = in_order.swapaxes(1, 2)

for cls in MODELS:
    weights = []
    for where, x in ((one_device, in_order), (strategy, shared)):
        model = new_model(cls, where, lambda: keras.optimizers.SGD(0.05))
        before = model.get_weights()
        model.fit(batches(x.reshape(320, 2)), verbose=0)
        assert model.updates == 20
        weights.append(model.get_weights())
    assert max(abs(w - b).max() for w, b in zip(weights[0], before)) > 0.02
    difference = max(abs(a - b).max() for a, b in zip(*weights))
    print(cls.__name__, difference)
    assert difference < 1e-4
"""


@pytest.mark.slow
def test_two_replicas_compute_what_one_device_does(tmp_path):
    run_on_two_replicas(SAME_AS_ONE_DEVICE, tmp_path)


UNEQUAL_SHARES = """
for cls in MODELS:
    models = [new_model(cls, where) for where in (one_device, strategy)]
    for model in models:
        model.generator.set_weights([w * 0 for w in model.generator.get_weights()])
    for n in (50, 37, 33):  # of the last batch, the second replica gets 9 of 18 samples, 2 of 5, none of 1
        estimates = [model.evaluate(batches(data[:n], 32), verbose=0) for model in models]
        assert np.isclose(*estimates, rtol=1e-5), (cls, n, estimates)
"""


def test_evaluation_weighs_samples_equally_on_replicas_with_unequal_shares(tmp_path):
    run_on_two_replicas(UNEQUAL_SHARES, tmp_path)


ERRORS_AND_FILES = """
def error(kind, run):
    try:
        run()
    except kind as e:
        return str(e)

model = new_model(WGANGP, strategy)
few = error(ValueError, lambda: model.fit(batches(data, 3), verbose=0))
assert "is below n_critic a device" in few
assert "multiples of 4" in few
assert model.updates == 0
last = error(ValueError, lambda: model.fit(batches(data[:17]), verbose=0))
assert "a device: use multiples of 4" in last

model = new_model(WGANGP, strategy)
model.fit(batches(data), verbose=0)
model.save("m.keras")
loaded = keras.models.load_model("m.keras")  # on one device
assert loaded.updates == model.updates == 20
assert all((a == b).all() for a, b in zip(model.get_weights(), loaded.get_weights()))
loaded.fit(batches(data), verbose=0)
with strategy.scope():
    loaded = keras.models.load_model("m.keras")
history = [m.fit(batches(data), verbose=0).history for m in (model, loaded)]
assert history[0] == history[1]
assert all((a == b).all() for a, b in zip(model.get_weights(), loaded.get_weights()))

outside = keras.optimizers.Adam(), keras.optimizers.Adam()
with strategy.scope():
    assert "inside `strategy.scope()`" in error(ValueError, lambda: model.compile(*outside))
assert "inside `strategy.scope()`" in error(ValueError, model.compile)

far = data.copy()
far[100:] = np.nan
model = new_model(WGANGP, strategy)
assert "hold NaN" in error(ValueError, lambda: model.fit(batches(far), verbose=0))

model = new_model(WGANGP, strategy, lambda: keras.optimizers.SGD(1e30))
run = lambda: training.fit(model, batches(data), updates=20, progress=False)
assert "diverged" in error(FloatingPointError, run)

with strategy.scope():
    plain = wgan_keras.WGANGP(networks.mlp_generator(), networks.mlp_critic())
    assert "need wgan_keras.replicas" in error(ValueError, plain.compile)
"""


@pytest.mark.slow
def test_errors_and_files_on_two_replicas(tmp_path):
    run_on_two_replicas(ERRORS_AND_FILES, tmp_path)


OVERFLOW_ON_ONE = """
keras.config.set_dtype_policy("mixed_float16")
half = data[:16].copy()
half[8:] *= 1000  # the second replica's share: finite scores, but gradients that overflow once scaled
for cls in MODELS:
    MODELS[cls] = {**MODELS[cls], **({"clip_value": 100.0} if cls is WGANClip else {})}
    model = new_model(cls, strategy)
    optimizers = model.generator_optimizer, model.critic_optimizer
    scales = lambda: [o.dynamic_scale.numpy() for o in optimizers]
    for optimizer in optimizers:
        optimizer.dynamic_scale.assign(2.0**13)
    critic = model.critic.get_weights()
    model.fit(batches(half), verbose=0)
    # The critic's two updates are left out on both replicas; the generator sees no real data.
    assert all((w == b).all() for w, b in zip(model.critic.get_weights(), critic))
    assert scales() == [2.0**13, 2.0**11], (cls, scales())
    assert model.updates == 1 == int(model.generator_optimizer.iterations.numpy())
    model.fit(batches(data), verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert model.updates == 21
"""


@pytest.mark.slow
def test_an_overflow_on_one_replica_leaves_the_update_out_on_both(tmp_path):
    run_on_two_replicas(OVERFLOW_ON_ONE, tmp_path)


# --- Two processes ------------------------------------------------------------------------------------

WORKER = (
    "devices = 1\n"
    + MODELS
    + """
import hashlib
digest = lambda: hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest()
cls, epochs = {c.__name__: c for c in MODELS}[sys.argv[1]], int(sys.argv[2])
strategy = tf.distribute.MultiWorkerMirroredStrategy()

class Report(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs):
        print("update", batch, flush=True)

model = new_model(cls, strategy)
z = strategy.run(lambda: keras.random.normal((3,), seed=model.noise))
print("z", strategy.experimental_local_results(z)[0].numpy().tolist())
print("before", digest())
options = {"updates": 20 * epochs, "every": 20, "callbacks": [Report()], "progress": False}
history = training.fit(model, batches(data), **options).history
print("estimate", model.evaluate(batches(data[:50]), verbose=0))
print("history", history)
print("updates", model.updates)
print("after", digest())
"""
)


def free_ports(n):
    sockets = [socket.create_server(("localhost", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


@contextlib.contextmanager
def workers(*arguments, folder):
    """Two processes of one `tf.distribute.MultiWorkerMirroredStrategy`; error messages go to `folder`."""
    cluster = {"worker": [f"localhost:{port}" for port in free_ports(2)]}
    command = [sys.executable, *KNOWN_WARNINGS, "-c", WORKER, *map(str, arguments)]
    with contextlib.ExitStack() as stack:
        processes = []
        for i in range(2):
            config = {"cluster": cluster, "task": {"type": "worker", "index": i}}
            process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, "TF_CONFIG": json.dumps(config)},
                stdout=subprocess.PIPE,
                stderr=stack.enter_context((folder / f"errors-{i}.txt").open("w")),
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            processes.append(process)
        yield processes


def report(printed):
    """The last line of each kind that a worker has printed."""
    return dict(line.split(" ", 1) for line in printed.splitlines() if " " in line)


@pytest.mark.slow
@pytest.mark.parametrize("cls", [GAN, WGANClip, WGANGP])
def test_two_workers_end_with_the_same_weights(cls, tmp_path):
    with workers(cls.__name__, 2, folder=tmp_path) as processes:
        printed = [process.communicate(timeout=900)[0] for process in processes]
    errors = [(tmp_path / f"errors-{i}.txt").read_text() for i in (0, 1)]
    assert [process.returncode for process in processes] == [0, 0], errors
    first, second = (report(text) for text in printed)
    assert first.pop("z") != second.pop("z")
    assert first == second
    assert first["updates"] == "40"
    assert "nan" not in first["history"]
    assert first["after"] != first["before"]


@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1])
def test_a_killed_worker_ends_the_other_with_one_sentence(killed, tmp_path):
    with workers("WGANGP", 1_000_000, folder=tmp_path) as processes:
        victim, survivor = processes[killed], processes[1 - killed]
        while not (line := victim.stdout.readline()).startswith("update 10"):
            assert line, (tmp_path / f"errors-{killed}.txt").read_text()
        victim.kill()
        survivor.communicate(timeout=900)
    errors = (tmp_path / f"errors-{1 - killed}.txt").read_text()
    assert survivor.returncode == 1, errors
    *_, sentence = errors.splitlines()
    assert re.fullmatch(
        r"ConnectionError: Another worker stopped .* update \d+ .* last saved model\.", sentence
    )
    assert "tensorflow.python.framework" not in errors  # no trace of TensorFlow's beside it


def test_on_one_device_an_error_of_a_service_is_not_a_workers(monkeypatch):
    model = WGANGP(networks.mlp_generator(hidden=(8,)), networks.mlp_critic(hidden=(8,)), n_critic=1)
    model.compile()

    def unavailable(*args, **kwargs):
        raise tf.errors.UnavailableError(None, None, "the bucket with the data does not answer")

    monkeypatch.setattr(WGANGP, "make_train_function", unavailable)
    with pytest.raises(tf.errors.UnavailableError, match="the bucket"):
        training.fit(
            model, tf.data.Dataset.from_tensors(np.zeros((40, 2), "float32")), updates=1, progress=False
        )


def test_seed_generators_count_draws():
    generator = ReplicaSeedGenerator(7)
    first, second = np.asarray(generator.next()), np.asarray(generator.next())
    assert first.tolist() == [7, 0]
    assert second.tolist() == [7, 1]
