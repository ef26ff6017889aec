"""Forks draw the return calls to come from what is known: who was dialed in vain, and when."""

from typing import Any

import numpy as np
import pytest

from ccenv import Batch, load_scenario
from ccenv.sim.state import codes
from tests.sim.leads import check_leads
from tests.sim.view import View

N_FORKS, P, DELAY_S, UNTIL_S = 400, 0.6, 900.0, 3_000.0
AGAIN: dict[str, Any] = {"max_attempts": 2, "no_answer": {"dist": "constant", "value_s": 50_000}}
CENTRE: dict[str, Any] = {
    "name": "calls_in",
    "description": "made by the tests: five lines ring without an answer, and many leads call in",
    "clock": {"open_s": 0, "close_s": 7_200, "slot_s": 1_200, "review_s": 60},
    "queues": {"desk": {"arrivals_per_hour": 0, "handle_s": 15}},
    "groups": {
        "desk": {"skills": ["desk"], "staffing": 9},
        "dialers": {"skills": ["list"], "staffing": 1},
    },
    "campaigns": {
        "list": {
            "p_answer": 0,
            "handle_s": 60,
            "ring_s": {"dist": "constant", "value_s": 20},
            "max_lines": 5,
            "leads": 2_000,
            "return_calls": {"queue": "desk", "p_by_outcome": {"no_answer": P}, "delay_s": DELAY_S},
        }
    },
    "rules": {"pacing": {"name": "constant_lines", "params": {"n": 5}}},
    "goals_unpaid": True,
}


def batch_at_work(retries: dict[str, Any] | None) -> Batch:
    """One row after some time of dialing."""
    batch = Batch(load_scenario(CENTRE, **{"campaigns.list.retries": retries}), 1, owns="routing", autoreset="disabled")
    batch.reset([3])
    while batch.engine.envs["t"][0] < UNTIL_S:
        batch.step(np.array([np.flatnonzero(batch.mask[0])[-1]]))
    return batch


def expected(env: Any, retries: dict[str, Any] | None) -> float:
    """Mean number of return calls to come: of leads in the list by their attempts, of all others by slot."""
    t = float(env["t"])
    if retries is not None:
        rows = np.flatnonzero(env["lead_after"] == codes.AFTER_NO_ANSWER + 1)
        alive = P * np.exp(-np.maximum(0.0, t - 120.0 * env["lead_grid"][rows, 0]) / DELAY_S)
        return float((alive / (1 - P + alive)).sum())
    total = 0.0
    for slot in range(int(env["slot"]) + 1):
        ages = np.linspace(max(0.0, t - 1_200.0 * (slot + 1)), t - 1_200.0 * slot, 2_001)
        total += float(env["may_return"][0, slot]) * float(np.exp(-ages / DELAY_S).mean())
    return total


@pytest.mark.parametrize("retries", [AGAIN, None], ids=["in the list", "out of the list"])
def test_the_expected_number_of_leads_calls_in(retries: dict[str, Any] | None) -> None:
    batch = batch_at_work(retries)
    forks = batch.fork(0, np.arange(N_FORKS))
    found = (forks.engine.envs["contact"]["phase"] == codes.PENDING_RETURN).sum(axis=1)
    mean = expected(batch.engine.envs[0], retries)
    assert mean > 20 and found.std() > 1
    assert abs(found.mean() - mean) < 5 * found.std() / np.sqrt(N_FORKS)
    true = (batch.engine.envs["contact"]["phase"][0] == codes.PENDING_RETURN).sum()
    assert abs(true - mean) < 5 * found.std()


@pytest.mark.parametrize("retries", [AGAIN, None], ids=["in the list", "out of the list"])
def test_a_fork_keeps_each_lead_in_one_place_and_runs_to_its_end(retries: dict[str, Any] | None) -> None:
    batch = batch_at_work(retries)
    forks = batch.fork(0, [1])
    view = View(forks.engine)
    view.look()
    check_leads(view)
    came = float(forks.engine.envs["campaign_count"][0][0]["returned"])
    while not forks.engine.envs["done"].all():
        forks.step(np.array([np.flatnonzero(forks.mask[0])[-1]]))
    view.look()
    check_leads(view)
    assert forks.engine.envs["campaign_count"][0][0]["returned"] > came + 20
