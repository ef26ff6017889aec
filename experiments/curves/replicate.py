"""A replicate: the learning of one policy from one master seed, judged at log-spaced times on evaluation days.

Trainings are those of `experiments.headline.replicate`: the same seeds, rules of the start and kinds of dials.
"""

from __future__ import annotations

import dataclasses
import functools
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agents.common.loggers import CsvLogger
from agents.policies import load_policy
from agents.registry import LEARNERS
from agents.train import Training, train
from ccenv.batch import Batch
from ccenv.kpis.dropped_share import share_column, share_columns
from ccenv.policy import RulePolicy
from ccenv.rewards.sums import reward_columns
from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.curves.declared import PER_UNIT, SCRATCH, WARM, marks_of
from experiments.curves.settings import Settings
from experiments.headline.replicate import STEPS, training_seed, tuned_start
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import VALUE, Pair, Rule, finite, pair_of, with_value
from experiments.pipeline.learning import training_of

DECISION = "argmax"
ENTRIES = (__name__, "agents.train", "agents.policies")


class Cell(NamedTuple):
    """A replicate: centre, start, learner and master seed."""

    centre: str
    start: str
    learner: str
    seed: int


def cells_of(settings: Settings) -> list[Cell]:
    """Return the cells that the settings ask for."""
    masters = range(settings.seed, settings.seed + settings.replicates)
    return [
        Cell(centre, start, learner, seed)
        for centre in settings.centres
        for start in settings.starts
        for learner in settings.only or settings.learners
        for seed in masters
    ]


def cpu_s_of(settings: Settings, learner: str) -> float:
    """Return the CPU time of the learning of a learner in seconds."""
    return settings.times[learner] * settings.search_cpu_s


def folder_of(settings: Settings, cell: Cell) -> Path:
    """Return the folder of a cell, named by its inputs, its centre and its code; evaluation days do not count."""
    learner = settings.learners[cell.learner]
    inputs = {
        "start": cell.start, "seed": cell.seed, "learner": dataclasses.asdict(learner),
        "cpu_s": cpu_s_of(settings, cell.learner), "times": settings.times[cell.learner],
        "tuning": [settings.tuning_cpu_s, settings.validation_days] if cell.start == WARM else None,
    }  # fmt: skip
    address = LEARNERS.get(learner.name, learner.name).partition(":")[0]
    code = code_digest((*ENTRIES, address))
    return ROOT / settings.dir / "cells" / cell_digest(inputs, centre_digest(load_scenario(cell.centre)), code)


def found_of(settings: Settings, cell: Cell) -> dict[str, Any] | None:
    """Return what a finished cell has found, as `make`; None if it is not finished."""
    path = folder_of(settings, cell) / "results" / f"{_stage(settings)}.json"
    return read_json(path) if path.exists() else None


def _stage(settings: Settings) -> str:
    return f"points-{settings.days}"


def make(settings: Settings, cell: Cell) -> dict[str, Any]:
    """Run the unfinished stages of a cell.

    Returns:
        `points`, one a mark: `mark` (time in multiples of the search's), `cpu_s`, `steps`, `values` (of each day) and
        `dropped_share`; and `tuning_s`, the CPU time of the rules of a warm start.
    """
    learner = settings.learners[cell.learner]
    folder = folder_of(settings, cell)
    start = start_of(settings, cell)
    pair = plain_pair(free(load_scenario(cell.centre))) if start is None else pair_of(start["pair"])
    with Workers(1) as workers:
        stages = Stages(folder, folder.name, {"cell": cell._asdict(), **dataclasses.asdict(learner)}, workers)
        stages.run("training", lambda: _trained(settings, cell, pair, stages.work / "training"))
        found: dict[str, Any] = stages.run(
            _stage(settings), lambda: _found(settings, cell, pair, stages.work / "training", start)
        )
    return found


def free(scenario: Scenario) -> Scenario:
    """Return a centre whose dials may be of both kinds, as for P1 and P2."""
    return scenario.with_reserves("either") if scenario.campaigns else scenario


def plain_pair(scenario: Scenario) -> Pair:
    """Return the rules without numbers beside a learner from scratch: FIFO, and a dial for each idle advisor.

    They order the contacts of a queue and are the first base of `clones`; nothing imitates them.
    """
    return Pair(Rule("fifo"), Rule("progressive" if scenario.campaigns else "no_dial"))


def start_of(settings: Settings, cell: Cell) -> dict[str, Any] | None:
    """Return the tuned rules of a warm start, which all learners of a master seed share; None from scratch."""
    if cell.start == SCRATCH:
        return None
    scenario = load_scenario(cell.centre)
    inputs = {"seed": cell.seed, "cpu_s": settings.tuning_cpu_s, "validation_days": settings.validation_days}
    name = cell_digest(inputs, centre_digest(scenario), code_digest(("experiments.headline.replicate",)))
    path = ROOT / settings.dir / "starts" / f"{name}.json"
    found: dict[str, Any] = read_json(run_once(path, lambda: _tuned(settings, scenario, cell.seed))[0])
    return found


