"""Checks of the calling rules: hours, and the definition of the dropped share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from ccenv.files.errors import closest, names
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.compile.dists import dist_values, least_of
from ccenv.scenarios.compile.hours import campaign_spans, common, dialing_spans, opening_spans
from ccenv.scenarios.compile.zones import offsets, zone_names
from ccenv.scenarios.files.presets import list_calling_rules
from ccenv.scenarios.schema import CallingRules, Campaign, Centre, Clock, Compliance, Segment
from ccenv.sim.state.codes import DAY_S
from ccenv.sim.state.definitions import DEFINITIONS, RUN_TOTAL

YEAR_DAYS = 366
COMPLIANCE = (RUN_TOTAL, *(definition.name for definition in DEFINITIONS))


def dialing_hours(centre: Centre) -> Iterator[Problem]:
    """Each campaign and segment has hours in which it can be dialed; a steady scenario declares no hours."""
    for name, campaign in centre.campaigns.items():
        key, calling_rules = f"campaigns.{name}", campaign.calling_rules
        if centre.clock.kind == "steady":
            yield from _timeless(key, campaign)
            continue
        yield from _not_empty(f"{key}.dial_", campaign.dial_from_s, campaign.dial_until_s)
        yield from _not_empty(
            f"{key}.calling_rules.calling_", calling_rules.calling_from_s, calling_rules.calling_until_s
        )
        yield from _campaign_hours(key, campaign, centre.clock)
        for part, segment in campaign.segments.items():
            where = f"{key}.segments.{part}"
            unknown = list(_zones(where, segment, centre.clock))
            yield from unknown
            if not unknown:
                yield from _segment_hours(where, segment, campaign, centre.clock)


def definitions(centre: Centre) -> Iterator[Problem]:
    """The definition of the dropped share exists."""
    for name, campaign in centre.campaigns.items():
        chosen = campaign.compliance
        if not isinstance(chosen, Compliance) and chosen not in COMPLIANCE:
            allowed = f"must be one of {names(COMPLIANCE)}, or a mapping{closest(chosen, COMPLIANCE)}"
            yield Problem(f"campaigns.{name}.compliance", chosen, allowed)


def presets(centre: Centre) -> Iterator[Problem]:
    """The preset of the calling rules exists."""
    known = list_calling_rules()
    for name, campaign in centre.campaigns.items():
        chosen = campaign.calling_rules.preset
        if chosen not in known:
            allowed = f"must be one of {names(known)}{closest(chosen, known)}"
            yield Problem(f"campaigns.{name}.calling_rules.preset", chosen, allowed)


def unanswered_rings(centre: Centre) -> Iterator[Problem]:
    """An unanswered dial rings for at least `min_ring_s`, whatever is drawn."""
    for name, campaign in centre.campaigns.items():
        by_outcome, asked_s = campaign.ring_s_by_outcome, campaign.calling_rules.min_ring_s
        key, time = ("ring_s", campaign.ring_s) if by_outcome is None else ("no_answer", by_outcome.no_answer)
        least_s = least_of(dist_values(time))
        if least_s < asked_s:
            where = key if by_outcome is None else f"ring_s_by_outcome.{key}"
            allowed = f"an unanswered dial may ring for only {least_s:g} s; must be at least {asked_s:g} s, "
            allowed += "calling_rules.min_ring_s; give ring_s_by_outcome a longer no_answer, or set min_ring_s to 0"
            yield Problem(f"campaigns.{name}.{where}", msgspec.to_builtins(time), allowed)


def _timeless(key: str, campaign: Campaign) -> Iterator[Problem]:
    calling_rules = campaign.calling_rules
    given: list[tuple[str, Any, Any]] = [
        ("dial_from_s", campaign.dial_from_s, 0.0),
        ("dial_until_s", campaign.dial_until_s, DAY_S),
        ("calling_rules.calling_from_s", calling_rules.calling_from_s, 0.0),
        ("calling_rules.calling_until_s", calling_rules.calling_until_s, DAY_S),
        *((f"segments.{name}.zone_s", segment.zone_s, 0.0) for name, segment in campaign.segments.items()),
        *((f"segments.{name}.zone", segment.zone, None) for name, segment in campaign.segments.items()),
    ]
    for field, value, default in given:
        if value != default:
            yield Problem(f"{key}.{field}", value, "a steady scenario has no time of day; leave hours and zones out")


def _not_empty(key: str, start: float, end: float) -> Iterator[Problem]:
    from_key = f"{key.rpartition('.')[2]}from_s = {start:g}"
    if start == end:
        yield Problem(f"{key}until_s", end, f"must differ from {from_key}, or the hours are empty")
    elif end <= start - DAY_S:
        yield Problem(f"{key}until_s", end, f"must be less than a day before {from_key}: hours go on over midnight")


def _zones(key: str, segment: Segment, clock: Clock) -> Iterator[Problem]:
    """The zone of a segment: a number or a name, and what a name needs."""
    if segment.zone is None:
        return
    if segment.zone_s != 0.0:
        yield Problem(f"{key}.zone_s", segment.zone_s, f"the segment has zone = {segment.zone}; leave one of them out")
    yield from zone_name(f"{key}.zone", segment.zone)
    missing = [name for name in ("start_date", "zone") if getattr(clock, name) is None]
    if missing:
        needed = " and ".join(f"clock.{name}" for name in missing)
        yield Problem(f"{key}.zone", segment.zone, f"a named zone needs {needed}; or give zone_s, a number")
    elif not _is_date(clock.start_date) or clock.zone not in zone_names():
        yield Problem(f"{key}.zone", segment.zone, "a named zone needs a clock.start_date and a clock.zone that exist")


def zone_name(key: str, name: str) -> Iterator[Problem]:
    """A name of the IANA data base."""
    if name not in zone_names():
        known = sorted(zone_names())
        yield Problem(key, name, f"must be a zone of the IANA data base, such as Europe/London{closest(name, known)}")


def dates(centre: Centre) -> Iterator[Problem]:
    """A date and a zone of the centre that exist, where there are days."""
    clock = centre.clock
    for field in ("start_date", "zone"):
        value = getattr(clock, field)
        if value is not None and clock.kind == "steady":
            yield Problem(f"clock.{field}", value, "a steady scenario has no days; leave it out")
    if clock.start_date is not None and not _is_date(clock.start_date):
        yield Problem("clock.start_date", clock.start_date, "must be a date, YYYY-MM-DD, from 1970-01-01 to 2099-12-31")
    if clock.zone is not None:
        yield from zone_name("clock.zone", clock.zone)
        if clock.start_date is None:
            yield Problem("clock.zone", clock.zone, "needs clock.start_date, since offsets depend on the date")


def _is_date(text: str | None) -> bool:
    try:
        return text is not None and len(text) == len("2000-01-01") and 1970 <= date.fromisoformat(text).year < 2100
    except ValueError:
        return False


def _campaign_hours(key: str, campaign: Campaign, clock: Clock) -> Iterator[Problem]:
    start, end, calling_rules = campaign.dial_from_s, campaign.dial_until_s, campaign.calling_rules
    opening = opening_spans(clock)
    if not common(opening, campaign_spans(campaign)):
        allowed = f"the campaign could never be dialed: {_opening(clock)}"
        yield Problem(f"{key}.dial_from_s", start, allowed)
    elif not campaign.segments and not common(opening, dialing_spans(campaign, 0.0)):
        allowed = f"the campaign could never be dialed: calling hours are {_hours(calling_rules)}, "
        allowed += f"dialing is from {start:g} s to {end:g} s, and {_opening(clock)}"
        yield Problem(f"{key}.calling_rules.calling_from_s", calling_rules.calling_from_s, allowed)


def _segment_hours(key: str, segment: Segment, campaign: Campaign, clock: Clock) -> Iterator[Problem]:
    for _, zone_s in offsets(segment, clock, 0, YEAR_DAYS):
        left = dialing_spans(campaign, zone_s)
        if common(opening_spans(clock), left):
            return
    parts = " and ".join(f"{start:g} s to {end:g} s" for start, end in left)
    left_s = f"hours leave {parts} of the centre's day" if left else "hours leave nothing"
    allowed = "the segment could never be dialed: "
    allowed += f"with calls from {_hours(campaign.calling_rules)} of its own day, and dialing from "
    allowed += f"{campaign.dial_from_s:g} s to {campaign.dial_until_s:g} s, {left_s}, and {_opening(clock)}"
    where, value = ("zone_s", segment.zone_s) if segment.zone is None else ("zone", segment.zone)
    yield Problem(f"{key}.{where}", value, allowed)


def _hours(rules: CallingRules) -> str:
    return f"{rules.calling_from_s:g} s to {rules.calling_until_s:g} s"


def _opening(clock: Clock) -> str:
    return f"the centre is open from {clock.open_s:g} s to {clock.close_s:g} s"
