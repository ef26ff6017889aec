"""Outbound runs whose event log follows from the specification page by hand: constant dists."""

from typing import Any

from ccenv.sim.state import codes
from tests.oracle.randomness import entity_key, root_key, stream, uniform
from tests.semantics.by_hand import both, constant, first_of, line, lines, nonzero, of_leads, run

DIALS = (codes.DIAL, codes.DIAL_RESERVED)


def campaign(**changes: Any) -> dict[str, Any]:
    """A campaign of three leads who all answer."""
    return {"p_answer": 1.0, "handle_s": constant(10), "leads": 3, "dial_ladder": [1], **changes}


def test_connects_wait_are_taken_by_a_freed_advisor_and_dropped() -> None:
    outbound = campaign(ring_s=constant(4), wrap_up_s=constant(3), drop_after_s=constant(15))
    scenario = {
        "clock": {"open_s": 100, "close_s": 130, "overtime_s": 20, "slot_s": 30, "review_s": 0},
        "groups": {"team": {"skills": ["list"], "staffing": 1}},
        "campaigns": {"list": outbound},
    }
    result = run(scenario, 0, first_of(*DIALS))
    assert lines(result.log) == [
        line(100, "opening", 0),
        line(100, "action", 0, detail=1),
        line(100, "dialed", 0, "lead"),
        line(100, "action", 1, detail=1),
        line(100, "dialed", 1, "lead"),
        line(100, "action", 2, detail=1),
        line(100, "dialed", 2, "lead"),
        line(104, "ring_end", 0, "lead"),
        line(104, "joined", 0, "lead", "0.0"),
        line(104, "ring_end", 1, "lead"),
        line(104, "connect_waiting", 1, "lead"),
        line(104, "ring_end", 2, "lead"),
        line(104, "connect_waiting", 2, "lead"),
        line(114, "talk_end", 0, "lead", "0.0"),
        line(117, "wrap_up_end", 0, "lead", "0.0"),
        line(117, "joined", 1, "lead", "0.0"),
        line(119, "drop_due", 2, "lead"),
        line(119, "dropped", 2, "lead"),
        line(127, "talk_end", 1, "lead", "0.0"),
        line(130, "closing", 0),
        line(130, "wrap_up_end", 1, "lead", "0.0"),
        line(130, "day_end", 0),
    ]
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 3, "touched": 3, "closed": 3, "connects": 3, "joined": 2, "first_joined": 2, "dropped": 1,
        "ringing_s": 12,
        "joined_delay_s": 13, "dropped_wait_s": 15, "talk_s": 20, "wrap_up_s": 6,
    }  # fmt: skip
    assert nonzero(result.counters["group"][0]) == {"idle_s": 4, "talking_s": 20, "wrapping_s": 6, "handled": 2}


def test_a_ring_time_of_0_ends_before_the_next_lead_is_dialed() -> None:
    scenario = {
        "clock": {"open_s": 0, "close_s": 30, "overtime_s": 20, "slot_s": 30, "review_s": 0},
        "groups": {"team": {"skills": ["list"], "staffing": 1}},
        "campaigns": {"list": campaign(p_sale=1.0, sale_value=7.0, handle_sale_s=constant(35), dial_ladder=[1, 3])},
    }
    result = run(scenario, 0, lambda number, u, legal, catalogue: legal[-1])
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(0, "action", 0, detail=2),
        line(0, "dialed", 0, "lead"),
        line(0, "ring_end", 0, "lead"),
        line(0, "joined", 0, "lead", "0.0", detail=1),
        line(0, "dialed", 1, "lead"),
        line(0, "ring_end", 1, "lead"),
        line(0, "dropped", 1, "lead"),
        line(0, "dialed", 2, "lead"),
        line(0, "ring_end", 2, "lead"),
        line(0, "dropped", 2, "lead"),
        line(30, "closing", 0),
        line(35, "talk_end", 0, "lead", "0.0"),
        line(35, "wrap_up_end", 0, "lead", "0.0"),
        line(35, "day_end", 0),
    ]
    counters = result.counters["campaign"][0]
    assert (counters["sales"], counters["sale_value"], counters["dropped"]) == (1, 7, 2)


