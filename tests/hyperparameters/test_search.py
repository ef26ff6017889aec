"""The search of hyperparameters: the space, the halving, the committed settings, and a reduced form of the command."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from agents.registry import find_learner
from ccenv.files.writing import write_json
from ccenv.scenarios import Scenario
from experiments.headline.bars import BARS, TIES
from experiments.headline.declared import P2
from experiments.headline.settings import Settings as HeadlineSettings
from experiments.headline.settings import register as register_headline
from experiments.hyperparameters import command, halving, values
from experiments.hyperparameters import measure as cell
from experiments.hyperparameters.page import page
from experiments.hyperparameters.settings import Hyperparameter, Searched, Settings, register
from experiments.hyperparameters.space import check, drawn, start_of, value_at, values_of, with_values
from experiments.jobs.config import CONFIGS, LearnerConfig
from experiments.jobs.files import ROOT, read_json
from experiments.pipeline.evaluation import own_pair
from experiments.pipeline.joint.search import Tuned

RATE = Hyperparameter("settings.learning_rate", 3e-4, low=1e-4, high=1e-2, log=True)
STEPS = Hyperparameter("settings.steps", 64, low=32, high=128, whole=True)
HIDDEN = Hyperparameter("settings.hidden", [64, 64], values=[[32, 32], [64, 64]])
SMOOTHING = Hyperparameter("training.clone.smoothing", 0.001, low=0.001, high=0.1)
COPIES = Hyperparameter("copies", 8, values=[4, 8])
SPACE = [RATE, STEPS, HIDDEN, SMOOTHING, COPIES]


def ppo() -> LearnerConfig:
    return LearnerConfig("ppo", 8, settings={"learning_rate": 3e-4}, training={"steps": 10})


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    register()
    register_headline()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        return {name: OmegaConf.to_object(compose(name)) for name in ("hyperparameters", "headline")}


# ---- the space


def test_each_part_of_a_range_has_its_configuration():
    found = drawn(SPACE, 8, 0)
    eighths = np.sort(4.0 * np.log10([each[RATE.name] / RATE.low for each in found]))
    assert np.all(np.abs(eighths - np.arange(8) - 0.5) < 0.6)  # two digits are kept
    assert [sum(each["copies"] == n for each in found) for n in (4, 8)] == [4, 4]
    assert all(isinstance(each[STEPS.name], int) and 32 <= each[STEPS.name] <= 128 for each in found)
    assert drawn(SPACE, 8, 0) == found != drawn(SPACE, 8, 1)
    assert drawn(SPACE, 0, 0) == []


def test_the_ends_and_the_middle_of_a_range():
    assert [value_at(RATE, share) for share in (0.0, 0.5, 1.0)] == [1e-4, 1e-3, 1e-2]
    assert value_at(SMOOTHING, 0.5) == pytest.approx(0.05, rel=0.03)  # two digits
    assert [value_at(HIDDEN, share) for share in (0.0, 0.49, 0.5)] == [[32, 32], [32, 32], [64, 64]]


def test_values_that_are_put_into_the_settings_are_read_from_them():
    other = drawn(SPACE, 1, 3)[0]
    assert values_of(ppo(), SPACE) == start_of(SPACE) != other
    given = with_values(ppo(), other)
    assert values_of(given, SPACE) == other
    assert given.training["steps"] == 10 and ppo().training == {"steps": 10}


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ([RATE, RATE], r"at\.settings\.learning_rate: declared twice; allowed: once"),
        ([Hyperparameter("select_by", 1, [1])], r"at\.select_by: unknown key; allowed: copies, settings, training"),
        ([Hyperparameter("settings.rate", 1, [1])], r"at: learner\.settings\.rate: unknown key; allowed: steps"),
        ([Hyperparameter("settings.steps", 9, [8])], r"at\.settings\.steps\.start = 9; allowed: 8"),
        ([Hyperparameter("settings.clip", 0.5, low=0.1, high=0.3)], r"clip\.start = 0\.5; allowed: 0\.1 to 0\.3"),
        ([Hyperparameter("settings.clip", 0.2, low=0.1)], r"low = 0\.1, high = None; allowed: `values`, or low below"),
        ([Hyperparameter("settings.clip", 0.2, low=0.0, high=1.0, log=True)], r"low = 0\.0, .* above 0 if log"),
    ],
)
def test_a_space_that_does_not_fit_is_refused(space: list[Hyperparameter], message: str):
    with pytest.raises(ValueError, match=message):
        check(ppo(), space, "at")


# ---- the halving


def gain(mean: float, error: float = 1.0, **more: Any) -> dict[str, Any]:
    half = halving.NORMAL * error / 2.0
    return {"mean": mean, "low": mean - half, "high": mean + half, "feasible": True, **more}


def test_rounds_share_the_time_alike():
    rounds = [12, 5, 2]
    seconds = [halving.training_s(1500.0, rounds, k, 2) for k in range(3)]
    assert [n * 2 * each for n, each in zip(rounds, seconds, strict=True)] == pytest.approx([500.0] * 3)
    assert [halving.days_of(512, rounds, k) for k in range(3)] == [85, 205, 512]


def test_centres_count_alike_whatever_their_unit():
    found = [
        {"a": gain(0.0, 2.0), "b": gain(0.0, 300.0)},
        {"a": gain(4.0, 2.0), "b": gain(-300.0, 300.0)},
        {"a": gain(2.0, 0.1), "b": gain(900.0, 400.0)},  # a small error of its own is no advantage
    ]
    scores, errors = halving.scores(found)
    assert errors == pytest.approx({"a": 2.0, "b": 300.0})
    assert scores == pytest.approx([0.0, 0.5, 2.0])


def test_days_that_are_equal_give_no_error_and_no_score():
    equal = {"mean": 0.0, "low": -3.0, "high": 3.0, "bound": True, "feasible": True}
    assert halving.scores([{"a": equal}, {"a": equal}]) == ([0.0, 0.0], {"a": None})
    scores, errors = halving.scores([{"a": equal}, {"a": gain(3.0, 2.0)}])
    assert scores == pytest.approx([0.0, 1.5]) and errors == pytest.approx({"a": 2.0})


def test_above_the_limit_of_drops_nothing_is_gained():
    scores, _ = halving.scores([{"a": gain(5.0, feasible=False)}, {"a": gain(-5.0, feasible=False)}])
    assert scores == pytest.approx([0.0, -5.0])


def test_the_default_stays_and_is_left_only_for_a_surely_better_one():
    assert halving.survivors([4, 2, 0, 1, 3], 3) == [0, 4, 2]
    assert halving.survivors([4, 2, 3, 1, 0], 2) == [0, 4]
    assert halving.chosen([4, 0], [1.9, 1.0]) == halving.DEFAULT
    assert halving.chosen([4, 0, 2], [2.1, 1.0, 2.5]) == 2


# ---- the committed settings and result


def test_the_committed_settings_are_allowed(committed: dict[str, Any]):
    settings = committed["hyperparameters"]
    assert isinstance(settings, Settings)
    command._check(settings)
    for name, searched in settings.learners.items():
        assert searched.learner.name == name and find_learner(name).name == name


def test_no_headline_cell_is_searched_on(committed: dict[str, Any]):
    headline = committed["headline"]
    assert isinstance(headline, HeadlineSettings)
    suites = yaml.safe_load((ROOT / "ccenv/league/suites.yaml").read_text())
    cells = {*headline.centres, *suites["headline"]["cells"], *(bar.centre for bar in (*BARS, *TIES))}
    assert {cell.partition(":")[0] for cell in cells}.isdisjoint(committed["hyperparameters"].centres)


def test_the_learners_have_the_values_of_the_committed_result(committed: dict[str, Any]):
    settings = committed["hyperparameters"]
    result = read_json(values.RESULT)["learners"] if values.RESULT.exists() else {}
    for name, searched in settings.learners.items():
        learner, space = searched.learner, searched.space
        expected = values.chosen_values(result[name]) if name in result else start_of(space)
        assert values_of(learner, space) == expected, f"{name}: run python -m experiments.hyperparameters.values"


def test_the_committed_page_is_that_of_the_result():
    if values.RESULT.exists():
        assert values.RESULT.with_suffix(".md").read_text() == page(read_json(values.RESULT))


# ---- the command


def small(folder: Path, **changes: Any) -> Settings:
    learner = LearnerConfig(
        name="tests.agents.climber:CLIMBER", copies=4, training={"steps": 10}, select_by=["argmax"], validation_days=4
    )
    space = [
        Hyperparameter("settings.spread", 0.3, low=0.1, high=1.0, log=True),
        Hyperparameter("copies", 4, values=[2, 4]),
    ]
    given = {
        "centres": {"tiny": "small"}, "learners": {"climber": Searched(learner, space)}, "cpu_s": 2.0,
        "rounds": [3, 2], "start_cpu_s": 0.3, "checkpoints": 1, "validation_days": 6, "dir": str(folder / "cells"),
        "results": str(folder),
    }  # fmt: skip
    return Settings(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"centres": {}}, r"centres = \{\}; allowed: one name"),
        ({"only": ["ppo"]}, r"only: 'ppo'; allowed: climber"),
        ({"learners": {"vine": Searched(ppo())}}, r"learners\.vine\.space = \[\]; allowed: one"),
        ({"rounds": [2, 3]}, r"rounds = \[2, 3\]; allowed: falling numbers"),
        ({"rounds": [3, 1]}, r"rounds = \[3, 1\]; .* each 2 or more"),
        ({"cpu_s": 0.0}, r"cpu_s = 0\.0"),
        ({"validation_days": 1}, r"validation_days = 1; allowed: 2 to 4096"),
        ({"seed": 127}, r"seed = 127; allowed: 0 to 126"),
    ],
)
def test_bad_settings_are_refused(tmp_path: Path, changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        command.measure(small(tmp_path, **changes), "test")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What is run: the gain of a configuration is its spread."""
    found: list[tuple[Any, ...]] = []

    def start(settings: Any, centre: str, seed: int) -> dict[str, Any]:
        rule = {"name": "fifo", "params": {}}, {"name": "no_dial", "params": {}}
        return {"pair": dict(zip(("routing", "pacing"), rule, strict=True)), "cpu_s": 1.0}

    def judged(settings: Any, name: str, centre: str, round_: Any, values: dict[str, Any]) -> dict[str, Any]:
        found.append((round_.seed, round_.cpu_s, round_.days, values))
        figures = {"decisions": 1000, "learning_s": round_.cpu_s, "choosing_s": 0.5}
        return {**gain(10.0 * values["settings.spread"]), **figures}

    monkeypatch.setattr(command, "started", start)
    monkeypatch.setattr(command, "judged", judged)
    return found


