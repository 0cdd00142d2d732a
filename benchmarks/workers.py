"""Runs of a benchmark side by side, one core each: for small networks more work in the same time."""

import concurrent.futures
import multiprocessing
import os
import pickle
from pathlib import Path

from tqdm import tqdm

from wgan_keras.files import written_whole


def on_each_core(function, arguments, folder=None):
    """Call `function(*a)` for each tuple of arguments, in fresh processes of one thread; results in order.

    In `folder` each result is kept as soon as it is there; what is kept from before is not computed again.
    """
    # Forked children would share TensorFlow's threads with their parent: they start anew.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), context, _one_thread) as pool:
        runs = [pool.submit(result, folder, function, *a) for a in arguments]
        try:
            for run in tqdm(concurrent.futures.as_completed(runs), total=len(runs), unit="run"):
                run.result()
        except BaseException:  # an error ends the benchmark here, not after the last run
            pool.shutdown(cancel_futures=True)
            raise
        return [run.result() for run in runs]


def result(folder, function, *arguments):
    """What the function returns, from the folder if it is kept there; kept there otherwise."""
    if folder is None:
        return function(*arguments)
    path = Path(folder) / ("-".join(str(each) for each in (function.__name__, *arguments)) + ".pickle")
    if not path.exists():
        with written_whole(path) as partial:
            Path(partial).write_bytes(pickle.dumps(function(*arguments)))
    return pickle.loads(path.read_bytes())


def _one_thread():
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
