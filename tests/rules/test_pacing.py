"""Pacing rules: targets by hand, random rounding, and one coin for each event."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from ccenv import KpiTable, Scenario, load_scenario, simulate
from ccenv.run.config import RuleChoice
from ccenv.sim.state import codes
from ccenv.trace import trace
from tests.rules.bench import Bench, centre, second

OPEN: dict[str, Any] = {"lines_free": [99, 99], "leads_dialable": [99, 99], "event_number": 1}
#: Only the first campaign is dialed; both groups' idle advisors count for it, and those of `one` for the other.
FIRST: dict[str, Any] = {**OPEN, "leads_dialable": [99, 0]}


@pytest.mark.parametrize(
    "rule, changes, expected",
    [
        ("no_dial", {"idle": [5, 5]}, "hold"),
        ("progressive_unreserved", {"idle": [1, 2]}, "dial:first*2"),  # target 3
        ("progressive_unreserved", {"idle": [2, 2]}, "dial:first*4"),
        ("progressive_unreserved", {"idle": [2, 2], "ringing": [3, 0]}, "dial:first*1"),
        ("progressive_unreserved", {"idle": [2, 2], "ringing": [4, 0]}, "hold"),
        ("progressive_unreserved", {"idle": [2, 2], "ringing": [9, 0]}, "hold"),
        ("progressive_unreserved", {"idle": [2, 2], "lines_free": [3, 0]}, "dial:first*2"),
        ("progressive_unreserved", {"idle": [2, 2], "leads_dialable": [1, 0]}, "dial:first*1"),
        ("progressive_unreserved", {"idle": [0, 0]}, "hold"),
        ("progressive_unreserved", {"idle": [2, 2], "connects_waiting": [7, 0]}, "dial:first*4"),
        (("progressive_unreserved", {"reserve": 2}), {"idle": [2, 2]}, "dial:first*2"),
        (("progressive_unreserved", {"reserve": 5}), {"idle": [2, 2]}, "hold"),
        (("fixed_ratio", {"ratio": 1.5}), {"idle": [1, 2]}, "dial:first*4"),  # 4.5, rounded down
        (("fixed_ratio", {"ratio": 1.5}), {"idle": [1, 2], "ringing": [1, 0]}, "dial:first*2"),
        (("fixed_ratio", {"ratio": 1.5, "reserve": 2}), {"idle": [1, 2]}, "dial:first*1"),  # 1.5
        (("fixed_ratio", {"ratio": 0.9}), {"idle": [1, 0]}, "hold"),  # 0.9
        (("fixed_ratio", {"ratio": 2, "rounding": "random"}), {"idle": [1, 1]}, "dial:first*4"),
        (("max0", {"k": 2, "c": 2}), {"idle": [2, 1]}, "dial:first*4"),  # 6 - 2
        (("max0", {"k": 2, "c": 2, "reserve": 1}), {"idle": [2, 1]}, "dial:first*2"),  # 4 - 2
        (("max0", {"k": 2, "c": 2}), {"idle": [1, 0]}, "hold"),  # 0
        (("max0", {"k": 1, "c": 5}), {"idle": [1, 1]}, "hold"),  # never below 0
        (("constant_lines", {"n": 3}), {}, "dial:first*2"),
        (("constant_lines", {"n": 3}), {"ringing": [3, 0]}, "hold"),
        (("constant_lines", {"n": 3}), {"ringing": [2, 0]}, "dial:first*1"),
        ("progressive_unreserved", {"idle": [1, 0], "ringing": [1, 0], "leads_dialable": [99, 99]}, "dial:other*1"),
        ("progressive_unreserved", {"idle": [0, 3], "ringing": [3, 0], "leads_dialable": [99, 99]}, "hold"),  # no skill
        ("progressive_unreserved", {"idle": [2, 2], "leads_dialable": [0, 0]}, "hold"),
    ],
)
def test_unreserved_by_hand(rule: RuleChoice, changes: dict[str, Any], expected: str) -> None:
    assert Bench(pacing=rule).act(**{**FIRST, **changes}) == expected


@pytest.mark.parametrize(
    "rule, changes, expected",
    [
        ("progressive", {"idle": [1, 1], "idle_longest_s": [3, 8]}, "dial:first>two"),
        ("progressive", {"idle": [1, 1], "idle_longest_s": [8, 3]}, "dial:first>one"),
        ("progressive", {"idle": [1, 1], "idle_longest_s": [3, 3]}, "dial:first>one"),
        ("progressive", {"idle": [0, 1]}, "dial:first>two"),
        ("progressive", {"idle": [0, 0]}, "hold"),
        ("progressive", {"idle": [1, 1], "ringing": [9, 0]}, "dial:first>one"),  # each has an advisor of its own
        ("progressive", {"idle": [1, 1], "lines_free": [0, 9]}, "hold"),
        (("progressive", {"reserve": 2}), {"idle": [1, 1]}, "hold"),
        (("progressive", {"reserve": 1}), {"idle": [1, 1]}, "dial:first>one"),
        (("reserve_threshold", {"reserve": 2}), {"idle": [1, 1]}, "hold"),
        (("reserve_threshold", {"reserve": 1}), {"idle": [1, 1]}, "dial:first>one"),
        (("reserve_threshold", {"reserve": 2, "p_next": 1}), {"idle": [1, 1]}, "dial:first>one"),  # at the threshold
        (("reserve_threshold", {"reserve": 3, "p_next": 1}), {"idle": [1, 1]}, "hold"),  # below it
        (("reserve_threshold", {"reserve": 0, "p_next": 1}), {"idle": [0, 0]}, "hold"),
        ("progressive", {"idle": [1, 0], "leads_dialable": [0, 99]}, "dial:other>one"),
        ("progressive", {"idle": [0, 1], "leads_dialable": [0, 99]}, "hold"),  # no skill
    ],
)
def test_reserved_by_hand(rule: RuleChoice, changes: dict[str, Any], expected: str) -> None:
    assert Bench(pacing=rule).act(**{**FIRST, **changes}) == expected


RANDOM: list[tuple[RuleChoice, dict[str, Any], str, str, float]] = [
    (("fixed_ratio", {"ratio": 1.3, "rounding": "random"}), {"idle": [1, 0]}, "dial:first*2", "dial:first*1", 0.3),
    (("max0", {"k": 2, "c": 1.2}), {"idle": [1, 0]}, "dial:first*1", "hold", 0.8),
    (("constant_lines", {"n": 1.65}), {}, "dial:first*2", "dial:first*1", 0.65),
    (("reserve_threshold", {"reserve": 2, "p_next": 0.2478}), {"idle": [1, 1]}, "dial:first>one", "hold", 0.2478),
]


@pytest.mark.parametrize("rule, fields, often, else_, p", RANDOM)
def test_random_rounding_has_the_probability_of_the_fraction(
    rule: RuleChoice, fields: dict[str, Any], often: str, else_: str, p: float
) -> None:
    bench, n = Bench(pacing=rule), 4_000
    u = np.random.default_rng(5).random(n)
    taken = [bench.act(u[k], **{**FIRST, **fields, "event_number": 1 + k}) for k in range(n)]
    assert set(taken) == {often, else_}
    assert stats.binomtest(taken.count(often), n, p).pvalue > 1e-3
    assert [action == often for action in taken] == [second(v) < p for v in u]


@pytest.mark.parametrize("rule, fields, often, else_, p", RANDOM)
def test_a_coin_is_kept_until_the_next_event(
    rule: RuleChoice, fields: dict[str, Any], often: str, else_: str, p: float
) -> None:
    bench = Bench(pacing=rule)
    yes = next(u for u in np.linspace(0.001, 0.999, 999) if second(u) < p)
    no = next(u for u in np.linspace(0.001, 0.999, 999) if second(u) > p)
    now = {**FIRST, **fields}
    assert bench.act(yes, **now, epoch_kind=codes.EVENT_EPOCH) == often
    for kind in (codes.SAME_INSTANT, codes.TIMER_EPOCH, codes.REVIEW_EPOCH):
        assert bench.act(no, **now, epoch_kind=kind) == often
    now["event_number"] = 2
    assert bench.act(no, **now, epoch_kind=codes.EVENT_EPOCH) == else_
    for kind in (codes.SAME_INSTANT, codes.REVIEW_EPOCH):
        assert bench.act(yes, **now, epoch_kind=kind) == else_


def test_a_target_is_met_by_several_dials_and_not_passed() -> None:
    """Asked again at the same instant, with what it has dialed ringing."""
    bench, ringing = Bench(pacing=("constant_lines", {"n": 7})), 0.0
    taken = []
    while (action := bench.act(**{**FIRST, "ringing": [ringing, 0]})) != "hold":
        taken.append(action)
        ringing += int(action.split("*")[1])
    assert taken == ["dial:first*4", "dial:first*2", "dial:first*1"]


def test_routing_comes_first_and_is_not_asked_again_once_it_has_held() -> None:
    bench = Bench("fifo", "progressive_unreserved")
    both = {**FIRST, "queue_length": [1, 0, 0], "head_entry_wait_s": [9, 0, 0], "idle": [2, 0]}
    assert bench.act(**both, epoch_kind=codes.EVENT_EPOCH) == "assign:a>one"
    assert bench.act(**{**both, "queue_length": [0, 0, 0]}, epoch_kind=codes.SAME_INSTANT) == "dial:first*2"


def blending(review_s: float, hours: float = 60.0, **more: Any) -> Scenario:
    """Inbound contacts before a campaign that reserves advisors, without idle time to spare."""
    scenario = {
        "name": "blending",
        "description": "made by the tests",
        "clock": {"kind": "steady", "warm_up_s": 3600, "horizon_s": hours * 3600, "review_s": review_s},
        "queues": {"calls": {"arrivals_per_hour": 90, "handle_s": 120, "patience_s": 300}},
        "groups": {"team": {"skills": ["calls", "sales"], "staffing": 6}},
        "campaigns": {"sales": {"p_answer": 1.0, "handle_s": 150, "reserves": True, **more}},
    }
    return load_scenario(scenario)


def without_reviews(log: np.ndarray) -> np.ndarray:
    """A log without reviews, holding, and the numbers of decisions."""
    holds = (log["code"] == codes.LOG_ACTION) & (log["detail"] == codes.HOLD)
    kept = log[(log["code"] != codes.LOG_REVIEW) & ~holds].copy()
    kept["number"][kept["code"] == codes.LOG_ACTION] = 0
    return kept


@pytest.mark.parametrize("p_next", [0.0, 1.0])
def test_a_rule_that_tosses_no_coin_does_the_same_however_often_it_is_asked(p_next: float) -> None:
    rule = ("reserve_threshold", {"reserve": 2, "p_next": p_next})
    logs = [trace(blending(review_s, 6.0, ring_s=5), seed=2, pacing=rule)[0] for review_s in (0.0, 5.0)]
    assert len(logs[1]) > 1.5 * len(logs[0])
    assert without_reviews(logs[0]).tobytes() == without_reviews(logs[1]).tobytes()


def test_a_rule_that_tosses_a_coin_does_the_same_in_the_long_run() -> None:
    """A coin tossed again every 5 seconds would be tossed some five times between two events."""
    rule = ("reserve_threshold", {"reserve": 2, "p_next": 0.25})
    seeds = range(24)
    never, often = (simulate(blending(review_s), pacing=rule, seeds=seeds) for review_s in (0.0, 5.0))
    always = simulate(blending(0.0), pacing=("reserve_threshold", {"reserve": 2, "p_next": 1.0}), seeds=seeds)
    for column in ("n_joined", "mean_wait_s", "abandonment", "occupancy"):
        assert abs(z_of_difference(often, never, column)) < 3.5
        assert abs(z_of_difference(always, never, column)) > 10  # the comparison would show it


def z_of_difference(some: KpiTable, others: KpiTable, column: str) -> float:
    """Difference of two tables on the same seeds, in standard errors."""
    difference = np.asarray(some[column]) - np.asarray(others[column])
    return float(difference.mean() / (difference.std(ddof=1) / np.sqrt(len(difference))))


def test_the_bench_has_the_actions_that_the_cases_name() -> None:
    names = [action.name for action in centre(reserves=True).catalogue]
    assert names[5:] == ["dial:first>one", "dial:first>two", "dial:other>one"]
    names = [action.name for action in centre().catalogue]
    assert names[5:] == [f"dial:{name}*{n}" for name in ("first", "other") for n in (1, 2, 4)]
