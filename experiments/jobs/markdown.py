"""Paragraphs and tables in Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 120


def text(*paragraphs: str) -> str:
    """Paragraphs, each filled to lines of `WIDTH` characters; links stay on one line."""
    return "\n\n".join(
        textwrap.fill(" ".join(paragraph.split()), WIDTH, break_on_hyphens=False) for paragraph in paragraphs
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])
