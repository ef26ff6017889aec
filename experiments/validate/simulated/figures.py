"""Figure of simulated over exact values, and of z against the normal distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from experiments.reports.figures.style import BEST_RULE, INK, LEARNED, OTHER, WIDTH, styled, svg
from experiments.validate.simulated.family import Family

LOOKS = (
    ("", OTHER, "o", "formula"),
    ("rule", BEST_RULE, "s", "rule"),
    ("table", BEST_RULE, "^", "policy"),
    ("optimal", LEARNED, "D", "optimal policy"),
)


def drawings(results: Sequence[dict[str, Any]], family: Family) -> dict[str, bytes]:
    """The figure as SVG, by file name."""
    with styled():
        figure = Figure(figsize=(WIDTH, 3.6))
        left, right = figure.subplots(1, 2, width_ratios=[5, 4])
        _against(left, results)
        _quantiles(right, results, family)
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(LOOKS))
        return {"simulator.svg": svg(figure)}


def _against(axes: Axes, results: Sequence[dict[str, Any]]) -> None:
    for way, colour, marker, label in LOOKS:
        lines = [line for result in results if result["row"]["way"] == way for line in result["measures"]]
        exact = np.array([line["exact"] for line in lines])
        off = np.array([100 * (line["simulated"] / line["exact"] - 1) for line in lines])
        axes.errorbar(
            exact,
            off,
            yerr=[line["half_width_pct"] for line in lines],
            fmt=marker,
            markersize=2.5,
            linewidth=0.5,
            color=colour,
            label=label,
        )
    axes.axhline(0.0, color=INK, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlabel("Exact value, each in its own unit")
    axes.set_ylabel("Simulated less exact [%], 95 % interval")
    axes.set_title("Simulated and exact")


def _quantiles(axes: Axes, results: Sequence[dict[str, Any]], family: Family) -> None:
    pairs = sorted((line["z"], result["row"]["way"]) for result in results for line in result["measures"])
    normal = stats.norm.ppf((np.arange(family.n) + 0.5) / family.n)
    for way, colour, marker, _ in LOOKS:
        mine = [place for place, (_, owner) in enumerate(pairs) if owner == way]
        axes.plot(normal[mine], [pairs[place][0] for place in mine], marker, markersize=2.5, color=colour)
    reach = max(3.0, family.largest)
    axes.plot([-reach, reach], [-reach, reach], color=INK, linewidth=0.8)
    axes.set_xlabel("Quantile of the standard normal distribution")
    axes.set_ylabel("z")
    axes.set_title(f"All {family.n} z")
