"""Colours, markers and settings that all drawings share, and axes of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, cast

import matplotlib
import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes

from ccenv.files.errors import shown
from ccenv.kpis import KPIS, Estimate

#: palette of Okabe and Ito (2008) without its yellow, which is too light for lines on white
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
)
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
MARKERS = "osD^vPX*"
DASHES = ("-", "--", "-.", ":")
GREY = "#8A8A8A"
INK = "#222222"
FAINT = "#D9D9D9"
SEQUENTIAL = "cividis"
WIDTH = 7.6  # inches

INVISIBLE = "\u200b"  # a space without width

PLAIN_TEXT = {"text.parse_math": False}

SETTINGS = {
    **PLAIN_TEXT,
    "axes.axisbelow": True,
    "axes.edgecolor": "#666666",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "svg.fonttype": "path",
    "svg.hashsalt": "ccenv",  # equal drawings give equal bytes
    "text.color": INK,
    "xtick.color": "#444444",
    "xtick.labelsize": 8,
    "ytick.color": "#444444",
    "ytick.labelsize": 8,
}

STEPS = (0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0)  # hours between ticks


class Look(NamedTuple):
    """How one of several policies is drawn."""

    colour: str
    marker: str
    dashes: str


@contextmanager
def styled() -> Iterator[None]:
    """Context in which new figures have the shared style."""
    with matplotlib.rc_context(cast(Any, SETTINGS)):
        yield


def styling(ax: Axes | None) -> AbstractContextManager[None]:
    """Return the context of a drawing: the shared style for a figure of its own; for given axes that of the caller.

    Names are shown as they are in both: a dollar sign in the name of a policy begins no formula.
    """
    return styled() if ax is None else matplotlib.rc_context(cast(Any, PLAIN_TEXT))


def look(place: int) -> Look:
    """Return how the policy at a place of a list is drawn."""
    return Look(
        COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)], DASHES[place // len(COLOURS) % len(DASHES)]
    )


def panel(ax: Axes | None, height: float) -> Axes:
    """Return the given axes, or those of a new figure of that height [inches].

    Raises:
        ValueError: If what is given is no axes of matplotlib, such as an array of them.
    """
    if ax is not None and not isinstance(ax, Axes):
        raise ValueError(f"ax = {shown(ax)}; allowed: axes of matplotlib, or None for a new figure")
    return panels(1, height)[0] if ax is None else ax


def panels(n: int, height: float, n_columns: int = 1, **options: Any) -> list[Axes]:
    """Return the axes of a new figure with n panels, each of that height [inches]; `options` go to `subplots`."""
    n_rows = -(-n // n_columns)
    with styled():
        figure, grid = pyplot.subplots(
            n_rows, n_columns, squeeze=False, figsize=(WIDTH, 0.4 + height * n_rows), **options
        )
    for ax in grid.flat[n:]:
        ax.remove()
    return list(grid.flat[:n])


def scaled(kpi: str, unit: str, per: str, *, difference: bool = False) -> tuple[str, float]:
    """Return the unit that a drawing shows for a KPI, and the factor to it: shares are shown as percentages.

    Args:
        kpi: The KPI.
        unit: Its unit.
        per: What sums are means over: `run` or `slot`.
        difference: Whether a difference is drawn.
    """
    if unit == "share":
        return ("percentage points" if difference else "%"), 100.0
    if kpi in KPIS and KPIS[kpi].denominator:
        return ("" if unit == "1" else unit), 1.0
    return f"{'' if unit == '1' else unit} per {per}".strip(), 1.0


def times(figure: Estimate, factor: float) -> Estimate:
    """Return a figure and the ends of its interval in another unit."""
    return Estimate(*(factor * end for end in figure))


def in_legend(name: str) -> str:
    """Return a name as a legend shows it: matplotlib leaves out a name that begins with an underscore."""
    return f"{INVISIBLE}{name}" if name.startswith("_") else name


def labelled(name: str, unit: str) -> str:
    """Return the label of an axis: a name and its unit, if it has one."""
    return f"{name} [{unit}]" if unit else name


def hours(axes: Axes, first_s: float, last_s: float) -> None:
    """Label the horizontal axis with the time of day, from seconds after midnight; its numbers are hours."""
    start, end, ticks = _ticks(first_s, last_s)
    axes.set_xlim(start, end)
    axes.set_xticks(ticks, [hour_text(tick) for tick in ticks])


def hours_up(axes: Axes, first_s: float, last_s: float) -> None:
    """Label the vertical axis with the time of day, as `hours` does the horizontal one."""
    start, end, ticks = _ticks(first_s, last_s)
    axes.set_ylim(start, end)
    axes.set_yticks(ticks, [hour_text(tick) for tick in ticks])


def _ticks(first_s: float, last_s: float) -> tuple[float, float, list[float]]:
    start, end = first_s / 3600, last_s / 3600
    step = next(each for each in STEPS if end - start <= 10 * each or each == STEPS[-1])
    return start, end, [float(tick) for tick in np.arange(np.ceil(start / step) * step, end + 1e-9, step)]


def hour_text(hour: float) -> str:
    """Return hours after midnight of day 0 as a time of day."""
    minutes = round(hour * 60) % 1440
    return f"{minutes // 60}:{minutes % 60:02d}"


def band(axes: Axes, x: Any, value: Any, low: Any, high: Any, *, colour: str, alpha: float = 0.16, **line: Any) -> None:
    """Draw a curve with a band from `low` to `high`; where they are nan, the band has no width.

    Args:
        axes: The axes.
        x: Places across.
        value: Heights of the curve.
        low: Lower ends of the band.
        high: Upper ends of the band.
        colour: Colour of both.
        alpha: Opacity of the band.
        **line: Options of the curve, for `Axes.plot`.
    """
    value, low, high = (np.asarray(each, np.float64) for each in (value, low, high))
    axes.fill_between(x, np.where(np.isnan(low), value, low), np.where(np.isnan(high), value, high),
                      color=colour, alpha=alpha, linewidth=0)  # fmt: skip
    axes.plot(x, value, color=colour, **line)


def policy_band(axes: Axes, x: Any, figures: Sequence[Estimate], drawn: Look, label: str) -> None:
    """Draw the figures of one of several policies as a curve with a band."""
    value, low, high = np.array(figures, np.float64).T
    band(axes, x, value, low, high, colour=drawn.colour, linestyle=drawn.dashes, marker=drawn.marker, markersize=3,
         label=in_legend(label))  # fmt: skip


def common_legend(axes: Axes) -> None:
    """Draw one legend for all panels of the figure above them, of the curves of one panel."""
    handles, labels = axes.get_legend_handles_labels()
    if axes.figure is not None:
        axes.figure.legend(handles, labels, loc="outside upper left", ncols=min(len(labels), 5), fontsize=8)
