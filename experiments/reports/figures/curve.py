"""Learning curve: value of the checkpoints on validation days, against wall time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reports.figures.style import BEST_RULE, LEARNED, OTHER, WIDTH, band, ends


def learning_curve(
    checkpoints: Sequence[Mapping[str, Any]], *, unit: str, reference: str, limit: float | None
) -> Figure:
    """Draw the paired difference of each checkpoint to the reference rule, and its dropped share below.

    Args:
        checkpoints: In order of time, each with `wall_s`, `n_decisions`, `decision`, `difference` (`mean`, `low`,
            `high`), `dropped_share` (`mean`, `low`, `high`, or None) and `chosen`.
        unit: Unit of the difference.
        reference: Label of the rule from which the training started (dashed line).
        limit: Largest dropped share allowed; None without a campaign.
    """
    shares = limit is not None and all(point["dropped_share"] is not None for point in checkpoints)
    figure = Figure(figsize=(WIDTH, 4.6 if shares else 3.1))
    panels = figure.subplots(2 if shares else 1, 1, sharex=True, squeeze=False, height_ratios=[3, 1.5][: 1 + shares])
    minutes = [point["wall_s"] / 60 for point in checkpoints]
    value = panels[0, 0]
    _band(value, minutes, [point["difference"] for point in checkpoints])
    value.axhline(0.0, color=BEST_RULE, linestyle="--", linewidth=1.2)
    value.annotate(reference, (1.0, 0.0), (0, 3), xycoords=("axes fraction", "data"), textcoords="offset points",
                   ha="right", color=BEST_RULE, fontsize=8)  # fmt: skip
    value.set_ylabel("Difference to the rule\n[" + unit.replace("; ", ";\n") + "]")
    value.set_title("Validation days, same seeds for all checkpoints")
    _mark_chosen(value, checkpoints)
    _mark_start(value, minutes[0])
    _decisions_axis(value, minutes, [point["n_decisions"] for point in checkpoints])
    if shares and limit is not None:
        below = panels[1, 0]
        _band(below, minutes, [_percent(point["dropped_share"]) for point in checkpoints])
        below.axhline(100 * limit, color=OTHER, linestyle=":", linewidth=1.2)
        below.annotate("limit", (0.0, 100 * limit), (4, 3), xycoords=("axes fraction", "data"),
                       textcoords="offset points", color="#555555", fontsize=8)  # fmt: skip
        below.set_ylabel("Dropped share\n[% of connects]")
        below.set_ylim(bottom=0.0)
    panels[-1, 0].set_xlabel("Wall time of the training run [min]")
    return figure


def points(checkpoints: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the figure's CSV; the dropped share is a share of 1."""
    return [
        {key: point[key] for key in ("wall_s", "n_decisions", "decision", "chosen")}
        | ends("difference", point["difference"])
        | ends("dropped_share", point["dropped_share"])
        for point in checkpoints
    ]


def _percent(interval: Mapping[str, float]) -> dict[str, float]:
    return {key: 100 * interval[key] for key in ("mean", "low", "high")}


def _band(axes: Axes, x: list[float], intervals: Sequence[Mapping[str, float]]) -> None:
    low, high = [each["low"] for each in intervals], [each["high"] for each in intervals]
    mean = [each["mean"] for each in intervals]
    band(axes, x, mean, low, high, colour=LEARNED, alpha=0.18, marker="o", markersize=3)
    axes.set_xlim(0.0, 1.02 * x[-1] or 1.0)  # a training may end before its first iteration
    axes.margins(y=0.14)


def _mark_chosen(axes: Axes, checkpoints: Sequence[Mapping[str, Any]]) -> None:
    for point in checkpoints:
        if point["chosen"]:
            x, y = point["wall_s"] / 60, point["difference"]["mean"]
            axes.plot([x], [y], marker="o", markersize=9, markerfacecolor="none", markeredgecolor=LEARNED,
                      markeredgewidth=1.6, linestyle="none")  # fmt: skip
            axes.annotate("chosen", (x, y), (0, 9), textcoords="offset points", ha="center", color=LEARNED, fontsize=8)


def _mark_start(axes: Axes, minutes: float) -> None:
    """Mark the time before the first checkpoint, in which the policy imitates the rule."""
    axes.axvspan(0.0, minutes, color="#F2F2F2", zorder=0)
    axes.annotate("rule is\ncloned", (minutes / 2, 0.97), xycoords=("data", "axes fraction"), ha="center", va="top",
                  fontsize=7.5, color="#777777")  # fmt: skip


def _decisions_axis(axes: Axes, minutes: list[float], decisions: Sequence[int]) -> None:
    """Add a second axis on top: the number of decisions learned from."""
    if len(minutes) < 2:
        return
    top = axes.secondary_xaxis("top")
    every = max(1, len(minutes) // 6)
    unit, factor = ("millions", 1e6) if decisions[-1] >= 1e6 else ("thousands", 1e3)
    top.set_xticks(minutes[::every], [f"{count / factor:.1f}" for count in decisions[::every]])
    top.set_xlabel(f"Decisions [{unit}]")
