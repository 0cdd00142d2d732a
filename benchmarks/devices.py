"""Time of one generator update of WGAN-GP on several devices, in several processes, in mixed precision.

python -m benchmarks.devices prints a table and writes results/devices.json (five minutes on two cores).
--quick times the smallest networks for a moment and writes nothing.

Every row makes the same update, five critic steps and one of the generator, on a global batch of 5 x 64,
in processes of its own: a `MirroredStrategy` on two logical CPU devices, a `MultiWorkerMirroredStrategy` in
two processes on this machine, a dtype policy. The rows take turns: `ms` is the median over the rounds,
`ratio` the median of the time divided by that of one float32 device in the same round. All share the same
cores, so a ratio is what the distribution, or the precision, costs here, not what more machines would gain.
"""

import json
import multiprocessing
import os
import socket
import time

import keras
import tensorflow as tf
from tqdm import tqdm

from wgan_keras import networks
from wgan_keras.replicas import WGANGP

from .command import options, write_json
from .timings import compared, repeated

N_CRITIC, BATCH_SIZE = 5, 64
SIZES = {  # both networks, updates timed at once
    "2-D MLP": (lambda: (networks.mlp_generator(), networks.mlp_critic()), 50),
    "demo, 28 x 28": (lambda: (networks.conv_generator(batch_norm=True), networks.conv_critic()), 5),
}
ONE = "one device"
ROWS = {  # strategy, dtype policy, processes
    ONE: (tf.distribute.get_strategy, "float32", 1),
    "MirroredStrategy, 2 devices": (lambda: tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]), "float32", 1),
    "MultiWorker..., 2 processes": (tf.distribute.MultiWorkerMirroredStrategy, "float32", 2),
    "mixed_bfloat16": (tf.distribute.get_strategy, "mixed_bfloat16", 1),
    "mixed_float16": (tf.distribute.get_strategy, "mixed_float16", 1),
}


class Clock(keras.callbacks.Callback):
    """Seconds of the last epoch, which has no share in the start of `fit`."""

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds = time.perf_counter() - self.start


def serve(connection, row, size, cluster, index):
    """In a process of its own: make as many updates as asked for, answer with the seconds; None ends it."""
    if len(cluster) > 1:
        task = {"type": "worker", "index": index}
        os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": cluster}, "task": task})
    elif "Mirrored" in row:
        devices = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], devices)
    strategy, policy, _ = ROWS[row]
    keras.config.set_dtype_policy(policy)
    with strategy().scope():
        model = WGANGP(*SIZES[size][0](), n_critic=N_CRITIC, seed=0)
        model.compile()
    batches = repeated((N_CRITIC * BATCH_SIZE, *model.generator.output_shape[1:]))
    clock = Clock()
    while updates := connection.recv():
        model.fit(batches, steps_per_epoch=updates, epochs=2, callbacks=[clock], verbose=0)
        connection.send(clock.seconds)


def start(row, size):
    """Connections to the processes of a row."""
    sockets = [socket.create_server(("localhost", 0)) for _ in range(ROWS[row][-1])]
    cluster = [f"localhost:{free.getsockname()[1]}" for free in sockets]
    for free in sockets:
        free.close()
    context, connections = multiprocessing.get_context("spawn"), []
    for index in range(len(cluster)):
        ours, theirs = context.Pipe()
        context.Process(target=serve, args=(theirs, row, size, cluster, index), daemon=True).start()
        theirs.close()  # a process that ends early is an EOFError here, not a wait without end
        connections.append(ours)
    return connections


def seconds(connections, updates):
    """Of the slowest process of a row."""
    for connection in connections:
        connection.send(updates)
    return max(connection.recv() for connection in connections)


def measure(size, rounds, updates):
    """A list of rows, dicts, for one size."""
    processes = {row: start(row, size) for row in ROWS}
    for connections in processes.values():
        seconds(connections, 2)  # traces the step
    times = {row: [] for row in ROWS}
    for _ in tqdm(range(rounds), desc=size, unit="round"):
        for row, connections in processes.items():
            times[row].append(seconds(connections, updates) / updates)
    for connections in processes.values():
        for connection in connections:
            connection.send(None)
    for process in multiprocessing.active_children():
        process.join()
    return compared(size, times, ONE)


def main(arguments=None):
    quick = options(__doc__, "the smallest networks, nothing written", arguments).quick
    rows = []
    print(f"{'size':14} {'row':28} {'ms':>8} {'ratio':>6}")
    for size, (_, updates) in SIZES.items():
        new = measure(size, *(1, 1) if quick else (11, updates))
        for row in new:
            print("{size:14} {row:28} {ms:8.2f} {ratio:6.2f}".format(**row))
        if quick:
            return
        rows += new
    write_json("devices.json", rows)


if __name__ == "__main__":
    main()
