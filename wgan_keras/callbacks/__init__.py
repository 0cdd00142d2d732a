"""Callbacks for any of the models: samples, landscapes, estimates, a dashboard, a stop rule, checkpoints.

Keras' own callbacks work too, such as `TensorBoard` and `ModelCheckpoint`.
"""

from wgan_keras.callbacks.checkpoint import Checkpoint
from wgan_keras.callbacks.dashboard import Dashboard
from wgan_keras.callbacks.estimates import Estimates, StopWhenOverfit
from wgan_keras.callbacks.independent import IndependentEstimate
from wgan_keras.callbacks.landscape import Landscape
from wgan_keras.callbacks.log import CSVLog
from wgan_keras.callbacks.samples import SampleGrid

__all__ = [
    "SampleGrid",
    "Landscape",
    "Estimates",
    "IndependentEstimate",
    "StopWhenOverfit",
    "Dashboard",
    "Checkpoint",
    "CSVLog",
]
