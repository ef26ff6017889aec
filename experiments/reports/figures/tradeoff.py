"""Trade-off between the campaign and the inbound callers: one point for each policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reports.figures.style import FAINT, WIDTH, colour_of

CLOSEST = 0.052  # least distance of two labels, as a share of the axis


def tradeoff(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw goals reached per day against the abandoned share; up and to the left is better.

    Args:
        rows: Each with `short`, `role` and `kpis`: `abandonment` and `n_sales`, each with `mean`, `low`, `high`.
    """
    figure = Figure(figsize=(WIDTH, 4.2))
    axes = figure.subplots()
    for row in rows:
        _point(axes, row)
    axes.set_xlabel("Inbound callers who gave up waiting [% of offered]")
    axes.set_ylabel("Goals reached [per day]")
    axes.margins(x=0.04, y=0.08)
    _labels(axes, rows)
    return figure


def _place(row: Mapping[str, Any]) -> tuple[float, float]:
    return 100 * row["kpis"]["abandonment"]["mean"], row["kpis"]["n_sales"]["mean"]


def _point(axes: Axes, row: Mapping[str, Any]) -> None:
    (x, y), named = _place(row), row["role"] != "other"
    across, up = row["kpis"]["abandonment"], row["kpis"]["n_sales"]
    line: dict[str, Any] = {
        "color": colour_of(row["role"]),
        "linewidth": 1.3 if named else 0.6,
        "zorder": 3 if named else 2,
    }
    axes.plot([100 * across["low"], 100 * across["high"]], [y, y], **line)
    axes.plot([x, x], [up["low"], up["high"]], **line)
    axes.plot([x], [y], marker="o", markersize=6 if named else 4, **line)


def _labels(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write names in the right margin at the height of their points, moved apart to avoid overlaps."""
    low, high = axes.get_ylim()
    ordered = sorted(rows, key=lambda row: _place(row)[1])
    heights: list[float] = []
    for row in ordered:
        wanted = (_place(row)[1] - low) / (high - low)
        heights.append(max(wanted, heights[-1] + CLOSEST) if heights else max(wanted, 0.0))
    excess = max(0.0, heights[-1] - 1.0)  # labels pushed above the axis are moved down again
    for place in range(len(heights) - 1, -1, -1):
        ceiling = heights[place + 1] - CLOSEST if place + 1 < len(heights) else 1.0
        heights[place] = min(heights[place], ceiling) if excess else heights[place]
    leader = {"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 3, "relpos": (0.0, 0.5)}
    for row, height in zip(ordered, heights, strict=True):
        named = row["role"] != "other"
        look = {"color": colour_of(row["role"]) if named else "#555555", "fontweight": "bold" if named else "normal"}
        axes.annotate(
            row["short"],
            _place(row),
            (1.03, height),
            textcoords="axes fraction",
            va="center",
            fontsize=7.5,
            arrowprops=leader,
            annotation_clip=False,
            **look,
        )
