"""The logs of a run, as a CSV file that is whole at any time."""

import csv

import keras

from wgan_keras._checks import check_path
from wgan_keras.files import written_whole


class CSVLog(keras.callbacks.Callback):
    """Keep the logs of each epoch as a row of a CSV file, which is whole at any time.

    Keras' `CSVLogger` appends, and a full disk or a kill can leave half a row; this writes the file anew. Of
    a file that is there already the rows of earlier epochs stay, so that a resumed run goes on with it.

    Args:
        path: of the file.

    Example:

    >>> from pathlib import Path
    >>> import numpy as np
    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> log = CSVLog("log.csv")
    >>> history = model.fit(np.zeros((64, 2), "float32"), batch_size=32, epochs=2, callbacks=[log], verbose=0)
    >>> Path("log.csv").read_text().splitlines()[0]
    'epoch,critic_loss,generator_loss,gradient_norm,gradient_penalty,wasserstein_estimate'
    >>> Path("log.csv").unlink()
    """

    def __init__(self, path):
        super().__init__()
        self.path = check_path(path)

    def on_epoch_end(self, epoch, logs=None):
        rows = []
        if self.path.exists():
            with open(self.path, newline="") as file:
                rows = [row for row in csv.DictReader(file) if int(row["epoch"]) < epoch]
        rows.append({"epoch": epoch, **(logs or {})})
        with written_whole(self.path) as partial, open(partial, "w", newline="") as file:
            writer = csv.DictWriter(file, rows[-1])
            writer.writeheader()
            writer.writerows(rows)
