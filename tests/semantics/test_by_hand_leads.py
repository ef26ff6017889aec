"""Lists and leads: retries, orders, mixes, agreed callbacks and promises, derived from the specification by hand.

Each case runs in the slow event loop and in the compiled kernel.
"""

from collections.abc import Sequence
from typing import Any

import pytest

from ccenv.sim.state import codes
from tests.oracle.decisions import Action
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform
from tests.semantics.by_hand import both, constant, day, dials, first_of, line, lines, of_leads

DIAL = first_of(codes.DIAL)


def campaign(**changes: Any) -> dict[str, Any]:
    """One line; each attempt rings for 5 s without an answer."""
    return {
        "p_answer": 0,
        "handle_s": constant(10),
        "ring_s": constant(5),
        "dial_ladder": [1],
        "max_lines": 1,
    } | changes


def centre(outbound: dict[str, Any], **clock: Any) -> dict[str, Any]:
    """One advisor and one list."""
    team = {"team": {"skills": ["list"], "staffing": 1}}
    return {"clock": day(**clock), "groups": team, "campaigns": {"list": outbound}}


def lead_key(seed: int, number: int, attempt: int = 1) -> int:
    """Key of an attempt of a lead on the list without segments."""
    key = entity_key(root_key(seed), stream("campaign:list"), number)
    return key if attempt == 1 else child_key(key, codes.ATTEMPT, attempt - 1)


def test_a_lead_is_dialed_again_when_it_is_due_and_closed_after_the_last_attempt() -> None:
    outbound = campaign(p_busy=1, leads=2, value_left=3, retries={"max_attempts": 2, "busy": constant(20)})
    result = both(centre(outbound), 0, DIAL)
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(0, "action", 0, detail=1),
        line(0, "dialed", 0, "lead"),
        line(5, "ring_end", 0, "lead", detail=codes.BUSY),
        line(5, "put_back", 0, "lead"),  # until 25 s
        line(5, "action", 1, detail=1),
        line(5, "dialed", 1, "lead"),
        line(10, "ring_end", 1, "lead", detail=codes.BUSY),
        line(10, "put_back", 1, "lead"),  # until 30 s
        line(25, "leads_due", 0),
        line(25, "action", 2, detail=1),
        line(25, "dialed", 0, "lead"),
        line(30, "leads_due", 0),  # scheduled before the end of the ring
        line(30, "ring_end", 0, "lead", detail=codes.BUSY),
        line(30, "closed", 0, "lead"),
        line(30, "action", 3, detail=1),
        line(30, "dialed", 1, "lead"),
        line(35, "ring_end", 1, "lead", detail=codes.BUSY),
        line(35, "closed", 1, "lead"),
        line(100, "closing", 0),
        line(100, "day_end", 0),
    ]
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 4, "busy": 4, "ringing_s": 20, "touched": 2, "closed": 2, "closed_value": 6,
    }  # fmt: skip
    keys = result.log["key"][result.log["code"] == codes.LOG_DIALED].tolist()
    assert keys == [lead_key(0, 0), lead_key(0, 1), lead_key(0, 0, 2), lead_key(0, 1, 2)]


# Day 0: a0 is dialed twice and a1 once, then b0 and b1 once, and c0, whose hours begin at 4000 s, as the last. Nobody
# answers, but a0 at the second time, whom no advisor can take. Day 1: all are ready when the hours of c begin.
#      attempts  last ended at  (in units of 120 s)  due
# a0   2         4000           34                   4100
# a1   1         1000            9                   4000
# b0   1         1500           13                   4500
# b1   1         2000           17                   5000
# c0   1         4500           38                   7500
SEGMENTS = {
    "a": {"size": 2, "p_answer": 1, "by_attempt": [0, 1], "zone_s": 4000},
    "b": {"size": 2, "score": 2, "zone_s": 4000},
    "c": {"size": 1, "score": 1},
}
IN_ORDER = {
    "due": "a1 a0 b0 b1 c0",
    "score": "b0 b1 c0 a1 a0",
    "least_attempts": "a1 b0 b1 c0 a0",
    "longest_since": "a1 b0 b1 a0 c0",
    "newest": "a1 b1 a0 b0 c0",
}


