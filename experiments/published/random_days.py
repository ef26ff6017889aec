"""Rows of the day of 13 hours with a gamma factor of its load: tutorial example CallCenter of SSJ, CallCC elsewhere.

Callers who must wait leave at once with probability 0.1. The others have exponential patience of mean 1,000 s. Handle
times are exponential with mean 100 s. All printed figures are divided by the expected number of calls, 1,660.
"""

from __future__ import annotations

from typing import Any

from experiments.published.row import Measure, Row
from experiments.published.simulated import simulated
from experiments.published.single_queue import HOUR_S, printed

ARRIVALS = (100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60)
ADVISORS = (4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4)
EXPECTED = sum(ARRIVALS)
SSJ = "SSJ (Université de Montréal), tutorial"


def _centre(shape: float) -> dict[str, Any]:
    return {
        "name": "call_center",
        "description": "A day of 13 hours whose load has a gamma factor.",
        "clock": {
            "kind": "day", "open_s": 8 * HOUR_S, "close_s": 21 * HOUR_S, "overtime_s": 10 * HOUR_S, "slot_s": HOUR_S,
            "review_s": 0.0,
        },
        "day_level_cv": shape**-0.5,
        "day_level_dist": "gamma",
        "queues": {
            "q": {
                "arrivals_per_hour": list(ARRIVALS),
                "handle_s": 100.0,
                "p_balk": 0.1,
                "patience_s": 1_000.0,
                "service_level_s": 20.0,
            }
        },
        "groups": {"g": {"skills": ["q"], "staffing": list(ADVISORS)}},
        "rules": {"routing": {"name": "fifo"}},
        "sources": {"*": "tutorial example CallCenter of SSJ"},
    }  # fmt: skip


def _measures(figures: dict[str, tuple[str, float]], runs: int) -> tuple[Measure, ...]:
    columns = {
        "arrivals": (("n_fresh",), 1.0),
        "wait [s per expected call]": (("waiting_s",), 1.0 / EXPECTED),
        "wait under 20 s, of expected calls": (
            ("n_answered_in_time", "n_abandoned_in_time", "n_balked"),
            1.0 / EXPECTED,
        ),
        "lost, of expected calls": (("n_abandoned", "n_balked"), 1.0 / EXPECTED),
    }
    return tuple(
        printed(name, value, deviation, *columns[name][0], runs=runs, scale=columns[name][1])
        for name, (value, deviation) in figures.items()
    )


ROWS = (
    Row(
        "CallCenter",
        "published",
        f"{SSJ}, stored output of the example CallCenter (10,000 days)",
        "13 hours, load factor of shape 400. The stored data file has shape 10, but the printed variance of the "
        "arrivals, 8,764.8, gives a shape of 388 with a standard error of 7: 400 is our reading",
        _measures(
            {
                "arrivals": ("1660.366", 93.620),
                "wait [s per expected call]": ("4.713", 1.997),
                "wait under 20 s, of expected calls": ("0.925", 0.040),
                "lost, of expected calls": ("0.020", 6.7e-3),
            },
            10_000,
        ),
        simulated,
        {"centre": _centre(400.0)},
        4_000,
    ),
    Row(
        "CallCC",
        "published",
        f"{SSJ}, stored output of the example CallEv; the same figures are those of CallCC in ContactCenters",
        "the same with a load factor of shape 10",
        _measures(
            {
                "arrivals": ("1639.507", 513.189),
                "wait [s per expected call]": ("11.834", 34.078),
                "wait under 20 s, of expected calls": ("0.853", 0.169),
                "lost, of expected calls": ("0.0342", 0.0608),
            },
            1_000,
        ),
        simulated,
        {"centre": _centre(10.0)},
        4_000,
    ),
)
