"""Comparison with the simulator Ciw (Palmer, Knight, Harper & Hawa 2019), on two centres that both can describe."""

from __future__ import annotations

from typing import Any, NamedTuple

import ciw
import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from ccenv.simulation import simulate

Floats = npt.NDArray[np.float64]

N, AHT_S = 5, 300.0
WARM_UP_S, HORIZON_S = 7_200.0, 144_000.0
CLEAR_S = 7_200.0  # simulated after the horizon: Ciw writes a contact's record only when it leaves
REPLICATIONS = 48
OURS = 20  # replications of ccenv for each one of Ciw
LEVEL = 0.001  # significance level for all measures together


class Centre(NamedTuple):
    """A queue for each class, in order of priority, served by one group: rate [1/h] and mean patience [s]."""

    name: str
    classes: dict[str, tuple[float, float]]


CENTRES = (
    Centre("M/M/5 with patience", {"first": (65.0, 120.0)}),
    Centre("two classes, the first with priority", {"first": (30.0, 60.0), "second": (40.0, 240.0)}),
)
# Sums over the contacts of a class: arrived, had to wait, abandoned, wait [s].
SUMS = ("n_offered", "n_waited", "n_abandoned", "wait_s")
MEASURES = {"p_wait": 1, "p_abandon": 2, "e_wait_s": 3}


def measure(replications: int = REPLICATIONS) -> dict[str, Any]:
    """Compare both simulators on every centre.

    Args:
        replications: Replications of Ciw; ccenv has `OURS` times as many.

    Returns:
        `replications`, `bound` of |z|, `passed`, and `rows`, one for each measure of a class: `centre`, `class`,
        `measure`, `ciw` and `ours` (each value and standard error) and `z` of the difference.
    """
    rows = [row for centre in CENTRES for row in _compared(centre, replications)]
    limit = float(norm.isf(LEVEL / (2 * len(rows))))
    passed = all(abs(row["z"]) <= limit for row in rows)
    return {"replications": replications, "rows": rows, "bound": limit, "passed": passed}


def verdict(result: dict[str, Any]) -> str:
    """Short summary of a result."""
    largest = max(abs(row["z"]) for row in result["rows"])
    return f"{len(result['rows'])} comparisons, largest absolute z {largest:.2f} (bound {result['bound']:.2f})"


def section(result: dict[str, Any]) -> str:
    """Section of the page in Markdown."""
    head = ["centre", "class", "measure", "Ciw", "ccenv", "z of the difference"]
    lines = [head, ["---"] * len(head), *(_cells(row) for row in result["rows"])]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    hours = (HORIZON_S - WARM_UP_S) / 3600.0
    return f"""## Another simulator: Ciw {ciw.__version__}

{result["replications"]} replications of {hours:g} counted hours in Ciw, {OURS * result["replications"]} here. They
agree if no |z| is above {result["bound"]:.2f}, Bonferroni's bound at {100 * LEVEL:g} %. Standard errors in brackets.

{table}"""


def by_ciw(centre: Centre, seed: int) -> Floats:
    """`SUMS` of one replication in Ciw, by class, (classes, sums)."""
    names = list(centre.classes)
    network = ciw.create_network(
        arrival_distributions={c: [ciw.dists.Exponential(centre.classes[c][0] / 3600.0)] for c in names},
        service_distributions={c: [ciw.dists.Exponential(1.0 / AHT_S)] for c in names},
        reneging_time_distributions={c: [ciw.dists.Exponential(1.0 / centre.classes[c][1])] for c in names},
        priority_classes={c: rank for rank, c in enumerate(names)},
        routing={c: [[0.0]] for c in names},
        number_of_servers=[N],
    )
    ciw.seed(seed)  # Ciw draws from Python's global generator
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(HORIZON_S + CLEAR_S)
    sums = np.zeros((len(names), len(SUMS)))
    for record in simulation.get_all_records():
        if WARM_UP_S <= record.arrival_date < HORIZON_S:
            gave_up = record.record_type == "renege"
            wait_s = (record.exit_date if gave_up else record.service_start_date) - record.arrival_date
            sums[names.index(record.customer_class)] += (1.0, wait_s > 0.0, gave_up, wait_s)
    return sums


def by_ccenv(centre: Centre, replications: int) -> Floats:
    """`SUMS` of all replications in ccenv, by class, (replications, classes, sums)."""
    table = simulate(_scenario(centre), seeds=range(replications))
    return np.stack([np.stack([table[f"{name}:{c}"] for name in SUMS], axis=-1) for c in centre.classes], axis=1)


def _scenario(centre: Centre) -> dict[str, Any]:
    names = list(centre.classes)
    queues = {
        name: {"arrivals_per_hour": rate, "handle_s": AHT_S, "patience_s": patience_s}
        for name, (rate, patience_s) in centre.classes.items()
    }
    return {
        "name": "peer",
        "description": "made by experiments.validate",
        "clock": {"kind": "steady", "warm_up_s": WARM_UP_S, "horizon_s": HORIZON_S - WARM_UP_S, "review_s": 0.0},
        "queues": queues,
        "groups": {"advisors": {"skills": names, "staffing": N}},
        "rules": {"routing": {"name": "priority", "params": {"order": names}}},
        "sources": {"*": "made up for the comparison"},
    }


def _compared(centre: Centre, replications: int) -> list[dict[str, Any]]:
    theirs = np.stack([by_ciw(centre, seed) for seed in range(replications)])
    ours = by_ccenv(centre, OURS * replications)
    return [
        _row(centre.name, name, measure, _estimate(theirs[:, k], column), _estimate(ours[:, k], column))
        for k, name in enumerate(centre.classes)
        for measure, column in MEASURES.items()
    ]


def _estimate(sums: Floats, column: int) -> tuple[float, float]:
    """A ratio of totals and its standard error over replications, by the delta method."""
    above, below = sums[:, column], sums[:, 0]
    value = above.sum() / below.sum()
    errors = (above - value * below) / below.mean()
    return float(value), float(errors.std(ddof=1) / np.sqrt(len(errors)))


def _row(
    centre: str, name: str, measure: str, theirs: tuple[float, float], ours: tuple[float, float]
) -> dict[str, Any]:
    z = (ours[0] - theirs[0]) / float(np.hypot(theirs[1], ours[1]))
    return {"centre": centre, "class": name, "measure": measure, "ciw": list(theirs), "ours": list(ours), "z": z}


def _cells(row: dict[str, Any]) -> list[str]:
    both = (f"{value:.4g} ({error:.2g})" for value, error in (row["ciw"], row["ours"]))
    return [row["centre"], row["class"], f"`{row['measure']}`", *both, f"{row['z']:+.2f}"]
