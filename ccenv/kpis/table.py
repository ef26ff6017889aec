"""Tables of KPIs, one row per run or per run and interval, computed from the simulator's counters."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ccenv.files.errors import closest
from ccenv.files.numbers import seed_numbers
from ccenv.kpis.bootstrap import CONFIDENCE
from ccenv.kpis.declared import absent_columns
from ccenv.kpis.export import columns_of, to_frame, write_csv
from ccenv.kpis.kpi import LABELS, add_up, column_of, ratio_of_totals
from ccenv.kpis.registry import KPIS
from ccenv.kpis.summary import KEYS, Summary, differences, summarise
from ccenv.sim.state.counters import COUNTERS

if TYPE_CHECKING:
    import pandas

    from ccenv.scenarios import Scenario

Columns = dict[str, npt.NDArray[Any]]


class KpiTable(np.ndarray):
    """A structured array with one row per seed.

    Columns: `seed`; every KPI of the registry, as a total under its name and as `name:entity` for each queue, group or
    campaign; every counter likewise, under its label, with the prefix `n_` if it is a count. A ratio with denominator 0
    is nan. A column is a plain array; rows selected by index, slice or mask are a KpiTable. `np.save` writes the plain
    array; `np.load` with a larger `max_header_size` and `.view(KpiTable)` restore the table.

    Attributes:
        interval: With `by="interval"`, a KpiTable of shape (seeds, intervals) with the column `start_s`; else None. It
            follows the rows through indexing and pickling. `interval.to_frame()` makes a data frame of it; pandas alone
            takes no array of two dimensions.
        dials: Kinds of dials that the run used: `reserved`, `unreserved`, `both` or `none`; "" if unknown. It follows
            the rows likewise.
        absent: KPIs and counters, by the column of their total, of features that the scenario does not declare. The
            text of a summary leaves them out. It follows the rows likewise.
    """

    interval: KpiTable | None
    dials: str
    absent: frozenset[str]

    def __array_finalize__(self, obj: npt.NDArray[Any] | None) -> None:
        self.interval = None
        self.dials = getattr(obj, "dials", "")
        self.absent = getattr(obj, "absent", frozenset())

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str) or (isinstance(key, list) and key and isinstance(key[0], str)):
            return self.view(np.ndarray)[key]
        rows = super().__getitem__(key)
        if isinstance(rows, KpiTable) and self.interval is not None:
            rows.interval = self.interval[key]
        return rows

    def __reduce__(self) -> Any:
        plain: Any = super().__reduce__()
        return plain[0], plain[1], (plain[2], self.interval, self.dials, self.absent)

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state[0])
        self.interval, self.dials, self.absent = state[1:]

    def __sub__(self, other: Any) -> Any:
        """Return the paired differences to another table of the same seeds, as a `Summary`."""
        if not isinstance(other, KpiTable):
            raise TypeError(f"KpiTable - {type(other).__name__}; allowed: another KpiTable of the same seeds")
        return differences(self, other, absent=self.absent & other.absent)

    def __repr__(self) -> str:
        by = "" if self.interval is None else f", {self.interval.shape[1]} intervals"
        return f"<KpiTable of shape {self.shape}, {len(self.dtype.names or ())} columns{by}; see .summary()>"

    __str__ = __repr__

    def summary(self, confidence: float = CONFIDENCE, kpis: Sequence[str] | None = None) -> Summary:
        """Return KPIs over all rows: ratios of totals with bootstrap intervals over seeds. One dimension only.

        Args:
            confidence: Confidence level of the intervals.
            kpis: Columns to summarise, each total with the columns of its entities. None: all columns; the text then
                leaves out those of features that the scenario does not declare.

        Raises:
            KeyError: If there is no such column.
            ValueError: If `kpis` is no list, or the table has not one dimension and at least one row.

        Example:
            ```
            table = ccenv.simulate("tiny", seeds=range(8))
            print(table.summary(kpis=["abandonment", "asa_s", "n_sales"]))
            ```
        """
        return summarise(self, confidence, kpis, self.absent)

    def to_frame(self, shape: str = "wide") -> pandas.DataFrame:
        """Return a data frame of pandas (extra `frames`).

        Args:
            shape: `wide`: one row for each run, with the table's columns. `long`: one row for each run and figure, with
                the columns `seed`, `kpi`, `entity` (empty for a total), `unit` and `value`. A table by interval has a
                row for each run and interval, and the column `start_s`.

        Raises:
            ValueError: If the shape is not allowed.
            ImportError: If pandas is not installed.

        Example:
            ```
            table = ccenv.simulate("tiny", seeds=range(8), by="interval")
            table.interval.to_frame().groupby("start_s")["n_offered"].mean()
            ```
        """
        return to_frame(columns_of(self, shape))

    def to_csv(self, path: str | Path, shape: str = "wide") -> None:
        """Write a CSV file with the columns of `to_frame`; nan is an empty cell. Needs no extra.

        Raises:
            ValueError: If the shape is not allowed.
        """
        write_csv(path, columns_of(self, shape))


def kpi_table(
    scenario: Scenario,
    counters: Mapping[str, npt.NDArray[Any]],
    seeds: npt.ArrayLike,
    n_illegal: npt.ArrayLike = 0,
    interval: KpiTable | None = None,
    dials: str = "",
    n_decisions: npt.ArrayLike = 0,
    kpis: Sequence[str] | None = None,
) -> KpiTable:
    """Return the KPIs of R runs.

    Args:
        scenario: Source of names, wages and prices.
        counters: For each axis of `COUNTERS` a structured array of shape (R, entities) with the counters of each run;
            entities beyond the scenario's own are ignored.
        seeds: The seeds of the runs, (R,).
        n_illegal: Illegal actions of each run, (R,).
        interval: Result of `interval_table` for the same runs.
        dials: Kinds of dials that the runs used.
        n_decisions: Decisions of policy and rules in each run, (R,).
        kpis: KPIs and counters to compute, by column, each with the columns of its entities and with the counters from
            which a summary forms it; None for all.

    Raises:
        ValueError: A name of `kpis` is unknown.
    """
    keys = seed_numbers("seeds", seeds)
    of_centre = {"illegal_actions": n_illegal, "decisions": n_decisions}
    columns = {"seed": keys} | _columns(scenario, counters, of_centre, keys.shape, needed(kpis))
    table = _structured(columns, keys.shape)
    table.interval, table.dials = interval, dials
    table.absent = absent_columns(scenario) if kpis is None else frozenset()
    return table


def interval_table(
    scenario: Scenario,
    cumulative: Mapping[str, npt.NDArray[Any]],
    seeds: npt.ArrayLike,
    start_s: Sequence[float] | npt.NDArray[np.float64],
    n_illegal: npt.ArrayLike = 0,
    n_decisions: npt.ArrayLike = 0,
    kpis: Sequence[str] | None = None,
) -> KpiTable:
    """Return the KPIs of R runs by interval, shape (R, intervals).

    An event belongs to the interval in which it was counted. A ratio mixes neighbouring intervals if its numerator is
    counted later than its denominator (talk time, sales).

    Args:
        scenario: As in `kpi_table`.
        cumulative: The counters at the end of each interval, from the start of the run; (R, intervals, entities).
        seeds: The seeds of the runs, (R,).
        start_s: Start of each interval in seconds since midnight of day 0, (intervals,).
        n_illegal: Illegal actions up to the end of each interval, (R, intervals).
        n_decisions: Decisions up to the end of each interval, (R, intervals).
        kpis: As in `kpi_table`.
    """
    shape = (np.size(seeds), len(start_s))
    counters = {axis: _differences(axis, table) for axis, table in cumulative.items()}
    illegal = np.diff(np.broadcast_to(n_illegal, shape), axis=1, prepend=0)
    decisions = np.diff(np.broadcast_to(n_decisions, shape), axis=1, prepend=0)
    of_centre = {"illegal_actions": illegal, "decisions": decisions}
    columns = {
        "seed": np.broadcast_to(seed_numbers("seeds", seeds)[:, None], shape),
        "start_s": np.broadcast_to(np.asarray(start_s, np.float64), shape),
    }
    table = _structured(columns | _columns(scenario, counters, of_centre, shape, needed(kpis)), shape)
    table.absent = absent_columns(scenario) if kpis is None else frozenset()
    return table


def with_column(table: KpiTable, name: str, values: npt.ArrayLike) -> KpiTable:
    """Return a table with one more column, of the table's shape."""
    columns = {column: table[column] for column in table.dtype.names or ()} | {name: np.asarray(values)}
    longer = _structured(columns, table.shape)
    longer.interval, longer.dials, longer.absent = table.interval, table.dials, table.absent
    return longer


