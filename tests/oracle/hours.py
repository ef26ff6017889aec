"""Section "Outbound", part "Hours": the hours are asked for at an instant; local time is looked up by the day."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ccenv.scenarios import schema
from tests.oracle.segments import SegmentState

DAY_S = 86_400
A_MOMENT_S = 1 / 16  # shorter than any hours


@functools.cache
def noon_offset_s(name: str, day: date) -> float:
    """A zone's offset from UTC in seconds, at noon of a date."""
    offset = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(name)).utcoffset()
    assert offset is not None
    return offset.total_seconds()


def within(from_s: float, until_s: float, t: float) -> bool:
    """Whether the time of day of t is within hours that repeat every day, and go on over midnight if need be."""
    length_s = until_s - from_s if until_s > from_s else until_s - from_s + DAY_S
    return (t - from_s) % DAY_S < length_s


class Hours:
    """The dialing hours of the segments of a centre."""

    def __init__(self, clock: schema.Clock) -> None:
        self.clock = clock

    def zone_s(self, segment: SegmentState, t: float) -> float:
        """Local time less centre time, in seconds, on the day of t."""
        declared = segment.declared
        if declared.zone is None:
            return declared.zone_s
        assert self.clock.start_date is not None and self.clock.zone is not None
        today = date.fromisoformat(self.clock.start_date) + timedelta(days=math.floor(t / DAY_S))
        return noon_offset_s(declared.zone, today) - noon_offset_s(self.clock.zone, today)

    def hold(self, segment: SegmentState, t: float) -> bool:
        """Whether the hours of the campaign and the calling hours hold at time t."""
        campaign, rules = segment.campaign, segment.campaign.calling_rules
        return self.clock.kind == "steady" or (
            within(campaign.dial_from_s, campaign.dial_until_s, t)
            and within(rules.calling_from_s, rules.calling_until_s, t + self.zone_s(segment, t))
        )

    def begin(self, segment: SegmentState, t: float) -> bool:
        """Whether the hours hold at t, and did not hold a moment before."""
        return self.hold(segment, t) and not self.hold(segment, t - A_MOMENT_S)

    def borders(self, segment: SegmentState, t: float, n_days: int) -> Iterator[float]:
        """Times later than t, in order, through n days, at which hours, a day or a local day may begin."""
        for day in range(math.floor(t / DAY_S), math.floor(t / DAY_S) + n_days):
            midnight = day * DAY_S
            zone_s = self.zone_s(segment, midnight)
            starts = (0, segment.campaign.dial_from_s, segment.campaign.calling_rules.calling_from_s - zone_s, -zone_s)
            yield from sorted({midnight + start % DAY_S for start in starts if midnight + start % DAY_S > t})

    def next_begin(self, segment: SegmentState, t: float, closing: float) -> float:
        """The next time after t and before closing at which the hours begin; infinite if there is none."""
        if self.clock.kind == "steady":
            return math.inf
        borders = (x for x in self.borders(segment, t, 3) if x < closing)
        return next((x for x in borders if self.begin(segment, x)), math.inf)

    def local_day(self, segment: SegmentState, t: float) -> int:
        """The local day of t; it does not go back where local time repeats at midnight."""
        midnight = math.floor(t / DAY_S) * DAY_S
        times = (t + self.zone_s(segment, t), midnight - A_MOMENT_S + self.zone_s(segment, midnight - A_MOMENT_S))
        return max(math.floor(local / DAY_S) for local in times)
