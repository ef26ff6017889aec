"""The figures that the page shows, with their names for a manager."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ccenv.kpis.dropped_share import share_columns
from ccenv.scenarios import Scenario
from experiments.pipeline.evaluation import VALUE


class Shown(NamedTuple):
    """A figure of the page.

    Attributes:
        title: Name.
        unit: Unit as shown.
        factor: From the unit of the KPI table to the unit shown.
        decimals: Decimals shown.
        more: 1 if more is better, -1 if less is, 0 if neither.
    """

    title: str
    unit: str
    factor: float
    decimals: int
    more: int


DROPPED = Shown("Dropped", "% of connects", 100.0, 2, -1)
SHOWN = {
    VALUE: Shown("Value", "per day", 1.0, 2, 1),
    "served_within_T_of_offered": Shown("Answered in time", "% of offered", 100.0, 1, 1),
    "asa_s": Shown("Mean wait of answered", "s", 1.0, 1, -1),
    "abandonment": Shown("Abandoned", "% of offered", 100.0, 2, -1),
    "n_sales": Shown("Goals reached", "per day", 1.0, 2, 1),
    "n_joined": Shown("Talks by telephone campaign", "per day", 1.0, 1, 1),
    "occupancy": Shown("Occupancy", "%", 100.0, 1, 0),
}


def shown(name: str) -> Shown:
    """Return how a figure is shown."""
    return SHOWN.get(name, DROPPED)


def columns_of(scenario: Scenario, judged_by: str) -> list[str]:
    """Return the columns of the page's tables that the centre has; `judged_by` as in `share_column`."""
    assert not scenario.campaigns or judged_by in share_columns(scenario)
    inbound = ["served_within_T_of_offered", "asa_s", "abandonment"] if scenario.queues else []
    outbound = ["n_sales", judged_by] if scenario.campaigns else []
    return [VALUE, *inbound, *outbound, "occupancy"]


def text(name: str, value: float | None, sign: bool = False, decimals: int | None = None) -> str:
    """Return a figure as text; a dash if nothing was counted."""
    if value is None:
        return "–"
    look = shown(name)
    digits = look.decimals if decimals is None else decimals
    return f"{look.factor * value:{'+' if sign else ''},.{digits}f}".replace("-", "−")


def with_interval(name: str, found: dict[str, Any] | None, sign: bool = False) -> str:
    """Return a figure with its 95 % interval, with decimals enough to tell its ends apart.

    Ends that are a bound, because all days were equal, are left out.
    """
    if found is None or found["low"] is None or found.get("bound") or found["low"] == found["high"]:
        return text(name, None if found is None else found["mean"], sign)
    width = shown(name).factor * (found["high"] - found["low"])
    digits = max(shown(name).decimals, math.ceil(-math.log10(width)))
    value, low, high = (text(name, found[end], sign, digits) for end in ("mean", "low", "high"))
    return f"{value} [{low}, {high}]"


def judged(name: str, difference: dict[str, Any] | None) -> str:
    """Return `better`, `worse` or `` (not sure) of a paired difference, new minus rule."""
    more = shown(name).more
    if difference is None or difference["low"] is None or difference.get("bound") or not more:
        return ""
    low, high = sorted((more * difference["low"], more * difference["high"]))
    return "better" if low > 0.0 else "worse" if high < 0.0 else ""
