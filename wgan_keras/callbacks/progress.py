"""One progress bar over several calls of `fit`."""

import keras
from tqdm import tqdm

from wgan_keras import plotting
from wgan_keras._checks import check_counts


class Progress(keras.callbacks.Callback):
    """One progress bar over several calls of `fit`, with the model's estimate and the time left.

    Args:
        total: generator updates at the end of the run.

    Example:

    >>> Progress(total=1000).total
    1000
    """

    def __init__(self, total):
        super().__init__()
        check_counts(total=total)
        self.total = total
        self._bar = None

    def on_train_begin(self, logs=None):
        if self._bar is None:
            self._bar = tqdm(total=self.total, initial=self.model.updates, unit=" updates")

    def on_train_batch_end(self, batch, logs=None):
        name = self.model.estimate_name
        self._bar.set_postfix({plotting.LABELS[name]: f"{float(logs[name]):.3f}"}, refresh=False)
        self._bar.update(self.model.updates - self._bar.n)

    def close(self):
        """Leave the bar as it stands and go to the next line."""
        if self._bar is not None:
            self._bar.close()
