"""Concepts: order of the idle advisors of a group.

The order has an effect if advisors differ in speed or tire from continuous work.
"""

from __future__ import annotations

from experiments.concepts.centres import TEAMS, groups
from experiments.concepts.concept import CHOICE, Changes, Concept, Direction, Experiment

ORDERS = "tests/semantics/test_by_hand_orders.py"
ORDER_BY = {
    "longest_idle": "the advisor idle since longest comes first",
    "fewest_contacts": "the one with the fewest contacts begun",
    "least_talk": "the one with the least talk time",
    "round_robin": "the next in number, cyclic",
    "linear": "the lowest number",
    "fastest": "the smallest factor of speed",
    "random": "any of them",
}


def _order(
    name: str, moves: Direction, both: Changes, why: str, used_in: str, against: str = "longest_idle"
) -> Concept:
    return Concept(
        f"advisor order: {name.replace('_', ' ')}",
        (f"groups.*.advisor_order={name}",),
        ORDER_BY[name],
        CHOICE,
        f"{ORDERS}::test_the_first_of_the_idle_advisors"
        if name not in ("fastest", "random")
        else f"{ORDERS}::test_the_fastest_and_a_random_one_of_the_idle_advisors",
        used_in,
        Experiment(
            "x_design",
            "aht_s",
            moves,
            off=groups(TEAMS, "advisor_order", against),
            on=groups(TEAMS, "advisor_order", name),
            both=both,
            why=why,
        ),
    )


LIGHT = {
    "queues.accounts.arrivals_per_hour": 95.0,
    "queues.cards.arrivals_per_hour": 65.0,
    **groups(TEAMS, "handle_s", {}),
}
SPEEDS = {**LIGHT, **groups(TEAMS, "speed_cv", 0.5)}
TIRING = {
    **LIGHT,
    **groups(TEAMS, "fatigue", {"strength": 2.0, "threshold": 0.75, "time_constant_s": 1_200.0}),
}

CONCEPTS = (
    _order("longest_idle", "down", TIRING, "everybody rests for about as long", "surge_day", against="random"),
    _order("fastest", "down", SPEEDS, "fast advisors get more of the contacts", "customer_service"),
    _order("least_talk", "down", SPEEDS, "equal talk time gives slow advisors fewer contacts", "customer_service"),
    _order(
        "fewest_contacts",
        "up",
        SPEEDS,
        "equal numbers of contacts; the longest idle one is more often fast",
        "order_desk",
    ),
    _order("linear", "up", TIRING, "the first advisors are always at work, and tire", "tiny:other_dists"),
    _order("random", "up", TIRING, "idle times vary more, and who had short ones tires", "tiny:other_dists"),
    _order("round_robin", "up", TIRING, "idle times vary more, and who had short ones tires", "customer_service"),
)
