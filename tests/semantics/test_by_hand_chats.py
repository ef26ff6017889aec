"""Chats, by hand: rates by level, who gets the next chat, leaving without a sign, several at once."""

from __future__ import annotations

from typing import Any

import pytest

from ccenv import simulate
from ccenv.scenarios import load_scenario
from ccenv.sim.state import codes
from tests.semantics.by_hand import NAMED, both, constant, day, first_of, nonzero, recorded, short, shorts

ASSIGN = first_of(codes.ASSIGN)  # the first legal one: of a chat the lowest level


def chats(
    *times: float, rates: tuple[float, ...] = (1, 0.5), silent: dict[str, Any] | None = None, **more: Any
) -> dict:
    """A queue of chats of 10 s of work."""
    return recorded(*times, **{"handle_s": constant(10), "chat": {"rate_by_level": rates, **(silent or {})}, **more})


def team(n: int = 1, at_once: int = 2, skills: tuple[str, ...] = ("web",), **more: Any) -> dict[str, Any]:
    """A group of advisors with up to two chats."""
    return {"team": {"skills": [*skills], "capacity": {"chats": at_once}, **({"staffing": n} if n else {}), **more}}


def test_the_work_left_takes_a_new_time_when_the_number_of_chats_changes() -> None:
    result = both({"clock": day(), "queues": {"web": chats(1, 3)}, "groups": team()}, 0, ASSIGN)
    assert shorts(result.log, "assigned", "talk_end", "wrap_up_end") == [
        short(1, "assigned", "0.0", 0),
        short(3, "assigned", "0.1", 0),  # the first has 8 s left: 16 s at rate 0.5
        short(19, "talk_end", "0.0", 0),  # the second has done 8 s of 10: 2 s at rate 1
        short(21, "talk_end", "0.1", 0),
    ]
    assert nonzero(result.counters["group"][0]) == {"idle_s": 80, "chatting_s": 20, "chat_s": 36, "handled": 2}
    queue = nonzero(result.counters["queue"][0])
    assert queue["talk_s"] == 36 and queue["answered"] == queue["resolved"] == 2


def test_of_the_advisors_at_a_level_the_one_whose_last_assignment_is_longest_ago_gets_the_chat() -> None:
    result = both({"clock": day(), "queues": {"web": chats(1, 2, 3, 4)}, "groups": team(2)}, 0, ASSIGN)
    assert shorts(result.log, "assigned") == [
        short(1, "assigned", "0.0", 0),
        short(2, "assigned", "0.1", 1),
        short(3, "assigned", "0.2", 0),
        short(4, "assigned", "0.3", 1),
    ]


def test_a_call_takes_the_whole_advisor_and_a_chat_leaves_no_room_for_a_call() -> None:
    queues = {"web": chats(1, 13), "calls": recorded(2, handle_s=constant(5))}
    scenario = {"clock": day(), "queues": queues, "groups": team(skills=("web", "calls"))}
    result = both(scenario, 0, ASSIGN)
    assert shorts(result.log, "assigned", "talk_end") == [
        short(1, "assigned", "0.0", 0),
        short(11, "talk_end", "0.0", 0),
        short(11, "assigned", "1.0", 0),
        short(16, "talk_end", "1.0", 0),
        short(16, "assigned", "0.1", 0),
        short(26, "talk_end", "0.1", 0),
    ]


def test_an_advisor_goes_with_the_last_chat_and_takes_no_further_one() -> None:
    shift = {"n": 1, "from_s": 0, "until_s": 5}
    scenario = {"clock": day(), "queues": {"web": chats(1, 3, 6)}, "groups": team(0, 3, shifts=[shift])}
    scenario["queues"]["web"]["chat"]["rate_by_level"] = [1, 0.5, 0.5]
    result = both(scenario, 0, ASSIGN)
    assert shorts(result.log, "assigned", "talk_end", "unserved") == [
        short(1, "assigned", "0.0", 0),
        short(3, "assigned", "0.1", 0),
        short(19, "talk_end", "0.0", 0),
        short(21, "talk_end", "0.1", 0),
        short(150, "unserved", "0.2"),
    ]
    assert nonzero(result.counters["group"][0]) == {"idle_s": 1, "chatting_s": 20, "chat_s": 36, "handled": 2}


def test_a_break_that_is_owed_begins_after_the_last_chat() -> None:
    shift = {"n": 1, "from_s": 0, "until_s": 100, "breaks": [{"at_s": 4, "length_s": 7}]}
    result = both({"clock": day(), "queues": {"web": chats(1, 3, 20)}, "groups": team(0, shifts=[shift])}, 0, ASSIGN)
    assert shorts(result.log, "assigned", "talk_end", "away", "break_end") == [
        short(1, "assigned", "0.0", 0),
        short(3, "assigned", "0.1", 0),
        short(19, "talk_end", "0.0", 0),  # one chat is left, but no other is taken
        short(21, "talk_end", "0.1", 0),
        short(21, "away", "-", 0),
        short(28, "break_end", "-", 0),
        short(28, "assigned", "0.2", 0),
        short(38, "talk_end", "0.2", 0),
    ]


