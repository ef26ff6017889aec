"""The league of all rules: what is searched of a rule, which rules do not fit, what is kept, and what the page says."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccenv.files.writing import write_json
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from experiments.jobs.files import ROOT, read_json
from experiments.pipeline.evaluation import Pair, Rule, rule_days
from experiments.pipeline.joint.moves import Searcher, any_pair, kicked
from experiments.pipeline.joint.objective import Objective
from experiments.pipeline.joint.space import HALVES
from experiments.tuning import league, league_page
from experiments.tuning.league import RULES, compare, misfit, opponent_of
from experiments.tuning.league_page import page
from experiments.tuning.one_rule import OneRule, tune_rule
from experiments.tuning.settings import Settings

FIXED = Pair(Rule("priority", {"advisor": "least_skilled"}), Rule("max0", {"k": 2.0, "c": 0.5}))
OWN_TEAM = Pair(Rule("own_team_first"), Rule("no_dial"))


def rung(pair: Pair, value: float, share: float | None = None) -> dict[str, Any]:
    rules = {half: {"name": getattr(pair, half).name, "params": dict(getattr(pair, half).params)} for half in HALVES}
    return {"pair": rules, "value": value, "dropped_share": share}


def result(scenario: str, pair: Pair, **others: object) -> dict[str, Any]:
    centre = load_scenario(scenario)
    found = {"scenario": scenario, "scenario_digest": centre.digest, "reserves": None, "limit": None, "version": 1}
    return {**found, "rungs": {"P1": rung(pair, 1.0)}, **others}


def opponent(scenario: str, pair: Pair, **others: object) -> dict[str, Any]:
    return opponent_of(result(scenario, pair, **others))


def few(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    rules = {half: tuple(rule for rule in RULES[half] if rule.name in names) for half in HALVES}
    monkeypatch.setattr(league, "RULES", rules)


def quick(folder: Path, **others: object) -> Settings:
    chosen = {"league": True, "scenarios": ["x_design"], "rule_cpu_s": 0.05, "rule_days": 3, "processes": 1}
    return Settings(**{**chosen, "dir": str(folder / "cells"), "results": str(folder), **others})  # type: ignore[arg-type]


@pytest.mark.parametrize(("half", "name"), [("routing", "penalties"), ("pacing", "blend_trigger_unreserved")])
def test_only_the_rule_is_searched_whatever_its_rung(half: Any, name: str) -> None:
    """Both rules have more numbers than a rung allows, and each of them is searched."""
    centre = load_scenario("bank_blended")
    space = OneRule(centre, FIXED, half, name)
    search = Searcher(space, Objective(centre, None), np.random.default_rng(0), 1e9)
    other = "pacing" if half == "routing" else "routing"
    assert space.rung == "S"
    for _ in range(5):
        for pair in (found := any_pair(search), kicked(search, found)):
            assert getattr(pair, half).name == name and getattr(pair, other) == getattr(FIXED, other)
            assert {number.half for number in space.numbers(pair)} == {half}
            assert len(space.numbers(pair)) > 4
            assert all(param.startswith(f"{half}.") for param in space.untuned(pair))


def test_a_rule_is_never_behind_its_defaults_or_the_opponent_of_its_name() -> None:
    centre, days = load_scenario("x_design"), seeds("validation", 4)
    fixed = Pair(Rule("priority", {"advisor": "least_skilled", "order": ["cards", "accounts"]}), Rule("no_dial"))
    found = tune_rule(centre, fixed, "routing", "priority", limit=None, cpu_s=0.05, days=4, few=False)
    for pair in (fixed, Pair(Rule("priority"), Rule("no_dial"))):
        assert found.value >= rule_days(centre, pair, days)["value"].mean()


def test_a_rule_without_parameters_is_not_searched() -> None:
    found = tune_rule(
        load_scenario("x_design"), OWN_TEAM, "routing", "random", limit=None, cpu_s=20.0, days=2, few=True
    )
    assert found.pair == Pair(Rule("random"), Rule("no_dial")) and found.cpu_s < 10.0


def test_the_opponent_is_the_best_rung_within_the_limit() -> None:
    rungs = {"P1": rung(FIXED, 5.0, 0.02), "P2": rung(OWN_TEAM, 9.0, 0.04)}
    assert opponent("tiny", FIXED, rungs=rungs)["rung"] == "P2"
    assert opponent("tiny", FIXED, rungs=rungs, limit=0.03)["rung"] == "P1"


@pytest.mark.parametrize(
    ("scenario", "half", "name", "others", "reason"),
    [
        ("collections", "routing", "fifo", {}, "no queue to route"),
        ("x_design", "pacing", "max0", {}, "no campaign to pace"),
        ("bank_blended", "pacing", "max0", {"reserves": True}, "reserves = false"),
        ("bank_blended", "pacing", "mode_reserve", {}, "two modes that are observed"),
        ("switching_load", "pacing", "progressive_unreserved", {}, "without end"),
        ("bank_blended", "pacing", "max0", {"reserves": False}, None),
        ("bank_blended", "pacing", "no_dial", {"reserves": True}, None),
    ],
)
def test_a_rule_that_does_not_fit_says_why(
    scenario: str, half: Any, name: str, others: dict[str, Any], reason: str | None
) -> None:
    rule = next(each for each in RULES[half] if each.name == name)
    own = Pair(Rule("fifo"), Rule("no_dial"))
    found = misfit(load_scenario(scenario), opponent(scenario, own, **others), half, rule)
    assert found is None if reason is None else reason in str(found)


def test_the_league_has_a_row_for_every_rule_and_pairs_its_days_with_the_opponent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch, "fifo", "own_team_first", "penalties", "preferred_advisor", "max0")
    write_json(tmp_path / "x_design.json", result("x_design", OWN_TEAM))
    (path,) = compare(quick(tmp_path), "first")
    found = read_json(path)
    rows = {row["rule"]: row for row in found["rules"]}
    assert list(rows) == ["fifo", "own_team_first", "penalties", "preferred_advisor", "max0"]
    assert rows["penalties"]["rung"] == "S" and "why" in rows["preferred_advisor"] and "why" in rows["max0"]
    days = seeds("evaluation", 3)
    pairs = (Pair(Rule("fifo", rows["fifo"]["params"]), Rule("no_dial")), OWN_TEAM)
    fifo, own = (rule_days(load_scenario("x_design"), pair, days)["value"] for pair in pairs)
    assert rows["fifo"]["difference"]["mean"] == pytest.approx((fifo - own).mean())
    assert (rows["fifo"]["value"], found["figures"]["value"]) == pytest.approx((fifo.mean(), own.mean()))


def test_a_finished_rule_is_read_and_a_finished_league_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, "random")
    write_json(tmp_path / "x_design.json", result("x_design", OWN_TEAM))
    (path,) = compare(quick(tmp_path), "first")
    first = read_json(path)
    searches: list[str] = []
    monkeypatch.setattr(league, "rule_result", lambda *given, **_: searches.append(given[3]) or {})
    assert read_json(*compare(quick(tmp_path), "second")) == first
    assert read_json(*compare(quick(tmp_path, again=True), "third")) == {**first, "command": "third"}
    assert searches == []  # its cell is there
    write_json(tmp_path / "x_design.json", {**result("x_design", OWN_TEAM), "version": 7})
    renamed = read_json(*compare(quick(tmp_path), "later"))
    assert renamed["opponent"] == {**first["opponent"], "version": 7} and renamed["rules"] == first["rules"]
    assert searches == []  # the same pair in another version
    write_json(tmp_path / "x_design.json", result("x_design", FIXED))
    with pytest.raises(KeyError):  # another opponent: searched anew, here by nothing
        compare(quick(tmp_path), "fourth")
    assert searches == ["random"]


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [("rule_cpu_s", 0.0, "positive"), ("large_rule_days", 1, "2 or more"), ("scenarios", ["tiny"], "there: none")],
)
def test_bad_settings_are_refused_by_name(tmp_path: Path, key: str, value: object, allowed: str) -> None:
    with pytest.raises(ValueError, match=key) as caught:
        compare(quick(tmp_path, **{key: value}), "")
    assert allowed in str(caught.value)


def row(
    name: str, value: float, low: float, high: float, share: float | None = None, **others: object
) -> dict[str, Any]:
    difference = {"mean": (low + high) / 2.0, "low": low, "high": high}
    found = {"half": "routing", "rule": name, "rung": "P1", "params": {}, "untuned": [f"routing.{name}_kept"]}
    figures = {
        "value": value,
        "low": value - 1.0,
        "high": value + 1.0,
        "dropped_share": share,
        "difference": difference,
    }
    return {**found, **figures, "cpu_s": 5.0, "training_days": 9, "pairs": 3, **others}


def test_the_page_ranks_rules_apart_and_names_what_was_not_tuned() -> None:
    rules = [
        row("fifo", 1.0, -3.0, -1.0),
        row("priority", 2.0, 0.0, 0.0, difference={"mean": 0.0, "low": None, "high": None, "bound": True}),
        row("random", 2.0, 0.0, 0.0, difference={"mean": 0.0, "low": -0.1, "high": 0.1, "bound": True}),
        row("lwt", 2.0, -0.5, 0.5),
        row("c_mu", 9.0, 6.0, 8.0, share=0.05),
        row("penalties", 8.0, 5.0, 7.0, rung="S"),
        {"half": "routing", "rule": "callback_offer", "rung": "P1", "why": "needs callbacks"},
        {"half": "pacing", "rule": "max0", "rung": "P1", "why": "no campaign to pace"},
    ]
    figures = {"value": 2.0, "low": None, "high": None, "dropped_share": None}
    one = {"opponent": opponent("x_design", OWN_TEAM, limit=0.03), "figures": figures, "days": 64, "cpu_s": 5.0}
    text = page([{**one, "rules": rules, "command": "made"}])
    ranks = [text.index(f"| `{name}` | P1 |") for name in ("lwt", "fifo", "c_mu")]
    assert ranks == sorted(ranks) and "5.00 >" in text  # above the limit comes last
    assert text.index("### Routing, S") < text.index("| `penalties` | S |")
    assert "| `lwt` | routing | P1 | 1 | 0 | 0 | 1 | 0 |" in text  # within the interval of the opponent
    assert "| `fifo` | routing | P1 | 1 | 0 | 0 | 0 | 0 |" in text
    assert "| `c_mu` | routing | P1 | 1 | 0 | 0 | 0 | 0 |" in text  # above the limit it is behind
    for name in ("priority", "random"):  # equal on all days, which is no tie that was measured
        assert re.search(rf"\| `{name}` \| routing \| P1 \| 1 \| 0 \| [01] \| 0 \| 1 \|", text)
    assert "| `penalties` | `penalties_kept` |" in text
    assert "- `callback_offer`: needs callbacks." in text and "- every pacing rule: no campaign to pace." in text


def test_a_best_rule_is_within_the_limit() -> None:
    rows = {"rules": [row("fifo", 9.0, 1.0, 2.0, share=0.05), row("lwt", -9.0, -12.0, -11.0)]}
    found = league_page.ran({**rows, "opponent": {"limit": 0.03}}, "routing")
    assert [each["rule"] for each in found] == ["lwt", "fifo"]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "experiments/results/tuned/league").glob("*.json")), ids=lambda path: path.stem
)
def test_committed_leagues_are_about_the_opponents_that_are_committed(path: Path) -> None:
    found = read_json(path)
    assert found["opponent"] == opponent_of(read_json(path.parents[1] / path.name))
    assert {(each["half"], each["rule"]) for each in found["rules"]} == {
        (half, rule.name) for half in HALVES for rule in RULES[half]
    }
