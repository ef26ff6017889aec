"""Rows of the control problems: 17 classes and one pool (arXiv 2311.18128), 13 classes and 9 stations (2605.09799).

The authors' simulation is pre-emptive resume, also when staffing falls; ccenv is not. So both models are compared with
the authors' program, and equal classes, where pre-emption cannot change the cost, show that nothing else differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccenv.theory import mt_mnm_path
from experiments.published.control import controlled
from experiments.published.row import Kind, Measure, Row

Z95 = 1.96  # the study's intervals are 95 %
POOL, STATIONS = "single_pool_17", "parallel_13x9"
AUTHORS = "arXiv 2311.18128: the authors' program, compiled and run by our study"
EARLIER = "an earlier version of ccenv, run by our study on arXiv"
CONSTANT = {"agents": 455, "arrivals": 560.0}
EQUAL = {"mu": 14.5, "theta": 7.0, "cost": 40.0}
WHY = (
    "the authors' model is pre-emptive, also when staffing falls: there calls in service go back to the queue. Falling "
    "staffing makes it dearer, pre-emption by the rule makes it cheaper"
)


def ccenv(rule: str, index: str = "", **params: str) -> dict[str, Any]:
    """Return a policy of ccenv: a routing rule, its parameters, and the index by which it orders the classes."""
    policy = {"engine": "ccenv", "rule": rule, "params": params}
    return {**policy, "index": index} if index else policy


def preemptive(index: str) -> dict[str, Any]:
    """Return a policy of the reference kernel: an order of classes."""
    return {"engine": "pre-emptive", "index": index}


def _row(
    name: str,
    source: str,
    about: str,
    problem: str,
    figures: Mapping[str, tuple[str, float, dict[str, Any]]],
    runs: int,
    *,
    change: Mapping[str, Mapping[str, float]] = {},
    scale: float = 1.0,
    kind: Kind = "re-computed",
    **rest: Any,
) -> Row:
    """A row of costs.

    Args:
        name: Its name.
        source: Where the figures come from.
        about: The instance.
        problem: Folder of the problem.
        figures: Printed cost, half of its 95 % interval, and policy, by the name of the measure.
        runs: Runs.
        change: Change of the problem.
        scale: Factor of the cost of a run.
        kind: Kind of the row.
        **rest: Further fields of the row.
    """
    inputs = {
        "problem": problem,
        "change": change,
        "handle_factor": 1.0,
        "policies": {measure: policy for measure, (_, _, policy) in figures.items()},
    }
    measures = tuple(Measure(measure, value, half / Z95, scale=scale) for measure, (value, half, _) in figures.items())
    return Row(name, kind, source, about, measures, controlled, inputs, runs, **rest)


def equal_cost(hours: float = 17.0, steps: int = 680) -> float:
    """Return the exact cost of a day of equal classes with constant staffing: M/M/n+M from empty."""
    rate_per_h = CONSTANT["arrivals"] * 12.0
    times_s = [3_600.0 * hours * (k + 1) / steps for k in range(steps)]
    path = mt_mnm_path(
        int(CONSTANT["agents"]), rate_per_h, 0.0, 3_600.0, 3_600.0 / EQUAL["mu"], 3_600.0 / EQUAL["theta"], times_s
    )
    queue = [each.e_queue for each in path]
    return EQUAL["cost"] * hours / steps * (sum(queue) - 0.5 * queue[-1]) + 2.12 * queue[-1]


PRIORITY = "priority"
ROWS = (
    _row(
        "17 classes, pre-emptive kernel",
        AUTHORS,
        "cost of a day in the authors' own model, by our reference kernel",
        POOL,
        {
            "c mu / theta": ("1176.6", 31.0, preemptive("c mu / theta")),
            "c mu": ("1240", 78.0, preemptive("c mu")),
        },
        400,
    ),
    _row(
        "17 classes, constant staffing, pre-emptive kernel",
        AUTHORS,
        "the same with 455 agents and 560 arrivals a slot, shared as in the middle of the day",
        POOL,
        {"c mu / theta": ("6604", 223.0, preemptive("c mu / theta"))},
        100,
        change={"constant": CONSTANT},
    ),
    _row(
        "17 equal classes",
        AUTHORS,
        "the same with mu 14.5, theta 7 and cost 40 in all classes: pre-emption cannot change the cost",
        POOL,
        {
            "ccenv": ("16236", 885.0, ccenv(PRIORITY, "file order")),
            "pre-emptive kernel": ("16236", 885.0, preemptive("file order")),
        },
        100,
        change={"constant": CONSTANT, "equal": EQUAL},
    ),
    _row(
        "17 equal classes, exact",
        "ccenv.theory.mt_mnm_path: M/M/455+M from empty, integrated over 17 hours",
        "the same instance",
        POOL,
        {
            "ccenv": ("16437", 0.0, ccenv(PRIORITY, "file order")),
            "pre-emptive kernel": ("16437", 0.0, preemptive("file order")),
        },
        100,
        change={"constant": CONSTANT, "equal": EQUAL},
        kind="exact",
    ),
    _row(
        "17 classes",
        AUTHORS,
        "cost of a day in ccenv",
        POOL,
        {
            "c mu / theta": ("1176.6", 31.0, ccenv(PRIORITY, "c mu / theta")),
            "c mu": ("1240", 78.0, ccenv(PRIORITY, "c mu")),
        },
        400,
        isolated=WHY,
        isolated_by=("17 classes, pre-emptive kernel", "17 equal classes"),
    ),
    _row(
        "17 classes, constant staffing",
        AUTHORS,
        "cost of a day in ccenv with 455 agents and 560 arrivals a slot",
        POOL,
        {"c mu / theta": ("6604", 223.0, ccenv(PRIORITY, "c mu / theta"))},
        100,
        change={"constant": CONSTANT},
        isolated=f"{WHY}; here staffing does not fall",
        isolated_by=("17 classes, constant staffing, pre-emptive kernel", "17 equal classes"),
    ),
    _row(
        "17 classes, rules",
        f"{EARLIER} 2311.18128",
        "cost of a day",
        POOL,
        {
            "c mu / theta": ("1114.6", 18.2, ccenv(PRIORITY, "c mu / theta")),
            "c mu": ("1165.9", 19.8, ccenv(PRIORITY, "c mu")),
            "c (mu - theta)": ("1152", 43.0, ccenv(PRIORITY, "c (mu - theta)")),
            "mu - theta": ("1174", 44.0, ccenv(PRIORITY, "mu - theta")),
            "c": ("1411", 60.0, ccenv(PRIORITY, "c")),
            "longest_queue": ("1323", 52.0, ccenv("longest_queue")),
            "fifo": ("1412.1", 25.3, ccenv("fifo")),
        },
        200,
    ),
    _row(
        "13 x 9, rules",
        f"{EARLIER} 2605.09799",
        "cost an hour, over 10 hours from empty",
        STATIONS,
        {
            "longest_queue, least_skilled": ("772", 32.0, ccenv("longest_queue", advisor="least_skilled")),
            "longest_queue": ("791", 32.0, ccenv("longest_queue")),
            "longest_queue, most_skilled": ("836", 30.0, ccenv("longest_queue", advisor="most_skilled")),
            "fifo, least_skilled": ("823", 34.0, ccenv("fifo", advisor="least_skilled")),
            "fifo": ("844", 34.0, ccenv("fifo")),
            "fifo, most_skilled": ("886", 33.0, ccenv("fifo", advisor="most_skilled")),
            "file order": ("899", 32.0, ccenv(PRIORITY, "file order")),
            "random": ("965", 35.0, ccenv("random")),
            "fewest stations, least_skilled": (
                "593", 23.0, ccenv(PRIORITY, "fewest stations", advisor="least_skilled"),
            ),
        },
        64,
        scale=0.1,
    ),
)  # fmt: skip
