"""Ways to give a label to WGAN-GP, on the bundled digits, three seeds of each.

python -m benchmarks.conditional writes, in results/,
- conditional.csv: a row for each run, with seconds of one core and the scores of 1,000 samples, 100 of each
  label (`metrics.digit_quality`);
- conditional.npz: for seed 0 of each way, three rows of ten digits 0 to 9, uint8 (30, 28, 28), one z a row.
Several runs are trained at a time, one core each (a quarter of an hour on two cores). --quick trains for a
moment and prints its rows in place of writing them; --resume goes on with an interrupted benchmark.

All take the networks and the optimizers of `presets.digits("wgan-gp")`, batches of 64, half of its updates,
rates from 3e-3 to 0, not searched anew. The generator gets the label as a one-hot vector beside z. What
differs is how the critic gets it:
- none: neither network gets labels, as a baseline;
- maps: as ten more channels of the image, of which the label's is 1 (1411.1784, as tutorials write it);
- projection: `networks.projection_critic` (1802.05637);
- classifier: `AuxiliaryWGANGP`, which learns to name real digits, weight 1 (1704.00028, section 5.4);
- classifier, weight 20: the same with 20 times the weight.
"""

import time

import keras
import numpy as np
from keras import layers

from wgan_keras import AuxiliaryWGANGP, ConditionalWGANGP, data, metrics, networks, presets
from wgan_keras.files import save_arrays

from .command import RESULTS, finished_runs, options, put_csv
from .workers import on_each_core

SEEDS, UPDATES, N_CLASSES = range(3), 750, 10
SCORES = ("frechet", "precision", "recall", "clear", "label_accuracy", "label_spread")
COLUMNS = ("way", "seed", "updates", "seconds", *SCORES, *(f"{name}_real" for name in SCORES))


def generator():
    inner = networks.conv_generator(latent_dim=64 + N_CLASSES, batch_norm=True)
    return networks.conditional_generator(inner, N_CLASSES)


def maps_critic():
    """A critic of images with ten more channels, of which the label's is 1."""
    inner = networks.conv_critic((28, 28, 1 + N_CLASSES))
    image, label = keras.Input((28, 28, 1)), keras.Input((), dtype="int32")
    one_hot = layers.CategoryEncoding(N_CLASSES, output_mode="one_hot")(label)
    maps = layers.Reshape((28, 28, N_CLASSES))(layers.RepeatVector(28 * 28)(one_hot))
    return keras.Model([image, label], inner(layers.Concatenate()([image, maps])))


WAYS = {
    "none": presets.image_networks,
    "maps": lambda: (generator(), maps_critic()),
    "projection": lambda: (generator(), networks.projection_critic(networks.conv_critic(), N_CLASSES)),
    "classifier": lambda: (generator(), networks.conv_critic(output_dim=1 + N_CLASSES)),
}
WAYS["classifier, weight 20"] = WAYS["classifier"]


def new_model(way, updates, seed):
    """A compiled model that takes labels in this way."""
    preset = presets.DIGITS["wgan-gp"]
    if way != "none":
        cls = AuxiliaryWGANGP if way.startswith("classifier") else ConditionalWGANGP
        weight = {"label_weight": 20.0} if way.endswith("20") else {}
        settings = {**preset.options, "n_classes": N_CLASSES, **weight}
        preset = preset._replace(model_class=cls, options=settings)
    model, _ = preset.new(WAYS[way], updates, seed)
    return model


def run(way, seed, updates=UPDATES):
    """The row of one run, and its three rows of digits."""
    model = new_model(way, updates, seed)
    batches = data.image_batches("mnist_sample", labels=way != "none", n_critic=1, seed=seed)
    start = time.process_time()
    model.fit(batches.repeat(), steps_per_epoch=updates, verbose=0)
    seconds = time.process_time() - start
    labels = None if way == "none" else np.arange(1000) % N_CLASSES
    scores = metrics.digit_quality(model.generate(1000 if labels is None else labels, seed=0), labels)
    row = {"way": way, "seed": seed, "updates": updates, "seconds": round(seconds, 1)}
    scores = {name: round(scores[name], 4) for name in COLUMNS if name in scores}
    return {**row, **scores}, np.uint8((pictures(model, way)[..., 0] + 1) * 127.5)


def pictures(model, way):
    """Three rows of ten digits, one z in each row; without labels, 30 of the samples."""
    if way == "none":
        return model.generate(30, seed=0)
    z = np.repeat(keras.ops.convert_to_numpy(model.latent(3, 0)), N_CLASSES, axis=0)
    return keras.ops.convert_to_numpy(model.generator([z, np.arange(30) % N_CLASSES], training=False))


def main(arguments=None):
    chosen = options(__doc__, "an update of each way, nothing written", arguments, resumable=True)
    if chosen.quick:
        rows = [run(way, 0, updates=1)[0] for way in WAYS]
        put_csv("conditional.csv", rows, COLUMNS, quick=True)
        return
    with finished_runs("conditional", chosen.resume) as folder:
        runs = [(way, seed) for seed in SEEDS for way in WAYS]
        results = on_each_core(run, runs, folder)
        put_csv("conditional.csv", [row for row, _ in results], COLUMNS, quick=False)
        first = {way: frames for (way, seed), (_, frames) in zip(runs, results) if seed == SEEDS[0]}
        save_arrays(RESULTS / "conditional.npz", **first)


if __name__ == "__main__":
    main()
