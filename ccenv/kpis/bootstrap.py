"""Estimates with bootstrap intervals over runs.

Runs are resampled as whole rows, with all their counters (percentile interval, Efron & Tibshirani 1993). The resampled
rows depend only on the number of runs, so two tables of the same seeds are resampled alike; this makes differences
paired. Resamples in which a figure is nan because its denominator is 0 are excluded from its interval.

Below `FEW_RUNS` runs both ends are moved away from the figure, as Student's t is wider than the normal distribution
(Hesterberg 2015, "What Teachers Should Know About the Bootstrap", section 4.3.2). Rare events, and figures that are
equal in all runs, have the bounds of `ccenv.kpis.rare`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.kpis.numbers import as_text
from ccenv.kpis.quantiles import normal_quantile, t_quantile
from ccenv.kpis.rare import Apart, apart, rare_interval, unit_apart

CONFIDENCE = 0.95
N_RESAMPLES = 2_000
SEED = 20_031
FEW_RUNS = 50  # runs below which an interval is widened
BLOCK = 4_000_000  # entries of the resampling matrix in memory at once
ANY = (-np.inf, np.inf)  # range of a figure that may have any value

Floats = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure with its interval; the ends are nan if there is only one run or the figure is nan."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{as_text(self.value)} [{as_text(self.low)}, {as_text(self.high)}]"


class Bound(Estimate):
    """A figure that is equal in all runs, with the values that so many equal runs leave possible.

    The ends are exact for a share of windows, else by the rule of three; nan if the size of a change is unknown.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return f"{super().__str__()} ({EQUAL})"


EQUAL = "equal in all runs"
NONE = Estimate(np.nan, np.nan, np.nan)  # of what was not asked for or does not exist


def resampled_sums(values: Floats) -> Floats:
    """Return column sums over resampled rows: from (runs, columns) to (N_RESAMPLES, columns)."""
    return np.concatenate([counts @ values for counts in resampling(len(values))])


def resampling(n: int, seed: int = SEED) -> Iterator[Floats]:
    """Yield how often each of n rows occurs in each of `N_RESAMPLES` resamples, in blocks of shape (resamples, n).

    Args:
        n: Number of rows.
        seed: Of the resamples; two axes of one array need different ones.
    """
    rng = np.random.default_rng(seed)
    block = max(1, BLOCK // n)
    for start in range(0, N_RESAMPLES, block):
        m = min(block, N_RESAMPLES - start)
        taken = rng.integers(0, n, (m, n)) + n * np.arange(m)[:, None]
        yield np.bincount(taken.ravel(), minlength=m * n).reshape(m, n).astype(np.float64)


def estimate(
    value: float, samples: Floats, runs: Apart, confidence: float, allowed: tuple[float, float] = ANY
) -> Estimate:
    """Return a figure with its interval.

    Args:
        value: The figure over all runs.
        samples: Its resampled values.
        runs: The runs that differ from the common run.
        confidence: Confidence level.
        allowed: Smallest and largest value that the figure can have. Widening stops there.
    """
    usable = samples[~np.isnan(samples)]
    if runs.n < 2 or np.isnan(value) or usable.size == 0:
        return Estimate(value, np.nan, np.nan)
    rare = rare_interval(value, runs, confidence)
    if not runs.sizes.size:
        return Bound(value, *np.clip(rare, *_around(allowed, value, value)).tolist())
    low, high = np.quantile(usable, [0.5 - confidence / 2, 0.5 + confidence / 2])
    wide = widened(Estimate(value, float(low), float(high)), runs, confidence, allowed)
    ends = min(wide.low, low, rare[0]), max(wide.high, high, rare[1])
    return Estimate(value, *np.clip(ends, *_around(allowed, low, high)).tolist())


def _around(allowed: tuple[float, float], low: float, high: float) -> tuple[float, float]:
    return min(allowed[0], low), max(allowed[1], high)


def widened(found: Estimate, runs: Apart, confidence: float, allowed: tuple[float, float] = ANY) -> Estimate:
    """Return a percentile interval, widened below `FEW_RUNS` runs.

    The distances of both ends from the figure are multiplied by the quantile of Student's t over that of the normal
    distribution, and by the bias of the resampled variance. A figure with a bound, such as 0, varies more the farther
    it is from the bound, so few runs that happen to lie near it understate their spread. The end away from a bound is
    therefore set on the logarithmic scale, at least half way to the distance of the end towards it.
    """
    if runs.n >= FEW_RUNS:
        return found
    level = 0.5 + confidence / 2
    factor = (runs.n / (runs.n - 1)) ** 0.5 * t_quantile(level, runs.degrees) / normal_quantile(level)
    down, up = found.value - found.low, found.high - found.value
    above, below = found.value - allowed[0], allowed[1] - found.value
    high = found.value + _reach(up, down, factor, above)
    return Estimate(found.value, found.value - _reach(down, up, factor, below), high)


def _reach(away: float, towards: float, factor: float, from_bound: float) -> float:
    """Return the widened distance of the end away from a bound, from the distances of both ends of the interval."""
    if not 0.0 < from_bound < np.inf:
        return factor * away
    ratio = 1.0 + away / from_bound
    if towards < from_bound:
        ratio = max(ratio, (ratio * from_bound / (from_bound - towards)) ** 0.5)
    return float(from_bound * (ratio**factor - 1.0))


def ratio_estimate(
    above: npt.ArrayLike, below: npt.ArrayLike | None = None, confidence: float = CONFIDENCE, scale: float = 0.0
) -> Estimate:
    """Return a ratio of totals over runs with its interval, or a mean per run without `below`.

    Args:
        above: Numerator of each run.
        below: Denominator of each run; None: 1.
        confidence: Confidence level.
        scale: Size that a run's numerator may have, for the bound if all numerators are 0. Otherwise it is the largest.
    """
    numerators = np.asarray(above, np.float64)
    denominators = np.ones(numerators.shape) if below is None else np.asarray(below, np.float64)
    sums = resampled_sums(np.stack([numerators, denominators], axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        samples = np.where(sums[:, 1] != 0.0, sums[:, 0] / sums[:, 1], np.nan)
    total = float(denominators.sum())
    value = float(numerators.sum()) / total if total else np.nan
    unit = unit_apart(numerators, denominators, 0.0 if np.any(numerators) else scale)
    return estimate(value, samples, apart(numerators, denominators, unit), confidence)
