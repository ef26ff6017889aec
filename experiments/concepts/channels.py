"""Concepts: machines that answer first, and chats."""

from __future__ import annotations

from experiments.concepts.centres import OMNICHANNEL, OMNICHANNEL_QUEUES, queues
from experiments.concepts.concept import CHOICE, Concept, Experiment

MACHINE = "tests/semantics/test_by_hand_machine.py"
CHATS = "tests/semantics/test_by_hand_chats.py"
BESIDE = "tests/semantics/test_by_hand_chats_beside.py"
RATES = "Luo and Zhang (2013); Tezcan and Zhang (2014)"

CONCEPTS = (
    Concept(
        "resolution by the machine",
        ("queues.*.ivr.p_resolved_hard", "queues.*.ivr.p_resolved_easy"),
        "kept if `u < p_contained`; resolved with probability `easy + (hard - easy) u`, else it comes again",
        "modelling choice; referral by difficulty: Shumsky and Pinker (2003)",
        f"{MACHINE}::test_a_rule_sets_the_threshold_and_the_chance_of_resolution_falls_with_difficulty",
        OMNICHANNEL,
        Experiment(
            OMNICHANNEL,
            "mean_wait_s",
            "up",
            off=queues(OMNICHANNEL_QUEUES, "ivr.p_resolved_easy", 1.0)
            | queues(OMNICHANNEL_QUEUES, "ivr.p_resolved_hard", 1.0),
            runs=100,
            why="what the machine does not resolve comes again",
        ),
    ),
    Concept(
        "price of the machine",
        ("queues.*.ivr.price_per_minute",),
        "a minute in the machine costs `price_per_minute`",
        CHOICE,
        f"{MACHINE}::test_what_the_machine_does_not_resolve_comes_again_and_each_minute_has_a_price",
        OMNICHANNEL,
        Experiment(
            OMNICHANNEL,
            "operating_cost",
            "up",
            off=queues(OMNICHANNEL_QUEUES, "ivr.price_per_minute", 0.0),
            runs=50,
        ),
    ),
    Concept(
        "hand-off",
        ("queues.*.ivr.handoff_factor",),
        "the first handle time after the machine is multiplied by `handoff_factor`",
        CHOICE,
        f"{MACHINE}::test_a_contact_that_is_handed_off_takes_longer_until_it_is_transferred",
        OMNICHANNEL,
        Experiment(
            OMNICHANNEL,
            "mean_wait_s:calls",
            "down",
            off={"queues.calls.ivr.handoff_factor": 1.0},
            runs=100,
            why="the machine has asked part of what the advisor would ask",
        ),
    ),
    Concept(
        "several chats at once",
        ("groups.*.capacity.chats",),
        "an advisor with `l - 1` chats may take another, up to `l = chats`",
        RATES,
        f"{CHATS}::test_of_the_advisors_at_a_level_the_one_whose_last_assignment_is_longest_ago_gets_the_chat",
        OMNICHANNEL,
        Experiment(
            OMNICHANNEL,
            "mean_wait_s:chat",
            "down",
            off={"groups.digital.capacity.chats": 1, "groups.either.capacity.chats": 1},
            runs=100,
            why="against one at a time; two at rate 0.75 are more work a second than one at rate 1",
        ),
    ),
    Concept(
        "chats beside a call",
        ("groups.*.capacity.chats_beside_voice",),
        "on a call an advisor may have up to `m` chats, at the rate `r_(n + 1)` with `n`; with `n <= m` chats, a call",
        CHOICE,
        f"{BESIDE}::test_a_call_is_taken_beside_a_chat_whose_work_goes_on_at_the_rate_of_one_more",
        f"{OMNICHANNEL}:beside",
        Experiment(
            OMNICHANNEL,
            "mean_wait_s:calls",
            "down",
            on={"groups.either.capacity.chats_beside_voice": 1},
            runs=100,
            why="against a call that waits until an advisor has no chat",
        ),
    ),
    Concept(
        "rates by level",
        ("queues.*.chat.rate_by_level",),
        "with `l` chats the work on each goes at the rate `r_l`",
        RATES,
        f"{CHATS}::test_the_work_left_takes_a_new_time_when_the_number_of_chats_changes",
        OMNICHANNEL,
        Experiment(
            OMNICHANNEL,
            "mean_wait_s:chat",
            "up",
            off={"queues.chat.chat.rate_by_level": [1.0, 1.0, 1.0]},
            runs=100,
            why="against chats that do not slow each other down",
        ),
    ),
    Concept(
        "leaving a chat without a sign",
        ("queues.*.chat.p_silent", "queues.*.chat.detect_s"),
        "patience over: gone if `u < p_silent`; it keeps its place and takes an advisor the work `T ~ detect_s`",
        "Castellanos, Yom-Tov and Goldberg (2020)",
        f"{CHATS}::test_a_customer_who_leaves_without_a_sign_costs_the_advisor_the_time_to_notice",
        OMNICHANNEL,
        Experiment(
            OMNICHANNEL,
            "mean_wait_s:chat",
            "up",
            off={"queues.chat.chat.p_silent": 0.0},
            both={"groups.digital.staffing": 2},
            runs=200,
            why="advisors spend time on chats with nobody there",
        ),
    ),
)
