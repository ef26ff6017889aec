"""The centre through the day, by slot: the best tuned rule and the learned policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reports.figures.style import INK, OTHER, WIDTH, band, colour_of, hours

PANELS = (  # key, title, unit
    ("offered", "Inbound contacts offered", "contacts per {slot}"),
    ("idle", "Advisors idle", "advisors, mean over time"),
    ("mean_wait_s", "Mean wait, inbound", "s"),
    ("abandonment", "Abandoned", "% of offered"),
    ("ringing", "Lines ringing", "lines, mean over time"),
    ("joined", "Connects joined", "connects per {slot}"),
)
PERCENT = {"abandonment"}


def day(slots: Mapping[str, Any], policies: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw six panels over the time of day.

    Args:
        slots: `start_s`, the beginnings of the slots (seconds after midnight), `slot_s`, and `staffed` by slot.
        policies: Each with `label`, `role` and `series`: for each panel's key `mean`, `low` and `high` by slot
            (None if nothing was counted).
    """
    figure = Figure(figsize=(WIDTH, 6.4))
    panels = figure.subplots(3, 2, sharex=True)
    start = np.array(slots["start_s"], float)
    middle = (start + slots["slot_s"] / 2) / 3600
    slot = length(slots["slot_s"])
    for axes, (key, title, unit) in zip(panels.flat, PANELS, strict=True):
        for policy in policies:
            _line(axes, middle, policy["series"][key], colour_of(policy["role"]), 100.0 if key in PERCENT else 1.0)
        axes.set_title(title)
        axes.set_ylabel(f"[{unit.format(slot=slot)}]")
        axes.set_ylim(bottom=0.0)
        hours(axes, start[0], start[-1] + slots["slot_s"])
    _staffing(panels.flat[0], start, slots)
    _legend(figure, policies)
    for axes in panels[-1]:
        axes.set_xlabel("Time of day")
    return figure


def length(slot_s: float) -> str:
    """Return the length of a slot in words.

    >>> length(1800.0), length(900.0)
    ('half hour', '15 min')
    """
    return {1800.0: "half hour", 3600.0: "hour"}.get(float(slot_s), f"{slot_s / 60:g} min")


def points(slots: Mapping[str, Any], policies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the figure's CSV: one for each policy, panel and slot; shares are shares of 1."""
    return [
        {"policy": policy["label"], "figure": key, "start_s": start_s, "slot_s": slots["slot_s"]}
        | {end: policy["series"][key][end][place] for end in ("mean", "low", "high")}
        for policy in policies
        for key, _, _ in PANELS
        for place, start_s in enumerate(slots["start_s"])
    ]


def _line(axes: Axes, x: np.ndarray, series: Mapping[str, Sequence[float | None]], colour: str, scale: float) -> None:
    mean, low, high = (scale * np.array(series[key], float) for key in ("mean", "low", "high"))  # None becomes nan
    band(axes, x, mean, low, high, colour=colour)


def _staffing(axes: Axes, start: np.ndarray, slots: Mapping[str, Any]) -> None:
    """Draw advisors on duty as steps on a second axis: contacts and advisors have no common unit."""
    twin = axes.twinx()
    edges = np.append(start, start[-1] + slots["slot_s"]) / 3600
    twin.stairs(slots["staffed"], edges, color=OTHER, linewidth=1.2, linestyle="-")
    twin.set_ylim(0.0, 1.45 * max(slots["staffed"]))
    twin.set_ylabel("[advisors on duty]", color="#666666")
    twin.grid(False)
    twin.spines["right"].set_visible(True)
    axes.set_title("Contacts offered; on duty (grey)")


def _legend(figure: Figure, policies: Sequence[Mapping[str, Any]]) -> None:
    handles = [figure.axes[0].plot([], [], color=colour_of(policy["role"]), linewidth=2.2)[0] for policy in policies]
    labels = [policy["label"] for policy in policies]
    figure.legend(handles, labels, loc="outside upper left", ncols=len(labels), labelcolor=INK, fontsize=8.5)