def list_order(seed: int, part: str, number: int, attempt: int) -> float:
    """The uniform by which a lead is placed among the others at random."""
    key = entity_key(root_key(seed), stream(f"campaign:list/{part}"), number)
    return uniform(child_key(key, codes.ATTEMPT, attempt - 1), codes.LIST_ORDER)


@pytest.mark.parametrize("order", [*IN_ORDER, "random"])
def test_retries_are_dialed_in_the_order_of_the_list(order: str) -> None:
    coming = {"a0": 3, "a1": 2, "b0": 2, "b1": 2, "c0": 2}  # number of the attempt that comes
    by_chance = sorted(coming, key=lambda lead: list_order(4, lead[0], int(lead[1]), coming[lead]))
    outbound = campaign(
        ring_s=constant(500), segments=SEGMENTS, calling_rules={"calling_from_s": 4000}, order={"retries": order},
        retries={"max_attempts": 4, "no_answer": constant(3000), "dropped": constant(100)},
    )  # fmt: skip
    scenario = centre(outbound, close_s=7400)
    scenario["groups"]["team"]["shrinkage"] = 1

    def choose(number: int, u: float, legal: list[int], catalogue: Sequence[Action]) -> int:
        return legal[-1] if number <= 5 or number >= 9 else 0  # not after 4500 s of day 0, and from 4000 s of day 1

    result = both(scenario, 4, choose, days=2)
    dialed = dials(result.log)
    assert [(t, f"{'abc'[s]}{n}") for t, s, n in dialed if t < 86_400] == [
        (0, "a0"), (500, "a1"), (1000, "b0"), (1500, "b1"), (3500, "a0"), (4000, "c0"),
    ]  # fmt: skip
    again = list(dict.fromkeys(f"{'abc'[s]}{n}" for t, s, n in dialed if t > 86_400))
    assert again == (IN_ORDER[order].split() if order in IN_ORDER else by_chance)
    assert by_chance not in [order.split() for order in IN_ORDER.values()]


MIXED = {"in_order": "aabbbc", "score": "bbbcaa", "even": "abcabb"}


@pytest.mark.parametrize("mix", [*MIXED, "random"])
def test_fresh_leads_come_from_the_segments_by_the_mix(mix: str) -> None:
    weights, left = {"a": 1.0, "b": 2.0, "c": 1.0}, {"a": 2, "b": 3, "c": 1}
    by_chance = ""
    for taken in range(6):
        u = uniform(entity_key(root_key(3), stream("campaign:list"), taken), codes.MIX)
        some = [part for part in left if left[part]]
        total = sum(weights[part] for part in some)
        sums = [sum(weights[part] for part in some[: i + 1]) / total for i in range(len(some))]
        by_chance += next(part for part, cumulative in zip(some, sums, strict=True) if cumulative > u)
        left[by_chance[-1]] -= 1
    segments = {
        "a": {"size": 2, "score": 1, "weight": 1},
        "b": {"size": 3, "score": 2, "weight": 2},
        "c": {"size": 1, "score": 2, "weight": 1},
    }
    outbound = campaign(segments=segments, order={"mix": mix}, dial_ladder=[1, 6], max_lines=6)
    result = both(centre(outbound), 3, lambda number, u, legal, catalogue: legal[-1])
    assert "".join("abc"[s] for _, s, _ in dials(result.log)) == MIXED.get(mix, by_chance)
    assert by_chance not in MIXED.values()