def _tuned(settings: Settings, scenario: Scenario, seed: int) -> dict[str, Any]:
    return dataclasses.asdict(tuned_start(scenario, seed, settings.tuning_cpu_s, settings.validation_days))


def _trained(settings: Settings, cell: Cell, pair: Pair, folder: Path) -> dict[str, Any]:
    loaded(settings, cell, pair)
    times, cpu_s = settings.times[cell.learner], cpu_s_of(settings, cell.learner)
    training = dataclasses.replace(
        training_of(settings.learners[cell.learner]), steps=STEPS, wall_s=None, cpu_s=cpu_s,
        seed=training_seed(cell.seed), n_checkpoints=round(PER_UNIT * times),
    )  # fmt: skip
    return _train(settings, cell, pair, training, folder)


def _train(settings: Settings, cell: Cell, pair: Pair, training: Training, folder: Path) -> dict[str, Any]:
    scenario, call = free(load_scenario(cell.centre)), pair.as_call()
    copies = settings.learners[cell.learner].copies
    batch = Batch(scenario, copies, reserves=scenario.reserves, autoreset="same_step", **call)
    rule = RulePolicy(batch.scenario, **call) if cell.start == WARM else None
    about = {"rules": call, "start": cell.start}
    done = train(batch, folder, training, rule, about=about, progress=False, logger=CsvLogger(_log(folder)))
    assert done.outcome is not None
    return done.outcome


_ready: set[tuple[str, str, str]] = set()


def loaded(settings: Settings, cell: Cell, pair: Pair) -> None:
    """Load or compile what a training runs, by one iteration that is thrown away, so that no learning pays for it."""
    if cell[:3] not in _ready:
        training = dataclasses.replace(training_of(settings.learners[cell.learner]), steps=1, wall_s=None, cpu_s=None)
        with tempfile.TemporaryDirectory() as folder:
            _train(settings, cell, pair, training, Path(folder))
        _ready.add(cell[:3])


def _log(folder: Path) -> Path:
    return folder / "log.csv"


def _found(settings: Settings, cell: Cell, pair: Pair, folder: Path, start: Mapping[str, Any] | None) -> dict[str, Any]:
    times, cpu_s = settings.times[cell.learner], cpu_s_of(settings, cell.learner)
    outcome = read_json(folder / "finished.json")
    kept = kept_policies(folder, cpu_s, outcome)
    scenario, days = free(load_scenario(cell.centre)), seeds("evaluation", settings.days)
    judged = functools.cache(lambda steps: judge(scenario, pair, kept[steps].file, days))
    points = [
        {"mark": mark, "cpu_s": kept[steps].cpu_s, "steps": steps, **judged(steps)}
        for mark in marks_of(times)
        for steps in [at(kept, mark / times)]
    ]
    return {"points": points, "tuning_s": 0.0 if start is None else round(start["cpu_s"], 1)}


class Kept(NamedTuple):
    """A policy that a training has kept: its file, the share of the budget that was used up, and the CPU time [s]."""

    file: Path
    done: float
    cpu_s: float


def kept_policies(folder: Path, cpu_s: float, outcome: Mapping[str, Any]) -> dict[int, Kept]:
    """Return the policies of a training by the decisions that they have learned from.

    Args:
        folder: Folder of the training.
        cpu_s: Its budget.
        outcome: Its outcome, whose CPU time is that of the last policy: the budget is over within an iteration, or
            before the first one.
    """
    done = {0: 0.0}
    for line in _log(folder).read_text().splitlines()[1:]:
        step, name, value = line.split(",")
        if name == "train/done":
            done[int(step)] = float(value)
    files = {int(file.stem): file for file in sorted((folder / "policies").glob("*.pt"))}
    found = {steps: Kept(file, done[steps], round(done[steps] * cpu_s, 2)) for steps, file in files.items()}
    last = max(found)
    return {**found, last: found[last]._replace(done=1.0, cpu_s=round(outcome["cpu_s"], 2))}


def at(kept: Mapping[int, Kept], done: float) -> int:
    """Return the policy, by its decisions, that was the first when a share of the budget was used up."""
    return next(steps for steps in sorted(kept) if kept[steps].done >= done - 1e-9)


def judge(scenario: Scenario, pair: Pair, file: Path, days: np.ndarray) -> dict[str, Any]:
    """Return the values of the days of a policy, and its dropped share; None without a campaign or without connects."""
    kpis = [*share_columns(scenario), *reward_columns(scenario)]
    policy = load_policy(file, decision=DECISION)
    table = with_value(scenario, simulate(scenario, policy=policy, seeds=days, kpis=kpis, **pair.as_call()))
    share = None
    if scenario.campaigns:
        name = share_column(scenario, table)
        share = finite(table.summary(kpis=[name])[name].value)
    return {"values": np.asarray(table[VALUE], float).tolist(), "dropped_share": share}
