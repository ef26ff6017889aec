"""Future events in order of time; at one instant in order of their kind, then in that of their scheduling."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from math import isinf


class Kind(IntEnum):
    """What an event is: at one instant those of a smaller number come first."""

    CLOCK = 1
    END = 2
    ARRIVAL = 3
    REVIEW = 4


@dataclass(order=True)
class Event:
    """A future event, unless it is cancelled."""

    time: float
    kind: Kind
    number: int
    happen: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Agenda:
    """The heap of future events."""

    def __init__(self) -> None:
        self._heap: list[Event] = []
        self._n_scheduled = 0

    def add(self, time: float, kind: Kind, happen: Callable[[], None]) -> Event | None:
        """Schedule an event; return None without scheduling it if its time is infinite."""
        if isinf(time):
            return None
        event = Event(time, kind, self._n_scheduled, happen)
        self._n_scheduled += 1
        heapq.heappush(self._heap, event)
        return event

    def add_before(self, closing: float, time: float, kind: Kind, happen: Callable[[], None]) -> Event | None:
        """Schedule an event, unless its time is at or after closing."""
        return self.add(time, kind, happen) if time < closing else None

    def pop(self) -> Event:
        """Remove and return the next event that is not cancelled."""
        while True:
            event = heapq.heappop(self._heap)
            if not event.cancelled:
                return event
