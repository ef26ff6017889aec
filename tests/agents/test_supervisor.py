"""The search of a supervisor's policy: it starts at the rules, improves, keeps the limit, goes on where it stopped."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.common.checkpoints import OtherTrainingError, read_log
from agents.supervisor import SupervisorSearch, SupervisorSettings, train_supervisor
from agents.supervisor.search import FEATURES, features_here
from agents.supervisor.training import COLUMNS, choice
from ccenv import simulate
from ccenv.scenarios.check.reward_trap import RewardTrapWarning
from ccenv.seeds import seeds
from tests.env.short import short_day

RULES: dict[str, Any] = {"routing": "lwt", "pacing": ("max0", {"k": 3.0, "reserve": 0.0})}  # it dials too much


@functools.cache
def short():
    return short_day()


def settings(**changes: Any) -> SupervisorSettings:
    given = {
        "interval_s": 300.0, "features": ("queue_length", "idle:blended"), "settable": ("pacing.k", "pacing.reserve"),
        "candidates": 6, "days": 4, "generations": 3, "cpu_s": None, "checkpoints": 3, "validation_days": 16,
    }  # fmt: skip
    return SupervisorSettings(**{**given, **changes})


def search(**changes: Any) -> SupervisorSearch:
    return SupervisorSearch(short(), settings(**changes), **RULES, seed=0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    train_supervisor(short(), folder, settings(), **RULES)
    return folder


def test_the_start_is_the_rules_as_they_are_given():
    begun = search()
    begun.measure()
    days = seeds("validation", 3)
    rules = simulate(short(), **RULES, seeds=days, reward=short().reward)

    assert begun.centre.run(begun.policy(begun.favourite), days).tobytes() == rules.tobytes()


def test_features_have_mean_0_and_spread_1_under_the_rules():
    begun = search(features=("queue_length", "mode"))
    begun.measure()

    assert begun.scale[1] == 1.0 and begun.shift[1] == 0.0  # the centre has one mode
    assert begun.shift[0] > 0.0 and 0.0 < begun.scale[0] < 1.0


def test_a_search_finds_that_less_dialing_pays(trained: Path):
    outcome = json.loads((trained / "finished.json").read_text())
    (best, *_) = outcome["rows"]

    assert {row["name"] for row in outcome["rows"]} == {"start", "1", "2", "3"}
    assert outcome["chosen"] == best["name"] != "start"
    assert best["over_start"][1] > 0.0
    assert best["dropped_share"] is not None
    assert (outcome["generations"], outcome["weights"]) == (3, 6)
    assert outcome["episodes"] == 3 * 6 * 4


def test_a_policy_is_chosen_that_keeps_the_limit():
    with pytest.warns(RewardTrapWarning):
        centre = short_day(reward="hybrid")  # dialing pays
    begun = SupervisorSearch(centre, settings(), "lwt", ("max0", {"k": 0.0, "reserve": 1.0}), seed=0)
    found = choice(begun, {"start": np.zeros(6), "dials": np.array([1.5, 0.0, 0.0, -1.0, 0.0, 0.0])})
    start, dials = found.rows

    assert found.best == start.name == "start"
    assert dials.reward.value > start.reward.value and dials.dropped_share.low > 0.03


def test_a_price_rises_while_too_much_is_dropped():
    for gain in (5.0, 0.0):
        begun = search(drop_gain=gain)
        figures = begun.iterate()

        assert figures["drop_share"] > begun.dual.aim or gain == 0.0
        assert (begun.dual.price > 0.0) == (gain > 0.0)


def test_candidates_that_drop_are_told_to_be_worse_at_a_price(monkeypatch: pytest.MonkeyPatch):
    begun = search()
    paid = np.array([[1.0, 2.0, 10.0], [2.0, 6.0, 10.0], [3.0, 0.0, 10.0], [0.0, 0.0, 0.0]])
    following = iter(paid)
    told: list[float] = []
    begun.dual.price, begun.dual.target = 1.0, 0.1
    monkeypatch.setattr(begun, "_paid", lambda moved, days: next(following))
    monkeypatch.setattr(begun.strategy, "ask", lambda: [np.zeros(6)] * 4)
    monkeypatch.setattr(begun.strategy, "tell", lambda candidates, values: told.extend(values))
    monkeypatch.setattr(SupervisorSearch, "favourite", np.zeros(6))
    figures = begun.iterate()

    assert told == pytest.approx([0.0, 3.0 / 4, -4.0 / 4, 0.0])  # of a day: reward - price * (drops - 0.1 * connects)
    assert figures["mean"] == pytest.approx(6.0 / 16) and figures["drop_share"] == pytest.approx(8.0 / 30)


def test_a_training_that_stopped_ends_with_the_same_bytes(trained: Path, tmp_path: Path):
    def stop(figures: Any) -> None:
        if figures["generation"] == 2.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_supervisor(short(), tmp_path, settings(), **RULES, told=stop)
    assert not (tmp_path / "policy").exists()
    train_supervisor(short(), tmp_path, settings(), **RULES)

    assert (tmp_path / "policy" / "policy.json").read_bytes() == (trained / "policy" / "policy.json").read_bytes()
    logs = [read_log(folder / "learning.csv") for folder in (tmp_path, trained)]
    assert [[row[name] for name in COLUMNS[:-1]] for row in logs[0]] == [
        [row[name] for name in COLUMNS[:-1]] for row in logs[1]
    ]


def test_a_finished_training_is_read(trained: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr("agents.supervisor.training.SupervisorSearch")
    policy = train_supervisor(short(), trained, settings(), **RULES)

    assert policy.features == ("queue_length", "idle:blended") and policy.interval_s == 300.0


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"settings": settings(days=5)}, "days"), ({"seed": 1}, "seed"), ({"pacing": "max0"}, "pacing")],
)
def test_a_folder_of_another_training_is_refused(trained: Path, changes: dict[str, Any], key: str):
    with pytest.raises(OtherTrainingError, match=f"another training: {key} is"):
        train_supervisor(short(), trained, **{"settings": settings(), **RULES, **changes})


def test_all_numbers_are_set_and_no_words():
    names = [name.partition(":")[0] for name in search(settable=None).centre.parameters]

    assert "pacing.k" in names and "routing.advisor" not in names


def test_features_of_other_centres_are_left_out():
    here = search().centre.observations

    assert features_here(tuple(name for name in here if "answer_rate" not in name), FEATURES) == FEATURES[:-1]
    with pytest.raises(ValueError, match=r"features: 'queue_len'; allowed: a number of the observation"):
        features_here(here, ("queue_len",))
    with pytest.raises(ValueError, match=r"features = \[\]; allowed: one or more that the centre has"):
        features_here(here, ())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"days": 0}, "days = 0; allowed: 1 or more"),
        ({"interval_s": 0.0}, "interval_s = 0.0; allowed: above 0"),
        ({"generations": None}, "generations = None and cpu_s = None; allowed: one of them"),
    ],
)
def test_settings_that_are_not_allowed_are_named(changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        settings(**changes)
