"""Rules on the published control problems: their cost in ccenv and in the authors' own model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.kpis import KpiTable
from ccenv.scenarios import load_scenario
from ccenv.simulation import simulate
from experiments.jobs.files import read_json
from experiments.published.benchmarks import HOUR_S, Problem, centre, class_names, constant, equal, read
from experiments.published.preemptive import run_costs
from experiments.published.row import Figure, Row
from experiments.published.simulated import FEWEST, FIRST_SEED

SEARCH = "searched"  # index of the order that the search has found: `experiments.published search=[...]`
SEARCHED = Path(__file__).with_name("searched.json")


def controlled(row: Row, share: float) -> dict[str, Figure]:
    """Return the mean cost of a run under the policy of each measure, times the measure's scale.

    The inputs are the `folder` of the problem, its `change`, `handle_factor`, and `policies` by the name of the
    measure: the `engine` (`ccenv` or `pre-emptive`), a routing `rule` with `params`, or an `index` by which classes are
    ordered.
    """
    problem = changed(read(Path(row.inputs["folder"])), row.inputs["change"])
    runs = max(FEWEST, round(share * row.runs))
    found = {}
    for each in row.measures:
        policy = row.inputs["policies"][each.name]
        costs = each.scale * costs_of(problem, policy, runs, row.inputs["handle_factor"])
        found[each.name] = Figure(float(costs.mean()), float(costs.std(ddof=1)) / runs**0.5)
    return found


def changed(problem: Problem, change: Mapping[str, Mapping[str, float]]) -> Problem:
    """Return a problem with `constant` staffing and arrivals, or with `equal` classes, or as it is."""
    if "constant" in change:
        problem = constant(problem, int(change["constant"]["agents"]), change["constant"]["arrivals"])
    return equal(problem, **change["equal"]) if "equal" in change else problem


def costs_of(problem: Problem, policy: Mapping[str, Any], runs: int, handle_factor: float = 1.0) -> np.ndarray:
    """Return the cost of each run: of the waiting of all classes, those who abandon included, and of the end."""
    seeds = range(FIRST_SEED, FIRST_SEED + runs)
    if policy["engine"] == "pre-emptive":
        return run_costs(
            problem._replace(mu=problem.mu / handle_factor), pair_order(problem, order_of(problem, policy)), seeds
        )
    scenario = load_scenario(centre(problem, handle_factor))
    table = simulate(scenario, routing=routing_of(problem, policy), seeds=seeds, kpis=list(cost_columns()))
    return costs_in(problem, table)


def cost_columns() -> tuple[str, ...]:
    """Return the columns of a KPI table from which a cost is formed."""
    return ("waiting_s", "n_unserved")


def costs_in(problem: Problem, table: KpiTable) -> np.ndarray:
    """Return the cost of each run of a table: waiting, of those who abandon too, and who waits at the end."""
    waiting = sum(
        rate / HOUR_S * table[f"waiting_s:{name}"]
        for name, rate in zip(class_names(problem), problem.cost, strict=True)
    )
    return np.asarray(waiting + problem.terminal * table["n_unserved"], np.float64)


def routing_of(problem: Problem, policy: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the routing rule of a policy with its parameters; `costs` names the one that has the classes' costs."""
    params = dict(policy.get("params", {}))
    if "index" in policy:
        params["order"] = [class_names(problem)[k] for k in order_of(problem, policy)]
    if "costs" in policy:
        params[policy["costs"]] = dict(zip(class_names(problem), problem.cost.tolist(), strict=True))
    return policy["rule"], params


def order_of(problem: Problem, policy: Mapping[str, Any]) -> np.ndarray:
    """Return the classes in the order of a policy's index, or as the search has found it.

    Raises:
        ValueError: If the policy has no order of classes.
    """
    index = policy.get("index")
    if index is None:
        raise ValueError(f"policy = {dict(policy)}: it has no order of classes; allowed: index = {', '.join(INDICES)}")
    if index == SEARCH:
        return np.array([class_names(problem).index(name) for name in searched(problem.name)["order"]])
    return np.argsort(-INDICES[index](problem), kind="stable")


def searched(name: str) -> dict[str, Any]:
    """Return what the search has found for a problem: `order`, `advisor` and the effort."""
    found: dict[str, Any] = read_json(SEARCHED)[name]
    return found


def pair_order(problem: Problem, classes: np.ndarray) -> np.ndarray:
    """Return pairs in the order of classes; of a class, the stations with the fewest classes first."""
    skills = (problem.mu > 0.0).sum(axis=0)
    stations = np.argsort(skills, kind="stable")
    return np.array([(k, j) for k in classes for j in stations if problem.mu[k, j] > 0.0])


def _mean_mu(problem: Problem) -> np.ndarray:
    """Service rate of a class, averaged over the stations that serve it."""
    return np.array([rates[rates > 0.0].mean() for rates in problem.mu])


INDICES = {
    "c": lambda problem: problem.cost,
    "c mu": lambda problem: problem.cost * _mean_mu(problem),
    "c mu / theta": lambda problem: problem.cost * _mean_mu(problem) / problem.theta,
    "c (mu - theta)": lambda problem: problem.cost * (_mean_mu(problem) - problem.theta),
    "mu - theta": lambda problem: _mean_mu(problem) - problem.theta,
    "fewest stations": lambda problem: -(problem.mu > 0.0).sum(axis=1).astype(float),
    "file order": lambda problem: np.zeros(len(problem.cost)),
}
