"""Pieces of pages in Markdown: cells, numbers, figures with intervals, links between pages."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Sequence
from typing import Any

from experiments.jobs.markdown import estimate, table

__all__ = ["cell", "code", "estimate", "number", "page", "paragraph", "section", "table", "unit_of"]

UNITS = {"1": "number", "1/h": "per hour", "1/d": "per day"}


def cell(text: str) -> str:
    """Return a text for a cell of a table: on one line, with bars escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def code(value: Any) -> str:
    """Return a value as code; an empty text for an empty value."""
    text = str(value)
    return f"`{text}`" if text else ""


def number(value: float) -> str:
    """Return a number as short as it is read without loss of meaning; infinity as a word."""
    return "unlimited" if math.isinf(value) else f"{value:g}"


def unit_of(unit: str) -> str:
    """Return a unit in words where a symbol would puzzle."""
    return UNITS.get(unit, unit)


def page(title: str, *parts: str) -> str:
    """Return a page with a title; empty parts are left out."""
    return "\n\n".join([f"# {title}", *(part for part in parts if part)]) + "\n"


def section(title: str, *parts: str, level: int = 2, anchor: str = "") -> str:
    """Return a section; empty if all its parts are."""
    given = [part for part in parts if part]
    mark = [f"({anchor})="] if anchor else []
    return "\n\n".join(["\n".join([*mark, f"{'#' * level} {title}"]), *given]) if given else ""


def paragraph(docstring: str | None) -> str:
    """Return a docstring as Markdown: without indentation, and without Google sections."""
    text = inspect.cleandoc(docstring or "")
    return re.split(r"\n\n(?:Args|Attributes|Returns|Raises|Yields|Params):", text)[0].strip()


def listing(names: Sequence[str]) -> str:
    """Return a hidden table of contents of pages."""
    rows = "\n".join(names)
    return f"```{{toctree}}\n:maxdepth: 1\n:hidden:\n\n{rows}\n```"