def test_a_customer_who_leaves_without_a_sign_costs_the_advisor_the_time_to_notice() -> None:
    web = chats(1, 3, silent={"p_silent": 1, "detect_s": constant(4)}, patience_s=constant(2))
    result = both({"clock": day(), "queues": {"web": web}, "groups": team(at_once=1)}, 0, ASSIGN)
    assert shorts(result.log)[1:-2] == [
        short(1, "fresh", "0.0"),
        short(1, "waiting", "0.0"),
        short(1, "assigned", "0.0", 0),
        short(3, "fresh", "0.1"),
        short(3, "waiting", "0.1"),
        short(5, "left_silently", "0.1"),
        short(11, "talk_end", "0.0", 0),
        short(11, "assigned", "0.1", 0, detail=1),
        short(15, "talk_end", "0.1", 0),
    ]
    assert nonzero(result.counters["queue"][0]) == {
        "fresh": 2, "offered": 2, "answered": 1, "answered_in_time": 1, "silent": 1, "silent_s": 4, "waited": 1,
        "wait_abandoned_s": 2, "waiting_s": 2, "resolved": 1, "fresh_answered": 1, "fresh_resolved": 1, "talk_s": 10,
    }  # fmt: skip
    assert nonzero(result.counters["group"][0]) == {"idle_s": 86, "chatting_s": 14, "chat_s": 14, "handled": 2}


def test_a_chat_that_is_left_goes_with_the_end_of_overtime() -> None:
    web = chats(1, 99, rates=(1,), silent={"p_silent": 1}, handle_s=constant(500), patience_s=constant(2))
    result = both({"clock": day(), "queues": {"web": web}, "groups": team(at_once=1)}, 0, ASSIGN)
    assert shorts(result.log, "left_silently", "unserved") == [
        short(101, "left_silently", "0.1"),
        short(150, "unserved", "0.1", detail=1),
    ]
    queue = nonzero(result.counters["queue"][0])
    assert queue["silent"] == 1 and "unserved" not in queue and queue["waiting_s"] == 2


def test_a_chat_holds_no_telephone_line() -> None:
    queues = {"web": chats(1, 2), "calls": recorded(3, 4)}
    groups = team(2, skills=("web",)) | {"phone": {"skills": ["calls"], "staffing": 2}}
    result = both({"clock": day(), "trunks": 1, "queues": queues, "groups": groups}, 0, ASSIGN)
    assert shorts(result.log, "blocked", "assigned") == [
        short(1, "assigned", "0.0", 0),
        short(2, "assigned", "0.1", 1),
        short(3, "assigned", "1.0", 2),
        short(4, "blocked", "1.1"),
    ]


def test_a_chat_is_transferred_to_a_chat_and_the_advisor_goes_on_with_the_others() -> None:
    queues = {
        "web": chats(1, transfer={"p": 1, "to": "tier2"}),
        "tier2": chats(4, handle_s=constant(6)),
    }
    result = both({"clock": day(), "queues": queues, "groups": team(skills=("web", "tier2"))}, 0, ASSIGN)
    assert shorts(result.log, "assigned", "talk_end", "transferred") == [
        short(1, "assigned", "0.0", 0),
        short(4, "assigned", "1.0", 0),  # the first has 7 s left, the second 6
        short(16, "talk_end", "1.0", 0),  # the first has 1 s left
        short(17, "talk_end", "0.0", 0),
        short(17, "transferred", "1.0"),
        short(17, "assigned", "1.0", 0),
        short(23, "talk_end", "1.0", 0),
    ]


def test_a_preferred_advisor_with_the_right_number_of_chats_goes_first() -> None:
    knows = {"p_identified": 1, "p_preferred": 1}
    result = both({"clock": day(), "queues": {"web": chats(1, 2, 3, customer=knows)}, "groups": team(2)}, 3, ASSIGN)
    wanted = [row for row in shorts(result.log, "assigned")]
    assert wanted == [
        short(1, "assigned", "0.0", 1),
        short(2, "assigned", "0.1", 0),
        short(3, "assigned", "0.2", 1),
    ]


@pytest.mark.parametrize("rule", ["fifo", "lwt", "priority", "longest_queue"])
def test_rules_take_the_lowest_level_first(rule: str) -> None:
    scenario = load_scenario({**NAMED, "clock": day(), "queues": {"web": chats(1, 2, 3)}, "groups": team(2)})
    table = simulate(scenario, routing=rule, seeds=[1])
    # 0 and 1 alone; 2 with 0 from 3 s on: 0 has 8 s left, ends at 19 s, and 2 ends at 21 s
    assert table["chat_s"][0] == 18 + 10 + 18 and table["chatting_s"][0] == 20 + 10
    assert table["concurrency"][0] == pytest.approx(46 / 30)
