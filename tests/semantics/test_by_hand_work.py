"""Deferrable work: nights, due times, interruptions and reserves, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ccenv import load_scenario, simulate
from ccenv.sim.state import codes
from tests.oracle.decisions import Choose
from tests.oracle.simulator import Result
from tests.semantics.by_hand import NAMED, both, constant, day, first_of, nonzero, recorded, short, shorts

ASSIGN = first_of(codes.ASSIGN)
DAY_S = 86_400.0
SHOWN = ("assigned", "interrupted", "talk_end", "unserved", "away", "closing", "day_end")


def mails(*times: float, interruptible: bool = True, **changes: Any) -> dict[str, Any]:
    """A queue of work of 30 s each, due after 60 s."""
    deferrable = {"due_s": constant(60), "interruptible": interruptible, **changes.pop("deferrable", {})}
    return recorded(*times, handle_s=constant(30), deferrable=deferrable, **changes)


def result_of(
    work: dict[str, Any], calls: dict[str, Any], staff: int = 1, days: int = 1, choose: Choose = ASSIGN, **group: Any
) -> Result:
    """Calls and work, in this order, and one group; the first legal assignment is taken."""
    team = {"skills": ["calls", "mails"], **(group or {"staffing": staff})}
    scenario = {"clock": day(100), "queues": {"calls": calls, "mails": work}, "groups": {"team": team}}
    return both(scenario, 0, choose, days=days)


def test_a_call_interrupts_work_which_then_goes_on_with_its_rest() -> None:
    result = result_of(mails(1, deferrable={"resume_s": 4}), recorded(11, handle_s=constant(5)))
    assert shorts(result.log, *SHOWN) == [
        short(1, "assigned", "1.0", 0),
        short(11, "interrupted", "1.0", 0),
        short(11, "assigned", "0.0", 0),
        short(16, "talk_end", "0.0", 0),
        short(16, "assigned", "1.0", 0, 1),
        short(40, "talk_end", "1.0", 0),  # 20 s are left, and 4 s to find back
        short(100, "closing"),
        short(100, "day_end"),
    ]
    assert nonzero(result.counters["queue"][1]) == {
        "items": 1, "items_begun": 1, "items_done": 1, "items_done_in_time": 1, "resolved": 1, "interruptions": 1,
        "item_age_s": 39, "item_work_s": 34, "backlog_s": 5, "backlog_time_s": 100, "closings": 1,
    }  # fmt: skip
    calls, team = result.counters["queue"][0], result.counters["group"][0]
    assert (calls["answered"], calls["waiting_s"], calls["waited"]) == (1, 0, 0)
    assert (team["handled"], team["talking_s"], team["idle_s"]) == (2, 39, 61)


def test_work_that_may_not_be_interrupted_keeps_its_advisor() -> None:
    result = result_of(mails(1, interruptible=False), recorded(11))
    assert shorts(result.log, "assigned", "interrupted") == [
        short(1, "assigned", "1.0", 0), short(31, "assigned", "0.0", 0)
    ]  # fmt: skip
    assert result.counters["queue"][0]["waiting_s"] == 20


def test_an_idle_advisor_comes_before_an_interruption_and_least_work_is_lost() -> None:
    result = result_of(mails(1, 6), recorded(8, 9, 10, handle_s=constant(50)), staff=3)
    assert shorts(result.log, "assigned", "interrupted")[2:] == [
        short(8, "assigned", "0.0", 2),  # idle
        short(9, "interrupted", "1.1", 1),  # 3 s of work, not 8 s
        short(9, "assigned", "0.1", 1),
        short(10, "interrupted", "1.0", 0),
        short(10, "assigned", "0.2", 0),
        short(58, "assigned", "1.0", 2, 1),  # the older one first
        short(59, "assigned", "1.1", 1, 1),
    ]


def test_work_waits_over_night_and_overtime_is_for_calls() -> None:
    result = result_of(mails(80, 90), recorded(99, handle_s=constant(20)), days=2)
    night = [row for row in shorts(result.log, *SHOWN) if float(row.split()[0]) >= 99]
    assert night == [
        short(99, "interrupted", "1.0", 0),
        short(99, "assigned", "0.0", 0),
        short(100, "closing"),
        short(119, "talk_end", "0.0", 0),  # nobody begins work after closing, and nobody waits for it
        short(119, "day_end"),
        short(DAY_S, "assigned", "1.0", 0, 1),
        short(DAY_S + 11, "talk_end", "1.0", 0),  # 19 s were done before
        short(DAY_S + 11, "assigned", "1.1", 0),
        short(DAY_S + 41, "talk_end", "1.1", 0),
        short(DAY_S + 100, "closing"),
        short(DAY_S + 100, "day_end"),
    ]
    work = result.counters["queue"][1]
    assert (work["items_done"], work["items_done_in_time"], work["items_left"]) == (2, 0, 0)  # nights count
    assert (work["backlog_closing"], work["closings"]) == (2, 2)
    assert work["backlog_s"] == 20 + 29 + 11  # from 99 s and 90 s to the end of the day, and until the first is done
    assert work["item_age_s"] == (DAY_S + 11 - 80) + (DAY_S + 41 - 90)


def test_closing_interrupts_and_what_is_left_is_carried_out() -> None:
    result = result_of(mails(80, 90), recorded())
    assert shorts(result.log, *SHOWN) == [
        short(80, "assigned", "1.0", 0),
        short(100, "closing"),
        short(100, "interrupted", "1.0", 0),
        short(100, "day_end"),
    ]
    work = result.counters["queue"][1]
    assert (work["items"], work["items_left"], work["backlog_closing"]) == (2, 2, 2)
    uninterrupted = result_of(mails(80, 90, interruptible=False), recorded())
    assert short(110, "talk_end", "1.0", 0) in shorts(uninterrupted.log)
    assert uninterrupted.counters["queue"][1]["items_left"] == 1


def test_breaks_and_the_end_of_a_shift_interrupt_work() -> None:
    shift = {"n": 1, "from_s": 0, "until_s": 60, "breaks": [{"at_s": 10, "length_s": 20}]}
    result = result_of(mails(1), recorded(), shifts=[shift])
    assert shorts(result.log, "assigned", "interrupted", "away", "talk_end") == [
        short(1, "assigned", "1.0", 0),
        short(10, "interrupted", "1.0", 0),
        short(10, "away", "-", 0),
        short(30, "assigned", "1.0", 0, 1),
        short(51, "talk_end", "1.0", 0),
    ]
    late = result_of(mails(40), recorded(), shifts=[shift])
    assert late.counters["queue"][1]["items_left"] == 1
    assert late.counters["group"][0]["talking_s"] == 20


def test_virtual_contacts_do_not_interrupt() -> None:
    callback = {"p_accept": 1.0, "ring_s": constant(1), "p_answer": 0.0, "max_tries": 2, "retry_s": constant(5)}
    result = result_of(mails(14), recorded(2, 3, callback=callback, handle_s=constant(10)))
    assert shorts(result.log, "assigned", "callback_ringing", "callback_due", "interrupted") == [
        short(2, "assigned", "0.0", 0),
        short(12, "callback_ringing", "0.1", 0),
        short(14, "assigned", "1.0", 0),
        short(18, "callback_due", "0.1"),
        short(44, "callback_ringing", "0.1", 0),
    ]


@pytest.mark.parametrize("reserve, begun", [(0, 3), (1, 2), (2, 1), (3, 0)])
def test_a_rule_keeps_advisors_from_work(reserve: int, begun: int) -> None:
    queues = {"calls": recorded(), "mails": mails(1, 2, 3, interruptible=False)}
    team = {"skills": ["calls", "mails"], "staffing": 3}
    scenario = load_scenario({**NAMED, "clock": day(20), "queues": queues, "groups": {"team": team}})
    for rule in ("fifo", "lwt", "priority", "longest_queue"):
        table = simulate(scenario, routing=(rule, {"work_reserve": reserve}), seeds=range(1))
        assert table["n_items_begun"][0] == begun, rule


@pytest.mark.parametrize("rule", ["fifo", "lwt", "longest_queue"])
def test_rules_take_calls_before_older_work(rule: str) -> None:
    queues = {"mails": mails(1, 2, 3, interruptible=False), "calls": recorded(0.5, 10, handle_s=constant(15))}
    team = {"skills": ["calls", "mails"], "staffing": 1}
    scenario = load_scenario({**NAMED, "clock": day(100), "queues": queues, "groups": {"team": team}})
    table = simulate(scenario, routing=rule, seeds=range(1))
    assert table["wait_answered_s:calls"][0] == pytest.approx(15.5 - 10)
    assert table["n_items_done"][0] == 3  # from 30.5 s on
    assert table["backlog_at_closing"][0] == 0


def test_rules_begin_no_work_after_closing_and_interrupt_none_for_a_callback() -> None:
    callback = {"p_accept": 1.0, "ring_s": constant(1), "p_answer": 0.0, "max_tries": 2, "retry_s": constant(5)}
    late = {"calls": recorded(99, handle_s=constant(60)), "mails": mails(75, 78, 80, interruptible=False)}
    called_back = {"calls": recorded(2, 3, callback=callback, handle_s=constant(10)), "mails": mails(14)}
    for queues, staff, begun, left in ((late, 2, 2, 1), (called_back, 1, 1, 0)):  # one is idle from 108 s on
        team = {"skills": ["calls", "mails"], "staffing": staff}
        scenario = load_scenario({**NAMED, "clock": day(100), "queues": queues, "groups": {"team": team}})
        table = simulate(scenario, routing="fifo", seeds=range(1))
        found = [table[f"n_{name}"][0] for name in ("items_begun", "items_left", "interruptions")]
        assert found == [begun, left, 0]