def test_reserved_advisors_leave_when_finished_and_come_back_with_the_staffing() -> None:
    scenario = {
        "clock": {"open_s": 0, "close_s": 30, "overtime_s": 20, "slot_s": 10, "review_s": 0},
        "groups": {"team": {"skills": ["list"], "staffing": [2, 0, 1]}},
        "campaigns": {"list": campaign(reserves=True, ring_s=constant(1), handle_s=constant(15))},
    }
    result = run(scenario, 0, first_of(*DIALS))
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(0, "action", 0, detail=1),
        line(0, "dialed", 0, "lead", "0.0"),
        line(0, "action", 1, detail=1),
        line(0, "dialed", 1, "lead", "0.1"),
        line(1, "ring_end", 0, "lead", "0.0"),
        line(1, "joined", 0, "lead", "0.0"),
        line(1, "ring_end", 1, "lead", "0.1"),
        line(1, "joined", 1, "lead", "0.1"),
        line(10, "slot", 1),
        line(16, "talk_end", 0, "lead", "0.0"),
        line(16, "wrap_up_end", 0, "lead", "0.0"),
        line(16, "talk_end", 1, "lead", "0.1"),
        line(16, "wrap_up_end", 1, "lead", "0.1"),
        line(20, "slot", 2),
        line(20, "action", 2, detail=1),
        line(20, "dialed", 2, "lead", "0.0"),
        line(21, "ring_end", 2, "lead", "0.0"),
        line(21, "joined", 2, "lead", "0.0"),
        line(30, "closing", 0),
        line(36, "talk_end", 2, "lead", "0.0"),
        line(36, "wrap_up_end", 2, "lead", "0.0"),
        line(36, "day_end", 0),
    ]
    assert nonzero(result.counters["group"][0]) == {"reserved_s": 3, "talking_s": 45, "handled": 3}


def of_both_kinds(**changes: Any) -> dict[str, Any]:
    """One advisor, and two leads that each dial may reserve the advisor for: actions 1 (without) and 2 (with)."""
    return {
        "clock": {"open_s": 0, "close_s": 30, "overtime_s": 0, "slot_s": 30, "review_s": 0},
        "groups": {"team": {"skills": ["list"], "staffing": 1}},
        "campaigns": {
            "list": campaign(reserves="either", leads=2, ring_s=constant(4), drop_after_s=constant(15), **changes)
        },
    }


def without_then_with(number: int, u: float, legal: list[int], catalogue: object) -> int:
    """Dial without an advisor first, then with one."""
    return legal[1] if number == 0 else legal[-1]


def test_a_connect_without_an_advisor_waits_beside_one_that_has_its_own() -> None:
    result = both(of_both_kinds(), 0, without_then_with)
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(0, "action", 0, detail=1),
        line(0, "dialed", 0, "lead"),
        line(0, "action", 1, detail=2),
        line(0, "dialed", 1, "lead", "0.0"),
        line(4, "ring_end", 0, "lead"),
        line(4, "connect_waiting", 0, "lead"),
        line(4, "ring_end", 1, "lead", "0.0"),
        line(4, "joined", 1, "lead", "0.0"),
        line(14, "talk_end", 1, "lead", "0.0"),
        line(14, "wrap_up_end", 1, "lead", "0.0"),
        line(14, "joined", 0, "lead", "0.0"),
        line(24, "talk_end", 0, "lead", "0.0"),
        line(24, "wrap_up_end", 0, "lead", "0.0"),
        line(30, "closing", 0),
        line(30, "day_end", 0),
    ]
    assert nonzero(result.counters["group"][0]) == {"reserved_s": 4, "talking_s": 20, "handled": 2, "idle_s": 6}
    counters = result.counters["campaign"][0]
    assert (counters["joined"], counters["joined_delay_s"], counters["dropped"]) == (2, 10, 0)


