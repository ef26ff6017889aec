"""Means of the laws of time that a scenario may declare, in closed form."""

from __future__ import annotations

from ccenv.scenarios.compile.dists import law_values, mean_of
from ccenv.scenarios.schema import Law


def mean_s(law: float | Law) -> float:
    """Mean [s] of a law of time; infinity where the event may never happen.

    Args:
        law: A law of the scenario schema, or a plain number, which is the mean of an exponential law (0: at once).
    """
    return mean_of(law_values(law))
