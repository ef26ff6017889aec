"""Summaries of KPIs over runs: ratios of totals with intervals over seeds, and paired differences of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ccenv.files.errors import closest
from ccenv.kpis.bootstrap import CONFIDENCE, NONE, Estimate, Floats, estimate, is_flat, resampled_sums
from ccenv.kpis.kpi import AXES, LABELS, add_up, column_of, ratio_of_totals
from ccenv.kpis.numbers import as_text
from ccenv.kpis.registry import KPIS

KEYS = ("seed", "start_s")  # columns that identify a row


class Summary(Mapping[str, Estimate]):
    """Estimates by column: a KPI's ratio of totals over the runs; the mean per run of sums and counters.

    The text leaves out what the scenario does not declare, such as callbacks in a centre without them; the mapping
    holds every column.

    Attributes:
        confidence: Confidence level of the intervals.
        n_runs: Number of rows summarised.
        absent: KPIs and counters, by the column of their total, that the text leaves out.
        paired: Whether the estimates are paired differences of two tables.
    """

    def __init__(
        self,
        estimates: dict[str, Estimate],
        confidence: float,
        n_runs: int,
        absent: frozenset[str] = frozenset(),
        *,
        paired: bool = False,
    ) -> None:
        self.confidence = confidence
        self.n_runs = n_runs
        self.absent = absent
        self.paired = paired
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
        blocks = [aligned(rows) for axis in AXES if (rows := self._rows(axis))]
        what = "paired differences, " if self.paired else ""
        level = f"{100 * self.confidence:g} % bootstrap intervals over seeds"
        head = f"{what}{self.n_runs} runs, {level}; sums are means per run"
        return "\n\n".join([head, *blocks])

    def _rows(self, axis: str) -> list[list[str]]:
        """Return the lines of one axis, heading first; none if the scenario has no entity of the axis."""
        units = {kpi.name: kpi.unit for kpi in KPIS.values() if kpi.axis == axis}
        units |= {counted.column: counted.counter.unit for counted in LABELS.values() if counted.axis == axis}
        if axis == AXES[-1]:
            known = {*KPIS, *(counted.column for counted in LABELS.values())}
            units |= {column: "" for column in self if column.partition(":")[0] not in known}
        there = {column.partition(":")[0] for column in self}
        units = {c: unit for c, unit in units.items() if c in there and c not in self.absent}
        if not units:
            return []
        split = [column.partition(":") for column in self]
        entities = list(dict.fromkeys(entity for name, colon, entity in split if colon and name in units))
        if not entities and axis != "centre":
            return []
        rows = [[axis, "unit", "total", "interval", *entities]]
        for column, unit in units.items():
            value, low, high = whole = self._estimates.get(column, NONE)
            ends = "" if np.isnan(low) else f"[{as_text(low)}, {as_text(high)}]"
            if is_flat(whole):
                ends = "equal in all runs" if self.paired and not value else "the same in all runs"
            parts = [as_text(self[f"{column}:{name}"].value) if f"{column}:{name}" in self else "" for name in entities]
            total = as_text(value) if column in self._estimates else ""
            rows.append([column, unit, total, ends, *parts])
        return rows


def summarise(
    table: npt.NDArray[Any],
    confidence: float = CONFIDENCE,
    kpis: Sequence[str] | None = None,
    absent: frozenset[str] = frozenset(),
) -> Summary:
    """Summarise the rows of a KPI table of one dimension: all columns, or the given ones with those of their entities.

    Raises:
        KeyError: If there is no such column.
        ValueError: If `kpis` is no list of columns.
    """
    columns = chosen_columns(table, kpis)
    figures, samples = _figures(table, columns)
    n = len(table)
    estimates = {c: estimate(figures[c], samples[c], n, confidence) for c in columns}
    return Summary(estimates, confidence, n, absent if kpis is None else frozenset())


def chosen_columns(table: npt.NDArray[Any], kpis: Sequence[str] | None) -> list[str]:
    """Return the given columns of a KPI table, in the order of the table, each total with the columns of its entities.

    Args:
        table: The table.
        kpis: Columns; None: all but the keys.

    Raises:
        KeyError: If there is no such column.
        ValueError: If `kpis` is no list of columns.
    """
    columns = [column for column in table.dtype.names or () if column not in KEYS]
    if kpis is None:
        return columns
    if isinstance(kpis, str):
        raise ValueError(f"kpis = {kpis!r}; allowed: a list of columns")
    chosen = dict.fromkeys(_known(str(column), columns) for column in kpis)
    return [column for column in columns if column in chosen or column.partition(":")[0] in chosen]


def differences(
    table: npt.NDArray[Any],
    other: npt.NDArray[Any],
    kpis: Sequence[str] | None = None,
    confidence: float = CONFIDENCE,
    absent: frozenset[str] = frozenset(),
) -> Summary:
    """Return the paired differences of the columns that two KPI tables of the same seeds have in common.

    Args:
        table: A KPI table.
        other: A KPI table of the same seeds in the same order, which is subtracted.
        kpis: Columns, each total with the columns of its entities; None: all that both tables have.
        confidence: Confidence level of the intervals.
        absent: Columns that the text leaves out if `kpis` is None.

    Raises:
        ValueError: If the seeds differ, or no column is common to both tables.
        KeyError: If there is no such column.
    """
    _same_seeds(table, other)
    columns = [c for c in chosen_columns(table, kpis) if kpis is not None or c in (other.dtype.names or ())]
    if not columns:
        raise ValueError("a difference of two tables needs columns that both have; these have none in common")
    figures, samples = _figures(table, columns)
    others, other_samples = _figures(other, columns)
    n = len(table)
    estimates = {c: estimate(figures[c] - others[c], samples[c] - other_samples[c], n, confidence) for c in columns}
    return Summary(estimates, confidence, n, absent if kpis is None else frozenset(), paired=True)


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
    _same_seeds(table, other)
    figures, samples = _figures(table, [column])
    others, other_samples = _figures(other, [column])
    difference = figures[column] - others[column]
    return estimate(difference, samples[column] - other_samples[column], len(table), confidence)


def _same_seeds(table: npt.NDArray[Any], other: npt.NDArray[Any]) -> None:
    if not np.array_equal(table["seed"], other["seed"]):
        raise ValueError("a paired difference needs the same seeds in the same order in both tables")


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


def aligned(rows: list[list[str]], n_left: int = 2) -> str:
    """Return the rows as lines, one each; the first `n_left` columns are aligned left, figures right."""
    flat = [[" ".join(cell.splitlines()) for cell in row] for row in rows]  # a name may have several lines
    widths = [max(map(len, cells)) for cells in zip(*flat, strict=True)]
    lines = []
    for row in flat:
        cells = [c.ljust(w) if i < n_left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
