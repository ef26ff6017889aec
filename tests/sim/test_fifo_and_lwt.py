"""FIFO and LWT decide alike without waiting credits, and differently with one."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from ccenv import load_scenario
from ccenv.sim.state import codes
from ccenv.trace import trace
from tests.sim.strategies import SLOW_TO_MAKE, Run, runs

PACING = ("constant_lines", {"n": 2})


def without_credits(scenario: dict[str, Any]) -> dict[str, Any]:
    """The scenario less all that gives credit: priority, value classes, transfers, callbacks, known redials."""
    plain = deepcopy(scenario)
    for queue in plain["queues"].values():
        for key in ("priority", "transfer", "callback", "customer"):
            queue.pop(key, None)
        queue.get("ivr", {}).pop("routes", None)  # what goes the wrong way is transferred
    for campaign in plain["campaigns"].values():
        campaign.pop("ring_s_by_outcome", None)
        campaign["ring_s"] = 6.0  # where nothing ever rings, a rule that keeps two lines ringing dials for ever
    return plain


def log_of(scenario: dict[str, Any], rule: str, seed: int, days: int = 1) -> np.ndarray:
    """Event log, actions included, under rules alone."""
    return trace(load_scenario(scenario), seed=seed, days=days, routing=rule, pacing=PACING)[0]


def same_without_credits(run: Run) -> None:
    scenario = without_credits(run.scenario)
    fifo, lwt = (log_of(scenario, rule, run.seed, run.days) for rule in ("fifo", "lwt"))
    assert fifo.tobytes() == lwt.tobytes()


@settings(max_examples=50, suppress_health_check=SLOW_TO_MAKE)
@given(runs())
def test_without_credits_every_decision_is_the_same(run: Run) -> None:
    same_without_credits(run)


@pytest.mark.long
@settings(max_examples=300, suppress_health_check=SLOW_TO_MAKE)
@given(runs())
def test_without_credits_every_decision_is_the_same_in_many_scenarios(run: Run) -> None:
    same_without_credits(run)


BASE: dict[str, Any] = {
    "name": "credits",
    "description": "made by the tests: two queues, and too few advisors",
    "size_class": "S",
    "clock": {"open_s": 0, "close_s": 1_800, "slot_s": 1_800, "overtime_s": 600},
    "queues": {
        "a": {"arrivals_per_hour": 140, "handle_s": 50, "patience_s": 200},
        "b": {"arrivals_per_hour": 60, "handle_s": 50, "patience_s": 200},
    },
    "groups": {"team": {"skills": ["a", "b"], "staffing": 2}},
}
KNOWN = {"p_identified": 1.0}
CREDITS: dict[str, dict[str, Any]] = {
    "priority": {"priority": {"p": 0.3, "credit_s": 60}},
    "value class": {"customer": {**KNOWN, "value_classes": [{"share": 0.4, "credit_s": 60}]}},
    "transfer": {"transfer": {"p": 0.4, "to": "b"}},
    "misrouted": {"ivr": {"time_s": 5, "routes": {"b": 0.4}}},
    "callback": {"callback": {"p_accept": 0.5, "p_answer": 0.5, "max_tries": 3, "retry_s": 100}},
    "redial": {"patience_s": 30, "customer": KNOWN, "redial": {"p": 1.0, "delay_s": 60, "max_times": 2}},
}
NO_CREDITS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "unknown redial": {"patience_s": 30, "redial": {"p": 1.0, "delay_s": 60, "max_times": 2}},
    "repeat": {"repeat": {"p": 0.5, "delay_s": 60}, "customer": KNOWN},
    "priority to be seen": {"priority": {"p": 0.3}},
}


def differ(changes: dict[str, Any]) -> bool:
    """Whether the two rules assign anybody at another time or to another advisor, in any of some runs."""
    scenario = deepcopy(BASE)
    scenario["queues"]["a"].update(changes)
    for seed in range(5):
        fifo, lwt = (log_of(scenario, rule, seed) for rule in ("fifo", "lwt"))
        assert np.count_nonzero(fifo["code"] == codes.LOG_ASSIGNED) > 20
        if fifo.tobytes() != lwt.tobytes():
            return True
    return False


@pytest.mark.parametrize("credit", CREDITS)
def test_with_credits_they_differ(credit: str) -> None:
    assert differ(CREDITS[credit])


@pytest.mark.parametrize("what", NO_CREDITS)
def test_what_gives_no_credit_makes_no_difference(what: str) -> None:
    assert not differ(NO_CREDITS[what])
