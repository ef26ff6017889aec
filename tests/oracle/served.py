"""Recent service level and estimated wait of each queue: a list of what was answered or abandoned."""

from __future__ import annotations

import math
from collections import defaultdict

from ccenv.sim.state.fields import RECENT_LONG_S


class Served:
    """The contacts that were answered or abandoned, by queue, and the last wait that ended at an advisor."""

    def __init__(self) -> None:
        self.ends: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
        self.last_wait_s: defaultdict[int, float] = defaultdict(float)

    def note(self, queue: int, now: float, in_time: bool) -> None:
        """Note a contact that is answered or abandons, and whether it was answered in time."""
        self.ends[queue].append((now, in_time))

    def level(self, queue: int) -> float:
        """Share answered in time, each contact with the weight exp(-age / RECENT_LONG_S); 1 if there is none."""
        ends = self.ends[queue]
        if not ends:
            return 1.0
        last = ends[-1][0]  # all weights decay alike, so their ratio may be taken at any time
        weights = [math.exp((t - last) / RECENT_LONG_S) for t, _ in ends]
        return sum(w for w, (_, in_time) in zip(weights, ends, strict=True) if in_time) / sum(weights)
