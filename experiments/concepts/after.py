"""Concepts: an inbound contact from its service onwards: transfers, orders, satisfaction, repeats."""

from __future__ import annotations

from experiments.concepts.centres import FRESH_START, SUPPORT, TIERS, UTILITY, queues
from experiments.concepts.concept import CHOICE, Concept, Experiment

INBOUND = "tests/semantics/test_by_hand_inbound.py"
TRAITS = "tests/semantics/test_by_hand_traits.py"
TRANSFERS = "tests/semantics/test_by_hand_transfers.py"
RANDOM = "tests/semantics/test_random_scenarios.py::test_counters_are_what_the_log_says"

PASSED_ON = (
    Concept(
        "cold transfers",
        ("queues.*.transfer.p",),
        "the talk ends with a transfer if `u < p`; the first advisor wraps up",
        CHOICE,
        f"{TRANSFERS}::test_a_cold_transfer_takes_over_the_line_and_frees_the_advisor",
        SUPPORT,
        Experiment(
            SUPPORT,
            "occupancy",
            "up",
            off={"queues.tier1.transfer.p": 0.0},
            both=FRESH_START,
            why="a second advisor works on the same request",
        ),
    ),
    Concept(
        "warm transfers",
        ("queues.*.transfer.kind=warm", "queues.*.transfer.handover_s"),
        "the first stays until the second is assigned, and both for `T ~ handover_s`",
        CHOICE,
        f"{TRANSFERS}::test_a_warm_transfer_keeps_the_first_advisor_until_the_second_has_taken_over",
        SUPPORT,
        Experiment(
            SUPPORT,
            "occupancy",
            "up",
            off={"queues.tier2.transfer.kind": "cold", "queues.tier2.transfer.handover_s": 0.0},
            both=FRESH_START,
            why="against cold ones",
        ),
    ),
    Concept(
        "tiers",
        ("queues.*.transfer.to", "queues.*.transfer.p"),
        "the leg joins the queue `to`, which may transfer again",
        CHOICE,
        f"{TRANSFERS}::test_a_warm_transfer_keeps_the_first_advisor_until_the_second_has_taken_over",
        SUPPORT,
        Experiment(
            SUPPORT,
            "occupancy:third_line",
            "up",
            off={"queues.tier2.transfer.p": 0.0},
            both=FRESH_START,
            why="three tiers against two: the hardest cases come to those of the third",
        ),
    ),
)

COME_AGAIN = (
    Concept(
        "repeats",
        ("queues.*.repeat.p", "queues.*.repeat.max_times"),
        "not resolved if `u < p` and `n < max_times`; then it comes again",
        "reconnects: Ding, Remerova, van der Mei and Zwart (2015)",
        f"{INBOUND}::test_redials_and_repeats_go_on_over_night",
        SUPPORT,
        Experiment(
            SUPPORT,
            "fcr",
            "down",
            off=queues(TIERS, "repeat.p", 0.0),
            both=FRESH_START,
        ),
    ),
    Concept(
        "repeats over the next days",
        ("queues.*.repeat.delay_s",),
        "due after `T ~ delay_s` of opening time, nights left out",
        CHOICE,
        f"{INBOUND}::test_redials_and_repeats_go_on_over_night",
        SUPPORT,
        Experiment(
            SUPPORT,
            "mean_wait_s",
            "up",
            both={**FRESH_START, "day_level_cv": 0.0, "slot_level.cv": 0.0},
            days=5,
            days_off=1,
            why="an episode of 5 days against single days: each day carries what the days before left",
        ),
    ),
    Concept(
        "redials",
        ("queues.*.redial.p", "queues.*.redial.delay_s", "queues.*.redial.max_times"),
        "tries again after `T ~ delay_s` if `u < p` and `n < max_times`",
        "redials: Ding, Remerova, van der Mei and Zwart (2015)",
        f"{INBOUND}::test_redials_and_repeats_go_on_over_night",
        "bank_inbound",
        Experiment(
            "surge_day",
            "mean_wait_s",
            "up",
            off=queues(UTILITY, "redial.p", 0.0),
        ),
    ),
)

