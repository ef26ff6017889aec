"""When advisors come, go and have their breaks: from staffing or shifts to the rows of the roster."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from ccenv.scenarios.compile.slots import at_boundary, n_slots
from ccenv.scenarios.schema import Centre, Clock, Group, Shift
from ccenv.sim.state.codes import BREAK, GO_OFF, ON


class Entry(NamedTuple):
    """One row: seconds since the opening, length of a break [s], advisor, what happens, 1 if no slot begins then."""

    t: float
    length: float
    advisor: int
    what: int
    alone: int


def advisors(group: Group) -> int:
    """Advisors of a group: those of all shifts, or the most that any slot has on duty."""
    if group.shifts:
        return sum(shift.n for shift in group.shifts)
    return max(group.staffing) if isinstance(group.staffing, list) else group.staffing


def staffing(group: Group, clock: Clock) -> list[int]:
    """Advisors planned to be on duty, and not on a break, at the beginning of each slot."""
    n = n_slots(clock)
    if not group.shifts:
        return group.staffing if isinstance(group.staffing, list) else [group.staffing] * n
    starts = [clock.open_s + k * clock.slot_s for k in range(n)]
    return [sum(shift.n for shift in group.shifts if _works(shift, t)) for t in starts]


def make_roster(centre: Centre) -> list[Entry]:
    """The entries of a day, by time, then by advisor; advisors are numbered through all groups.

    What lies at or after closing does not count. A steady scenario has those of its beginning only.
    """
    entries: list[Entry] = []
    first = 0
    for group in centre.groups.values():
        if group.shifts:
            entries += _by_shifts(group.shifts, first, centre.clock)
        else:
            entries += _by_staffing(staffing(group, centre.clock), first, centre.clock)
        first += advisors(group)
    return sorted(entries, key=lambda entry: (entry.t, entry.advisor))


def _works(shift: Shift, t: float) -> bool:
    away = any(rest.at_s <= t < rest.at_s + rest.length_s for rest in shift.breaks)
    return shift.from_s <= t < shift.until_s and not away


def _by_staffing(numbers: list[int], first: int, clock: Clock) -> Iterator[Entry]:
    for k, (before, now) in enumerate(zip([0, *numbers], numbers, strict=False)):
        for j in range(min(before, now), max(before, now)):
            yield Entry(k * clock.slot_s, 0.0, first + j, ON if now > before else GO_OFF, 0)


def _by_shifts(shifts: list[Shift], first: int, clock: Clock) -> Iterator[Entry]:
    for j, shift in enumerate(chain.from_iterable([shift] * shift.n for shift in shifts)):
        rests = [(rest.at_s, rest.length_s, BREAK) for rest in shift.breaks]
        for at_s, length, what in ((shift.from_s, 0.0, ON), *rests, (shift.until_s, 0.0, GO_OFF)):
            t = at_s - clock.open_s
            if at_s < clock.close_s:
                yield Entry(t, length, first + j, what, not at_boundary(clock, t))
