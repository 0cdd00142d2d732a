"""A picture of a run that follows it: estimates on training and held-out data, losses, slopes, samples."""

import sys

from wgan_keras import plotting
from wgan_keras._checks import check_counts, check_path, check_seed
from wgan_keras.callbacks.estimates import Estimates
from wgan_keras.files import written_whole

PANELS = (
    ("train_estimate", "held_out_estimate"),
    ("discriminator_loss", "critic_loss", "generator_loss"),
    ("gradient_norm", "gradient_penalty"),
)


class Dashboard(Estimates):
    """Draw how a run goes, anew after every epoch: live below the cell in Jupyter and Colab, or to a file.

    Args:
        train, held_out: float arrays (n, *sample shape), training samples and others, as for `Estimates`.
        n: generated samples to show, the first n of the seed, unselected.
        seed: of their latent vectors.
        path: PNG file to write after every epoch; `None` writes none.

    Attributes:
        steps, history: as for `Estimates`.

    Raises:
        ValueError: `train` and `held_out` of different shapes.

    Example:

    >>> import numpy as np
    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> points = np.random.default_rng(0).standard_normal((96, 2)).astype("float32")
    >>> dashboard = Dashboard(train=points[:32], held_out=points[64:])
    >>> history = model.fit(points[:64], batch_size=32, epochs=2, callbacks=[dashboard], verbose=0)
    >>> dashboard.figure()  # the picture, whenever you want it
    <Figure ... with 4 Axes>
    """

    def __init__(self, train, held_out, n=25, seed=0, path=None):
        super().__init__(train, held_out)
        check_counts(n=n)
        check_seed(seed)
        if path is not None:
            check_path(path, plotting.SUFFIXES)
        self.n, self.seed, self.path = n, seed, path
        self._shown = None

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        if self.path is not None or _in_notebook():
            self._draw()

    def figure(self):
        """The picture as it is now, a matplotlib figure.

        Raises:
            ValueError: no epoch has ended yet.
        """
        if not self.steps:
            raise ValueError("There is nothing to draw yet: pass the dashboard to fit, and let an epoch end.")
        logged = [[name for name in names if name in self.history] for names in PANELS]
        panels = [names for names in logged if names]
        figure, axes = plotting.plt.subplots(1, len(panels) + 1, figsize=(3.3 * (len(panels) + 1), 3.1))
        for names, ax in zip(panels, axes):
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
