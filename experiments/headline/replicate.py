"""A replicate: the tuning of a start, learning, choice and export, from one master seed on days of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agents.common.checkpoints import read_log
from agents.registry import LEARNERS
from agents.train import Training
from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from experiments.headline.settings import Settings
from experiments.jobs.cells import cell_digest
from experiments.jobs.config import LearnerConfig, LogConfig
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import LEARNED, centre_digest, policy_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import Pair, drop_limit, own_pair, pair_of, rule_days
from experiments.pipeline.joint.search import Tuned, tune_rung
from experiments.pipeline.joint.space import RUNGS
from experiments.pipeline.learning import choose, export, learn, training_of

START = RUNGS[-1]  # the rung of the rules from which a learner starts
OWN_START = "own"  # in place of a rung: the scenario's own rules
FIRST_REPLICATE = 128  # of the tuning; those before are left to the opponents
MOST_SEEDS = 128  # master seeds: the training days of the tuning are divided among 256 replicates
TRAININGS = 256  # trainings whose days lie within those of one replicate of the tuning
VALIDATION_DAYS = 2**13  # of a replicate: the first half for its tuning, the second for its learner
STEPS = 10**12  # decisions; the CPU time ends a training before


class Cell(NamedTuple):
    """A replicate of a learner at a centre; `seed` is its master seed."""

    centre: str
    learner: str
    seed: int


def cells_of(settings: Settings) -> list[Cell]:
    """Return the cells that the settings ask for."""
    names = settings.only or list(settings.learners)
    masters = range(settings.seed, settings.seed + settings.replicates)
    return [Cell(centre, name, seed) for centre in settings.centres for name in names for seed in masters]


def folder_of(settings: Settings, cell: Cell) -> Path:
    """Return the folder of a cell, named by its inputs, its centre and its code."""
    learner = settings.learners[cell.learner]
    inputs = {
        "learner": dataclasses.asdict(learner), "cpu_s": settings.cpu_s[cell.learner], "seed": cell.seed,
        "tuning_share": tuning_share(settings, cell.learner),
    }  # fmt: skip
    name = cell_digest(inputs, centre_digest(load_scenario(cell.centre)), _code(learner))
    return ROOT / settings.dir / "cells" / name


def tuning_share(settings: Settings, learner: str) -> float:
    """Return the share of the CPU time of a learner that tunes the rules of its start."""
    return 0.0 if learner in settings.own_start else settings.tuning_share


def _code(learner: LearnerConfig) -> str:
    address = LEARNERS.get(learner.name, learner.name).partition(":")[0]
    return code_digest((*LEARNED.entries, "experiments.pipeline.joint.search", __name__, address))


def make(settings: Settings, cell: Cell) -> dict[str, Any]:
    """Run the unfinished stages of a cell; return what they found and what they cost."""
    scenario, learner = load_scenario(cell.centre), settings.learners[cell.learner]
    free = scenario.with_reserves("either") if scenario.campaigns else scenario  # both kinds of dials, as P1 and P2
    budget_s = settings.cpu_s[cell.learner]
    tuning_s = tuning_share(settings, cell.learner) * budget_s
    learning_s = budget_s - tuning_s
    folder = folder_of(settings, cell)
    with Workers(1) as workers:
        stages = Stages(folder, folder.name, {"cell": cell._asdict(), **dataclasses.asdict(learner)}, workers)
        start = stages.run("tuning", lambda: _tuned(scenario, learner, cell.seed, tuning_s))
        stages.run("training", lambda: _trained(free, learner, cell.seed, learning_s, stages, start))
        choice = stages.run("choice", lambda: _chosen(free, learner, cell.seed, stages, start))
        stages.run("bundle", lambda: _exported(free, learner, cell, stages, start, choice))
    return summary(scenario, folder, seconds_of(folder, "tuning"), start["pair"], start["rung"])


def _tuned(scenario: Scenario, learner: LearnerConfig, seed: int, cpu_s: float) -> dict[str, Any]:
    """Return the rules of the start: the best of a search, or the scenario's own if there is no time for one."""
    if not cpu_s:
        return {"pair": dataclasses.asdict(own_pair(scenario)), "rung": OWN_START}
    return dataclasses.asdict(tuned_start(scenario, seed, cpu_s, learner.validation_days))


def tuned_start(
    scenario: Scenario, seed: int, cpu_s: float, validation_days: int, reserves: bool | None = None
) -> Tuned:
    """Tune the rules from which a replicate starts, on its own training and validation days.

    Args:
        scenario: The centre.
        seed: Master seed.
        cpu_s: CPU time of the search in seconds.
        validation_days: Days of the choice.
        reserves: Campaign flag of the pacing rules allowed; None for both.
    """
    rule_days(scenario, own_pair(scenario), seeds("training", 1))  # loads the compiled simulator
    return tune_rung(
        scenario, START, limit=drop_limit(scenario), cpu_s=cpu_s, replicate=FIRST_REPLICATE + seed,
        validation_days=validation_days, skip=first_validation_day(seed), reserves=reserves,
    )  # fmt: skip


