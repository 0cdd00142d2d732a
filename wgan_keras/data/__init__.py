"""Training data as `tf.data`: toy distributions, the bundled MNIST sample, TFDS image sets, your own folder.

A batch holds `n_critic * batch_size` samples: one fresh mini-batch for each critic update of a training step.
Images are float32 in [-1, 1], shape (height, width, channels); toy samples are float32 in the plane.
"""

# From here on `data.images` is the function, which hides the module that defines it.
from wgan_keras.data.images import image_batches, images, mnist_sample, training_batches
from wgan_keras.data.toys import ToySamples, toy_batches, toy_samples

__all__ = [
    "image_batches",
    "images",
    "training_batches",
    "mnist_sample",
    "toy_samples",
    "toy_batches",
    "ToySamples",
]