def test_the_best_configuration_meets_the_default_in_the_last_round(tmp_path: Path, calls: list[tuple[Any, ...]]):
    settings = small(tmp_path, rounds=[8, 4, 2], cpu_s=24.0, validation_days=16)
    path = command.measure(settings, "a command")

    assert [call[:3] for call in calls] == [(0, 1.0, 4)] * 8 + [(1, 2.0, 8)] * 4 + [(2, 4.0, 16)] * 2
    spreads = [call[3]["settings.spread"] for call in calls]
    assert spreads[0] == spreads[8] == spreads[12] == 0.3
    assert sorted(spreads[9:12], reverse=True) == sorted(spreads[1:8], reverse=True)[:3]
    assert spreads[13] == max(spreads)
    found = read_json(path.with_suffix(".json"))["learners"]["climber"]
    best = found["configurations"][found["chosen"]]
    assert best["values"]["settings.spread"] == max(spreads) and len(best["rounds"]) == 3
    assert found["rounds"][-1]["learning_s"] == 8.0
    shown = path.read_text()
    assert f"| `settings.spread` | 0.1 to 1 | logarithmic | 0.3 | {max(spreads):g} |" in shown
    assert f"Configuration {found['chosen']} is chosen, with a score of +{10.0 * max(spreads):.2f}" in shown

    command.measure(dataclasses.replace(settings, learners={"other": settings.learners["climber"]}), "a command")
    assert [*read_json(path.with_suffix(".json"))["learners"]] == ["climber", "other"]


