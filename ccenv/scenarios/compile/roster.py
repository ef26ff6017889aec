"""The roster: times at which advisors start, leave and take breaks, made from staffing or shifts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from ccenv.scenarios.compile.slots import at_boundary, n_slots
from ccenv.scenarios.schema import Centre, Clock, Group, Shift
from ccenv.sim.state.codes import BREAK, GO_OFF, ON


class Entry(NamedTuple):
    """One row of the roster.

    Attributes:
        t: Time since the opening [s].
        length: Length of a break [s], else 0.
        advisor: Number of the advisor, counted over all groups.
        what: ON, GO_OFF or BREAK.
        alone: 1 if no slot begins at `t`, else 0.
    """

    t: float
    length: float
    advisor: int
    what: int
    alone: int


def advisors(group: Group) -> int:
    """Return the number of advisors of a group: the sum over shifts, or the maximum of the staffing."""
    if group.shifts:
        return sum(shift.n for shift in group.shifts)
    return max(group.staffing) if isinstance(group.staffing, list) else group.staffing


def staffing(group: Group, clock: Clock) -> list[int]:
    """Return the advisors planned to be on duty, breaks excluded, at the start of each slot."""
    n = n_slots(clock)
    if not group.shifts:
        return group.staffing if isinstance(group.staffing, list) else [group.staffing] * n
    starts = [clock.open_s + k * clock.slot_s for k in range(n)]
    return [sum(shift.n for shift in group.shifts if _works(shift, t)) for t in starts]


def make_roster(centre: Centre) -> list[Entry]:
    """Return the entries of a day, sorted by time, then advisor.

    Entries at or after closing are left out. A steady scenario has only the entries at its start.
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
