"""The threshold dialer, by hand and against a second version that counts idle advisors from the event log."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ccenv import Scenario, load_scenario
from ccenv.run.config import RuleChoice
from ccenv.sim.state import codes
from ccenv.trace import trace
from tests.rules.bench import Bench
from tests.rules.test_pacing import FIRST


@pytest.mark.parametrize(
    "params, changes, expected",
    [
        ({}, {"idle": [1, 1]}, "dial:first*2"),
        ({"kappa": 2}, {"idle": [1, 1]}, "dial:first*4"),
        ({"kappa": 0.75}, {"idle": [1, 1]}, "dial:first*2"),  # 1.5, rounded up
        ({"kappa": 0.7}, {"idle": [1, 1]}, "dial:first*1"),  # 1.4
        ({"kappa": 0, "c": 1}, {"idle": [1, 1]}, "dial:first*1"),
        ({"kappa": 1, "c": -1}, {"idle": [1, 1]}, "dial:first*1"),
        ({"kappa": 1, "c": -3}, {"idle": [1, 1]}, "hold"),
        ({"kappa": 2}, {"idle": [1, 1], "ringing": [3, 0]}, "dial:first*1"),
        ({"s_t": 3}, {"idle": [1, 1]}, "hold"),
        ({"s_t": 2}, {"idle": [1, 1]}, "dial:first*2"),
        ({"s_d": 3}, {"idle": [1, 1]}, "hold"),
        ({}, {"idle": [0, 0]}, "hold"),
        ({"s_t": 3}, {"idle": [0, 3], "leads_dialable": [0, 99]}, "hold"),  # nobody with the skill for the other
        ({"s_t": 4}, {"idle": [1, 3], "leads_dialable": [0, 99]}, "dial:other*1"),
    ],
)
def test_by_hand(params: dict[str, float], changes: dict[str, Any], expected: str) -> None:
    assert Bench(pacing=("dial_x_free", params)).act(**{**FIRST, **changes}) == expected


def dialed(bench: Bench, **fields: Any) -> list[str]:
    """Number of lines dialed at one instant when each attempt fails at once."""
    taken = []
    while (action := bench.act(**{**FIRST, **fields})) != "hold":
        taken.append(action)
    return taken


def test_lines_that_end_at_once_are_not_dialed_again() -> None:
    bench = Bench(pacing=("dial_x_free", {"kappa": 3.5}))
    assert dialed(bench, idle=[1, 1], leads_dialable=[99, 99]) == [
        *("dial:first*4", "dial:first*2", "dial:first*1"),
        "dial:other*4",  # 3.5 for the one of `one`, rounded up
    ]
    assert dialed(bench, idle=[1, 1], leads_dialable=[99, 99]) == []


@pytest.mark.parametrize("when, again", [("freed", []), ("event", ["dial:first*2"])])
def test_it_dials_when_an_advisor_is_freed_or_at_each_event(when: str, again: list[str]) -> None:
    bench = Bench(pacing=("dial_x_free", {"when": when}))
    assert dialed(bench, idle=[1, 1], event_number=1) == ["dial:first*2"]
    assert dialed(bench, idle=[1, 1], event_number=2) == again
    assert dialed(bench, idle=[1, 0], event_number=3) == again[:0] + (["dial:first*1"] if again else [])
    assert dialed(bench, idle=[1, 1], event_number=4) == ["dial:first*2"]  # one more idle than before


def blend(ring_s: float) -> Scenario:
    """A small blend centre: advisors for inbound alone and for both; connects wait 5 s at most."""
    return load_scenario(
        {
            "name": "blend",
            "description": "made by the tests",
            "clock": {"kind": "steady", "horizon_s": 4 * 3600, "review_s": 7},
            "queues": {"calls": {"arrivals_per_hour": 70, "handle_s": 300, "patience_s": 200}},
            "groups": {
                "inbound": {"skills": ["calls"], "staffing": 5},
                "blend": {"skills": ["calls", "sales"], "staffing": 6},
            },
            "campaigns": {"sales": {"p_answer": 0.3, "handle_s": 250, "ring_s": ring_s, "drop_after_s": 5}},
            "rules": {"routing": {"name": "fifo", "params": {"advisor": "least_skilled"}}},
        }
    )


#: What happens by itself. A line without ringing ends within the dial.
EVENTS = (
    *(codes.LOG_OPENING, codes.LOG_REVIEW, codes.LOG_END),
    *(codes.LOG_FRESH, codes.LOG_ABANDONED, codes.LOG_TALK_END, codes.LOG_DROP_DUE),
)


class Counted:
    """Idle advisors of both groups and ringing lines, counted from rows of the log."""

    def __init__(self) -> None:
        self.idle = [5, 6]
        self.ringing = 0

    def see(self, rows: np.ndarray) -> None:
        """Count these rows."""
        for row in rows:
            match int(row["code"]):
                case codes.LOG_ASSIGNED | codes.LOG_JOINED:
                    self.idle[row["group"]] -= 1
                case codes.LOG_TALK_END:
                    self.idle[row["group"]] += 1
                case codes.LOG_DIALED:
                    self.ringing += 1
                case codes.LOG_RING_END:
                    self.ringing -= 1


@pytest.mark.parametrize("ring_s", [0.0, 9.0])
@pytest.mark.parametrize("when", ["freed", "event"])
@pytest.mark.parametrize("kappa, c, s_t, s_d", [(2.0, 0, 4, 1), (0.0, 1, 1, 1), (1.25, 1, 2, 3)])
def test_a_twin_counts_the_same_lines_from_the_event_log(
    kappa: float, c: int, s_t: int, s_d: int, when: str, ring_s: float
) -> None:
    rule: RuleChoice = ("dial_x_free", {"kappa": kappa, "c": c, "s_t": s_t, "s_d": s_d, "when": when})
    log = trace(blend(ring_s), seed=4, pacing=rule)[0]
    starts = np.flatnonzero(np.isin(log["code"], (*EVENTS, codes.LOG_RING_END) if ring_s else EVENTS))
    now, seen, n_dialing = Counted(), 0, 0
    for first, end in zip(starts, [*starts[1:], len(log)], strict=True):
        dials = log["code"][first:end] == codes.LOG_DIALED
        asked = first + (int(np.argmax(dials)) if dials.any() else end - first)
        now.see(log[first:asked])
        goes = log["code"][first] not in (codes.LOG_REVIEW, codes.LOG_END) and (when == "event" or sum(now.idle) > seen)
        expected = 0
        if goes and sum(now.idle) >= s_t and now.idle[1] >= s_d:
            expected = max(math.floor(kappa * now.idle[1] + 0.5) + c - now.ringing, 0)
        assert np.count_nonzero(dials) == expected
        now.see(log[asked:end])
        seen, n_dialing = sum(now.idle), n_dialing + (expected > 0)
    assert n_dialing > 20
