"""Running the kernel one event, or one action, at a time, to look at its record in between.

Each event and each action writes a row of the event log, and a full log stops the kernel once the handler of that
event, or the action, is through. So the log is kept full, and the stop is undone. What the kernel does between stops
is told by `n_events`: never more than one event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ccenv.loops.batch import DISABLED
from ccenv.run.config import RunConfig
from ccenv.run.engine import CapacityError, Engine
from ccenv.sim.kernel.heap import TIMER_MASK
from ccenv.sim.state import codes
from ccenv.sim.state.entities import LOG_ROWS

Choice = Callable[[float, np.ndarray], int]


class Stepper:
    """One episode.

    Args:
        run: A run whose policy decides everything.
        seed: Seed of the episode.
        choose: Takes coin and numbers of the legal actions, returns one of them.
    """

    def __init__(self, run: RunConfig, seed: int, choose: Choice) -> None:
        self.engine = Engine(run, 1, log=True)
        self.e: Any = self.engine.envs[0]
        self.c: Any = run.config[0]
        self.seed, self.choose = seed, choose
        self.n_stops = 0

    def stops(self) -> Iterator[None]:
        """Yield after each event, and after each action; the last time when the episode is over."""
        yield from self._stopped(lambda: self.engine.start(np.array([self.seed], np.uint64), np.ones(1, np.bool_)))
        while not self.e["done"]:
            yield from self._stopped(self._go_on)

    def _go_on(self) -> None:
        if self._is_asked:
            legal = np.flatnonzero(self.engine.masks[0])
            action = self.choose(float(self.engine.outs["u"][0]), legal)
            self.engine.step(np.array([action], np.int64), DISABLED)
        else:
            self.e["stopped"] = 1  # as if it had stopped at the end of an interval
            self.engine.go_on()

    def _stopped(self, run: Callable[[], None]) -> Iterator[None]:
        """Run to the next stop, and make the record as if it had not been one."""
        before = int(self.e["n_events"])
        was_counting = bool(self.e["counting"])
        self.engine.logs["n"] = LOG_ROWS - self._rows_of_the_end()
        try:
            run()
            self._is_asked = True
        except CapacityError:
            assert self.e["failure"] == codes.LOG_FULL, "a table is full"
            self._is_asked = False
        self.e["failure"] = codes.OK
        self.n_stops += 1
        n_events = int(self.e["n_events"]) - before
        assert n_events <= 1, "an event was missed"
        if not self._is_asked and n_events == 1 and not self._is_over():
            self.e["unsettled"] = 1 - self.e["unseen"]
            self.e["event_number"] -= self.e["unseen"]
            self.e["unseen"] = 0
        if self.e["counting"] and not was_counting:
            self._count_from_here()
        if n_events == 1 or not self._is_asked or self.e["done"]:
            yield

    def _rows_of_the_end(self) -> int:
        """Room for the row of the day's end, and for that of the end of a steady scenario: no handler writes them."""
        day_is_over = self.e["n_active"] == 0 and self.e["stage"] in (codes.CLOSED, codes.OVERTIME_OVER)
        return int(bool(day_is_over) or self._is_over())

    def _is_over(self) -> bool:
        """A steady scenario at its end, which the kernel has not told because the row did not fit into the log."""
        first = self.e["heap"][0]
        at_end = first["order"] & TIMER_MASK == codes.CLOCK_TIMER and first["t"] == self.e["t"]
        return bool(self.c["steady"] and self.e["stage"] == codes.OPEN and at_end and self.n_stops)

    def _count_from_here(self) -> None:
        """The end of the warm-up: what the loop over rows does there."""
        counters = self.e["counts"]
        self.e["counts_before"] = counters
        paid = self.c["term_place"][: int(self.c["n_terms"])]
        self.engine.paid[0, : len(paid)] = counters[paid]
