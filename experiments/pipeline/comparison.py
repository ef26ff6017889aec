"""Figures of all policies on the same unseen days, and their paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ccenv.kpis import KPIS, LABELS, KpiTable, paired_difference
from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE, definition_by, share_column, within_limits
from ccenv.rewards.sums import contributions
from ccenv.scenarios import Scenario
from ccenv.sim.state.definitions import NAMES
from experiments.pipeline.evaluation import VALUE, drop_limit, interval, is_bound, unit_of_value

ROUTING_GROUP = "Routing rules, with"  # begins the heading of the rows that differ from the best rule in routing


class Column(NamedTuple):
    """A column of the main table.

    Attributes:
        name: Column of the KPI table.
        title: Heading.
        unit: Unit as shown.
        factor: From the unit of the KPI table to the unit shown.
        decimals: Decimals shown.
        campaign: Whether the column is for scenarios with a campaign only.
        shown: Whether the HTML table has the column; the CSV table has all columns.
        judged_by: Dropped share (column of the KPI table) for whose definition the column is; it is left out where
            another definition is held against the limit. Empty for all definitions.
    """

    name: str
    title: str
    unit: str
    factor: float
    decimals: int
    campaign: bool = False
    shown: bool = True
    judged_by: str = ""

    @property
    def definition(self) -> tuple[str, str]:
        """Formula and meaning, from the registry of KPIs."""
        if self.name in KPIS:
            return KPIS[self.name].whole_formula, KPIS[self.name].meaning
        if self.name == VALUE:
            return "sum of weight x counter", "the reward of the scenario's preset, undiscounted"
        label = next(label for label in LABELS.values() if label.column == self.name)
        return label.label, label.counter.meaning


def _by_definition(name: str) -> tuple[Column, ...]:
    share = f"dropped_share_{name}"
    return (
        Column(share, f"Dropped, {name}", "% of connects", 100.0, 2, campaign=True, judged_by=share),
        Column(f"windows_above_{name}", "Above the limit", "% of windows", 100.0, 1, campaign=True, judged_by=share),
    )


COLUMNS = (
    Column(VALUE, "Value", "per day", 1.0, 2),
    Column("n_sales", "Goals", "per day", 1.0, 2, campaign=True),
    Column("n_joined", "Connects joined", "per day", 1.0, 1, campaign=True, shown=False),
    Column("n_attempts", "Dials", "per day", 1.0, 0, campaign=True),
    Column(RUN_TOTAL_SHARE, "Dropped", "% of connects", 100.0, 2, campaign=True),
    *(column for name in NAMES for column in _by_definition(name)),
    Column("abandonment", "Abandoned", "% of offered", 100.0, 2),
    Column("mean_wait_s", "Mean wait", "s", 1.0, 1),
    Column("served_within_T_of_offered", "In time", "% of offered", 100.0, 1),
    Column("occupancy", "Occupancy", "%", 100.0, 1),
)


class Entrant(NamedTuple):
    """A policy and its results by day.

    Attributes:
        label: Name of the policy.
        short: Shorter name, for labels in a figure.
        group: Heading of its part of the table.
        dials: Dials that it may use: `reserved`, `unreserved` or `both`; "" without a campaign.
        role: `learned`, `best_rule` (the best tuned rule, the baseline of all differences) or `other`.
        table: One row for each seed, with the column `value`.
    """

    label: str
    short: str
    group: str
    dials: str
    role: str
    table: KpiTable


def columns_of(scenario: Scenario, judged_by: str) -> list[Column]:
    """Return the columns of the main table for a scenario; `judged_by` as in `compare`."""
    mine = [column for column in COLUMNS if column.judged_by in ("", judged_by)]
    return [column for column in mine if scenario.campaigns or not column.campaign]


def compare(scenario: Scenario, entrants: Sequence[Entrant]) -> dict[str, Any]:
    """Return figures of all entrants and their paired differences to the best tuned rule.

    Returns:
        `days`, `unit` (of the value, in words), `limit`, `definition` (the campaigns' definition of the dropped share),
        `judged_by` (the column that is compared with the limit), `rows` (in the order of the entrants) and `terms`.
        With a learned policy, each row has `learned_lead`: the value of the learned policy minus the value of the row.
        Without one, `terms` is empty.
    """
    baseline = next(entrant for entrant in entrants if entrant.role == "best_rule")
    judged_by = share_column(scenario, baseline.table)
    rows = [_row(scenario, entrant, baseline, judged_by) for entrant in entrants]
    learned = next((entrant.table for entrant in entrants if entrant.role == "learned"), None)
    if learned is not None:
        for row, entrant in zip(rows, entrants, strict=True):
            row["learned_lead"] = _difference(learned, entrant.table, VALUE)
    terms = [] if learned is None else _terms(learned, baseline.table, scenario)
    return {
        "days": len(baseline.table),
        "unit": unit_of_value(scenario),
        "limit": drop_limit(scenario),
        "definition": definition_by(scenario),
        "judged_by": judged_by,
        "rows": rows,
        "terms": terms,
    }


def _row(scenario: Scenario, entrant: Entrant, baseline: Entrant, judged_by: str) -> dict[str, Any]:
    summary = entrant.table.summary()
    own = entrant.role == "best_rule"
    names = [column.name for column in columns_of(scenario, judged_by)]
    differences: dict[str, Any] = (
        {} if own else {name: _difference(entrant.table, baseline.table, name) for name in names}
    )
    return {
        "label": entrant.label,
        "short": entrant.short,
        "group": entrant.group,
        "role": entrant.role,
        "dials": entrant.dials,
        "kpis": {name: interval(summary[name]) for name in names},
        "differences": differences,
        "outcome": "baseline" if own else outcome(differences[VALUE]),
        "within_limit": within_limits(scenario, summary, judged_by),
    }


def _difference(table: KpiTable, other: KpiTable, column: str) -> dict[str, Any] | None:
    return interval(paired_difference(table, other, column))


def outcome(difference: Mapping[str, Any]) -> str:
    """Return `won` or `lost` if the whole interval of the difference lies on one side of 0, else `tied`.

    `undecided` if there is no interval of resampled days: a single day, or the same difference on all of them, whose
    bound holds 0.
    """
    if difference["low"] is None:
        return "undecided"
    if difference["low"] <= 0.0 <= difference["high"]:
        return "undecided" if is_bound(difference) else "tied"
    return "won" if difference["low"] > 0.0 else "lost"


def _terms(learned: KpiTable, rule: KpiTable, scenario: Scenario) -> list[dict[str, Any]]:
    """Amount that each term of the reward adds to the difference in value, the largest first."""
    mine, other = contributions(scenario, learned), contributions(scenario, rule)
    terms = []
    for column in mine:
        gain = mine[column] - other[column]
        terms.append(
            {
                "column": column,
                "learned": float(np.mean(learned[column])),
                "rule": float(np.mean(rule[column])),
                "value_learned": float(np.mean(mine[column])),
                "value_rule": float(np.mean(other[column])),
                "adds": interval(
                    ratio_estimate(gain, scale=max(np.abs(mine[column]).max(), np.abs(other[column]).max()))
                ),
            }
        )
    return sorted(terms, key=lambda term: -abs(term["adds"]["mean"]))
