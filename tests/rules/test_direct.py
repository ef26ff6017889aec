"""Dialing by hand, after a preview, by lines for each ready advisor, and by the answer rate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.hand import Hand


@pytest.mark.parametrize("params, idle, longest, expected", [
    ({}, [0, 1], [0, 19], "hold"), ({}, [0, 1], [0, 20], "dial:first>two"), ({}, [1, 1], [20, 19], "dial:first>one"),
    ({"dial_s": 5}, [0, 1], [0, 5], "dial:first>two"), ({"reserve": 1}, [0, 1], [0, 99], "hold"),
    ({"kept_for_inbound": {"two": 1}}, [0, 1], [0, 99], "hold"),
    ({"order": ["other", "first"]}, [1, 1], [30, 30], "dial:other>one"),
    ({"dial_s": {"first": 60, "other": 10}}, [1, 1], [30, 30], "dial:other>one"),
])  # fmt: skip
def test_manual_by_hand(params: dict[str, Any], idle: list[int], longest: list[int], expected: str) -> None:
    assert Hand("manual", params).act(idle=idle, idle_longest_s=longest) == expected


def test_a_skipped_lead_costs_another_preview() -> None:
    """Previews of 10 s, half of the leads skipped: a coin below .5 skips."""
    hand = Hand("preview", {"preview_s": 10, "p_skip": 0.5})
    # event, coin, idle time of the first advisor, dials
    story = [
        (1, 0.9, 9, False), (2, 0.4, 10, False), (3, 0.9, 19, False), (4, 0.1, 20, False), (5, 0.9, 29, False),
        (6, 0.9, 30, True), (7, 0.4, 12, False), (8, 0.9, 5, False), (9, 0.9, 10, True), (10, 0.6, 11, True),
    ]  # fmt: skip
    for event, coin, longest, dials in story:
        action = hand.act(coin, closed=(1,), idle=[0, 1], idle_longest_s=[0, longest], event_number=event)
        assert action == ("dial:first>two" if dials else "hold"), event


@pytest.mark.parametrize("params, fields, lines", [
    ({"lines_each": 2.5}, {"idle": [1, 2]}, 7),
    ({"lines_each": 2.5}, {"idle": [1, 2], "ringing": [4]}, 7),
    ({"lines_each": 2.5}, {"idle": [1, 2], "connects_waiting": [1]}, 5),
    ({"lines_each": 2.5}, {"idle": [1, 2], "queue_length": [0, 1, 1]}, 2),
    ({"lines_each": 2.5}, {"idle": [1, 2], "queue_length": [3, 1, 0]}, 0),
    ({"lines_each": 2.5, "reserve": 2}, {"idle": [1, 2]}, 2),
    ({"lines_each": 15, "most_utilization": 0.1}, {"idle": [9, 9]}, 5),
])  # fmt: skip
def test_lines_for_each_ready_advisor(params: dict[str, Any], fields: dict[str, Any], lines: int) -> None:
    hand = Hand("genesys_lines", params)
    hand.c.campaign[0].max_lines = 50
    assert hand.target(**fields) == lines


@pytest.mark.parametrize("params, rates, connects, lines", [
    ({"p_start": 0.25, "kappa": 0.5}, [0, 0], 0, 6),  # 3 * .5 / .25
    ({"p_start": 0.25, "kappa": 0.5, "c": 2}, [0, 0], 0, 4),
    ({"p_start": 0.2, "kappa": 0.8}, [0.1, 0.4], 5, 8),  # a rate of .3
    ({"p_start": 0.2, "kappa": 0.6, "rate": "short"}, [0.1, 0.4], 5, 12),  # .15
    ({"p_start": 0.2, "kappa": 0.6, "rate": "larger"}, [0.4, 0.1], 5, 6),  # .3
    ({"p_start": 0.2, "kappa": 0.6, "reserve": 1}, [0, 0], 0, 6),
    ({"p_start": 0.01, "kappa": 0.01}, [0, 0], 99, 3),  # never below .01
])  # fmt: skip
def test_lines_by_the_answer_rate(params: dict[str, Any], rates: list[float], connects: int, lines: int) -> None:
    found = Hand("max0_by_rate", params).target(idle=[1, 2], answer_rate=[rates], joined_or_dropped=[connects])
    assert found == lines


def test_targets_are_rounded_by_the_coin_of_the_event() -> None:
    fields: dict[str, Any] = {"idle": [1, 0], "event_number": 3, "closed": (1,)}
    for coin, expected in ((0.49, "dial:first*2"), (0.51, "dial:first*1")):
        assert Hand("max0_by_rate", {"kappa": 0.3, "p_start": 0.2}).act(coin, **fields) == expected
