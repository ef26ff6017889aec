"""Names of points in the right margin of a panel, joined to their points by lines that do not cross."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from experiments.reports.figures.style import FAINT

START = 1.03  # left end of the labels, as a share of the panel's width
LINE_IN = 0.135  # height of a line of a label [inches]


class Label(NamedTuple):
    """A name of a point: its place in data coordinates, text, colour and weight."""

    x: float
    y: float
    text: str
    colour: str
    bold: bool


def write_labels(axes: Axes, labels: Sequence[Label], height_in: float) -> None:
    """Write the labels in the right margin, and fix the limits of the panel: the places of labels depend on them.

    Args:
        axes: The panel, with all its points.
        labels: The names.
        height_in: Height of the panel [inches].
    """
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())
    to_axes = (axes.transData + axes.transAxes.inverted()).transform
    points = [tuple(map(float, to_axes((label.x, label.y)))) for label in labels]
    sizes = [LINE_IN * (1 + label.text.count("\n")) / height_in for label in labels]
    order, heights = arranged(points, sizes)
    leader = {"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 3, "relpos": (0.0, 0.5)}
    for place, height in zip(order, heights, strict=True):
        label = labels[place]
        axes.annotate(
            label.text, (label.x, label.y), (START, height), textcoords="axes fraction", va="center", fontsize=7.5,
            arrowprops=leader, annotation_clip=False, color=label.colour,
            fontweight="bold" if label.bold else "normal", zorder=1,
        )  # fmt: skip


def arranged(
    points: Sequence[tuple[float, ...]], sizes: Sequence[float], start: float = START
) -> tuple[list[int], list[float]]:
    """Return an order of labels from the bottom up, and their heights, such that no two lines to the points cross.

    Args:
        points: Places of the points, (x, y) as shares of the panel.
        sizes: Heights of the labels, as shares of the panel's height.
        start: Horizontal place of all labels.

    Each exchange of two labels whose lines cross shortens the lines in total if the labels are equally high. So the
    search ends; its number of rounds is bounded all the same, because labels may differ in height.
    """
    order = sorted(range(len(points)), key=lambda place: points[place][1])
    heights = _heights(order, points, sizes)
    for _ in range(len(points) ** 2 + 1):
        crossing = next(
            (
                (i, j)
                for i in range(len(order))
                for j in range(i + 1, len(order))
                if crosses(points[order[i]], (start, heights[i]), points[order[j]], (start, heights[j]))
            ),
            None,
        )
        if crossing is None:
            break
        i, j = crossing
        order[i], order[j] = order[j], order[i]
        heights = _heights(order, points, sizes)
    return order, heights


def _heights(order: Sequence[int], points: Sequence[tuple[float, ...]], sizes: Sequence[float]) -> list[float]:
    """Heights near those of the points, in the given order and without overlaps; within the panel if there is room."""
    heights: list[float] = []
    for k, place in enumerate(order):
        half = sizes[place] / 2
        least = heights[-1] + sizes[order[k - 1]] / 2 + half if heights else half
        heights.append(max(points[place][1], least))
    ceiling = max(1.0, sum(sizes[place] for place in order))
    for k in range(len(order) - 1, -1, -1):
        heights[k] = min(heights[k], ceiling - sizes[order[k]] / 2)
        ceiling = heights[k] - sizes[order[k]] / 2
    return heights


def crosses(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...], d: tuple[float, ...]) -> bool:
    """Return whether the segments a-b and c-d cross at an inner point of both."""

    def side(p: tuple[float, ...], q: tuple[float, ...], r: tuple[float, ...]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0.0 and side(c, d, a) * side(c, d, b) < 0.0
