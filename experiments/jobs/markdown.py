"""Paragraphs, tables and figures with intervals in Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from ccenv.kpis.bootstrap import EQUAL
from ccenv.kpis.numbers import as_text

WIDTH = 120
NOTHING = "–"  # in place of a figure that there is not
SHORT = "## In short"  # heading of the paragraph of a page that the README quotes
Interval = Mapping[str, float | None] | None


def text(*paragraphs: str) -> str:
    """Paragraphs, each filled to lines of `WIDTH` characters; links stay on one line."""
    return "\n\n".join(
        textwrap.fill(" ".join(paragraph.split()), WIDTH, break_on_hyphens=False) for paragraph in paragraphs
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])


def estimate(interval: Interval, scale: float = 1.0, sign: bool = False) -> str:
    """Return a figure of a result file with its 95 % interval; a dash if nothing was counted.

    Equal ends of an interval, in files from before bounds of equal runs, are left out.
    """
    if interval is None or interval["mean"] is None:
        return NOTHING
    value, low, high = (None if interval[key] is None else scale * interval[key] for key in ("mean", "low", "high"))  # type: ignore[operator]
    assert value is not None
    given = low is not None and high is not None and low != high
    ends = f" [{as_text(low, sign=sign)}, {as_text(high, sign=sign)}]" if given else ""
    ends += f" ({EQUAL})" if interval.get("bound") else ""
    return f"{as_text(value, sign=sign)}{ends}"


def short_text(page: str | None, file: str, command: str) -> str:
    """Return the paragraph of the section `In short` of a page.

    Args:
        page: Text of the page; None if there is none.
        file: Name of the page, for the message.
        command: Command that writes it, for the message.

    Raises:
        ValueError: If there is no page, or it has no such section.
    """
    if page is None or SHORT not in page:
        raise ValueError(f"{file} is not there, or has no section `In short`: {command} writes it")
    return page.split(SHORT)[1].strip().split("\n\n")[0]
