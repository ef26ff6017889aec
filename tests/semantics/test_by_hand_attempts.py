"""Attempts: ring times by outcome, hang-ups, drops and goal values, derived from the specification by hand.

Each case runs in the slow event loop and in the compiled kernel.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import pytest

from ccenv.sim.state import codes
from tests.oracle.decisions import Action
from tests.oracle.randomness import entity_key, root_key, stream, uniform
from tests.semantics.by_hand import both, constant, day, first_of, line, lines, of_leads

DIAL = first_of(codes.DIAL, codes.DIAL_RESERVED)


def centre(clock: dict[str, Any], **outbound: Any) -> dict[str, Any]:
    """One advisor and one list, of which all leads are dialed at once."""
    return {
        "clock": clock,
        "groups": {"team": {"skills": ["list"], "staffing": 1}},
        "campaigns": {"list": {"p_answer": 1, "handle_s": constant(10), **outbound}},
    }


def last(number: int, u: float, legal: list[int], catalogue: Sequence[Action]) -> int:
    """Dial as many as may be dialed."""
    return legal[-1]


def uniforms(seed: int, number: int, *purposes: int) -> list[float]:
    """Uniforms of the first attempt of a lead."""
    key = entity_key(root_key(seed), stream("campaign:list"), number)
    return [uniform(key, purpose) for purpose in purposes]


SHARES = {
    codes.CONNECT: 0.24, codes.FALSE_POSITIVE: 0.16, codes.MACHINE_PASSED: 0.1, codes.MACHINE: 0.1, codes.BUSY: 0.15,
    codes.INVALID: 0.15, codes.NO_ANSWER: 0.1,
}  # fmt: skip
RINGS_S = {
    codes.CONNECT: 2, codes.FALSE_POSITIVE: 2, codes.MACHINE_PASSED: 3, codes.MACHINE: 3, codes.BUSY: 4,
    codes.INVALID: 5, codes.NO_ANSWER: 6,
}  # fmt: skip


def test_it_rings_as_long_as_the_outcome_says() -> None:
    scenario = centre(
        day(), p_answer=0.4, p_machine=0.2, p_busy=0.15, p_invalid=0.15, leads=40, dial_ladder=[1, 40], max_lines=40,
        detector={"p_false_positive": 0.4, "p_machine_passed": 0.5},
        ring_s_by_outcome={
            "person": constant(2), "machine": constant(3), "busy": constant(4), "invalid": constant(5),
            "no_answer": constant(6),
        },
    )  # fmt: skip
    ends = (log := both(scenario, 2, last).log)[log["code"] == codes.LOG_RING_END]
    assert {int(outcome) for outcome in ends["detail"]} == set(SHARES)
    cumulative = [sum(list(SHARES.values())[: i + 1]) for i in range(7)]
    for row in ends:
        (v,) = uniforms(2, int(row["number"]), codes.OUTCOME)
        assert row["detail"] == sum(share <= v for share in cumulative[:-1])
        assert row["t"] == RINGS_S[int(row["detail"])]


@pytest.mark.parametrize("by_outcome", [False, True])
def test_an_outcome_is_drawn_at_the_dial_only_where_ring_distributions_differ(by_outcome: bool) -> None:
    ring = {"person": constant(30), "no_answer": constant(30)}
    dist = {"ring_s_by_outcome": ring} if by_outcome else {"ring_s": constant(30)}
    # persons answer until 20 s, and nobody afterwards
    counters = both(centre(day(slot_s=20), p_answer=[1, 0, 0, 0, 0], leads=1, **dist), 0, DIAL).counters
    assert of_leads(counters["campaign"][0])["connects" if by_outcome else "no_answer"] == 1


def test_persons_hang_up_before_they_would_be_dropped_and_machines_do_not() -> None:
    outbound = {
        "p_answer": 0.5, "p_machine": 0.5, "detector": {"p_machine_passed": 1}, "ring_s": constant(1), "leads": 3,
        "hang_up_s": constant(3), "drop_after_s": constant(5), "dial_ladder": [1, 3],
    }  # fmt: skip
    scenario = centre(day(), **outbound)
    persons = [[u < 0.5 for number in range(3) for u in uniforms(s, number, codes.OUTCOME)] for s in range(100)]
    result = both(scenario, persons.index([True, True, False]), last)
    assert lines(result.log)[5:] == [
        line(1, "ring_end", 0, "lead"),
        line(1, "joined", 0, "lead", "0.0"),
        line(1, "ring_end", 1, "lead"),
        line(1, "connect_waiting", 1, "lead"),
        line(1, "ring_end", 2, "lead", detail=codes.MACHINE_PASSED),
        line(1, "connect_waiting", 2, "lead"),
        line(4, "hang_up", 1, "lead"),
        line(6, "drop_due", 2, "lead"),
        line(6, "dropped", 2, "lead"),
        line(11, "talk_end", 0, "lead", "0.0"),
        line(11, "wrap_up_end", 0, "lead", "0.0"),
        line(100, "closing", 0),
        line(100, "day_end", 0),
    ]
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 3, "touched": 3, "closed": 3, "ringing_s": 3, "connects": 2, "machine_passed": 1, "joined": 1,
        "first_joined": 1, "hung_up": 1, "hung_up_wait_s": 3, "mp_dropped": 1, "talk_s": 10,
    }  # fmt: skip


@pytest.mark.parametrize(("hang_up_s", "drop_s", "counter"), [(3, 3, "dropped"), (0, 3, "hung_up"), (0, 0, "dropped")])
def test_at_one_time_a_connect_is_dropped(hang_up_s: float, drop_s: float, counter: str) -> None:
    dists = {"hang_up_s": constant(hang_up_s), "drop_after_s": constant(drop_s)}
    result = both(centre(day(), leads=2, dial_ladder=[1, 2], ring_s=constant(1), **dists), 0, last)
    counters = of_leads(result.counters["campaign"][0])
    assert counters[counter] == 1 and sum(counters.get(x, 0) for x in ("dropped", "hung_up")) == 1


def test_a_lead_who_hung_up_is_dialed_again() -> None:
    retries = {"max_attempts": 2, "hung_up": constant(20)}
    outbound = {"leads": 2, "dial_ladder": [1, 2], "ring_s": constant(1), "drop_after_s": constant(9)}
    result = both(centre(day(), **outbound, hang_up_s=constant(4), retries=retries), 0, last)
    rows = [row for row in lines(result.log) if " 1 lead " in row]
    assert rows == [
        line(0, "dialed", 1, "lead"),
        line(1, "ring_end", 1, "lead"),
        line(1, "connect_waiting", 1, "lead"),
        line(5, "hang_up", 1, "lead"),
        line(5, "put_back", 1, "lead"),
        line(25, "dialed", 1, "lead"),
        line(26, "ring_end", 1, "lead"),
        line(26, "joined", 1, "lead", "0.0"),
        line(36, "talk_end", 1, "lead", "0.0"),
        line(36, "closed", 1, "lead", "0.0"),
        line(36, "wrap_up_end", 1, "lead", "0.0"),
    ]


@pytest.mark.parametrize("r", [-1.0, 0.0, 0.6])
def test_values_vary_and_go_with_the_handle_time(r: float) -> None:
    handle = {"dist": "exponential", "mean_s": 10}
    scenario = centre(
        day(1000), leads=5, max_lines=1, dial_ladder=[1], handle_s=handle, p_sale=1, sale_value=50, value_cv=0.8,
        value_handle_correlation=r,
    )  # fmt: skip
    result = both(scenario, 0, DIAL)
    s = math.sqrt(math.log(1 + 0.8**2))
    expected = 0.0
    for number in range(5):
        h, v = (-NormalDist().inv_cdf(u) for u in uniforms(0, number, codes.HANDLE, codes.VALUE))
        expected += 50 * math.exp(s * (r * h + math.sqrt(1 - r * r) * v) - s * s / 2)
    counters = result.counters["campaign"][0]
    assert counters["sale_value"] == pytest.approx(expected, rel=1e-6)
    assert (counters["sales"], counters["expected_sale_value"]) == (5, 250)


def test_segments_have_their_own_answers_propensity_and_value() -> None:
    segments = {
        "deaf": {"size": 2, "p_answer": 0},
        "keen": {"size": 2, "propensity": 2, "sale_value": 9, "value_left": 4},
        "cool": {"size": 3, "propensity": 0},
    }
    result = both(centre(day(), segments=segments, p_sale=0.5, sale_value=1, max_lines=1, dial_ladder=[1]), 0, DIAL)
    counters = of_leads(result.counters["campaign"][0])
    assert (counters["no_answer"], counters["joined"], counters["sales"]) == (2, 5, 2)
    assert (counters["sale_value"], counters["expected_sale_value"], counters["closed_value"]) == (18, 18, 8)
