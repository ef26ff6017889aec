"""Section "The clock", part "Load": the next fresh contact of each queue."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ccenv.sim.state import codes
from tests.oracle.entities import QueueState, by_slot
from tests.oracle.events import Kind
from tests.oracle.randomness import entity_key, exponential

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Piece(NamedTuple):
    """A span of time in which the rate (per second) is linear."""

    start: float
    end: float
    first: float
    last: float

    def rate(self, t: float) -> float:
        """The rate at time t."""
        if self.first == self.last:
            return self.first
        return self.first + (self.last - self.first) * (t - self.start) / (self.end - self.start)

    def area(self, a: float, b: float) -> float:
        """The integrated rate from a to b."""
        return (self.rate(a) + self.rate(b)) / 2 * (b - a) if b > a else 0.0

    def time_of(self, a: float, need: float) -> float:
        """The time at which the integrated rate since a reaches `need`; the span must contain it."""
        rate = self.rate(a)
        slope = (self.last - self.first) / (self.end - self.start)
        return a + 2 * need / (rate + math.sqrt(max(0.0, rate * rate + 2 * slope * need)))


class Arrivals:
    """The next fresh contacts of all queues."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def pieces(self, queue: QueueState) -> Iterator[Piece]:
        """Today's arrival rates of a queue under the current levels, one piece for each slot."""
        clock, declared = self.sim.clock, queue.declared
        for slot in range(clock.n_slots):
            is_last = slot == clock.n_slots - 1
            here = clock.first_slot + slot
            first = last = by_slot(declared.arrivals_per_hour, here)
            if declared.interpolation == "linear" and (clock.continuous or not is_last):
                last = by_slot(declared.arrivals_per_hour, clock.slot_after(here))
            factor = self.sim.levels.factor(queue, slot) / 3600.0
            end = clock.closing if is_last else clock.slot_starts_at(slot + 1)
            yield Piece(clock.slot_starts_at(slot), end, first * factor, last * factor)

    def schedule(self, queue: QueueState) -> None:
        """Schedule the next fresh contact, if it comes before closing."""
        queue.arrival = None
        t = self.next_recorded(queue) if queue.declared.trace_s is not None else self.next_random(queue)
        queue.arrival = self.sim.agenda.add_before(
            self.sim.clock.closing, t, Kind.ARRIVAL, lambda: self.sim.entering.arrive(queue)
        )

    def next_recorded(self, queue: QueueState) -> float:
        """The next time of the trace, but not before now; infinite after the last one."""
        assert queue.declared.trace_s is not None
        later = queue.declared.trace_s[queue.n_fresh :]
        return max(later[0], self.sim.now) if later else codes.INFINITY

    def next_random(self, queue: QueueState) -> float:
        """The time at which the rest of the gap is used up; infinite if that is not today."""
        if queue.gap_left is None:
            queue.gap_left = exponential(entity_key(self.sim.root, queue.stream, queue.n_fresh), codes.GAP)
        queue.gap_since = self.sim.now
        need = queue.gap_left
        for piece in self.pieces(queue):
            start = max(piece.start, self.sim.now)
            if start >= piece.end:
                continue
            if piece.end == codes.INFINITY:  # steady: one span with one rate
                return start + need / piece.first if piece.first > 0 else codes.INFINITY
            room = piece.area(start, piece.end)
            if need < room:
                return piece.time_of(start, need)
            need -= room
        return codes.INFINITY

    def take_off(self, queue: QueueState) -> None:
        """Subtract the integrated rate since the last update from the gap, and cancel the scheduled arrival."""
        if queue.arrival is not None:
            queue.arrival.cancelled = True
        if queue.gap_left is None:
            return
        for piece in self.pieces(queue):
            start, end = max(piece.start, queue.gap_since), min(piece.end, self.sim.now)
            if end > start:
                queue.gap_left -= piece.first * (end - start) if piece.first == piece.last else piece.area(start, end)
        queue.gap_left = max(0.0, queue.gap_left)
        queue.gap_since = self.sim.now
