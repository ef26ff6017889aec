"""One replicate of a learner at a centre: rules to start from, training, choice and export, from one master seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agents.common.checkpoints import read_log
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.headline.replicate import (
    FIRST_REPLICATE,
    START,
    VALIDATION_DAYS,
    first_validation_day,
    is_feasible,
    training_seed,
)
from experiments.jobs.files import read_json
from experiments.jobs.jobs import Job
from experiments.jobs.kinds import policy_digest
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import drop_limit, own_pair, pair_of, rule_days
from experiments.pipeline.joint.search import tune_rung
from experiments.pipeline.learned import exported, trained, training_for
from experiments.pipeline.learning import choose
from experiments.showcase.settings import Settings, learners_of, with_seed

STAGES = ("start", "training", "choice", "bundle")


class Replicate(NamedTuple):
    """A replicate.

    Attributes:
        row: Name of the learner's row.
        seed: Master seed.
        folder: Folder of its stages.
        described: Whether it is the policy that the report describes; its stages are then those of the benchmark.
    """

    row: str
    seed: int
    folder: Path
    described: bool


def make(settings: Settings, scenario: Scenario, replicate: Replicate, digest: str) -> None:
    """Run the unfinished stages of a replicate; runs in a worker process.

    Args:
        settings: Those of the benchmark.
        scenario: The centre.
        replicate: Which.
        digest: Name of the benchmark's job.
    """
    own = with_seed(settings, learners_of(settings)[replicate.row], training_seed(replicate.seed))
    kept = settings if replicate.described else own
    with Workers(1) as workers:
        job = Job(own, scenario, Stages(replicate.folder, digest, dataclasses.asdict(kept), workers), workers)
        start = job.stages.run("start", lambda: _started(job, settings.replicates.start_cpu_s, replicate.seed))
        job.stages.run("training", lambda: trained(job, start))
        choice = job.stages.run("choice", lambda: _chosen(job, start, replicate.seed))
        job.stages.run("bundle", lambda: exported(job, start, choice))


def is_done(replicate: Replicate) -> bool:
    """Return whether all stages of a replicate are finished."""
    return all((replicate.folder / "results" / f"{stage}.json").exists() for stage in STAGES)


def _started(job: Job, cpu_s: float, seed: int) -> dict[str, Any]:
    """Tune the rules of the start on the replicate's own days; the learning starts from the best pair."""
    scenario = job.scenario
    rule_days(scenario, own_pair(scenario), seeds("training", 1))  # loads the compiled simulator
    found = tune_rung(
        scenario, START, limit=drop_limit(scenario), cpu_s=cpu_s, replicate=FIRST_REPLICATE + seed,
        validation_days=job.settings.learner.validation_days, skip=first_validation_day(seed),
        reserves=scenario.reserves if scenario.reserves in (True, False) else None,
    )  # fmt: skip
    pair = dataclasses.asdict(found.pair)
    return {"best": pair, "warm_start": pair, "rung": found.rung, "training_days": found.training_days}


def _chosen(job: Job, start: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Choose a checkpoint within the drop limit on the replicate's own validation days."""
    learner, files = job.settings.learner, sorted((job.stages.work / "training" / "policies").glob("*.pt"))
    return choose(
        job.scenario, pair_of(start["warm_start"]), {int(file.stem): file for file in files}, learner.select_by,
        learner.validation_days, drop_limit(job.scenario), job.workers, training_for(job),
        skip=first_validation_day(seed) + VALIDATION_DAYS // 2,
    )  # fmt: skip


def summary(folder: Path, scenario: Scenario, start: str) -> dict[str, Any]:
    """Return what the table of a centre needs of a finished policy, in a folder of stages.

    Args:
        folder: The folder.
        scenario: The centre.
        start: Stage that has tuned the rules of the start.

    Returns:
        `policy` (digest), `feasible` (the dropped share on validation days does not surely exceed the limit),
        `kept_rule` (the rules of the start if they are better than every checkpoint on validation days, else None),
        `start` (label of these rules), `rung`, `decisions`, `simulated_days`, and CPU times `learning_s`, `choosing_s`,
        `hyperparameters_s`.
    """
    timings = {each: read_json(folder / "timings" / f"{each}.json")["cpu_s"] for each in (start, "choice", "bundle")}
    results = {each: read_json(folder / "results" / f"{each}.json") for each in (start, "training", "choice")}
    point = next(point for point in results["choice"]["points"] if point["chosen"])
    episodes = sum(row["episodes"] for row in read_log(folder / "work" / "training" / "learning.csv"))
    return {
        "policy": policy_digest(folder / "bundle"),
        "feasible": is_feasible(point["dropped_share"], drop_limit(scenario)),
        "kept_rule": results[start]["warm_start"] if results["choice"]["rule_is_best"] else None,
        "start": pair_of(results[start]["warm_start"]).label,
        "rung": START,
        "decisions": results["training"]["steps"],
        "simulated_days": round(episodes * scenario.centre.episode_days),
        "learning_s": round(results["training"]["cpu_s"], 1),
        "choosing_s": round(timings["choice"] + timings["bundle"], 1),
        "hyperparameters_s": round(timings[start], 1),
    }
