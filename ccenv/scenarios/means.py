"""Means of the distributions of time that a scenario can declare, in closed form."""

from __future__ import annotations

from ccenv.scenarios.compile.dists import dist_values, mean_of
from ccenv.scenarios.schema import Dist


def mean_s(dist: float | Dist) -> float:
    """Return the mean [s] of a distribution of time; infinity if the event may never happen.

    Args:
        dist: A distribution of the scenario schema, or a plain number, which is the mean of an exponential distribution
            (0: no time).
    """
    return mean_of(dist_values(dist))
