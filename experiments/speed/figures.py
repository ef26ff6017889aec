"""The two figures: time of an event as the centre grows, and throughput against the number of environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reports.figures.style import BEST_RULE, LEARNED, OTHER, WIDTH, styled, svg

GREEN = "#009E73"  # from the palette of the other colours
HEIGHT = 3.2
LINES = {
    "batch": ("native batch", LEARNED, "o"),
    "vector": ("native vector environment", BEST_RULE, "s"),
    "sync": ("SyncVectorEnv", OTHER, "^"),
    "dummy": ("DummyVecEnv", GREEN, "v"),
}
KINDS = {"inbound": ("inbound", BEST_RULE, "o"), "blended": ("blended, with lists of leads", LEARNED, "s")}


def figures(results: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes]:
    """Figures of the measured parts, as SVG by file name."""
    drawn = {}
    with styled():
        if "growth" in results:
            drawn["growth.svg"] = svg(growth(results["growth"]["sizes"]))
        if "vectors" in results:
            drawn["throughput.svg"] = svg(throughput(results["vectors"]["throughput"]))
    return drawn


def growth(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the time of an event against the number of advisors.

    Args:
        rows: Mappings with `kind`, `advisors`, `queues` and `ns` (`value`, `low`, `high`).
    """
    figure = Figure(figsize=(WIDTH, HEIGHT))
    axes = figure.subplots()
    for kind, look in KINDS.items():
        mine = sorted((row for row in rows if row["kind"] == kind), key=lambda row: row["advisors"])
        _line(axes, [row["advisors"] for row in mine], [row["ns"] for row in mine], *look)
    queues = {row["advisors"]: row["queues"] for row in rows}
    axes.set_xscale("log")
    axes.set_xticks(list(queues), [f"{advisors:,}\n{n}" for advisors, n in queues.items()], minor=False)
    axes.set_xticks([], minor=True)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("Advisors, and below queues")
    axes.set_ylabel("Time of an event [ns]")
    axes.legend(loc="upper left")
    return figure


def throughput(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw decisions per second against the number of environments stepped together.

    Args:
        rows: Mappings with `kind`, `n` and `decisions_per_s` (`value`, `low`, `high`).
    """
    figure = Figure(figsize=(WIDTH, HEIGHT))
    axes = figure.subplots()
    for kind, look in LINES.items():
        mine = sorted((row for row in rows if row["kind"] == kind), key=lambda row: row["n"])
        _line(axes, [row["n"] for row in mine], [row["decisions_per_s"] for row in mine], *look)
    sizes = sorted({row["n"] for row in rows})
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(sizes, [f"{n:,}" for n in sizes], minor=False)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("Environments")
    axes.set_ylabel("Decisions per CPU second")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, columnspacing=1.0, frameon=False)
    return figure


def _line(
    axes: Axes, x: Sequence[float], y: Sequence[Mapping[str, float]], label: str, colour: str, marker: str
) -> None:
    """Draw medians, with a band between the quartiles of the rounds."""
    if not x:
        return
    axes.fill_between(
        x, [each["low"] for each in y], [each["high"] for each in y], color=colour, alpha=0.18, linewidth=0
    )
    axes.plot(x, [each["value"] for each in y], color=colour, marker=marker, markersize=4, label=label)
