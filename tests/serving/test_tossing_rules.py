"""Whether a rule uses the coin is declared, and a request must bring one where it does."""

import numpy as np
import pytest

from ccenv import load_scenario
from ccenv.batch import Batch
from ccenv.loops.rows import choose_rows
from ccenv.rules import PACING_RULES, ROUTING_RULES
from ccenv.scenarios.check.rules import misfit
from tests.rules.bench import needed, whole_centre
from tests.rules.test_registry import PARAMS as OTHERS

PARAMS = {
    **OTHERS,
    "reserve_threshold": {"reserve": 1, "p_next": 0.5},
    "fixed_ratio": {"ratio": 1.3, "rounding": "random"},
    "max0": {"k": 1.3},
    "constant_lines": {"n": 2.5},
}
RULES = [("routing", rule) for rule in ROUTING_RULES] + [("pacing", rule) for rule in PACING_RULES]


def actions_at(batch, u):
    actions, memory = np.zeros(batch.n, np.int64), np.zeros((batch.n, batch.run.memory))
    coins, starts = np.full(batch.n, u), np.zeros(batch.n, bool)
    choose_rows(batch.run.config, batch.engine.snaps, batch.mask, memory, coins, starts, actions)
    return actions


@pytest.mark.parametrize(("half", "rule"), RULES, ids=[rule.name for _, rule in RULES])
def test_a_rule_declares_whether_it_uses_the_coin(half, rule):
    flag = bool(rule.reserves)
    given = {
        "routing": "fifo",
        "pacing": "no_dial",
        half: (rule.name, PARAMS.get(rule.name, {}) if half == "pacing" else {}),
    }
    scenario = load_scenario("tiny", **(needed(half, rule.name) if half == "pacing" else {}))
    if misfit(scenario.centre, rule) is not None:
        scenario = whole_centre()
    batch = Batch(scenario, 32, owns=half, reserves=flag, autoreset="same_step", **given)
    batch.reset(np.arange(32))
    differed = False
    for _ in range(300):
        choices = [actions_at(batch, u) for u in (0.02, 0.5, 0.98)]
        differed |= any(not np.array_equal(choices[0], other) for other in choices)
        batch.step(choices[1])
    assert differed == rule.tosses
