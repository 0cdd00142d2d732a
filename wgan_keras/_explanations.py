"""Sentences for what ends a training run: divergence, layers without a derivative, a lost worker."""

import contextlib
import math

import keras
import tensorflow as tf

from wgan_keras.models import layers_of


def check_finite(model, logs, update):
    """Raise a FloatingPointError that names the update where a loss became NaN or infinite."""
    # Running means of the epoch: what is not finite once stays so.
    if math.isfinite(sum(logs.values())):
        return
    group = model.steps_per_execution  # the losses come out after so many updates
    where = f"update {update}" if group == 1 else f"one of the updates {update - group + 1} to {update}"
    optimizers = model.generator_optimizer, model.critic_optimizer
    rates = [float(keras.ops.convert_to_numpy(o.learning_rate)) for o in optimizers]
    causes = "a learning rate that is too high (generator {:g}, critic {:g})".format(*rates)
    if hasattr(model, "gp_weight"):
        causes += f", a gp_weight that is too large ({model.gp_weight:g})"
    if any(layer.compute_dtype == "float16" for layer in layers_of(model.critic)):
        causes += ", scores beyond 65504, where float16 ends (mixed_bfloat16 goes further)"
    raise FloatingPointError(
        f"Training diverged: a loss is NaN or infinite at {where} of the generator. Likely causes: {causes}."
    )


@contextlib.contextmanager
def explained(model):
    """Errors that name the layer, or the worker, in place of TensorFlow's own."""
    try:
        yield
    except LookupError as error:
        layer = first_layer(model.critic, _lacks_second_derivative)
        if "registry" not in str(error) or layer is None:
            raise
        raise ValueError(
            f"The critic's layer {layer.name} ({type(layer).__name__}) has no second derivative, which the "
            "penalty needs: resize with interpolation='bilinear', or convolve with strides; an LSTM or GRU "
            "takes use_cudnn=False; WGANClip needs no second derivative."
        ) from None
    except ValueError as error:
        if not str(error).startswith("No gradient"):
            raise
        networks = (model.generator, model.critic)
        ends = [layer.name for net in networks if (layer := first_layer(net, _lacks_derivative))]
        where = f" It ends in the layer {' and in '.join(ends)}." if ends else ""
        raise ValueError(f"{error}{where}") from None
    except tf.errors.UnavailableError:
        strategy = model.distribute_strategy
        if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
            raise
        raise ConnectionError(
            f"Another worker stopped answering after update {model.updates} of the generator, and this one "
            "can't go on alone: start all workers again, from the last saved model."
        ) from None


def first_layer(network, test):
    """The first layer of a network of which the test is true; `None` if it is of none."""
    for layer in layers_of(network):
        if not isinstance(layer, (keras.Model, keras.layers.InputLayer)) and test(layer):
            return layer
    return None


def _probe(layer):
    inputs = keras.tree.map_structure(
        lambda x: tf.ones((1, *(n or 8 for n in x.shape[1:])), keras.backend.standardize_dtype(x.dtype)),
        layer.input,
    )
    return inputs, [x for x in keras.tree.flatten(inputs) if x.dtype.is_floating]


def _lacks_derivative(layer):
    inputs, floats = _probe(layer)
    with tf.GradientTape() as tape:
        tape.watch(floats)
        outputs = layer(inputs)
    return all(g is None for g in tape.gradient(outputs, floats)) if floats else True


def _lacks_second_derivative(layer):
    inputs, floats = _probe(layer)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(floats)
            outputs = layer(inputs)
        above = keras.tree.map_structure(tf.ones_like, outputs)  # what comes back from the layers above
        outer.watch(above)
        gradients = inner.gradient(outputs, floats, output_gradients=above)
        total = sum(tf.reduce_sum(g**2) for g in gradients if g is not None)
    try:
        outer.gradient(total, above)
    except LookupError:
        return True
    return False
