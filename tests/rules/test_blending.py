"""Rules that watch inbound: stop and go with hysteresis and dwell, no dialing while contacts wait, moved advisors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.bench import centre
from tests.rules.hand import Hand

DIAL = {"blend_trigger": "dial:first>two", "blend_trigger_unreserved": "dial:first*1"}
NAMES = list(DIAL)
QUIET: dict[str, Any] = {"idle": [0, 1], "idle_longest_s": [0, 5], "service_level_recent": [1, 1, 1]}


@pytest.mark.parametrize("rule", NAMES)
def test_the_wait_stops_and_resumes_with_hysteresis_and_dwell(rule: str) -> None:
    """Stop above 30 s, resume below 10 s, at least 60 s in a stage."""
    hand = Hand(rule, {"order": ["first", "other"]})
    # time, contacts in line of b, wait of its first, wait of the last that left; dials
    story = [
        (0, 0, 0, 50, True),  # the line is empty and an advisor is idle
        (30, 1, 40, 0, True),  # too long, but within the dwell
        (61, 1, 31, 0, False),
        (100, 1, 5, 0, False),  # short again, within the dwell
        (130, 1, 12, 0, False),  # between the limits
        (140, 1, 9, 0, True),
        (150, 1, 40, 0, True),
        (201, 1, 9, 31, False),  # by the last that left
        (262, 0, 0, 31, True),
    ]
    for time, length, wait, left, dials in story:
        action = hand.act(
            closed=(1,), time_of_day_s=86_400 + time, queue_length=[0, length], head_entry_wait_s=[0, wait],
            estimated_wait_s=[0, left], **QUIET,
        )  # fmt: skip
        assert action == (DIAL[rule] if dials else "hold"), time


def test_an_empty_line_has_no_wait_only_while_somebody_is_idle() -> None:
    hand = Hand("blend_trigger_unreserved", {"c": 0})
    gone = {**QUIET, "idle": [0, 0]}
    assert hand.act(closed=(1,), time_of_day_s=1, estimated_wait_s=[40], **gone) == "hold"
    assert hand.state[2] == 2.0  # stopped
    other = Hand("blend_trigger_unreserved")
    other.act(closed=(1,), time_of_day_s=1, estimated_wait_s=[40], **QUIET)
    assert other.state[2] == 1.0


@pytest.mark.parametrize("rule", NAMES)
def test_the_service_level_stops_and_resumes(rule: str) -> None:
    limits = {"measure": "service_level", "stop_level": 0.7, "resume_level": 0.8, "dwell_s": 10}
    hand = Hand(rule, limits)
    for time, level, dials in ((0, 0.71, True), (20, 0.69, False), (40, 0.79, False), (60, 0.81, True)):
        fields = {**QUIET, "service_level_recent": [1, level, 1]}
        assert hand.act(closed=(1,), time_of_day_s=time, **fields) == (DIAL[rule] if dials else "hold")
    # queue c is no business of campaign `other`, which group `one` dials
    fields = {**QUIET, "idle": [1, 0], "service_level_recent": [1, 1, 0]}
    assert Hand(rule, limits).act(closed=(0,), time_of_day_s=0, **fields) != "hold"
    assert Hand(rule, limits).act(closed=(1,), time_of_day_s=0, **fields) == "hold"


@pytest.mark.parametrize("params, lengths, dials", [
    ({}, [0, 0, 0], True), ({}, [0, 0, 1], False), ({"above": 1}, [0, 0, 1], True), ({"above": 1}, [1, 0, 1], False),
    ({"least_idle": 2}, [0, 0, 0], False), ({"least_idle": 1}, [0, 0, 0], True), ({"reserve": 1}, [0, 0, 0], False),
])  # fmt: skip
def test_no_dial_while_contacts_wait(params: dict[str, Any], lengths: list[int], dials: bool) -> None:
    fields: dict[str, Any] = {"idle": [0, 1], "idle_longest_s": [0, 5], "queue_length": lengths, "closed": (1,)}
    assert Hand("no_dial_while_waiting", params).act(**fields) == ("dial:first>two" if dials else "hold")
    assert Hand("no_dial_while_waiting_unreserved", params).act(**fields) == ("dial:first*1" if dials else "hold")


def test_the_scope_is_the_shared_queues_or_all() -> None:
    fields: dict[str, Any] = {"idle": [1, 0], "queue_length": [0, 0, 1], "closed": (0,)}
    assert Hand("no_dial_while_waiting").act(**fields) == "dial:other>one"  # `one` does not handle c
    assert Hand("no_dial_while_waiting", {"scope": "all"}).act(**fields) == "hold"


def test_deferrable_work_does_not_wait() -> None:
    queues = {name: {"arrivals_per_hour": 60, "handle_s": 60} for name in "ab"}
    work = {"arrivals_per_hour": 5, "handle_s": 60, "deferrable": {}}
    hand = Hand("no_dial_while_waiting", {}, centre(True, queues={**queues, "c": work}))
    assert hand.act(idle=[0, 1], queue_length=[0, 0, 3], closed=(1,)) == "dial:first>two"


@pytest.mark.parametrize("rule", ["advisors_move", "advisors_move_unreserved"])
def test_one_advisor_moves_at_a_time(rule: str) -> None:
    """Start with 1; to inbound below .7, to outbound above .85 with an idle advisor, moves 300 s apart, at most 2."""
    hand = Hand(rule, {"most": 2})
    # time, service level, idle, staffed, advisors on the outbound side
    story = [
        (0, 0.5, 3, 9, 1), (200, 0.5, 3, 9, 1), (300, 0.8, 3, 9, 1), (310, 0.9, 0, 9, 1), (320, 0.9, 3, 9, 2),
        (620, 0.9, 3, 9, 2), (630, 0.6, 3, 9, 1), (900, 0.6, 3, 9, 1), (930, 0.6, 3, 9, 0), (1300, 0.6, 3, 9, 0),
        (1310, 0.9, 3, 0, 0), (1320, 0.9, 3, 9, 1),
    ]  # fmt: skip
    for time, level, idle, staffed, side in story:
        action = hand.act(
            closed=(1,), time_of_day_s=time, service_level_recent=[1, level, 1], idle=[0, idle], staffed=[0, staffed],
            idle_longest_s=[0, 5],
        )  # fmt: skip
        assert hand.state[3] == side, time
        lines = min(side, idle)
        dial = "dial:first>two" if rule == "advisors_move" else f"dial:first*{lines}"
        assert action == (dial if lines > 0 or (side > 0 and rule == "advisors_move" and idle > 0) else "hold")


@pytest.mark.parametrize("busy", [{"in_service": [0, 0, 0, 2]}, {"connects_waiting": [2]}, {"ringing": [2]}])
def test_who_is_on_outbound_already_counts(busy: dict[str, Any]) -> None:
    """Pair 3 of the centre is campaign `first` at group `one`, by the catalogue."""
    hand = Hand("advisors_move", {"start": 2})
    pair = int(hand.c.campaign_pair[0, 0])
    if "in_service" in busy:
        busy = {"in_service": [0] * pair + [2]}
    fields: dict[str, Any] = {"idle": [0, 3], "service_level_recent": [1, 1, 1], "closed": (1,)}
    assert hand.act(**fields, **busy) == "hold"
    assert Hand("advisors_move", {"start": 3}).act(**fields, **busy) == "dial:first>two"
    lines = Hand("advisors_move_unreserved", {"start": 2, "ratio": 2})
    expected = "dial:first*2" if "ringing" in busy else "hold"  # 2 * 2 lines, 2 ring
    assert lines.act(**fields, **busy) == expected