@pytest.mark.parametrize(
    ("every", "expected"), [(0, "RRRRFFFF"), (1, "FFFFRRRR"), (2, "RFRFRFRF"), (3, "RRFRRFFF"), (9, "RRRRFFFF")]
)
def test_every_so_many_a_fresh_lead_is_dialed_among_the_retries(every: int, expected: str) -> None:
    outbound = campaign(
        leads=8, retries={"max_attempts": 3, "no_answer": constant(200)}, order={"fresh_every": every},
        dial_ladder=[1, 4, 8], max_lines=8,
    )  # fmt: skip

    def choose(number: int, u: float, legal: list[int], catalogue: Sequence[Action]) -> int:
        dialed = 4 if number == 0 else 8
        return next((i for i in legal if catalogue[i].n == dialed), 0)

    result = both(centre(outbound), 0, choose, days=2)
    assert [n for t, _, n in dials(result.log) if t == 0] == [0, 1, 2, 3]
    assert "".join("R" if n < 4 else "F" for t, _, n in dials(result.log) if t == 86_400) == expected


def test_an_agreed_callback_goes_first_and_is_kept_or_late() -> None:
    outbound = campaign(
        p_answer=0.5, by_attempt=[2, 1], leads=3, ring_s=constant(1), handle_s=constant(9), retries={"max_attempts": 4,
        "no_answer": constant(1)}, agreed_callback={"p": 1, "after_s": constant(25), "window_s": 5, "answer_factor": 2},
    )  # fmt: skip
    result = both(centre(outbound, close_s=60), 0, DIAL, days=2)
    # Everybody answers: p is 0.5 * 2 at the first attempt, and 0.5 * 1 * 2 at those that were agreed. Due at 35 s,
    # 45 and 55; dialed at 35, 45 and 55; then due again at 70 s, 80 and 90, when the centre is closed, and dialed more
    # than 5 s late; then due at 86435 s and so on, for the fourth and last time.
    assert dials(result.log) == [
        (0, 0, 0), (10, 0, 1), (20, 0, 2), (35, 0, 0), (45, 0, 1), (55, 0, 2),
        (86_400, 0, 0), (86_410, 0, 1), (86_420, 0, 2), (86_435, 0, 0), (86_445, 0, 1), (86_455, 0, 2),
    ]  # fmt: skip
    put_back = result.log[result.log["code"] == codes.LOG_PUT_BACK]
    assert len(put_back) == 9 and set(put_back["detail"]) == {codes.AGREED}
    counters = of_leads(result.counters["campaign"][0])
    assert {name: counters[name] for name in ("agreed", "agreed_kept", "agreed_late", "closed", "first_joined")} == {
        "agreed": 9, "agreed_kept": 6, "agreed_late": 3, "closed": 3, "first_joined": 3,
    }  # fmt: skip


def test_an_agreed_callback_goes_before_fresh_leads() -> None:
    outbound = campaign(
        p_answer=1, ring_s=constant(1), handle_s=constant(9), agreed_callback={"p": 1, "after_s": constant(15)}
    )
    result = both(centre(outbound, close_s=60), 0, DIAL)
    # due at 25 s and 35 s; at 45 s the first is due again, at 75 s the second would be
    assert dials(result.log) == [(0, 0, 0), (10, 0, 1), (20, 0, 2), (30, 0, 0), (40, 0, 1), (50, 0, 2)]


def kept(seed: int, number: int, attempt: int) -> bool:
    """Whether a promise is kept, with one half."""
    return uniform(lead_key(seed, number, attempt), codes.KEPT) < 0.5


SEED_KEPT_AND_BROKEN = next(s for s in range(100) if kept(s, 0, 1) and not kept(s, 1, 1) and kept(s, 1, 2))


