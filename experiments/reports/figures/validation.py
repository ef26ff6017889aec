"""Comparison with the best tuned rule during the training: value and KPIs against decisions learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reports.figures.style import BEST_RULE, INK, LEARNED, OTHER, WIDTH

#: KPIs whose differences are drawn: name in `validation.csv`, words, colour.
SHARES = (
    ("served_within_T_of_offered", "served in time", INK),
    ("abandonment", "abandoned", LEARNED),
    ("dropped_share", "dropped", OTHER),
)


def validation_curve(rows: Sequence[Mapping[str, float]], *, unit: str) -> Figure:
    """Draw the paired differences of the policy in training to the best tuned rule.

    Args:
        rows: Rows of `validation.csv` (`agents.common.validation.Validation`), in the order of the steps.
        unit: Unit of the value.
    """
    figure = Figure(figsize=(WIDTH, 4.6))
    value, shares = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    millions = [row["steps"] / 1e6 for row in rows]
    _band(value, millions, rows, ("difference", "low", "high"), 1.0, LEARNED, None)
    value.set_ylabel("Difference to the best rule\n[" + unit.replace("; ", ";\n") + "]")
    value.set_title(f"{rows[0]['days']:.0f} validation days, during the training")
    for name, words, colour in SHARES:
        if any(row[f"{name}_difference"] == row[f"{name}_difference"] for row in rows):  # not nan throughout
            ends = (f"{name}_difference", f"{name}_low", f"{name}_high")
            _band(shares, millions, rows, ends, 100.0, colour, words)
    shares.set_ylabel("Difference of shares\n[percentage points]")
    shares.set_xlabel("Decisions learned from [millions]")
    shares.legend(frameon=False, fontsize=8, ncols=len(SHARES), loc="lower right", bbox_to_anchor=(1.0, 0.98))
    for axes in (value, shares):
        axes.axhline(0.0, color=BEST_RULE, linestyle="--", linewidth=1.2)
    return figure


def points(rows: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Return the rows of the figure's CSV: those of `validation.csv`."""
    return [dict(row) for row in rows]


def _band(
    axes: Axes,
    x: list[float],
    rows: Sequence[Mapping[str, float]],
    names: tuple[str, str, str],
    factor: float,
    colour: str,
    label: str | None,
) -> None:
    mean, low, high = ([factor * row[name] for row in rows] for name in names)
    axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.plot(x, mean, color=colour, marker="o", markersize=3, label=label)
