"""Quantile dialing: targets by hand, expected drops against exact sums, the window, progressive below 15 advisors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from ccenv.rules.pacing.predictive import _excess, _p_by_age
from tests.rules.hand import Hand

HALF: dict[str, Any] = {
    "least_advisors": 0,
    "p_start": 0.5,
    "most_share": 1.0,
    "answer_until_s": 16,
}  # every fresh line is answered with 1/2
OWN = 5  # index of the campaign's own definition


@pytest.mark.parametrize("n, p, free, finishing", [
    (1, 0.5, 0.0, 0.0), (3, 0.5, 2.0, 0.0), (40, 0.3, 9.0, 4.2), (500, 0.9, 5.0, 0.0), (500, 0.02, 30.0, 0.7),
    (7, 1.0, 3.0, 2.5), (12, 0.4, 2.6, 0.0), (300, 0.2, 20.0, 60.0),
])  # fmt: skip
def test_expected_drops_equal_the_double_sum(n: int, p: float, free: float, finishing: float) -> None:
    x, y = np.arange(n + 1)[:, None], np.arange(600)[None, :]
    weights = stats.binom.pmf(x, n, p) * stats.poisson.pmf(y, finishing)
    expected = (weights * np.maximum(x - free - y, 0.0)).sum()
    assert _excess(float(n), p, free, finishing) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("params, fields, expected", [
    # two idle: of 3 lines E[drops] = 1/8 of E[answers] = 3/2, a share of .083; of 4 lines 3/8 of 2, .1875
    ({"limit": 0.03}, {"idle": [1, 1]}, 2),
    ({"limit": 0.1}, {"idle": [1, 1]}, 3),
    ({"limit": 0.19}, {"idle": [1, 1]}, 4),
    ({"limit": 0.1}, {"idle": [1, 1], "connects_waiting": [1]}, 1),  # one left: of 2 lines 1/4 of 1
    ({"limit": 0.26}, {"idle": [1, 1], "connects_waiting": [1]}, 2),
    ({"limit": 0.1, "reserve": 1}, {"idle": [1, 1]}, 1),
    ({"limit": 0.1, "kept_for_inbound": {"two": 1}}, {"idle": [1, 1]}, 1),
    # nobody idle, one finishing with Poisson mean ln 2: one line is dropped with 1/2, of two .587 of the answers
    ({"limit": 0.49}, {"finishes": [[math.log(2), 9, 9]]}, 0),
    ({"limit": 0.51}, {"finishes": [[math.log(2), 9, 9]]}, 1),
    ({"limit": 0.58}, {"finishes": [[math.log(2), 9, 9]]}, 1),
    ({"limit": 0.59}, {"finishes": [[math.log(2), 9, 9]]}, 2),
    ({"limit": 0.51, "horizon_s": 0}, {"finishes": [[math.log(2), 9, 9]]}, 0),
    ({"limit": 0.51, "horizon_s": 20}, {"finishes": [[0, 2 * math.log(2), 9]]}, 1),  # half of the way to 30 s
    ({"limit": 0.51}, {"finishes": [[math.log(2), 9, 9]], "queue_length": [1]}, 0),  # who waits is served first
    ({"limit": 0.1, "inbound": 1}, {"idle": [1, 1], "arrivals_recent_per_hour": [360]}, 1),  # one arrives in 10 s
    ({"limit": 0.1}, {"idle": [1, 1], "ringing": [1], "ringing_by_age": [[0, 0, 0, 1]]}, 4),  # one is dead
    ({"limit": 0.1, "answer_until_s": float("inf")}, {"idle": [1, 1], "ringing": [1],
                                                      "ringing_by_age": [[0, 0, 0, 1]]}, 3),
    # one is answered and not yet decided, one rings: with a third 3 lines of 2/3, 8/27 of 2 are dropped, .148
    ({"limit": 0.15}, {"idle": [1, 1], "ringing": [2], "deciding": [1], "ringing_by_age": [[2, 0, 0, 0]]}, 3),
    # two are answered, and not yet decided
    ({"limit": 0.1}, {"idle": [1, 1], "ringing": [2], "deciding": [2], "ringing_by_age": [[2, 0, 0, 0]]}, 2),
    ({"limit": 0.1}, {"idle": [1, 1], "ringing": [0, 2], "ringing_by_age": [[0, 0, 0, 0], [2, 0, 0, 0]]}, 1),
])  # fmt: skip
def test_targets_by_hand(params: dict[str, Any], fields: dict[str, Any], expected: int) -> None:
    fields = {"lines_free": [30, 30], **fields}
    if "ringing" in fields and len(fields["ringing"]) == 2:  # lines of the other campaign
        hand = Hand("predictive", {**HALF, **params})
        assert hand.act(closed=(1,), **fields) == f"dial:first*{expected}"
        return
    assert Hand("predictive", {**HALF, **params}).target(**fields) == expected


@pytest.mark.parametrize("over, base, horizon, expected", [
    (0, 0, 100, 2),  # epsilon .03
    (0, 100, 50, 3),  # .03 + 3 / 50 = .09, above .083
    (0, 100, 100, 2),  # .06
    (3, 100, 50, 2),  # at the limit
    (9, 100, 100, 2),  # .03 - .06 < 0: no drop is allowed, and two lines drop none
])  # fmt: skip
def test_the_window_steers_the_share(over: float, base: float, horizon: float, expected: int) -> None:
    windows = {"compliance_over": [[0] * OWN + [over]], "compliance_base": [[0] * OWN + [base]]}
    hand = Hand("predictive", {**HALF, "limit": 0.03, "horizon_connects": horizon})
    assert hand.target(idle=[1, 1], lines_free=[30, 30], **windows) == expected
    capped = Hand("predictive", {**HALF, "limit": 0.03, "horizon_connects": horizon, "most_share": 0.01})
    assert capped.target(idle=[1, 1], lines_free=[30, 30], **windows) == 2


@pytest.mark.parametrize("staffed, away, least, expected", [
    ([9, 6], [0, 0], 15, 3), ([9, 6], [1, 0], 15, 2), ([9, 5], [0, 0], 15, 2), ([1, 1], [0, 0], 0, 3),
])  # fmt: skip
def test_it_is_progressive_with_few_advisors(staffed: list[int], away: list[int], least: int, expected: int) -> None:
    hand = Hand("predictive", {**HALF, "limit": 0.1, "least_advisors": least})
    assert hand.target(idle=[1, 1], lines_free=[30, 30], staffed=staffed, away=away) == expected


def test_the_answer_rate_is_learnt_from_connects() -> None:
    """With 5 connects seen, .5 assumed and .9 measured the rate is .7: of 3 lines .343 of 2.1 are dropped, .163."""
    fields: dict[str, Any] = {"idle": [1, 1], "lines_free": [30, 30], "answer_rate": [[0.1, 0.9]]}
    for connects, limit, expected in ((5, 0.16, 2), (5, 0.17, 3), (0, 0.09, 3)):
        hand = Hand("predictive", {**HALF, "limit": limit})
        assert hand.target(joined_or_dropped=[connects], **fields) == expected


def test_an_age_leaves_the_probability_of_an_answer() -> None:
    """Half of all lines are answered, between 4 and 16 s: at 10 s a quarter of all may still be, and half ring on."""
    assert _p_by_age(0.5, 2.5, 4.0, 16.0) == 0.5
    assert _p_by_age(0.5, 10.0, 4.0, 16.0) == pytest.approx(0.25 / 0.75)
    assert _p_by_age(0.5, 16.0, 4.0, 16.0) == 0.0
    assert _p_by_age(0.5, 25.0, 4.0, float("inf")) == 0.5


def test_campaigns_are_dialed_in_their_order() -> None:
    fields: dict[str, Any] = {"idle": [2, 0], "lines_free": [30, 30]}
    assert Hand("predictive", HALF).act(**fields) == "dial:first*2"
    assert Hand("predictive", {**HALF, "order": ["other", "first"]}).act(**fields) == "dial:other*2"
