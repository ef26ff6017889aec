"""Constants computed from a scenario: by hand, with their names and axes, and as defaults of rules."""

from __future__ import annotations

import builtins
import functools
from typing import Any

import numpy as np
import pytest

from ccenv import load_scenario, simulate
from ccenv.rules import PACING_RULES, ROUTING_RULES, RuleError, find_rule
from ccenv.rules.params import check_values
from ccenv.rules.spec import COMPUTED, NEEDS
from ccenv.run.config import why_not
from ccenv.scenarios import ScenarioError, list_scenarios
from ccenv.scenarios.check import constants
from ccenv.scenarios.check.constants import CONSTANTS, constant
from ccenv.scenarios.check.rules import HAS, names_of
from ccenv.scenarios.schema import Centre


@functools.cache
def x_design() -> Centre:
    return load_scenario("x_design").centre


def test_names_are_those_that_rules_may_declare() -> None:
    assert list(CONSTANTS) == list(COMPUTED)


@pytest.mark.parametrize("name", list_scenarios())
def test_every_centre_has_a_finite_value_for_each_name_of_the_axis(name: str) -> None:
    centre = load_scenario(name).centre
    names = names_of(centre)
    for which, axis in COMPUTED.items():
        values = constant(centre, which)
        assert len(values) == len(names.along(axis)), which
        assert all(value is None or (np.isfinite(value) and value >= 0.0) for value in values), which
    assert [value is None for value in constant(centre, "handle_rate")] == [
        owner in centre.campaigns for owner, _ in names.pairs
    ]


@pytest.mark.parametrize(
    "name, expected",
    [
        ("handle_rate", [16, 12, 9, 12]),  # 3600 over 225, 300, 400 and 300 s
        ("advantage", [1, 0.75, 0.75, 1]),
        ("own_team", [1, 0, 0, 1]),
        ("help_tier", [0, 1, 1, 0]),
        ("skill_place", [0, 0, 1, 1]),
        ("abandon_rate", [20, 20]),  # 3600 / 180
        ("target_wait_s", [20, 20]),
        ("group_share", [10 / 19, 9 / 19]),
        ("queue_share", [124 / 208, 84 / 208]),
    ],
)
def test_of_the_x_design_by_hand(name: str, expected: list[float]) -> None:
    assert constant(x_design(), name) == pytest.approx(expected)


def test_the_cost_of_waiting_is_that_of_the_wait_and_of_abandoning() -> None:
    """The preset `service`: 1 / 600 for a second of waiting, and 1 for an abandonment, 20 an hour."""
    assert constant(x_design(), "waiting_cost") == pytest.approx([6 + 20, 6 + 20])


def test_the_plan_divides_a_queue_as_the_slower_group_must() -> None:
    """Loads by hand: accounts 124 / 16 = 7.75 of 10, cards 84 / 12 = 7 of 9; equal at y cards moved to account_team."""
    y = (7.0 / 9 - 7.75 / 10) / (84 / 9 / 10 + 84 / 12 / 9)
    assert constant(x_design(), "planned_share") == pytest.approx([1, 0, y, 1 - y], abs=1e-9)


def test_costs_of_nothing_count_as_equal() -> None:
    centre = load_scenario("x_design", reward="pacing").centre
    assert constant(centre, "waiting_cost") == (1.0, 1.0)


def test_the_group_that_names_a_queue_first_is_its_own_team_where_all_are_as_fast() -> None:
    queues = {name: {"arrivals_per_hour": 60, "handle_s": 60} for name in "ab"}
    groups = {"one": {"skills": ["a", "b"], "staffing": 2}, "two": {"skills": ["b", "a"], "staffing": 2}}
    scenario = {"name": "n", "description": "d", "clock": {"kind": "steady"}, "queues": queues, "groups": groups}
    assert constant(load_scenario(scenario).centre, "own_team") == (1, 0, 0, 1)


def test_a_value_that_is_given_takes_the_place_of_one_name_alone() -> None:
    names = names_of(x_design())
    given = {"handle_rate": {"cards": {"card_team": 30}}, "waiting_cost": {"cards": 2}}
    values = check_values(find_rule("routing", "c_mu"), given, names)
    assert values["handle_rate"].tolist() == [[16, 12, 9, 30]]
    assert values["waiting_cost"].tolist() == [[constant(x_design(), "waiting_cost")[0], 2]]


def test_without_scipy_only_the_plan_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("scipy"):
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr(constants, "_kept", [])
    monkeypatch.setattr(builtins, "__import__", without)
    scenario = load_scenario("x_design", **{"clock.horizon_s": 600, "clock.warm_up_s": 0})
    simulate(scenario, routing="comparative_advantage", seeds=[1])
    with pytest.raises(RuleError, match="needs scipy"):
        simulate(scenario, routing="planned_pairs", seeds=[1])


@pytest.mark.parametrize(
    "rule, named",
    [
        ("callback_offer", "a queue that offers callbacks"),
        ("preferred_advisor", "a queue whose customers have preferred advisors"),
        ("adaptive_threshold", "a queue of deferrable work"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_with_what_is_lacking(rule: str, named: str) -> None:
    scenario = load_scenario("x_design")
    with pytest.raises(RuleError, match=f"{rule} needs {named}, which x_design lacks"):
        simulate(scenario, routing=rule, seeds=[1])
    assert named in str(why_not(scenario, routing=rule))
    assert why_not(scenario, routing="c_mu", pacing="progressive") is None
    with pytest.raises(ScenarioError, match=named):
        load_scenario("x_design", **{"rules.routing": {"name": rule}})


def test_every_need_is_one_of_some_rule_and_of_some_centre() -> None:
    assert list(HAS) == list(NEEDS)
    for need in NEEDS:
        assert any(need in rule.needs for rule in (*ROUTING_RULES, *PACING_RULES))
        assert any(HAS[need](load_scenario(name).centre) for name in list_scenarios())
