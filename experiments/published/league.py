"""Leagues of rules on the control problems whose results nobody prints: cost of each rule, paired with a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.published.benchmarks import read
from experiments.published.control import SEARCH, costs_of

REFERENCE = "longest_queue"
LEAST = {"advisor": "least_skilled"}


class Entry(NamedTuple):
    """A rule of a league.

    Attributes:
        name: Its name on the page.
        rule: Routing rule.
        params: Its parameters.
        by: Index by which it orders the classes; empty: it has no order.
        costs: Parameter by queue that has the cost of an hour of waiting of each class; empty: none.
    """

    name: str
    rule: str
    params: Mapping[str, str] = {}
    by: str = ""
    costs: str = ""

    def policy(self, engine: str) -> dict[str, Any]:
        """Return the entry as a policy of `costs_of`."""
        policy = {"engine": engine, "rule": self.rule, "params": dict(self.params)}
        return policy | {key: value for key, value in (("index", self.by), ("costs", self.costs)) if value}


class League(NamedTuple):
    """Rules on a problem.

    Attributes:
        problem: Folder of the problem.
        about: The problem in a few words, and the unit of its cost.
        entries: The rules; one is `REFERENCE`.
        runs: Runs of each rule, on the same seeds.
        scale: Factor of the cost of a run.
        preemptive: Whether orders are judged in the authors' own model, too.
        bar: Name of an entry and the largest paired difference to the reference that it may have, as a share.
    """

    problem: str
    about: str
    entries: tuple[Entry, ...]
    runs: int
    scale: float = 1.0
    preemptive: bool = False
    bar: tuple[str, float] | None = None


def _orders(*indices: str, params: Mapping[str, str] = {}) -> tuple[Entry, ...]:
    end = f", {params['advisor']}" if params else ""
    return tuple(Entry(f"{index}{end}", "priority", params, index) for index in indices)


def _scored(**costs: str) -> tuple[Entry, ...]:
    """Return rules that score pairs of class and station, by the parameter that has the costs of the classes."""
    return tuple(Entry(f"`{rule}`, least_skilled", rule, LEAST, costs=param) for rule, param in costs.items())


ALONE = (Entry("fifo", "fifo"), Entry(REFERENCE, REFERENCE), Entry("random", "random"))
ONE_POOL = (*ALONE, *_orders("c", "c mu", "c mu / theta", "c (mu - theta)", "mu - theta"))
BY_STATION = (
    *ALONE,
    Entry("fifo, least_skilled", "fifo", LEAST),
    Entry(f"{REFERENCE}, least_skilled", REFERENCE, LEAST),
    *_orders("c mu", "c mu / theta", "fewest stations", params=LEAST),
    *_scored(
        c_mu="waiting_cost",
        c_mu_theta="waiting_cost",
        generalised_c_mu="waiting_cost",
        comparative_advantage="waiting_cost",
        planned_pairs="waiting_cost",
        max_weight="weight",
        weighted_wait="weight",
    ),
)
# Where all classes have the same mu and theta, the indices order them alike.
EQUAL_RATES = (*ALONE, *_orders("c", "file order"))
SEARCHED_ENTRY = Entry("searched order, least_skilled", "priority", LEAST, SEARCH)

LEAGUES = (
    League("single_pool_17", "17 classes, one pool, a day of 17 hours; cost of a day", ONE_POOL, 60, preemptive=True),
    League("single_pool_30", "30 classes, one pool, a day of 17 hours; cost of a day", ONE_POOL, 40),
    League(
        "parallel_13x9",
        "13 classes, 9 stations, 10 hours from empty; cost an hour",
        (*BY_STATION, SEARCHED_ENTRY),
        64,
        0.1,
        preemptive=True,
        bar=(SEARCHED_ENTRY.name, -0.30),
    ),
    League(
        "parallel_13x9_variant",
        "the same with other costs; cost an hour",
        (*BY_STATION, SEARCHED_ENTRY),
        64,
        0.1,
    ),
    League(
        "single_pool_100",
        "100 classes of the same mu and theta, one pool, a day of 17 hours; cost of a day",
        EQUAL_RATES,
        20,
    ),
    League("parallel_100x70", "100 classes, 70 stations, 10 hours from empty; cost an hour", BY_STATION, 16, 0.1),
)


def played(league: League, folder: Path, share: float) -> dict[str, Any]:
    """Return the costs of the rules of a league.

    Args:
        league: The league.
        folder: Folder of the problem.
        share: Share of the runs.

    Returns:
        `problem`, `about`, `runs`, `bar`, `rules` and `passed`. Each rule has `name`, `cost`, `error`, and `difference`
        and `difference_error` to the reference; `preemptive` and `preemptive_error`, or None where the reference
        kernel cannot run it.
    """
    problem, runs = read(folder), max(8, round(share * league.runs))
    costs = {each.name: league.scale * costs_of(problem, each.policy("ccenv"), runs) for each in league.entries}
    rules = []
    for each in league.entries:
        mine, paired = costs[each.name], costs[each.name] - costs[REFERENCE]
        other = None
        if league.preemptive and each.by:
            other = league.scale * costs_of(problem, each.policy("pre-emptive"), runs)
        rules.append(
            {
                "name": each.name,
                "cost": float(mine.mean()),
                "error": _error(mine),
                "difference": float(paired.mean()),
                "difference_error": _error(paired),
                "preemptive": None if other is None else float(other.mean()),
                "preemptive_error": None if other is None else _error(other),
            }
        )
    result = {"problem": league.problem, "about": league.about, "runs": runs, "bar": league.bar, "rules": rules}
    return {**result, "passed": meets_bar(league.bar, rules)}


def meets_bar(bar: tuple[str, float] | None, rules: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the paired difference of the bar's rule to the reference is small enough."""
    if bar is None:
        return True
    by_name = {rule["name"]: rule for rule in rules}
    return bool(by_name[bar[0]]["difference"] <= bar[1] * by_name[REFERENCE]["cost"])


def _error(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) / len(values) ** 0.5


def missed(leagues: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one line for each league that misses its bar."""
    return [
        f"{league['problem']}: {league['bar'][0]} is not {-league['bar'][1]:.0%} below {REFERENCE}"
        for league in leagues
        if not league["passed"]
    ]
