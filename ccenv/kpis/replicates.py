"""Intervals and p-values of paired differences by replicate and day, both of them resampled.

A replicate is one whole training, judged on the same days as the others. So a difference varies with the replicate and
with the day, and more days say nothing about further replicates. Replicates and days are resampled independently
(Owen 2007, "The pigeonhole bootstrap"). Each end of an interval is the farthest of three:

- the percentile of the resampled means;
- Student's t with the variances of both means added (degrees of freedom by Satterthwaite 1946), as few replicates are
  resampled too narrowly;
- the intervals of `ccenv.kpis.bootstrap` over replicates and over days, combined as if independent (MOVER: Zou &
  Donner 2008). They bound what no resample can show: rare events, replicates that are equal, days that are equal.

All three count the interaction of replicate and day in both variances, so an interval is somewhat too wide where the
interaction prevails.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.kpis.bootstrap import CONFIDENCE, SEED, Bound, Estimate, Floats, estimate, resampling
from ccenv.kpis.quantiles import t_quantile
from ccenv.kpis.rare import ROUNDING, Apart, apart, unit_apart

MOST_DEGREES = 100  # of freedom; Student's t is wider than the normal distribution by 1 % there
LEAST_P = 1e-9  # smaller p-values are not told apart
HALVINGS = 25  # of the range of a p-value, on the logarithmic scale


class Margin(NamedTuple):
    """Means over one axis: their resampled mean, and those that differ from the common one."""

    samples: Floats
    runs: Apart


class Crossed(NamedTuple):
    """The mean of paired differences by replicate and day, with what its intervals are made from.

    Attributes:
        value: The mean.
        equal: Whether all differences are equal.
        error: Standard error, with the variances of replicates and of days added.
        degrees: Degrees of freedom of `error`.
        samples: Means of resampled replicates and days.
        margins: The means by replicate, and the means by day.
    """

    value: float
    equal: bool
    error: float
    degrees: int
    samples: Floats
    margins: tuple[Margin, ...]

    def interval(self, confidence: float = CONFIDENCE) -> Estimate:
        """Return the mean with its interval.

        The ends are nan with a single replicate or a single day, and if all differences are 0 and no scale was given.
        Equal differences have a `Bound`.
        """
        if not self.margins:
            return Estimate(self.value, math.nan, math.nan)
        sides = [estimate(self.value, margin.samples, margin.runs, confidence) for margin in self.margins]
        down = math.hypot(*(self.value - side.low for side in sides))
        up = math.hypot(*(side.high - self.value for side in sides))
        if self.equal:
            return Bound(self.value, self.value - down, self.value + up)
        low, high = np.quantile(self.samples, [0.5 - confidence / 2, 0.5 + confidence / 2]).tolist()
        reach = t_quantile(0.5 + confidence / 2, self.degrees) * self.error
        return Estimate(
            self.value, self.value - max(self.value - low, reach, down), self.value + max(high - self.value, reach, up)
        )

    @property
    def p_value(self) -> float:
        """Two-sided p-value of a mean of 0: the smallest level at which the interval leaves out 0.

        1 without an interval; at least `LEAST_P`.
        """
        if math.isnan(self.interval().low) or self.value == 0.0:
            return 1.0
        return smallest_level(self.interval, LEAST_P, HALVINGS)


def smallest_level(interval: Callable[[float], Estimate], least: float, halvings: int) -> float:
    """Return the smallest level at which an interval leaves out 0, found by bisection on the logarithmic scale.

    Args:
        interval: Function of the confidence, 1 less the level.
        least: Levels below it are not told apart.
        halvings: Steps of the bisection.
    """
    low, high = math.log(least), 0.0
    for _ in range(halvings):
        middle = (low + high) / 2
        found = interval(1.0 - math.exp(middle))
        low, high = (middle, high) if found.low <= 0.0 <= found.high else (low, middle)
    return math.exp(high)


def crossed(differences: npt.ArrayLike, scale: float = 0.0) -> Crossed:
    """Return the mean of paired differences, with what its intervals and p-value are made from.

    Args:
        differences: Differences on the same days, (replicates, days).
        scale: Size that a difference may have, for the bound if all are 0. Otherwise it is at least the largest.

    Raises:
        ValueError: If there is not at least one replicate and one day, or a difference is not finite.
    """
    gaps = np.asarray(differences, np.float64)
    if gaps.ndim != 2 or not gaps.size:
        raise ValueError(f"differences have shape {gaps.shape}; allowed: (replicates, days), at least 1 of each")
    if not np.isfinite(gaps).all():
        raise ValueError("differences hold a value that is not finite")
    largest = float(np.abs(gaps).max())
    value = float(gaps.mean())
    equal = bool(np.all(np.abs(gaps - gaps[0, 0]) <= ROUNDING * largest))
    if min(gaps.shape) < 2:
        return Crossed(value, equal, math.nan, 1, np.full(1, value), ())
    samples, by_replicate, by_day = _resampled(gaps)
    error, degrees = _error(gaps)
    scale = max(scale, largest)
    margins = tuple(
        Margin(drawn, _apart(means, scale))
        for drawn, means in ((by_replicate, gaps.mean(axis=1)), (by_day, gaps.mean(axis=0)))
    )
    return Crossed(value, equal, error, degrees, samples, margins)


def crossed_interval(differences: npt.ArrayLike, confidence: float = CONFIDENCE, scale: float = 0.0) -> Estimate:
    """Return the mean of paired differences by replicate and day, with its interval; arguments as of `crossed`."""
    return crossed(differences, scale).interval(confidence)


def _resampled(gaps: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the means of resampled replicates and days, of resampled replicates, and of resampled days."""
    n, days = gaps.shape
    replicates = np.concatenate(list(resampling(n, SEED + 1)))  # another stream than the days': both are independent
    both, by_day, done = [], [], 0
    for counts in resampling(days):
        rows = replicates[done : done + len(counts)] @ gaps
        both.append((rows * counts).sum(axis=1) / gaps.size)
        by_day.append(counts @ gaps.mean(axis=0) / days)
        done += len(counts)
    return np.concatenate(both), replicates @ gaps.mean(axis=1) / n, np.concatenate(by_day)


def _error(gaps: Floats) -> tuple[float, int]:
    """Return the standard error of the mean, and its degrees of freedom."""
    parts = [(float(means.var(ddof=1)) / len(means), len(means)) for means in (gaps.mean(axis=1), gaps.mean(axis=0))]
    variance = sum(part for part, _ in parts)
    below = sum(part**2 / (n - 1) for part, n in parts)
    degrees = variance**2 / below if below else float(min(gaps.shape) - 1)
    return math.sqrt(variance), int(min(max(degrees, min(gaps.shape) - 1), MOST_DEGREES))


def _apart(means: Floats, scale: float) -> Apart:
    ones = np.ones(len(means))
    return apart(means, ones, unit_apart(means, ones, 0.0 if np.any(means) else scale))
