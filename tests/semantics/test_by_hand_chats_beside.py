"""Chats beside a call, by hand: who gets what, how the work goes on, going off and breaks, outbound calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import simulate
from ccenv.scenarios import load_scenario
from ccenv.sim.state import codes
from tests.semantics.by_hand import NAMED, both, constant, day, first_of, nonzero, recorded, short, shorts

ASSIGN = first_of(codes.ASSIGN, codes.DIAL)  # the first legal one: of a chat the lowest level
ROWS = ("assigned", "talk_end")


def web(*times: float, rates: tuple[float, ...] = (1, 0.5, 0.25, 0.25), **more: Any) -> dict[str, Any]:
    """A queue of chats of 10 s of work."""
    return recorded(*times, handle_s=constant(10), chat={"rate_by_level": rates}, **more)


def team(n: int = 1, chats: int = 2, beside: int = 1, skills: tuple[str, ...] = ("web", "calls"), **more: Any) -> dict:
    """Advisors who may have chats beside a call."""
    capacity = {"chats": chats, "chats_beside_voice": beside}
    return {"skills": [*skills], "capacity": capacity, **({"staffing": n} if n else {}), **more}


def centre(queues: dict[str, Any], *, clock: dict[str, Any] | None = None, **groups: Any) -> dict[str, Any]:
    """A centre of these queues and groups."""
    return {"clock": clock or day(), "queues": queues, "groups": groups}


def test_a_call_is_taken_beside_a_chat_whose_work_goes_on_at_the_rate_of_one_more() -> None:
    result = both(centre({"web": web(1), "calls": recorded(3)}, team=team()), 0, ASSIGN)
    assert shorts(result.log, *ROWS) == [
        short(1, "assigned", "0.0", 0),
        short(3, "assigned", "1.0", 0),  # the chat has 8 s left
        short(8, "talk_end", "1.0", 0),  # and now 5.5 s: 5 s at rate 0.5 are done; the call took its 5 s
        short(13.5, "talk_end", "0.0", 0),
    ]
    assert nonzero(result.counters["group"][0]) == {
        "idle_s": 87.5, "chatting_s": 7.5, "talking_s": 5, "beside_s": 5, "chat_s": 12.5, "handled": 2,
    }  # fmt: skip


def test_a_chat_is_taken_in_wrap_up_and_a_second_one_waits_for_its_end() -> None:
    queues = {"web": web(7, 8), "calls": recorded(1, wrap_up_s=constant(4))}
    result = both(centre(queues, team=team()), 0, ASSIGN)
    assert shorts(result.log, *ROWS, "wrap_up_end") == [
        short(1, "assigned", "1.0", 0),
        short(6, "talk_end", "1.0", 0),
        short(7, "assigned", "0.0", 0),
        short(10, "wrap_up_end", "1.0", 0),  # the chat has 8.5 s left
        short(10, "assigned", "0.1", 0),  # 17 s at rate 0.5, in which the second does as much
        short(27, "talk_end", "0.0", 0),
        short(28.5, "talk_end", "0.1", 0),
    ]
    assert nonzero(result.counters["group"][0])["beside_s"] == 3


def test_a_chat_that_ends_on_a_call_does_not_free_the_advisor() -> None:
    result = both(centre({"web": web(1, 20), "calls": recorded(3, 4, handle_s=constant(20))}, team=team()), 0, ASSIGN)
    assert shorts(result.log, *ROWS) == [
        short(1, "assigned", "0.0", 0),
        short(3, "assigned", "1.0", 0),
        short(19, "talk_end", "0.0", 0),  # 8 s at rate 0.5
        short(20, "assigned", "0.1", 0),
        short(23, "talk_end", "1.0", 0),  # 8.5 s of the second chat are left
        short(23, "assigned", "1.1", 0),
        short(40, "talk_end", "0.1", 0),
        short(43, "talk_end", "1.1", 0),
    ]
    group = nonzero(result.counters["group"][0])
    assert group["beside_s"] == 16 + 3 + 17 and group["talking_s"] == 40 and group["chatting_s"] == 2


def test_who_has_more_chats_than_may_be_beside_a_call_is_not_given_one() -> None:
    result = both(centre({"web": web(1, 2), "calls": recorded(3)}, team=team(chats=3)), 0, ASSIGN)
    assert shorts(result.log, *ROWS) == [
        short(1, "assigned", "0.0", 0),
        short(2, "assigned", "0.1", 0),
        short(20, "talk_end", "0.0", 0),  # 9 s left at rate 0.5; 1 s of the second chat is left
        short(20, "assigned", "1.0", 0),
        short(22, "talk_end", "0.1", 0),
        short(25, "talk_end", "1.0", 0),
    ]


def test_a_call_goes_beside_chats_only_if_nobody_is_idle_and_then_need_not_wait() -> None:
    queues = {"web": web(1), "calls": recorded(3, 4, 5, p_balk=1.0)}  # who must wait goes at once
    groups = {"team": team(), "phone": {"skills": ["calls"], "staffing": 1}}
    result = both(centre(queues, **groups), 0, ASSIGN)
    assert shorts(result.log, "assigned", "balked") == [
        short(1, "assigned", "0.0", 0),
        short(3, "assigned", "1.0", 1),
        short(4, "assigned", "1.1", 0),
        short(5, "balked", "1.2"),
    ]


def test_the_call_goes_to_the_fewest_chats_then_to_the_last_assignment_longest_ago() -> None:
    queues = {"web": web(1, 2, 3, 6, 7), "calls": recorded(4, 5, handle_s=constant(50))}
    result = both(centre(queues, team=team(2, chats=4, beside=2)), 0, ASSIGN)
    assert shorts(result.log, "assigned") == [
        short(1, "assigned", "0.0", 0),
        short(2, "assigned", "0.1", 1),
        short(3, "assigned", "0.2", 0),
        short(4, "assigned", "1.0", 1),  # one chat against two
        short(5, "assigned", "1.1", 0),
        short(6, "assigned", "0.3", 1),  # at level 2 with a chat and a call; the other has no room
        short(33, "assigned", "0.4", 0),  # its first chat had 7 s left at 5 s, and goes at rate 0.25 since then
    ]


def test_an_advisor_who_leaves_goes_with_the_last_chat_after_the_call() -> None:
    shift = {"n": 1, "from_s": 0, "until_s": 5}
    result = both(centre({"web": web(1, 9), "calls": recorded(3)}, team=team(0, shifts=[shift])), 0, ASSIGN)
    assert shorts(result.log, *ROWS) == [
        short(1, "assigned", "0.0", 0),
        short(3, "assigned", "1.0", 0),
        short(8, "talk_end", "1.0", 0),
        short(13.5, "talk_end", "0.0", 0),
    ]
    group = nonzero(result.counters["group"][0])
    assert group == {
        "idle_s": 1, "chatting_s": 7.5, "talking_s": 5, "beside_s": 5, "chat_s": 12.5, "handled": 2,
    }  # fmt: skip


def test_who_owes_a_break_takes_neither_a_call_nor_a_chat_and_the_break_after_the_last_chat() -> None:
    shifts = [
        {"n": 1, "from_s": 0, "until_s": 100, "breaks": [{"at_s": 2, "length_s": 7}]},
        {"n": 1, "from_s": 0, "until_s": 100},
    ]
    queues = {"web": web(1, 1.5), "calls": recorded(3, 4)}
    result = both(centre(queues, team=team(0, shifts=shifts)), 0, ASSIGN)
    assert shorts(result.log, *ROWS, "away", "break_end") == [
        short(1, "assigned", "0.0", 0),
        short(1.5, "assigned", "0.1", 1),
        short(3, "assigned", "1.0", 1),  # the other one would be first, but owes a break
        short(8, "talk_end", "1.0", 1),
        short(8, "assigned", "1.1", 1),
        short(11, "talk_end", "0.0", 0),
        short(11, "away", "-", 0),
        short(13, "talk_end", "1.1", 1),  # 3.5 s of the chat are left
        short(16.5, "talk_end", "0.1", 1),
        short(18, "break_end", "-", 0),
    ]


def test_an_outbound_call_has_a_chat_beside_it_but_is_not_given_to_an_advisor_with_one() -> None:
    campaign = {
        "p_answer": 1.0, "handle_s": constant(10), "ring_s": constant(4), "wrap_up_s": constant(3), "leads": 1,
        "dial_ladder": [1], "drop_after_s": constant(60),
    }  # fmt: skip
    scenario = centre({"web": web(6)}, team=team(skills=("web", "list"))) | {"campaigns": {"list": campaign}}
    during = both(scenario, 0, ASSIGN)
    assert shorts(during.log, "joined", *ROWS, "wrap_up_end") == [
        short(4, "joined", "0.0", 0),
        short(6, "assigned", "0.0", 0),
        short(14, "talk_end", "0.0", 0),
        short(17, "wrap_up_end", "0.0", 0),  # 4.5 s of the chat are left
        short(21.5, "talk_end", "0.0", 0),
    ]
    assert nonzero(during.counters["group"][0])["beside_s"] == 11
    scenario["queues"] = {"web": web(1)}
    assert shorts(both(scenario, 0, ASSIGN).log, "joined") == [short(11, "joined", "0.0", 0)]


def test_an_item_of_deferrable_work_takes_the_whole_advisor() -> None:
    mails = recorded(1, handle_s=constant(10), deferrable={"due_s": constant(60), "interruptible": True})
    queues = {"web": web(2, 3), "calls": recorded(4), "mails": mails}
    result = both(centre(queues, team=team(skills=("web", "calls", "mails"))), 0, ASSIGN)
    assert shorts(result.log, *ROWS, "interrupted") == [
        short(1, "assigned", "2.0", 0),
        short(4, "interrupted", "2.0", 0),
        short(4, "assigned", "1.0", 0),
        short(4, "assigned", "0.0", 0),  # beside the call
        short(9, "talk_end", "1.0", 0),  # 7.5 s of the chat are left, then 15 s at rate 0.5
        short(9, "assigned", "0.1", 0),
        short(24, "talk_end", "0.0", 0),
        short(26.5, "talk_end", "0.1", 0),
        short(26.5, "assigned", "2.0", 0, detail=1),
        short(33.5, "talk_end", "2.0", 0),
    ]


@pytest.mark.parametrize("rule", ["fifo", "lwt", "priority", "longest_queue"])
def test_rules_give_calls_to_advisors_with_few_chats(rule: str) -> None:
    scenario = load_scenario({**NAMED, **centre({"web": web(1), "calls": recorded(3)}, team=team())})
    table = simulate(scenario, routing=rule, seeds=[1])
    assert table["chat_s"][0] == 12.5 and table["talking_s"][0] == 5
    assert table["concurrency"][0] == pytest.approx(1) and np.isfinite(table["occupancy"][0])
