"""Lines steered by the dropped share: PI controller, set-point over a window, Cisco's iterations."""

from __future__ import annotations

from typing import Any

import pytest

from ccenv.sim.state.definitions import NAMES
from tests.rules.hand import Hand

PI = {"least_answers": 0, "start_s": 100, "every_s": 10, "p_start": 0.5, "target": 0.02, "least_idle": 2}


def windows(definition: str, over: float, base: float) -> dict[str, Any]:
    """Fields of a window."""
    at = NAMES.index(definition)
    return {"compliance_over": [[0] * at + [over]], "compliance_base": [[0] * at + [base]]}


def test_the_controller_adds_proportion_and_sum_of_errors() -> None:
    """Shares 0, .01, .03 in percent: errors 2, 1, -1; sums 2, 3, 2; adjustment 150 + 2 e + .05 sum each time."""
    hand = Hand("pi_controller", PI)
    adjustment = 150.0
    hand.act(time_of_day_s=0)
    for k, (over, error, summed) in enumerate(((0, 2, 2), (1, 1, 3), (3, -1, 2))):
        hand.act(time_of_day_s=10 * (k + 1), **windows("own", over, 100))
        adjustment += 2 * error + 0.05 * summed
        assert hand.state[5] == pytest.approx(adjustment)
    hand.act(time_of_day_s=39, **windows("own", 9, 100))
    assert hand.state[5] == pytest.approx(adjustment)  # not yet time


@pytest.mark.parametrize("params, fields, lines", [
    ({}, {"time_of_day_s": 99}, 4),  # progressive for the first 100 s
    ({}, {"time_of_day_s": 100}, 10),  # 4 + (4 / .5 - 4) * 150 %
    ({"start": 50}, {"time_of_day_s": 100}, 6),
    ({"least_answers": 10}, {"time_of_day_s": 100, "joined_or_dropped": [9]}, 4),
    ({"least_answers": 10}, {"time_of_day_s": 100, "joined_or_dropped": [10], "answer_rate": [[0, 0.5]]}, 10),
    ({}, {"time_of_day_s": 100, **windows("own", 4, 100)}, 4),  # over the limit
    ({"least_idle": 5}, {"time_of_day_s": 100}, 0),
    ({"reserve": 3}, {"time_of_day_s": 100}, 0),  # 1 is idle, fewer than 2
    ({"definition": "run_total"}, {"time_of_day_s": 100, "dropped": [4], "joined_or_dropped": [100],
                                   "answer_rate": [[0, 0.5]]}, 4),
])  # fmt: skip
def test_lines_of_the_controller(params: dict[str, Any], fields: dict[str, Any], lines: int) -> None:
    hand = Hand("pi_controller", {**PI, "every_s": 1000, **params})
    hand.act(time_of_day_s=0)
    assert hand.target(idle=[2, 2], **fields) == lines


def test_the_controller_stays_within_its_bounds() -> None:
    hand = Hand("pi_controller", {**PI, "most": 160, "proportional": 20})
    for k in range(20):
        hand.act(time_of_day_s=10 * k)
    assert hand.state[5] == 160
    for k in range(20, 60):
        hand.act(time_of_day_s=10 * k, **windows("own", 9, 100))
    assert hand.state[5] == 0


def test_the_set_point_moves_the_level() -> None:
    """Gain .1: a share of half the target raises the level by 5 %, one of twice the target lowers it by 10 %."""
    hand = Hand("abandon_target", {"start": 2, "target": 0.04})
    name = "connect_rolling_24h"
    assert hand.target(idle=[2, 2], time_of_day_s=0) == 8
    hand.act(time_of_day_s=60, **windows(name, 0.38, 19))
    assert hand.state[4] == 2.0  # fewer than 20 connects
    hand.act(time_of_day_s=119, **windows(name, 2, 100))
    assert hand.state[4] == 2.0
    hand.act(time_of_day_s=120, **windows(name, 2, 100))
    assert hand.state[4] == pytest.approx(2.1)
    hand.act(time_of_day_s=180, **windows(name, 8, 100))
    assert hand.state[4] == pytest.approx(1.89)
    for k in range(4, 40):
        hand.act(time_of_day_s=60 * k, **windows(name, 100, 100))
    assert hand.state[4] == 1.0
    for k in range(40, 100):
        hand.act(time_of_day_s=60 * k, **windows(name, 0, 100))
    assert hand.state[4] == 10.0


def test_cisco_moves_after_each_iteration() -> None:
    """After 50 answers with 1 drop the share is .02: 1 + 1 * (.04 - .02) / .04 = 1.5 lines; then one with .06: 1."""
    hand = Hand("cisco_predictive", {"correction": 50, "limit": 0.04})
    assert hand.target(idle=[2, 3], joined_or_dropped=[7], dropped=[1]) == 5
    assert hand.target(idle=[2, 3], joined_or_dropped=[56], dropped=[2]) == 5
    assert hand.target(idle=[2, 3], joined_or_dropped=[57], dropped=[2]) == 7  # floor(7.5)
    assert hand.target(idle=[2, 3], joined_or_dropped=[107], dropped=[5]) == 5
    for k in range(5):
        hand.act(joined_or_dropped=[157 + 50 * k], dropped=[5])
    assert hand.target(idle=[2, 3], joined_or_dropped=[357], dropped=[5]) == 15  # at most 3 lines
