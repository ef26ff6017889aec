"""Contacts that an advisor does not pick up: event logs derived by hand, and bad input."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from ccenv.scenarios import ScenarioError, load_scenario
from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform
from tests.oracle.simulator import Simulator
from tests.semantics.by_hand import NAMED, both, constant, day, first_of, nonzero, of_leads, recorded, short, shorts

ASSIGN = first_of(codes.ASSIGN)
DIAL = first_of(codes.DIAL, codes.DIAL_RESERVED)
P = 0.5


def offers(seed: int, key: int, n: int) -> list[bool]:
    """Whether the first n offers of a contact are picked up."""
    return [uniform(child_key(key, codes.OFFER, i), codes.PICK_UP) >= P for i in range(n)]


def of_queue(seed: int, number: int, n: int = 2) -> list[bool]:
    """Whether the first n offers of a fresh contact are picked up."""
    return offers(seed, entity_key(root_key(seed), stream("queue:calls"), number), n)


def team(staffing: int = 1, skills: tuple[str, ...] = ("calls",), **missed: Any) -> dict[str, Any]:
    """A group whose advisors do not pick up every other contact."""
    group = {"skills": list(skills), "staffing": staffing, "no_pick_up": {"p": P, "ring_s": 4, **missed}}
    return {"team": group}


ONE_MISSED = next(s for s in range(99) if of_queue(s, 0) == [False, True] and of_queue(s, 1, 1) == [True])


def test_the_contact_keeps_its_place_and_the_advisor_is_away() -> None:
    scenario = {"clock": day(50), "queues": {"calls": recorded(1, 2)}, "groups": team(away_s=3)}
    result = both(scenario, ONE_MISSED, ASSIGN)
    assert shorts(result.log)[1:] == [
        short(1, "fresh", "0.0"),
        short(1, "waiting", "0.0"),
        short(1, "alerting", "0.0", 0),
        short(2, "fresh", "0.1"),
        short(2, "waiting", "0.1"),
        short(5, "not_picked_up", "0.0", 0),
        short(5, "away", advisor=0),
        short(8, "break_end", advisor=0),
        short(8, "assigned", "0.0", 0),  # before the contact that came while it rang
        short(13, "talk_end", "0.0", 0),
        short(13, "wrap_up_end", "0.0", 0),
        short(13, "assigned", "0.1", 0),
        short(18, "talk_end", "0.1", 0),
        short(18, "wrap_up_end", "0.1", 0),
        short(50, "closing"),
        short(50, "day_end"),
    ]
    queue, group = result.counters["queue"][0], result.counters["group"][0]
    assert queue["waiting_s"] == queue["wait_answered_s"] == 7 + 11
    assert nonzero(group) == {
        "not_picked_up": 1, "alerting_s": 4, "reserved_s": 4, "away_s": 3, "talking_s": 10, "handled": 2, "idle_s": 33,
    }  # fmt: skip


def test_a_contact_abandons_while_it_rings_and_the_advisor_is_free_again() -> None:
    calls = recorded(1, patience_s=constant(3))
    scenario = {"clock": day(50), "queues": {"calls": calls}, "groups": team(away_s=9)}
    result = both(scenario, ONE_MISSED, ASSIGN)
    assert shorts(result.log)[3:] == [
        short(1, "alerting", "0.0", 0),
        short(4, "abandoned", "0.0", 0),
        short(50, "closing"),
        short(50, "day_end"),
    ]
    assert nonzero(result.counters["group"][0]) == {"alerting_s": 3, "reserved_s": 3, "idle_s": 47}
    assert result.counters["queue"][0]["waiting_s"] == result.counters["queue"][0]["wait_abandoned_s"] == 3


def test_a_contact_that_rings_at_the_end_of_overtime_is_unserved_when_it_is_over() -> None:
    clock = day(10, overtime_s=2)
    result = both({"clock": clock, "queues": {"calls": recorded(9)}, "groups": team(away_s=9)}, ONE_MISSED, ASSIGN)
    assert shorts(result.log)[4:] == [
        short(10, "closing"),
        short(12, "overtime_end"),
        short(13, "not_picked_up", "0.0", 0),
        short(13, "unserved", "0.0"),
        short(13, "away", advisor=0),
        short(13, "day_end"),
    ]


def test_a_callback_rings_at_the_advisor_before_the_customer() -> None:
    callback = {"p_accept": 1, "ring_s": constant(2), "p_answer": 1}
    seed = next(s for s in range(99) if of_queue(s, 0, 1) == [True] and of_queue(s, 1) == [False, True])
    calls = recorded(1, 2, callback=callback)
    result = both({"clock": day(50), "queues": {"calls": calls}, "groups": team()}, seed, ASSIGN)
    assert shorts(result.log)[5:13] == [
        short(2, "callback_accepted", "0.1"),
        short(6, "talk_end", "0.0", 0),
        short(6, "wrap_up_end", "0.0", 0),
        short(6, "alerting", "0.1", 0),
        short(10, "not_picked_up", "0.1", 0),
        short(10, "callback_ringing", "0.1", 0),
        short(12, "callback_ring_end", "0.1", 0, detail=1),
        short(12, "assigned", "0.1", 0),
    ]
    assert result.counters["queue"][0]["callback_tries"] == 1


def outbound(**changes: Any) -> dict[str, Any]:
    """A campaign of one lead who answers after 2 s."""
    return {
        "p_answer": 1.0, "handle_s": constant(10), "ring_s": constant(2), "leads": 1, "dial_ladder": [1], **changes,
    }  # fmt: skip


def of_lead(seed: int, n: int) -> list[bool]:
    """Whether the first n offers of the first attempt of the first lead are picked up."""
    campaign = load_scenario(
        {**NAMED, "clock": day(), "campaigns": {"list": outbound()}, "groups": team(skills=("list",))}
    )
    log = Simulator(campaign.centre, seed, DIAL).run().log
    return offers(seed, int(log["key"][log["code"] == codes.LOG_DIALED][0]), n)


@functools.cache
def lead_missed() -> int:
    """A seed with which the lead's first two offers are not picked up, and the third one is."""
    return next(s for s in range(99) if of_lead(s, 3) == [False, False, True])


