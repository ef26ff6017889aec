"""One replicate of a learner at a centre: rules to start from, training, choice and export, from one master seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ccenv.scenarios import Scenario
from experiments.headline.replicate import chosen, training_seed, tuned_start
from experiments.jobs.files import read_json
from experiments.jobs.jobs import Job
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import pair_of
from experiments.pipeline.learned import exported, trained, training_for
from experiments.showcase.settings import Settings, learners_of, with_seed

STAGES = ("start", "training", "choice", "bundle")


class Replicate(NamedTuple):
    """A replicate.

    Attributes:
        row: Name of the learner's row.
        seed: Master seed.
        start: File of the rules from which the learners of this seed start.
        folder: Folder of its stages.
        described: Whether it is the policy that the report describes; its stages are then those of the benchmark.
    """

    row: str
    seed: int
    start: Path
    folder: Path
    described: bool


def make(settings: Settings, scenario: Scenario, replicate: Replicate, digest: str) -> None:
    """Run the unfinished stages of a replicate, whose start is there; runs in a worker process.

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
        start = job.stages.run("start", lambda: read_json(replicate.start))
        job.stages.run("training", lambda: trained(job, start))
        choice = job.stages.run("choice", lambda: _chosen(job, start, replicate.seed))
        job.stages.run("bundle", lambda: exported(job, start, choice))


def is_done(replicate: Replicate) -> bool:
    """Return whether all stages of a replicate are finished."""
    return all((replicate.folder / "results" / f"{stage}.json").exists() for stage in STAGES)


def started(settings: Settings, scenario: Scenario, seed: int) -> dict[str, Any]:
    """Tune the rules from which all learners of a master seed start; runs in a worker process.

    Args:
        settings: Those of the benchmark.
        scenario: The centre.
        seed: Master seed.

    Returns:
        The best pair, as `best` and as `warm_start`, its rung, the training days, and the CPU time in seconds.
    """
    flag = scenario.reserves
    cpu_s, days = settings.replication.start_cpu_s, settings.learner.validation_days
    found = tuned_start(scenario, seed, cpu_s, days, flag if flag in (True, False) else None)
    pair = dataclasses.asdict(found.pair)
    return {
        "best": pair, "warm_start": pair, "rung": found.rung, "training_days": found.training_days,
        "cpu_s": round(found.cpu_s, 1),
    }  # fmt: skip


def _chosen(job: Job, start: Mapping[str, Any], seed: int) -> dict[str, Any]:
    pair = pair_of(start["warm_start"])
    return chosen(job.scenario, pair, job.stages, job.settings.learner, training_for(job), seed)
