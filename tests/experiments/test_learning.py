from typing import Any

import pytest

from experiments.learning import choose_point, training_of


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


def point(value: float, low: float | None) -> dict[str, Any]:
    share = None if low is None else {"mean": low, "low": low, "high": low}
    return {"difference": {"mean": value}, "dropped_share": share}


def test_checkpoint_is_chosen_by_value():
    points = [point(1.0, 0.01), point(3.0, 0.09), point(2.0, None)]

    assert choose_point(points, None) == 1


def test_checkpoint_that_surely_drops_too_much_is_set_back():
    points = [point(-2.0, 0.01), point(3.0, 0.09), point(-1.0, None)]

    assert choose_point(points, 0.03) == 2
