"""Paired differences of all policies to the best tuned rule, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reports.figures.style import BEST_RULE, FAINT, WIDTH, colour_of

ROOM = 4.0  # below 0 the axis ends at most at this multiple of the median difference; rows beyond it are arrows


def differences(rows: Sequence[Mapping[str, Any]], unit: str) -> Figure:
    """Draw one line for each row, best on top.

    Args:
        rows: Each with `label`, `role`, and `difference` (`mean`, `low`, `high`; None for the baseline).
        unit: Unit of the difference.
    """
    ordered = sorted(rows, key=_mean, reverse=True)
    figure = Figure(figsize=(WIDTH, 0.6 + 0.215 * len(ordered)))
    axes = figure.subplots()
    low, high = _reach(ordered)
    axes.axvline(0.0, color=BEST_RULE, linewidth=1.0, zorder=1)
    for place, row in enumerate(ordered):
        _draw(axes, place, row, low)
    axes.set_xlim(low - 0.06 * (high - low), high + 0.04 * (high - low))
    axes.set_ylim(len(ordered) - 0.4, -0.6)
    axes.set_yticks(range(len(ordered)), [row["label"] for row in ordered])
    for tick, row in zip(axes.get_yticklabels(), ordered, strict=True):
        tick.set_color(colour_of(row["role"]) if row["role"] != "other" else "#333333")
        tick.set_fontweight("normal" if row["role"] == "other" else "bold")
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"Difference to the best tuned rule [{unit}]")
    return figure


def _mean(row: Mapping[str, Any]) -> float:
    return 0.0 if row["difference"] is None else float(row["difference"]["mean"])


def _reach(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Ends of the axis: all rows, unless a few distant rows would make the others indistinguishable."""
    means = np.array([_mean(row) for row in rows])
    ends = [row["difference"] for row in rows if row["difference"] is not None]
    lowest = min([end["low"] for end in ends], default=-1.0)
    highest = max([end["high"] for end in ends] + [0.0])
    typical = float(np.median(np.abs(means[means != 0.0]))) if np.any(means != 0.0) else 1.0
    return max(lowest, -ROOM * typical), max(highest, 0.05 * typical)


def _draw(axes: Axes, place: int, row: Mapping[str, Any], low: float) -> None:
    colour = colour_of(row["role"])
    axes.axhline(place, color=FAINT, linewidth=0.4, zorder=0)
    if row["difference"] is None:
        axes.plot([0.0], [place], marker="D", color=colour, markersize=5, zorder=3)
        return
    mean, start, end = (float(row["difference"][key]) for key in ("mean", "low", "high"))
    if mean < low:
        axes.plot([low], [place], marker="<", color=colour, markersize=5, zorder=3, clip_on=False)
        axes.annotate(
            f"{mean:,.1f}".replace("-", "\N{MINUS SIGN}"),
            (low, place),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
        )
        return
    axes.plot([max(start, low), end], [place, place], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=2)
    axes.plot([mean], [place], marker="o", color=colour, markersize=4.5, zorder=3)
