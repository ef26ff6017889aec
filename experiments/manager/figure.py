"""Service level, longest wait and idle time by hour of the day, under both controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccenv.plot.style import hour_text
from experiments.reports.figures.style import BEST_RULE, INK, LEARNED, WIDTH, band, hours

COLOURS = {"new": LEARNED, "rule": BEST_RULE}
LABELS = {"new": "new control", "rule": "rule"}


def by_hour(result: Mapping[str, Any]) -> Figure:
    """Draw three panels over the hours of the day from the content of `manager.json`."""
    figure = Figure(figsize=(WIDTH, 2.7))
    level, wait, idle = figure.subplots(1, 3)
    for role, colour in COLOURS.items():
        hour = np.array(result["hours"][role]["hour"], float) + 0.5
        _line(level, hour, result["hours"][role]["service_level"], colour, 100.0)
        _line(idle, hour, result["hours"][role]["idle_min"], colour, 1.0)
        waits = result["waits"][role]
        wait.plot(np.array(waits["hour"], float) + 0.5, waits["mean"], color=colour)
    for axes, title, unit in (
        (level, "Answered in time", "% of offered"),
        (wait, "Longest wait of the hour", "s, mean over days"),
        (idle, "Idle time, all advisors", "minutes an hour"),
    ):
        axes.set_title(title)
        axes.set_ylabel(f"[{unit}]")
        axes.set_ylim(bottom=0.0)
        axes.set_xlabel("Time of day")
        hours(axes, *_ends(result))
        axes.set_xticks(axes.get_xticks()[::3], [hour_text(tick) for tick in axes.get_xticks()[::3]])
    handles = [level.plot([], [], color=colour, linewidth=2.2)[0] for colour in COLOURS.values()]
    figure.legend(handles, LABELS.values(), loc="outside upper left", ncols=2, labelcolor=INK, fontsize=8.5)
    return figure


def points(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the figure's CSV: one for each control and hour."""
    rows = []
    for role in COLOURS:
        hourly, waits = (
            result["hours"][role],
            dict(zip(result["waits"][role]["hour"], result["waits"][role]["mean"], strict=True)),
        )
        for hour, level, idle in zip(hourly["hour"], hourly["service_level"], hourly["idle_min"], strict=True):
            means = {"service_level": level, "idle_min": idle}
            row = {name: None if value is None else value["mean"] for name, value in means.items()}
            rows.append({"control": LABELS[role], "hour": hour, **row, "longest_wait_s": waits.get(hour)})
    return rows


def _ends(result: Mapping[str, Any]) -> tuple[float, float]:
    found = result["hours"]["rule"]["hour"]
    return 3600.0 * found[0], 3600.0 * (found[-1] + 1)


def _line(axes: Axes, x: np.ndarray, series: list[dict[str, Any] | None], colour: str, scale: float) -> None:
    ends = (
        scale * np.array([np.nan if each is None or each[end] is None else each[end] for each in series], float)
        for end in ("mean", "low", "high")
    )
    band(axes, x, *ends, colour=colour)
