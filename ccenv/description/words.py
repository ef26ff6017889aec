"""Words for pages: sentences, times of day, numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from ccenv.scenarios.compile.slots import day_slots, n_slots
from ccenv.scenarios.schema import Clock

BREAK = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"(])")
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text on one line each.

    Example:
        >>> sentences("A queue. It has a line: 1.5 m long. Or two.")
        ['A queue.', 'It has a line: 1.5 m long.', 'Or two.']
    """
    return [part for part in BREAK.split(" ".join(text.split())) if part]


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, on one line; empty for an empty text."""
    return next(iter(sentences(text)), "")


def time_of_day(seconds: float) -> str:
    """Return a time of day as hours and minutes; times after midnight go on from 24:00.

    Example:
        >>> time_of_day(34_200), time_of_day(86_400)
        ('09:30', '24:00')
    """
    minutes = round(seconds / 60.0)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def slot_labels(clock: Clock) -> list[str]:
    """Return the start of each slot as text; with the weekday in a profile of a week; `steady` for the only one."""
    if clock.kind == "steady":
        return ["steady"]
    start_s = clock.open_s if clock.kind == "day" else 0.0
    return list(_labels(clock, start_s))


def _labels(clock: Clock, start_s: float) -> Iterator[str]:
    for k in range(n_slots(clock)):
        day, slot = divmod(k, day_slots(clock))
        name = f"{WEEK[day]} " if clock.weekly else ""
        yield name + time_of_day(start_s + slot * clock.slot_s)


def number(value: float | None, digits: int = 3) -> str:
    """Return a number in few characters; a dash for None, `inf` for infinity.

    Example:
        >>> number(0.12345), number(1234.5), number(50.0), number(None)
        ('0.123', '1234', '50', '-')
    """
    if value is None or math.isnan(value):
        return "-"
    if math.isinf(value):
        return "inf"
    return f"{value:.0f}" if abs(value) >= 10.0 ** (digits - 1) else f"{value:.{digits}g}"


def share(value: float) -> str:
    """Return a share in per cent.

    Example:
        >>> share(0.03)
        '3 %'
    """
    return f"{100.0 * value:.3g} %"


def plural(n: int, what: str) -> str:
    """Return a number of things.

    Example:
        >>> plural(1, "queue"), plural(2, "queue")
        ('1 queue', '2 queues')
    """
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
