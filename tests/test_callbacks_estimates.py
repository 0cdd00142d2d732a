"""The rule to stop, on estimates from a script. The dashboard's tests check estimates of real training."""

import numpy as np
import pytest

from wgan_keras import WGANGP, callbacks, networks


class ScriptedEstimates(WGANGP):
    """Its estimates on training data (zeros) and on others come from a script."""

    script = ()

    def evaluate(self, x, **options):
        train, held_out = self.script[self.updates - 1]
        return train if not np.any(x) else held_out


@pytest.mark.parametrize(
    ("script", "stopped_at"),
    [
        ([(4, 4), (4, 1), (4, 1), (4, 3), (4, 1)], None),  # never three in a row
        ([(4, 3), (4, 1), (4, 1.9), (4, -1), (4, 4)], 4),
        ([(4, 2), (4, 2), (4, 2), (4, 2), (4, 2)], None),  # exactly half is not below half
        (
            [(-4, -9), (-4, -9), (-4, -9), (-4, -9), (-4, -9)],
            None,
        ),  # a critic that is fooled has not memorized
    ],
)
def test_the_stopping_rule_wants_three_epochs_in_a_row(script, stopped_at):
    model = ScriptedEstimates(
        networks.mlp_generator(hidden=(4,)), networks.mlp_critic(hidden=(4,)), n_critic=1, seed=0
    )
    model.script = script
    model.compile()
    zeros = np.zeros((8, 2), "float32")
    stop = callbacks.StopWhenOverfit(zeros, zeros + 1)
    model.fit(zeros, epochs=5, batch_size=8, callbacks=[stop], verbose=0)
    assert stop.stopped_at == stopped_at
    assert model.updates == (stopped_at or 5)
    assert stop.history["held_out_estimate"] == [held_out for _, held_out in script[: model.updates]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"share": 1.0}, "share must lie"),
        ({"share": 0}, "share must lie"),
        ({"patience": 0}, "patience must"),
    ],
)
def test_stopping_rules_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        callbacks.StopWhenOverfit(np.zeros((4, 2)), np.zeros((4, 2)), **options)
