"""Return calls: a lead that was dialed in vain calls in. Derived from the specification by hand.

Each case runs in the slow event loop and in the compiled kernel.
"""

from typing import Any

from ccenv.sim.state import codes
from tests.semantics.by_hand import both, constant, day, first_of, line, lines, nonzero, of_leads, recorded

WORK = first_of(codes.ASSIGN, codes.DIAL)
NOBODY = codes.NO_ANSWER


def centre(queue: dict[str, Any], groups: dict[str, list[str]], **changes: Any) -> dict[str, Any]:
    """One advisor in each group; each attempt rings for 5 s without an answer, and the lead calls in 20 s later."""
    outbound = {
        "p_answer": 0,
        "handle_s": constant(10),
        "ring_s": constant(5),
        "dial_ladder": [1],
        "max_lines": 1,
        "leads": 1,
        "p_sale": 1,
        "sale_value": 3,
        "return_calls": {"queue": "desk", "p_by_outcome": {"no_answer": 1}, "delay_s": constant(20)},
    } | changes
    return {
        "clock": day(),
        "queues": {"desk": recorded(**queue)},
        "groups": {name: {"skills": skills, "staffing": 1} for name, skills in groups.items()},
        "campaigns": {"list": outbound},
    }


def events(result: Any) -> list[str]:
    """The rows of the log between opening and closing, without those of actions."""
    rows = result.log[(result.log["code"] != codes.LOG_ACTION) & (result.log["t"] < 100) & (result.log["t"] > 0)]
    return lines(rows)


def test_a_call_that_is_answered_has_the_goal_of_its_campaign_and_closes_the_lead() -> None:
    retries = {"max_attempts": 2, "no_answer": constant(60)}
    result = both(centre({"trace_s": []}, {"team": ["list", "desk"]}, retries=retries), 0, WORK)
    assert events(result) == [
        line(5, "ring_end", 0, "lead", detail=NOBODY),
        line(5, "put_back", 0, "lead"),  # until 65 s
        line(5, "return_pending", 0, "return"),
        line(25, "return_call", 0, "return"),
        line(25, "waiting", 0, "return"),
        line(25, "assigned", 0, "return", "0.0"),
        line(35, "talk_end", 0, "return", "0.0"),  # 10 s as in the campaign, not 5 s as in the queue
        line(35, "closed", 0, "lead"),
        line(35, "wrap_up_end", 0, "return", "0.0"),
        line(65, "leads_due", 0),  # nothing is due any more
    ]
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 1, "no_answer": 1, "ringing_s": 5, "touched": 1, "closed": 1, "returns_expected": 1, "returned": 1,
        "returns_answered": 1, "returns_joined": 1, "return_sales": 1, "sales": 1, "first_joined": 1,
        "first_call_sales": 1, "sale_value": 3, "expected_sale_value": 3,
    }  # fmt: skip
    queue = nonzero(result.counters["queue"][0])
    assert queue == {"returns": 1, "offered": 1, "answered": 1, "answered_in_time": 1, "resolved": 1, "talk_s": 10}


def test_a_lead_that_is_dialed_before_does_not_call() -> None:
    retries = {"max_attempts": 2, "no_answer": constant(10)}
    result = both(centre({"trace_s": []}, {"team": ["list", "desk"]}, retries=retries), 0, WORK)
    assert events(result) == [
        line(5, "ring_end", 0, "lead", detail=NOBODY),
        line(5, "put_back", 0, "lead"),  # until 15 s
        line(5, "return_pending", 0, "return"),  # at 25 s
        line(15, "leads_due", 0),
        line(15, "return_cancelled", 0, "return"),
        line(15, "dialed", 0, "lead"),
        line(20, "ring_end", 0, "lead", detail=NOBODY),
        line(20, "return_pending", 0, "return", detail=1),  # the last attempt: held for the call at 40 s
        line(40, "return_call", 0, "return"),
        line(40, "waiting", 0, "return"),
        line(40, "assigned", 0, "return", "0.0"),
        line(50, "talk_end", 0, "return", "0.0"),
        line(50, "closed", 0, "lead"),
        line(50, "wrap_up_end", 0, "return", "0.0"),
    ]
    counters = of_leads(result.counters["campaign"][0])
    assert [counters[name] for name in ("returns_expected", "returns_cancelled", "returned")] == [2, 1, 1]