ORDERED = (
    Concept(
        "orders and inbound sales",
        ("queues.*.sale.p", "queues.*.sale.value"),
        "buys if `u < p`; worth `value x value_factor`",
        CHOICE,
        RANDOM,
        "order_desk",
        Experiment("order_desk", "order_value", "up", off={"queues.offers.sale.p": 0.0}),
    ),
    Concept(
        "handle time of a sale",
        ("queues.*.sale.handle_s",),
        "a contact that buys takes `T ~ sale.handle_s`",
        CHOICE,
        "tests/scenarios/test_compile_inbound.py::test_service",
        "order_desk",
        Experiment(
            "order_desk",
            "aht_s",
            "up",
            off={"queues.orders.sale.handle_s": None, "queues.offers.sale.handle_s": None},
        ),
    ),
    Concept(
        "wrap-up",
        ("queues.*.wrap_up_s",),
        "`T ~ wrap_up_s` after the talk",
        CHOICE,
        f"{INBOUND}::test_a_contact_ends_before_its_advisor_is_freed",
        "surge_day",
        Experiment("surge_day", "mean_wait_s", "up", off=queues(UTILITY, "wrap_up_s", 0.0)),
    ),
    Concept(
        "service-level threshold",
        ("queues.*.service_level_s",),
        "in time if `wait <= service_level_s`",
        CHOICE,
        "tests/sim/test_theory.py::test_erlang_a",
        SUPPORT,
        Experiment(
            SUPPORT,
            "served_within_T_of_offered",
            "up",
            off=queues(TIERS, "service_level_s", 20.0),
            both=FRESH_START,
            runs=100,
        ),
    ),
)


def _satisfaction(name: str, key: str, equation: str, runs: int = 100) -> Concept:
    return Concept(
        f"satisfaction: {name}",
        (f"queues.*.satisfaction.{key}",),
        equation,
        "weak evidence only (SQM Group)" if key == "per_repeat" else CHOICE,
        f"{TRAITS}::test_satisfaction_falls_with_waiting_transfers_and_repeats",
        SUPPORT,
        Experiment(
            SUPPORT,
            "csat",
            "down",
            off=queues(TIERS, f"satisfaction.{key}", 0.0),
            both=FRESH_START,
            runs=runs,
        ),
    )


SATISFIED = (
    Concept(
        "satisfaction",
        ("queues.*.satisfaction.base",),
        "`base - costs + per_quality d`, within 0 and 100",
        CHOICE,
        f"{TRAITS}::test_satisfaction_falls_with_waiting_transfers_and_repeats",
        SUPPORT,
        Experiment(
            SUPPORT,
            "csat",
            "down",
            off=queues(TIERS, "satisfaction.base", 90.0),
            both=FRESH_START,
            runs=100,
        ),
    ),
    _satisfaction("waiting", "per_wait_minute", "`- per_wait_minute x wait / 60`"),
    _satisfaction("transfers", "per_transfer", "`- per_transfer x transfers`"),
    _satisfaction("earlier attempts", "per_repeat", "`- per_repeat x attempts before`"),
    Concept(
        "satisfaction: quality",
        ("queues.*.satisfaction.per_quality",),
        "`+ per_quality x d`, `d` points of quality above the group's mean",
        CHOICE,
        f"{TRAITS}::test_quality_moves_sales_repeats_and_satisfaction",
        SUPPORT,
        Experiment(
            SUPPORT,
            "csat",
            "down",
            off=queues(TIERS, "satisfaction.per_quality", 0.0),
            both=FRESH_START,
            why="scripts and drift have lowered the quality that counts",
        ),
    ),
)

CONCEPTS = (*PASSED_ON, *COME_AGAIN, *ORDERED, *SATISFIED)
