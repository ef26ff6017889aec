"""Future events in order of time; simultaneous events happen in the order in which they were scheduled."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isinf


@dataclass(order=True)
class Event:
    """A future event, unless it is cancelled."""

    time: float
    number: int
    happen: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Agenda:
    """The heap of future events."""

    def __init__(self) -> None:
        self._heap: list[Event] = []
        self._n_scheduled = 0

    def add(self, time: float, happen: Callable[[], None]) -> Event | None:
        """Schedule an event; return None without scheduling it if its time is infinite."""
        if isinf(time):
            return None
        event = Event(time, self._n_scheduled, happen)
        self._n_scheduled += 1
        heapq.heappush(self._heap, event)
        return event

    def add_before(self, closing: float, time: float, happen: Callable[[], None]) -> Event | None:
        """Schedule an event, unless its time is at or after closing."""
        return self.add(time, happen) if time < closing else None

    def pop(self) -> Event:
        """Remove and return the next event that is not cancelled."""
        while True:
            event = heapq.heappop(self._heap)
            if not event.cancelled:
                return event
