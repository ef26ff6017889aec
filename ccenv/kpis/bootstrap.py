"""Estimates with bootstrap intervals over runs.

Runs are resampled as whole rows, with all their counters (percentile interval, Efron & Tibshirani 1993). The resampled
rows depend only on the number of runs, so two tables of the same seeds are resampled alike; this makes differences
paired. Resamples in which a figure is nan because its denominator is 0 are excluded from its interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.kpis.numbers import as_text

CONFIDENCE = 0.95
N_RESAMPLES = 2_000
SEED = 20_031
ROUNDING = 1e-9  # largest width, relative to the figures, of an interval whose ends differ by rounding only
BLOCK = 4_000_000  # entries of the resampling matrix in memory at once

Floats = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure with its interval; the ends are nan if there is only one run or the figure is nan."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{as_text(self.value)} [{as_text(self.low)}, {as_text(self.high)}]"


NONE = Estimate(np.nan, np.nan, np.nan)  # of what was not asked for or does not exist


def resampled_sums(values: Floats) -> Floats:
    """Return column sums over resampled rows: from (runs, columns) to (N_RESAMPLES, columns)."""
    return np.concatenate([counts @ values for counts in _resampling(len(values))])


def _resampling(n: int) -> Iterator[Floats]:
    """Yield how often each of n rows occurs in each resample, in blocks of shape (resamples, n)."""
    rng = np.random.default_rng(SEED)
    block = max(1, BLOCK // n)
    for start in range(0, N_RESAMPLES, block):
        m = min(block, N_RESAMPLES - start)
        taken = rng.integers(0, n, (m, n)) + n * np.arange(m)[:, None]
        yield np.bincount(taken.ravel(), minlength=m * n).reshape(m, n).astype(np.float64)


def estimate(value: float, samples: Floats, n_runs: int, confidence: float) -> Estimate:
    """Return a figure with the percentile interval of its resampled values."""
    usable = samples[~np.isnan(samples)]
    if n_runs < 2 or np.isnan(value) or usable.size == 0:
        return Estimate(value, np.nan, np.nan)
    low, high = np.quantile(usable, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Estimate(value, float(low), float(high))


def is_flat(found: Estimate, scale: float = 0.0) -> bool:
    """Return whether an interval has no width, apart from rounding: every resample gives the same figure.

    Args:
        found: The estimate.
        scale: Size of the figures of which it is a difference; rounding is relative to it.
    """
    largest = max(abs(found.low), abs(found.high), abs(scale))
    return found.high - found.low <= ROUNDING * largest
