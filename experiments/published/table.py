"""All rows, in the order of the page."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.published import bank, bilingual, many_classes, multi_skill, random_days, single_queue, staffing
from experiments.published.row import Row

ROWS: tuple[Row, ...] = (
    *single_queue.ROWS,
    *random_days.ROWS,
    *bank.ROWS,
    *bilingual.ROWS,
    *multi_skill.ROWS,
    *staffing.ROWS,
    *many_classes.ROWS,
)

ELSEWHERE = (
    "Blend of ContactCenters is a part of [the validation](validation.md).",
    "Telethon, TelethonMsg and TelethonOcc of ContactCenters need callers who leave a message.",
    "Teamwork of ContactCenters needs a conference of two advisors.",
    "Weights on call wait and idle time (Chan, Koole and L'Ecuyer 2014): no printed table could be read.",
)
"""Published instances that are not rows here, and why."""


def chosen(names: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of these names; all rows if there are none.

    Raises:
        ValueError: If a name is not that of a row.
    """
    known = [row.name for row in ROWS]
    for name in names:
        if name not in known:
            raise ValueError(f"rows = {name!r}: not a row; allowed: {', '.join(known)}")
    return tuple(row for row in ROWS if not names or row.name in names)
