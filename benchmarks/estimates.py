"""What a run's critics say about W1 at each checkpoint, and how good the samples are."""

import time

import keras
import numpy as np

from wgan_keras import metrics, transport

EPOCHS = 120  # of a run
CHECKPOINTS = (1, 3, 6, 10, 16, 24, 36, 50, 66, 84, 102, 120)  # epochs: close together where much happens
COLUMNS = (
    "updates",
    "seconds",
    "critic_loss",
    "generator_loss",
    "logged_estimate",
    "own_train",
    "own_held_out",
    "fresh_train",
    "fresh_held_out",
    "w1",
)


class Estimates(keras.callbacks.Callback):
    """A row at each checkpoint, in `rows`. It must be the first callback, because it measures time.

    - seconds: of this process, for training so far;
    - logged: losses and estimate as the means of all training steps since the checkpoint before;
    - own: the run's own critic by `evaluate`, on training and on held-out samples, as many of both;
    - fresh: `metrics.independent_estimate`;
    - w1: exact W1 between generated and held-out samples, 1,000 each;
    - what `scores(samples)` gives for these generated samples.
    """

    def __init__(self, train, held_out, scores, checkpoints=CHECKPOINTS):
        super().__init__()
        self.train, self.held_out, self.scores, self.checkpoints = train, held_out, scores, checkpoints
        self.rows, self.logs, self.seconds = [], [], 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.process_time() - self.started
        self.logs.append(logs)
        if epoch + 1 not in self.checkpoints:
            return
        names = {
            "critic_loss": f"{self.model.critic_name}_loss",
            "generator_loss": "generator_loss",
            "logged_estimate": self.model.estimate_name,
        }
        row = {ours: np.mean([log[theirs] for log in self.logs]) for ours, theirs in names.items()}
        parts = {"own_train": self.train[: len(self.held_out)], "own_held_out": self.held_out}
        row |= {k: self.model.evaluate(x, batch_size=500, verbose=0) for k, x in parts.items()}
        fresh = metrics.independent_estimate(self.model, self.train, self.held_out, floor=0.0)
        row |= {"fresh_train": fresh["train"], "fresh_held_out": fresh["held_out"]}
        samples = self.model.generate(1000, seed=0)
        row["w1"] = transport.wasserstein_1(samples, self.held_out[:1000])
        row = {"seconds": self.seconds, **row, **self.scores(samples)}
        self.rows.append({"updates": self.model.updates, **{k: f"{v:.6g}" for k, v in row.items()}})
        self.logs = []
