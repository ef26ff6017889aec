"""Section "The clock": days and nights, slots, closing, and due times."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.events import Event, Kind

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator

PENDING = (
    codes.PENDING_REDIAL, codes.PENDING_REPEAT, codes.PENDING_CALLBACK, codes.BACKLOG, codes.PENDING_RETURN,
)  # fmt: skip


class Clock:
    """The stage of the day, and the events of the clock."""

    def __init__(self, sim: Simulator, days: int) -> None:
        self.sim = sim
        self.declared = sim.centre.clock
        self.steady = self.declared.kind == "steady"
        self.continuous = self.declared.kind == "continuous"
        self.never_closes = self.steady or self.continuous
        self.days = days
        self.day = 0
        self.slot = 0
        self.stage = codes.NIGHT
        self.over = False
        self.overtime_end: Event | None = None
        span_s = self.declared.close_s - self.declared.open_s
        self.n_slots = 1 if self.steady else math.ceil(span_s / self.declared.slot_s)  # of a day
        self.first_slot = 0  # of today, in the profiles

    def first_slot_of(self, day: int) -> int:
        """The slot of the profiles with which a day begins; those of a week begin on Monday."""
        if not self.declared.weekly:
            return 0
        start = self.declared.start_date
        monday = 0 if start is None else date.fromisoformat(start).weekday()
        return (monday + day) % 7 * self.n_slots

    def slot_after(self, slot: int) -> int:
        """The slot of the profiles that follows; the last one stays, or in a continuous scenario the first follows."""
        n = self.n_slots * (7 if self.declared.weekly else 1)
        return (slot + 1) % n if self.continuous else min(slot + 1, n - 1)

    def opens_at(self, day: int) -> float:
        """Time at which a day opens."""
        return 0.0 if self.steady else day * codes.DAY_S + self.declared.open_s

    def closes_at(self, day: int) -> float:
        """Time at which a day closes, in a continuous scenario midnight; infinite in a steady one."""
        return codes.INFINITY if self.steady else day * codes.DAY_S + self.declared.close_s

    @property
    def closing(self) -> float:
        """Time at which the current day closes."""
        return self.closes_at(self.day)

    def tonight(self, length_s: float) -> float:
        """End of an activity that takes `length_s` from now, at the latest at the next opening."""
        return (
            self.sim.now + length_s if self.never_closes else min(self.sim.now + length_s, self.opens_at(self.day + 1))
        )

    def slot_starts_at(self, slot: int) -> float:
        """Start of slot 0, 1, ... of the current day."""
        return self.opens_at(self.day) + slot * self.declared.slot_s

    def open(self, day: int) -> None:
        """Opening: levels, events of the clock, load and arrivals; then the roster and the leads."""
        sim = self.sim
        self.day, self.first_slot, self.stage = day, self.first_slot_of(day), codes.OPEN
        self.slot = self.first_slot
        if day == 0 or not self.continuous:
            sim.decisions.kind = codes.OPENING_EPOCH
            sim.deferring.begin_counting()
        if day == 0:
            sim.snapshots.last_decision = sim.now
        if self.declared.warm_up_s > 0 and day == 0:
            sim.agenda.add(self.declared.warm_up_s, Kind.CLOCK, self.end_warm_up)
        sim.log.clock(sim.now, codes.LOG_OPENING, day)
        sim.levels.draw_day(day)
        sim.fairness.begin()
        sim.roster.start_day(day)
        if self.steady:
            sim.agenda.add(self.declared.warm_up_s + self.declared.horizon_s, Kind.CLOCK, self.end)
        else:
            sim.agenda.add(self.closing, Kind.CLOCK, self.midnight if self.continuous else self.close)
            self.schedule_slot(1)
            sim.roster.schedule_next()
        if day == 0 or not self.continuous:
            sim.levels.start_mode(day)
        if not self.steady:
            sim.levels.schedule_surge(day)
        for queue in sim.queues:
            sim.arrivals.schedule(queue)
        sim.roster.work_off()
        sim.leads.start_day()

    def midnight(self) -> None:
        """Midnight of a continuous scenario: the day ends, and the next one begins, or the run ends."""
        sim = self.sim
        sim.log.clock(sim.now, codes.LOG_DAY_END, self.day)
        for queue in sim.queues:
            sim.arrivals.take_off(queue)
        sim.deferring.count_lines()
        sim.fairness.end()
        sim.advisors.live_through_day()
        sim.compliance.end_day()
        if self.day + 1 == self.days:
            self.end()
        else:
            self.open(self.day + 1)

    def schedule_slot(self, slot: int) -> None:
        """Schedule the beginning of slot 1, 2, ... of the day, if it is before closing."""
        self.sim.agenda.add_before(self.closing, self.slot_starts_at(slot), Kind.CLOCK, lambda: self.start_slot(slot))

    def start_slot(self, slot: int) -> None:
        """Slot boundary: schedule the next one, then work off the roster."""
        self.slot = self.first_slot + slot
        self.sim.log.clock(self.sim.now, codes.LOG_SLOT, self.slot)
        self.schedule_slot(slot + 1)
        self.sim.roster.work_off()

    def close(self) -> None:
        """Closing: arrivals and dials end, overtime begins, and the rest of each gap is kept."""
        self.stage = codes.CLOSED
        self.sim.log.clock(self.sim.now, codes.LOG_CLOSING, self.day)
        for queue in self.sim.queues:
            self.sim.arrivals.take_off(queue)
        self.overtime_end = self.sim.agenda.add(self.sim.now + self.declared.overtime_s, Kind.CLOCK, self.end_overtime)
        self.sim.deferring.close()

    def end_overtime(self) -> None:
        """End of overtime: waiting contacts go unserved, and waiting connects are dropped."""
        self.stage = codes.OVERTIME_OVER
        self.sim.log.clock(self.sim.now, codes.LOG_OVERTIME_END, self.day)
        self.sim.inbound.send_all_away()
        self.sim.outbound.drop_all()

    def end_day_if_over(self) -> bool:
        """End the day if it is closed and every contact is pending. Returns whether it ended."""
        if self.stage not in (codes.CLOSED, codes.OVERTIME_OVER):
            return False
        if any(contact.phase not in PENDING for contact in self.sim.contacts):
            return False
        self.stage = codes.NIGHT
        self.sim.log.clock(self.sim.now, codes.LOG_DAY_END, self.day)
        if self.overtime_end is not None:
            self.overtime_end.cancelled = True
        self.sim.deferring.end_counting()
        self.sim.advisors.go_home()
        self.sim.fairness.end()
        self.sim.compliance.end_day()
        tomorrow = self.day + 1
        if tomorrow == self.days:
            self.sim.callbacks.carry_out()
            self.sim.deferring.carry_out()
            self.over = True
        else:
            self.sim.agenda.add(self.opens_at(tomorrow), Kind.CLOCK, lambda: self.open(tomorrow))
        return True

    def end_warm_up(self) -> None:
        """End of the warm-up: counting starts."""
        self.sim.log.clock(self.sim.now, codes.LOG_WARM_UP_END, self.day)
        self.sim.ledger.start_counting(self.sim.now)
        self.sim.fairness.begin()

    def end(self) -> None:
        """End of a run that never closes: the horizon or the last midnight is reached."""
        if self.steady:
            self.sim.fairness.end()
        self.sim.log.clock(self.sim.now, codes.LOG_END, self.day)
        self.over = True

    def next_opening(self) -> float:
        """Time of the next opening; infinite after the last day."""
        return self.opens_at(self.day + 1) if self.day + 1 < self.days else codes.INFINITY

    def due_after(self, delay_s: float) -> float:
        """Time after `delay_s` of opening time from now; infinite beyond the last closing."""
        if self.continuous:
            due = self.sim.now + delay_s
            return due if due < self.closes_at(self.days - 1) else codes.INFINITY
        if self.steady or math.isinf(delay_s):
            return self.sim.now + delay_s
        start = min(self.sim.now, self.closing)
        for day in range(self.day, self.days):
            if start + delay_s < self.closes_at(day):
                return start + delay_s
            delay_s -= self.closes_at(day) - start
            start = self.opens_at(day + 1)
        return codes.INFINITY
