"""Fit of a hidden load to a bank's log: two modes whose half hours vary and hang together as those of the log do.

A factor of the arrival rates with variance v and correlation exp(-t / s) at distance t gives covariances of relative
counts of slots of length T: at lag 0 ``2 v (x - 1 + exp(-x)) / x^2`` with x = T / s, at lag h >= 1
``2 v (cosh(x) - 1) exp(-h x) / x^2`` (Cox and Isham 1980, "Point Processes", chapter 3). Two modes of equal mean length
m have s = m / 2, and with the factors 1 - c and 1 + c the variance c^2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LAGS = 6
GRID_S = np.arange(300.0, 14_401.0, 60.0)


class HiddenLoad(NamedTuple):
    """A hidden factor of the arrival rates.

    Attributes:
        variance: Its variance; its mean is 1.
        correlation_s: Time in which its correlation falls to 1/e [s].
    """

    variance: float
    correlation_s: float


def covariances(counts: np.ndarray, lags: int = LAGS) -> np.ndarray:
    """Return covariances of relative counts by lag, net of Poisson noise, (lags,).

    Args:
        counts: Contacts by day and slot, (days, slots). Level and profile of the days are taken out.
        lags: Number of lags, from 0.
    """
    level = counts.sum(axis=1, keepdims=True) / counts.sum(axis=1).mean()
    mean = level * counts.mean(axis=0)
    rest = counts - mean
    found = []
    for lag in range(lags):
        end = counts.shape[1] - lag
        excess = (rest[:, :end] * rest[:, lag:]).sum() - (mean.sum() if lag == 0 else 0.0)
        found.append(excess / (mean[:, :end] * mean[:, lag:]).sum())
    return np.array(found) / (1.0 - 1.0 / counts.shape[0])  # the profile is a mean over these days


def shape(correlation_s: float, slot_s: float, slots: int, lags: int = LAGS) -> np.ndarray:
    """Return covariances by lag of a factor with variance 1 on days of `slots` slots less their level, (lags,)."""
    x, distance = slot_s / correlation_s, np.arange(slots)
    found = 2.0 * (np.cosh(x) - 1.0) * np.exp(-x * distance) / x**2
    found[0] = 2.0 * (x - 1.0 + np.exp(-x)) / x**2
    pairs = np.where(distance == 0, slots, 2 * (slots - distance))
    of_level = float(found @ pairs) / slots**2
    return np.asarray(found[:lags] - of_level)


def fitted(counts: np.ndarray, slot_s: float) -> HiddenLoad:
    """Return the factor whose covariances are nearest to those of counts, (days, slots), by least squares."""
    given = covariances(counts)
    found = []
    for correlation_s in GRID_S:
        unit = shape(float(correlation_s), slot_s, counts.shape[1])
        variance = max(0.0, float(given @ unit / (unit @ unit)))
        found.append((float(((given - variance * unit) ** 2).sum()), variance, float(correlation_s)))
    _, variance, correlation_s = min(found)
    return HiddenLoad(variance, correlation_s)
