"""What rules and planners earn on evaluation days: paired differences to the scenario's own rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.jobs.files import read_json
from experiments.pipeline.evaluation import Pair, finite, own_pair, pair_of
from experiments.planners.base import Planner
from experiments.planners.play import planned_days, ruled_days
from experiments.tuning.choice import LONG_DAYS
from experiments.tuning.settings import TUNED

P0 = "P0"
FIRST_BLOCK = 2  # days after which the time of a day is known; fewer give no interval
BLOCK = 8


def episode_days(scenario: Scenario) -> int:
    """Return the days of an episode under a planner: those of the scenario, or 1 if they are more than `LONG_DAYS`."""
    days = scenario.centre.episode_days
    return days if days <= LONG_DAYS else 1


def rules_of(scenario: Scenario, folder: Path) -> dict[str, Pair]:
    """Return the rules of a centre by rung: its own, and the tuned ones whose result file exists."""
    found = {P0: own_pair(scenario)}
    path = folder / TUNED / f"{scenario.name}.json"
    if path.exists():
        found |= {rung: pair_of(each["pair"]) for rung, each in read_json(path)["rungs"].items()}
    return found


def rule_rows(scenario: Scenario, rules: Mapping[str, Pair], n: int) -> list[dict[str, Any]]:
    """Return the figures of rules on the first n evaluation days, each paired with `P0`."""
    days = seeds("evaluation", n)
    values = {rung: ruled_days(scenario, pair, days) for rung, pair in rules.items()}
    return [
        {"rung": rung, "label": rules[rung].label, "days": n, **figures(values[rung]),
         "gain": figures(values[rung] - values[P0])}
        for rung in rules
    ]  # fmt: skip


def figures(values: np.ndarray) -> dict[str, Any]:
    """Return the mean of values, one a day, with its interval; ends None if there is one day only."""
    mean = ratio_estimate(values)
    return {"mean": float(values.mean()), "low": finite(mean.low), "high": finite(mean.high)}


def planner_row(
    scenario: Scenario, name: str, make: Callable[[Scenario], Planner], most_days: int, cpu_s: float
) -> dict[str, Any]:
    """Return the figures of a planner, paired with the scenario's own rules on the same days.

    It begins no further block of days once it has spent `cpu_s` seconds of CPU time.
    """
    planner, days = make(scenario), episode_days(scenario)
    blocks: list[np.ndarray] = []
    began, n = time.process_time(), 0
    while n < most_days and (n == 0 or time.process_time() - began < cpu_s):
        size = min(FIRST_BLOCK if n == 0 else _affordable(n, time.process_time() - began, cpu_s), most_days - n)
        if size < 1:
            break
        blocks.append(planned_days(scenario, planner, seeds("evaluation", size, skip=n), days))
        n += size
    spent = time.process_time() - began
    values = np.concatenate(blocks)
    own = ruled_days(scenario, own_pair(scenario), seeds("evaluation", n), days)
    cost = planner.cost
    return {
        "name": name, "needs": list(planner.NEEDS), "settings": planner.settings, "days": n, "episode_days": days,
        **figures(values), "gain": figures(values - own), "ms": round(cost.ms, 3), "asked": cost.asked,
        "planned": cost.planned, "changed": int(cost.changed), "cpu_s": round(spent, 1),
    }  # fmt: skip


def _affordable(n: int, spent: float, cpu_s: float) -> int:
    return min(BLOCK, int(max(0.0, cpu_s - spent) / max(spent / n, 1e-9)))
