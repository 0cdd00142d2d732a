"""A model that starts anew is as good as a new one."""

import numpy as np
import pytest

from wgan_keras import data, presets
from wgan_keras.course.restart import restart


def trained(model):
    batches = data.toy_batches("ring", n_samples=300, batch_size=20, n_critic=model.n_critic, seed=1)
    model.fit(batches.repeat(), steps_per_epoch=3, verbose=0)
    return [np.copy(w) for w in model.generator.get_weights() + model.critic.get_weights()]


@pytest.mark.parametrize("kind", ["wgan-gp", "wgan", "gan"])
def test_a_restarted_model_trains_as_a_new_one_bit_for_bit(kind):
    new = trained(presets.points(kind, updates=10, seed=3)[0])
    used, _ = presets.points(kind, updates=10, seed=0)
    other = trained(used)
    restart(used, seed=3)
    assert used.updates == 0
    again = trained(used)
    assert used.updates == 3
    assert all(np.array_equal(a, b) for a, b in zip(new, again, strict=True))
    assert not np.array_equal(other[0], again[0])


def test_a_restart_keeps_a_constant_learning_rate():
    model, _ = presets.points("wgan-gp", updates=10)
    model.compile("sgd", "adam")
    model.critic_optimizer.learning_rate = 0.25
    restart(model, seed=0)
    assert float(model.critic_optimizer.learning_rate) == 0.25
    assert float(model.generator_optimizer.learning_rate) == pytest.approx(0.01)
