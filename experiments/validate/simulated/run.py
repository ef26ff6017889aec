"""Run one row: simulate it and compare it with its exact values."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ccenv import simulate
from ccenv.batch import Batch
from ccenv.kpis import KpiTable
from ccenv.kpis.table import kpi_table
from ccenv.policy import rollout
from experiments.validate.simulated.centres import centre_of
from experiments.validate.simulated.exact import Exact, exact_of
from experiments.validate.simulated.measures import Floats, totals
from experiments.validate.simulated.policies import SlowServerPolicy, TablePolicy
from experiments.validate.simulated.rows import Row, rule_of

NORMAL_95 = 1.959964
DROPPED = ("drop_rate",)
EXACT = 1e-9  # a measure closer to 0 or 1 than this is certain
EDGES = 1e-4  # tolerance of a certain measure, for contacts that wait when counting begins or ends


def half_width_limit(measure: str) -> float:
    """Largest half-width of a 95 % interval, relative to the exact value."""
    return 0.02 if measure in DROPPED else 0.01


def rare_below(measure: str) -> float:
    """Smallest number of counted cases of a measure. Fewer cannot reach the half-width even if independent."""
    return (NORMAL_95 / half_width_limit(measure)) ** 2


def run_row(inputs: dict[str, Any]) -> dict[str, Any]:
    """Result of a row, which is given as a dictionary of its fields."""
    row = Row(**inputs)
    exact = exact_of(row)
    table, span_s = simulated(row, exact)
    return compared(row, exact, table, span_s)


def simulated(row: Row, exact: Exact) -> tuple[KpiTable, float]:
    """Results of the simulation, one line for each replication, and the counted seconds of each."""
    scenario, days, span_s = centre_of(row)
    if exact.policy is None:
        half = "pacing" if scenario.campaigns else "routing"
        rule = {half: rule_of(row.choice)} if row.way == "rule" else {}
        return simulate(scenario, **rule, seeds=row.seeds, days=days), span_s
    policy = (
        SlowServerPolicy(scenario, exact.policy)
        if isinstance(exact.policy, int)
        else TablePolicy(scenario, exact.policy)
    )
    batch = Batch(scenario, row.replications, owns=policy.owns, autoreset="disabled")
    done = rollout(batch, policy, np.array(row.seeds))
    return kpi_table(batch.scenario, done.counters, np.array(row.seeds), done.n_illegal), span_s


def compared(row: Row, exact: Exact, table: KpiTable, span_s: float) -> dict[str, Any]:
    """Measures with their errors and correlations, certain measures, and measures too rare to compare."""
    measures, errors, certain, rare = [], [], [], []
    for name in row.measures:
        value = float(exact.values[name])
        above, below, seen = totals(row, name, table, span_s)
        found, error = ratio(above, below)
        if min(abs(value), abs(value - 1.0)) < EXACT:
            certain.append({"measure": name, "exact": value, "simulated": found, "right": abs(found - value) < EDGES})
        elif seen < rare_below(name):
            rare.append({"measure": name, "exact": value, "seen": seen})
        else:
            measures.append(_line(name, value, found, error))
            errors.append(error)
    return {
        "row": dataclasses.asdict(row),
        "measures": measures,
        "certain": certain,
        "rare": rare,
        "correlation": np.round(np.atleast_2d(np.corrcoef(errors)), 6) if errors else [],
    }


def ratio(above: Floats, below: Floats) -> tuple[float, Floats]:
    """A ratio of totals and the contribution of each replication to its error (R,), mean 0 (delta method)."""
    found = above.sum() / below.sum()
    return float(found), (above - found * below) / below.mean()


def _line(name: str, exact: float, found: float, error: Floats) -> dict[str, Any]:
    standard_error = float(error.std(ddof=1) / np.sqrt(error.size))
    return {
        "measure": name,
        "exact": exact,
        "simulated": found,
        "standard_error": standard_error,
        "half_width_pct": 100 * NORMAL_95 * standard_error / abs(exact),
        "z": (found - exact) / standard_error,
    }
