"""The result of a comparison: figures of each policy, and paired differences to a baseline."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ccenv.files.errors import closest, names
from ccenv.kpis import Estimate, KpiTable
from ccenv.kpis.bootstrap import CONFIDENCE, EQUAL, FEW_RUNS, NONE, Bound
from ccenv.kpis.dropped_share import is_within
from ccenv.kpis.export import check_shape, to_frame, unit_of, write_csv
from ccenv.kpis.numbers import as_text
from ccenv.kpis.rare import ROUNDING
from ccenv.kpis.summary import aligned, chosen_columns, differences, summarise
from ccenv.sim.state.codes import DAY_S

if TYPE_CHECKING:
    import pandas

DROPPED = "dropped_share_"  # how the columns of dropped shares begin
NOT_COUNTED = "not counted"
CONSTANT = "the same in all runs"
ENDS = ("low", "high", "difference", "difference_low", "difference_high")


class Row(NamedTuple):
    """A figure of one policy, and its difference to the baseline.

    Attributes:
        policy: Name of the policy.
        kpi: Column of the KPI table, without the entity.
        entity: Queue, group or campaign; empty for a total.
        start_s: Start of the slot in seconds after midnight of day 0; nan if the comparison is not by interval.
        unit: Unit of the KPI.
        value: The figure with its interval; the ends are nan if there is no interval.
        difference: The figure minus that of the baseline, likewise.
        note: Why the difference has no interval: `baseline`, `not counted` (a ratio with denominator 0) or `one run`.
            `equal in all runs` (no difference) and `the same in all runs` mark a difference whose ends are a bound: how
            far it may be from this value although no run shows it. Empty if it has an interval.
        within_limit: Of a dropped share, not by interval: whether the upper end of its interval is within the limit
            `drop_limit` of the campaign; of a total, whether that holds for every campaign. None for other figures.
        limit_note: Which limit the dropped share is not within, in words. Empty if there is none.
    """

    policy: str
    kpi: str
    entity: str
    start_s: float
    unit: str
    value: Estimate
    difference: Estimate
    note: str
    within_limit: bool | None = None
    limit_note: str = ""

    @property
    def column(self) -> str:
        """Column of the KPI table."""
        return f"{self.kpi}:{self.entity}" if self.entity else self.kpi


class Comparison:
    """KPIs of several policies on the same seeds, with paired differences to one of them.

    An interval is a bootstrap interval over seeds, of the ratio of totals or of the mean per run. If a figure or a
    difference is the same in all runs, the interval is a bound (`ccenv.kpis.bootstrap.Bound`), and `Row.note` says so.

    Attributes:
        tables: KPI table of each policy, with a row for each seed.
        baseline: Name of the policy to which differences are taken.
        kpis: Columns that are compared.
        by: `run`, `entity` or `interval`.
        confidence: Confidence level of the intervals.
        about: Scenario and reward, for the text.
        drop_limits: Limit of the dropped share by campaign; empty: dropped shares are not judged.
    """

    def __init__(
        self,
        tables: Mapping[str, KpiTable],
        baseline: str,
        kpis: Sequence[str],
        *,
        by: str = "run",
        confidence: float = CONFIDENCE,
        about: str = "",
        drop_limits: Mapping[str, float] | None = None,
    ) -> None:
        self.tables = dict(tables)
        self.baseline, self.kpis = baseline, list(kpis)
        self.by, self.confidence, self.about = by, confidence, about
        self.drop_limits = dict(drop_limits or {})

    @property
    def policies(self) -> list[str]:
        """Names of the policies, in the order in which they were given."""
        return list(self.tables)

    @property
    def n_runs(self) -> int:
        """Number of seeds."""
        return len(self.tables[self.baseline])

    @functools.cached_property
    def rows(self) -> list[Row]:
        """All figures, ordered by KPI, policy and slot."""
        columns = self._columns()
        found = [row for policy in self.policies for row in self._rows_of(policy, columns)]
        return sorted(found, key=lambda row: columns.index(row.column))

    def __getitem__(self, key: tuple[str, str]) -> Row:
        """Return the row of a policy and a column, of a comparison that is not by interval.

        Raises:
            KeyError: If there is none.
        """
        policy, column = key
        if self.by == "interval":
            raise KeyError("a comparison by interval has a row for each slot; see `rows` or `to_frame`")
        if policy not in self.tables:
            raise KeyError(f"no policy {policy!r}; there are {names(self.tables)}")
        for row in self.rows:
            if (row.policy, row.column) == (policy, column):
                return row
        raise KeyError(f"no column {column!r} in this comparison{closest(column, self._columns())}")

    def _columns(self) -> list[str]:
        """Return the columns of the rows: the given ones, and by entity also those of their entities."""
        if self.by != "entity":
            return self.kpis
        table = self.tables[self.baseline]
        return list(dict.fromkeys(column for kpi in self.kpis for column in chosen_columns(table, [kpi])))

    def _rows_of(self, policy: str, columns: list[str]) -> Iterator[Row]:
        table, base = self.tables[policy], self.tables[self.baseline]
        if self.by != "interval":
            yield from self._rows_in(policy, np.nan, table, base, columns)
            return
        slots, base_slots = table.interval, base.interval
        assert slots is not None and base_slots is not None
        for k, start_s in enumerate(slots["start_s"][0].tolist()):
            yield from self._rows_in(policy, start_s, slots[:, k], base_slots[:, k], columns)

    def _rows_in(
        self, policy: str, start_s: float, table: KpiTable, base: KpiTable, columns: list[str]
    ) -> Iterator[Row]:
        levels, base_levels = (summarise(each, self.confidence, columns) for each in (table, base))
        gaps = {} if policy == self.baseline else differences(table, base, columns, self.confidence)
        for column in columns:
            value, gap = levels[column], gaps.get(column, NONE)
            scale = max(abs(value.value), abs(base_levels[column].value))
            note = "baseline" if policy == self.baseline else _note(gap, scale, len(table))
            kpi, _, entity = column.partition(":")
            judged = self._judged(table, kpi, entity)
            yield Row(policy, kpi, entity, start_s, unit_of(column), value, gap, note, *judged)

    def _judged(self, table: KpiTable, kpi: str, entity: str) -> tuple[bool | None, str]:
        """Return whether a dropped share is within the limits, and which it is not within."""
        if self.by == "interval" or not kpi.startswith(DROPPED):
            return None, ""
        limits = {
            name: limit
            for name, limit in self.drop_limits.items()
            if entity in ("", name) and f"{kpi}:{name}" in (table.dtype.names or ())
        }
        if not limits:
            return None, ""
        shares = summarise(table, self.confidence, [f"{kpi}:{name}" for name in limits])
        notes = []
        for name, limit in limits.items():
            share = shares[f"{kpi}:{name}"]
            if not is_within(share, limit):
                how = "above" if share.value > limit else "not surely within"
                whose = f"{name}: " if not entity and len(self.drop_limits) > 1 else ""
                notes.append(f"{whose}{how} the limit of {100.0 * limit:g} %")
        return not notes, "; ".join(notes)

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.policies)} policies, {self.n_runs} runs; see print(), .to_frame(), .plot()>"

    def table(self) -> str:
        """Return the comparison as text: a block for each KPI, with a line for each policy and slot."""
        runs = "1 run" if self.n_runs == 1 else f"{self.n_runs} runs of the same seeds"
        head = [
            f"{self.about}: {runs}, {100 * self.confidence:g} % bootstrap intervals over seeds",
            "Sums are means per run, ratios are ratios of totals. Differences are paired by seed.",
        ]
        if 1 < self.n_runs < FEW_RUNS:
            head.append(f"{self.n_runs} runs are few: intervals are widened as Student's t asks for.")
        if any(np.isnan(row.value.value) for row in self.rows):
            head.append("n/a: there was nothing to count, so that the ratio would divide by 0.")
        return "\n\n".join(["\n".join(head), *(self._block(column) for column in self._columns())])

    def _block(self, column: str) -> str:
        rows = [row for row in self.rows if row.column == column]
        unit = f" [{rows[0].unit}]" if rows[0].unit not in ("", "1") else ""
        slots = ["slot"] if self.by == "interval" else []
        lines = [[f"{column}{unit}", *slots, "", "interval", f"difference to {self.baseline}", "interval"]]
        judged = any(row.limit_note for row in rows)
        if judged:
            lines[0].append("")
        for row in rows:
            lines.append(
                [
                    row.policy,
                    *([clock(row.start_s)] if slots else []),
                    as_text(row.value.value),
                    _ends(row.value),
                    "" if np.isnan(row.difference.value) else as_text(row.difference.value, sign=True),
                    " ".join(filter(None, (self._reason(row), _ends(row.difference)))),
                    *([row.limit_note] if judged else []),
                ]
            )
        return aligned(lines, n_left=1)

    def _reason(self, row: Row) -> str:
        """Say why a difference has no interval or a bound; empty if it has an interval."""
        if row.note != NOT_COUNTED:
            return row.note
        return "no difference" if np.isnan(row.value.value) else f"no difference: {self.baseline} has n/a"

    def _keys(self) -> list[str]:
        return ["policy", *(["start_s"] if self.by == "interval" else [])]

    def _long(self) -> list[dict[str, Any]]:
        return [
            {key: getattr(row, key) for key in [*self._keys(), "kpi", "entity", "unit"]}
            | dict(zip(("value", *ENDS), (*row.value, *row.difference), strict=True))
            | {"note": row.note, "within_limit": row.within_limit}
            for row in self.rows
        ]

    def _wide(self) -> list[dict[str, Any]]:
        lines: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row, long in zip(self.rows, self._long(), strict=True):
            keys = {key: long[key] for key in self._keys()}
            line = lines.setdefault(tuple(keys.values()), keys)
            line |= {row.column: long["value"]} | {f"{row.column} {end}": long[end] for end in ENDS}
            if row.kpi.startswith(DROPPED) and self.by != "interval":
                line[f"{row.column} within_limit"] = row.within_limit
        return list(lines.values())

    def _as_columns(self, shape: str) -> dict[str, list[Any]]:
        check_shape(shape)
        lines = self._long() if shape == "long" else self._wide()
        return {name: [line[name] for line in lines] for name in lines[0]}

    def to_frame(self, shape: str = "long") -> pandas.DataFrame:
        """Return a data frame of pandas (extra `frames`).

        Args:
            shape: `long`: a row for each figure, with the columns `policy`, `kpi`, `entity` (empty for a total),
                `unit`, `value`, `low`, `high`, `difference`, `difference_low`, `difference_high`, `note` and
                `within_limit` (of a dropped share: see `Row`).
                `wide`: a row for each policy; for each KPI a column with its name, and others with the same name
                followed by ` low`, ` high`, ` difference`, ` difference_low` and ` difference_high`, of a dropped
                share also ` within_limit`. By interval, both
                have `start_s`, and `wide` has a row for each policy and slot.

        Raises:
            ValueError: If the shape is not allowed.
            ImportError: If pandas is not installed.
        """
        return to_frame(self._as_columns(shape))

    def to_csv(self, path: str | Path, shape: str = "long") -> None:
        """Write a CSV file with the columns of `to_frame`; nan is an empty cell. Needs no extra.

        Raises:
            ValueError: If the shape is not allowed.
        """
        write_csv(path, self._as_columns(shape))

    def plot(self, kpi: str | None = None, *, ax: Any = None) -> Any:
        """Draw the differences with their intervals, as `ccenv.plot.comparison` does (extra `plot`).

        Args:
            kpi: A column of the comparison; None: all, each in a panel of its own.
            ax: Axes of matplotlib for one KPI; None: a new figure.

        Returns:
            The axes; an array of them if `kpi` is None.
        """
        from ccenv.plot import comparison

        return comparison(self, kpi, ax=ax)


def clock(start_s: float) -> str:
    """Return seconds after midnight of day 0 as a time of day, with the day if it is not day 0."""
    day, second = divmod(round(start_s), round(DAY_S))
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}"
    return f"day {day} {text}" if day else text


def _note(gap: Estimate, scale: float, n_runs: int) -> str:
    if np.isnan(gap.value):
        return NOT_COUNTED
    if n_runs == 1:
        return "one run"
    if not isinstance(gap, Bound):
        return ""
    return EQUAL if abs(gap.value) <= ROUNDING * scale else CONSTANT


def _ends(found: Estimate) -> str:
    bound = " bound" if isinstance(found, Bound) else ""
    return "" if np.isnan(found.low) else f"[{as_text(found.low)}, {as_text(found.high)}]{bound}"
