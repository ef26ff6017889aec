"""The figure: value against CPU time, a panel for each centre and start, a colour for each learner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from ccenv.plot.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION
from experiments.curves.declared import RESERVE, START
from experiments.headline.declared import BOUND, FIFO, P1, P2
from experiments.reports.figures.style import INK, OTHER, WIDTH, styled, svg

#: One colour a learner; a longer curve of a learner has a colour near it.
COLOURS = {"search": BLUE, "clones": GREEN, "ppo": VERMILION, "vine": PURPLE}
ELSE = SKY  # of any other learner
LINES = {FIFO: (OTHER, ":"), RESERVE: (ORANGE, "--"), P1: (INK, ":"), P2: (INK, "--")}
ROW = 2.9  # height of a row of panels [inches]
BELOW = 0.25  # of the distance from FIFO to the bound: how far below FIFO the axis goes
AHEAD = 0.6  # of the first time: where the policies before the first iteration stand


def drawn(result: Mapping[str, Any]) -> bytes:
    """Return the figure as SVG."""
    with styled():
        return svg(figure_of(result))


def figure_of(result: Mapping[str, Any]) -> Figure:
    """Draw the curves of a result file."""
    panels = list(dict.fromkeys((row["centre"], row["start"]) for row in result["rows"]))
    centres = list(dict.fromkeys(centre for centre, _ in panels))
    starts = list(dict.fromkeys(start for _, start in sorted(panels)))
    figure = Figure(figsize=(WIDTH, ROW * len(centres) + 0.3))
    grid = figure.subplots(len(centres), len(starts), squeeze=False, sharey="row", sharex=True)
    for line, name in zip(grid, centres, strict=True):
        for axes, start in zip(line, starts, strict=True):
            rows = [row for row in result["rows"] if (row["centre"], row["start"]) == (name, start)]
            _panel(axes, rows, result["centres"][name])
            axes.set_title(f"{name}, {start}")
        line[0].set_ylabel("Value of an episode")
    for axes in grid[-1]:
        axes.set_xlabel("CPU time of the learning [s]")
    handles = {
        label: handle for axes in grid.flat for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside upper left", ncols=5, fontsize=8)
    return figure


def _panel(axes: Axes, rows: Sequence[Mapping[str, Any]], centre: Mapping[str, Any]) -> None:
    rules = {name: centre["rules"][name]["value"]["mean"] for name in LINES if name in centre["rules"]}
    top = max(*rules.values(), centre["score"]["denominator"])
    for name, value in rules.items():
        colour, dashes = LINES[name]
        axes.axhline(value, color=colour, linestyle=dashes, linewidth=1.0, label=name)
    axes.axhline(centre["score"]["denominator"], color=INK, linewidth=1.0, label=BOUND)
    for row in rows:
        _curve(axes, row)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda time, _: f"{time:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    room = top - rules[FIFO]
    axes.set_ylim(rules[FIFO] - BELOW * room, top + 0.08 * room)


def _curve(axes: Axes, row: Mapping[str, Any]) -> None:
    """Draw the replicates of a learner thin and their mean bold."""
    colour = COLOURS.get(row["learner"], ELSE)
    times = np.array([point["each_cpu_s"] for point in row["points"]], float)
    values = np.array([point["each"] for point in row["points"]], float)
    for k, point in enumerate(row["points"]):
        if point["mark"] == START:
            times[k] = AHEAD * times[k + 1]
    for each in range(times.shape[1]):
        axes.plot(times[:, each], values[:, each], color=colour, linewidth=0.6, alpha=0.6)
    axes.plot(times.mean(axis=1), values.mean(axis=1), color=colour, linewidth=2.0, marker="o", markersize=2.5,
              label=row["learner"])  # fmt: skip
