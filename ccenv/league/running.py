"""Days of a cell under an opponent or an entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ccenv.kpis import KPIS, KpiTable
from ccenv.kpis.dropped_share import share_column, share_columns
from ccenv.kpis.kpi import add_up
from ccenv.league.declared import RUNGS, Cell, Opponents
from ccenv.league.score_file import Days, Parts
from ccenv.league.seat import Seat
from ccenv.scenarios import Scenario
from ccenv.simulation import simulate
from ccenv.supervisor import supervise

ABANDONED = "abandonment"
#: KPIs over all days that a score file holds beside the dropped share.
FIGURES = (
    "served_within_T_of_offered",
    ABANDONED,
    "asa_s",
    "mean_wait_s",
    "occupancy",
    "fcr",
    "cost_per_contact",
    "contacts_per_advisor_hour",
)
ILLEGAL = "illegal_share"


def days_of(cell: Cell, centre: Scenario, keys: np.ndarray, **how: Any) -> tuple[Days, KpiTable]:
    """Return a cell's days under rules or a policy, and the KPI table.

    Args:
        cell: The cell.
        centre: Its centre.
        keys: Seeds of the runs.
        **how: `routing` and `pacing`, or `policy`, as `simulate` takes them; `policy` and `interval_s`, as
            `ccenv.supervisor.supervise` does.
    """
    wanted = [*FIGURES, *(share_columns(centre) if centre.campaigns else ()), ILLEGAL]
    run: Callable[..., KpiTable] = supervise if "interval_s" in how else simulate
    table = run(
        centre,
        **how,
        seeds=keys,
        days=cell.horizon,
        reward=centre.reward,
        kpis=list(dict.fromkeys(wanted)),
    )
    column = definition_in(centre, table)
    shown = [*FIGURES, *([column] if column else [])]
    summary = table.summary(kpis=shown)
    figures = {name: None if np.isnan(summary[name].value) else float(summary[name].value) for name in shown}
    return (
        Days(
            np.asarray(table["reward"], np.float64).tolist(),
            _parts(table, column) if column else None,
            _parts(table, ABANDONED) if centre.queues else None,
            figures,
        ),
        table,
    )


def definition_in(centre: Scenario, table: KpiTable) -> str:
    """Return the column of the dropped share that applies; empty without a campaign."""
    return share_column(centre, table) if centre.campaigns else ""


def _parts(table: KpiTable, column: str) -> Parts:
    kpi = KPIS[column]
    return Parts(*(add_up(labels, table).tolist() for labels in (kpi.numerator, kpi.denominator)))  # type: ignore[arg-type]


def opponent_days(cell: Cell, centre: Scenario, opponents: Opponents, keys: np.ndarray) -> dict[str, Days]:
    """Return the days of a cell under each rung; equal pairs run once."""
    found: dict[str, Days] = {}
    for rung in RUNGS:
        pair = opponents.pairs[rung]
        same = next((other for other in found if opponents.pairs[other] == pair), None)
        found[rung] = found[same] if same else days_of(cell, centre, keys, **pair.as_call())[0]
    return found


def policy_days(cell: Cell, centre: Scenario, seat: Seat, keys: np.ndarray) -> tuple[Days, KpiTable]:
    """Return the days of a cell under an entry."""
    often = {} if cell.asked.interval_s is None else {"interval_s": cell.asked.interval_s}
    return days_of(cell, centre, keys, policy=seat, **often)
