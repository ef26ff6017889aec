from typing import Any

import pytest

from experiments.study.learning import training_of


def test_training_takes_nested_settings_and_keeps_the_other_defaults():
    training = training_of({"steps": 100, "wall_s": 3, "ppo": {"epochs": 2, "hidden": [8, 8]}})

    assert (training.steps, training.wall_s, training.ppo.epochs, training.ppo.hidden) == (100, 3.0, 2, (8, 8))
    assert training.ppo.learning_rate == 1e-3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"steps": 1, "step": 2}, r"learner\.training\.step: unknown key; allowed: steps, "),
        ({"steps": 1, "ppo": {"lr": 2}}, r"learner\.training\.ppo\.lr: unknown key; allowed: steps, "),
        ({"steps": "many"}, r"learner\.training: Expected `int`, got `str` - at `\$\.steps`"),
        ({}, r"learner\.training: Object missing required field `steps`"),
    ],
)
def test_wrong_training_setting_is_refused_by_name(values: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        training_of(values)