def test_the_chosen_values_become_files_of_the_learners(tmp_path: Path):
    rows = [{"values": start_of(SPACE)}, {"values": {**start_of(SPACE), RATE.name: 5e-4, HIDDEN.name: [32, 32]}}]
    write_json(tmp_path / "result.json", {"learners": {"ppo": {"configurations": rows, "chosen": 1}}})
    (path,) = values.write(tmp_path / "result.json", tmp_path)
    tree = yaml.safe_load(path.read_text())
    training = {"steps": 10, **tree["training"]}
    learner = LearnerConfig("ppo", tree["copies"], settings=tree["settings"], training=training)
    assert path.name == "ppo.yaml" and values_of(learner, SPACE) == rows[1]["values"]


@pytest.mark.slow
def test_a_reduced_search_trains_and_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def own(scenario: Scenario, seed: int, cpu_s: float, validation_days: int) -> Tuned:  # saves the time of a search
        return Tuned(own_pair(scenario), P2, seed, 0.0, None, validation_days, [], {}, cpu_s, 0, 0)

    monkeypatch.setattr(cell, "tuned_start", own)
    settings = small(tmp_path, rounds=[2], cpu_s=1.0)
    path = command.measure(settings, "test")
    result = read_json(path.with_suffix(".json"))
    found = result["learners"]["climber"]
    (round_,) = found["rounds"]
    assert round_["learning_s"] >= 0.8 * 2 * round_["cpu_s"] and round_["cpu_s"] == 0.5
    assert all(row["rounds"][0]["gains"]["tiny"]["low"] is not None for row in found["configurations"])
    assert not [*(tmp_path / "cells" / "trainings").iterdir()]
    for name in ("tuned_start", "learn", "chosen"):
        monkeypatch.delattr(cell, name)
    assert read_json(command.measure(settings, "test").with_suffix(".json")) == result
