"""Concepts: advisors who handle both inbound and outbound contacts."""

from __future__ import annotations

from experiments.concepts.centres import BANK, HYBRID
from experiments.concepts.concept import CHOICE, Concept, Experiment

BLENDED_TEST = "tests/semantics/test_by_hand_outbound.py::test_connects_wait_are_taken_by_a_freed_advisor_and_dropped"

CONCEPTS = (
    Concept(
        "blending",
        ("groups.*.skills",),
        "one advisor does both: skills are queues and campaigns",
        "Bhulai and Koole (2003), Gans and Zhou (2003)",
        BLENDED_TEST,
        HYBRID,
        Experiment(
            HYBRID,
            "mean_wait_s",
            "down",
            off={"groups.blended.skills": ["renewals"]},
            runs=100,
            why="against a team that only dials",
        ),
    ),
    Concept(
        "connects come first",
        ("campaigns.*.drop_after_s",),
        "a freed advisor takes the connect that has waited longest, then who waits in a queue",
        "queue priority: outbound above inbound, ViciDial's help (production rules)",
        BLENDED_TEST,
        HYBRID,
        Experiment(
            HYBRID,
            "mean_wait_s",
            "up",
            off={"campaigns.renewals.drop_after_s": 0.0},
            on={"campaigns.renewals.drop_after_s": {"dist": "constant", "value_s": 60.0}},
            both={
                "campaigns.renewals.hang_up_s": {"dist": "never"},
                "rules.pacing": {"name": "max0", "params": {"k": 4.0}},
            },
            runs=200,
        ),
    ),
    Concept(
        "advisors kept for inbound",
        ("rules.pacing=max0",),
        "target of ringing lines `max(0, k max(0, idle - reserve) - c)`",
        "reserve for inbound: Bhulai and Koole (2003), Gans and Zhou (2003)",
        "tests/rules/test_pacing.py::test_unreserved_by_hand",
        HYBRID,
        Experiment(
            HYBRID,
            "mean_wait_s",
            "down",
            off={"rules.pacing": {"name": "max0", "params": {"k": 2.5, "c": 1.0, "reserve": 0.0}}},
            on={"rules.pacing": {"name": "max0", "params": {"k": 2.5, "c": 1.0, "reserve": 2.0}}},
            runs=100,
        ),
    ),
    Concept(
        "outbound between contacts",
        ("rules.pacing=max0", "campaigns.*.p_answer"),
        "idle advisors are dialed for",
        "Gans and Zhou (2003)",
        "tests/rules/test_pacing.py::test_unreserved_by_hand",
        BANK,
        Experiment(BANK, "occupancy", "up", off={"rules.pacing": {"name": "no_dial"}}, runs=60),
    ),
    Concept(
        "callbacks in a blended centre",
        ("queues.*.callback.p_accept",),
        "callbacks stand in line with callers; agreed ones come before other leads",
        CHOICE,
        "tests/semantics/test_by_hand_callbacks.py::test_callbacks_are_offered_only_above_the_announced_wait",
        HYBRID,
        Experiment(
            HYBRID,
            "abandonment",
            "down",
            off={"queues.orders.callback.p_accept": 0.0, "queues.questions.callback.p_accept": 0.0},
            runs=400,
            why="who waits at home does not give up",
        ),
    ),
    Concept(
        "history of lists and windows",
        ("history.kind", "history.days"),
        "opens with the lists, callbacks and windows that `days` days under the scenario's own rules have left",
        CHOICE,
        "tests/env/test_history.py::test_an_episode_opens_as_a_long_run_goes_on",
        f"{HYBRID}:under_way",
        Experiment(
            HYBRID,
            "connect_rate",
            "down",
            on={"history.kind": "steady", "history.days": 4},
            runs=60,
            why="leads that did not answer on days before are dialed again",
        ),
    ),
)
