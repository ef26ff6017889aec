"""Comparison of log and model on days that no fit uses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccenv.kpis import KpiTable
from ccenv.kpis.bootstrap import CONFIDENCE, ratio_estimate
from experiments.calibrate.document import SERVICE_LEVEL_S
from experiments.calibrate.logs import TYPES

KPIS = ("abandonment", "mean_wait_s", "served_within_T_of_offered")
NUMERATOR = {
    "abandonment": "n_abandoned",
    "mean_wait_s": "wait_s",
    "served_within_T_of_offered": "n_answered_in_time",
}
# Allowed distance of the model from the log: abandonment in percentage points / 100, mean wait as a share of the log's.
ALLOWED_ABANDONMENT, ALLOWED_WAIT = 0.01, 0.15
RESAMPLES, SEED = 4_000, 1999

Figures = dict[str, Any]


def of_log(contacts: NDArray[np.void]) -> Figures:
    """Return the three KPIs of the log's days, in total and by type, with bootstrap intervals over the days."""
    out: Figures = {}
    for name in ("", *TYPES):
        chosen = contacts["type"] == name if name else np.ones(len(contacts), bool)
        sums = _sums_by_day(contacts, chosen)
        out[name or "all"] = {
            "offered_per_day": float(sums[:, 0].mean()),
            **{kpi: list(ratio_estimate(sums[:, i + 1], sums[:, 0])) for i, kpi in enumerate(KPIS)},
        }
    return out


def of_model(table: KpiTable, n_days: int) -> Figures:
    """Return the same KPIs of simulated days, with the prediction interval of a sample of `n_days` days."""
    summary = table.summary()
    out: Figures = {}
    for name in ("", *TYPES):
        suffix = f":{name}" if name else ""
        out[name or "all"] = {
            "offered_per_day": summary[f"n_offered{suffix}"].value,
            **{kpi: list(summary[f"{kpi}{suffix}"]) for kpi in KPIS},
            "range": {kpi: _range(table, kpi, suffix, n_days) for kpi in KPIS},
        }
    return out


def verdict(log: Figures, modelled: Figures) -> dict[str, Any]:
    """Return whether the model is close enough to the log: abandonment in points, mean wait relative to the log's."""
    abandonment = modelled["all"]["abandonment"][0] - log["all"]["abandonment"][0]
    wait = modelled["all"]["mean_wait_s"][0] / log["all"]["mean_wait_s"][0] - 1.0
    accepted = abs(abandonment) <= ALLOWED_ABANDONMENT and abs(wait) <= ALLOWED_WAIT
    return {"abandonment_difference": abandonment, "mean_wait_relative": wait, "accepted": bool(accepted)}


def _sums_by_day(contacts: NDArray[np.void], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Contacts offered and the numerator of each KPI, by day: (days, 1 + KPIs)."""
    days = np.unique(contacts["month"] * 100 + contacts["day"], return_inverse=True)[1]
    in_time = ~contacts["abandoned"] & (contacts["wait_s"] <= SERVICE_LEVEL_S)
    parts = (np.ones(len(contacts)), contacts["abandoned"], contacts["wait_s"], in_time)
    return np.array([np.bincount(days, weights=part * chosen) for part in parts]).T


def _range(table: KpiTable, kpi: str, suffix: str, n_days: int) -> list[float]:
    """Central interval of the KPI over samples of `n_days` simulated days."""
    rows = np.random.default_rng(SEED).integers(0, len(table), (RESAMPLES, n_days))
    above, below = np.asarray(table[NUMERATOR[kpi] + suffix]), np.asarray(table[f"n_offered{suffix}"])
    ratios = above[rows].sum(axis=1) / np.maximum(1.0, below[rows].sum(axis=1))
    return [float(x) for x in np.quantile(ratios, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])]
