"""Section "The clock": the factors of arrival rates: day level, slot levels, mode and surge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import QueueState
from tests.oracle.events import Kind
from tests.oracle.randomness import Dist, entity_key, exponential, level_of_mean_1, normal, stream, uniform

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Levels:
    """The current random levels."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.centre = sim.centre
        self.surge_lasts = None if sim.centre.surge is None else Dist(sim.centre.surge.lasts_s)
        self.day = 1.0
        self.slots: list[float] = []
        self.n_modes = 0
        self.mode = 0
        self.surging = False

    def draw_day(self, day: int) -> None:
        """Opening: draw the levels of the day and of its slots."""
        c = self.centre
        key = entity_key(self.sim.root, stream("day"), day)
        self.day = level_of_mean_1(c.day_level_dist, c.day_level_cv, key, codes.DAY_LEVEL)
        self.slots = self.slot_levels(day)
        self.surging = False

    def slot_levels(self, day: int) -> list[float]:
        """An autoregressive chain of lognormal levels."""
        n, declared = self.sim.clock.n_slots, self.centre.slot_level
        if declared.cv == 0:
            return [1.0] * n
        variance, r = math.log1p(declared.cv**2), declared.correlation
        levels, z = [], 0.0
        for k in range(n):
            x = normal(entity_key(self.sim.root, stream("slot"), day * n + k), codes.SLOT_LEVEL)
            z = x if k == 0 else r * z + math.sqrt(1 - r * r) * x
            levels.append(math.exp(math.sqrt(variance) * z - variance / 2))
        return levels

    def factor(self, queue: QueueState, slot: int) -> float:
        """Factor of a queue's profile in a slot."""
        factor = self.day * self.slots[slot]
        if self.centre.switching is not None:
            factor *= self.centre.switching.arrivals[self.mode]
        if self.surging and self.is_affected(queue):
            assert self.centre.surge is not None
            factor *= self.centre.surge.factor
        return factor

    def answers(self) -> float:
        """Factor of the probabilities of an answer."""
        return 1.0 if self.centre.switching is None else self.centre.switching.answers[self.mode]

    def is_affected(self, queue: QueueState) -> bool:
        """Whether surges affect a queue."""
        surge = self.centre.surge
        return surge is not None and (not surge.queues or queue.name in surge.queues)

    def start_mode(self, day: int) -> None:
        """Opening: draw the mode and schedule its end."""
        switching = self.centre.switching
        if switching is None:
            return
        m0, m1 = switching.mean_s
        key = self.next_mode_key()
        self.mode = 1 if uniform(key, codes.MODE) < m1 / (m0 + m1) else 0
        self.schedule_change(key)

    def next_mode_key(self) -> int:
        """Key of the run's next draw of a mode."""
        self.n_modes += 1
        return entity_key(self.sim.root, stream("mode"), self.n_modes - 1)

    def schedule_change(self, key: int) -> None:
        """Schedule the end of the current mode, if it is before closing; a continuous centre never closes."""
        assert self.centre.switching is not None
        ends = self.sim.now + exponential(key, codes.GAP) * self.centre.switching.mean_s[self.mode]
        closing = codes.INFINITY if self.sim.clock.continuous else self.sim.clock.closing
        self.sim.agenda.add_before(closing, ends, Kind.CLOCK, self.change_mode)

    def change_mode(self) -> None:
        """Switch to the other mode, and reschedule the arrivals."""
        self.sim.log.clock(self.sim.now, codes.LOG_MODE, 1 - self.mode)
        for queue in self.sim.queues:
            self.sim.arrivals.take_off(queue)
        self.mode = 1 - self.mode
        assert self.centre.switching is not None
        self.sim.unseen = not self.centre.switching.observed
        self.schedule_change(self.next_mode_key())
        for queue in self.sim.queues:
            self.sim.arrivals.schedule(queue)

    def schedule_surge(self, day: int) -> None:
        """Opening: draw whether there is a surge today, and schedule its beginning."""
        surge = self.centre.surge
        key = entity_key(self.sim.root, stream("surge"), day)
        if surge is None or uniform(key, codes.SURGE_P) >= surge.p:
            return
        begins = day * codes.DAY_S + surge.from_s
        begins += uniform(key, codes.SURGE_START) * (surge.until_s - surge.from_s)
        begins = max(begins, self.sim.now)
        self.sim.agenda.add_before(self.sim.clock.closing, begins, Kind.CLOCK, lambda: self.start_surge(key))

    def start_surge(self, key: int) -> None:
        """Begin a surge and schedule its end."""
        assert self.surge_lasts is not None
        self.change_surge(True)
        ends = self.sim.now + self.surge_lasts.draw(key, codes.SURGE_LENGTH)
        self.sim.agenda.add_before(self.sim.clock.closing, ends, Kind.CLOCK, lambda: self.change_surge(False))

    def change_surge(self, surging: bool) -> None:
        """Begin or end a surge, and reschedule the arrivals of the queues that it affects."""
        self.sim.log.clock(self.sim.now, codes.LOG_SURGE, int(surging))
        self.sim.unseen = True
        affected = [queue for queue in self.sim.queues if self.is_affected(queue)]
        for queue in affected:
            self.sim.arrivals.take_off(queue)
        self.surging = surging
        for queue in affected:
            self.sim.arrivals.schedule(queue)