def _differences(axis: str, cumulative: npt.NDArray[Any]) -> npt.NDArray[Any]:
    out = np.empty_like(cumulative)
    for counter in COUNTERS[axis]:
        out[counter.name] = np.diff(cumulative[counter.name], axis=1, prepend=0.0)
    return out


def _structured(columns: Columns, shape: tuple[int, ...]) -> KpiTable:
    table = np.empty(shape, [(name, values.dtype) for name, values in columns.items()])
    for name, values in columns.items():
        table[name] = values
    return table.view(KpiTable)


def needed(kpis: Sequence[str] | None) -> frozenset[str]:
    """Return the KPIs and counters, by the column of their total, from which the given columns are formed.

    Args:
        kpis: Columns of a KPI table; `name:entity` counts as `name`. None for all.

    Raises:
        ValueError: A name is unknown.
    """
    known = [*KPIS, *(labelled.column for labelled in LABELS.values())]
    if kpis is None:
        return frozenset(known)
    if isinstance(kpis, str):
        raise ValueError(f"kpis = {kpis!r}; allowed: a list of columns")
    found: set[str] = set()
    waiting = [str(column).partition(":")[0] for column in kpis if column not in KEYS]
    while waiting:
        column = waiting.pop()
        if column not in known:
            raise ValueError(f"kpis: no column {column!r} in a table of KPIs{closest(column, known)}")
        if column not in found and column in KPIS:
            kpi = KPIS[column]
            waiting += [column_of(label.removeprefix("-")) for label in (*kpi.numerator, *kpi.denominator)]
        found.add(column)
    return frozenset(found)


