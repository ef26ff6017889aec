"""A blend centre with published simulation results, described as a scenario.

The centre is that of Deslauriers, L'Ecuyer, Pichitlamken, Ingolfsson and Avramidis (2007), "Markov chain models of a
telephone call center with call blending", Computers & Operations Research 34(6), 1616-1645. The simplified form and the
output of 1,000 days come with the ContactCenters library of the Universite de Montreal (example `Blend`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.stats import norm

from ccenv.kpis import KpiTable
from ccenv.scenarios import load_scenario
from ccenv.simulation import simulate
from experiments.jobs.markdown import table

DAYS, PUBLISHED_DAYS = 4_000, 1_000
FIRST_SEED = 4_000_000
LEVEL = 0.001  # significance level for all measures together
HOUR_S = 3_600.0
CENTRE: dict[str, Any] = {
    "name": "blend",
    "description": "Advisors for inbound alone and for both; a day's level, gamma handle times, a threshold dialer.",
    "clock": {"kind": "day", "open_s": 8 * HOUR_S, "close_s": 14 * HOUR_S, "slot_s": 2 * HOUR_S, "review_s": 0.0},
    "day_level_cv": 29.7**-0.5,
    "day_level_dist": "gamma",
    "queues": {
        "inbound": {
            "arrivals_per_hour": [136.9, 145.86, 143.84],
            "handle_s": {"dist": "gamma", "shape": 0.755, "mean_s": 0.755 * 753.8},
            "p_balk": 0.005,
            "patience_s": 500.0,
            "service_level_s": 20.0,
        }
    },
    "groups": {
        "inbound_only": {"skills": ["inbound"], "staffing": [23, 23, 21]},
        "blend": {"skills": ["inbound", "outbound"], "staffing": [16, 18, 16]},
    },
    "campaigns": {
        "outbound": {
            "p_answer": [0.28, 0.29, 0.29],
            "handle_s": 440.2,
            "drop_after_s": {"dist": "constant", "value_s": 5.0},
            "dial_from_s": 11 * HOUR_S,
            "dial_until_s": 14 * HOUR_S - 300.0,
        }
    },
    "rules": {
        "routing": {"name": "fifo", "params": {"advisor": "least_skilled"}},
        "pacing": {"name": "dial_x_free", "params": {"kappa": 2.0, "s_t": 4}},
    },
    "sources": {"*": "example Blend of the ContactCenters library"},
}


class Measure(NamedTuple):
    """Mean and standard deviation over the published days, and the columns whose sum it is (a minus sign subtracts)."""

    name: str
    mean: float
    deviation: float
    columns: tuple[str, ...]


MEASURES = (
    Measure("inbound contacts", 848.592, 156.201, ("n_fresh",)),
    Measure("inbound answered", 843.477, 149.608, ("n_answered",)),
    Measure("inbound lost", 5.115, 9.985, ("n_abandoned", "n_balked", "n_unserved")),
    Measure("inbound that had to wait", 70.241, 86.800, ("n_waited", "n_balked")),
    Measure("inbound waiting over 20 s", 39.427, 63.682, ("n_offered", "-n_answered_in_time", "-n_abandoned_in_time")),
    Measure("lines dialed", 1109.040, 258.167, ("n_attempts",)),
    Measure("connects", 321.896, 74.396, ("n_connects",)),
    Measure("connects joined", 298.876, 68.318, ("n_joined",)),
    Measure("connects dropped", 23.020, 7.609, ("n_dropped",)),
)


def measure(days: int = DAYS) -> dict[str, Any]:
    """Compare simulated days with the published ones.

    Args:
        days: Simulated days.

    Returns:
        `days`, `bound` of |z|, `passed`, and `rows`, one for each measure: `measure`, `published` and `ours` (each
        value and standard error), `z` of the difference.
    """
    found = simulate(load_scenario(CENTRE), seeds=range(FIRST_SEED, FIRST_SEED + days))
    rows = [_row(each, found) for each in MEASURES]
    limit = float(norm.isf(LEVEL / (2 * len(rows))))
    return {"days": days, "rows": rows, "bound": limit, "passed": all(abs(row["z"]) <= limit for row in rows)}


def verdict(result: dict[str, Any]) -> str:
    """Short summary of a result."""
    largest = max(abs(row["z"]) for row in result["rows"])
    return f"{len(result['rows'])} measures, largest absolute z {largest:.2f} (bound {result['bound']:.2f})"


def section(result: dict[str, Any]) -> str:
    """Section of the page in Markdown."""
    head = ["mean per day", "published", "ccenv", "z of the difference"]
    return f"""## A published blend centre

Inbound-only and blend advisors, gamma handle times, a gamma factor of the day's load, balking, patience, and a dialer
that dials twice as many lines as blend advisors are free when a service ends and four advisors are free: the simplified
centre of Deslauriers et al. (2007), example `Blend` of the ContactCenters library. {PUBLISHED_DAYS:,} published days,
{result["days"]:,} of ours; standard errors in brackets. A connect that is dropped waited 5 s.

{table(head, [_cells(row) for row in result["rows"]])}"""


def _row(each: Measure, found: KpiTable) -> dict[str, Any]:
    days = np.sum([-found[name[1:]] if name[0] == "-" else found[name] for name in each.columns], axis=0)
    ours = float(days.mean()), float(days.std(ddof=1)) / len(days) ** 0.5
    theirs = each.mean, each.deviation / PUBLISHED_DAYS**0.5
    z = (ours[0] - theirs[0]) / float(np.hypot(ours[1], theirs[1]))
    return {"measure": each.name, "published": list(theirs), "ours": list(ours), "z": z}


def _cells(row: dict[str, Any]) -> list[str]:
    both = (f"{value:.5g} ({error:.2g})" for value, error in (row["published"], row["ours"]))
    return [row["measure"], *both, f"{row['z']:+.2f}"]
