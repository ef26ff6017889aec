"""Time zones: an offset in seconds, or a name of the IANA data base with one offset for each day.

The data are those of the package `tzdata`, not those of the machine, so a result does not depend on where it is made.
"""

from __future__ import annotations

import functools
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccenv.scenarios.schema import Clock, Segment

NOON = time(12)


class Offset(NamedTuple):
    """The local time of a segment less the time of the centre [s], from a day of the run on (day 0 is the first)."""

    first_day: int
    zone_s: float


@functools.cache
def zone_names() -> frozenset[str]:
    """Names of all zones of the IANA data base."""
    return frozenset((resources.files("tzdata") / "zones").read_text(encoding="utf-8").split())


@functools.cache
def _zone(name: str) -> ZoneInfo:
    with (resources.files("tzdata") / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@functools.lru_cache(maxsize=100_000)
def _from_utc_s(name: str, day: date) -> float:
    """A zone's time less UTC [s] at noon of one of its own days."""
    offset = datetime.combine(day, NOON, _zone(name)).utcoffset()
    assert offset is not None
    return offset.total_seconds()


def offset_on(segment: Segment, clock: Clock, day: int) -> float:
    """The local time of a segment less the time of the centre [s] on a day of the run.

    For a named zone, this is the difference of the two zones at noon of the same date.
    """
    if segment.zone is None:
        return segment.zone_s
    assert clock.start_date is not None and clock.zone is not None
    today = date.fromisoformat(clock.start_date) + timedelta(days=day)
    return _from_utc_s(segment.zone, today) - _from_utc_s(clock.zone, today)


def offsets(segment: Segment, clock: Clock, first_day: int, n_days: int) -> list[Offset]:
    """The offsets of a segment over consecutive days; an entry for the first day and for each day of a change."""
    found = [Offset(first_day, offset_on(segment, clock, first_day))]
    if segment.zone is None:
        return found
    for day in range(first_day + 1, first_day + n_days):
        zone_s = offset_on(segment, clock, day)
        if zone_s != found[-1].zone_s:
            found.append(Offset(day, zone_s))
    return found


def weekday(clock: Clock) -> int:
    """Weekday of the first day of a run; 0, a Monday, if the clock has no date."""
    return 0 if clock.start_date is None else date.fromisoformat(clock.start_date).weekday()
