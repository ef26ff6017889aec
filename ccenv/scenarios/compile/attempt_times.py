"""Longest run of a scenario that keeps leads. Times of attempts are stored in small integers, which limits it."""

from __future__ import annotations

import functools
import math

import numpy as np

from ccenv.scenarios.schema import Clock
from ccenv.sim.state.codes import DAY_S
from ccenv.sim.state.layout import GRID_S, layout
from ccenv.sim.state.sizes import SIZES


@functools.cache
def longest_s() -> float:
    """Return the latest time of an attempt [s] that a row can hold, counted from the start of the history."""
    (size,) = {kinds.env["lead_grid"].base for kinds in map(layout, SIZES)}
    return float(GRID_S * np.iinfo(size).max)


def most_days(clock: Clock) -> int:
    """Return the most days of a run, including its history, whose last closing is within `longest_s`."""
    return 1 + math.floor((longest_s() - clock.close_s) / DAY_S)
