"""Measurement of CPU time. Candidates take turns, so a slow phase of the machine affects all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = Mapping[str, float]
Candidate = Callable[[int], Counts]
Figure = dict[str, float]  # `value`, `low` and `high`

QUARTILES = (25.0, 75.0)
WARM_UP = -1  # number of the first round, which is not counted


class Clocked(NamedTuple):
    """One candidate: the time of each round [s], and the amounts of work done in it, by name."""

    seconds: Floats
    counts: dict[str, Floats]

    def per(self, unit: str) -> Floats:
        """Seconds per unit of work of the given name, by round."""
        return self.seconds / self.counts[unit]


def interleaved(
    candidates: Mapping[str, Candidate], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, Clocked]:
    """Run all candidates in turn, round after round. A first round warms the caches and is not counted.

    Args:
        candidates: Functions of the number of the round that return the amounts of work done, by name.
        rounds: Number of counted rounds, at least 1.
        clock: Clock [s]; by default the CPU time of this process.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    done: dict[str, list[Counts]] = {name: [] for name in candidates}
    for number in range(WARM_UP, rounds):
        for name, run in candidates.items():
            started = clock()
            counts = run(number)
            spent = clock() - started
            if number != WARM_UP:
                seconds[name].append(spent)
                done[name].append(counts)
    return {
        name: Clocked(
            np.array(seconds[name]),
            {unit: np.array([float(counts[unit]) for counts in done[name]]) for unit in done[name][0]},
        )
        for name in candidates
    }


def figure(by_round: Any) -> Figure:
    """Median of the rounds, and their quartiles."""
    values = np.atleast_1d(np.asarray(by_round, float))
    low, high = np.percentile(values, QUARTILES)
    return {"value": float(np.median(values)), "low": float(low), "high": float(high)}


def exactly(value: float) -> Figure:
    """A figure that is counted, not timed."""
    return {"value": float(value), "low": float(value), "high": float(value)}


def scaled(n: int, share: float) -> int:
    """A share of a number, rounded, at least 1."""
    return max(1, round(n * share))
