"""Section "Outbound": lawful times of the next attempt."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ccenv.sim.state import codes
from tests.oracle.segments import Lead, SegmentState

GRID_S = 120
DIST_DAY_S = 86_400
MOST_DAYS = 100_000  # days after which the search for open hours ends


def grid_time(t: float) -> int:
    """Grid time of t: units of 120 s, rounded up."""
    return math.ceil(t / GRID_S)


def local_day(t: float, zone_s: float) -> int:
    """Number of the local day of time t in the lead's zone."""
    return math.floor((t + zone_s) / DIST_DAY_S)


def lawful_time(lead: Lead, t: float, steady: bool) -> float:
    """The least time at or after t at which hours and caps allow an attempt; infinite if there is none."""
    if math.isinf(t):
        return t
    calling_rules = lead.segment.campaign.calling_rules
    if calling_rules.max_per_24h is not None and len(lead.grid_times) >= calling_rules.max_per_24h:
        t = max(t, DIST_DAY_S + GRID_S * lead.grid_times[-calling_rules.max_per_24h])
    for start, end in hours_from(lead.segment, t, steady):
        for from_t, until_t in days_with_room(lead, start, end):
            if from_t < until_t:
                return from_t
    return codes.INFINITY


def hours_from(segment: SegmentState, t: float, steady: bool) -> Iterator[tuple[float, float]]:
    """The spans from t on in which the segment's hours are open."""
    if steady:
        yield t, codes.INFINITY
        return
    today = math.floor(t / DIST_DAY_S)
    for day in range(today, today + MOST_DAYS):
        midnight = day * DIST_DAY_S
        start, end = max(t, midnight + segment.from_s), min(midnight + segment.until_s, midnight + DIST_DAY_S)
        if start < end:
            yield start, end


def days_with_room(lead: Lead, start: float, end: float) -> Iterator[tuple[float, float]]:
    """The parts of a span in local days in which the cap of seven days allows another attempt."""
    zone_s, cap = lead.segment.declared.zone_s, lead.segment.campaign.calling_rules.max_per_7_days
    if cap is None:
        yield start, end
        return
    first = local_day(start, zone_s)
    for day in range(first, first + 9):  # the seven days that end with the last one contain no attempt
        if sum(day - 6 <= attempted <= day for attempted in lead.local_days) < cap:
            yield max(start, day * DIST_DAY_S - zone_s), min(end, (day + 1) * DIST_DAY_S - zone_s)
