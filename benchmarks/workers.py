"""Runs of a benchmark side by side, one core each: for small networks more work in the same time."""

import concurrent.futures
import multiprocessing
import os

from tqdm import tqdm


def on_each_core(function, arguments):
    """Call `function(*a)` for each tuple of arguments, in fresh processes of one thread; results in order."""
    # Forked children would share TensorFlow's threads with their parent: they start anew.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), context, _one_thread) as pool:
        runs = [pool.submit(function, *a) for a in arguments]
        for run in tqdm(concurrent.futures.as_completed(runs), total=len(runs), unit="run"):
            run.result()  # an error ends the benchmark here, not after the last run
        return [run.result() for run in runs]


def _one_thread():
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
