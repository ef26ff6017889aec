"""Rows with one queue and one group: M/M/c and its variants, and a day of 13 hours with random load.

M/M/c: 4.2 contacts a minute, 12 advisors, mean handle time 2 minutes, a day of 8 hours that starts empty and serves
the contacts left after closing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.published.row import Measure, Row
from experiments.published.simulated import simulated

MINUTE_S, HOUR_S = 60.0, 3_600.0
RUNS, PRINTED = 4_000, 1_000
LIBRARY = "ContactCenters (Université de Montréal), stored output of the example"
OPEN = "open hours"  # the same centre, counted to closing only

MMC: dict[str, Any] = {
    "name": "mmc",
    "description": "One queue, twelve advisors, a day of eight hours.",
    "clock": {"kind": "day", "close_s": 8 * HOUR_S, "overtime_s": 10 * HOUR_S, "slot_s": HOUR_S, "review_s": 0.0},
    "queues": {"q": {"arrivals_per_hour": 4.2 * 60.0, "handle_s": 2 * MINUTE_S, "service_level_s": 20.0}},
    "groups": {"g": {"skills": ["q"], "staffing": 12}},
    "rules": {"routing": {"name": "fifo"}},
    "sources": {"*": "examples MMC of the ContactCenters library"},
}
TO_CLOSING = {"clock": {"kind": "steady", "horizon_s": 8 * HOUR_S, "review_s": 0.0}}


def printed(name: str, value: str, deviation: float, *above: str, runs: int = PRINTED, **rest: Any) -> Measure:
    """Return a measure whose standard error is a printed standard deviation by the square root of the runs."""
    return Measure(name, value, deviation / runs**0.5, above, **rest)


def per(name: str, value: str, deviation: float, above: str, *below: str, scale: float = 1.0) -> Measure:
    """Return a ratio of totals with the printed standard deviation of its linear approximation."""
    return printed(name, value, deviation, above, below=below, scale=scale)


def occupancy(value: str, deviation: float) -> Measure:
    """Return the share of the open hours that advisors are at work."""
    return printed("occupancy, to closing", value, deviation, "talking_s", below=("talking_s", "idle_s"), variant=OPEN)


def _mmc(name: str, about: str, measures: tuple[Measure, ...], changes: Mapping[str, Any]) -> Row:
    centre = {**MMC, **{key: {**MMC[key], **value} if key == "clock" else value for key, value in changes.items()}}
    inputs = {"centre": centre, "variants": {OPEN: TO_CLOSING}}
    return Row(name, "published", f"{LIBRARY} {name}", about, measures, simulated, inputs, RUNS)


ROWS = (
    _mmc(
        "MMC",
        "M/M/12, 8 hours from empty",
        (
            printed("answered within 20 s", "1816.158", 57.043, "n_answered_in_time"),
            per("service level, of served", "0.902", 0.033, "n_answered_in_time", "n_answered"),
            per("speed of answer [min]", "0.099", 0.045, "wait_answered_s", "n_answered", scale=1 / MINUTE_S),
            occupancy("0.695", 0.023),
        ),
        {},
    ),
    _mmc(
        "MMCAb",
        "the same with exponential patience of mean 1 minute",
        (
            printed("abandoned", "58.609", 15.295, "n_abandoned"),
            printed("answered within 20 s", "1906.008", 35.828, "n_answered_in_time"),
            per("service level, of served", "0.975", 7.9e-3, "n_answered_in_time", "n_answered"),
            per("speed of answer [min]", "0.024", 6.0e-3, "wait_answered_s", "n_answered", scale=1 / MINUTE_S),
            per(
                "service level, less those who abandon within 20 s", "0.968", 9.9e-3,
                "n_answered_in_time", "n_answered", "n_abandoned", "-n_abandoned_in_time",
            ),
            occupancy("0.675", 0.019),
        ),
        {"queues": {"q": {**MMC["queues"]["q"], "patience_s": MINUTE_S}}},
    ),
    _mmc(
        "MMCBlocked",
        "M/M/12 with five places to wait: 17 lines",
        (
            printed("blocked", "18.655", 9.831, "n_blocked"),
            printed("answered within 20 s", "1854.284", 42.176, "n_answered_in_time"),
            per("service level, of served", "0.929", 0.019, "n_answered_in_time", "n_answered"),
            per("speed of answer [min]", "0.060", 0.016, "wait_answered_s", "n_answered", scale=1 / MINUTE_S),
            per(
                "service level, of served and blocked", "0.920", 0.022,
                "n_answered_in_time", "n_answered", "n_blocked",
            ),
            occupancy("0.689", 0.021),
        ),
        {"trunks": 17},
    ),
    _mmc(
        "MMCClrQ",
        "M/M/12 whose line is cleared at closing",
        (
            printed("still waiting at closing", "0.433", 1.688, "n_unserved"),
            printed("answered within 20 s", "1816.112", 57.042, "n_answered_in_time"),
            per("service level, of served", "0.902", 0.033, "n_answered_in_time", "n_answered"),
            per("speed of answer [min]", "0.099", 0.045, "wait_answered_s", "n_answered", scale=1 / MINUTE_S),
            per(
                "service level, of served and cleared", "0.902", 0.033,
                "n_answered_in_time", "n_answered", "n_unserved",
            ),
            occupancy("0.695", 0.023),
        ),
        {"clock": {"overtime_s": 0.0}},
    ),
)  # fmt: skip
