"""ViciDial's level by hand: steps, the drop limit of each method, calls in progress."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.bench import centre
from tests.rules.hand import Hand
from tests.rules.test_steered import windows

LEVEL = 7  # index of the level
METHODS = ("vicidial_hard_limit", "vicidial_tapered", "vicidial_average")


def story(hand: Hand, *samples: dict[str, Any]) -> float:
    """Show snapshots 15 s apart, and return the level after the last."""
    for k, fields in enumerate(samples):
        hand.act(**{"time_of_day_s": 15 * k, "staffed": [4, 6], **fields})
    return float(hand.state[LEVEL])


def test_the_level_follows_waiting_advisors_and_calls() -> None:
    """10 on duty, 3 wait: 1 (1 + .3); then 2 calls wait more than advisors: 1.3 (1 - .2)."""
    up, down = {"idle": [1, 2]}, {"queue_length": [1, 0, 1], "connects_waiting": [0]}
    assert story(Hand(METHODS[0]), {}, up) == pytest.approx(1.3)
    assert story(Hand(METHODS[0]), {}, up, down) == pytest.approx(1.3 * 0.8)
    assert story(Hand(METHODS[0]), {}, up, {"connects_waiting": [2]}) == pytest.approx(1.3 * 0.8)
    assert story(Hand(METHODS[0], {"intensity": 50}), {}, up) == pytest.approx(1.45)
    assert story(Hand(METHODS[0], {"intensity": 50}), {}, up, down) == pytest.approx(1.45 * 0.9)
    assert story(Hand(METHODS[0], {"intensity": -50}), {}, up, up, up, down) == pytest.approx(1.15**3 * 0.7)
    assert story(Hand(METHODS[0], {"diff_target": 1}), {}, up) == pytest.approx(1.4)
    assert story(Hand(METHODS[0], {"most_level": 1.2}), {}, up) == 1.2
    assert story(Hand(METHODS[0]), {}, down) == 1.0  # never below 1


def test_the_level_takes_means_over_the_time_between() -> None:
    """5 s with 6 waiting and 10 s with 0: a mean of 2 of 10."""
    hand = Hand(METHODS[0])
    for time, idle in ((0, 0), (5, 6), (15, 0)):
        hand.act(time_of_day_s=time, staffed=[4, 6], idle=[0, idle])
    assert hand.state[LEVEL] == pytest.approx(1.2)


@pytest.mark.parametrize("method, params, time, expected", [
    (METHODS[0], {}, 0, 1.0),
    (METHODS[2], {}, 0, 1.3),
    (METHODS[1], {"latest": 2100}, 20 * 3600 + 30 * 60, 1.0),  # 70 / 1000 of 2.6
    (METHODS[1], {"latest": 2100}, 15 * 3600 + 30 * 60, 2.6 * 0.57),
    (METHODS[1], {"latest": 2100}, 9 * 3600, 2.6),  # 1200 / 1000, at most 1
    (METHODS[1], {"latest": 2100}, 22 * 3600, 1.0),
    (METHODS[1], {}, 18 * 3600, 2.6 * 0.6),  # a steady clock closes at 24 h
])  # fmt: skip
def test_the_limit_of_each_method(method: str, params: dict[str, Any], time: float, expected: float) -> None:
    """From a level of 2 with 3 of 10 waiting to 2.6, with 3 of 51 answers dropped."""
    for over, base, found in ((3, 51, expected), (1, 51, 2.6), (3, 50, 2.6)):
        hand = Hand(method, params)
        hand.act(time_of_day_s=time - 15, staffed=[4, 6])
        hand.state[LEVEL] = 2.0
        share = windows("vicidial_today", over, base)
        for k in range(4):  # the same numbers at the adaptations of the last minute
            hand.state[8 + k], hand.state[12 + k] = over, base
        hand.act(time_of_day_s=time, staffed=[4, 6], idle=[1, 2], **share)
        assert hand.state[LEVEL] == pytest.approx(found), (over, base)


def test_drops_of_a_minute_halve_the_level() -> None:
    """21 answers within four adaptations, 11 of them dropped; by the fifth they are forgotten."""
    hand = Hand(METHODS[0], {"limit": 1, "most_level": 18})
    hand.act(time_of_day_s=0, staffed=[4, 6])
    found = []
    for k, (over, base) in enumerate(((0, 0), (11, 21), (11, 21), (11, 21), (11, 21), (11, 21), (11, 41))):
        hand.state[LEVEL] = 4.0
        hand.act(time_of_day_s=15 * (k + 1), staffed=[4, 6], **windows("vicidial_today", over, base))
        found.append(float(hand.state[LEVEL]))
    assert found == [4, 2, 2, 2, 2, 4, 4]


@pytest.mark.parametrize("params, fields, lines", [
    ({"ratio": 1.5}, {}, 15),  # 10 on duty
    ({"ratio": 1.5}, {"away": [1, 2]}, 11),  # round(10.5)
    ({"ratio": 1.5}, {"connects_waiting": [2]}, 13),
    ({"ratio": 1}, {"own": 4}, 6),
    ({"ratio": 1}, {"inbound": 4}, 6),  # nobody is idle, so inbound talks count
    ({"ratio": 1}, {"inbound": 4, "idle": [1, 0]}, 10),
    ({"ratio": 1, "inbound": "always"}, {"inbound": 4, "idle": [1, 0]}, 6),
    ({"ratio": 1, "inbound": "never"}, {"inbound": 4}, 10),
    ({"ratio": 1.5, "tally": "available"}, {"idle": [1, 2], "own": 4, "inbound": 4}, 5),  # round(4.5)
    ({"ratio": 1.5, "tally": "available"}, {"idle": [1, 2], "connects_waiting": [1]}, 4),
    ({"ratio": 2, "diff_target": 1}, {}, 20),
    ({"ratio": 2, "diff_target": 1, "target_enters": "calls_placed"}, {}, 22),
    ({"ratio": 2, "diff_target": -20, "target_enters": "calls_placed"}, {}, 0),
])  # fmt: skip
def test_lines_are_the_goal_less_calls_in_progress(params: dict[str, Any], fields: dict[str, Any], lines: int) -> None:
    hand = Hand("power", params)
    in_service = [0] * 16
    in_service[hand.c.campaign_pair[0, 1]] = fields.get("own", 0)
    in_service[hand.c.queue_pair[1, 0]] = fields.get("inbound", 0)
    given = {name: value for name, value in fields.items() if name not in ("own", "inbound")}
    assert hand.target(staffed=[4, 6], in_service=in_service, **given) == lines


def test_few_advisors_and_the_level_at_the_start_dial_one_line_each() -> None:
    for params in ({"least_advisors": 11}, {}):
        hand = Hand(METHODS[2], params)
        assert hand.target(time_of_day_s=0, staffed=[4, 6]) == 10
    hand.state[LEVEL] = 2.0
    assert hand.target(time_of_day_s=1, staffed=[4, 6]) == 20
    few = Hand(METHODS[2], {"least_advisors": 11})
    few.act(time_of_day_s=0, staffed=[4, 6])
    few.state[LEVEL] = 2.0
    assert few.target(time_of_day_s=1, staffed=[4, 6]) == 10


def test_the_end_of_dialing_is_the_closing_of_the_day() -> None:
    """A day from 8 to 20 h: at 15:30 the factor is .47."""
    clock = {"kind": "day", "open_s": 28_800, "close_s": 72_000, "slot_s": 1800}
    hand = Hand(METHODS[1], {}, centre(clock=clock))
    hand.act(time_of_day_s=55_785, staffed=[4, 6])
    hand.state[LEVEL] = 2.0
    hand.act(time_of_day_s=55_800, staffed=[4, 6], **windows("vicidial_today", 9, 99))
    assert hand.state[LEVEL] == 1.0  # 2 * .47 is below 1
    hand.state[LEVEL] = 3.0
    hand.act(time_of_day_s=55_815, staffed=[4, 6], **windows("vicidial_today", 9, 99))
    assert hand.state[LEVEL] == pytest.approx(3 * 0.47)
