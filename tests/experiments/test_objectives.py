"""Policies trained under one reward and judged under all: the tables, kept cells, and a reduced search."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from ccenv.league.declared import Opponents, Pair, Rule, Suite, cells_of, declared
from ccenv.scenarios import load_scenario
from experiments.jobs.config import CONFIGS
from experiments.jobs.files import read_json
from experiments.objectives import command
from experiments.objectives.command import P0, P1, SEARCH, Task, objectives, summary
from experiments.objectives.measure import Effort, judged, trained
from experiments.objectives.settings import SUITE, Settings, register
from experiments.pipeline.evaluation import own_pair

NAMES = list(declared()[SUITE].rewards)
PAIRS = {rung: Pair(Rule("fifo"), Rule("no_dial", {})) for rung in ("P0", "P1", "P2")}


def committed(**changes: Any) -> Settings:
    register()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        settings = OmegaConf.to_object(compose("objectives"))
    assert isinstance(settings, Settings)
    return dataclasses.replace(settings, **changes)


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Suite:
    """The suite with the same rules as all opponents, whether it is frozen or not."""
    cells = cells_of(declared()[SUITE])
    opponents = {cell.opponents: Opponents(1, "", None, PAIRS) for cell in cells.values()}
    made = Suite(SUITE, "", 1, "", cells, opponents, {})
    monkeypatch.setattr(command, "list_suites", lambda: [SUITE])
    monkeypatch.setattr(command, "suite_of", lambda _: made)
    return made


def of_days(*values: float, share: float | None = None) -> dict[str, Any]:
    """What ran, with one value a reward on two days that lie around it."""
    by_reward = {name: [value - 0.5, value + 0.5] for name, value in zip(("a", "b"), values, strict=True)}
    return {"values": by_reward, "dropped_share": share}


def search(*values: float, share: float | None = None, kept: bool = False) -> dict[str, Any]:
    return {**of_days(*values, share=share), "kept_rule": kept, "cpu_s": 30.0}


def test_a_share_is_the_way_from_the_rules_as_shipped_to_the_best_row_within_the_limit():
    found = {
        Task("x", P0, "a"): of_days(10.0, -9.0), Task("x", P0, "b"): of_days(9.0, -4.0),
        Task("x", P1, "a"): of_days(15.0, -8.0), Task("x", P1, "b"): of_days(8.0, -3.0),
        Task("x", SEARCH, "a", 0): search(18.0, -8.0), Task("x", SEARCH, "a", 1): search(22.0, -10.0, kept=True),
        Task("x", SEARCH, "b", 0): search(0.0, -1.0, share=0.05),  # above the limit
        Task("x", SEARCH, "b", 1): search(0.0, -1.0, share=0.03),
    }  # fmt: skip

    tables = summary({"a": {"sales": 1.0}, "b": {"abandoned": -1.0}}, 0.03, found)

    assert tables["columns"] == {"a": {"p0": 10.0, "best": 20.0}, "b": {"p0": -4.0, "best": -3.0}}
    rows = {(row["who"], row["reward"]): row for row in tables["rows"]}
    assert rows[P1, "a"]["shares"] == {"a": 0.5, "b": -4.0} and "over_p1" not in rows[P1, "a"]
    assert rows[SEARCH, "a"]["shares"] == {"a": 1.0, "b": -5.0}
    assert rows[SEARCH, "a"]["over_p1"]["mean"] == pytest.approx(5.0)
    assert rows[SEARCH, "a"]["over_p1"]["low"] < 3.0  # two searches that differ by 4
    assert (rows[SEARCH, "a"]["kept_rule"], rows[SEARCH, "a"]["replicates"]) == (1, 2)
    assert rows[SEARCH, "b"]["shares"]["b"] == 3.0 and rows[SEARCH, "b"]["dropped_share"] == pytest.approx(0.04)


def test_a_column_without_gain_has_no_shares():
    same = {Task("x", who, "a"): {**search(1.0, 1.0)} for who in (P0, P1, SEARCH)}
    assert [row["shares"] for row in summary({"a": {}}, None, same)["rows"]] == [{"a": None}, {"a": None}]


def test_cells_are_kept_and_the_page_says_what_a_training_loses(
    tmp_path: Path, suite: Suite, monkeypatch: pytest.MonkeyPatch
):
    ran: list[str] = []

    def found(scenario: Any, rewards: Any) -> dict[str, Any]:
        own = next(name for name, reward in rewards.items() if reward == scenario.reward)
        ran.append(own)
        value = {name: 5.0 if name == own else -1.0 for name in rewards}
        return {"values": {name: [value[name], value[name] + 1.0] for name in rewards}, "dropped_share": None}

    def judging(scenario: Any, who: Any, rewards: Any, days: int) -> dict[str, Any]:
        ran.append("rules")
        return {"values": {name: [0.0, 1.0] for name in rewards}, "dropped_share": None}

    def training(scenario: Any, start: Any, rewards: Any, seed: int, effort: Any) -> dict[str, Any]:
        return {"seed": seed, "cpu_s": 1.0, "generations": 2, "kept_rule": False, **found(scenario, rewards)}

    monkeypatch.setattr(command, "trained", training)
    monkeypatch.setattr(command, "judged", judging)
    monkeypatch.setattr(command, "code_digest", lambda entries: "")
    settings = committed(centres=["technical_support"], replicates=2, dir=str(tmp_path), results=str(tmp_path))

    shown = " ".join(objectives(settings, "a command").read_text().split())

    assert [ran.count(name) for name in NAMES] == [2] * 5
    (centre,) = read_json(tmp_path / "objectives.json")["centres"]
    assert centre["columns"]["cost"] == {"p0": 0.5, "best": 5.5}
    assert "of 5 cases." in shown and "trained under `abandonment` has -20 % of the score" in shown
    assert "| `mean_wait` | search | -20 | -20 | -20 | 100 | -20 |" in shown
    n = len(ran)
    objectives(settings, "a command")
    assert len(ran) == n
    objectives(dataclasses.replace(settings, days=8), "a command")
    assert len(ran) == n + 10


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"centres": ["tiny"]},
            "centres: 'tiny'; allowed: one or more of bank_blended, hybrid_small, technical_support",
        ),
        ({"centres": []}, "centres: ''; allowed: one or more of"),
        ({"cpu_s": 0.0}, "cpu_s = 0.0; allowed: a positive number of seconds"),
        ({"replicates": 0}, "replicates = 0; allowed: 1 or more"),
    ],
)
def test_a_wrong_setting_is_refused(suite: Suite, changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        objectives(committed(**changes), "a command")


def test_a_suite_that_is_not_frozen_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "list_suites", lambda: ["tiny"])
    with pytest.raises(ValueError, match=r"the suite objectives has no frozen opponents; allowed: after .*experiments"):
        objectives(committed(), "a command")


@pytest.mark.slow  # a search
def test_a_search_under_one_reward_is_valued_under_all():
    rewards = {"abandonment": {"abandoned": -1.0}, "wait": {"waiting_s": -1.0 / 60.0}}
    scenario = load_scenario("x_design", reward=rewards["abandonment"])
    effort = Effort(cpu_s=0.3, days=2, validation_days=2, evaluation_days=4)

    found = trained(scenario, own_pair(scenario), rewards, 0, effort)
    rules = judged(scenario, own_pair(scenario), rewards, 4)

    assert found["generations"] >= 1 and {name: len(each) for name, each in found["values"].items()} == {
        "abandonment": 4, "wait": 4,
    }  # fmt: skip
    table = np.array(rules["values"]["abandonment"])
    assert np.all(table == np.round(table)) and table.mean() < -50.0
    assert np.mean(rules["values"]["wait"]) == pytest.approx(3.0 * table.mean(), rel=0.2)  # a patience of 3 minutes
