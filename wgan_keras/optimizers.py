"""Keras' Adam, faster on small networks."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("wgan_keras")
class Adam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` (1412.6980), with one operation of TensorFlow for each weight.

    Keras composes the update of a weight of some twenty-five operations: two thirds of all that a step on a
    small network starts. Values are equal up to rounding.

    Args and state: those of `keras.optimizers.Adam`.

    Raises:
        ValueError: `amsgrad`, which this operation does not have.

    Example:

    >>> weight = keras.Variable([1.0, 1.0])
    >>> Adam(0.1).apply([tf.constant([1.0, -1.0])], [weight])  # the first step is the learning rate
    >>> keras.ops.convert_to_numpy(weight).round(4).tolist()
    [0.9, 1.1]
    """

    def __init__(self, *args, amsgrad=False, **kwargs):
        if amsgrad:
            raise ValueError("amsgrad is not among this Adam's options: use keras.optimizers.Adam.")
        super().__init__(*args, **kwargs)

    def update_step(self, gradient, variable, learning_rate):
        dtype = variable.dtype
        index = self._get_variable_index(variable)
        time = tf.cast(self.iterations + 1, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, dtype), time),
            beta2_power=tf.pow(tf.cast(self.beta_2, dtype), time),
            lr=tf.cast(learning_rate, dtype),
            beta1=tf.cast(self.beta_1, dtype),
            beta2=tf.cast(self.beta_2, dtype),
            epsilon=tf.cast(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )
