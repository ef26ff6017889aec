"""The centre through the day, by slot: the best tuned rule and the learned policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reports.figures.style import INK, OTHER, WIDTH, colour_of, hours

PANELS = (
    ("offered", "Inbound contacts offered\n[per half hour]"),
    ("idle", "Advisors idle\n[mean number]"),
    ("mean_wait_s", "Mean wait, inbound\n[s]"),
    ("abandonment", "Abandoned\n[% of offered]"),
    ("ringing", "Lines ringing\n[mean number]"),
    ("joined", "Connects joined\n[per half hour]"),
)
PERCENT = {"abandonment"}


def day(slots: Mapping[str, Any], policies: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw six panels over the time of day.

    Args:
        slots: `start_s`, the beginnings of the slots (seconds after midnight), `slot_s`, and `staffed` by slot.
        policies: Each with `label`, `role` and `series`: for each panel's key `mean`, `low` and `high` by slot
            (None if nothing was counted).
    """
    figure = Figure(figsize=(WIDTH, 6.0))
    panels = figure.subplots(3, 2, sharex=True)
    start = np.array(slots["start_s"], float)
    middle = (start + slots["slot_s"] / 2) / 3600
    for axes, (key, label) in zip(panels.flat, PANELS, strict=True):
        for policy in policies:
            _line(axes, middle, policy["series"][key], colour_of(policy["role"]), 100.0 if key in PERCENT else 1.0)
        axes.set_title(label.split("\n")[0])
        axes.set_ylabel(label.split("\n")[1].strip("[]"))
        axes.set_ylim(bottom=0.0)
        hours(axes, start[0], start[-1] + slots["slot_s"])
    _staffing(panels.flat[0], start, slots)
    _legend(figure, policies)
    for axes in panels[-1]:
        axes.set_xlabel("Time of day")
    return figure


def _line(axes: Axes, x: np.ndarray, series: Mapping[str, Sequence[float | None]], colour: str, scale: float) -> None:
    mean, low, high = (scale * np.array(series[key], float) for key in ("mean", "low", "high"))  # None becomes nan
    axes.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0)
    axes.plot(x, mean, color=colour)


def _staffing(axes: Axes, start: np.ndarray, slots: Mapping[str, Any]) -> None:
    """Draw advisors on duty as steps on a second axis: contacts and advisors have no common unit."""
    twin = axes.twinx()
    edges = np.append(start, start[-1] + slots["slot_s"]) / 3600
    twin.stairs(slots["staffed"], edges, color=OTHER, linewidth=1.2, linestyle="-")
    twin.set_ylim(0.0, 1.45 * max(slots["staffed"]))
    twin.set_ylabel("advisors on duty", color="#666666")
    twin.grid(False)
    twin.spines["right"].set_visible(True)
    axes.set_title("Contacts offered; advisors on duty (grey)")


def _legend(figure: Figure, policies: Sequence[Mapping[str, Any]]) -> None:
    handles = [figure.axes[0].plot([], [], color=colour_of(policy["role"]), linewidth=2.2)[0] for policy in policies]
    labels = [policy["label"] for policy in policies]
    figure.legend(handles, labels, loc="outside upper left", ncols=len(labels), labelcolor=INK, fontsize=8.5)
