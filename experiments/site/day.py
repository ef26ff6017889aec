"""A mean day of a centre by interval: what arrives, who works, who waits, what is dialed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.kpis import KpiTable
from ccenv.kpis.kpi import ratio_of_totals
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate

DIGITS = 5


def day_series(scenario: Scenario, n: int) -> dict[str, Any] | None:
    """Return means over n first days under the centre's own rules; None for a centre without slots of a day.

    Returns:
        `start_s` and `slot_s`; by queue `offered` [contacts per hour]; `staffed` and `working` [mean number of
        advisors]; `mean_wait_s`; `abandonment`; with campaigns `attempts`, `joined` and `dropped` [per hour] and
        `lines` [mean number]. A ratio without a denominator is None.
    """
    if scenario.centre.clock.kind == "steady":
        return None
    table = simulate(scenario, seeds=seeds("evaluation", n), days=1, by="interval").interval
    assert table is not None
    start = np.asarray(table["start_s"][0])
    slot_s = float(scenario.centre.clock.slot_s)
    per_hour, per_slot = 3600.0 / slot_s, 1.0 / slot_s
    found: dict[str, Any] = {
        "start_s": start.tolist(),
        "slot_s": slot_s,
        "offered": {name: _mean(table, f"n_offered:{name}", per_hour) for name in scenario.queues},
        "staffed": _mean(table, "staffed_s", per_slot),
        "working": _mean(table, "work_s", per_slot),
    }
    if scenario.queues:
        found["mean_wait_s"] = _ratio(table, "wait_s", "n_offered")
        found["abandonment"] = _ratio(table, "n_abandoned", "n_offered")
    if scenario.campaigns:
        found["attempts"] = _mean(table, "n_attempts", per_hour)
        found["lines"] = _mean(table, "line_s", per_slot)
        found["joined"] = _mean(table, "n_joined", per_hour)
        found["dropped"] = _mean(table, "n_dropped", per_hour)
    return found


def _mean(table: KpiTable, column: str, factor: float) -> list[float]:
    return [_short(value) for value in np.asarray(table[column], float).mean(axis=0) * factor]


def _ratio(table: KpiTable, above: str, below: str) -> list[float | None]:
    ratios = ratio_of_totals(*(np.asarray(table[name], float).sum(axis=0) for name in (above, below)))
    return [None if np.isnan(value) else _short(value) for value in ratios]


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
