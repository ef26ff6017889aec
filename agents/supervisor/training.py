"""One training of a supervisor's policy: search, choice on validation days, and the folder that keeps both."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from agents.common.checkpoints import LearningLog, TrainingFolder
from agents.common.dual import FIGURES
from agents.common.selection import Selection, rank_tables
from agents.supervisor.search import SupervisorSearch, SupervisorSettings, named_rules
from ccenv.integrations.safety import drop_limit
from ccenv.run.config import RuleChoice
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.supervisor import LinearSupervisor

COLUMNS = ("generation", "episodes", "mean", "best", "step", *FIGURES, "cpu_s")
START = "start"
POLICY = "policy"  # folder of the chosen policy

Told = Callable[[Mapping[str, float]], object]


def train_supervisor(
    scenario: Scenario,
    folder: Path | str,
    settings: SupervisorSettings,
    routing: RuleChoice,
    pacing: RuleChoice,
    *,
    seed: int = 0,
    told: Told = lambda _: None,
) -> LinearSupervisor:
    """Search a policy, choose one on validation days and save it; a training that was stopped goes on.

    Each generation is kept. The chosen policy is in `folder/policy`, an entry of the league; the figures of the choice
    and the CPU seconds are in `folder/finished.json`, the generations in `folder/learning.csv`.

    Args:
        scenario: The centre.
        folder: Folder of the training.
        settings: How it goes.
        routing: Routing rule with the parameters from which the search starts.
        pacing: Pacing rule likewise.
        seed: Seed of the candidates and of the training days. Trainings of different seeds share no training day.
        told: Function that is told the figures of each generation, by the names of `COLUMNS`.

    Raises:
        agents.common.checkpoints.OtherTrainingError: If the folder holds a training with other settings.
        ccenv.files.locking.InUseError: If another process trains in the folder.
        ValueError: If a setting or a rule does not fit the centre.
    """
    rules: dict[str, Any] = named_rules(scenario, routing, pacing)
    about = {"scenario": scenario.digest, "reserves": scenario.reserves, "seed": seed, **rules}
    kept = TrainingFolder(folder, {**dataclasses.asdict(settings), **about})
    with kept.hold():
        if kept.outcome is None:
            search = SupervisorSearch(scenario, settings, routing, pacing, seed)
            _finish(kept, search, *_searched(kept, search, told))
    return LinearSupervisor.read(kept.path / POLICY)


def _searched(kept: TrainingFolder, search: SupervisorSearch, told: Told) -> tuple[dict[int, list[float]], float]:
    """Run the generations that are left; return the checkpoints by generation, and the CPU seconds."""
    state = kept.load_resume()
    checkpoints: dict[int, list[float]] = {}
    spent_s, began_s = 0.0, time.process_time()
    if state is None:
        search.measure()
    else:
        search.load_state(state["search"])
        checkpoints, spent_s = dict(state["checkpoints"]), state["cpu_s"]
    log = LearningLog(kept.path / "learning.csv", COLUMNS, search.generation)
    settings, done = search.settings, _done(search, spent_s)
    while done < 1.0:
        figures = search.iterate()
        cpu_s = spent_s + time.process_time() - began_s
        before, done = done, _done(search, cpu_s)
        if int(done * settings.checkpoints) > int(before * settings.checkpoints):
            checkpoints[search.generation] = search.favourite.tolist()
        row = {**figures, "cpu_s": cpu_s}
        log.add(row)
        kept.save_resume({"search": search.state(), "checkpoints": checkpoints, "cpu_s": cpu_s})
        told(row)
    return checkpoints, spent_s + time.process_time() - began_s


def _done(search: SupervisorSearch, cpu_s: float) -> float:
    """Return the share of the budget that is used up, the larger one of generations and CPU time."""
    settings = search.settings
    by_cpu = 0.0 if settings.cpu_s is None else cpu_s / settings.cpu_s
    by_generation = 0.0 if settings.generations is None else search.generation / settings.generations
    return min(1.0, max(by_cpu, by_generation))


def _finish(kept: TrainingFolder, search: SupervisorSearch, checkpoints: dict[int, list[float]], cpu_s: float) -> None:
    """Choose among the start and the checkpoints, save the policy and note the outcome."""
    began_s = time.process_time()
    moved = {START: np.zeros(search.strategy.N)} | {str(k): np.array(each) for k, each in checkpoints.items()}
    found = choice(search, moved)
    search.policy(moved[found.best]).save(kept.path / POLICY)
    rows = [
        {"name": row.name, "reward": row.reward.value, "over_start": list(row.difference),
         "dropped_share": None if np.isnan(row.dropped_share.value) else row.dropped_share.value}
        for row in found.rows
    ]  # fmt: skip
    outcome: dict[str, Any] = {
        "chosen": found.best, "rows": rows, "generations": search.generation, "episodes": search.episodes,
        "weights": int(search.strategy.N), "parameters": list(search.centre.parameters),
        "features": list(search.features), "cpu_s": cpu_s, "choice_cpu_s": time.process_time() - began_s,
    }  # fmt: skip
    kept.finish(outcome)


def choice(search: SupervisorSearch, moved: Mapping[str, np.ndarray]) -> Selection:
    """Rank policies, by coordinates of the search, on validation days: within the limit of drops by their reward."""
    scenario, days = search.centre.scenario, seeds("validation", search.settings.validation_days)
    tables = {name: search.centre.run(search.policy(each), days) for name, each in moved.items()}
    limit = drop_limit(scenario) if scenario.centre.campaigns else None
    return rank_tables(scenario, tables, START, limit=limit)
