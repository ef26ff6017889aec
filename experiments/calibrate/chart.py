"""Figure of the log and the model through the day, by group."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from experiments.calibrate.logs import CLOSE_S, OPEN_S, SLOT_S, SLOTS
from experiments.reports.figures.style import BEST_RULE, INK, LEARNED, OTHER, WIDTH, hours

SERIES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("model", "model", {"color": LEARNED, "zorder": 3}),
    ("fit", "log, days of the fit", {"color": OTHER, "linestyle": "", "marker": "o", "markersize": 3}),
    ("held_back", "log, days held back", {"color": BEST_RULE, "linestyle": "", "marker": "D", "markersize": 3}),
)
ROWS = (("abandoned", 100.0, "Abandoned\n[% of offered]"), ("waiting_s", 1.0, "Mean wait\n[s per contact offered]"))


def day(groups: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Draw abandonment, mean wait and staffing by half hour, one column for each group.

    Args:
        groups: By name: `staffing` by half hour, and for `model`, `fit` and `held_back` the means per day by half hour
            of `offered`, `abandoned` and `waiting_s`.
    """
    figure = Figure(figsize=(WIDTH, 6.2))
    panels = figure.subplots(3, len(groups), sharex=True, height_ratios=[3, 3, 2], squeeze=False)
    for column, (name, group) in enumerate(groups.items()):
        for row, (key, scale, label) in enumerate(ROWS):
            _compare(panels[row, column], group, key, scale)
            panels[row, 0].set_ylabel(label)
        panels[0, column].set_title(f"Group {name}")
        _staffing(panels[2, column], group["staffing"])
        hours(panels[2, column], OPEN_S, CLOSE_S)
        panels[2, column].set_xticks(range(8, 25, 4), [f"{hour}:00" for hour in range(8, 25, 4)])
        panels[2, column].set_xlabel("Time of day")
    panels[2, 0].set_ylabel("Effective staffing\n[advisors]")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(SERIES))
    return figure


def _compare(axes: Axes, group: Mapping[str, Any], key: str, scale: float) -> None:
    middle = (OPEN_S + SLOT_S * (np.arange(SLOTS) + 0.5)) / 3600.0
    for source, label, look in SERIES:
        outcome = group[source]
        axes.plot(middle, scale * _ratio(outcome[key], outcome["offered"]), label=label, **look)
    axes.set_ylim(bottom=0.0)


def _ratio(above: list[float], below: list[float]) -> NDArray[np.float64]:
    numerator, denominator = np.array(above), np.array(below)
    return np.divide(numerator, denominator, out=np.full(SLOTS, np.nan), where=denominator > 0)


def _staffing(axes: Axes, staffing: list[int]) -> None:
    edges = (OPEN_S + SLOT_S * np.arange(SLOTS + 1)) / 3600.0
    axes.stairs(staffing, edges, color=INK, linewidth=1.4)
    axes.set_ylim(0.0, max(staffing) + 1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
