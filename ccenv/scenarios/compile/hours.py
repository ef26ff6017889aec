"""The hours in which segments may be dialed. Time of day is taken modulo a day."""

from __future__ import annotations

from itertools import product

from ccenv.scenarios.schema import Campaign, Clock
from ccenv.sim.state.codes import DAY_S

Span = tuple[float, float]  # from, until [s], within 0 and DAY_S
WHOLE_DAY: Span = (0.0, DAY_S)


def spans(start: float, end: float) -> list[Span]:
    """The parts of a day from midnight to midnight that lie between two times of day.

    The hours go on over midnight if `end` is beyond 86400 or before `start`; they are the whole day if they are at
    least 86400 s long.
    """
    length = end - start if end >= start else end - start + DAY_S
    if length >= DAY_S:
        return [WHOLE_DAY]
    start %= DAY_S
    if start + length <= DAY_S:
        return [(start, start + length)]
    return [(0.0, start + length - DAY_S), (start, DAY_S)]


def common(some: list[Span], others: list[Span]) -> list[Span]:
    """The parts of a day that lie in a span of each list, in order."""
    found = [(max(a[0], b[0]), min(a[1], b[1])) for a, b in product(some, others)]
    return sorted(span for span in found if span[0] < span[1])


def campaign_spans(campaign: Campaign) -> list[Span]:
    """The campaign's own hours."""
    return spans(campaign.dial_from_s, campaign.dial_until_s)


def dialing_spans(campaign: Campaign, zone_s: float) -> list[Span]:
    """The parts of the centre's day in which leads may be dialed whose local time is the centre's plus `zone_s`."""
    rules = campaign.calling_rules
    if rules.calling_until_s - rules.calling_from_s >= DAY_S:
        return campaign_spans(campaign)
    length = (rules.calling_until_s - rules.calling_from_s) % DAY_S
    start = (rules.calling_from_s - zone_s) % DAY_S
    return common(campaign_spans(campaign), spans(start, start + length))


def opening_spans(clock: Clock) -> list[Span]:
    """The centre's own opening hours."""
    return spans(clock.open_s, clock.close_s)
