"""Bounds for figures in which most runs are equal: resampling cannot show events that few runs or none have seen.

The runs that differ from the common run are counted. Their share has an exact interval, and the figure differs from the
common value by that share times the mean size of their differences. If no run differs, the rule of three bounds the
share, and the size of a difference is an assumption: see `unit_apart`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.kpis.quantiles import binomial_interval, rule_of_three

ROUNDING = 1e-9  # largest distance between equal figures, relative to their size

Floats = npt.NDArray[np.float64]


class Apart(NamedTuple):
    """The runs that differ from the common run.

    Attributes:
        n: Number of all runs.
        sizes: Contribution of each run that differs, in units of the figure: the figure is the common value plus the
            sum of `sizes` over `n`.
        unit: Assumed contribution of a run that differs, if none does; nan: unknown.
    """

    n: int
    sizes: Floats
    unit: float

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the variance of runs: n - 1 for normal contributions, fewer with heavy tails.

        2 (n - 1) / (kurtosis - 1), from the variance of a sample variance (Satterthwaite 1946); at least 2 if n > 2.
        """
        around = np.concatenate([self.sizes, np.zeros(self.n - len(self.sizes))]) - self.sizes.sum() / self.n
        square, fourth = float(np.mean(around**2)) ** 2, float(np.mean(around**4))
        most = self.n - 1
        return most if fourth <= 3.0 * square else min(most, max(2, int(2 * most * square / (fourth - square))))


def apart(above: Floats, below: Floats, unit: float) -> Apart:
    """Return the runs whose ratio is not the common one, which is the median over runs.

    Args:
        above: Numerator of each run.
        below: Denominator of each run; 1 for a mean per run.
        unit: As in `Apart`.
    """
    return Apart(len(above), _different(_parts(above, below, _common(above, below)), _size(above, below)), unit)


def paired_apart(first: tuple[Floats, Floats], second: tuple[Floats, Floats], least: float) -> Apart:
    """Return the runs in which the difference of two figures is not the common one.

    A run with equal parts in both tables is a common run. So is a run in which both tables have the common ratio.

    Args:
        first: Numerator and denominator of each run.
        second: Likewise, of what is subtracted.
        least: As in `unit_apart`. A run that differs is assumed to differ by the common difference; if that is 0, by
            the largest numerator.
    """
    common = _common(*first)
    size = max(_size(*first), _size(*second))
    gap = _parts(*first, common) - _parts(*second, common)
    gap[(first[0] == second[0]) & (first[1] == second[1])] = 0.0
    middle = float(np.median(gap))
    if abs(middle) > ROUNDING * size:
        unit = max(abs(middle), *(unit_apart(np.zeros(1), below, least) for _, below in (first, second)))
    else:
        unit = max(unit_apart(*each, least) for each in (first, second))
    return Apart(len(gap), _different(gap - middle, size), unit)


def unit_apart(above: Floats, below: Floats, least: float) -> float:
    """Return the assumed contribution of a run that differs: the largest numerator seen, and at least `least`.

    Args:
        above: Numerators.
        below: Denominators.
        least: Smallest numerator of a run that differs: 1 for counts.
    """
    size = max(float(np.max(np.abs(above))), least)
    return size / float(np.mean(below)) if size and np.any(below) else np.nan  # nan: the size is unknown


def rare_interval(value: float, runs: Apart, confidence: float) -> tuple[float, float]:
    """Return the interval of a figure in which most runs are equal; no more than the figure if most runs differ.

    Runs above and below the common value are counted apart, and their exact intervals are combined as if independent
    (MOVER: Zou & Donner 2008, "Construction of confidence limits about effect measures: a general approach").
    """
    if not runs.sizes.size:
        reach = rule_of_three(runs.n, confidence) * runs.unit
        return value - reach, value + reach
    if 2 * runs.sizes.size > runs.n:
        return value, value
    down = up = 0.0
    for sign in (1.0, -1.0):
        mine = runs.sizes[sign * runs.sizes > 0.0]
        if mine.size:
            seen, mean = mine.size / runs.n, float(mine.mean())
            low, high = sorted(share * mean for share in binomial_interval(mine.size, runs.n, confidence))
            down += (seen * mean - low) ** 2
            up += (high - seen * mean) ** 2
    return value - down**0.5, value + up**0.5


def _common(above: Floats, below: Floats) -> float:
    there = below != 0.0
    return float(np.median(above[there] / below[there])) if there.any() else 0.0


def _parts(above: Floats, below: Floats, common: float) -> Floats:
    mean = float(below.mean())
    return (above - common * below) / mean if mean else np.zeros(len(above))


def _size(above: Floats, below: Floats) -> float:
    mean = float(below.mean())
    return float(np.abs(above).max()) / mean if mean else 0.0


def _different(parts: Floats, size: float) -> Floats:
    return parts[np.abs(parts) > ROUNDING * size]
