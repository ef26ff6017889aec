"""Routing rules that score pairs: decisions by hand, and against their twin by sorting."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from ccenv.rules import ROUTING_RULES
from ccenv.rules.routing import basic
from ccenv.rules.routing.choosing import GROUP_CHOICES
from ccenv.scenarios import Scenario
from tests.rules.bench import Bench, random_snapshots, whole_centre
from tests.rules.routing_twin import SCORES, Twin
from tests.rules.test_registry import PARAMS


@functools.cache
def centre() -> Scenario:
    return whole_centre()


BUSY: dict[str, Any] = {
    "queue_length": [1, 3, 2, 0],
    "head_entry_wait_s": [50, 40, 60, 0],
    "idle": [1, 1, 1],
    "idle_longest_s": [5, 9, 7],
}
COST = {"waiting_cost": {"a": 1, "b": 2, "c": 3, "d": 0}}
# c mu: 60 and 30 in a with `one` and `three`, 80 and 120 in b with `one` and `two`, 90 in c with `two` and `three`
ONE, TWO, THREE = {"idle": [1, 0, 0]}, {"idle": [0, 1, 0]}, {"idle": [0, 0, 1]}
NO_C: dict[str, Any] = {"queue_length": [1, 3, 0, 0]}
A_ALONE: dict[str, Any] = {"queue_length": [1, 0, 0, 0]}
PLAN = {"planned_share": {"a": {"one": 1, "three": 0}, "b": {"one": 0, "two": 1}, "c": {"two": 0, "three": 1}}}
SHARES = {"queue_share": {"a": 0.1, "b": 0.7, "c": 0.2}}
ORDER = {"order": ["c", "b", "a", "d"]}


@pytest.mark.parametrize(
    "rule, params, changes, expected",
    [
        ("c_mu", COST, {}, "assign:b>two"),
        ("c_mu", COST, {"idle": [1, 0, 1]}, "assign:c>three"),
        ("c_mu", COST, ONE, "assign:b>one"),
        ("c_mu", COST | {"advisor": "most_skilled"}, {}, "assign:b>one"),  # the queue by 120, then the other group
        ("c_mu_theta", COST, {}, "assign:b>two"),  # 120 / 12 per hour
        ("c_mu_theta", COST, {"queue_length": [1, 0, 2, 0]}, "assign:a>one"),  # 60 / 30 before 90 / 60
        ("generalised_c_mu", COST, {}, "assign:c>two"),  # 90 x 60 before 120 x 40; two has been idle longer
        ("generalised_c_mu", COST | {"power": 0.5}, {}, "assign:b>two"),  # 120 x 6.32 before 90 x 7.75
        ("generalised_c_mu", COST | {"measure": "contacts"}, {}, "assign:b>two"),  # 120 x 3 before 90 x 2
        ("comparative_advantage", COST, {}, "assign:b>two"),
        ("comparative_advantage", COST, ONE, "assign:a>one"),  # 60 before 80 x 40 / 60
        ("planned_pairs", COST | PLAN, ONE, "assign:a>one"),
        ("planned_pairs", COST | PLAN, {"idle": [0, 1, 1]}, "assign:b>two"),
        ("planned_pairs", COST | PLAN, {"idle": [1, 1, 0], "queue_length": [0, 0, 2, 0]}, "assign:c>two"),
        ("max_weight", {}, {}, "assign:b>two"),  # 3 x 60
        ("max_weight", {"weight": {"c": 10}}, {}, "assign:c>two"),
        ("weighted_wait", {}, {}, "assign:c>two"),
        ("weighted_wait", {"weight": {"a": 2}}, {}, "assign:a>three"),
        ("weighted_wait", {"weight": {"a": 2}, "advisor": "fastest"}, {}, "assign:a>one"),
        (
            "weighted_wait",
            {"weight": {"a": 2}, "advisor": "least_skilled"},
            {"idle_longest_s": [9, 1, 1]},
            "assign:a>three",
        ),
        ("weighted_wait", {"weight": {"a": 2}, "advisor": "most_skilled"}, {}, "assign:a>one"),
        (
            "weighted_wait",
            {"weight": {"a": 2}, "advisor": "pair_order", "pair_rank": {"a": {"one": 2, "three": 1}}},
            {"idle_longest_s": [9, 1, 1]},
            "assign:a>three",
        ),
        ("weighted_wait", {"weight": {"a": 2}, "advisor": "least_occupied"}, {"idle": [2, 1, 1]}, "assign:a>three"),
        ("weighted_wait", {"weight": {"a": 2}, "advisor": "least_occupied"}, {"idle": [4, 1, 1]}, "assign:a>one"),
        ("wait_over_target", {}, {}, "assign:c>two"),  # 60 / 20, then 50 / 20
        ("wait_over_target", {"target_wait_s": {"b": 10}}, {}, "assign:b>two"),
        ("wait_and_idle_weights", {}, {}, "assign:c>two"),  # 60 + 9
        ("wait_and_idle_weights", {"idle_weight": {"a": 3}}, {}, "assign:a>three"),  # 50 + 21
        ("wait_and_idle_weights", {"bonus": {"b": {"one": 30}}}, {}, "assign:b>one"),  # 40 + 5 + 30
        ("wait_and_idle_weights", {"delay_s": {"c": 61}}, {}, "assign:a>three"),
        ("wait_and_idle_weights", {"delay_s": 61}, {}, "hold"),
        ("wait_and_idle_weights", {"delay_s": 61}, {"closed": 1}, "assign:c>two"),  # it may not hold
        ("own_team_first", {}, ONE, "assign:a>one"),
        ("own_team_first", {}, ONE | {"head_entry_wait_s": [10, 90, 0, 0]}, "assign:a>one"),
        ("own_team_first", {}, THREE | NO_C, "assign:a>three"),  # none of its own waits
        ("own_team_first", {}, THREE, "assign:c>three"),
        ("tiers", {}, THREE | NO_C, "assign:a>three"),
        ("tiers", {"tier_wait_s": 51}, THREE | NO_C, "hold"),
        ("tiers", {}, A_ALONE, "assign:a>one"),  # both tiers are open; the lower one first
        ("tiers", {"tier": {"a": {"one": 2}}}, A_ALONE, "assign:a>three"),  # 50 s open tier 1, and not 2
        ("penalties", {}, THREE | NO_C, "assign:a>three"),
        ("penalties", {"rise": 0.5}, THREE | NO_C, "hold"),
        ("penalties", {"rise": 0.5, "change_s": 25}, THREE | NO_C, "assign:a>three"),
        ("profiles", ORDER | {"order": ["b", "a", "c", "d"]}, {}, "assign:b>two"),
        ("profiles", {"order": ["b", "a", "c", "d"], "delay_s": {"b": {"two": 41}}}, TWO, "assign:c>two"),
        ("overflow_at_length", {}, THREE | A_ALONE, "hold"),
        ("overflow_at_length", {}, THREE | {"queue_length": [3, 0, 0, 0]}, "assign:a>three"),
        ("overflow_at_length", {}, ONE, "assign:a>one"),  # own team first, though c waits longer
        ("preferred_advisor", {}, {"head_preferred": [0, 0, 1, 0, 0, 0, 0, 0]}, "assign:b>one"),
        ("preferred_advisor", {"others_after_s": 61}, {}, "hold"),
        ("preferred_advisor", {"others_after_s": 55}, {}, "assign:c>two"),
        ("fixed_queue_ratio", SHARES, {}, "assign:c>two"),  # 2 - 0.2 x 6 before 1 - 0.1 x 6 and 3 - 0.7 x 6
        ("fixed_queue_ratio", {"queue_share": {"a": 0.7, "b": 0.1, "c": 0.2}}, {}, "assign:b>two"),
        ("queue_and_idleness_ratio", SHARES | {"idle_share": {"two": 0.7, "three": 0.1}}, {}, "assign:c>three"),
        ("shortest_expected_delay", {}, THREE | NO_C | {"finishes": [[0, 0, 3]]}, "hold"),  # 20 + 60 s before 120 s
        ("shortest_expected_delay", {}, THREE | NO_C | {"finishes": [[0, 0, 0.9]]}, "assign:a>three"),  # 67 + 60 s
        ("shortest_expected_delay", {"margin_s": 41}, THREE | NO_C | {"finishes": [[0, 0, 3]]}, "assign:a>three"),
        ("shortest_expected_delay", {}, {"queue_length": [1, 0, 0, 0]}, "assign:a>one"),
        ("idle_thresholds", ORDER, {}, "assign:c>two"),
        ("idle_thresholds", ORDER | {"step": 1}, NO_C, "hold"),
        ("idle_thresholds", ORDER | {"step": 1}, NO_C | {"idle": [1, 2, 1]}, "assign:b>two"),
        ("callback_offer", {}, ONE | {"head_callback": [1, 0, 0, 0], "lines_left": 1}, "assign:b>one"),
        ("callback_offer", {}, ONE | A_ALONE | {"head_callback": [1, 0, 0, 0], "lines_left": 1}, "assign:a>one"),
        (
            "callback_offer",
            {"callback_reserve": 1},
            ONE | A_ALONE | {"head_callback": [1, 0, 0, 0], "lines_left": 1},
            "hold",
        ),
        ("adaptive_threshold", {}, {"queue_length": [0, 0, 1, 1]}, "assign:c>two"),
        ("adaptive_threshold", {"work_reserve": 1}, {"queue_length": [0, 0, 0, 1]}, "hold"),
    ],
)
def test_by_hand(rule: str, params: dict[str, Any], changes: dict[str, Any], expected: str) -> None:
    assert Bench((rule, params), scenario=centre()).act(**{**BUSY, **changes}) == expected


def test_the_threshold_rises_when_a_service_level_is_missed_and_falls_again() -> None:
    bench = Bench(("adaptive_threshold", {"service_level": 0.8, "every_s": 300}), scenario=centre())
    work = BUSY | {"queue_length": [0, 0, 0, 1], "idle": [1, 0, 0]}
    missed, met = {"service_level_recent": [0.9, 0.7, 1, 0]}, {"service_level_recent": [0.9, 0.8, 1, 0]}
    steps = [(0, missed), (299, missed), (300, missed), (599, met), (600, met)]
    found = [bench.act(**work, **level, time_of_day_s=t) for t, level in steps]
    assert found == ["assign:d>one", "assign:d>one", "hold", "hold", "assign:d>one"]


@pytest.mark.parametrize("rule", SCORES)
def test_the_twin_takes_the_same(rule: str) -> None:
    """Over snapshots with many ties, for each way to choose the group."""
    n = 60
    taken: set[str] = set()
    for seed, word in enumerate(GROUP_CHOICES):
        params = {**PARAMS.get(rule, {}), "advisor": word}
        bench, twin = Bench((rule, params), scenario=centre()), Twin(centre(), rule, params)
        snaps = random_snapshots(bench, n, seed=seed)
        snaps["epoch_kind"] = 1  # an event: the rule is asked, even if it has just held
        masks = bench.mask(snaps)
        for k in range(n):
            legal = [name.removeprefix("assign:") for name in np.array(bench.names)[masks[k]] if "assign" in name]
            if not legal:
                continue
            found = bench.names[bench.choose(snaps[k : k + 1], masks[k : k + 1], 0.5, bench.state)[0]]
            chosen = twin.choose(snaps[k], [tuple(pair.split(">")) for pair in legal], bool(masks[k, 0]))
            expected = "assign:" + ">".join(chosen) if chosen else "hold"
            assert found == expected or (expected == "hold" and "assign" not in found), (word, k)
            taken.add(expected)
    assert len(taken) > 5


def test_every_scored_rule_has_a_twin() -> None:
    assert list(SCORES) == [rule.name for rule in ROUTING_RULES[len(basic.RULES) :]]
