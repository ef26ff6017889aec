"""Inbound runs whose event log follows from the specification page by hand.

Distributions are constant, and arrivals known from their uniforms.
"""

from itertools import accumulate

import pytest

from ccenv.sim.state import codes
from tests.oracle.randomness import UNIT_EXPONENTIAL, child_key, entity_key, root_key, stream, uniform
from tests.semantics.by_hand import constant, first_of, line, lines, run


def gaps(seed: int, n: int) -> list[float]:
    """Integrated rate at which the first n fresh contacts of queue "calls" arrive."""
    keys = [entity_key(root_key(seed), stream("queue:calls"), i) for i in range(n)]
    return list(accumulate(UNIT_EXPONENTIAL.draw(key, codes.GAP) for key in keys))


# Three fresh contacts in the first slot and none later; with p = 0.5 only number 1 has high priority.
SEED_LOW_HIGH_LOW = 23


@pytest.mark.parametrize(("order", "first", "second"), [("entry", 0, 1), ("total_wait", 1, 0)])
@pytest.mark.parametrize("work_conserving", [False, True])
def test_waiting_credit_moves_a_contact_forward(order: str, first: int, second: int, work_conserving: bool) -> None:
    a0, a1, a2, a3 = (10 * gap / 3 for gap in gaps(SEED_LOW_HIGH_LOW, 4))
    assert a0 < a1 < a2 < 10 < a3
    queue = {
        "arrivals_per_hour": [1080, 0, 0],  # 3 in the first slot
        "handle_s": constant(5),
        "patience_s": constant(20),
        "priority": {"p": 0.5, "credit_s": 100},
    }
    scenario = {
        "clock": {"open_s": 0, "close_s": 21, "overtime_s": 3, "slot_s": 10, "review_s": 0},
        "queues": {"calls": queue},
        "groups": {"team": {"skills": ["calls"], "staffing": [0, 1, 1]}},
        "work_conserving": work_conserving,
    }
    # whoever may hold is asked; forced actions have no decision number, nor has anything after closing
    n = [-1, -1] if work_conserving else [0, 1]
    result = run(scenario, SEED_LOW_HIGH_LOW, first_of(codes.ASSIGN), order=order)
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(a0, "fresh", 0, "fresh"),
        line(a0, "waiting", 0, "fresh"),
        line(a1, "fresh", 1, "fresh"),
        line(a1, "waiting", 1, "fresh"),
        line(a2, "fresh", 2, "fresh"),
        line(a2, "waiting", 2, "fresh"),
        line(10, "slot", 1),
        line(10, "action", n[0], detail=1),
        line(10, "assigned", first, "fresh", "0.0"),
        line(15, "talk_end", first, "fresh", "0.0"),
        line(15, "wrap_up_end", first, "fresh", "0.0"),
        line(15, "action", n[1], detail=1),
        line(15, "assigned", second, "fresh", "0.0"),
        line(20, "slot", 2),
        line(20, "talk_end", second, "fresh", "0.0"),
        line(20, "wrap_up_end", second, "fresh", "0.0"),
        line(20, "action", -1 if work_conserving else 2, detail=1),
        line(20, "assigned", 2, "fresh", "0.0"),
        line(21, "closing", 0),
        line(24, "overtime_end", 0),
        line(25, "talk_end", 2, "fresh", "0.0"),
        line(25, "wrap_up_end", 2, "fresh", "0.0"),
        line(25, "day_end", 0),
    ]


def test_after_closing_an_assignment_is_forced_and_what_waits_is_unserved() -> None:
    a0, a1, a2, a3 = (10 * gap / 3 for gap in gaps(SEED_LOW_HIGH_LOW, 4))
    queue = {"arrivals_per_hour": [1080, 0], "handle_s": constant(6), "wrap_up_s": constant(1)}
    scenario = {
        "clock": {"open_s": 0, "close_s": 20, "overtime_s": 10, "slot_s": 10, "review_s": 0},
        "queues": {"calls": queue},
        "groups": {"team": {"skills": ["calls"], "staffing": 1}},
    }
    result = run(scenario, SEED_LOW_HIGH_LOW, lambda number, u, legal, catalogue: 0)
    assert a3 > 10
    assert lines(result.log) == [
        line(0, "opening", 0),
        *(
            row
            for i, a in enumerate((a0, a1, a2))
            for row in (
                line(a, "fresh", i, "fresh"),
                line(a, "waiting", i, "fresh"),
                line(a, "action", i, detail=0),
            )
        ),
        line(10, "slot", 1),
        line(10, "action", 3, detail=0),
        line(20, "closing", 0),
        line(20, "action", -1, detail=1),
        line(20, "assigned", 0, "fresh", "0.0"),
        line(26, "talk_end", 0, "fresh", "0.0"),
        line(27, "wrap_up_end", 0, "fresh", "0.0"),
        line(27, "action", -1, detail=1),
        line(27, "assigned", 1, "fresh", "0.0"),
        line(30, "overtime_end", 0),
        line(30, "unserved", 2, "fresh"),
        line(33, "talk_end", 1, "fresh", "0.0"),
        line(34, "wrap_up_end", 1, "fresh", "0.0"),
        line(34, "day_end", 0),
    ]
    counters = result.counters["queue"][0]
    assert counters["wait_answered_s"] == pytest.approx(20 - a0 + 27 - a1)
    assert counters["wait_unserved_s"] == pytest.approx(30 - a2)
    assert counters["waiting_s"] == pytest.approx(77 - a0 - a1 - a2)


