"""Concepts: presence and skills of the advisors."""

from __future__ import annotations

from experiments.concepts.centres import FRESH_START, SHIFTS, SUPPORT, TEAMS, groups
from experiments.concepts.concept import CHOICE, Concept, Experiment
from experiments.concepts.utility import STAFFING, spread

ROSTER = "tests/semantics/test_by_hand_roster.py"

ROSTERS = (
    Concept(
        "staffing by slot",
        ("groups.*.staffing",),
        "`staffing[k]` advisors in slot `k`",
        CHOICE,
        "tests/scenarios/test_roster.py::test_changes_of_staffing_are_made_by_the_last_advisors",
        "surge_day",
        Experiment(
            "surge_day",
            "mean_wait_s",
            "down",
            off={"groups.all_round.staffing": spread(STAFFING["all_round"])},
            why="the same advisor hours, but where the contacts are",
        ),
    ),
    Concept(
        "shifts",
        ("groups.*.shifts.*.n", "groups.*.shifts.*.from_s", "groups.*.shifts.*.until_s"),
        "`n` advisors from `from_s` to `until_s`; nobody leaves before finishing",
        CHOICE,
        f"{ROSTER}::test_a_shift_that_ends_in_a_break_or_in_a_talk",
        SUPPORT,
        Experiment(
            "surge_day",
            "mean_wait_s",
            "down",
            off={"groups.all_round.shifts": [{"n": 7, "from_s": 25_200.0, "until_s": 72_000.0}]},
            on={
                "groups.all_round.shifts": [
                    {"n": 5, "from_s": 25_200.0, "until_s": 72_000.0},
                    {"n": 3, "from_s": 30_600.0, "until_s": 59_400.0},
                ]
            },
            both={"groups.all_round.staffing": 0},
            why="89 advisor hours in place of 91, but more of them where the contacts are",
        ),
    ),
    Concept(
        "breaks",
        ("groups.*.shifts.*.breaks.*.at_s", "groups.*.shifts.*.breaks.*.length_s"),
        "away for `length_s` from `at_s`, or from the end of the contact in hand",
        CHOICE,
        f"{ROSTER}::test_a_break_that_falls_due_in_a_talk_is_owed",
        SUPPORT,
        Experiment(
            SUPPORT,
            "mean_wait_s",
            "up",
            off={
                f"groups.{group}.shifts.{n}.breaks": [] for group, n_shifts in SHIFTS.items() for n in range(n_shifts)
            },
            both=FRESH_START,
        ),
    ),
    Concept(
        "shrinkage",
        ("groups.*.shrinkage",),
        "absent for a day with probability `shrinkage`",
        CHOICE,
        f"{ROSTER}::test_who_is_absent_today_may_come_tomorrow",
        SUPPORT,
        Experiment(SUPPORT, "mean_wait_s", "up", off=groups(SHIFTS, "shrinkage", 0.0), both=FRESH_START),
    ),
    Concept(
        "wages",
        ("groups.*.wage_per_hour",),
        "`cost = wage_per_hour x hours on duty`",
        CHOICE,
        "tests/kpis/test_registry.py::test_kpi_is_what_the_hand_says",
        "tiny",
        Experiment(
            "tiny",
            "cost_per_contact",
            "up",
            off={"groups.first.wage_per_hour": 0.0, "groups.blended.wage_per_hour": 0.0},
        ),
    ),
)

SKILLS = (
    Concept(
        "overlapping skills",
        ("groups.*.skills",),
        "a group takes contacts of each queue among its `skills`",
        "pooling: Wallace and Whitt (2005)",
        "tests/scenarios/test_catalogue.py::test_pairs_are_queues_then_groups_then_campaigns",
        "x_design",
        Experiment(
            "x_design",
            "mean_wait_s",
            "down",
            off={"groups.account_team.skills": ["accounts"], "groups.card_team.skills": ["cards"]}
            | groups(TEAMS, "handle_s", {}),
            on=groups(TEAMS, "handle_s", {}),
            why="two pools against one, at equal handle times",
        ),
    ),
    Concept(
        "handle times by group",
        ("groups.*.handle_s",),
        "distribution of the handle time by queue and group",
        CHOICE,
        "tests/scenarios/test_compile.py::test_handle_distribution_of_each_pair",
        "x_design",
        Experiment(
            "x_design", "mean_wait_s", "up", off=groups(TEAMS, "handle_s", {}), why="helping out takes a third longer"
        ),
    ),
)

SERVICES = (
    Concept(
        "answering service",
        (
            "groups.*.answering_service.lines",
            "groups.*.answering_service.price_per_contact",
        ),
        "`fees = price_per_contact x contacts it began`; own advisors first, then the service",
        CHOICE,
        "tests/semantics/test_by_hand_answering.py::test_what_own_advisors_cannot_take_goes_outside_at_a_price",
        "overflow",
        Experiment(
            "overflow",
            "abandonment",
            "down",
            off={"groups.outside.answering_service.lines": 1},
            runs=100,
            why="contacts that have waited for own advisors for 40 s go outside, if a line is free",
        ),
    ),
    Concept(
        "answering service: quality",
        ("groups.*.answering_service.own_quality",),
        "points above the mean become `quality - own_quality`",
        CHOICE,
        "tests/semantics/test_by_hand_answering.py::"
        "test_its_quality_moves_repeats_and_satisfaction_against_that_of_own_advisors",
        "overflow",
        Experiment("overflow", "csat", "down", off={"groups.outside.answering_service.own_quality": None}, runs=100),
    ),
)

CONCEPTS = (*ROSTERS, *SKILLS, *SERVICES)