@pytest.mark.parametrize("reserves", [True, False])
def test_a_connect_waits_like_one_without_an_advisor(reserves: bool) -> None:
    campaign = outbound(reserves=reserves, drop_after_s=constant(9), compliance="ftc_30d")
    scenario = {"clock": day(50), "campaigns": {"list": campaign}, "groups": team(2, ("list",), away_s=30)}
    result = both(scenario, lead_missed(), DIAL)
    assert shorts(result.log)[1:] == [
        short(0, "dialed", "0.0", 0 if reserves else codes.NIL),
        short(2, "ring_end", "0.0", 0 if reserves else codes.NIL),
        short(2, "alerting", "0.0", 0),
        short(6, "not_picked_up", "0.0", 0),
        short(6, "alerting", "0.0", 1),  # the other advisor is idle
        short(6, "away", advisor=0),
        short(10, "not_picked_up", "0.0", 1),
        short(10, "away", advisor=1),
        short(11, "drop_due", "0.0"),  # 9 s after it has answered
        short(11, "dropped", "0.0"),
        short(36, "break_end", advisor=0),
        short(40, "break_end", advisor=1),
        short(50, "closing"),
        short(50, "day_end"),
    ]
    counters = result.counters["campaign"][0]
    assert of_leads(counters)["dropped_wait_s"] == 9 and counters["ftc_30d_over"] == 1


def test_the_same_advisor_is_offered_a_connect_again_unless_he_is_away() -> None:
    campaign = outbound(reserves=True, drop_after_s=constant(60))
    scenario = {"clock": day(50), "campaigns": {"list": campaign}, "groups": team(1, ("list",))}
    result = both(scenario, lead_missed(), DIAL)
    assert shorts(result.log)[3:9] == [
        short(2, "alerting", "0.0", 0),
        short(6, "not_picked_up", "0.0", 0),
        short(6, "alerting", "0.0", 0),
        short(10, "not_picked_up", "0.0", 0),
        short(10, "joined", "0.0", 0),
        short(20, "talk_end", "0.0", 0),
    ]
    assert of_leads(result.counters["campaign"][0])["joined_delay_s"] == 8


def test_a_connect_without_time_to_wait_is_dropped_at_once() -> None:
    scenario = {"clock": day(50), "campaigns": {"list": outbound()}, "groups": team(1, ("list",), away_s=30)}
    result = both(scenario, lead_missed(), DIAL)
    assert shorts(result.log)[3:7] == [
        short(2, "alerting", "0.0", 0),
        short(2, "drop_due", "0.0", 0),
        short(2, "dropped", "0.0"),
        short(50, "closing"),
    ]
    assert nonzero(result.counters["group"][0]) == {"idle_s": 50}


