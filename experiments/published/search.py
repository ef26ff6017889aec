"""Search the order of classes of a published problem: `python -m experiments.published.search parallel_13x9`.

Uses the joint tuning's objective, training days and comparisons (`experiments.pipeline.joint`) with the cost in place
of the reward: orders of the rule `priority`, from the best of all indices. What is better on validation seeds is
written into `experiments/published/searched.json`, where the league reads it; a second search goes on from there.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.files.writing import write_json
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.jobs.files import ROOT, read_json
from experiments.pipeline.evaluation import Pair, Rule
from experiments.pipeline.joint.moves import Searcher, insertions
from experiments.pipeline.joint.objective import Objective, Score
from experiments.pipeline.joint.space import Space, with_param
from experiments.published.benchmarks import Problem, centre, class_names, read
from experiments.published.control import INDICES, SEARCHED, cost_columns, costs_in, order_of
from experiments.published.settings import Settings

CPU_S = 90.0
VALIDATION = 128
FEW = 8  # training runs on which a move is tried at first


class CostObjective(Objective):
    """Scores rules by the cost of a published problem, less is better.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(load_scenario(centre(problem)), None)

    def score(self, pair: Pair, days: np.ndarray) -> Score | None:
        """Return the score of a pair: the cost of each run, with a minus sign."""
        table = simulate(self.scenario, **pair.as_call(), seeds=days, kpis=list(cost_columns()))
        self.n_days += len(days)
        self.n_pairs += 1
        return Score(pair, -costs_in(self.problem, table), np.nan)


def priority(problem: Problem, index: str, advisor: str) -> Pair:
    """Return the rule `priority` with the classes in the order of an index."""
    order = [class_names(problem)[k] for k in order_of(problem, {"index": index})]
    return Pair(Rule("priority", {"advisor": advisor, "order": order}), Rule("no_dial"))


def search(problem: Problem, cpu_s: float = CPU_S, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the best order and choice of group, with the cost of a validation run and the effort.

    Args:
        problem: The problem.
        cpu_s: CPU time of the search in seconds; the choice on validation seeds comes on top.
        before: What an earlier search has found, from which this one may start.
    """
    objective = CostObjective(problem)
    searcher = Searcher(Space(objective.scenario, "P1"), objective, np.random.default_rng([0, *_effort(before)]), cpu_s)
    words = ("least_skilled", "longest_idle")
    first = [priority(problem, index, word) for index in INDICES for word in words]
    if before is not None:
        kept = {"advisor": before["advisor"], "order": list(before["order"])}
        first = [Pair(Rule("priority", kept), Rule("no_dial"))]
    best = objective.scores(first, objective.window(searcher.days))[0].pair
    found = [best, descended(searcher, best)]
    training_runs = objective.n_days + sum(_effort(before))
    chosen = objective.scores(found, seeds("validation", VALIDATION))[0]
    params = chosen.pair.routing.params
    return {
        "order": list(params["order"]),
        "advisor": params["advisor"],
        "validation_cost": round(-chosen.value, 1),
        "validation_runs": VALIDATION,
        "training_runs": training_runs,
    }


def _effort(before: Mapping[str, Any] | None) -> list[int]:
    """Training runs of an earlier search."""
    return [] if before is None else [int(before["training_runs"])]


def descended(searcher: Searcher, pair: Pair) -> Pair:
    """Move one class at a time to a random place of the order, and keep what is better, until the time is over.

    A move that is better on a few training runs is confirmed on more, all paired and new.
    """
    while not searcher.over:
        moved = insertions(list(pair.routing.params["order"]))
        order = list(moved[searcher.rng.integers(len(moved))])
        candidate = with_param(pair, "routing", "order", order)
        runs = searcher.objective.window(FEW)
        new, old = searcher.objective.score(candidate, runs), searcher.objective.score(pair, runs)
        if new is not None and old is not None and new.value > old.value:
            pair = searcher.better(pair, candidate)
    return pair


def main() -> None:
    """Search one problem and write what is found beside what is there."""
    parser = argparse.ArgumentParser(prog="python -m experiments.published.search", description=__doc__)
    parser.add_argument("problem", help="folder of the problem, such as parallel_13x9")
    parser.add_argument("--benchmarks", default=Settings().benchmarks, help="folder of the problems")
    parser.add_argument("--cpu-s", type=float, default=CPU_S, help="CPU time of the search in seconds")
    given = parser.parse_args()
    problem = read(ROOT / Path(given.benchmarks) / given.problem)
    before = read_json(SEARCHED) if SEARCHED.exists() else {}
    write_json(SEARCHED, {**before, problem.name: search(problem, given.cpu_s, before.get(problem.name))})
    print(SEARCHED)


if __name__ == "__main__":
    main()
