"""Decisions of the scored routing rules that are drawn by hand: rule, parameters, changes to `BUSY`, action."""

from __future__ import annotations

from typing import Any

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
CHEAP_C = {"waiting_cost": {"a": 1, "b": 2, "c": 0.1, "d": 0}}
DEAR_C = {"waiting_cost": {"a": 1, "b": 2, "c": 9, "d": 0}}
BOTH_TWO = {"planned_share": {"b": {"two": 1}, "c": {"two": 1}}}
A_HELPED = {"a": {"three": 1}, "c": {"three": 0}}
ALMOST: dict[str, Any] = {"head_entry_wait_s": [50.5, 0, 50, 0]}
MANY: dict[str, Any] = {"idle": [6, 3, 1]}  # two: 3 - 0.35 x 10, three: 1 - 0.05 x 10

CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("c_mu", COST, {}, "assign:b>two"),
    ("c_mu", COST, {"idle": [1, 0, 1]}, "assign:c>three"),
    ("c_mu", COST, ONE, "assign:b>one"),
    ("c_mu", COST | {"advisor": "most_skilled"}, {}, "assign:b>one"),  # the queue by 120, then the other group
    ("c_mu_theta", COST, {}, "assign:b>two"),  # 120 / 12 per hour
    ("c_mu_theta", COST, {"queue_length": [1, 0, 2, 0]}, "assign:a>one"),  # 60 / 30 before 90 / 60
    ("c_mu_theta", {"waiting_cost": {"a": 1, "b": 0.1, "c": 3, "d": 0}}, {}, "assign:a>one"),  # 2, 0.5 and 1.5
    ("generalised_c_mu", COST, {}, "assign:c>two"),  # 90 x 60 before 120 x 40; two has been idle longer
    ("generalised_c_mu", COST | {"power": 0.5}, {}, "assign:b>two"),  # 120 x 6.32 before 90 x 7.75
    ("generalised_c_mu", COST | {"measure": "contacts"}, {}, "assign:b>two"),  # 120 x 3 before 90 x 2
    ("comparative_advantage", COST, {}, "assign:b>two"),
    ("comparative_advantage", COST, ONE, "assign:a>one"),  # 60 before 80 x 40 / 60
    ("comparative_advantage", CHEAP_C, THREE, "assign:a>three"),  # 30 / 2 before 0.1 x 30
    ("planned_pairs", COST | PLAN, ONE, "assign:a>one"),
    ("planned_pairs", COST | PLAN, {"idle": [0, 1, 1]}, "assign:b>two"),
    ("planned_pairs", COST | PLAN, {"idle": [1, 1, 0], "queue_length": [0, 0, 2, 0]}, "assign:c>two"),
    ("planned_pairs", DEAR_C | BOTH_TWO, TWO, "assign:c>two"),  # both planned: 9 x 30 before 2 x 60
    ("planned_pairs", COST | {"planned_share": {"a": {"one": 1e-6}, "b": {"one": 0}}}, ONE, "assign:b>one"),
    ("max_weight", {}, {}, "assign:b>two"),  # 3 x 60
    ("max_weight", {"weight": {"c": 10}}, {}, "assign:c>two"),
    ("max_weight", {}, {"queue_length": [2, 0, 3, 0]}, "assign:a>one"),  # 2 x 60 before 3 x 30
    ("weighted_wait", {}, {}, "assign:c>two"),
    ("weighted_wait", {"weight": {"a": 2}}, {}, "assign:a>three"),
    ("weighted_wait", {"weight": {"b": 2}}, ONE, "assign:b>one"),  # 80 before 50
    ("weighted_wait", {"weight": {"b": 1.1}}, ONE, "assign:a>one"),  # 50 before 44
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
    ("wait_and_idle_weights", {"delay_s": {"c": 60}}, {}, "assign:c>two"),  # open from 60 s on
    ("wait_and_idle_weights", {"wait_weight": {"a": 2}}, {}, "assign:a>three"),  # 100 + 7
    ("wait_and_idle_weights", {"delay_s": 61}, {}, "hold"),
    ("wait_and_idle_weights", {"delay_s": 61}, {"closed": 1}, "assign:c>two"),  # it may not hold
    ("own_team_first", {}, ONE, "assign:a>one"),
    ("own_team_first", {}, {}, "assign:c>two"),  # own teams of a, b and c are idle
    ("own_team_first", {}, ONE | {"head_entry_wait_s": [10, 90, 0, 0]}, "assign:a>one"),
    ("own_team_first", {}, THREE | NO_C, "assign:a>three"),  # none of its own waits
    ("own_team_first", {}, THREE, "assign:c>three"),
    ("tiers", {}, THREE | NO_C, "assign:a>three"),
    ("tiers", {"tier_wait_s": 51}, THREE | NO_C, "hold"),
    ("tiers", {"tier_wait_s": 50}, THREE | NO_C, "assign:a>three"),
    ("tiers", {"tier_wait_s": 51}, ONE | A_ALONE, "assign:a>one"),  # tier 0 is open at once
    ("tiers", {"tier": A_HELPED, "tier_wait_s": 0}, THREE | ALMOST, "assign:a>three"),  # a tier is no half second
    ("tiers", {}, A_ALONE, "assign:a>one"),  # both tiers are open; the lower one first
    ("tiers", {"tier": {"a": {"one": 2}}}, A_ALONE, "assign:a>three"),  # 50 s open tier 1, and not 2
    ("penalties", {}, THREE | NO_C, "assign:a>three"),
    ("penalties", {"rise": 0.5}, THREE | NO_C, "hold"),
    ("penalties", {"rise": 0.5, "change_s": 25}, THREE | NO_C, "assign:a>three"),
    ("penalties", {"most_penalty": 1, "rise": 0}, THREE | NO_C, "assign:a>three"),
    ("penalties", {"penalty": {"a": {"three": 9}}}, THREE | NO_C, "hold"),
    ("penalties", {}, A_ALONE, "assign:a>one"),  # 50 s allow both; the lower penalty first
    ("penalties", {"penalty": A_HELPED}, THREE | ALMOST, "assign:a>three"),  # a penalty is no half second
    ("profiles", ORDER | {"order": ["b", "a", "c", "d"]}, {}, "assign:b>two"),
    ("profiles", {"order": ["b", "a", "c", "d"], "delay_s": {"b": {"two": 41}}}, TWO, "assign:c>two"),
    ("profiles", {"order": ["b", "a", "c", "d"], "delay_s": {"b": {"two": 40}}}, TWO, "assign:b>two"),
    ("overflow_at_length", {}, THREE | A_ALONE, "hold"),
    ("overflow_at_length", {}, THREE | {"queue_length": [3, 0, 0, 0]}, "assign:a>three"),
    ("overflow_at_length", {}, ONE, "assign:a>one"),  # own team first, though c waits longer
    ("overflow_at_length", {}, ONE | {"head_entry_wait_s": [30, 90, 0, 0]}, "assign:a>one"),  # three wait in b
    ("preferred_advisor", {}, {"head_preferred": [0, 0, 1, 0, 0, 0, 0, 0]}, "assign:b>one"),
    ("preferred_advisor", {"others_after_s": 61}, {}, "hold"),
    ("preferred_advisor", {"others_after_s": 55}, {}, "assign:c>two"),
    ("preferred_advisor", {"others_after_s": 60}, {}, "assign:c>two"),
    ("fixed_queue_ratio", SHARES, {}, "assign:c>two"),  # 2 - 0.2 x 6 before 1 - 0.1 x 6 and 3 - 0.7 x 6
    ("fixed_queue_ratio", {"queue_share": {"a": 0.7, "b": 0.1, "c": 0.2}}, {}, "assign:b>two"),
    ("queue_and_idleness_ratio", SHARES | {"idle_share": {"two": 0.7, "three": 0.1}}, {}, "assign:c>three"),
    ("queue_and_idleness_ratio", SHARES | {"idle_share": {"two": 0.35, "three": 0.05}}, MANY, "assign:c>three"),
    ("queue_and_idleness_ratio", SHARES, {"idle": [9, 1, 1]}, "assign:c>three"),  # lines first, then the idle
    ("queue_and_idleness_ratio", SHARES, TWO | {"head_entry_wait_s": [50, 70, 60, 0]}, "assign:c>two"),
    ("shortest_expected_delay", {}, THREE | NO_C | {"finishes": [[0, 0, 3]]}, "hold"),  # 20 + 60 s before 120 s
    ("shortest_expected_delay", {}, THREE | NO_C | {"finishes": [[0, 0, 0.9]]}, "assign:a>three"),  # 67 + 60 s
    ("shortest_expected_delay", {"margin_s": 41}, THREE | NO_C | {"finishes": [[0, 0, 3]]}, "assign:a>three"),
    ("shortest_expected_delay", {"margin_s": 40}, THREE | NO_C | {"finishes": [[0, 0, 3]]}, "assign:a>three"),
    ("shortest_expected_delay", {}, {}, "assign:c>two"),  # the longest wait, though a is handled sooner
    ("shortest_expected_delay", {"advisor": "longest_idle"}, A_ALONE | {"finishes": [[0, 0, 30]]}, "assign:a>three"),
    ("shortest_expected_delay", {"handle_rate": {"a": {"three": 0}}}, THREE | NO_C, "assign:a>three"),
    ("shortest_expected_delay", {}, {"queue_length": [1, 0, 0, 0]}, "assign:a>one"),
    ("idle_thresholds", ORDER, {}, "assign:c>two"),
    ("idle_thresholds", {"order": ["b", "c", "a", "d"]}, {}, "assign:b>two"),
    ("idle_thresholds", ORDER | {"step": 1}, NO_C, "hold"),
    ("idle_thresholds", ORDER | {"step": 2}, NO_C | {"idle": [1, 2, 1]}, "hold"),
    ("idle_thresholds", ORDER | {"step": 1}, A_ALONE | {"idle": [2, 1, 1]}, "hold"),
    ("idle_thresholds", ORDER | {"step": 1}, NO_C | {"idle": [2, 0, 0]}, "assign:b>one"),
    ("idle_thresholds", ORDER | {"step": 1}, NO_C | {"idle": [1, 2, 1]}, "assign:b>two"),
    ("callback_offer", {}, ONE | {"head_callback": [1, 0, 0, 0], "lines_left": 1}, "assign:b>one"),
    ("callback_offer", {}, ONE | A_ALONE | {"head_callback": [1, 0, 0, 0], "lines_left": 1}, "assign:a>one"),
    ("callback_offer", {}, {}, "assign:c>two"),
    ("callback_offer", {}, THREE | A_ALONE | {"head_callback": [1, 0, 0, 0], "lines_left": 1}, "assign:a>three"),
    (
        "callback_offer",
        {"callback_reserve": 1},
        ONE | A_ALONE | {"head_callback": [1, 0, 0, 0], "lines_left": 1},
        "hold",
    ),
    ("adaptive_threshold", {}, {"queue_length": [0, 0, 1, 1]}, "assign:c>two"),
    ("adaptive_threshold", {}, {}, "assign:c>two"),
    ("adaptive_threshold", {"work_reserve": 1}, {"queue_length": [0, 0, 0, 1]}, "hold"),
]