def first_validation_day(seed: int) -> int:
    """Return the first validation day of a replicate; the days before all replicates are left to the opponents."""
    return (1 + seed) * VALIDATION_DAYS


def training_seed(seed: int) -> int:
    """Return the seed of a replicate's learning, whose days are the last of those of its tuning."""
    return TRAININGS * (FIRST_REPLICATE + seed + 1) - 1


def _trained(
    scenario: Scenario, learner: LearnerConfig, seed: int, cpu_s: float, stages: Stages, start: Mapping[str, Any]
) -> dict[str, Any]:
    pair = pair_of(start["pair"])
    own = training_seed(seed)
    training = dataclasses.replace(training_of(learner), steps=STEPS, wall_s=None, cpu_s=cpu_s, seed=own)
    log = LogConfig(console=False, validation_days=0)
    done = learn(
        scenario, pair, training, learner.copies, scenario.reserves, stages.work / "training", log, pair, learner.dials
    )
    assert done.outcome is not None
    return done.outcome


def _chosen(
    scenario: Scenario, learner: LearnerConfig, seed: int, stages: Stages, start: Mapping[str, Any]
) -> dict[str, Any]:
    return chosen(scenario, pair_of(start["pair"]), stages, learner, training_of(learner), seed)


def chosen(
    scenario: Scenario, pair: Pair, stages: Stages, learner: LearnerConfig, training: Training, seed: int
) -> dict[str, Any]:
    """Choose a checkpoint of a replicate within the drop limit, on its own validation days; see `choose`."""
    files = sorted((stages.work / "training" / "policies").glob("*.pt"))
    return choose(
        scenario, pair, {int(file.stem): file for file in files}, learner.select_by, learner.validation_days,
        drop_limit(scenario), stages.workers, training, skip=first_validation_day(seed) + VALIDATION_DAYS // 2,
    )  # fmt: skip


def _exported(
    scenario: Scenario,
    learner: LearnerConfig,
    cell: Cell,
    stages: Stages,
    start: Mapping[str, Any],
    choice: Mapping[str, Any],
) -> dict[str, Any]:
    point = _point(choice)
    file = stages.work / "training" / "policies" / f"{point['n_decisions']:012d}.pt"
    made = {
        "source_digest": _code(learner), "seeds": "training", "steps": point["n_decisions"],
        "details": {"learner": cell.learner, "master_seed": cell.seed},
    }  # fmt: skip
    export(
        scenario, pair_of(start["pair"]), file, point["decision"], stages.bundle, made, training_of(learner).randomise
    )
    return {"n_decisions": point["n_decisions"], "policy": policy_digest(stages.bundle)}


def _point(choice: Mapping[str, Any]) -> dict[str, Any]:
    point: dict[str, Any] = next(point for point in choice["points"] if point["chosen"])
    return point


def is_feasible(share: Mapping[str, Any] | None, limit: float | None) -> bool:
    """Return whether a dropped share of validation days does not surely exceed the limit."""
    if share is None or limit is None:
        return True
    return bool((share["mean"] if share["low"] is None else share["low"]) <= limit)


def seconds_of(folder: Path, stage: str) -> float:
    """Return the CPU time of a finished stage in seconds."""
    found: float = read_json(folder / "timings" / f"{stage}.json")["cpu_s"]
    return found


def summary(scenario: Scenario, folder: Path, tuning_s: float, pair: Mapping[str, Any], rung: str) -> dict[str, Any]:
    """Return what the table of a centre needs of a finished replicate, in a folder of stages.

    Args:
        scenario: The centre.
        folder: The folder.
        tuning_s: CPU time in seconds that has tuned the rules of the start.
        pair: These rules.
        rung: Their rung.

    Returns:
        `policy` (digest), `feasible` (the dropped share on validation days does not surely exceed the limit),
        `kept_rule` (the rules of the start if they are better than every checkpoint on validation days, else None),
        `start` (label of these rules), `rung`, `decisions`, `simulated_days`, and CPU times `learning_s`, `choosing_s`,
        `hyperparameters_s`.
    """
    training, choice = (read_json(folder / "results" / f"{name}.json") for name in ("training", "choice"))
    episodes = sum(row["episodes"] for row in read_log(folder / "work" / "training" / "learning.csv"))
    return {
        "policy": policy_digest(folder / "bundle"),
        "feasible": is_feasible(_point(choice)["dropped_share"], drop_limit(scenario)),
        "kept_rule": dict(pair) if choice["rule_is_best"] else None,
        "start": pair_of(pair).label,
        "rung": rung,
        "decisions": training["steps"],
        "simulated_days": round(episodes * scenario.centre.episode_days),
        "learning_s": round(training["cpu_s"], 1),
        "choosing_s": round(seconds_of(folder, "choice") + seconds_of(folder, "bundle"), 1),
        "hyperparameters_s": round(tuning_s, 1),
    }