def test_an_advisor_freed_by_its_own_attempt_takes_the_waiting_connect_of_the_other_kind() -> None:
    segments = {"answers": {"size": 1, "p_answer": 1.0}, "does_not": {"size": 1, "p_answer": 0.0}}
    scenario = of_both_kinds(segments=segments)
    del scenario["campaigns"]["list"]["leads"]
    result = both(scenario, 0, without_then_with)
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(0, "action", 0, detail=1),
        line(0, "dialed", 0, "lead"),
        line(0, "action", 1, detail=2),
        line(0, "dialed", 0, "lead", "0.0", detail=1),
        line(4, "ring_end", 0, "lead"),
        line(4, "connect_waiting", 0, "lead"),
        line(4, "ring_end", 0, "lead", "0.0", detail=codes.NO_ANSWER),
        line(4, "joined", 0, "lead", "0.0"),
        line(14, "talk_end", 0, "lead", "0.0"),
        line(14, "wrap_up_end", 0, "lead", "0.0"),
        line(30, "closing", 0),
        line(30, "day_end", 0),
    ]


def test_an_attempt_without_an_advisor_is_dropped_while_another_keeps_its_own() -> None:
    scenario = of_both_kinds()
    scenario["campaigns"]["list"]["drop_after_s"] = constant(3)
    result = both(scenario, 0, without_then_with)
    assert lines(result.log)[-9:] == [
        line(4, "connect_waiting", 0, "lead"),
        line(4, "ring_end", 1, "lead", "0.0"),
        line(4, "joined", 1, "lead", "0.0"),
        line(7, "drop_due", 0, "lead"),
        line(7, "dropped", 0, "lead"),
        line(14, "talk_end", 1, "lead", "0.0"),
        line(14, "wrap_up_end", 1, "lead", "0.0"),
        line(30, "closing", 0),
        line(30, "day_end", 0),
    ]


def test_a_failed_attempt_frees_its_advisor_and_reviews_follow_a_hold() -> None:
    scenario = {
        "clock": {"open_s": 0, "close_s": 30, "overtime_s": 0, "slot_s": 30, "review_s": 7},
        "groups": {"team": {"skills": ["list"], "staffing": 1}},
        "campaigns": {"list": campaign(p_answer=0.0, p_busy=1.0, reserves=True, ring_s=constant(2), dial_until_s=15)},
    }
    result = run(scenario, 0, lambda number, u, legal, catalogue: legal[1] if number == 1 else legal[0])
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(0, "action", 0, detail=0),
        line(7, "review", 0),
        line(7, "action", 1, detail=1),
        line(7, "dialed", 0, "lead", "0.0"),
        line(9, "ring_end", 0, "lead", "0.0", detail=codes.BUSY),
        line(9, "action", 2, detail=0),
        line(16, "review", 0),
        line(30, "closing", 0),
        line(30, "day_end", 0),
    ]


def test_another_event_moves_or_cancels_a_pending_review() -> None:
    scenario = {
        "clock": {"open_s": 0, "close_s": 30, "overtime_s": 0, "slot_s": 6.5, "review_s": 7},
        "groups": {"team": {"skills": ["list"], "staffing": 1}},
        "campaigns": {"list": campaign(p_answer=0.0, p_busy=1.0, reserves=True, ring_s=constant(2), dial_until_s=20)},
    }
    result = run(scenario, 0, lambda number, u, legal, catalogue: legal[1] if number == 2 else legal[0])
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(0, "action", 0, detail=0),
        line(6.5, "slot", 1),
        line(6.5, "action", 1, detail=0),
        line(13, "slot", 2),
        line(13, "action", 2, detail=1),
        line(13, "dialed", 0, "lead", "0.0"),
        line(15, "ring_end", 0, "lead", "0.0", detail=codes.BUSY),
        line(15, "action", 3, detail=0),
        line(19.5, "slot", 3),
        line(19.5, "action", 4, detail=0),
        line(26, "slot", 4),
        line(30, "closing", 0),
        line(30, "day_end", 0),
    ]


def test_a_connect_goes_to_who_has_been_idle_longest() -> None:
    scenario = {
        "clock": {"open_s": 0, "close_s": 30, "overtime_s": 20, "slot_s": 30, "review_s": 0},
        "groups": {
            "stranger": {"skills": ["other"], "staffing": 1},
            "a": {"skills": ["list"], "staffing": 1},
            "b": {"skills": ["list", "other"], "staffing": 1},
        },
        "campaigns": {"list": campaign(handle_s=constant(5)), "other": campaign(leads=0)},
    }
    # dials one lead at the opening, one at 5 s, then no more
    result = run(scenario, 0, lambda number, u, legal, catalogue: legal[1] if number in (0, 2) else legal[0])
    joined = [row for row in lines(result.log) if " joined " in row]
    # at 0 s both of `list` are idle since 0 s: the lowest group; at 5 s the other one has been idle longer
    assert joined == [line(0, "joined", 0, "lead", "1.1"), line(5, "joined", 1, "lead", "2.2")]


