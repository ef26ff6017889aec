"""The row Bank of ContactCenters: three queues, two groups with faster specialists, limited lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from experiments.published.row import Measure, Row
from experiments.published.simulated import simulated
from experiments.published.single_queue import HOUR_S, LIBRARY, MINUTE_S, printed

RULE = "experiments.published.routing:lists"
OPEN = {"from_s": 8 * HOUR_S, "until_s": 17 * HOUR_S - 0.001}  # off just before closing, so that idle time ends with it
WEEK = {
    "kind": "day", "open_s": 8 * HOUR_S, "close_s": 17 * HOUR_S, "overtime_s": 0.0, "slot_s": HOUR_S,
    "review_s": 0.0,
}  # fmt: skip
SOURCES = {"*": "examples of the ContactCenters library"}
SPAN_S = 168 * HOUR_S  # a run of the programs is a week with five working days


def _uniform(low_min: float, high_min: float) -> dict[str, Any]:
    return {"dist": "uniform", "low_s": low_min * MINUTE_S, "high_s": high_min * MINUTE_S}


def _hours(first: float, other: float) -> list[float]:
    """The arrivals of nine hours: the first hour has another rate."""
    return [first, *[other] * 8]


def _types(
    name: str, column: str, figures: dict[str, tuple[str, float]], below: str = "", **rest: Any
) -> list[Measure]:
    """A column for each queue and in total; the queue `all` is the total."""

    def of(label: str, queue: str) -> str:
        return label if queue == "all" else f"{label}:{queue}"

    return [
        printed(
            f"{name}, {queue}",
            value,
            deviation,
            of(column, queue),
            below=(of(below, queue),) if below else (),
            **rest,
        )
        for queue, (value, deviation) in figures.items()
    ]


BANK: dict[str, Any] = {
    "name": "bank",
    "description": "Three queues, two groups of specialists who serve their own contacts faster, 15 lines.",
    "clock": WEEK,
    "trunks": 15,
    "queues": {
        "savings": {
            "arrivals_per_hour": _hours(4, 2), "handle_s": 300.0, "patience_s": _uniform(3, 5), "service_level_s": 60.0,
        },
        "checking": {
            "arrivals_per_hour": _hours(40, 20), "handle_s": 300.0, "patience_s": _uniform(3, 5),
            "service_level_s": 90.0,
        },
        "balance": {
            "arrivals_per_hour": _hours(100, 50), "handle_s": 60.0, "patience_s": _uniform(2.5, 3.5),
            "service_level_s": 30.0,
        },
    },
    "groups": {
        "for_savings": {
            "skills": ["savings", "checking", "balance"], "shifts": [{"n": 3, **OPEN}], "handle_s": {"savings": 225.0},
        },
        "for_checking": {
            "skills": ["savings", "checking", "balance"], "shifts": [{"n": 4, **OPEN}], "handle_s": {"checking": 225.0},
        },
    },
    "rules": {
        "routing": {
            "name": RULE,
            "params": {
                "queue_rank": {
                    "savings": {"for_savings": 0, "for_checking": 1},
                    "checking": {"for_savings": 1, "for_checking": 0},
                    "balance": 1,
                },
                "group_rank": {
                    "savings": {"for_savings": 0, "for_checking": 1},
                    "checking": {"for_savings": 1, "for_checking": 0},
                },
                "uniform": {"balance": 1},
            },
        }
    },
    "sources": SOURCES,
}  # fmt: skip
_TIME = {"scale": 1 / MINUTE_S, "by_run": True}


def _share_of_work(name: str, figure: tuple[str, float], column: str, groups: Sequence[str] = ()) -> Measure:
    """A share of the time of groups, busy or idle, in percent; of all groups if none are given."""
    time = [f"{each}{group}" for each in ("talking_s", "idle_s") for group in (groups or [""])]
    return printed(name, *figure, column, below=tuple(time), scale=100.0, by_run=True)


def _cost(name: str, figure: tuple[str, float], column: str, per_hour: float) -> Measure:
    return printed(name, *figure, column, scale=per_hour / HOUR_S)


ROWS = (Row(
    "Bank",
    "published",
    f"{LIBRARY} Bank",
    "five days of nine hours; a group serves its own queue first and then the longest wait; balance contacts go to a "
    "free advisor at random",
    (
        *_types(
            "arrivals",
            "n_fresh",
            {
                "savings": ("99.819", 10.045), "checking": ("1000.146", 31.172), "balance": ("2502.340", 50.017),
                "all": ("3602.305", 58.647),
            },
        ),
        *_types(
            "blocked",
            "n_blocked",
            {
                "savings": ("0.069", 0.276), "checking": ("0.756", 1.172), "balance": ("1.826", 2.245),
                "all": ("2.651", 3.125),
            },
        ),
        *_types(
            "service level [%]",
            "n_answered_in_time",
            {
                "savings": ("99.234", 0.991), "checking": ("99.461", 0.486), "balance": ("97.301", 1.032),
                "all": ("97.954", 0.813),
            },
            "n_fresh",
            scale=100.0,
        ),
        *_types(
            "service time [min]",
            "talk_s",
            {
                "savings": ("3.781", 0.383), "checking": ("3.852", 0.127), "balance": ("0.999", 0.021),
                "all": ("1.870", 0.046),
            },
            "n_answered",
            **_TIME,
        ),
        *_types(
            "wait of the answered, of arrivals [min]",
            "wait_answered_s",
            {
                "savings": ("0.024", 0.020), "checking": ("0.028", 0.014), "balance": ("0.036", 0.014),
                "all": ("0.034", 0.013),
            },
            "n_fresh",
            **_TIME,
        ),
        *_types(
            "abandoned",
            "n_abandoned",
            {
                "savings": ("0.017", 0.129), "checking": ("0.161", 0.501), "balance": ("5.357", 5.133),
                "all": ("5.535", 5.334),
            },
        ),
        *_types(
            "waiting at closing",
            "n_unserved",
            {"checking": ("6.0E-3", 0.077), "balance": ("0.017", 0.157), "all": ("0.023", 0.175)},
        ),
        _share_of_work(
            "occupancy, savings specialists [%]", ("25.353", 1.160), "talking_s:for_savings", [":for_savings"]
        ),
        _share_of_work(
            "occupancy, checking specialists [%]", ("43.093", 1.270), "talking_s:for_checking", [":for_checking"]
        ),
        _share_of_work("occupancy [%]", ("35.496", 1.044), "talking_s"),
        _share_of_work("occupancy with savings [%]", ("1.992", 0.284), "talk_s:savings"),
        _share_of_work("occupancy with checking [%]", ("20.331", 0.939), "talk_s:checking"),
        _share_of_work("occupancy with balance [%]", ("13.173", 0.386), "talk_s:balance"),
        _cost("idle cost, savings specialists", ("1210.287", 18.789), "idle_s:for_savings", 12.0),
        _cost("idle cost, checking specialists", ("770.012", 17.104), "idle_s:for_checking", 7.5),
        _cost("busy cost, savings specialists", ("411.051", 18.827), "talking_s:for_savings", 12.0),
        _cost("busy cost, checking specialists", ("583.101", 17.290), "talking_s:for_checking", 7.5),
        printed("busy lines", "0.680", 0.022, "talking_s", "waiting_s", scale=1.0 / SPAN_S),
    ),
    simulated,
    {"centre": BANK, "days": 5},
    2_000,
    "free lines, which are 15 less the busy ones; waiting savings contacts at closing, of whom none was printed; costs "
    "of all groups, which are sums; occupancy by queue and group, which ccenv does not count",
),)  # fmt: skip
