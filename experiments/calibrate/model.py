"""Simulation of the scenario under calibration: outcomes of the groups by half hour, and returns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccenv.kpis import KpiTable
from ccenv.scenarios import load_scenario
from ccenv.simulation import simulate
from experiments.calibrate.logs import GROUPS, TYPES
from experiments.calibrate.outcomes import Outcome
from experiments.calibrate.staffing import Staffing

# Columns that the fits read.
FITTED = ("n_offered", "n_abandoned", "waiting_s", "n_redials", "n_repeats")


def run(
    document: dict[str, Any],
    seeds: NDArray[np.int64],
    staffing: Staffing | None = None,
    kpis: Sequence[str] | None = None,
) -> KpiTable:
    """Simulate a scenario document under `lwt` without dialing; return KPIs by interval.

    Args:
        document: The scenario.
        seeds: Seeds of the days.
        staffing: Staffing in place of that of the scenario.
        kpis: Columns to compute; None for all.
    """
    changes: dict[str, Any] = {f"groups.{name}.staffing": numbers for name, numbers in (staffing or {}).items()}
    scenario = load_scenario(document, **changes)
    return simulate(scenario, routing="lwt", pacing="no_dial", seeds=seeds, by="interval", kpis=kpis)


def dialed(document: dict[str, Any], seeds: NDArray[np.int64]) -> tuple[float, float | None]:
    """Return connects joined per day under the document's own rules, and the dropped share (None without connects)."""
    table = simulate(load_scenario(document), seeds=seeds)
    joined, dropped = float(table["n_joined"].sum()), float(table["n_dropped"].sum())
    return joined / len(table), dropped / (joined + dropped) if joined + dropped > 0 else None


def by_slot(table: KpiTable, column: str) -> NDArray[np.float64]:
    """Return the mean per day of a column of the interval table, (slots,)."""
    assert table.interval is not None
    return np.asarray(table.interval[column].mean(axis=0))


def outcomes(table: KpiTable) -> dict[str, Outcome]:
    """Return means per day by half hour for the queues of each group."""

    def total(column: str, group: str) -> NDArray[np.float64]:
        return np.sum([by_slot(table, f"{column}:{name}") for name in GROUPS[group]], axis=0)

    return {
        name: Outcome(total("n_offered", name), total("n_abandoned", name), total("waiting_s", name)) for name in GROUPS
    }


def returns(table: KpiTable) -> NDArray[np.float64]:
    """Return redials and repeats by type and half hour: mean per day, (types, slots)."""
    return np.array([by_slot(table, f"n_redials:{name}") + by_slot(table, f"n_repeats:{name}") for name in TYPES])
