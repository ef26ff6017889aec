"""How long a run may be in which leads are kept: the times of their attempts are small numbers."""

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
    """The latest time of an attempt [s], from the beginning of the days behind a run, that a row can hold."""
    (size,) = {kinds.env["lead_grid"].base for kinds in map(layout, SIZES)}
    return float(GRID_S * np.iinfo(size).max)


def most_days(clock: Clock) -> int:
    """Days, those behind a run included, of which the last closing is such a time."""
    return 1 + math.floor((longest_s() - clock.close_s) / DAY_S)
