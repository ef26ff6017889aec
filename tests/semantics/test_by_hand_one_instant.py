"""Events at one instant, by hand: the clock, then ends, then arrivals, then reviews; of one kind the first scheduled.

In each case the event that comes first was scheduled last, unless a comment says why that is impossible.
"""

from typing import Any

import pytest

from ccenv.sim.state import codes
from tests.semantics.by_hand import both, constant, day, first_of, recorded, shorts

ASSIGN = first_of(codes.ASSIGN)
HOLD = first_of()
SLOTS = day(100.0, 25.0)  # the boundary at 50 s is scheduled at 25 s


def rows_at(t: float, scenario: dict[str, Any], choose: Any = ASSIGN) -> list[str]:
    """Codes of the rows at time t, without those of actions."""
    log = both(scenario, 1, choose).log
    return [row.split()[1] for row in shorts(log[log["t"] == t])]


def one_group(n: int | list[int], *skills: str) -> dict[str, Any]:
    """One group of n advisors."""
    return {"team": {"skills": list(skills), "staffing": n}}


def test_the_clock_comes_before_ends() -> None:
    scenario = {
        "clock": SLOTS,
        "queues": {"calls": recorded(1, handle_s=constant(49))},  # ends at 50, scheduled at 1
        "groups": one_group(1, "calls"),
    }
    assert rows_at(50, scenario) == ["slot", "talk_end", "wrap_up_end"]


def test_the_clock_comes_before_arrivals() -> None:
    scenario = {
        "clock": SLOTS,
        "queues": {"calls": recorded(50)},  # scheduled at the opening
        "groups": one_group([0, 0, 1, 1], "calls"),
    }
    assert rows_at(50, scenario) == ["slot", "fresh", "waiting", "assigned"]


def test_ends_come_before_arrivals() -> None:
    scenario = {
        "clock": day(),
        "queues": {"first": recorded(1, handle_s=constant(49)), "second": recorded(50)},  # scheduled at the opening
        "groups": one_group(1, "first", "second"),
    }
    assert rows_at(50, scenario) == ["talk_end", "wrap_up_end", "fresh", "waiting", "assigned"]


def test_patience_that_ends_comes_before_a_redial_that_is_due() -> None:
    redial = {"p": 1, "delay_s": constant(40), "max_times": 1}
    scenario = {
        "clock": day(),
        "queues": {
            "first": recorded(0, patience_s=constant(10), redial=redial),  # abandons at 10, is due again at 50
            "second": recorded(20, patience_s=constant(30)),  # abandons at 50, scheduled at 20
        },
        "groups": one_group([1], "first", "second"),
    }
    assert rows_at(50, scenario, HOLD) == ["abandoned", "redial", "waiting"]


@pytest.mark.parametrize(
    ("first", "clock", "expected"),
    [
        ({}, {"slot_s": 25.0}, ["slot"]),
        ({"trace_s": [0, 0], "handle_s": constant(25), "repeat": {"p": 0}}, {}, ["talk_end", "wrap_up_end"]),
        ({"trace_s": [0, 25]}, {}, ["fresh", "waiting"]),
    ],
    ids=["the clock", "ends", "arrivals"],
)
def test_reviews_come_last(first: dict[str, Any], clock: dict[str, Any], expected: list[str]) -> None:
    # An event cancels the pending review, so a review that came first would show as a row of its own. It was scheduled
    # last in any case, after the hold at 0 s.
    scenario = {
        "clock": day(100.0, **{"review_s": 25, **clock}),
        "queues": {"calls": recorded(0, **first)},
        "groups": one_group(2, "calls"),
    }

    def first_time(number: int, u: float, legal: list[int], catalogue: Any) -> int:
        return legal[-1] if number == 0 and len(first) > 1 else 0

    assert rows_at(25, scenario, first_time) == expected


def test_of_one_kind_the_first_scheduled_comes_first() -> None:
    scenario = {
        "clock": day(),
        "queues": {"long": recorded(1, handle_s=constant(49)), "short": recorded(0.5, 30, handle_s=constant(20))},
        "groups": {**one_group(1, "long"), "other": {"skills": ["short"], "staffing": 1}},
    }
    log = both(scenario, 1, ASSIGN).log
    ends = shorts(log[log["t"] == 50], "talk_end")
    assert [row.split()[2] for row in ends] == ["0.0", "1.1"]  # begun at 1 s and at 30 s
