"""Outcomes of the log's days by group and half hour of the clock, by the simulator's definitions."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate.arrivals import smooth
from experiments.calibrate.logs import OPEN_S, SLOT_S, SLOTS

# Standard errors from a few days are uncertain themselves: this floor keeps any half hour from counting as exact.
LEAST_ABANDONED, LEAST_WAITING_S = 0.1, 30.0


class Outcome(NamedTuple):
    """Means per day by half hour (slots,): contacts offered, contacts abandoned, seconds that contacts waited."""

    offered: NDArray[np.float64]
    abandoned: NDArray[np.float64]
    waiting_s: NDArray[np.float64]


class Target(NamedTuple):
    """Mean outcome of a sample of days, and the standard errors of abandonments and waiting by half hour."""

    mean: Outcome
    error_abandoned: NDArray[np.float64]
    error_waiting_s: NDArray[np.float64]


def target(contacts: NDArray[np.void], width: int = 0) -> Target:
    """Return the outcome of the days of these contacts; each event counts in the half hour in which it happens.

    Args:
        contacts: All offered contacts of these days and types.
        width: Width of the smoothing over half hours (see `arrivals.smooth`), 0 for none.
    """
    days = np.unique(contacts["month"] * 100 + contacts["day"], return_inverse=True)[1]
    n = int(days.max()) + 1
    leaves = contacts["arrival_s"] + contacts["wait_s"]
    gave_up = contacts["abandoned"]
    offered, abandoned, waiting = (
        np.array([smooth(day, width) for day in by_day])
        for by_day in (
            _by_slot(days, contacts["arrival_s"], n),
            _by_slot(days[gave_up], leaves[gave_up], n),
            _time_by_slot(days, contacts["arrival_s"], leaves, n),
        )
    )
    return Target(
        Outcome(offered.mean(axis=0), abandoned.mean(axis=0), waiting.mean(axis=0)),
        np.maximum(abandoned.std(axis=0, ddof=1) / np.sqrt(n), LEAST_ABANDONED),
        np.maximum(waiting.std(axis=0, ddof=1) / np.sqrt(n), LEAST_WAITING_S),
    )


def _by_slot(days: NDArray[np.int_], times: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    out = np.zeros((n, SLOTS))
    slots = np.clip((times - OPEN_S) // SLOT_S, 0, SLOTS - 1).astype(int)
    np.add.at(out, (days, slots), 1.0)
    return out


def _time_by_slot(
    days: NDArray[np.int_], begin: NDArray[np.float64], end: NDArray[np.float64], n: int
) -> NDArray[np.float64]:
    """Seconds between begin and end that fall in each half hour (n, slots); overtime belongs to the last one."""
    out = np.zeros((n, SLOTS))
    for slot in range(SLOTS):
        low = OPEN_S + slot * SLOT_S
        high = low + SLOT_S if slot < SLOTS - 1 else np.inf
        np.add.at(out[:, slot], days, np.clip(end, low, high) - np.clip(begin, low, high))
    return out
