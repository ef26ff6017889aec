"""Answering services: prices, quality, hours and rules, by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ccenv import load_scenario, simulate
from ccenv.sim.state import codes
from tests.oracle.randomness import entity_key, root_key, stream, uniform
from tests.oracle.simulator import Result
from tests.semantics.by_hand import NAMED, both, constant, day, first_of, nonzero, recorded, short, shorts

ASSIGN = first_of(codes.ASSIGN)
SERVICE: dict[str, Any] = {"skills": ["calls"], "answering_service": {"lines": 2, "price_per_contact": 3}}
TEAM: dict[str, Any] = {"skills": ["calls"], "staffing": 1, "wage_per_hour": 36}


def result_of(calls: dict[str, Any], service: dict[str, Any], days: int = 1, **clock: Any) -> Result:
    """One own advisor, then a service of two lines; the first legal assignment is taken."""
    groups = {"team": TEAM, "outside": {**SERVICE, **service}}
    scenario = {"clock": day(100, **clock), "queues": {"calls": calls}, "groups": groups}
    return both(scenario, 0, ASSIGN, days=days)


def test_what_own_advisors_cannot_take_goes_outside_at_a_price() -> None:
    calls = recorded(1, 2, 3, 4, wrap_up_s=constant(1))
    result = result_of(calls, {"handle_s": {"calls": constant(20)}})
    assert shorts(result.log, "assigned") == [
        short(1, "assigned", "0.0", 0),
        short(2, "assigned", "0.1", 1),
        short(3, "assigned", "0.2", 2),
        short(7, "assigned", "0.3", 0),  # all three busy until 1 + 5 + 1
    ]
    own, outside = result.counters["group"]
    assert nonzero(outside) == {"service_contacts": 2, "service_fees": 6, "service_s": 42}
    assert (own["handled"], own["talking_s"], own["wrapping_s"], own["idle_s"]) == (2, 10, 2, 88)
    assert result.counters["queue"][0]["answered"] == 4


def test_it_is_there_on_every_day_and_in_overtime() -> None:
    calls = recorded(99, 99.5, 86_400 + 1, 86_400 + 2)
    result = result_of(calls, {}, days=2)
    outside = [row for row in shorts(result.log, "assigned") if not row.endswith(" 0 0")]
    assert outside == [short(99.5, "assigned", "0.1", 1), short(86_402, "assigned", "0.3", 1)]


def test_its_quality_moves_repeats_and_satisfaction_against_that_of_own_advisors() -> None:
    key = entity_key(root_key(0), stream("queue:calls"), 1)
    u = uniform(key, codes.REPEAT_P)
    calls = recorded(
        1, 2, repeat={"p": 0.99 * u, "delay_s": 500, "max_times": 1},
        satisfaction={"base": 60, "per_quality": 1},
    )  # fmt: skip
    worse = {"quality": {"mean": 70, "on_repeat": 0.02}}
    service = {**SERVICE["answering_service"], "own_quality": 80}
    assert 0.99 * u * math.exp(0.02 * 10) > u
    alike = result_of(calls, worse).counters["queue"][0]
    below = result_of(calls, {**worse, "answering_service": service}).counters["queue"][0]
    first = uniform(entity_key(root_key(0), stream("queue:calls"), 0), codes.REPEAT_P) < 0.99 * u
    assert (alike["unresolved"], below["unresolved"]) == (first, first + 1)
    assert (alike["score"], below["score"]) == (120, 110)


def test_an_idle_line_does_not_save_a_contact_from_having_to_wait() -> None:
    result = result_of(recorded(1, 2, p_balk=1.0), {})
    assert nonzero(result.counters["queue"][0])["balked"] == 1


@pytest.mark.parametrize("after_s, answered_at", [(0, 2.0), (10, 12.0), (15, 17.0)])
def test_a_rule_sends_a_contact_outside_when_it_has_waited(after_s: float, answered_at: float) -> None:
    calls = recorded(1, 2, handle_s=constant(50))
    scenario = {**NAMED, "clock": day(100, review_s=5), "queues": {"calls": calls},
                "groups": {"team": TEAM, "outside": SERVICE}}  # fmt: skip
    table = simulate(load_scenario(scenario), routing=("fifo", {"overflow_after_s": after_s}), seeds=range(1))
    assert table["wait_answered_s"][0] == pytest.approx(answered_at - 2.0)
    assert table["service_fees"][0] == 3
    assert table["overflow_share"][0] == 0.5
    assert table["cost"][0] == pytest.approx(36 * 100 / 3600 + 3)
