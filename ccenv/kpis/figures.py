"""The figures of a KPI table: ratios of totals and means per run, with parts by run and resampled values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.files.errors import closest
from ccenv.kpis.bootstrap import ANY, Bound, Estimate, Floats, estimate, resampled_sums
from ccenv.kpis.kpi import LABELS, Kpi, add_up, column_of, ratio_of_totals
from ccenv.kpis.quantiles import binomial_interval
from ccenv.kpis.rare import apart, paired_apart, unit_apart
from ccenv.kpis.registry import KPIS

WINDOWS_ABOVE = "windows_above_"  # begins the names of the shares of windows
NOT_NEGATIVE = ("1", "s", "h", "min", "share")  # units of figures that are 0 or more
_COUNTED = {labelled.column: labelled for labelled in LABELS.values()}


class Figure(NamedTuple):
    """A figure over all runs.

    Attributes:
        column: Its column in the table.
        value: The figure.
        samples: Its values over resampled runs.
        above: Numerator of each run.
        below: Denominator of each run; 1 for a mean per run.
    """

    column: str
    value: float
    samples: Floats
    above: Floats
    below: Floats

    def estimate(self, confidence: float) -> Estimate:
        """Return the figure with its interval: exact for a share of windows, else that of the bootstrap."""
        counts = _counts_events(self.column)
        unit = 1.0 / self.below.mean() if counts and self.below.any() else unit_apart(self.above, self.below, 0.0)
        runs = apart(self.above, self.below, unit)
        found = estimate(self.value, self.samples, runs, confidence, _allowed(self.column))
        if not self.column.startswith(WINDOWS_ABOVE) or np.isnan(found.low):
            return found
        above, windows = round(self.above.sum()), round(self.below.sum())
        low, high = binomial_interval(above, windows, confidence)
        if above in (0, windows):
            return Bound(self.value, low, high)
        if self.below.max() <= 1.0:
            return Estimate(self.value, low, high)
        return Estimate(self.value, min(low, found.low), max(high, found.high))  # windows of a run may depend

    def less(self, other: Figure, confidence: float) -> Estimate:
        """Return the paired difference to the same figure of another table of the same seeds, with its interval."""
        least = 1.0 if _counts_events(self.column) else 0.0
        runs = paired_apart((self.above, self.below), (other.above, other.below), least)
        return estimate(self.value - other.value, self.samples - other.samples, runs, confidence)


def figures_of(table: npt.NDArray[Any], columns: Sequence[str]) -> list[Figure]:
    """Return the figures of the given columns of a KPI table of one dimension.

    Raises:
        KeyError: If there is no such column.
        ValueError: If the table has not one dimension and at least one row.
    """
    n = len(table)
    if table.ndim != 1 or n == 0:
        raise ValueError(f"a summary needs a table of one dimension with at least one row, not of shape {table.shape}")
    for column in columns:
        known(column, table.dtype.names or ())
    needed = list(dict.fromkeys(part for column in columns for part in _sums_of(column)))
    values = np.stack([np.asarray(table[c], np.float64) for c in needed], axis=1)
    resampled = resampled_sums(values)
    by_run, sums, samples = (
        {c: each[..., i] for i, c in enumerate(needed)} for each in (values, values.sum(axis=0), resampled)
    )
    found = []
    for column in columns:
        (value, spread), (above, below) = (_form(column, each, n) for each in (sums, samples)), _parts(column, by_run)
        found.append(Figure(column, float(value), spread, above, np.broadcast_to(below, above.shape)))
    return found


def known(column: str, columns: Iterable[str]) -> str:
    """Return a column's name.

    Raises:
        KeyError: If it is not one of the columns; the message names the nearest.
    """
    if column not in columns:
        raise KeyError(f"no column {column!r} in this table{closest(column, columns)}")
    return column


def _ratio(column: str) -> Kpi | None:
    kpi = KPIS.get(column.partition(":")[0])
    return kpi if kpi is not None and kpi.denominator else None


def _sums_of(column: str) -> list[str]:
    """Return the columns whose sums over rows form a column's figure."""
    _, colon, entity = column.partition(":")
    kpi = _ratio(column)
    if kpi is None:
        return [column]
    return [column_of(label.removeprefix("-")) + colon + entity for label in (*kpi.numerator, *kpi.denominator)]


def _parts(column: str, sums: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Return numerator and denominator of a column's figure; the denominator is 1 for a sum per run."""
    _, colon, entity = column.partition(":")
    kpi = _ratio(column)
    if kpi is None:
        return sums[column], np.ones(())
    return add_up(kpi.numerator, sums, colon + entity), add_up(kpi.denominator, sums, colon + entity)


def _form(column: str, sums: dict[str, Floats], n_runs: int) -> Floats:
    """Return a column's figure from sums over rows: the ratio of totals, or the mean per run."""
    above, below = _parts(column, sums)
    return ratio_of_totals(above, n_runs if _ratio(column) is None else below)


def _counts_events(column: str) -> bool:
    """Return whether a figure's numerator counts events, which change by 1."""
    name = column.partition(":")[0]
    kpi = KPIS.get(name)
    if kpi is None:
        return name in _COUNTED and _COUNTED[name].counter.unit == "1"
    if kpi.weight is not None:
        return False
    labels = (label.removeprefix("-") for label in kpi.numerator)
    return all(LABELS[label].counter.unit == "1" if label in LABELS else _counts_events(label) for label in labels)


def _allowed(column: str) -> tuple[float, float]:
    """Return the range of a figure, from its unit."""
    name = column.partition(":")[0]
    unit = KPIS[name].unit if name in KPIS else _COUNTED[name].counter.unit if name in _COUNTED else ""
    if unit not in NOT_NEGATIVE:
        return ANY
    return 0.0, 1.0 if unit == "share" else np.inf
