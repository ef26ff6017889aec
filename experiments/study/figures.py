"""Figure of a study: its first headlines over the swept assumption, and how far each assumption moves them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reports.figures.style import BEST_RULE, INK, LEARNED, OTHER, WIDTH, band, styled, svg
from experiments.study.declared import Headline, Study
from experiments.study.words import Result, Scale, case_of, scale_of, swings

MOST = 3  # headlines that are drawn
ROW = 2.3  # height of a row [inches]


def drawn(study: Study, result: Result) -> bytes:
    """Return the figure as SVG."""
    with styled():
        return svg(figure_of(study, result))


def figure_of(study: Study, result: Result) -> Figure:
    """Draw a row for each of the first headlines: its curve over the swept assumption, and its tornado."""
    headlines = study.headlines[:MOST]
    figure = Figure(figsize=(WIDTH, ROW * len(headlines) + 0.3))
    panels = figure.subplots(len(headlines), 2, squeeze=False, width_ratios=[1.0, 1.0])
    for row, headline in zip(panels, headlines, strict=True):
        scale = scale_of(study, headline)
        _curve(row[0], study, result, headline, scale)
        _tornado(row[1], study, result, headline, scale)
    return figure


def _label(headline: Headline, scale: Scale) -> str:
    return f"{headline.name} [{scale.unit}]" if scale.unit else headline.name


def _published(axes: Axes, headline: Headline, scale: Scale, *, upright: bool) -> None:
    if headline.published is None:
        return
    line: Any = axes.axvline if upright else axes.axhline
    line(scale.factor * headline.published, color=LEARNED, linestyle="--", linewidth=1.1, label="published")


def _curve(axes: Axes, study: Study, result: Result, headline: Headline, scale: Scale) -> None:
    """Draw a headline with its interval over the swept assumption; a ring marks the base case."""
    assumption = study.assumption(study.sweep.assumption)
    times = 100.0 if assumption.percent else 1.0
    cases = [case for case in result["cases"] if case["role"] == "sweep"]
    x = [times * case["values"][assumption.name] for case in cases]
    found = [case["headlines"][headline.name] for case in cases]
    value, low, high = (_scaled([each[end] for each in found], scale) for end in ("value", "low", "high"))
    band(axes, x, value, low, high, colour=BEST_RULE, marker="o", markersize=3)
    base = case_of(result, "base")["headlines"][headline.name]["value"]
    if base is not None:
        axes.plot([times * assumption.base], [scale.factor * base], marker="o", markersize=8, markerfacecolor="none",
                  color=INK, linestyle="")  # fmt: skip
    _published(axes, headline, scale, upright=False)
    if study.sweep.logarithmic:
        axes.set_xscale("log")
        axes.set_xticks(x, [f"{each:g}" for each in x])
        axes.minorticks_off()
    axes.set_xlabel(f"{assumption.name}{' [%]' if assumption.percent else ''}")
    axes.set_title(_label(headline, scale))
    if headline.published is not None:
        axes.legend(fontsize=7, loc="best")


def _scaled(values: list[float | None], scale: Scale) -> np.ndarray:
    return np.array([np.nan if each is None else scale.factor * each for each in values])


def _tornado(axes: Axes, study: Study, result: Result, headline: Headline, scale: Scale) -> None:
    """Draw a bar for each assumption from the headline at one end of its range to that at the other."""
    moved = [swing for swing in swings(study, result, headline) if swing.size > 0.0][::-1]
    for place, swing in enumerate(moved):
        ends = [scale.factor * each["value"] for each in (swing.low, swing.high)]
        axes.barh(place, ends[1] - ends[0], left=ends[0], height=0.6, color=BEST_RULE, alpha=0.35)
        for end, value, marker in zip(ends, (swing.assumption.low, swing.assumption.high), "<>", strict=True):
            inner = end <= min(ends)
            axes.plot([end], [place], marker="o" if marker == ">" else "s", markersize=3, color=BEST_RULE)
            axes.annotate(swing.assumption.text(value), (end, place), xytext=(-5 if inner else 5, 0), va="center",
                          textcoords="offset points", ha="right" if inner else "left", fontsize=6.5)  # fmt: skip
    base = case_of(result, "base")["headlines"][headline.name]["value"]
    if base is not None:
        axes.axvline(scale.factor * base, color=OTHER, linewidth=1.0)
    _published(axes, headline, scale, upright=True)
    axes.set_yticks(range(len(moved)), [swing.assumption.name for swing in moved], fontsize=7)
    axes.grid(visible=False, axis="y")
    axes.use_sticky_edges = False
    axes.margins(x=0.18)
    axes.set_xlabel(f"{headline.name} [{scale.unit}]" if scale.unit else headline.name)
