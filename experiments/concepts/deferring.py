"""Concepts: deferrable work: due times, interruptions, and the time to find back."""

from __future__ import annotations

from experiments.concepts.concept import CHOICE, Concept, Experiment

BY_HAND = "tests/semantics/test_by_hand_work.py"
OFFICE = "back_office"
RUNS = 40

CONCEPTS = (
    Concept(
        "deferrable work: due times",
        ("queues.*.deferrable.due_s",),
        "in time if done at most `due_s` after it came in, nights included",
        CHOICE,
        f"{BY_HAND}::test_work_waits_over_night_and_overtime_is_for_calls",
        OFFICE,
        Experiment(
            OFFICE,
            "done_in_time:mails",
            "up",
            off={"queues.mails.deferrable.due_s": {"dist": "constant", "value_s": 14_400.0}},
            runs=RUNS,
            days=5,
            why="a day in place of four hours",
        ),
    ),
    Concept(
        "deferrable work: interruptions",
        ("queues.*.deferrable.interruptible",),
        "a call takes the advisor whose item has been worked on least; the item resumes with its rest",
        "preemptive resume, as in Legros, Jouini and Koole (2018); whom a call takes is a modelling choice",
        f"{BY_HAND}::test_a_call_interrupts_work_which_then_goes_on_with_its_rest",
        OFFICE,
        Experiment(
            OFFICE,
            "mean_wait_s",
            "down",
            off={"queues.mails.deferrable.interruptible": False},
            runs=RUNS,
            days=5,
        ),
    ),
    Concept(
        "deferrable work: finding back",
        ("queues.*.deferrable.resume_s",),
        "rest of the time `+ resume_s` at each interruption",
        CHOICE,
        f"{BY_HAND}::test_a_call_interrupts_work_which_then_goes_on_with_its_rest",
        OFFICE,
        Experiment(
            OFFICE,
            "item_handle_s:mails",
            "up",
            off={"queues.mails.deferrable.resume_s": 0.0},
            runs=RUNS,
            days=5,
        ),
    ),
)
