"""Summaries of KPIs over runs: ratios of totals with intervals over seeds, and paired differences of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ccenv.files.errors import closest
from ccenv.kpis.bootstrap import CONFIDENCE, Estimate, Floats, estimate, resampled_sums
from ccenv.kpis.kpi import AXES, LABELS, add_up, column_of, ratio_of_totals
from ccenv.kpis.numbers import as_text
from ccenv.kpis.registry import KPIS

KEYS = ("seed", "start_s")  # columns that identify a row


class Summary(Mapping[str, Estimate]):
    """Estimates by column: a KPI's ratio of totals over the runs; the mean per run of sums and counters.

    Attributes:
        confidence: Confidence level of the intervals.
        n_runs: Number of rows summarised.
    """

    def __init__(self, estimates: dict[str, Estimate], confidence: float, n_runs: int) -> None:
        self.confidence = confidence
        self.n_runs = n_runs
        self._estimates = estimates

    def __getitem__(self, column: str) -> Estimate:
        return self._estimates[_known(column, self._estimates)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._estimates)

    def __len__(self) -> int:
        return len(self._estimates)

    def as_dict(self) -> dict[str, dict[str, float]]:
        """Return the estimates as plain dictionaries with the keys `value`, `low` and `high`."""
        return {column: figure._asdict() for column, figure in self._estimates.items()}

    def __str__(self) -> str:
        """Return an aligned text table: for each axis its KPIs with totals, intervals and a column for each entity."""
        blocks = [_aligned(rows) for axis in AXES if (rows := self._rows(axis))]
        head = f"{self.n_runs} runs, {100 * self.confidence:g} % bootstrap intervals over seeds; sums are means per run"
        return "\n\n".join([head, *blocks])

    def _rows(self, axis: str) -> list[list[str]]:
        """Return the lines of one axis, heading first; none if the scenario has no entity of the axis."""
        units = {kpi.name: kpi.unit for kpi in KPIS.values() if kpi.axis == axis}
        units |= {counted.column: counted.counter.unit for counted in LABELS.values() if counted.axis == axis}
        units = {column: unit for column, unit in units.items() if column in self._estimates}
        if not units:
            return []
        first = next(iter(units))
        entities = [column.partition(":")[2] for column in self if column.startswith(f"{first}:")]
        if not entities and axis != "centre":
            return []
        rows = [[axis, "unit", "total", "interval", *entities]]
        for column, unit in units.items():
            value, low, high = self[column]
            ends = "" if np.isnan(low) else f"[{as_text(low)}, {as_text(high)}]"
            parts = [as_text(self[f"{column}:{name}"].value) if f"{column}:{name}" in self else "" for name in entities]
            rows.append([column, unit, as_text(value), ends, *parts])
        return rows


def summarise(table: npt.NDArray[Any], confidence: float = CONFIDENCE, columns: Sequence[str] | None = None) -> Summary:
    """Summarise the rows of a KPI table of one dimension: all columns, or the given ones."""
    if columns is None:
        columns = [column for column in table.dtype.names or () if column not in KEYS]
    figures, samples = _figures(table, columns)
    n = len(table)
    estimates = {c: estimate(figures[c], samples[c], n, confidence) for c in columns}
    return Summary(estimates, confidence, n)


def paired_difference(
    table: npt.NDArray[Any], other: npt.NDArray[Any], column: str, confidence: float = CONFIDENCE
) -> Estimate:
    """Return a column's figure in `table` minus that in `other`, with the paired bootstrap interval.

    Args:
        table: A KPI table.
        other: A KPI table of the same seeds in the same order.
        column: A KPI (ratio of totals) or a sum (mean per run), in total or of one entity.
        confidence: Confidence level of the interval.

    Raises:
        ValueError: If the seeds differ.
        KeyError: If there is no such column.
    """
    if not np.array_equal(table["seed"], other["seed"]):
        raise ValueError("a paired difference needs the same seeds in the same order in both tables")
    figures, samples = _figures(table, [column])
    others, other_samples = _figures(other, [column])
    difference = figures[column] - others[column]
    return estimate(difference, samples[column] - other_samples[column], len(table), confidence)


def _figures(table: npt.NDArray[Any], columns: Sequence[str]) -> tuple[dict[str, float], dict[str, Floats]]:
    """Return the figure of each column over all rows, and its values over resampled rows."""
    n = len(table)
    if table.ndim != 1 or n == 0:
        raise ValueError(f"a summary needs a table of one dimension with at least one row, not of shape {table.shape}")
    for column in columns:
        _known(column, table.dtype.names or ())
    needed = list(dict.fromkeys(part for column in columns for part in _sums_of(column)))
    values = np.stack([np.asarray(table[c], np.float64) for c in needed], axis=1)
    resampled = resampled_sums(values)
    sums = {c: values[:, i].sum() for i, c in enumerate(needed)}
    samples = {c: resampled[:, i] for i, c in enumerate(needed)}
    return {c: float(_form(c, sums, n)) for c in columns}, {c: _form(c, samples, n) for c in columns}


def _known(column: str, columns: Iterable[str]) -> str:
    if column not in columns:
        raise KeyError(f"no column {column!r} in this table{closest(column, columns)}")
    return column


def _sums_of(column: str) -> list[str]:
    """Return the columns whose sums over rows form a column's figure."""
    name, colon, entity = column.partition(":")
    kpi = KPIS.get(name)
    if kpi is None or not kpi.denominator:
        return [column]
    return [column_of(label.removeprefix("-")) + colon + entity for label in (*kpi.numerator, *kpi.denominator)]


def _form(column: str, sums: Mapping[str, Any], n_runs: int) -> Floats:
    """Return a column's figure from sums over rows: the ratio of totals, or the mean per run."""
    name, colon, entity = column.partition(":")
    kpi = KPIS.get(name)
    if kpi is None or not kpi.denominator:
        return ratio_of_totals(sums[column], n_runs)
    above, below = (add_up(labels, sums, colon + entity) for labels in (kpi.numerator, kpi.denominator))
    return ratio_of_totals(above, below)


def _aligned(rows: list[list[str]]) -> str:
    """Return the rows as lines; the first two columns are aligned left, figures right."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