# One fresh contact in the first slot of day 0, and none on day 1.
SEED_ONE = 18


def test_redials_and_repeats_go_on_over_night() -> None:
    a0, a1 = (20 * gap for gap in gaps(SEED_ONE, 2))
    assert a0 < 20 and a1 > 40
    queue = {
        "arrivals_per_hour": [180, 0, 0, 0, 0],  # 1 in the first slot
        "handle_s": constant(30),
        "patience_s": constant(10),
        "redial": {"p": 1.0, "delay_s": constant(30), "max_times": 2},
        "repeat": {"p": 1.0, "delay_s": constant(50), "max_times": 1},
        "service_level_s": 5,
    }
    scenario = {
        "clock": {"open_s": 0, "close_s": 100, "overtime_s": 3600, "slot_s": 20, "review_s": 0},
        "queues": {"calls": queue},
        "groups": {"team": {"skills": ["calls"], "staffing": [0, 0, 0, 0, 1]}},
    }
    result = run(scenario, SEED_ONE, first_of(codes.ASSIGN), days=2)
    day = 86_400
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(a0, "fresh", 0, "fresh"),
        line(a0, "waiting", 0, "fresh"),
        *sorted([line(20, "slot", 1), line(a0 + 10, "abandoned", 0, "fresh")], key=lambda row: float(row.split()[0])),
        line(40, "slot", 2),
        line(a0 + 40, "redial", 0, "redial"),
        line(a0 + 40, "waiting", 0, "redial"),
        *sorted([line(60, "slot", 3), line(a0 + 50, "abandoned", 0, "redial")], key=lambda row: float(row.split()[0])),
        line(80, "slot", 4),
        line(a0 + 80, "redial", 0, "redial"),
        line(a0 + 80, "waiting", 0, "redial"),
        line(a0 + 80, "action", 0, detail=1),
        line(a0 + 80, "assigned", 0, "redial", "0.0"),
        line(100, "closing", 0),
        line(a0 + 110, "talk_end", 0, "redial", "0.0", detail=1),
        line(a0 + 110, "wrap_up_end", 0, "redial", "0.0"),
        line(a0 + 110, "day_end", 0),
        line(day, "opening", 1),
        line(day + 20, "slot", 1),
        line(day + 40, "slot", 2),
        line(day + 50, "repeat", 0, "repeat"),
        line(day + 50, "waiting", 0, "repeat"),
        line(day + 60, "slot", 3),
        line(day + 60, "abandoned", 0, "repeat"),
        line(day + 80, "slot", 4),
        line(day + 90, "redial", 0, "redial"),
        line(day + 90, "waiting", 0, "redial"),
        line(day + 90, "action", 1, detail=1),
        line(day + 90, "assigned", 0, "redial", "0.0"),
        line(day + 100, "closing", 1),
        line(day + 120, "talk_end", 0, "redial", "0.0", detail=0),
        line(day + 120, "wrap_up_end", 0, "redial", "0.0"),
        line(day + 120, "day_end", 1),
    ]
    fresh = entity_key(root_key(SEED_ONE), stream("queue:calls"), 0)
    first_redial = child_key(fresh, codes.REDIAL, 0)
    second_redial = child_key(first_redial, codes.REDIAL, 1)
    repeat = child_key(second_redial, codes.REPEAT, 0)
    third_redial = child_key(repeat, codes.REDIAL, 0)
    came = [int(row["key"]) for row in result.log if codes.LOG_CODES[row["code"]] == "waiting"]
    assert came == [fresh, first_redial, second_redial, repeat, third_redial]
    assert {name: pytest.approx(n) for name, n in result.counters["queue"][0].items() if n} == {
        "fresh": 1, "redials": 3, "repeats": 1, "offered": 5, "answered": 2, "abandoned": 3, "answered_in_time": 2,
        "waited": 3, "wait_abandoned_s": 30, "waiting_s": 30, "resolved": 1, "unresolved": 1, "talk_s": 60,
    }  # fmt: skip


