"""The roster: times at which advisors start, leave and take breaks, made from staffing or shifts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from ccenv.scenarios.compile.slots import at_boundary, day_slots, n_slots, profile_days
from ccenv.scenarios.compile.zones import weekday
from ccenv.scenarios.schema import Centre, Clock, Group, Shift
from ccenv.sim.state.codes import BREAK, DAY_S, GO_OFF, ON


class Entry(NamedTuple):
    """One row of the roster.

    Attributes:
        t: Time since the opening [s].
        length: Length of a break [s], else 0.
        advisor: Number of the advisor, counted over all groups.
        what: ON, GO_OFF or BREAK.
        alone: 1 if no slot begins at `t`, else 0.
        initial: 1 if the entry counts at the start of a run only, else 0.
    """

    t: float
    length: float
    advisor: int
    what: int
    alone: int
    initial: int = 0


def advisors(group: Group) -> int:
    """Return the advisors of a group: the sum over shifts, the maximum of the staffing, or the lines of a service."""
    if group.answering_service is not None:
        return group.answering_service.lines
    if group.shifts:
        return sum(shift.n for shift in group.shifts)
    return max(group.staffing) if isinstance(group.staffing, list) else group.staffing


def staffing(group: Group, clock: Clock) -> list[int]:
    """Return the advisors planned to be on duty, breaks excluded, at the start of each slot."""
    n = n_slots(clock)
    if group.answering_service is not None:
        return [group.answering_service.lines] * n
    if not group.shifts:
        return group.staffing if isinstance(group.staffing, list) else [group.staffing] * n
    starts = [clock.open_s + k % day_slots(clock) * clock.slot_s for k in range(n)]
    return [sum(shift.n for shift in group.shifts if _works(shift, t)) for t in starts]


def make_roster(centre: Centre) -> list[Entry]:
    """Return the entries of a day, sorted by time, then advisor.

    Around the clock they are those of all days of the profile. Entries at or after closing are left out. A steady
    scenario has only the entries at its start.
    """
    entries: list[Entry] = []
    first = 0
    for group in centre.groups.values():
        if centre.clock.kind == "continuous":
            entries += _around_the_clock(group, first, centre.clock)
        elif group.shifts:
            entries += _by_shifts(group.shifts, first, centre.clock)
        else:
            entries += _by_staffing(staffing(group, centre.clock), first, centre.clock)
        first += advisors(group)
    return sorted(entries, key=lambda entry: (entry.t, entry.advisor))


def _works(shift: Shift, t: float) -> bool:
    """Return whether an advisor of a shift works at time t of a day; a shift may have begun on the day before."""
    return _works_at(shift, t) or _works_at(shift, t + DAY_S)


def _works_at(shift: Shift, t: float) -> bool:
    away = any(rest.at_s <= t < rest.at_s + rest.length_s for rest in shift.breaks)
    return shift.from_s <= t < shift.until_s and not away


def _around_the_clock(group: Group, first: int, clock: Clock) -> Iterator[Entry]:
    if not group.shifts:
        yield from _by_staffing(staffing(group, clock), first, clock, advisors(group))
        return
    start_s = weekday(clock) * DAY_S if clock.weekly else 0.0
    span_s = profile_days(clock) * DAY_S
    for j, shift in enumerate(chain.from_iterable([shift] * shift.n for shift in group.shifts)):
        if shift.until_s > DAY_S:  # it has begun on the day before the run
            yield Entry(start_s, 0.0, first + j, ON, 0, 1)
        rests = [(rest.at_s, rest.length_s, BREAK) for rest in shift.breaks]
        for day in range(profile_days(clock)):
            for at_s, length, what in ((shift.from_s, 0.0, ON), *rests, (shift.until_s, 0.0, GO_OFF)):
                t = (day * DAY_S + at_s) % span_s
                yield Entry(t, length, first + j, what, not at_boundary(clock, t))


def _by_staffing(numbers: list[int], first: int, clock: Clock, everybody: int = 0) -> Iterator[Entry]:
    """Yield the entries of changed advisors at each slot; of all `everybody` advisors at each midnight, if given."""
    for k, (before, now) in enumerate(zip([0, *numbers], numbers, strict=False)):
        changed = range(min(before, now), max(before, now))
        for j in range(everybody) if everybody and k % day_slots(clock) == 0 else changed:
            yield Entry(k * clock.slot_s, 0.0, first + j, ON if j < now else GO_OFF, 0)


def _by_shifts(shifts: list[Shift], first: int, clock: Clock) -> Iterator[Entry]:
    for j, shift in enumerate(chain.from_iterable([shift] * shift.n for shift in shifts)):
        rests = [(rest.at_s, rest.length_s, BREAK) for rest in shift.breaks]
        for at_s, length, what in ((shift.from_s, 0.0, ON), *rests, (shift.until_s, 0.0, GO_OFF)):
            t = at_s - clock.open_s
            if at_s < clock.close_s:
                yield Entry(t, length, first + j, what, not at_boundary(clock, t))
