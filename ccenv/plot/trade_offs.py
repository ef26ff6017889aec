"""Two KPIs against each other, one point for each policy."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ccenv.comparison import Comparison, Row
from ccenv.plot.style import in_legend, labelled, look, panel, scaled, styling, times


def trade_off(compared: Comparison, x: str, y: str, *, ax: Axes | None = None) -> Axes:
    """Draw two KPIs of each policy against each other, with their intervals.

    Args:
        compared: The result of `ccenv.compare`, not by interval.
        x: Column on the horizontal axis.
        y: Column on the vertical axis.
        ax: Axes; None: a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If the comparison is by interval, or `ax` is no axes.
        KeyError: If there is no such column.

    Example:
        ```
        compared = ccenv.compare("tiny", {"few": (None, "no_dial"), "many": (None, "progressive_unreserved")})
        ccenv.plot.trade_off(compared, "abandonment", "n_sales")
        ```
    """
    if compared.by == "interval":
        raise ValueError("compared: a comparison by interval; allowed: by run or by entity")
    rows = [(compared[policy, x], compared[policy, y]) for policy in compared.policies]
    with styling(ax):
        return _draw(panel(ax, 3.6), rows, x, y)


def _draw(axes: Axes, rows: list[tuple[Row, Row]], x: str, y: str) -> Axes:
    (x_unit, x_factor), (y_unit, y_factor) = (scaled(row.kpi, row.unit, "run") for row in rows[0])
    for place, (across, up) in enumerate(rows):
        drawn = look(place)
        one, other = times(across.value, x_factor), times(up.value, y_factor)
        cross(axes, one, other, colour=drawn.colour, marker=drawn.marker, label=in_legend(across.policy))
    axes.set_xlabel(labelled(x, x_unit))
    axes.set_ylabel(labelled(y, y_unit))
    axes.margins(x=0.06, y=0.08)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8)
    return axes


def cross(
    axes: Axes, x: Any, y: Any, *, colour: str, marker: str = "o", size: float = 6.0, face: str = "", **line: Any
) -> None:
    """Draw a point with an interval across and one up.

    Args:
        axes: The axes.
        x: Figure across: value, low and high, in this order; nan for ends that there are not.
        y: Figure up, likewise.
        colour: Its colour.
        marker: Marker of matplotlib.
        size: Size of the marker [points].
        face: Colour inside the marker; empty: the colour.
        **line: `linewidth` and `zorder` of all lines; `label` of the point.
    """
    label = line.pop("label", None)
    options: dict[str, Any] = {"color": colour, "linewidth": 1.3, "zorder": 3} | line
    if not np.isnan(x[1]):
        axes.plot([x[1], x[2]], [y[0], y[0]], **options)
    if not np.isnan(y[1]):
        axes.plot([x[0], x[0]], [y[1], y[2]], **options)
    point = options | {"linestyle": "none", "markerfacecolor": face or colour}
    axes.plot([x[0]], [y[0]], marker=marker, markersize=size, label=label, **point)
