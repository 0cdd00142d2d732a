"""A plane model's samples and its critic's scores over training."""

import keras
import numpy as np

from wgan_keras import plotting
from wgan_keras._checks import check_counts, check_interval, check_seed


class Landscape(keras.callbacks.Callback):
    """Keep a plane model's samples and its critic's scores before training and after every epoch.

    Args:
        limits: (low, high) of both coordinates.
        n: samples each time, from fixed latent vectors: the first n of the seed, unselected.
        resolution: points of the grid of scores along each side.
        seed: of the latent vectors.

    Attributes:
        steps: generator updates at each time.
        samples: float32 arrays (n, 2), one for each time.
        scores: float32 arrays (resolution, resolution), y by x, one for each time; less their mean over
            the samples, because only differences of scores mean anything.

    Raises:
        ValueError: the model does not make points in the plane.

    Example: the pictures are `plotting.plot_landscape(landscape.scores[-1], landscape.limits)` and
    `plotting.animate_landscape(landscape, real)`.

    >>> from wgan_keras import WGANGP, networks
    >>> model = WGANGP(networks.mlp_generator(), networks.mlp_critic(), n_critic=1, seed=0)
    >>> model.compile()
    >>> landscape = Landscape(limits=(-2, 2), n=4, resolution=10)
    >>> history = model.fit(np.zeros((64, 2), "float32"), batch_size=32, callbacks=[landscape], verbose=0)
    >>> landscape.steps, landscape.samples[-1].shape, landscape.scores[-1].shape
    ([0, 2], (4, 2), (10, 10))
    """

    def __init__(self, limits=(-2, 2), n=500, resolution=80, seed=0):
        super().__init__()
        check_interval(limits=limits)
        check_counts(n=n, resolution=resolution)
        check_seed(seed)
        self.limits, self.n, self.resolution, self.seed = limits, n, resolution, seed
        self.steps, self.samples, self.scores = [], [], []

    def on_train_begin(self, logs=None):
        if self.model.generator.output_shape[1:] != (2,):
            raise ValueError(
                f"Landscape draws points in the plane, and the generator makes samples of shape "
                f"{self.model.generator.output_shape[1:]}: use SampleGrid."
            )
        self._record()

    def on_epoch_end(self, epoch, logs=None):
        self._record()

    def _record(self):
        if self.model.updates in self.steps:
            return
        samples = self.model.generate(self.n, seed=self.seed)
        points = plotting.plane(self.limits, self.resolution)
        scores = keras.ops.convert_to_numpy(self.model.critic(np.concatenate([points, samples])))[:, 0]
        level = scores[len(points) :].mean()
        self.steps.append(self.model.updates)
        self.samples.append(samples)
        self.scores.append((scores[: len(points)] - level).reshape(self.resolution, self.resolution))
