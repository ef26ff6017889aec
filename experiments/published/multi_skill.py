"""The rows SimpleMSK and SimpleMSKWithRerouting of ContactCenters: three types of calls, two groups, three periods.

Handle times and patience depend on the period in which a call comes, so each type has a queue for each period.
"""

from __future__ import annotations

from typing import Any

from experiments.published.bank import RULE, SOURCES
from experiments.published.library import rows_of
from experiments.published.row import Measure
from experiments.published.single_queue import HOUR_S, MINUTE_S, per, printed

TYPES = PERIODS = range(3)
ARRIVALS = ((4.2, 5.3, 3.2), (5.1, 4.3, 4.8), (6.3, 5.2, 4.8))  # a minute, by type and period
SERVICES, LOSSES = (0.5, 0.6, 0.4), (0.3, 0.4, 0.2)  # rates a minute, by period
BUSYNESS = 28.7  # shape of the gamma factor of a day
SKILLS = {"first": (0, 1), "second": (1, 2)}
DELAY_S = 12.0
LOOKS_S = 0.5  # ccenv looks so often whether a pair is open

Printed = tuple[tuple[tuple[str, float], ...], ...]  # average and deviation, by type and period


def queue(kind: int, period: int) -> str:
    """Return the queue of the calls of a type that come in a period."""
    return f"type_{kind}_period_{period}"


def _pairs(**values: tuple[float, ...]) -> dict[str, dict[str, float]]:
    """Return a parameter by pair from its values by group, each for the types."""
    return {
        queue(kind, period): {group: each[kind] for group, each in values.items() if kind in SKILLS[group]}
        for kind in TYPES
        for period in PERIODS
    }


def _centre(name: str, review_s: float, params: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "description": "Three types of calls, two groups, three periods of two hours whose load has a gamma factor.",
        "clock": {
            "kind": "day", "close_s": 6 * HOUR_S, "overtime_s": 10 * HOUR_S, "slot_s": 2 * HOUR_S, "review_s": review_s,
        },
        "day_level_cv": BUSYNESS**-0.5,
        "day_level_dist": "gamma",
        "queues": {
            queue(kind, period): {
                "arrivals_per_hour": [60.0 * ARRIVALS[kind][period] * (slot == period) for slot in PERIODS],
                "handle_s": MINUTE_S / SERVICES[period],
                "patience_s": MINUTE_S / LOSSES[period],
                "service_level_s": 20.0,
            }
            for kind in TYPES
            for period in PERIODS
        },
        "groups": {
            group: {"skills": [queue(kind, period) for kind in SKILLS[group] for period in PERIODS], "staffing": n}
            for group, n in (("first", [12, 18, 9]), ("second", [15, 20, 11]))
        },
        "rules": {"routing": {"name": RULE, "params": {"group_rank": _pairs(second=(0, 1, 0)), **params}}},
        "sources": SOURCES,
    }  # fmt: skip


def _measures(
    served: tuple[str, float],
    abandoned: tuple[str, float],
    service_level: tuple[str, float],
    occupancy: tuple[str, float],
    in_target: Printed,
) -> tuple[Measure, ...]:
    late = ("n_answered", "n_abandoned", "-n_abandoned_in_time")
    return (
        printed("served", *served, "n_answered"),
        printed("abandoned", *abandoned, "n_abandoned"),
        per("service level, less those who abandon within 20 s", *service_level, "n_answered_in_time", *late),
        per("occupancy, first group", *occupancy, "talking_s:first", "talking_s:first", "idle_s:first"),
        *(
            printed(f"in target, type {kind}, period {period}", *figure, f"n_answered_in_time:{queue(kind, period)}")
            for kind, figures in enumerate(in_target)
            for period, figure in enumerate(figures)
        ),
    )


ABOUT = "three periods of two hours"
ROWS = (
    *rows_of(
        "SimpleMSK",
        f"{ABOUT}; type 1 goes to the first group, else to the second, and advisors take the longest wait",
        _measures(
            ("4297.305", 437.605),
            ("910.335", 551.164),
            ("0.501", 0.128),
            ("0.881", 0.058),
            (
                (("170.154", 93.722), ("599.334", 83.392), ("15.490", 27.520)),
                (("262.936", 134.377), ("511.648", 86.571), ("34.697", 55.230)),
                (("259.806", 155.150), ("613.732", 99.046), ("24.888", 44.327)),
            ),
        ),
        _centre("simple_msk", 0.0, {}),
        "first_free_leave",
    ),
    *rows_of(
        "SimpleMSKWithRerouting",
        f"{ABOUT}; type 1 may go to the second group after a wait of 12 s. Advisors take from the last queue of their "
        "list in which somebody waits: the text says the longest wait, but the smallest time of entry is not kept in "
        "the example",
        _measures(
            ("4274.426", 433.840),
            ("933.214", 554.096),
            ("0.579", 0.113),
            ("0.884", 0.057),
            (
                (("298.745", 30.117), ("595.270", 82.484), ("106.823", 29.504)),
                (("383.203", 50.558), ("504.090", 82.433), ("121.441", 61.286)),
                (("239.008", 158.435), ("611.550", 97.645), ("22.298", 42.372)),
            ),
        ),
        _centre(
            "simple_msk_rerouting",
            LOOKS_S,
            {
                "queue_rank": _pairs(first=(0, 1, 0), second=(0, 0, 1)),
                "open_after_s": _pairs(second=(0.0, DELAY_S, 0.0)),
            },
        ),
        "first_free_leave",
    ),
)