def test_a_lost_call_gives_its_lead_back_and_may_come_again() -> None:
    """The contact of 10 s keeps the advisor until 60 s. The call waits 4 s each time, and is held back by no retry."""
    queue = {"trace_s": [10], "handle_s": constant(50), "patience_s": constant(4)}
    queue |= {"redial": {"p": 1, "delay_s": constant(11), "max_times": 1}}
    retries = {"max_attempts": 2, "no_answer": constant(30)}
    result = both(centre(queue, {"team": ["desk"], "dialers": ["list"]}, retries=retries), 0, WORK)
    assert [row for row in events(result) if "fresh" not in row] == [
        line(5, "ring_end", 0, "lead", detail=NOBODY),
        line(5, "put_back", 0, "lead"),  # until 35 s
        line(5, "return_pending", 0, "return"),
        line(25, "return_call", 0, "return"),
        line(25, "waiting", 0, "return"),
        line(29, "abandoned", 0, "return"),
        line(29, "put_back", 0, "lead"),  # until 35 s, as before
        line(29, "return_pending", 0, "return"),  # the redial at 40 s
        line(35, "leads_due", 0),
        line(35, "return_cancelled", 0, "return"),
        line(35, "dialed", 0, "lead"),
        line(40, "ring_end", 0, "lead", detail=NOBODY),
        line(40, "return_pending", 0, "return", detail=1),
        line(60, "return_call", 0, "return"),
        line(60, "waiting", 0, "return"),
        line(60, "assigned", 0, "return", "0.0"),  # by an advisor without the skill for the list
    ]
    counters = of_leads(result.counters["campaign"][0])
    names = ("returns_expected", "returned", "returns_cancelled", "returns_lost", "returns_answered", "closed")
    assert [counters[name] for name in names] == [3, 2, 1, 1, 1, 1]
    assert "returns_joined" not in counters and "sales" not in counters


def test_a_call_after_a_talk_that_agrees_on_a_callback_brings_the_lead_back_to_its_list() -> None:
    agreed = {"p": 1, "after_s": constant(30), "window_s": 5}
    outbound = {"agreed_callback": agreed, "p_sale": 0, "calling_rules": {"quiet_after_talk_s": 1000}}
    result = both(centre({"trace_s": []}, {"team": ["desk"], "dialers": ["list"]}, **outbound), 0, WORK)
    assert events(result) == [
        line(5, "ring_end", 0, "lead", detail=NOBODY),
        line(5, "return_pending", 0, "return", detail=1),
        line(25, "return_call", 0, "return"),
        line(25, "waiting", 0, "return"),
        line(25, "assigned", 0, "return", "0.0"),
        line(30, "talk_end", 0, "return", "0.0"),  # 5 s as in the queue: the advisor cannot sell
        line(30, "put_back", 0, "lead", detail=codes.AGREED),
        line(30, "wrap_up_end", 0, "return", "0.0"),
        line(60, "leads_due", 0),
        line(60, "dialed", 0, "lead"),
        line(65, "ring_end", 0, "lead", detail=NOBODY),
        line(65, "return_pending", 0, "return", detail=1),
        line(85, "return_call", 0, "return"),
        line(85, "waiting", 0, "return"),
        line(85, "assigned", 0, "return", "0.0"),
        line(90, "talk_end", 0, "return", "0.0"),
        line(90, "put_back", 0, "lead", detail=codes.AGREED),  # due after closing
        line(90, "wrap_up_end", 0, "return", "0.0"),
    ]
    counters = of_leads(result.counters["campaign"][0])
    assert counters["agreed"] == 2 and counters["agreed_kept"] == 1 and "joined" not in counters


def test_calls_go_on_over_night_and_are_late_after_the_last_closing() -> None:
    """The call that comes 20 s after 90 s is due 5 s after the next opening; on the last day it is late."""
    outbound = {"ring_s": constant(90), "leads": 1}
    one = both(centre({"trace_s": []}, {"team": ["list", "desk"]}, **outbound), 0, WORK)
    assert of_leads(one.counters["campaign"][0])["returns_late"] == 1
    assert of_leads(one.counters["campaign"][0])["closed"] == 1
    two = both(centre({"trace_s": []}, {"team": ["list", "desk"]}, **outbound), 0, WORK, days=2)
    calls = two.log[two.log["code"] == codes.LOG_RETURN_CALL]
    assert calls["t"].tolist() == [86_400 + 10]
    assert of_leads(two.counters["campaign"][0])["return_sales"] == 1
