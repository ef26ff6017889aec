"""Exact values: optima, rules, and policies of the simulator as tables over the states of a model."""

from typing import Any

import numpy as np
import pytest

from ccenv.policy.exploring import Kept
from ccenv.rewards.terms import reward_weights
from ccenv.seeds import seeds
from experiments.solvable.declared import CASES, Case, Rule
from experiments.solvable.exact import gap, optimum, solve, value_of, value_of_rule
from experiments.solvable.replicate import evaluate
from experiments.solvable.tabulate import Counted, _whole, tabulate

HOURS, DAYS = 4.0, 48


def rules_of(case: Case, rule: Rule) -> dict[str, Rule]:
    routing, pacing = case.plain
    return {"routing": rule, "pacing": pacing} if case.owns == "routing" else {"routing": routing, "pacing": rule}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_that_is_tabulated_has_its_exact_value(name: str):
    """The table, the model's own rule and the simulator's reward agree: coordinates, choices and prices are right."""
    case = CASES[name]
    rule = case.integer[len(case.integer) // 3]
    found = evaluate(case, case.scenario(HOURS), None, seeds("evaluation", DAYS), rules_of(case, rule))
    exact = value_of_rule(case, rule)
    assert found["objective"] == pytest.approx(exact.objective, rel=2e-3)
    assert found["refused"] == 0.0 and found["unseen"] < 1e-2
    assert abs(found["simulated"] - exact.objective) < 4.0 * found["error"]


@pytest.mark.parametrize(
    ("name", "best", "off"), [("long_outbound", 7.350778411, 7.024494821), ("equal_talks", 49.47368421, 0.0)]
)
def test_optimum_and_integer_rule_are_those_of_the_reference_tables(name: str, best: float, off: float):
    found = solve(CASES[name])
    assert found.optimum.objective == pytest.approx(best, rel=1e-8)
    assert found.integer is not None
    assert gap(found.integer[1].objective, best) == pytest.approx(off, abs=1e-6)


def test_the_limit_binds_the_optimum_and_the_rules():
    case = CASES["pacing_limit"]
    best = optimum(case)
    assert best.objective == pytest.approx(71.09044, rel=1e-6)
    assert best.share == pytest.approx(0.03)
    few: Any = {**vars(case), "integer": case.integer[6:12], "linear": ()}
    found = solve(Case(**few)).rule
    assert found[0][1]["ratio"] == 1.8 and (found[1].share or 0.0) <= 0.03  # 1.9 is worth more, and above the limit
    none: Any = {**few, "integer": case.integer[-2:]}
    with pytest.raises(ValueError, match=r"pacing_limit: no rule keeps the limit of 0\.03"):
        solve(Case(**none))


def test_gaps_are_in_percent_of_the_size_of_the_optimum():
    assert gap(9.0, 10.0) == pytest.approx(10.0)
    assert gap(-12.0, -10.0) == pytest.approx(20.0)
    assert gap(11.0, 10.0) == pytest.approx(-10.0)


def test_frequencies_are_the_weights_of_the_table():
    case = CASES["long_outbound"]
    empty = {
        "mode": np.zeros(4, int),
        "inbound": np.zeros(4, int),
        "outbound": np.full(4, 7),
        "waiting": np.zeros(4, int),
    }
    table = tabulate(case, Counted(empty, np.array([[0], [1], [1], [9]]), 4))
    space, first = case.model.built.space, case.model.built.process.first
    at = int(space.find(mode=0, inbound=0, outbound=7, waiting=0))
    assert table.weights[first[at] : first[at + 1]].tolist() == [0.25, 0.5, 0.0, 0.25]
    assert table.refused == 0.25  # nine cannot be started with three idle
    near = int(space.find(mode=0, inbound=0, outbound=6, waiting=0))
    assert table.weights[first[near] : first[near + 1]].tolist() == [0.0, 1.0, 0.0, 0.0, 0.0]
    assert table.unseen == pytest.approx(0.2)  # always dialing: 50 starts an hour of 100 + 100 + 50 events
    assert value_of(case, table.model, table.weights).objective < 7.35


def test_an_instant_is_not_cut_by_the_room():
    def part(t: list[float]) -> Kept:
        n = len(t)
        whole = np.zeros(n, np.int64)
        return Kept(np.zeros((n, 1)), np.zeros((n, 1), bool), whole, whole, np.array(t), np.zeros((n, 1, 1)))

    parts = _whole(iter([part([1.0, 2.0, 2.0]), part([2.0, 2.0]), part([2.0, 3.0])]))
    assert [each.t.tolist() for each in parts] == [[1.0], [2.0, 2.0, 2.0, 2.0, 2.0], [3.0]]


def test_rewards_are_those_of_the_centres():
    for case in CASES.values():
        reward_weights(case.scenario(HOURS), case.reward)
        assert case.scenario(HOURS).centre.clock.horizon_s == 3600.0 * HOURS
