"""Trade-off between the campaign and the inbound callers: one point for each policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ccenv.plot.trade_offs import cross
from experiments.reports.figures.differences import close_rows
from experiments.reports.figures.labels import Label, write_labels
from experiments.reports.figures.style import FAINT, WIDTH, colour_of, ends
from experiments.reports.rows import EQUAL

ACROSS, UP = "abandonment", "n_sales"
HEIGHT_IN = 3.3  # of a panel, for the distance of labels


def tradeoff(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw goals reached per day against the abandoned share; up and to the left is better.

    Above are all policies. Below are those near the best tuned rule, by their paired differences to it.

    Args:
        rows: Each with `short`, `role`, `within_limit`, `difference` (of the value), `kpis` and `differences`; the
            latter two with `abandonment` and `n_sales`, each with `mean`, `low`, `high`.
    """
    near = close_rows(rows)
    figure = Figure(figsize=(WIDTH, 8.0))
    above, below = figure.subplots(2, 1)
    for row in rows:
        _point(above, row, row["kpis"][ACROSS], row["kpis"][UP])
    above.set_xlabel("Inbound callers who gave up waiting [% of offered]")
    above.set_ylabel("Goals reached [per day]")
    above.set_title("All policies")
    above.margins(x=0.05, y=0.08)
    far = [row for row in rows if row not in near]
    write_labels(above, [_label(row, row["kpis"]) for row in far], HEIGHT_IN)
    _frame(above, near, enlarged=bool(far))
    _differences(below, near)
    return figure


def points(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the figure's CSV; the abandoned share is a share of 1."""
    return [
        {key: row[key] for key in ("label", "role", "within_limit")}
        | {key: value for name in (ACROSS, UP) for key, value in ends(name, row["kpis"][name]).items()}
        | {
            key: value
            for name in (ACROSS, UP)
            for key, value in ends(f"{name}_difference", row["differences"].get(name)).items()
        }
        for row in rows
    ]


def _differences(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    axes.axhline(0.0, color=FAINT, linewidth=1.0, zorder=1)
    axes.axvline(0.0, color=FAINT, linewidth=1.0, zorder=1)
    zero = {"mean": 0.0, "low": 0.0, "high": 0.0}
    shown = [
        row | {"at": {name: row["differences"].get(name, zero) for name in (ACROSS, UP)}} for row in map(dict, rows)
    ]
    shown = [row for row in shown if row["at"][ACROSS] is not None and row["at"][UP] is not None]
    for row in shown:
        _point(axes, row, row["at"][ACROSS], row["at"][UP])
    axes.set_xlabel("Difference in callers who gave up [percentage points of offered]")
    axes.set_ylabel("Difference in goals [per day]")
    axes.set_title("Near the best tuned rule: differences to it, paired by day")
    axes.margins(x=0.05, y=0.08)
    write_labels(axes, [_label(row, row["at"]) for row in shown], HEIGHT_IN)


def _label(row: Mapping[str, Any], figures: Mapping[str, Any]) -> Label:
    named = row["role"] != "other"
    text = row["short"].replace(EQUAL, "\n= ")
    colour = colour_of(row["role"]) if named else "#555555"
    return Label(100 * figures[ACROSS]["mean"], figures[UP]["mean"], text, colour, named)


def _point(axes: Axes, row: Mapping[str, Any], across: Mapping[str, Any], up: Mapping[str, Any]) -> None:
    named, colour = row["role"] != "other", colour_of(row["role"])
    x, y = 100 * across["mean"], up["mean"]
    whole = across["low"] is not None and up["low"] is not None
    cross(
        axes,
        (x, 100 * across["low"], 100 * across["high"]) if whole else (x, np.nan, np.nan),
        (y, up["low"], up["high"]) if whole else (y, np.nan, np.nan),
        colour=colour,
        size=6 if named else 4,
        face=colour if row["within_limit"] else "white",
        linewidth=1.3 if named else 0.6,
        zorder=3 if named else 2,
    )


def _frame(axes: Axes, rows: Sequence[Mapping[str, Any]], *, enlarged: bool) -> None:
    """Frame the points that the other panel shows."""
    if not enlarged:
        return
    x = [100 * row["kpis"][ACROSS]["mean"] for row in rows]
    y = [row["kpis"][UP]["mean"] for row in rows]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    wide, tall = 0.02 * (right - left), 0.04 * (high - low)
    corner, top = (min(x) - wide, min(y) - tall), max(y) + tall
    size = (max(x) - min(x) + 2 * wide, top - corner[1])
    axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor="#666666", linestyle="--", linewidth=0.8, zorder=4))
    axes.annotate("shown below", (corner[0], top), (0, 2), textcoords="offset points", fontsize=7.5, color="#666666")
