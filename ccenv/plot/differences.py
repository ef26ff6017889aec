"""Differences of policies to a baseline, with their intervals."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from matplotlib.axes import Axes

from ccenv.comparison import Comparison, Row
from ccenv.comparison.result import CONSTANT
from ccenv.files.errors import closest, shown
from ccenv.kpis.bootstrap import EQUAL
from ccenv.plot.style import (
    FAINT,
    INK,
    common_legend,
    hours,
    labelled,
    look,
    panel,
    panels,
    policy_band,
    scaled,
    styling,
    times,
)

NOTED = {EQUAL: "equal", CONSTANT: "constant"}


@overload
def comparison(compared: Comparison, kpi: str, *, ax: Axes | None = None) -> Axes: ...


@overload
def comparison(compared: Comparison, kpi: None = None, *, ax: None = None) -> np.ndarray: ...


def comparison(compared: Comparison, kpi: str | None = None, *, ax: Axes | None = None) -> Any:
    """Draw the paired differences of the policies to the baseline, with their intervals.

    By run or entity: a line for each policy. By interval: a curve with a band for each policy over the time of day.
    A difference without an interval, or equal in all runs, is a hollow point with its reason.

    Args:
        compared: The result of `ccenv.compare`.
        kpi: A column of the comparison; None: all of them, each in a panel of its own.
        ax: Axes for one KPI; None: a new figure.

    Returns:
        The axes; without a KPI an array of them, one for each column.

    Raises:
        ValueError: If there is no such column, `ax` is no axes or is given for several, or there is no policy but the
            baseline.

    Example:
        ```
        ccenv.plot.comparison(ccenv.compare("tiny", {"fifo": ("fifo", None), "lwt": ("lwt", None)}), "abandonment")
        ```
    """
    columns = list(dict.fromkeys(row.column for row in compared.rows))
    if len(compared.policies) < 2:
        raise ValueError("compared: it has one policy; allowed: two or more, so that there is a difference")
    if kpi is not None:
        if kpi not in columns:
            raise ValueError(f"kpi = {shown(kpi)}: the comparison has no such column{closest(str(kpi), columns)}")
        rows = [row for row in compared.rows if row.column == kpi]
        with styling(ax):
            axes = _draw(panel(ax, _height(compared)), compared, rows)
            if compared.by == "interval":
                axes.legend(loc="best", fontsize=7.5)
            return axes
    if ax is not None:
        raise ValueError("ax: axes for one KPI; allowed: with `kpi`, or None for all KPIs")
    n_columns = min(2, len(columns))
    with styling(ax):
        grid = panels(len(columns), _height(compared), n_columns)
        for place, (axes, column) in enumerate(zip(grid, columns, strict=True)):
            _draw(axes, compared, [row for row in compared.rows if row.column == column])
            if place % n_columns and compared.by != "interval":
                axes.tick_params(labelleft=False)
        if compared.by == "interval":
            common_legend(grid[0])
    return np.array(grid)


def _height(compared: Comparison) -> float:
    return 2.2 if compared.by == "interval" else 0.75 + 0.22 * len(compared.policies)


def _draw(axes: Axes, compared: Comparison, rows: list[Row]) -> Axes:
    per = "slot" if compared.by == "interval" else "run"
    unit, factor = scaled(rows[0].kpi, rows[0].unit, per, difference=True)
    others = [policy for policy in compared.policies if policy != compared.baseline]
    if compared.by == "interval":
        _over_the_day(axes, compared, rows, others, factor)
        axes.set_title(f"{rows[0].column}, difference to {compared.baseline}", parse_math=False)
        axes.set_ylabel(labelled("difference", unit))
        axes.set_xlabel("time of day [h:min]")
    else:
        axes.set_title(rows[0].column)
        _lines(axes, compared, rows, others, factor)
        axes.set_xlabel(labelled(f"difference to {compared.baseline}", unit), parse_math=False)
    return axes


def _lines(axes: Axes, compared: Comparison, rows: list[Row], others: list[str], factor: float) -> None:
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=1)
    for place, policy in enumerate(others):
        (row,) = [row for row in rows if row.policy == policy]
        value, low, high = times(row.difference, factor)
        drawn = look(compared.policies.index(policy))
        axes.axhline(place, color=FAINT, linewidth=0.4, zorder=0)
        at = 0.0 if np.isnan(value) else value
        if np.isnan(low) or row.note in NOTED:
            hollow: dict[str, Any] = {"markerfacecolor": "none"}
            if not np.isnan(value):
                axes.plot([at], [place], marker=drawn.marker, color=drawn.colour, markersize=5, zorder=3, **hollow)
            axes.annotate(
                NOTED.get(row.note, row.note), (at, place), (7, 0), textcoords="offset points", va="center", fontsize=7
            )
            continue
        axes.plot([low, high], [place, place], color=drawn.colour, linewidth=2.2, solid_capstyle="butt", zorder=2)
        axes.plot([value], [place], marker=drawn.marker, color=drawn.colour, markersize=5, zorder=3)
    axes.set_ylim(len(others) - 0.4, -0.6)
    axes.set_yticks(range(len(others)), others, parse_math=False)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.08)


def _over_the_day(axes: Axes, compared: Comparison, rows: list[Row], others: list[str], factor: float) -> None:
    starts = np.array(sorted({row.start_s for row in rows}))
    slot_s = float(np.min(np.diff(starts))) if starts.size > 1 else 1_800.0
    axes.axhline(0.0, color=INK, linewidth=1.0, zorder=1)
    for policy in others:
        mine = sorted((row for row in rows if row.policy == policy), key=lambda row: row.start_s)
        figures = [times(row.difference, factor) for row in mine]
        drawn = look(compared.policies.index(policy))
        policy_band(axes, (starts + slot_s / 2) / 3600, figures, drawn, policy)
    hours(axes, starts[0], starts[-1] + slot_s)