def test_promises_are_kept_or_broken_and_broken_ones_are_dialed_again() -> None:
    outbound = campaign(
        p_answer=1, ring_s=constant(1), handle_s=constant(9), leads=2, goal="promise", p_sale=1, sale_value=7,
        follow_up={"p_kept": 0.5, "after_s": constant(30), "retry_broken": True},
    )  # fmt: skip
    result = both(centre(outbound, close_s=300), SEED_KEPT_AND_BROKEN, DIAL)
    assert lines(result.log)[3:] == [
        line(1, "ring_end", 0, "lead"),
        line(1, "joined", 0, "lead", "0.0", detail=1),
        line(10, "talk_end", 0, "lead", "0.0"),
        line(10, "put_back", 0, "lead", "0.0", detail=codes.PROMISED),
        line(10, "wrap_up_end", 0, "lead", "0.0"),
        line(10, "action", 1, detail=1),
        line(10, "dialed", 1, "lead"),
        line(11, "ring_end", 1, "lead"),
        line(11, "joined", 1, "lead", "0.0", detail=1),
        line(20, "talk_end", 1, "lead", "0.0"),
        line(20, "put_back", 1, "lead", "0.0", detail=codes.PROMISED),
        line(20, "wrap_up_end", 1, "lead", "0.0"),
        line(40, "leads_due", 0),
        line(40, "kept", 0, "lead"),
        line(40, "closed", 0, "lead"),
        line(50, "leads_due", 0),
        line(50, "broken", 1, "lead"),
        line(50, "put_back", 1, "lead"),  # not before the grid time of 20 s, which is 120 s
        line(120, "leads_due", 0),
        line(120, "action", 2, detail=1),
        line(120, "dialed", 1, "lead"),
        line(121, "ring_end", 1, "lead"),
        line(121, "joined", 1, "lead", "0.0", detail=1),
        line(130, "talk_end", 1, "lead", "0.0"),
        line(130, "put_back", 1, "lead", "0.0", detail=codes.PROMISED),
        line(130, "wrap_up_end", 1, "lead", "0.0"),
        line(160, "leads_due", 0),
        line(160, "kept", 1, "lead"),
        line(160, "closed", 1, "lead"),
        line(300, "closing", 0),
        line(300, "day_end", 0),
    ]
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 3, "connects": 3, "joined": 3, "ringing_s": 3, "sales": 3, "kept": 2, "broken": 1, "sale_value": 14,
        "expected_sale_value": 3 * 7 * 0.5, "talk_s": 27, "touched": 2, "closed": 2, "first_joined": 2,
        "first_call_sales": 2,
    }  # fmt: skip


def test_a_broken_promise_closes_the_lead_where_nobody_tries_again() -> None:
    outbound = campaign(
        p_answer=1,
        leads=1,
        goal="appointment",
        p_sale=1,
        sale_value=7,
        follow_up={"p_kept": 0, "after_s": constant(30)},
    )
    result = both(centre(outbound), 0, DIAL)
    counters = of_leads(result.counters["campaign"][0])
    assert counters["broken"] == counters["closed"] == 1 and "sale_value" not in counters


def test_what_a_person_does_depends_on_how_often_they_were_talked_to() -> None:
    outbound = campaign(
        p_answer=1, leads=2, p_sale=[0, 0, 1], contact_number=[1, 0, 0], sale_value=7,
        retries={"max_attempts": 5, "talked": constant(20)}, ring_s=constant(1), handle_s=constant(4),
    )  # fmt: skip
    result = both(centre(outbound), 0, DIAL)
    joined = result.log[result.log["code"] == codes.LOG_JOINED]
    assert [(row["number"], row["detail"]) for row in joined] == [(0, 0), (1, 0), (0, 0), (1, 0), (0, 1), (1, 1)]
    counters = of_leads(result.counters["campaign"][0])
    assert (counters["sales"], counters["first_joined"], counters["joined"], counters["closed"]) == (2, 2, 6, 2)
    assert "first_call_sales" not in counters


def test_who_asks_not_to_be_called_again_is_closed_before_anything_is_agreed() -> None:
    agreed = {"p": 1, "after_s": constant(1)}
    retries = {"max_attempts": 5, "talked": constant(20)}
    outbound = campaign(p_answer=1, leads=2, p_stop=1, agreed_callback=agreed, retries=retries)
    counters = of_leads(both(centre(outbound), 0, DIAL).counters["campaign"][0])
    assert counters["stopped"] == counters["closed"] == counters["attempts"] == 2 and "agreed" not in counters