def test_a_new_advisor_takes_the_longest_waiting_connect_of_equals_the_lowest_campaign() -> None:
    waiting = campaign(leads=1, ring_s=constant(1), handle_s=constant(3), drop_after_s={"dist": "never"})
    scenario = {
        "clock": {"open_s": 0, "close_s": 30, "overtime_s": 20, "slot_s": 10, "review_s": 0},
        "groups": {"team": {"skills": ["late", "second", "first"], "staffing": [0, 1, 1]}},
        "campaigns": {"late": {**waiting, "ring_s": constant(2)}, "first": waiting, "second": waiting},
    }
    result = run(scenario, 0, lambda number, u, legal, catalogue: legal[-1])
    rows = [(row["t"], codes.LOG_CODES[row["code"]], row["index"]) for row in result.log if row["kind"] == codes.LEAD]
    assert rows == [
        (0, "dialed", 2),
        (0, "dialed", 1),
        (0, "dialed", 0),
        (1, "ring_end", 2),
        (1, "connect_waiting", 2),
        (1, "ring_end", 1),
        (1, "connect_waiting", 1),
        (2, "ring_end", 0),
        (2, "connect_waiting", 0),
        (10, "joined", 1),
        (13, "talk_end", 1),
        (13, "wrap_up_end", 1),
        (13, "joined", 2),
        (16, "talk_end", 2),
        (16, "wrap_up_end", 2),
        (16, "joined", 0),
        (19, "talk_end", 0),
        (19, "wrap_up_end", 0),
    ]


def test_nobody_starts_to_wait_when_overtime_is_over() -> None:
    endless = campaign(leads=3, ring_s=constant(18), drop_after_s={"dist": "never"})
    scenario = {
        "clock": {"open_s": 0, "close_s": 20, "overtime_s": 5, "slot_s": 10, "review_s": 0},
        "groups": {"team": {"skills": ["list"], "staffing": [1, 0]}},
        "campaigns": {"list": endless},
    }
    # one lead is dialed at the opening, the others after the last advisor has gone
    result = run(scenario, 0, lambda number, u, legal, catalogue: legal[0] if number == 1 else legal[-1])
    assert lines(result.log)[-8:] == [
        line(20, "closing", 0),
        line(25, "overtime_end", 0),
        line(25, "dropped", 0, "lead"),
        line(28, "ring_end", 1, "lead"),
        line(28, "dropped", 1, "lead"),
        line(28, "ring_end", 2, "lead"),
        line(28, "dropped", 2, "lead"),
        line(28, "day_end", 0),
    ]


def test_machines_that_pass_cost_advisor_time_and_are_no_connects() -> None:
    outbound = campaign(
        p_answer=0.5, p_machine=0.5, detector={"p_false_positive": 1.0, "p_machine_passed": 1.0},
        leads=40, p_sale=1.0, handle_machine_s=constant(2), wrap_up_s=constant(1), reserves=True,
    )  # fmt: skip
    scenario = {
        "clock": {"open_s": 0, "close_s": 400, "overtime_s": 0, "slot_s": 400, "review_s": 0},
        "groups": {"team": {"skills": ["list"], "staffing": 1}},
        "campaigns": {"list": outbound},
    }
    result = run(scenario, 0, first_of(*DIALS))
    uniforms = [uniform(entity_key(root_key(0), stream("campaign:list"), i), codes.OUTCOME) for i in range(40)]
    n_machines = sum(u >= 0.5 for u in uniforms)
    assert 0 < n_machines < 40
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 40, "touched": 40, "closed": 40, "false_positive": 40 - n_machines, "machine_passed": n_machines,
        "mp_joined": n_machines, "mp_talk_s": 2 * n_machines, "wrap_up_s": n_machines,
    }  # fmt: skip
    assert result.counters["group"][0]["talking_s"] == 2 * n_machines
