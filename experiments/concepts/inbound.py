"""Concepts: an inbound contact until it is assigned to an advisor."""

from __future__ import annotations

from experiments.concepts.centres import SERVICE, SERVICE_QUEUES, queues
from experiments.concepts.concept import CHOICE, Concept, Experiment

CALLBACKS = "tests/semantics/test_by_hand_callbacks.py"
INBOUND = "tests/semantics/test_by_hand_inbound.py"
TRANSFERS = "tests/semantics/test_by_hand_transfers.py"
IVR_TEST = f"{CALLBACKS}::test_the_ivr_serves_or_loses_contacts"
MISROUTED_TEST = f"{TRANSFERS}::test_a_misrouted_contact_is_noticed_and_transferred_to_where_it_belongs"
HEARD_TEST = f"{CALLBACKS}::test_who_hears_of_a_long_wait_balks_and_who_stays_has_other_patience"

ENTRY = (
    Concept(
        "trunks and blocking",
        ("trunks",),
        "blocked if `lines in use = trunks`",
        "Erlang (1917)",
        f"{INBOUND}::test_who_is_blocked_may_redial_and_the_rest_of_a_gap_is_kept_over_night",
        "order_desk",
        Experiment("order_desk", "blocking", "up", off={"trunks": None}, runs=400),
    ),
    Concept(
        "time in the IVR",
        ("queues.*.ivr.time_s",),
        "holds a line for `T ~ time_s` before the queue",
        CHOICE,
        IVR_TEST,
        SERVICE,
        Experiment(SERVICE, "blocking", "up", off=queues(SERVICE_QUEUES, "ivr.time_s", 0.0), both={"trunks": 36}),
    ),
    Concept(
        "containment",
        ("queues.*.ivr.p_contained",),
        "served by the IVR if `u < p_contained`",
        CHOICE,
        IVR_TEST,
        SERVICE,
        Experiment(SERVICE, "mean_wait_s", "down", off=queues(SERVICE_QUEUES, "ivr.p_contained", 0.0), runs=50),
    ),
    Concept(
        "hanging up in the IVR",
        ("queues.*.ivr.p_hangup",),
        "lost if `p_contained <= u < p_contained + p_hangup`",
        CHOICE,
        IVR_TEST,
        SERVICE,
        Experiment(SERVICE, "mean_wait_s", "down", off=queues(SERVICE_QUEUES, "ivr.p_hangup", 0.0)),
    ),
    Concept(
        "misrouting",
        ("queues.*.ivr.routes",),
        "sent to queue `j` with the share `routes[j]` of its row",
        CHOICE,
        MISROUTED_TEST,
        SERVICE,
        Experiment(
            SERVICE,
            "mean_wait_s",
            "up",
            off=queues(SERVICE_QUEUES, "ivr.routes", {}),
            why="two advisors for one contact",
        ),
    ),
    Concept(
        "noticing a misrouted contact",
        ("queues.*.ivr.detect_s",),
        "transferred after `T ~ detect_s` of service",
        CHOICE,
        MISROUTED_TEST,
        SERVICE,
        Experiment(SERVICE, "occupancy", "up", off=queues(SERVICE_QUEUES, "ivr.detect_s", 0.0)),
    ),
    Concept(
        "balking",
        ("queues.*.p_balk",),
        "leaves at once if nobody is free and `u < p_balk`",
        CHOICE,
        f"{CALLBACKS}::test_whoever_must_wait_may_balk_but_nobody_else",
        "order_desk",
        Experiment("order_desk", "mean_wait_s", "down", off={"queues.orders.p_balk": 0.0, "queues.offers.p_balk": 0.0}),
    ),
    Concept(
        "announced wait: tolerance",
        ("queues.*.announcement.tolerance_s",),
        "leaves at once if the announced wait exceeds `T ~ tolerance_s`",
        "balking on announced delays: Whitt (1999)",
        HEARD_TEST,
        SERVICE,
        Experiment(
            SERVICE,
            "mean_wait_s",
            "down",
            off=queues(SERVICE_QUEUES, "announcement.tolerance_s", {"dist": "never"}),
            why="some of those who would wait long do not join",
        ),
    ),
    Concept(
        "announced wait: patience",
        ("queues.*.announcement.patience_factor",),
        "`patience x patience_factor` for those who heard it",
        CHOICE,
        HEARD_TEST,
        SERVICE,
        Experiment(SERVICE, "abandonment", "down", off=queues(SERVICE_QUEUES, "announcement.patience_factor", 1.0)),
    ),
)

CALLED_BACK = (
    Concept(
        "callback offers",
        ("queues.*.callback.p_accept", "queues.*.callback.offer_above_s"),
        "offered if the first in line has waited `offer_above_s`; accepted if `u < p_accept`",
        "call-back option: Armony and Maglaras (2004)",
        f"{CALLBACKS}::test_callbacks_are_offered_only_above_the_announced_wait",
        SERVICE,
        Experiment(
            SERVICE,
            "abandonment",
            "down",
            off=queues(SERVICE_QUEUES, "callback", None),
            why="who waits at home does not give up",
        ),
    ),
    Concept(
        "callback retries",
        ("queues.*.callback.max_tries", "queues.*.callback.retry_s"),
        "tried again after `retry_s`, at most `max_tries` times",
        CHOICE,
        f"{CALLBACKS}::test_a_callback_that_is_answered_at_the_second_try",
        SERVICE,
        Experiment(SERVICE, "n_callback_lost", "down", off=queues(SERVICE_QUEUES, "callback.max_tries", 1), runs=100),
    ),
    Concept(
        "ringing back",
        ("queues.*.callback.ring_s", "queues.*.callback.p_answer"),
        "the advisor is reserved for `T ~ ring_s`; answered if `u < p_answer`",
        CHOICE,
        f"{CALLBACKS}::test_a_callback_is_lost_at_the_last_try",
        SERVICE,
        Experiment(
            SERVICE,
            "reserved_s",
            "up",
            off={**queues(SERVICE_QUEUES, "callback.ring_s", 0.0), **queues(SERVICE_QUEUES, "callback.p_answer", 1.0)},
            runs=100,
        ),
    ),
)

CONCEPTS = (*ENTRY, *CALLED_BACK)
