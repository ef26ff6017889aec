"""Record of the last minutes of a centre: arrivals and lengths of talks by queue, as an observer counts them."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

ENDED = ("resolved", "unresolved")  # counters of a queue of which one grows when a talk ends


class Record:
    """Arrivals and talks of one row since its episode began, as far back as a window reaches.

    Between two looks the counters of the queues grow. Arrivals are set evenly over this time, the last at its end;
    talks that ended get their mean length.

    Args:
        n_queues: Number of queues.
        window_s: How far back it reaches [s].

    Attributes:
        begun_t: Time of the first look [s].
        arrivals: Times [s] by queue.
        talks: Pairs of the time of the end and the length [s], by queue.
    """

    def __init__(self, n_queues: int, window_s: float) -> None:
        self.n_queues, self.window_s = n_queues, window_s
        self.begun_t = self._t = -1.0
        self.arrivals: list[deque[float]] = [deque() for _ in range(n_queues)]
        self.talks: list[deque[tuple[float, float]]] = [deque() for _ in range(n_queues)]
        self._last: np.ndarray | None = None

    def look(self, env: Any) -> None:
        """Note what has happened since the last look; `env`: the environment record at a decision."""
        t, counts = float(env["t"]), env["queue_count"][: self.n_queues]
        ended = sum(counts[name] for name in ENDED)
        now = np.array([env["queue"]["n_fresh"][: self.n_queues], ended, counts["talk_s"]], float)
        if self._last is None:
            self.begun_t = t
        else:
            arrived, talks, talk_s = now - self._last
            for q in range(self.n_queues):
                n = int(arrived[q])
                self.arrivals[q].extend(self._t + (t - self._t) * (i + 1) / n for i in range(n))
                if talks[q] > 0.0:
                    self.talks[q].extend([(t, talk_s[q] / talks[q])] * int(talks[q]))
        self._t, self._last = t, now
        for q in range(self.n_queues):
            while self.arrivals[q] and self.arrivals[q][0] <= t - self.window_s:
                self.arrivals[q].popleft()
            while self.talks[q] and self.talks[q][0][0] <= t - self.window_s:
                self.talks[q].popleft()

    @property
    def whole(self) -> bool:
        """Whether the record reaches back over the whole window."""
        return self._last is not None and self._t - self.begun_t >= self.window_s

    def future(self) -> list[np.ndarray]:
        """Return the recorded arrivals as if they came again from now on: times [s] by queue."""
        return [np.array(times) + self.window_s for times in self.arrivals]

    def lengths(self) -> list[np.ndarray]:
        """Return the lengths [s] of the talks that ended, by queue."""
        return [np.array([length for _, length in talks]) for talks in self.talks]
