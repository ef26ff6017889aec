"""Concepts: quality measures of the centre: scripts and monitoring."""

from __future__ import annotations

from experiments.concepts.centres import COACHED, FRESH_START, SUPPORT, TEAMS, groups
from experiments.concepts.concept import CHOICE, Concept, Experiment

TRAITS = "tests/semantics/test_by_hand_traits.py"

CONCEPTS = (
    Concept(
        "script: spread",
        ("groups.*.script.strength",),
        "`m + (1 - strength)(x - m)`",
        CHOICE,
        f"{TRAITS}::test_a_script_draws_handle_times_to_their_mean",
        SUPPORT,
        Experiment(
            "x_design",
            "mean_wait_s",
            "down",
            on=groups(TEAMS, "script.strength", 0.6),
            why="the same mean with less spread",
        ),
    ),
    Concept(
        "script: quality",
        ("groups.*.script.quality_cost",),
        "quality less `quality_cost`",
        CHOICE,
        f"{TRAITS}::test_quality_moves_sales_repeats_and_satisfaction",
        SUPPORT,
        Experiment(SUPPORT, "fcr", "down", off=groups(COACHED, "script.quality_cost", 0.0), both=FRESH_START),
    ),
    Concept(
        "monitoring: share and cost",
        ("groups.*.monitoring.share", "groups.*.monitoring.cost"),
        "sampled if `u < share`, at `cost`",
        CHOICE,
        f"{TRAITS}::test_quality_drifts_and_is_coached_back",
        SUPPORT,
        Experiment(
            SUPPORT, "coaching_cost", "up", off=groups(COACHED, "monitoring.share", 0.0), both=FRESH_START, runs=50
        ),
    ),
    Concept(
        "monitoring: drift",
        ("groups.*.monitoring.drift_per_day",),
        "quality falls by `drift_per_day` on each day worked",
        CHOICE,
        f"{TRAITS}::test_quality_drifts_and_is_coached_back",
        SUPPORT,
        Experiment(
            SUPPORT,
            "fcr",
            "down",
            off=groups(COACHED, "monitoring.drift_per_day", 0.0),
            on=groups(COACHED, "monitoring.drift_per_day", 1.0),
            both=FRESH_START,
            runs=50,
            days=10,
        ),
    ),
    Concept(
        "monitoring: gain",
        ("groups.*.monitoring.gain",),
        "a sample brings back the share `gain` of what was lost",
        CHOICE,
        f"{TRAITS}::test_quality_drifts_and_is_coached_back",
        SUPPORT,
        Experiment(
            SUPPORT,
            "fcr",
            "up",
            off=groups(COACHED, "monitoring.gain", 0.0),
            both={**FRESH_START, **groups(COACHED, "monitoring.drift_per_day", 1.0)},
            runs=50,
            days=10,
        ),
    ),
)
