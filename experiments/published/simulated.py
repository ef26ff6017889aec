"""Figures of a row by simulation: sums and ratios over the columns of KPI tables, with standard errors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ccenv.kpis import KpiTable
from ccenv.scenarios import load_scenario
from ccenv.simulation import simulate
from experiments.published.row import CENTRE, Figure, Measure, Row

Columns = KpiTable | Mapping[str, np.ndarray]

FIRST_SEED = 4_000_000
FEWEST = 20


def simulated(row: Row, share: float) -> dict[str, Figure]:
    """Return the figures of a row whose inputs are a `centre`, `days` of a run, and `variants`.

    Args:
        row: The row. Each of its variants is a mapping from keys of the centre to other values.
        share: Share of the row's runs.
    """
    centre, variants = row.inputs["centre"], {CENTRE: {}, **row.inputs.get("variants", {})}
    seeds = seeds_of(row, share)
    found: dict[str, Figure] = {}
    for name, changes in variants.items():
        mine = [each for each in row.measures if each.variant == name]
        if mine:
            days = row.inputs.get("days", 1)
            columns = {column.lstrip("-") for each in mine for column in (*each.above, *each.below)}
            table = simulated_runs({**centre, **changes}, seeds, days, columns)
            found |= {each.name: estimated(each, table) for each in mine}
    return found


def seeds_of(row: Row, share: float) -> range:
    """Return the seeds of a share of a row's runs."""
    return range(FIRST_SEED, FIRST_SEED + max(FEWEST, round(share * row.runs)))


def simulated_runs(centre: Mapping[str, Any], seeds: range, days: int, columns: Iterable[str]) -> KpiTable:
    """Return columns of the KPI table of a centre under its own rules, with those of their entities."""
    whole = sorted({column.partition(":")[0] for column in columns})
    return simulate(load_scenario(centre), seeds=seeds, days=days, kpis=whole)


def estimated(measure: Measure, table: Columns) -> Figure:
    """Return a mean over the runs, or a ratio of totals with the standard error of its linear approximation."""
    return mean_of(contributions(measure, table))


def contributions(measure: Measure, table: Columns) -> np.ndarray:
    """Return a figure for each run whose mean is the measure; for a ratio of totals, its linear approximation."""
    above = total_of(table, measure.above)
    below = total_of(table, measure.below) if measure.below else np.ones(len(above))
    if measure.by_run or not measure.below:
        return np.asarray(measure.scale * above / below)
    ratio = above.sum() / below.sum()
    return np.asarray(measure.scale * (ratio + (above - ratio * below) / below.mean()))


def mean_of(values: np.ndarray) -> Figure:
    """Return the mean of independent values with its standard error."""
    return Figure(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values)))


def total_of(table: Columns, columns: Sequence[str]) -> np.ndarray:
    """Return the sum of columns for each run; a column with a leading `-` is subtracted."""
    return np.sum([-table[name[1:]] if name[0] == "-" else table[name] for name in columns], axis=0)
