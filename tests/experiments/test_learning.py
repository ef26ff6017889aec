from pathlib import Path
from typing import Any

import pytest

from ccenv.scenarios import load_scenario
from experiments.jobs.config import LearnerConfig, LogConfig
from experiments.pipeline.evaluation import Pair, Rule
from experiments.pipeline.learning import learn, training_of


def learner(name: str = "ppo", settings: dict[str, Any] | None = None, **training: Any) -> LearnerConfig:
    return LearnerConfig(name, copies=2, settings=settings or {}, training=training, select_by=[], validation_days=1)


def test_training_takes_nested_settings_and_keeps_the_other_defaults():
    training = training_of(learner(settings={"epochs": 2, "hidden": [8, 8]}, steps=100, wall_s=3, clone={"passes": 4}))

    assert (training.steps, training.wall_s, training.clone.passes) == (100, 3.0, 4)
    assert (training.learner, training.settings.epochs, training.settings.hidden) == ("ppo", 2, (8, 8))
    assert training.settings.learning_rate == 1e-3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"steps": 1, "step": 2}, r"learner\.training\.step: unknown key; allowed: steps, "),
        ({"steps": 1, "clone": {"pass": 2}}, r"learner\.training\.clone\.pass: unknown key; allowed: passes, "),
        (
            {"steps": 1, "learner": "ppo"},
            r"learner\.training\.learner: unknown key; allowed: .*, scales, clone, randomise, draws$",
        ),
        ({"steps": 1, "settings": {"lr": 2}}, r"learner\.settings\.lr: unknown key; allowed: steps, growth, "),
        (
            {"steps": 1, "settings": {"epochs": "many"}},
            r"learner\.settings: Expected `int`, got `str` - at `\$\.epochs`",
        ),
        ({"steps": "many"}, r"learner\.training: Expected `int`, got `str` - at `\$\.steps`"),
        ({}, r"learner\.training: Object missing required field `steps`"),
        (
            {"name": "dqn", "steps": 1},
            r"learner\.name: learner 'dqn'; allowed: ppo, search, set_network, clones, evolution, vine, or an address",
        ),
    ],
)
def test_wrong_setting_of_a_learner_is_refused_by_name(given: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        training_of(learner(**given))


def test_a_way_to_dial_is_refused_by_name():
    with pytest.raises(ValueError, match=r"learner.dials = 'some'; allowed: start, all"):
        training_of(LearnerConfig("ppo", copies=2, dials="some", training={"steps": 1}))


@pytest.mark.parametrize(
    ("pacing", "dials", "actions"),
    [
        ("progressive", "start", "reserved"),
        ("progressive_unreserved", "start", "unreserved"),
        ("progressive_unreserved", "all", "all"),
    ],
)
def test_a_policy_dials_as_the_rule_from_which_it_starts(
    pacing: str, dials: str, actions: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    batches: list[Any] = []
    monkeypatch.setattr("agents.train.train", lambda batch, *_, **__: batches.append(batch))
    scenario, pair = load_scenario("tiny").with_reserves("either"), Pair(Rule("fifo"), Rule(pacing))
    training, log = training_of(learner(steps=1)), LogConfig(console=False, validation_days=0)

    learn(scenario, pair, training, 1, scenario.reserves, tmp_path, log, pair, dials)

    assert batches[0].run.actions == actions and batches[0].scenario.reserves == "either"
