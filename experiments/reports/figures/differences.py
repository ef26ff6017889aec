"""Paired differences of all policies to the best tuned rule, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.reports.figures.style import BEST_RULE, FAINT, WIDTH, colour_of, ends
from experiments.reports.rows import EQUAL

NEAR = 3.0  # rows within this multiple of the reach of those that matter have the fine scale
LINE = 0.155  # inches; height of a line of a label


def differences(rows: Sequence[Mapping[str, Any]], unit: str, limit: float | None) -> Figure:
    """Draw one line for each row, best on top.

    If distant rows would hide the differences of the others, the axis is broken: the distant rows have a coarser scale
    on the left or on the right, and the labels of the axis say so.

    Args:
        rows: Each with `label`, `role`, `dials`, `within_limit`, and `difference` (`mean`, `low`, `high`; None for the
            baseline).
        unit: Unit of the difference.
        limit: Largest dropped share allowed; None without a campaign.
    """
    ordered = sorted(rows, key=_mean, reverse=True)
    labels = [_label(row) for row in ordered]
    heights = [0.6 + 0.7 * (1 + label.count("\n")) for label in labels]
    places = [sum(heights[:k]) + heights[k] / 2 for k in range(len(heights))]
    low, high = near(ordered)
    below = [row for row in ordered if _mean(row) < low]
    above = [row for row in ordered if _mean(row) > high]
    figure = Figure(figsize=(WIDTH, 0.9 + LINE * sum(heights)))
    widths = [1.0] * bool(below) + [2.4] + [1.0] * bool(above)
    panels = list(figure.subplots(1, len(widths), sharey=True, squeeze=False, width_ratios=widths)[0])
    middle = panels[1 if below else 0]
    for axes, mine in zip(panels, _parts(ordered, below, above), strict=True):
        _panel(axes, [(place, row) for place, row in zip(places, ordered, strict=True) if row in mine], places)
    middle.set_xlim(low, high)
    middle.axvline(0.0, color=BEST_RULE, linewidth=1.0, zorder=1)
    panels[0].set_ylim(sum(heights), 0.0)
    panels[0].set_yticks(places, labels)
    for tick, row in zip(panels[0].get_yticklabels(), ordered, strict=True):
        tick.set_color(colour_of(row["role"]) if row["role"] != "other" else "#333333")
        tick.set_fontweight("normal" if row["role"] == "other" else "bold")
    for axes in panels:
        if axes is not middle:
            axes.set_xlabel("coarser scale")
    _breaks(panels)
    middle.set_xlabel(f"Difference to the best tuned rule\n[{unit}]")
    if any(not row["within_limit"] for row in rows) and limit is not None:
        _legend(figure, limit)
    return figure


def points(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the figure's CSV."""
    return [
        {key: row[key] for key in ("label", "role", "dials", "within_limit")} | ends("difference", row["difference"])
        for row in sorted(rows, key=_mean, reverse=True)
    ]


def near(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Return the ends of the fine scale: around the learned policy, the best rule and all rows that tie with it."""
    shown = [row["difference"] for row in rows if row["difference"] is not None]
    matter = [
        row["difference"]
        for row in rows
        if row["difference"] is not None and (row["role"] == "learned" or row["outcome"] in ("tied", "undecided"))
    ]
    reach = _reach(matter) or min(map(_size, shown), default=0.0) or 1.0
    inside = [each for each in shown if abs(each["mean"]) <= NEAR * reach]
    left = min([_end(each, "low") for each in inside], default=0.0)
    right = max([_end(each, "high") for each in inside], default=0.0)
    left, right = min(left, -0.1 * reach), max(right, 0.1 * reach)
    return left - 0.08 * (right - left), right + 0.08 * (right - left)


def _reach(intervals: Sequence[Mapping[str, Any]]) -> float:
    return max(map(_size, intervals), default=0.0)


def _size(interval: Mapping[str, Any]) -> float:
    return max(abs(_end(interval, "low")), abs(_end(interval, "high")))


def _end(interval: Mapping[str, Any], end: str) -> float:
    """End of an interval; an interval of one run has none, so its mean."""
    return float(interval["mean"] if interval[end] is None else interval[end])


def _mean(row: Mapping[str, Any]) -> float:
    return 0.0 if row["difference"] is None else float(row["difference"]["mean"])


def _label(row: Mapping[str, Any]) -> str:
    """Name and kind of dials; names of rules with equal figures stand below each other."""
    dials = f"  [{row['dials']}]" if row["dials"] else ""
    return row["label"].replace(EQUAL, "\n= ") + dials


def _parts(
    ordered: Sequence[Mapping[str, Any]], below: list[Mapping[str, Any]], above: list[Mapping[str, Any]]
) -> list[list[Mapping[str, Any]]]:
    middle = [row for row in ordered if row not in below and row not in above]
    return [part for part in (below, middle, above) if part or part is middle]


def _panel(axes: Axes, rows: Sequence[tuple[float, Mapping[str, Any]]], places: Sequence[float]) -> None:
    for place in places:
        axes.axhline(place, color=FAINT, linewidth=0.4, zorder=0)
    for place, row in rows:
        _draw(axes, place, row)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.margins(x=0.15)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _breaks(panels: Sequence[Axes]) -> None:
    """Draw the marks of a broken axis between neighbouring panels."""
    mark: dict[str, Any] = {
        "marker": [(-0.5, -1), (0.5, 1)], "markersize": 7, "linestyle": "none", "color": "#666666", "clip_on": False
    }  # fmt: skip
    for left, right in zip(panels, panels[1:], strict=False):
        left.plot([1], [0], transform=left.transAxes, **mark)
        right.plot([0], [0], transform=right.transAxes, **mark)


def _draw(axes: Axes, place: float, row: Mapping[str, Any]) -> None:
    colour, filled = colour_of(row["role"]), row["within_limit"]
    if row["difference"] is None:
        axes.plot([0.0], [place], marker="D", color=colour, markersize=5, zorder=3)
        return
    mean, start, end = float(row["difference"]["mean"]), _end(row["difference"], "low"), _end(row["difference"], "high")
    axes.plot([start, end], [place, place], color=colour, linewidth=2.2 if filled else 1.1, solid_capstyle="butt")
    axes.plot([mean], [place], marker="o", color=colour, markersize=4.5, markerfacecolor=colour if filled else "white",
              zorder=3)  # fmt: skip


def _legend(figure: Figure, limit: float) -> None:
    axes = figure.axes[0]
    handles = [
        axes.plot([], [], marker="o", linestyle="none", color="#444444", markersize=4.5, markerfacecolor=face)[0]
        for face in ("#444444", "white")
    ]
    texts = [
        f"keeps the drop limit of {100 * limit:g} %",
        "does not surely keep it: not comparable",
    ]
    figure.legend(handles, texts, loc="outside upper right", ncols=2, fontsize=8)


def close_rows(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows on the fine scale of this figure."""
    low, high = near(rows)
    return [row for row in rows if low <= _mean(row) <= high]
