"""Concepts: leads that were dialed in vain and call in."""

from __future__ import annotations

from experiments.concepts.centres import RETURNS
from experiments.concepts.concept import CHOICE, Concept, Experiment

CALLS = "tests/semantics/test_by_hand_return_calls.py"
KEY = "campaigns.*.return_calls"
OURS = "campaigns.contracts.return_calls"

CONCEPTS = (
    Concept(
        "return calls",
        tuple(f"{KEY}.p_by_outcome.{name}" for name in ("no_answer", "machine", "dropped", "hung_up")),
        "after an attempt in vain the lead calls in if `u < p`, unless it is dialed before",
        CHOICE,
        f"{CALLS}::test_a_call_that_is_answered_has_the_goal_of_its_campaign_and_closes_the_lead",
        RETURNS,
        Experiment(
            RETURNS,
            "n_sales",
            "up",
            off={OURS: None},
            runs=60,
            why="a lead who calls in need not be reached",
        ),
    ),
    Concept(
        "return calls and waits",
        (f"{KEY}.queue",),
        "the call joins the queue named",
        CHOICE,
        f"{CALLS}::test_a_lost_call_gives_its_lead_back_and_may_come_again",
        RETURNS,
        Experiment(RETURNS, "mean_wait_s", "up", off={OURS: None}, runs=60, why="dialing makes inbound work"),
    ),
    Concept(
        "return calls: delay",
        (f"{KEY}.delay_s",),
        "due `T ~ delay_s` of opening time later; late after the last closing",
        CHOICE,
        f"{CALLS}::test_calls_go_on_over_night_and_are_late_after_the_last_closing",
        RETURNS,
        Experiment(
            RETURNS,
            "n_returned",
            "down",
            off={f"{OURS}.delay_s": 300},
            runs=60,
            why="against 5 min: fewer come before closing, or before the lead is dialed again",
        ),
    ),
)
