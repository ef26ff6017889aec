"""Callbacks, balking and announcements whose event log follows from the specification page by hand."""

import pytest

from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform
from tests.semantics.by_hand import constant, day, first_of, line, lines, nonzero, recorded, run, short, shorts

ASSIGN = first_of(codes.ASSIGN)
TEAM = {"team": {"skills": ["calls"], "staffing": 1}}


def tries(seed: int, number: int, n: int) -> list[float]:
    """Uniforms that decide whether the first n callbacks of a contact are answered."""
    key = entity_key(root_key(seed), stream("queue:calls"), number)
    return [uniform(child_key(key, codes.CALLBACK, i), codes.CALLBACK_ANSWER) for i in range(n)]


SEED_ONE_RETRY = next(s for s in range(100) if tries(s, 1, 2)[0] > 0.5 > tries(s, 1, 2)[1])


def test_a_callback_that_is_answered_at_the_second_try() -> None:
    callback = {
        "p_accept": 1, "ring_s": constant(2), "p_answer": 0.5, "max_tries": 2, "retry_s": constant(20),
    }  # fmt: skip
    calls = recorded(1, 2, handle_s=constant(10), callback=callback, patience_s=constant(1), service_level_s=33)
    result = run({"clock": day(), "queues": {"calls": calls}, "groups": TEAM}, SEED_ONE_RETRY, ASSIGN)
    assert shorts(result.log)[3:-2] == [
        short(1, "assigned", "0.0", 0),
        short(2, "fresh", "0.1"),
        short(2, "callback_accepted", "0.1"),
        short(11, "talk_end", "0.0", 0),
        short(11, "wrap_up_end", "0.0", 0),
        short(11, "callback_ringing", "0.1", 0),
        short(13, "callback_ring_end", "0.1", 0, detail=0),
        short(33, "callback_due", "0.1"),
        short(33, "callback_ringing", "0.1", 0),
        short(35, "callback_ring_end", "0.1", 0, detail=1),
        short(35, "assigned", "0.1", 0),
        short(45, "talk_end", "0.1", 0),
        short(45, "wrap_up_end", "0.1", 0),
    ]
    assert nonzero(result.counters["queue"][0]) == {
        "fresh": 2, "offered": 2, "answered": 2, "answered_in_time": 2, "resolved": 2,
        "fresh_answered": 2, "fresh_resolved": 2, "talk_s": 20, "callback_offered": 1, "callback_accepted": 1,
        "callback_tries": 2, "callback_answered": 1, "callback_wait_s": 33,
    }  # fmt: skip
    assert nonzero(result.counters["group"][0]) == {"idle_s": 76, "reserved_s": 4, "talking_s": 20, "handled": 2}


def test_a_callback_is_lost_at_the_last_try() -> None:
    callback = {"p_accept": 1, "ring_s": 0, "p_answer": 0, "max_tries": 2, "retry_s": constant(20)}
    calls = recorded(1, 2, handle_s=constant(10), callback=callback)
    result = run({"clock": day(), "queues": {"calls": calls}, "groups": TEAM}, 0, ASSIGN)
    assert shorts(result.log)[8:-2] == [
        short(11, "callback_ringing", "0.1", 0),
        short(11, "callback_ring_end", "0.1", 0),
        short(31, "callback_due", "0.1"),
        short(31, "callback_ringing", "0.1", 0),
        short(31, "callback_ring_end", "0.1", 0),
        short(31, "callback_lost", "0.1"),
    ]
    assert result.counters["queue"][0]["callback_lost"] == 1


def test_callbacks_are_offered_only_above_the_announced_wait() -> None:
    callback = {"offer_above_s": 7, "p_accept": 1}
    calls = recorded(1, 2, 8.5, 9.5, handle_s=constant(30), callback=callback)
    result = run({"clock": day(), "queues": {"calls": calls}, "groups": TEAM}, 0, ASSIGN)
    # the first in line has waited 0, 6.5 and 7.5 s
    came = [row.split()[1:3] for row in shorts(result.log, "waiting", "callback_accepted")]
    assert came == [["waiting", "0.0"], ["waiting", "0.1"], ["waiting", "0.2"], ["callback_accepted", "0.3"]]