def test_an_advisor_who_is_offered_a_connect_after_another_is_taken_from_the_idle_ones() -> None:
    """A call that comes while the connect rings at the second advisor goes to the third one."""
    seed = next(s for s in range(999) if of_lead(s, 3) == [False, False, True] and of_queue(s, 0, 1) == [True])
    campaign = outbound(reserves=False, drop_after_s=constant(60))
    groups = team(3, ("calls", "list"), away_s=30)
    scenario = {
        "clock": day(50), "queues": {"calls": recorded(8)}, "campaigns": {"list": campaign}, "groups": groups,
    }  # fmt: skip
    result = both(scenario, seed, first_of(codes.ASSIGN, codes.DIAL))
    assert shorts(result.log)[3:] == [
        short(2, "alerting", "0.0", 0),
        short(6, "not_picked_up", "0.0", 0),
        short(6, "alerting", "0.0", 1),
        short(6, "away", advisor=0),
        short(8, "fresh", "0.0"),
        short(8, "waiting", "0.0"),
        short(8, "assigned", "0.0", 2),
        short(10, "not_picked_up", "0.0", 1),
        short(10, "away", advisor=1),
        short(13, "talk_end", "0.0", 2),
        short(13, "wrap_up_end", "0.0", 2),
        short(13, "joined", "0.0", 2),
        short(23, "talk_end", "0.0", 2),
        short(23, "wrap_up_end", "0.0", 2),
        short(36, "break_end", advisor=0),
        short(40, "break_end", advisor=1),
        short(50, "closing"),
        short(50, "day_end"),
    ]
    assert of_leads(result.counters["campaign"][0])["joined_delay_s"] == 11


def mails(*times: float) -> dict[str, Any]:
    """A queue of work of 20 s each that calls may interrupt."""
    return recorded(*times, handle_s=constant(20), deferrable={"due_s": constant(60), "interruptible": True})


def test_work_is_always_picked_up_and_so_is_the_call_that_interrupts_it() -> None:
    """The call of which an idle advisor would miss the first offer interrupts work without an offer."""
    scenario = {
        "clock": day(50), "queues": {"calls": recorded(3), "mails": mails(1)},
        "groups": team(1, ("calls", "mails"), away_s=3),
    }  # fmt: skip
    result = both(scenario, ONE_MISSED, ASSIGN)
    assert shorts(result.log)[1:] == [
        short(1, "fresh", "1.0"),
        short(1, "waiting", "1.0"),
        short(1, "assigned", "1.0", 0),
        short(3, "fresh", "0.0"),
        short(3, "waiting", "0.0"),
        short(3, "interrupted", "1.0", 0),
        short(3, "assigned", "0.0", 0),
        short(8, "talk_end", "0.0", 0),
        short(8, "wrap_up_end", "0.0", 0),
        short(8, "assigned", "1.0", 0, 1),
        short(26, "talk_end", "1.0", 0),
        short(26, "wrap_up_end", "1.0", 0),
        short(50, "closing"),
        short(50, "day_end"),
    ]
    assert nonzero(result.counters["group"][0]) == {"handled": 2, "talking_s": 25, "idle_s": 25}


def test_a_call_that_rings_in_vain_leaves_work_to_others_and_then_interrupts_it() -> None:
    """While the call rings at advisor 0, advisor 1 begins an item; then the call interrupts it, as 0 is away."""
    scenario = {
        "clock": day(50), "queues": {"calls": recorded(1), "mails": mails(2)},
        "groups": team(2, ("calls", "mails"), away_s=30),
    }  # fmt: skip
    result = both(scenario, ONE_MISSED, ASSIGN)
    assert shorts(result.log)[3:] == [
        short(1, "alerting", "0.0", 0),
        short(2, "fresh", "1.0"),
        short(2, "waiting", "1.0"),
        short(2, "assigned", "1.0", 1),
        short(5, "not_picked_up", "0.0", 0),
        short(5, "away", advisor=0),
        short(5, "interrupted", "1.0", 1),
        short(5, "assigned", "0.0", 1),
        short(10, "talk_end", "0.0", 1),
        short(10, "wrap_up_end", "0.0", 1),
        short(10, "assigned", "1.0", 1, 1),
        short(27, "talk_end", "1.0", 1),
        short(27, "wrap_up_end", "1.0", 1),
        short(35, "break_end", advisor=0),
        short(50, "closing"),
        short(50, "day_end"),
    ]
    work, team_counters = result.counters["queue"][1], result.counters["group"][0]
    assert (work["interruptions"], work["item_work_s"], work["backlog_s"]) == (1, 20, 5)
    assert (team_counters["not_picked_up"], team_counters["alerting_s"], team_counters["away_s"]) == (1, 4, 30)


@pytest.mark.parametrize(
    "missed, key",
    [
        ({"p": 0}, "no_pick_up.p"),
        ({"p": 1}, "no_pick_up.p"),
        ({"p": 0.1, "ring_s": 0}, "no_pick_up.ring_s"),
        ({"p": 0.1, "away_s": -1}, "no_pick_up.away_s"),
        ({"ring_s": 5}, "no_pick_up"),
        ({"p": 0.1, "rings": 5}, "no_pick_up"),
    ],
)
def test_bad_input_is_refused_by_name(missed: dict[str, Any], key: str) -> None:
    group = {"skills": ["calls"], "staffing": 1, "no_pick_up": missed}
    with pytest.raises(ScenarioError) as error:
        load_scenario({**NAMED, "clock": day(), "queues": {"calls": recorded(1)}, "groups": {"team": group}})
    assert f"groups.team.{key}" in str(error.value)