def check_entities(scenario: Scenario, kpis: Sequence[str]) -> None:
    """Refuse columns of entities that the scenario does not have.

    Raises:
        ValueError: `name:entity` of a queue, group or campaign that the scenario does not have, or an unknown name.
    """
    needed(kpis)
    axes = {labelled.column: labelled.axis for labelled in LABELS.values()} | {k.name: k.axis for k in KPIS.values()}
    entities = _entities(scenario)
    for column in map(str, kpis):
        name, colon, entity = column.partition(":")
        if colon and name not in KEYS and entity not in entities[axes[name]]:
            known = [name, *(f"{name}:{each}" for each in entities[axes[name]])]
            raise ValueError(f"kpis: no column {column!r} in a table of {scenario.name}{closest(column, known)}")


def _entities(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return the names of the queues, groups and campaigns by axis; the centre has none."""
    return {**scenario.by_axis, "centre": ()}


def _columns(
    scenario: Scenario,
    counters: Mapping[str, npt.NDArray[Any]],
    of_centre: Mapping[str, npt.ArrayLike],
    shape: tuple[int, ...],
    wanted: frozenset[str],
) -> Columns:
    """Return the wanted columns by name: the KPIs in the order of the registry, then the counters."""
    entities = _entities(scenario)
    counted: Columns = {}
    for labelled in (each for each in LABELS.values() if each.column in wanted):
        if labelled.axis == "centre":
            counted[labelled.column] = np.broadcast_to(np.asarray(of_centre[labelled.label], np.float64), shape)
            continue
        names = entities[labelled.axis]
        values = counters[labelled.axis][labelled.counter.name]
        counted |= _with_total(labelled.column, names, [values[..., i] for i in range(len(names))], shape)
    formed: Columns = {}
    for kpi in (each for each in KPIS.values() if each.name in wanted):
        known, names = counted | formed, entities[kpi.axis]
        if kpi.denominator:
            for suffix in ("", *(f":{name}" for name in names)):
                above, below = add_up(kpi.numerator, known, suffix), add_up(kpi.denominator, known, suffix)
                formed[kpi.name + suffix] = ratio_of_totals(above, below)
        elif kpi.axis == "centre":
            formed[kpi.name] = add_up(kpi.numerator, known)
        else:
            weights = [1.0 if kpi.weight is None else kpi.weight(scenario.centre, name) for name in names]
            sums = [w * add_up(kpi.numerator, known, f":{name}") for w, name in zip(weights, names, strict=True)]
            formed |= _with_total(kpi.name, names, sums, shape)
    return formed | counted


def _with_total(
    column: str, names: tuple[str, ...], values: list[npt.NDArray[Any]], shape: tuple[int, ...]
) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of a sum: its total over the entities, then one for each entity."""
    # One entity after the other: the order of `np.sum` depends on the number of runs.
    total = functools.reduce(np.add, values) if values else np.zeros(shape)
    return {column: total} | {f"{column}:{name}": value for name, value in zip(names, values, strict=True)}
