"""Days and nights, slots, closing, and when things fall due (sections "The clock" and "Arrivals")."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ccenv.sim import codes
from tests.oracle.entities import QueueState, by_slot
from tests.oracle.events import Event
from tests.oracle.randomness import UNIT_EXPONENTIAL, entity_key, lognormal_of_mean_1, stream

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Clock:
    """The stage of the day, and the events that the clock alone brings about."""

    def __init__(self, sim: Simulator, days: int) -> None:
        self.sim = sim
        self.declared = sim.centre.clock
        self.steady = self.declared.kind == "steady"
        self.days = days
        self.day = 0
        self.slot = 0
        self.stage = codes.NIGHT
        self.level = 1.0
        self.over = False
        self.overtime_end: Event | None = None
        span_s = self.declared.close_s - self.declared.open_s
        self.n_slots = 1 if self.steady else math.ceil(span_s / self.declared.slot_s)

    def opens_at(self, day: int) -> float:
        """Opening of a day."""
        return 0.0 if self.steady else day * codes.DAY_S + self.declared.open_s

    def closes_at(self, day: int) -> float:
        """Closing of a day; a steady scenario has none."""
        return codes.INFINITY if self.steady else day * codes.DAY_S + self.declared.close_s

    def slot_starts_at(self, slot: int) -> float:
        """Start of a slot of this day."""
        return self.opens_at(self.day) + slot * self.declared.slot_s

    def time_of_day(self) -> float:
        """Seconds since midnight; in a day scenario the midnight before the opening."""
        return self.sim.now % codes.DAY_S if self.steady else self.sim.now - self.day * codes.DAY_S

    def open(self, day: int) -> None:
        """Opening: the day level, then the clock's events and the arrivals, then the advisors."""
        sim = self.sim
        self.day, self.slot, self.stage = day, 0, codes.OPEN
        key = entity_key(sim.root, stream("day"), day)
        self.level = lognormal_of_mean_1(sim.centre.day_level_cv, key, codes.DAY_LEVEL)
        sim.log.clock(sim.now, codes.LOG_OPENING, day)
        if self.steady:
            sim.agenda.add(self.declared.warm_up_s + self.declared.horizon_s, self.end)
            if self.declared.warm_up_s > 0:
                sim.agenda.add(self.declared.warm_up_s, self.end_warm_up)
        else:
            sim.agenda.add(self.closes_at(day), self.close)
            self.schedule_slot(1)
        for queue in sim.queues:
            self.schedule_arrival(queue)
        sim.advisors.come_to_work()

    def schedule_slot(self, slot: int) -> None:
        """Schedule a slot boundary, if it is before closing."""
        if self.slot_starts_at(slot) < self.closes_at(self.day):
            self.sim.agenda.add(self.slot_starts_at(slot), lambda: self.start_slot(slot))

    def start_slot(self, slot: int) -> None:
        """Slot boundary: the next one is scheduled, then the staffing changes."""
        self.slot = slot
        self.sim.log.clock(self.sim.now, codes.LOG_SLOT, slot)
        self.schedule_slot(slot + 1)
        self.sim.advisors.change_staffing()

    def schedule_arrival(self, queue: QueueState) -> None:
        """Schedule the next fresh contact, or keep what is left of its gap for the next opening."""
        gap = queue.gap_left
        if gap is None:
            key = entity_key(self.sim.root, queue.stream, queue.n_fresh)
            gap = UNIT_EXPONENTIAL.draw(key, codes.GAP)
        queue.gap_left = gap
        t = self.sim.now
        for slot in range(self.slot, self.n_slots):
            rate = by_slot(queue.declared.arrivals_per_hour, slot) / 3600.0 * self.level
            last = slot == self.n_slots - 1
            end = self.closes_at(self.day) if last else self.slot_starts_at(slot + 1)
            if rate > 0 and t + queue.gap_left / rate < end:
                self.sim.agenda.add(t + queue.gap_left / rate, lambda: self.sim.inbound.arrive(queue))
                queue.gap_left = None
                return
            if rate > 0:
                queue.gap_left -= rate * (end - t)
            t = end

    def close(self) -> None:
        """Closing: nothing new starts from now on; overtime begins."""
        self.stage = codes.CLOSED
        self.sim.log.clock(self.sim.now, codes.LOG_CLOSING, self.day)
        self.overtime_end = self.sim.agenda.add(self.sim.now + self.declared.overtime_s, self.end_overtime)

    def end_overtime(self) -> None:
        """End of overtime: whoever still waits is sent away."""
        self.stage = codes.OVERTIME_OVER
        self.sim.log.clock(self.sim.now, codes.LOG_OVERTIME_END, self.day)
        self.sim.inbound.send_all_away()
        self.sim.outbound.drop_all()

    def end_day_if_over(self) -> bool:
        """The day ends when, after closing, nothing rings, waits, is talked to or wrapped up. Whether it did."""
        pending = (codes.PENDING_REDIAL, codes.PENDING_REPEAT)
        if self.stage not in (codes.CLOSED, codes.OVERTIME_OVER):
            return False
        if any(contact.phase not in pending for contact in self.sim.contacts):
            return False
        self.stage = codes.NIGHT
        self.sim.log.clock(self.sim.now, codes.LOG_DAY_END, self.day)
        if self.overtime_end is not None:
            self.overtime_end.cancelled = True
        self.sim.advisors.go_home()
        tomorrow = self.day + 1
        if tomorrow == self.days:
            self.over = True
        else:
            self.sim.agenda.add(self.opens_at(tomorrow), lambda: self.open(tomorrow))
        return True

    def end_warm_up(self) -> None:
        """In a steady scenario: counting starts."""
        self.sim.log.clock(self.sim.now, codes.LOG_WARM_UP_END, self.day)
        self.sim.ledger.start_counting(self.sim.now)

    def end(self) -> None:
        """In a steady scenario: the horizon."""
        self.sim.log.clock(self.sim.now, codes.LOG_END, self.day)
        self.over = True

    def due_after(self, delay_s: float) -> float:
        """When something falls due `delay_s` of opening time from now; infinite beyond the last closing."""
        if self.steady or math.isinf(delay_s):
            return self.sim.now + delay_s
        start = min(self.sim.now, self.closes_at(self.day))
        for day in range(self.day, self.days):
            if start + delay_s < self.closes_at(day):
                return start + delay_s
            delay_s -= self.closes_at(day) - start
            start = self.opens_at(day + 1)
        return codes.INFINITY
