"""Section "The clock", part "Roster": the times at which advisors come, go and take breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, GroupState, by_slot
from tests.oracle.events import Kind
from tests.oracle.randomness import child_key, uniform

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Entry(NamedTuple):
    """One entry of the roster."""

    t: float
    advisor: Advisor
    what: int
    length_s: float = 0.0


class Roster:
    """The entries of a day."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.entries: list[Entry] = []
        self.other_times: list[float] = []

    def start_day(self, day: int) -> None:
        """Make the entries of a day, and draw the absences."""
        clock = self.sim.clock
        entries = [entry for group in self.sim.groups for entry in self.entries_of(group)]
        entries = [entry._replace(t=max(entry.t, self.sim.now)) for entry in entries if entry.t < clock.closing]
        self.entries = sorted(entries, key=lambda entry: (entry.t, entry.advisor.place))
        boundaries = {clock.slot_starts_at(slot) for slot in range(clock.n_slots)}
        self.other_times = sorted({entry.t for entry in entries} - boundaries)
        for advisor in self.sim.advisors.everybody():
            advisor.absent = not clock.continuous and self.is_absent(advisor, day)

    def is_absent(self, advisor: Advisor, day: int) -> bool:
        """Whether an advisor is absent on a day."""
        shrinkage = self.sim.groups[advisor.group].declared.shrinkage
        return uniform(child_key(advisor.key, codes.DAY_STEP, day), codes.ABSENT) < shrinkage

    def entries_of(self, group: GroupState) -> Iterator[Entry]:
        """Today's entries of a group, from its shifts or its staffing."""
        if not group.declared.shifts:
            for advisor in group.advisors:
                yield from self.by_staffing(group, advisor)
            return
        if self.sim.clock.continuous:
            yield from self.around_the_clock(group)
            return
        midnight = self.sim.clock.day * codes.DAY_S
        advisors = iter(group.advisors)
        for shift in group.declared.shifts:
            for _ in range(shift.n):
                advisor = next(advisors)
                yield Entry(midnight + shift.from_s, advisor, codes.ON)
                for pause in shift.breaks:
                    yield Entry(midnight + pause.at_s, advisor, codes.BREAK, pause.length_s)
                yield Entry(midnight + shift.until_s, advisor, codes.GO_OFF)

    def around_the_clock(self, group: GroupState) -> Iterator[Entry]:
        """Today's entries of a group with shifts, some of which began on the day before."""
        day = self.sim.clock.day
        advisors = iter(group.advisors)
        for shift in [each for each in group.declared.shifts for _ in range(each.n)]:
            advisor = next(advisors)
            if day == 0 and shift.until_s > codes.DAY_S:
                yield Entry(0.0, advisor, codes.ON)
            for midnight in ((day - 1) * codes.DAY_S, day * codes.DAY_S):
                entries = [
                    Entry(midnight + shift.from_s, advisor, codes.ON),
                    *(Entry(midnight + x.at_s, advisor, codes.BREAK, x.length_s) for x in shift.breaks),
                    Entry(midnight + shift.until_s, advisor, codes.GO_OFF),
                ]
                yield from (x for x in entries if day * codes.DAY_S <= x.t < (day + 1) * codes.DAY_S)

    def by_staffing(self, group: GroupState, advisor: Advisor) -> Iterator[Entry]:
        """`on` or `off` at the beginning of each slot in which the advisor's presence changes."""
        """In a continuous scenario also at midnight, whether it changes or not."""
        clock, was_on = self.sim.clock, False
        service = group.declared.answering_service
        staffing = group.declared.staffing if service is None else service.lines
        for slot in range(clock.n_slots):
            is_on = advisor.number < by_slot(staffing, clock.first_slot + slot)
            if is_on != was_on or (clock.continuous and slot == 0):
                yield Entry(self.sim.clock.slot_starts_at(slot), advisor, codes.ON if is_on else codes.GO_OFF)
            was_on = is_on

    def schedule_next(self) -> None:
        """Schedule the next time with entries that is not a slot boundary."""
        if self.other_times:
            self.sim.agenda.add(self.other_times.pop(0), Kind.CLOCK, self.happen)

    def happen(self) -> None:
        """Work off the entries of a time that is not a slot boundary."""
        self.sim.log.clock(self.sim.now, codes.LOG_ROSTER, self.sim.clock.day)
        self.work_off()
        self.schedule_next()

    def work_off(self) -> None:
        """Work off the entries of now, except those of absent advisors."""
        for entry in self.entries:
            if entry.t == self.sim.now and not entry.advisor.absent:
                self.follow(entry)

    def follow(self, entry: Entry) -> None:
        """Work off one entry."""
        advisors, advisor = self.sim.advisors, entry.advisor
        match entry.what:
            case codes.ON if self.sim.clock.continuous and self.is_absent(advisor, self.sim.clock.day):
                advisors.leave(advisor)
            case codes.ON:
                advisors.come_on(advisor)
            case codes.GO_OFF:
                advisors.leave(advisor)
            case codes.BREAK:
                advisors.take_break(advisor, entry.length_s)
