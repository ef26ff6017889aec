"""Stages of a learned policy: train it from the best tuned rule, choose its checkpoint, export and evaluate it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ccenv.scenarios.ranges import check_ranges
from ccenv.seeds import seeds
from experiments.pipeline.comparison import Entrant, compare
from experiments.pipeline.evaluation import bundle_days, dials_of, own_pair, pair_of
from experiments.pipeline.learning import choose, export, learn, training_of
from experiments.pipeline.stages import entrants, evaluated_rules, limit_of, tuned

if TYPE_CHECKING:
    from agents.train import Training
    from experiments.jobs.jobs import Job

NAME = "learned policy"


def training_for(job: Job) -> Training:
    """Return the job's training; its ranges are checked against the scenario before any stage runs.

    Raises:
        ValueError: A setting is not allowed; the message names the key and what is allowed.
    """
    training = training_of(job.settings.learner)
    try:
        check_ranges(job.scenario, training.randomise)
    except ValueError as error:
        raise ValueError(f"learner.training.{error}") from None
    return training


def trained(job: Job, tuning: Mapping[str, Any]) -> dict[str, Any]:
    """Train from the best tuned rule under the policy's campaign flag; return the outcome of the training.

    Raises:
        ValueError: No rule of the grid runs under that flag.
    """
    if tuning["warm_start"] is None:
        raise ValueError(f"rules.pacing: a training under reserves = {job.scenario.reserves} has no rule to start from")
    learner = job.settings.learner
    pair = pair_of(tuning["warm_start"])
    training = training_for(job)
    best, folder = pair_of(tuning["best"]), job.stages.work / "training"
    log = job.settings.log
    reserves = job.scenario.reserves
    done = learn(job.scenario, pair, training, learner.copies, reserves, folder, log, best, learner.dials)
    assert done.outcome is not None
    return done.outcome


def chosen(job: Job, tuning: Mapping[str, Any]) -> dict[str, Any]:
    """Choose a checkpoint on validation days."""
    learner = job.settings.learner
    pair = pair_of(tuning["warm_start"])
    folder = job.stages.work / "training"
    policies = {int(file.stem): file for file in sorted((folder / "policies").glob("*.pt"))}
    limit, training = limit_of(job), training_for(job)
    return choose(
        job.scenario, pair, policies, learner.select_by, learner.validation_days, limit, job.workers, training
    )


def exported(job: Job, tuning: Mapping[str, Any], choice: Mapping[str, Any]) -> dict[str, Any]:
    """Export the chosen checkpoint as a bundle."""
    point = next(point for point in choice["points"] if point["chosen"])
    file = job.stages.work / "training" / "policies" / f"{point['n_decisions']:012d}.pt"
    provenance = {"source_digest": job.code, "seeds": "training", "steps": point["n_decisions"]}
    pair = pair_of(tuning["warm_start"])
    ranges = training_for(job).randomise
    export(job.scenario, pair, file, point["decision"], job.stages.bundle, provenance, ranges)
    return {"n_decisions": point["n_decisions"], "decision": point["decision"]}


def evaluated_policy(job: Job) -> dict[str, Any]:
    """Simulate the exported policy on the unseen days with onnxruntime and write its figures into the bundle."""
    from ccenv.serving.write import set_kpis

    days = seeds(job.settings.evaluation.purpose, job.settings.evaluation.days)
    wanted = {"learned": (job.scenario, job.stages.bundle)}
    (table,) = job.stages.tables(wanted, bundle_days, days, "learned policy, unseen days")
    set_kpis(job.stages.bundle, table, job.settings.evaluation.purpose)
    return {"days": len(table)}


def learned(job: Job) -> dict[str, Any]:
    """Run the unfinished stages of tuning, training, choice, export and evaluation; return the result of `choose`."""
    training_for(job)
    tuning = job.stages.run("tuning", lambda: tuned(job))
    job.stages.run("training", lambda: trained(job, tuning))
    choice: dict[str, Any] = job.stages.run("choice", lambda: chosen(job, tuning))
    job.stages.run("bundle", lambda: exported(job, tuning, choice))
    job.stages.run("policy", lambda: evaluated_policy(job), shared=True)
    return choice


def compare_all(job: Job) -> dict[str, Any]:
    """Run all unfinished stages of a comparison of rules and a learned policy.

    Returns:
        `tuning`, `choice`, `comparison`, and `own`: the label of the scenario's own rules. None of them depends on the
        clock.
    """
    training_for(job)
    run = job.stages.run
    tuning = run("tuning", lambda: tuned(job))
    run("rules", lambda: evaluated_rules(job, tuning), shared=True)
    choice = learned(job)
    comparison = run("comparison", lambda: compare(job.scenario, [_entrant(job), *entrants(job, tuning)]))
    return {"tuning": tuning, "choice": choice, "comparison": comparison, "own": own_pair(job.scenario).label}


def _entrant(job: Job) -> Entrant:
    return Entrant(NAME, NAME, "Learned", dials_of(job.scenario), "learned", job.stages.table("learned"))
