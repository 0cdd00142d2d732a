"""A picture of a run that follows it: estimates on training and held-out data, losses, slopes, samples."""

import sys

import keras
import numpy as np

from wgan_keras import plotting
from wgan_keras.models import written_whole


class Dashboard(keras.callbacks.Callback):
    """Draw how a run goes, anew after every epoch: live below the cell in Jupyter and Colab, or to a file.

    The estimate is that of `model.evaluate`, on training and on held-out samples against the same generated
    ones. Where the two part, the critic knows its training samples by heart, and the estimate no longer says
    how far the laws are apart (1704.00028, figure 5b).

    Args:
        train: float array (n, *sample shape) of training samples.
        held_out: float array (n, *sample shape) of samples that the model never trains on.
        n: generated samples to show, the first n of the seed, unselected.
        seed: of their latent vectors.
        path: PNG file to write after every epoch; `None` writes none.

    Attributes:
        steps: generator updates at each epoch's end.
        history: dict of lists, the logs of each epoch, with `train_estimate` and `held_out_estimate`.

    Raises:
        ValueError: `train` and `held_out` of unlike shapes, because their estimates would not compare.

    Example:

    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> points = np.random.default_rng(0).standard_normal((96, 2)).astype("float32")
    >>> dashboard = Dashboard(train=points[:32], held_out=points[64:])
    >>> history = model.fit(points[:64], epochs=2, callbacks=[dashboard], verbose=0)
    >>> dashboard.steps, len(dashboard.history["held_out_estimate"])
    ([2, 4], 2)
    >>> picture = dashboard.figure()  # whenever you want it
    """

    def __init__(self, train, held_out, n=25, seed=0, path=None):
        super().__init__()
        if np.shape(train) != np.shape(held_out):
            raise ValueError(
                f"train {np.shape(train)} and held_out {np.shape(held_out)} must have one shape: pass as "
                "many training samples as there are held-out ones."
            )
        self.train, self.held_out = np.asarray(train), np.asarray(held_out)
        self.n, self.seed, self.path = n, seed, path
        self.steps, self.history = [], {}
        self._shown = None

    def on_epoch_end(self, epoch, logs=None):
        estimates = {
            "train_estimate": self.model.evaluate(self.train, batch_size=500, verbose=0),
            "held_out_estimate": self.model.evaluate(self.held_out, batch_size=500, verbose=0),
        }
        self.steps.append(self.model.updates)
        for name, value in {**(logs or {}), **estimates}.items():
            self.history.setdefault(name, []).append(float(value))
        if self.path is not None or _in_notebook():
            self._draw()

    def figure(self):
        """The picture as it is now, a matplotlib figure.

        Raises:
            ValueError: no epoch has ended yet.
        """
        if not self.steps:
            raise ValueError("There is nothing to draw yet: pass the dashboard to fit, and let an epoch end.")
        estimates = ["train_estimate", "held_out_estimate"]
        groups = [estimates, ["critic_loss", "generator_loss"], ["gradient_norm", "gradient_penalty"]]
        groups = [names for names in groups if names[0] in self.history]
        figure, axes = plotting.plt.subplots(1, len(groups) + 1, figsize=(3.3 * (len(groups) + 1), 3.1))
        for names, ax in zip(groups, axes):
            plotting.plot_curves(self.history, names, steps=self.steps, ax=ax)
            ax.axhline(1 if "gradient_norm" in names else 0, color="gray", linewidth=1)
        axes[0].set_ylabel(plotting.LABELS[self.model.estimate_name])
        self._draw_samples(axes[-1])
        return figure

    def _draw_samples(self, ax):
        samples = self.model.generate(self.n, seed=self.seed)
        if samples.ndim == 4:
            plotting.plot_images(samples, ax=ax)
        elif samples.shape[1:] == (2,):
            plotting.plot_samples(self.held_out, samples, ax=ax)
        else:
            ax.axis("off")  # neither images nor points in the plane
            return
        ax.set_title(f"samples, {self.steps[-1]:,} updates")

    def _draw(self):
        figure = self.figure()
        if self.path is not None:
            with written_whole(self.path) as partial:
                figure.savefig(partial)
        if _in_notebook():
            self._show(figure)
        plotting.plt.close(figure)

    def _show(self, figure):
        from IPython.display import display

        alt = f"Estimates, losses and samples after {self.steps[-1]} generator updates."
        metadata = {"image/png": {"alt": alt}}
        if self._shown is None:
            self._shown = display(figure, metadata=metadata, display_id=True)
        else:
            self._shown.update(figure, metadata=metadata)  # in its place


def _in_notebook():
    ipython = sys.modules.get("IPython")  # imported already where there is a notebook
    shell = ipython and ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None
