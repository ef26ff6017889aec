"""Handle times, patience and priority of the customers, from the log."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Shorter services were mostly advisors who hung up to rest (Brown et al. 2005, 4.1), longer ones errors of the log.
SHORTEST_S, LONGEST_S = 10.0, 3_600.0
# A type with fewer services or queued contacts in October takes the figure of all three months.
FEWEST = 200
# Bins of the published hazard [s]; the last one has no end.
PATIENCE_FROM_S = (0.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0, 120.0, 180.0, 240.0, 420.0)
# A bin with fewer abandonments is joined to the one before it.
FEWEST_EVENTS = 10
# Types with fewer abandonments than this take the hazard of all types together.
FEWEST_PATIENCE_EVENTS = 100


class LognormalFit(NamedTuple):
    """Mean and standard deviation of the logarithm of `n` service times, and the share below `SHORTEST_S` left out."""

    mu: float
    sigma: float
    n: int
    share_short: float


class Hazard(NamedTuple):
    """Piecewise constant hazard [1/s] from each of `from_s`, and the number of abandonments behind it."""

    from_s: list[float]
    per_s: list[float]
    n_events: int


def handle_time(contacts: NDArray[np.void]) -> LognormalFit:
    """Return the lognormal fit of the service times of these contacts between `SHORTEST_S` and `LONGEST_S`."""
    served = contacts["service_s"][~contacts["abandoned"]]
    used = np.log(served[(served >= SHORTEST_S) & (served <= LONGEST_S)])
    return LognormalFit(float(used.mean()), float(used.std()), len(used), float(np.mean(served < SHORTEST_S)))


def patience(contacts: NDArray[np.void]) -> Hazard:
    """Return the hazard of abandoning: abandonments per second waited in each bin, of waits from 1 s to an hour."""
    queued = contacts[(contacts["wait_s"] >= 1.0) & (contacts["wait_s"] <= LONGEST_S)]
    starts = list(PATIENCE_FROM_S)
    events, exposure = _occurrence_exposure(queued, starts)
    while len(starts) > 1 and min(events) < FEWEST_EVENTS:
        thin = next(i for i, count in enumerate(events) if count < FEWEST_EVENTS)
        del starts[max(thin, 1)]
        events, exposure = _occurrence_exposure(queued, starts)
    return Hazard(starts, [e / x for e, x in zip(events, exposure, strict=True)], int(sum(events)))


def share_high(contacts: NDArray[np.void]) -> float:
    """Return the share of high priority among contacts that queued (priority is not logged for the others)."""
    return float(np.mean(contacts["high"][contacts["wait_s"] > 0]))


def _occurrence_exposure(queued: NDArray[np.void], starts: list[float]) -> tuple[list[int], list[float]]:
    ends = [*starts[1:], np.inf]
    waits, gave_up = queued["wait_s"], queued["abandoned"]
    events = [int(np.sum(gave_up & (waits > a) & (waits <= b))) for a, b in zip(starts, ends, strict=True)]
    exposure = [float(np.sum(np.clip(waits, a, b) - a)) for a, b in zip(starts, ends, strict=True)]
    return events, exposure
