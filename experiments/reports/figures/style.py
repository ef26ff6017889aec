"""Style of the reports' figures, on that of `ccenv.plot`, and their conversion to SVG, PNG and data URIs.

A policy has one colour in every figure.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from matplotlib.figure import Figure

from ccenv.files.writing import write_atomic
from ccenv.plot.style import BLUE, FAINT, GREY, INK, VERMILION, WIDTH, band, hours, styled
from experiments.jobs.files import to_csv

__all__ = [
    "BEST_RULE", "FAINT", "INK", "LEARNED", "OTHER", "PNG_DPI", "WIDTH", "Drawing", "band", "colour_of", "data_uri",
    "ends", "hours", "png", "styled", "svg",
]  # fmt: skip

LEARNED = VERMILION
BEST_RULE = BLUE
OTHER = GREY
PNG_DPI = 200


def colour_of(role: str) -> str:
    """Return the colour of a policy by its role in the comparison: `learned`, `best_rule` or any other."""
    return {"learned": LEARNED, "best_rule": BEST_RULE}.get(role, OTHER)


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
