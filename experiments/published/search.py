"""Search of the order of classes of a published problem: `python -m experiments.published search=[parallel_13x9]`.

It uses objective, days and comparisons of the joint tuning (`experiments.pipeline.joint`), with the cost in place of
the reward: orders of the rule `priority`, from the best of all indices. The effort is a number of training runs, not a
time, so the same seed gives the same order on any machine. The search keeps its state, so an interrupted one continues
and ends with the same order. `experiments/published/searched.json` holds the results; the league reads it.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ccenv.files.writing import write_json
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.jobs.cells import cell_digest
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.sources import code_digest
from experiments.pipeline.evaluation import Pair, Rule
from experiments.pipeline.joint.moves import Searcher, insertions
from experiments.pipeline.joint.objective import Objective, Score
from experiments.pipeline.joint.space import Space, with_param
from experiments.published.benchmarks import Problem, centre, class_names, data_digest, read
from experiments.published.control import INDICES, SEARCHED, cost_columns, costs_in, order_of
from experiments.published.settings import Settings

VALIDATION = 128
FEW = 8  # training runs on which a move is tried at first
KEPT_EVERY = 5  # moves after which the state is written
WORDS = ("least_skilled", "longest_idle")


class CostObjective(Objective):
    """Scores rules by the cost of a published problem, less is better.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.n_seeds = 0
        super().__init__(load_scenario(centre(problem)), None)

    def window(self, n: int) -> np.ndarray:
        """Return n training seeds that this objective has not used."""
        self.n_seeds += n
        return super().window(n)

    def score(self, pair: Pair, days: np.ndarray) -> Score | None:
        """Return the score of a pair: the cost of each run, with a minus sign."""
        table = simulate(self.scenario, **pair.as_call(), seeds=days, kpis=list(cost_columns()))
        self.n_days += len(days)
        self.n_pairs += 1
        return Score(pair, -costs_in(self.problem, table), np.nan)


class Descent(Searcher):
    """The search of a problem. It stops after a number of training runs, and continues from its state.

    Args:
        problem: The problem.
        runs: Training runs; the last move may exceed them.
        seed: Seed of the moves.
        state_file: Where the state is kept.
    """

    objective: CostObjective

    def __init__(self, problem: Problem, runs: int, seed: int, state_file: Path) -> None:
        objective = CostObjective(problem)
        super().__init__(Space(objective.scenario, "P1"), objective, np.random.default_rng(seed), math.inf)
        self.runs = runs
        self.state_file = state_file
        self.cpu_s = 0.0
        self.started = time.process_time()
        self.pair = self._continued() if state_file.exists() else self._first(problem)

    @property
    def over(self) -> bool:
        """Whether the runs are spent."""
        return self.objective.n_days >= self.runs

    @property
    def total_cpu_s(self) -> float:
        """CPU time of this process and of those before it whose state it has taken over, in seconds."""
        return round(self.cpu_s + time.process_time() - self.started, 1)

    def _first(self, problem: Problem) -> Pair:
        """Return the best of all indices with each choice of group."""
        pairs = [priority(problem, index, word) for index in INDICES for word in WORDS]
        return self.objective.scores(pairs, self.objective.window(self.days))[0].pair

    def _continued(self) -> Pair:
        state = read_json(self.state_file)
        self.objective.window(state["training_seeds"])
        self.objective.n_days = state["training_runs"]
        self.rng.bit_generator.state = state["random"]
        self.cpu_s = state["cpu_s"]
        return Pair(Rule("priority", state["routing"]), Rule("no_dial"))

    def keep(self) -> None:
        """Write the state."""
        state = {
            "routing": dict(self.pair.routing.params), "training_runs": self.objective.n_days,
            "training_seeds": self.objective.n_seeds, "random": self.rng.bit_generator.state,
            "cpu_s": self.total_cpu_s,
        }  # fmt: skip
        write_json(self.state_file, state)

    def move(self) -> None:
        """Move one class to a random place of the order, and keep what is better.

        A move that is better on a few training runs is confirmed on more, all paired and new.
        """
        moved = insertions(list(self.pair.routing.params["order"]))
        candidate = with_param(self.pair, "routing", "order", list(moved[self.rng.integers(len(moved))]))
        runs = self.objective.window(FEW)
        new, old = self.objective.score(candidate, runs), self.objective.score(self.pair, runs)
        if new is not None and old is not None and new.value > old.value:
            self.pair = self.better(self.pair, candidate)


def priority(problem: Problem, index: str, advisor: str) -> Pair:
    """Return the rule `priority` with the classes in the order of an index."""
    order = [class_names(problem)[k] for k in order_of(problem, {"index": index})]
    return Pair(Rule("priority", {"advisor": advisor, "order": order}), Rule("no_dial"))


def search(problem: Problem, runs: int, seed: int, state_file: Path) -> dict[str, Any]:
    """Return the order and choice of group that the search ends with, the cost of a validation run, and the effort.

    Args:
        problem: The problem.
        runs: Training runs; the last move may exceed them, and the validation runs come on top.
        seed: Seed of the moves.
        state_file: Where the state is kept; a search whose state is there goes on from it.
    """
    descent = Descent(problem, runs, seed, state_file)
    n_moves = 0
    with tqdm(total=runs, initial=descent.objective.n_days, desc=problem.name, dynamic_ncols=True) as bar:
        while not descent.over:
            if n_moves % KEPT_EVERY == 0:
                descent.keep()
            descent.move()
            n_moves += 1
            bar.update(descent.objective.n_days - bar.n)
    descent.keep()
    training_runs = descent.objective.n_days
    cost = -descent.objective.scores([descent.pair], seeds("validation", VALIDATION))[0].value
    params = descent.pair.routing.params
    return {
        "order": list(params["order"]), "advisor": params["advisor"], "validation_cost": round(cost, 1),
        "validation_runs": VALIDATION, "training_runs": training_runs, "seed": seed, "cpu_s": descent.total_cpu_s,
    }  # fmt: skip


def search_all(settings: Settings, command: str) -> Path:
    """Search the problems of `settings.search` and write what is found; return the file of the results.

    Raises:
        ValueError: If a problem is not in the folder of the benchmarks, or the effort is not allowed.
    """
    if settings.search_runs < 1 or settings.search_seed < 0:
        given = f"search_runs = {settings.search_runs}, search_seed = {settings.search_seed}"
        raise ValueError(f"{given}; allowed: 1 run or more, and a seed of 0 or more")
    benchmarks = ROOT / settings.benchmarks
    for name in settings.search:
        if not (benchmarks / name).is_dir():
            there = ", ".join(sorted(path.name for path in benchmarks.glob("*/"))) or "none"
            raise ValueError(f"search = {name!r}: no folder of {benchmarks}; allowed: {there}")
    for name in settings.search:
        effort = {"runs": settings.search_runs, "seed": settings.search_seed, "data": data_digest(benchmarks / name)}
        digest = cell_digest(effort, "", code_digest((__name__,)))
        state_file = ROOT / settings.dir / "search" / f"{digest}.json"
        found = search(read(benchmarks / name), settings.search_runs, settings.search_seed, state_file)
        before = read_json(SEARCHED) if SEARCHED.exists() else {}
        write_json(SEARCHED, {**before, name: {**found, "command": command}})
    return SEARCHED