def test_a_callback_needs_a_free_line() -> None:
    scenario = {
        "clock": day(slot_s=50),
        "queues": {
            "calls": recorded(1, callback={"p_accept": 1, "ring_s": constant(1)}),
            "others": recorded(2, 3, handle_s=constant(7)),
        },
        "groups": {"team": {"skills": ["calls", "others"], "staffing": [0, 1]}},
        "trunks": 1,
    }
    result = run(scenario, 0, ASSIGN)
    assert shorts(result.log)[1:-2] == [
        short(1, "fresh", "0.0"),
        short(1, "callback_accepted", "0.0"),
        short(2, "fresh", "1.0"),
        short(2, "waiting", "1.0"),
        short(3, "fresh", "1.1"),
        short(3, "blocked", "1.1"),
        short(50, "slot"),
        short(50, "assigned", "1.0", 0),  # the callback comes first, but there is no line for it
        short(57, "talk_end", "1.0", 0),
        short(57, "wrap_up_end", "1.0", 0),
        short(57, "callback_ringing", "0.0", 0),
        short(58, "callback_ring_end", "0.0", 0, detail=1),
        short(58, "assigned", "0.0", 0),
        short(63, "talk_end", "0.0", 0),
        short(63, "wrap_up_end", "0.0", 0),
    ]


def test_callbacks_go_on_at_the_next_opening_and_are_carried_out_after_the_last_day() -> None:
    scenario = {
        "clock": day(),
        "queues": {"calls": recorded(1, callback={"p_accept": 1})},
        "groups": {"team": {"skills": ["calls"], "staffing": 1, "shrinkage": 1}},
    }
    result = run(scenario, 0, ASSIGN, days=2)
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(1, "fresh", 0, "fresh"),
        line(1, "callback_accepted", 0, "fresh"),
        line(100, "closing", 0),
        line(150, "overtime_end", 0),
        line(150, "day_end", 0),
        line(86_400, "opening", 1),
        line(86_401, "callback_due", 0, "fresh"),
        line(86_500, "closing", 1),
        line(86_550, "overtime_end", 1),
        line(86_550, "day_end", 1),
    ]
    assert nonzero(result.counters["queue"][0]) == {
        "fresh": 1, "offered": 1, "callback_offered": 1, "callback_accepted": 1, "carried_out": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("tolerance_s", "stays"), [(6.5, [1, 2]), (6.4, [1])])
def test_who_hears_of_a_long_wait_balks_and_who_stays_has_other_patience(tolerance_s: float, stays: list[int]) -> None:
    announcement = {"tolerance_s": constant(tolerance_s), "patience_factor": 2}
    calls = recorded(1, 2, 8.5, handle_s=constant(90), announcement=announcement, patience_s=constant(10))
    result = run({"clock": day(), "queues": {"calls": calls}, "groups": TEAM}, 0, ASSIGN)
    # the first in line has waited 0 and 6.5 s
    arrivals = [1, 2, 8.5]
    assert shorts(result.log, "abandoned") == [short(arrivals[i] + 20, "abandoned", f"0.{i}") for i in stays]
    assert result.counters["queue"][0]["balked"] == 2 - len(stays)


def test_whoever_must_wait_may_balk_but_nobody_else() -> None:
    calls = recorded(1, 2, 10, handle_s=constant(5), p_balk=1)
    result = run({"clock": day(), "queues": {"calls": calls}, "groups": TEAM}, 0, ASSIGN)
    assert shorts(result.log, "balked") == [short(2, "balked", "0.1")]
    assert nonzero(result.counters["queue"][0])["answered"] == 2


@pytest.mark.parametrize(
    ("ivr", "outcome", "counter"),
    [({"p_contained": 1}, codes.CONTAINED, "contained"), ({"p_hangup": 1}, codes.HUNG_UP, "ivr_hangup")],
)
def test_the_ivr_serves_or_loses_contacts(ivr: dict[str, float], outcome: int, counter: str) -> None:
    scenario = {"clock": day(), "queues": {"calls": recorded(1, 2, ivr={"time_s": constant(3), **ivr})}, "groups": TEAM}
    result = run({**scenario, "trunks": 1}, 0, ASSIGN)
    assert shorts(result.log)[1:-2] == [
        short(1, "fresh", "0.0"),
        short(2, "fresh", "0.1"),
        short(2, "blocked", "0.1"),
        short(4, "ivr_end", "0.0", detail=outcome),
    ]
    assert nonzero(result.counters["queue"][0]) == {"fresh": 2, "blocked": 1, counter: 1, "ivr_s": 3}
