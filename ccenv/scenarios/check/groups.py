"""Checks of groups and their shifts."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ccenv.files.errors import closest, names
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.compile.roster import advisors
from ccenv.scenarios.schema import Centre, Clock, Shift
from ccenv.sim.state.codes import DAY_S


def skills(centre: Centre) -> Iterator[Problem]:
    """Skills exist, groups are staffed, and every queue and campaign has a group."""
    known = [*centre.queues, *centre.campaigns]
    for name, group in centre.groups.items():
        key = f"groups.{name}"
        for i, skill in enumerate(group.skills):
            if skill not in known:
                allowed = f"must be one of the queues and campaigns: {names(known)}{closest(skill, known)}"
                yield Problem(f"{key}.skills.{i}", skill, allowed)
            if skill in group.skills[:i]:
                yield Problem(f"{key}.skills.{i}", skill, "stands twice")
        if advisors(group) == 0:
            allowed = "the group is never staffed; at least one slot must be above 0, or shifts be given"
            yield Problem(f"{key}.staffing", group.staffing, allowed)
        own = [skill for skill in group.skills if skill in centre.queues]
        for queue in group.handle_s:
            if queue not in own:
                allowed = f"must be a queue among the group's skills: {names(own)}{closest(queue, own)}"
                yield Problem(f"{key}.handle_s.{queue}", queue, allowed)
    for section in ("queues", "campaigns"):
        for name in getattr(centre, section):
            if not any(name in group.skills for group in centre.groups.values()):
                yield Problem(f"{section}.{name}", name, "no group has it among its skills")


def shifts(centre: Centre) -> Iterator[Problem]:
    """Shifts replace staffing, lie within the opening hours, and contain their breaks."""
    for name, group in centre.groups.items():
        key = f"groups.{name}"
        if group.shifts and group.staffing != 0:
            yield Problem(
                f"{key}.staffing", group.staffing, "the group has shifts, which say who is there; leave it out"
            )
        if group.shifts and centre.clock.kind == "steady":
            allowed = "a steady scenario has no time of day; give staffing, one whole number"
            yield Problem(f"{key}.shifts", msgspec.to_builtins(group.shifts), allowed)
        for i, shift in enumerate(group.shifts):
            yield from _hours(f"{key}.shifts.{i}", shift, centre.clock)
            yield from _breaks(f"{key}.shifts.{i}", shift)


def _hours(key: str, shift: Shift, clock: Clock) -> Iterator[Problem]:
    if clock.kind == "continuous":
        if shift.from_s >= DAY_S:
            yield Problem(f"{key}.from_s", shift.from_s, f"must be below {DAY_S:g}: a shift repeats every day")
        if not shift.from_s < shift.until_s < shift.from_s + DAY_S:
            allowed = f"must be after from_s = {shift.from_s:g}, by less than a day (beyond {DAY_S:g} over midnight)"
            yield Problem(f"{key}.until_s", shift.until_s, allowed)
        return
    hours = f"{clock.open_s:g} s to {clock.close_s:g} s"
    if shift.from_s < clock.open_s:
        yield Problem(f"{key}.from_s", shift.from_s, f"must be within the opening hours, {hours}")
    if shift.until_s > clock.close_s:
        yield Problem(f"{key}.until_s", shift.until_s, f"must be within the opening hours, {hours}")
    if shift.until_s <= shift.from_s:
        yield Problem(f"{key}.until_s", shift.until_s, f"must be after from_s = {shift.from_s:g}")


def _breaks(key: str, shift: Shift) -> Iterator[Problem]:
    free_s, what = shift.from_s, "the shift begins"
    for i, rest in enumerate(shift.breaks):
        if rest.at_s < free_s:
            yield Problem(f"{key}.breaks.{i}.at_s", rest.at_s, f"must be at or after {free_s:g}, when {what}")
        free_s, what = rest.at_s + rest.length_s, "the break before it ends"
        if free_s > shift.until_s:
            allowed = f"the break would end at {free_s:g} s; must end by until_s = {shift.until_s:g}"
            yield Problem(f"{key}.breaks.{i}.length_s", rest.length_s, allowed)


def days_worked(centre: Centre) -> Iterator[Problem]:
    """A steady scenario, which has no days, declares no change from day to day."""
    for name, group in centre.groups.items():
        drift = group.monitoring.drift_per_day
        if drift > 0.0 and centre.clock.kind == "steady":
            allowed = "must be 0: a steady scenario has no days"
            yield Problem(f"groups.{name}.monitoring.drift_per_day", drift, allowed)
