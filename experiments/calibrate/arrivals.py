"""Arrivals of a sample of days: profiles by type and half hour, and the variation of the day level."""

import math

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate.logs import OPEN_S, SLOT_S, SLOTS, TYPES

WIDTHS = (0, 1, 2, 4, 8)


def counts(contacts: NDArray[np.void]) -> NDArray[np.float64]:
    """Return contacts offered by day, type (order of `TYPES`) and half hour: (days, types, slots)."""
    days = np.unique(contacts["month"] * 100 + contacts["day"], return_inverse=True)[1]
    types = np.array([TYPES.index(name) for name in contacts["type"]])
    slots = ((contacts["arrival_s"] - OPEN_S) // SLOT_S).astype(int)
    out = np.zeros((days.max() + 1, len(TYPES), SLOTS))
    np.add.at(out, (days, types, slots), 1.0)
    return out


def smooth(profile: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the binomial moving average over `2 * width + 1` half hours; it keeps the total, ends are mirrored."""
    weights = np.array([math.comb(2 * width, k) for k in range(2 * width + 1)], dtype=float)
    padded = np.pad(profile, width, mode="symmetric")
    return np.asarray(np.convolve(padded, weights / weights.sum(), mode="valid"))


def choose_width(days: NDArray[np.float64]) -> int:
    """Return the smoothing width with the highest leave-one-out likelihood of the days, (days, slots).

    A small constant keeps the Poisson likelihood finite in slots without contacts on the other days.
    """

    def score(width: int) -> float:
        total = 0.0
        for left_out in range(len(days)):
            others = smooth(np.delete(days, left_out, axis=0).mean(axis=0), width) + 0.01
            total += float(np.sum(days[left_out] * np.log(others) - others))
        return total

    return max(WIDTHS, key=score)


def profiles(days: NDArray[np.float64]) -> tuple[NDArray[np.float64], dict[str, int]]:
    """Return smoothed mean contacts by type and half hour, (types, slots), and the width chosen for each type."""
    widths = {name: choose_width(days[:, i]) for i, name in enumerate(TYPES)}
    smoothed = np.array([smooth(days[:, i].mean(axis=0), widths[name]) for i, name in enumerate(TYPES)])
    return smoothed, widths


def day_level_cv(days: NDArray[np.float64]) -> float:
    """Return the coefficient of variation of the day level: variance of the daily totals net of Poisson noise."""
    totals = days.sum(axis=(1, 2))
    excess = max(0.0, totals.var(ddof=1) - totals.mean())
    return float(math.sqrt(excess) / totals.mean())
