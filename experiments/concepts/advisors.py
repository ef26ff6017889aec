"""Concepts: properties of individual advisors."""

from __future__ import annotations

from experiments.concepts.centres import DESKS, FRESH_START, SUPPORT, TEAMS, TIRING_GROUPS, groups
from experiments.concepts.concept import CHOICE, Concept, Experiment

TRAITS = "tests/semantics/test_by_hand_traits.py"
PEAK = [0.7] * 4 + [1.3] * 12 + [0.7] * 8  # relative handle times of the slots of hybrid_small
QUALITY = {**groups(DESKS, "quality.sd", 10.0), "queues.bills.repeat": {"p": 0.15, "delay_s": 900.0}}

IBRAHIM = "Ibrahim, L'Ecuyer, Shen and Thiongane (2016)"
MISSED = {"p": 0.1, "ring_s": 15.0, "away_s": 30.0}
VARYING = "hybrid_small:varying"

CONCEPTS = (
    Concept(
        "contacts that are not picked up",
        ("groups.*.no_pick_up.p", "groups.*.no_pick_up.ring_s", "groups.*.no_pick_up.away_s"),
        "rings `ring_s` with probability `p` an offer, keeps its place; then the advisor is away for `away_s`",
        CHOICE,
        "tests/semantics/test_by_hand_alerting.py::test_the_contact_keeps_its_place_and_the_advisor_is_away",
        VARYING,
        Experiment("x_design", "asa_s", "up", on=groups(TEAMS, "no_pick_up", MISSED)),
    ),
    Concept(
        "busyness of days",
        ("groups.*.busyness_cv",),
        "`T x B` for a group and day, `log B ~ N(-s^2/2, s^2)`, `s^2 = log(1 + busyness_cv^2)`",
        f"handle times that vary with the day: {IBRAHIM}; the form is a modelling choice",
        "tests/semantics/test_by_hand_day_factors.py::test_busyness_is_one_factor_a_day_and_group",
        VARYING,
        Experiment(
            "hybrid_small",
            "occupancy_gap",
            "up",
            on=groups(("service", "blended"), "busyness_cv", 0.4),
            runs=400,
            why="each group has slow days of its own, and what it works off is not shared out evenly",
        ),
    ),
    Concept(
        "handle times by slot",
        ("queues.*.handle_by_slot", "campaigns.*.handle_by_slot"),
        "`T x f_k` in slot k, `f_k` the value over the mean of the values, weighted by the forecast",
        f"handle times that vary with the hour: {IBRAHIM}; the form is a modelling choice",
        "tests/semantics/test_by_hand_day_factors.py::test_the_slot_in_which_service_begins_counts",
        VARYING,
        Experiment(
            "hybrid_small",
            "mean_wait_s",
            "up",
            on={"queues.orders.handle_by_slot": PEAK, "queues.questions.handle_by_slot": PEAK},
            why="contacts take longer when there are most of them",
        ),
    ),
    Concept(
        "individual speed",
        ("groups.*.speed_cv",),
        "`T x S`, `log S ~ N(-s^2/2, s^2)`, `s^2 = log(1 + speed_cv^2)`",
        CHOICE,
        f"{TRAITS}::test_speed_multiplies_handle_times",
        "order_desk",
        Experiment(
            "x_design",
            "aht_s",
            "down",
            on=groups(TEAMS, "speed_cv", 0.4),
            runs=400,
            why="the mean factor is 1, but a fast advisor handles more contacts",
        ),
    ),
    Concept(
        "individual quality and repeats",
        ("groups.*.quality.sd", "groups.*.quality.on_repeat"),
        "`p_repeat x exp(-on_repeat d)`, `d` points above the group's mean",
        CHOICE,
        f"{TRAITS}::test_quality_moves_sales_repeats_and_satisfaction",
        SUPPORT,
        Experiment(
            "surge_day",
            "fcr",
            "down",
            on=groups(DESKS, "quality.on_repeat", 0.05),
            both=QUALITY,
            why="the exponential is convex: bad advisors cost more than good ones save",
        ),
    ),
    Concept(
        "individual quality and sales",
        ("groups.*.quality.on_sale",),
        "`p_sale x exp(on_sale d)`",
        CHOICE,
        f"{TRAITS}::test_quality_moves_sales_repeats_and_satisfaction",
        "order_desk",
        Experiment(
            "surge_day",
            "n_orders",
            "up",
            on=groups(DESKS, "quality.on_sale", 0.05),
            both={**QUALITY, "queues.bills.sale": {"p": 0.1, "value": 10.0}},
            why="the exponential is convex",
        ),
    ),
    Concept(
        "mean quality",
        ("groups.*.quality.mean",),
        "quality `~ N(mean, sd)` within 0 and 100",
        CHOICE,
        f"{TRAITS}::test_quality_drifts_and_is_coached_back",
        SUPPORT,
        Experiment(
            "surge_day",
            "call_quality",
            "up",
            on=groups(DESKS, "quality.mean", 90.0),
            both=groups(DESKS, "monitoring.share", 0.1) | groups(DESKS, "quality.sd", 10.0),
            runs=50,
        ),
    ),
    Concept(
        "learning",
        ("groups.*.learning.excess", "groups.*.learning.time_constant_days"),
        "`T x (1 + excess exp(-tenure / time_constant))`",
        "exponential learning curve: Mazur and Hastie (1978)",
        f"{TRAITS}::test_handle_times_fall_with_tenure",
        SUPPORT,
        Experiment(SUPPORT, "aht_s", "up", off={"groups.newcomers.learning.excess": 0.0}, both=FRESH_START, runs=100),
    ),
    Concept(
        "learning over days",
        ("groups.*.learning.excess", "groups.*.learning.time_constant_days"),
        "tenure grows by 1 on each day worked",
        "exponential learning curve: Mazur and Hastie (1978)",
        f"{TRAITS}::test_an_absent_advisor_learns_nothing",
        SUPPORT,
        Experiment(
            SUPPORT,
            "aht_s",
            "down",
            both={
                **FRESH_START,
                "groups.newcomers.learning": {"excess": 1.0, "time_constant_days": 5.0, "tenure_days": 0.0},
            },
            runs=50,
            days=10,
            days_off=1,
            why="ten days of one episode against the first of them",
        ),
    ),
    Concept(
        "tenure",
        ("groups.*.learning.tenure_days",),
        "tenure at the start",
        CHOICE,
        f"{TRAITS}::test_handle_times_fall_with_tenure",
        SUPPORT,
        Experiment(SUPPORT, "aht_s", "down", off={"groups.newcomers.learning.tenure_days": 0.0}, both=FRESH_START),
    ),
    Concept(
        "fatigue",
        ("groups.*.fatigue.strength", "groups.*.fatigue.threshold", "groups.*.fatigue.time_constant_s"),
        "`T x (1 + strength max(0, load - threshold))`, load: exponential mean of time at work",
        f"{CHOICE}, after Kc and Terwiesch (2009)",
        f"{TRAITS}::test_handle_times_rise_with_the_load_of_talk_and_wrap_up",
        "customer_service",
        Experiment(
            "customer_service",
            "aht_s",
            "up",
            off=groups(TIRING_GROUPS, "fatigue.strength", 0.0),
            both=groups(TIRING_GROUPS, "fatigue.threshold", 0.5),
        ),
    ),
)
