"""All rows, in the order of the page."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.published import bank, many_classes, random_days, single_queue, staffing
from experiments.published.row import Row

ROWS: tuple[Row, ...] = (
    *single_queue.ROWS,
    *random_days.ROWS,
    *bank.ROWS,
    *staffing.ROWS,
    *many_classes.ROWS,
)

ELSEWHERE = (
    "Blend of ContactCenters is a part of [the validation](validation.md).",
    "Telethon, TelethonMsg and TelethonOcc of ContactCenters need callers who leave a message.",
    "Teamwork of ContactCenters needs a conference of two advisors.",
    "Bilingual of ContactCenters: 142.9 abandon a week there, 136.6 here. Our reading, not shown yet: a caller who "
    "calls again keeps the patience of the first call there, and in ccenv draws a new one.",
    "SimpleMSK and SimpleMSKWithRerouting of ContactCenters: the first two periods agree, the third does not. Our "
    "reading, not shown yet: when staffing falls, nobody takes a new call there before as many calls have ended; in "
    "ccenv the advisors who stay do.",
    "Rules on 100 classes with 70 stations are not run here: a run takes seconds.",
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
