"""Shared style of all figures, and their conversion to SVG, PNG and data URIs.

Colours are from the palette of Okabe and Ito (2008), which is safe for readers with colour-vision deficiencies. A
policy has one colour in every figure.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self, cast

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccenv.files.writing import write_atomic
from experiments.jobs.files import to_csv

LEARNED = "#D55E00"
BEST_RULE = "#0072B2"
OTHER = "#8A8A8A"
INK = "#222222"
FAINT = "#D9D9D9"

SEQUENTIAL = "cividis"
PNG_DPI = 200
WIDTH = 7.6  # inches; width of the text column of the page

_SETTINGS = {
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


@contextmanager
def styled() -> Iterator[None]:
    """Context in which figures have the shared style and need no display."""
    with matplotlib.rc_context(cast(Any, _SETTINGS)):
        yield


def colour_of(role: str) -> str:
    """Return the colour of a policy by its role in the comparison: `learned`, `best_rule` or any other."""
    return {"learned": LEARNED, "best_rule": BEST_RULE}.get(role, OTHER)


def hours(axes: Axes, first_s: float, last_s: float) -> None:
    """Label the horizontal axis with the time of day, from seconds after midnight given in hours."""
    start, end = first_s / 3600, last_s / 3600
    step = 3 if end - start > 12 else 2 if end - start > 8 else 1
    ticks = [hour for hour in range(int(start), int(end) + 1) if hour >= start and (hour - int(start)) % step == 0]
    axes.set_xlim(start, end)
    axes.set_xticks(ticks, [f"{hour}:00" for hour in ticks])


def svg(figure: Figure) -> bytes:
    """Return the drawing as SVG without a date."""
    stream = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None}
    figure.savefig(stream, format="svg", metadata=metadata)
    return stream.getvalue()


def png(figure: Figure) -> bytes:
    """Return the drawing as PNG."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=PNG_DPI)
    return stream.getvalue()


class Drawing(NamedTuple):
    """A figure as files: the drawing in two formats, and the numbers that it shows as CSV."""

    svg: bytes
    png: bytes
    csv: str

    @classmethod
    def of(cls, figure: Figure, points: Sequence[Mapping[str, Any]]) -> Self:
        """Convert a figure; `points` are the rows of its CSV, all with the same keys."""
        return cls(svg(figure), png(figure), to_csv(list(points[0]), points))

    def write(self, path: Path) -> None:
        """Write the three files; `path` has no suffix."""
        for suffix, content in self._asdict().items():
            write_atomic(path.with_name(f"{path.name}.{suffix}"), content)


def ends(name: str, interval: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the three columns of an interval in a CSV: `NAME_mean`, `NAME_low`, `NAME_high`; None without one."""
    return {f"{name}_{end}": (interval or {}).get(end) for end in ("mean", "low", "high")}


def data_uri(image: bytes) -> str:
    """Return the image as a data URI: the page needs no other file."""
    return "data:image/svg+xml;base64," + base64.b64encode(image).decode()
