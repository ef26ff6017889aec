"""Rules that decide everything are shown less of an epoch than a policy, and do the same as if they saw it all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import load_scenario
from ccenv.loops.batch import DISABLED
from ccenv.loops.rows import choose_rows
from ccenv.policy import RulePolicy
from ccenv.rules.pacing.basic import RULES as BASIC_PACING
from ccenv.rules.registry import PACING_RULES, ROUTING_RULES
from ccenv.rules.routing import basic
from ccenv.run.config import run_config
from ccenv.run.engine import Engine
from ccenv.run.history import past_of
from ccenv.scenarios import Scenario
from ccenv.scenarios.check.dialing import endless_dialing
from ccenv.scenarios.check.rules import misfit
from tests.env.short import short_day
from tests.oracle.scenario_maker import ScenarioMaker
from tests.rules.bench import needed
from tests.rules.test_registry import PARAMS

N_SCENARIOS = 60
ORDERS = [rule.name for rule in basic.RULES]
# Changes to the short day. Dialing starts and stops within the day in all of them. Some have few lines, or allow the
# policy to hold while a contact could be served.
CENTRES: list[dict[str, Any]] = [
    {},
    {"trunks": 14},
    {"work_conserving": False, "trunks": 20},
    {"campaigns.survey.max_lines": 3},
    {"campaigns.survey.reserves": "either"},
]


def episode(
    scenario: Scenario, seed: int, days: int | None, routing: str, pacing: str, by_rules: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Event log and counters of the last of two episodes."""
    params = {"order": list(reversed(scenario.queues))} if routing == "priority" else {}
    rules: dict[str, Any] = {"routing": (routing, params), "pacing": (pacing, PARAMS.get(pacing, {})), "days": days}
    policy = RulePolicy(scenario, rules["routing"], rules["pacing"])
    shown = run_config(scenario, owns="rules", **rules)
    flags = {"reserves": policy.reserves, "actions": policy.actions}
    run = shown if by_rules else run_config(scenario, owns="blended", **flags, **rules)
    engine = Engine(run, 1, log=True, past=past_of(run))
    for own in (seed + 1, seed):
        engine.logs["n"] = 0
        engine.start(np.array([own], np.uint64), np.ones(1, np.bool_))
        memory, starts = np.zeros((1, run.memory)), np.ones(1, np.bool_)
        while not engine.envs["done"][0]:
            actions = np.zeros(1, np.int64)
            u = np.ascontiguousarray(engine.outs["u"])
            choose_rows(shown.config, engine.snaps, engine.masks, memory, u, starts, actions)
            engine.step(actions, DISABLED)
            starts[:] = False
    return engine.log.copy(), engine.counters()


def check(scenario: Scenario, seed: int, days: int | None, routing: str, pacing: str) -> None:
    """Rules that are shown all, and rules that are shown what they read."""
    found, counted = episode(scenario, seed, days, routing, pacing, True)
    expected, counters = episode(scenario, seed, days, routing, pacing, False)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(counted, counters)


@pytest.mark.parametrize("number", range(N_SCENARIOS))
def test_rules_do_the_same_in_any_scenario(number: int) -> None:
    made = ScenarioMaker(number).run()
    scenario = load_scenario(made.scenario)
    flagged = [rule for rule in PACING_RULES if rule.reserves in (None, number % 2 == 0)]
    fit = [rule for rule in flagged if misfit(scenario.centre, rule) is None]
    rules = [rule for rule in fit if not list(endless_dialing(scenario.centre, rule))]
    orders = [rule.name for rule in ROUTING_RULES if misfit(scenario.centre, rule) is None]
    check(scenario, made.seed, made.days, orders[number % len(orders)], rules[number // 2 % len(rules)].name)


def cases() -> list[Any]:
    """Every pacing rule in every centre; beside the basic rules, those of one centre each in the fast part."""
    found = []
    for number, rule in enumerate(PACING_RULES):
        for scenario in range(len(CENTRES)):
            fast = rule in BASIC_PACING or scenario == number % len(CENTRES)
            found.append(pytest.param(scenario, rule.name, marks=() if fast else pytest.mark.slow))
    return found


@pytest.mark.parametrize("scenario, pacing", cases())
def test_every_pacing_rule_does_the_same(scenario: int, pacing: str) -> None:
    changes = {**CENTRES[scenario], **needed("pacing", pacing)}
    check(short_day(**changes), 7, None, ORDERS[scenario % len(ORDERS)], pacing)
