"""Checks of the calling rules: hours, and the definition of the dropped share."""

from __future__ import annotations

from collections.abc import Iterator

from ccenv.files.errors import closest, names
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.compile.segments import hours
from ccenv.scenarios.schema import Campaign, Centre, Clock, Compliance, Segment
from ccenv.sim.state.codes import DAY_S
from ccenv.sim.state.definitions import DEFINITIONS, RUN_TOTAL

COMPLIANCE = (RUN_TOTAL, *(definition.name for definition in DEFINITIONS))


def dialing_hours(centre: Centre) -> Iterator[Problem]:
    """Each campaign and segment has hours in which it can be dialed; a steady scenario declares no hours."""
    for name, campaign in centre.campaigns.items():
        key, calling_rules = f"campaigns.{name}", campaign.calling_rules
        if centre.clock.kind == "steady":
            yield from _timeless(key, campaign)
            continue
        yield from _in_order(f"{key}.dial_", campaign.dial_from_s, campaign.dial_until_s)
        yield from _in_order(
            f"{key}.calling_rules.calling_", calling_rules.calling_from_s, calling_rules.calling_until_s
        )
        yield from _campaign_hours(key, campaign, centre.clock)
        for part, segment in campaign.segments.items():
            yield from _segment_hours(f"{key}.segments.{part}", segment, campaign, centre.clock)


def definitions(centre: Centre) -> Iterator[Problem]:
    """The definition of the dropped share exists."""
    for name, campaign in centre.campaigns.items():
        chosen = campaign.compliance
        if not isinstance(chosen, Compliance) and chosen not in COMPLIANCE:
            allowed = f"must be one of {names(COMPLIANCE)}, or a mapping{closest(chosen, COMPLIANCE)}"
            yield Problem(f"campaigns.{name}.compliance", chosen, allowed)


def _timeless(key: str, campaign: Campaign) -> Iterator[Problem]:
    calling_rules = campaign.calling_rules
    given = [
        ("dial_from_s", campaign.dial_from_s, 0.0),
        ("dial_until_s", campaign.dial_until_s, DAY_S),
        ("calling_rules.calling_from_s", calling_rules.calling_from_s, 0.0),
        ("calling_rules.calling_until_s", calling_rules.calling_until_s, DAY_S),
        *((f"segments.{name}.zone_s", segment.zone_s, 0.0) for name, segment in campaign.segments.items()),
    ]
    for field, value, default in given:
        if value != default:
            yield Problem(f"{key}.{field}", value, "a steady scenario has no time of day; leave hours and zones out")


def _in_order(key: str, start: float, end: float) -> Iterator[Problem]:
    if start >= end:
        yield Problem(f"{key}until_s", end, f"must be after {key.rpartition('.')[2]}from_s = {start:g}")


def _campaign_hours(key: str, campaign: Campaign, clock: Clock) -> Iterator[Problem]:
    start, end, calling_rules = campaign.dial_from_s, campaign.dial_until_s, campaign.calling_rules
    if not _meets(start, end, clock):
        allowed = f"the campaign could never be dialed: {_opening(clock)}"
        yield Problem(f"{key}.dial_from_s", start, allowed)
    elif not campaign.segments and not _meets(*hours(Segment("unlimited"), campaign), clock):
        allowed = (
            f"the campaign could never be dialed: calling ends at {calling_rules.calling_until_s:g} s, dialing is from "
        )
        allowed += f"{start:g} s to {end:g} s, and {_opening(clock)}"
        yield Problem(f"{key}.calling_rules.calling_from_s", calling_rules.calling_from_s, allowed)


def _segment_hours(key: str, segment: Segment, campaign: Campaign, clock: Clock) -> Iterator[Problem]:
    start, end = hours(segment, campaign)
    if not _meets(start, end, clock):
        left = f"hours leave {start:g} s to {end:g} s of the centre's day" if start < end else "hours leave nothing"
        chosen = campaign.calling_rules
        rules = f"{chosen.calling_from_s:g} s to {chosen.calling_until_s:g} s of its own day"
        allowed = f"the segment could never be dialed: with calls from {rules}, and dialing from "
        allowed += f"{campaign.dial_from_s:g} s to {campaign.dial_until_s:g} s, {left}, and {_opening(clock)}"
        yield Problem(f"{key}.zone_s", segment.zone_s, allowed)


def _meets(start: float, end: float, clock: Clock) -> bool:
    return max(start, clock.open_s) < min(end, clock.close_s)


def _opening(clock: Clock) -> str:
    return f"the centre is open from {clock.open_s:g} s to {clock.close_s:g} s"