def test_who_is_blocked_may_redial_and_the_rest_of_a_gap_is_kept_over_night() -> None:
    a0, a1, a2, a3 = (10 * gap / 3 for gap in gaps(SEED_LOW_HIGH_LOW, 4))
    queue = {
        "arrivals_per_hour": [1080],
        "handle_s": constant(30),
        "patience_s": constant(20),
        "redial": {"p": 1.0, "delay_s": constant(40), "max_times": 1},
    }
    scenario = {
        "clock": {"open_s": 0, "close_s": 10, "overtime_s": 60, "slot_s": 10, "review_s": 0},
        "queues": {"calls": queue},
        "groups": {"team": {"skills": ["calls"], "staffing": 1}},
        "trunks": 1,
        "work_conserving": True,
    }
    rows = lines(run(scenario, SEED_LOW_HIGH_LOW, first_of(codes.ASSIGN), days=2).log)
    fresh_of_day_0 = rows[: rows.index(line(86_400, "opening", 1))]
    assert fresh_of_day_0 == [
        line(0, "opening", 0),
        line(a0, "fresh", 0, "fresh"),
        line(a0, "waiting", 0, "fresh"),
        line(a0, "action", -1, detail=1),
        line(a0, "assigned", 0, "fresh", "0.0"),
        line(a1, "fresh", 1, "fresh"),
        line(a1, "blocked", 1, "fresh"),
        line(a2, "fresh", 2, "fresh"),
        line(a2, "blocked", 2, "fresh"),
        line(10, "closing", 0),
        line(a0 + 30, "talk_end", 0, "fresh", "0.0"),
        line(a0 + 30, "wrap_up_end", 0, "fresh", "0.0"),
        line(a0 + 30, "day_end", 0),
    ]
    # redials have 40 s to go through days of 10 s: beyond the last closing they never come
    assert not any(" redial " in row for row in rows)
    assert line(86_400 + a3 - 10, "fresh", 3, "fresh") in rows
    # over five days they do, for a1 s of the fifth are what is left of 40 s from a1 s of the first
    rows = lines(run(scenario, SEED_LOW_HIGH_LOW, first_of(codes.ASSIGN), days=5).log)
    assert line(4 * 86_400 + a1, "redial", 1, "redial") in rows


def test_a_contact_ends_before_its_advisor_is_freed() -> None:
    a0 = 20 * gaps(SEED_ONE, 1)[0]
    scenario = {
        "clock": {"open_s": 0, "close_s": 100, "overtime_s": 3600, "slot_s": 20, "review_s": 0},
        "queues": {
            "calls": {
                "arrivals_per_hour": [180, 0, 0, 0, 0],
                "handle_s": constant(30),
                "repeat": {"p": 1.0, "delay_s": constant(0), "max_times": 1},
            }
        },
        "groups": {"team": {"skills": ["calls", "list"], "staffing": 1}},
        "campaigns": {
            "list": {
                "p_answer": 1.0,
                "handle_s": constant(0),
                "ring_s": constant(1),
                "drop_after_s": {"dist": "never"},
                "leads": 1,
                "dial_ladder": [1],
                "dial_from_s": 20,
            }
        },
    }
    rows = lines(run(scenario, SEED_ONE, lambda number, u, legal, catalogue: legal[-1]).log)
    at = rows.index(line(a0 + 30, "talk_end", 0, "fresh", "0.0", detail=1))
    # the repeat is scheduled before the end of the talk with the lead, but at one instant ends come before arrivals
    assert rows[at + 1 : at + 9] == [
        line(a0 + 30, "wrap_up_end", 0, "fresh", "0.0"),
        line(a0 + 30, "joined", 0, "lead", "0.0"),
        line(a0 + 30, "talk_end", 0, "lead", "0.0"),
        line(a0 + 30, "wrap_up_end", 0, "lead", "0.0"),
        line(a0 + 30, "repeat", 0, "repeat"),
        line(a0 + 30, "waiting", 0, "repeat"),
        line(a0 + 30, "action", 2, detail=1),
        line(a0 + 30, "assigned", 0, "repeat", "0.0"),
    ]


def test_uniforms_that_the_cases_above_rely_on() -> None:
    keys = [entity_key(root_key(SEED_LOW_HIGH_LOW), stream("queue:calls"), i) for i in range(3)]
    assert [uniform(key, codes.PRIORITY) < 0.5 for key in keys] == [False, True, False]
