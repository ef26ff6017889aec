"""Figure of the bank's days held back: mean figures by half hour, with the intervals of the means over days."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.calibrate.logs import CLOSE_S, OPEN_S, SLOT_S
from experiments.reports.figures.style import FAINT, LEARNED, OTHER, WIDTH, styled, svg
from experiments.validate.bank.judge import seen_by_half_hour
from experiments.validate.bank.page import FIGURE

SHARE = 100.0  # percent
SHOWN = {
    "wait": ("Mean wait\n[s per contact offered]", 1.0),
    "abandoned": ("Abandoned\n[% of offered]", SHARE),
    "in time": ("Served within 20 s\n[% of offered]", SHARE),
}


def drawings(result: dict[str, Any]) -> dict[str, bytes]:
    """Return the figure as SVG, by file name."""
    with styled():
        return {f"{FIGURE}.svg": svg(_draw(result))}


def _draw(result: dict[str, Any]) -> Figure:
    months = result["of_log"]
    figure = Figure(figsize=(WIDTH, 6.2))
    panels = figure.subplots(len(SHOWN), len(months), sharex=True, sharey="row", squeeze=False)
    for column, (name, days) in enumerate(months.items()):
        panels[0, column].set_title(f"{name}, {days} days")
        lines = [line for line in result["lines"] if line["month"] == name]
        for row, (what, (label, scale)) in enumerate(SHOWN.items()):
            _panel(panels[row, column], seen_by_half_hour(lines, what), scale, result["bounds"]["half hour"])
            panels[row, 0].set_ylabel(label)
        panels[-1, column].set_xticks(range(8, 25, 4), [f"{hour}:00" for hour in range(8, 25, 4)])
        panels[-1, column].set_xlabel("Time of day")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def _panel(axes: Axes, lines: list[dict[str, Any]], scale: float, bound: float) -> None:
    hours = np.array([(OPEN_S + SLOT_S * (line["slot"] + 0.5)) / 3600.0 for line in lines])
    log, model, z = (np.array([line[key] for line in lines]) for key in ("log", "model", "z"))
    # the error of a comparison, that of the model included where it is larger
    error = np.abs(np.divide(log - model, z, out=np.zeros_like(z), where=z != 0.0))
    low, high = np.maximum(log - bound * error, 0.0), log + bound * error
    if scale == SHARE:
        high = np.minimum(high, 1.0)
    axes.fill_between(hours, scale * low, scale * high, color=FAINT, linewidth=0, label="within the bound")
    axes.plot(hours, scale * log, color=OTHER, linestyle="", marker="o", markersize=2.5, label="log, mean of days")
    axes.plot(hours, scale * model, color=LEARNED, label="model")
    axes.set_xlim(OPEN_S / 3600.0, CLOSE_S / 3600.0)
    axes.set_ylim(bottom=0.0)
