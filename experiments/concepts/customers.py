"""Concepts: order of service, and the centre's knowledge of its customers."""

from __future__ import annotations

from experiments.concepts.centres import SERVICE, UTILITY, queues
from experiments.concepts.concept import CHOICE, Concept, Experiment
from experiments.concepts.inbound import INBOUND

ORDERS = "tests/semantics/test_by_hand_orders.py"
KNOWN = "tests/semantics/test_by_hand_traits.py::test_customers_are_worth_more_and_known_ones_are_served_faster"
LWT = {"rules.routing": {"name": "lwt"}}

CONCEPTS = (
    Concept(
        "priority with waiting credit",
        ("queues.*.priority.p", "queues.*.priority.credit_s"),
        "`credit_s` seconds of waiting for a share `p`",
        "Brown et al. (2005), section 2",
        f"{INBOUND}::test_waiting_credit_moves_a_contact_forward",
        "bank_inbound",
        Experiment(
            "bank_inbound",
            "mean_wait_s:NE",
            "down",
            off={"queues.NE.priority.p": 0.0},
            why="three in four of these callers are of high priority",
        ),
    ),
    Concept(
        "longest total wait against first in, first out",
        ("rules.routing=lwt",),
        "next: smallest `entry - credit`, not smallest `entry`",
        "production_rules",
        f"{ORDERS}::test_fifo_looks_at_the_entry_and_lwt_at_all_the_waiting",
        "bank_inbound",
        Experiment(
            "bank_inbound",
            "mean_wait_s:NW",
            "up",
            off={"rules.routing": {"name": "fifo"}},
            why="these callers have no credit, the others pass them",
        ),
    ),
    Concept(
        "identified callers: credit",
        ("queues.*.customer.p_identified",),
        "a redial keeps the waiting already done if `u < p_identified`",
        CHOICE,
        f"{ORDERS}::test_fifo_looks_at_the_entry_and_lwt_at_all_the_waiting",
        "order_desk",
        Experiment(
            "surge_day",
            "n_redials",
            "up",
            off=queues(UTILITY, "customer.p_identified", 0.0),
            on=queues(UTILITY, "customer.p_identified", 1.0),
            both={**LWT, "queues.faults.redial.max_times": 1, "queues.bills.redial.max_times": 1},
            runs=600,
            why="they pass those who try for the first time, who then give up more often and try again",
        ),
    ),
    Concept(
        "returning customers",
        ("queues.*.customer.p_returning", "queues.*.customer.returning_factor"),
        "`T x returning_factor` if known",
        CHOICE,
        KNOWN,
        "order_desk",
        Experiment("order_desk", "aht_s", "down", off={"queues.orders.customer.p_returning": 0.0}, runs=400),
    ),
    Concept(
        "value classes: value",
        ("queues.*.customer.value_classes.*.share", "queues.*.customer.value_classes.*.value_factor"),
        "class `k` with `share[k]`; `value x value_factor[k]`",
        CHOICE,
        KNOWN,
        "order_desk",
        Experiment("order_desk", "order_value", "up", off={"queues.orders.customer.value_classes": []}),
    ),
    Concept(
        "value classes: credit",
        ("queues.*.customer.value_classes.*.credit_s",),
        "`credit_s[k]` seconds of waiting, if identified",
        CHOICE,
        f"{ORDERS}::test_fifo_looks_at_the_entry_and_lwt_at_all_the_waiting",
        "order_desk",
        Experiment(
            "order_desk",
            "order_value:orders",
            "up",
            off={
                "queues.orders.customer.value_classes.0.credit_s": 0.0,
                "queues.orders.customer.value_classes.1.credit_s": 0.0,
            },
            both={**LWT, "groups.order_takers.staffing": 3},
            runs=600,
            why="who is worth more gives up less often",
        ),
    ),
    Concept(
        "preferred advisor",
        ("queues.*.customer.p_preferred", "queues.*.customer.preferred_factor"),
        "goes to that advisor if idle; `T x preferred_factor` there",
        CHOICE,
        f"{ORDERS}::test_a_contact_goes_to_the_advisor_whom_it_prefers_if_it_is_known_and_that_one_is_idle",
        SERVICE,
        Experiment(
            SERVICE,
            "aht_s:loans",
            "down",
            off={"queues.loans.customer.p_preferred": 0.0},
            on={"queues.loans.customer.p_preferred": 1.0, "queues.loans.customer.preferred_factor": 0.7},
        ),
    ),
)
