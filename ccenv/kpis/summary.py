"""Summaries of KPIs over runs: ratios of totals with intervals over seeds, and paired differences of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ccenv.kpis.bootstrap import CONFIDENCE, NONE, Bound, Estimate
from ccenv.kpis.figures import figures_of, known
from ccenv.kpis.kpi import AXES, LABELS
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
        return self._estimates[known(column, self._estimates)]

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
            declared = {*KPIS, *(counted.column for counted in LABELS.values())}
            units |= {column: "" for column in self if column.partition(":")[0] not in declared}
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
            if isinstance(whole, Bound):
                ends = f"{'equal' if self.paired and not value else 'the same'} in all runs {ends}".rstrip()
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
    estimates = {figure.column: figure.estimate(confidence) for figure in figures_of(table, columns)}
    return Summary(estimates, confidence, len(table), absent if kpis is None else frozenset())


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
    chosen = dict.fromkeys(known(str(column), columns) for column in kpis)
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
    pairs = zip(figures_of(table, columns), figures_of(other, columns), strict=True)
    estimates = {first.column: first.less(second, confidence) for first, second in pairs}
    return Summary(estimates, confidence, len(table), absent if kpis is None else frozenset(), paired=True)


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
    (first,), (second,) = figures_of(table, [column]), figures_of(other, [column])
    return first.less(second, confidence)


def _same_seeds(table: npt.NDArray[Any], other: npt.NDArray[Any]) -> None:
    if not np.array_equal(table["seed"], other["seed"]):
        raise ValueError("a paired difference needs the same seeds in the same order in both tables")


def aligned(rows: list[list[str]], n_left: int = 2) -> str:
    """Return the rows as lines, one each; the first `n_left` columns are aligned left, figures right."""
    flat = [[" ".join(cell.splitlines()) for cell in row] for row in rows]  # a name may have several lines
    widths = [max(map(len, cells)) for cells in zip(*flat, strict=True)]
    lines = []
    for row in flat:
        cells = [c.ljust(w) if i < n_left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
