"""The latent vectors whose images come nearest to given ones, or to what is seen of them."""

import keras
import numpy as np
import tensorflow as tf

from wgan_keras._checks import as_images, check_counts, check_positive, check_seed, shown
from wgan_keras.conditional import ConditionalWGANGP


def invert(model, targets, *, seen=tf.identity, starts=4, pool=2000, steps=100, learning_rate=0.1, seed=0):
    """Minimize the mean of (seen(G(z, y)) - target)^2 over z on the sphere |z|^2 = latent_dim, by Adam.

    The starts of each target are the best of a pool of random samples, with the labels these have: what is
    seen is all that is used, no label of the target. A normal z of many entries lies near that sphere, and
    without it |z| would drift to where the generator was never trained.

    Args:
        model: a model with labels that makes images.
        targets: float array (n, *shape of what is seen) in [-1, 1].
        seen: function of images (n, height, width, channels), differentiable: a part, or a smaller version.
        starts: answers for each target.
        pool: random samples to start from.
        steps: of Adam.
        learning_rate: of Adam.
        seed: integer, of the pool.

    Returns:
        dict of arrays, the answers of each target sorted by error: `images` (n, starts, height, width,
        channels), `z` (n, starts, latent_dim), `labels` (n, starts), and `error` (n, starts), the root of the
        mean squared difference between what is seen and the target.

    Raises:
        ValueError: an argument out of range, or targets of another shape than what is seen.

    Example: images that the model made itself.

    >>> from wgan_keras import presets
    >>> model, _ = presets.labelled_digits()
    >>> found = invert(model, model.generate([3, 7], seed=1), starts=2, pool=20, steps=2)
    >>> found["images"].shape, found["labels"].shape
    ((2, 2, 28, 28, 1), (2, 2))
    """
    check_counts(starts=starts, pool=pool, steps=steps)
    check_positive(learning_rate=learning_rate)
    check_seed(seed)
    if not isinstance(model, ConditionalWGANGP):
        raise ValueError("model must be a ConditionalWGANGP or an AuxiliaryWGANGP.")
    if not callable(seen):
        raise ValueError(f"seen must be a function of images, got {shown(seen)}.")
    if pool < starts:
        raise ValueError(f"pool must be at least starts = {starts}, got {pool}.")
    targets = as_images(targets, "targets")
    labels = np.arange(pool) % model.n_classes
    candidates = keras.ops.convert_to_numpy(model.latent(pool, seed))
    views = keras.ops.convert_to_numpy(seen(model.generate(labels, seed=seed)))
    if views.shape[1:] != targets.shape[1:]:
        raise ValueError(f"targets must have the shape of what is seen, {views.shape[1:]}.")
    best = [np.argsort(np.square(views - target).mean((1, 2, 3)))[:starts] for target in targets]
    best = np.concatenate(best)
    goals = np.repeat(targets, starts, axis=0)
    z = _descend(model.generator, candidates[best], labels[best], goals, seen, steps, learning_rate)
    images = model.generator.predict([z, labels[best]], batch_size=256, verbose=0)
    views = keras.ops.convert_to_numpy(seen(images))
    found = {
        "images": images,
        "z": z,
        "labels": labels[best],
        "error": np.sqrt(np.square(views - goals).mean((1, 2, 3))),
    }
    found = {name: values.reshape(-1, starts, *values.shape[1:]) for name, values in found.items()}
    order = np.argsort(found["error"], axis=1)
    rows = np.arange(len(targets))[:, None]
    return {name: values[rows, order] for name, values in found.items()}


def _descend(generator, z, labels, goals, seen, steps, learning_rate):
    """Adam on all starts at once, each back on its sphere after every step."""
    z = keras.Variable(_on_sphere(tf.constant(z)), name="z")
    labels, goals = tf.constant(labels), tf.constant(goals)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps))
    optimizer.build([z])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            views = seen(generator([z.value, labels], training=False))
            # The sum over targets: the step of one does not depend on how many there are.
            loss = tf.reduce_sum(tf.reduce_mean(tf.square(views - goals), axis=[1, 2, 3]))
        gradient = tape.gradient(loss, z.value)
        # Along the sphere alone: else Adam, which scales each entry, would come to rest beside the minimum.
        outward = z.value / tf.norm(z.value, axis=1, keepdims=True)
        gradient -= outward * tf.reduce_sum(gradient * outward, axis=1, keepdims=True)
        optimizer.apply_gradients([(gradient, z)])
        z.assign(_on_sphere(z.value))

    for _ in range(steps):
        step()
    return keras.ops.convert_to_numpy(z)


def _on_sphere(z):
    return z * tf.sqrt(tf.cast(z.shape[1], z.dtype)) / tf.norm(z, axis=1, keepdims=True)
