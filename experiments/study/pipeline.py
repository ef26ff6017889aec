"""Stages of a comparison of rules and a learned policy on one scenario: tune, evaluate, train, choose, export."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.scenarios.schema import Reserves
from ccenv.seeds import seeds
from experiments.jobs.jobs import Job
from experiments.study.comparison import Entrant, compare
from experiments.study.evaluation import (
    Pair,
    Rule,
    dials_of,
    drop_limit,
    evaluate_bundle,
    evaluate_rules,
    needs_reserves,
    own_pair,
    pair_of,
)
from experiments.study.learning import choose, export, learn, training_of
from experiments.study.tuning import Halving, Tried, best, candidates, tune
from experiments.study.watch import watch

LEARNED = "learned policy"


def limit_of(job: Job) -> float | None:
    """The largest dropped share that a candidate may surely have; None if candidates are judged by value alone."""
    return drop_limit(job.scenario) if job.settings.evaluation.within_limit else None


def reserves_of(job: Job) -> Reserves | None:
    """The campaign flag `reserves` under which the policy is trained: the scenario's own."""
    return job.scenario.reserves


def tuned(job: Job) -> dict[str, Any]:
    """Tune the rules: the routing under the reference pacing first, then the pacing under the best routing.

    Returns:
        `routing` and `pacing` (the best candidate of each rule), `best` (the best pair), `warm_start` (the best pair
        under the campaign flag of the training; None if there is none), and the settings of the tuning.
    """
    rules, limit = job.settings.rules, limit_of(job)
    halving = Halving(tuple(rules.rungs), rules.keep)
    reference = Rule(rules.reference_pacing) if rules.reference_pacing else own_pair(job.scenario).pacing
    routing = {name: [Pair(rule, reference) for rule in family] for name, family in candidates(rules.routing).items()}
    routed = tune(job.scenario, routing, halving, limit, job.workers, "routing rules")
    chosen = best(routed, limit).pair.routing
    families = candidates(rules.pacing if job.scenario.campaigns else {"no_dial": {}})
    pacing = {name: [Pair(chosen, rule) for rule in family] for name, family in families.items()}
    paced = tune(job.scenario, pacing, halving, limit, job.workers, "pacing rules")
    mine = {
        name: tried
        for name, tried in paced.items()
        if needs_reserves(job.scenario, tried[0].pair.pacing) == reserves_of(job)
    }
    winner = best(paced, limit).pair
    return {
        "routing": [_family(tried, "routing", chosen) for tried in routed.values()],
        "pacing": [_family(tried, "pacing", winner.pacing) for tried in paced.values()],
        "best": dataclasses.asdict(winner),
        "warm_start": dataclasses.asdict(best(mine, limit).pair) if mine else None,
        "reference_pacing": dataclasses.asdict(reference),
        "rungs": list(rules.rungs),
        "keep": rules.keep,
        "limit": limit,
    }


def _family(tried: Sequence[Tried], half: str, chosen: Rule) -> dict[str, Any]:
    first = tried[0]
    rule: Rule = getattr(first.pair, half)
    figures = {key: getattr(first, key) for key in ("days", "value", "dropped_share", "dropped_low", "dropped_high")}
    return {
        "rule": dataclasses.asdict(rule),
        "arguments": rule.arguments,
        "candidates": len(tried),
        "chosen": rule == chosen,
        **figures,
    }


def rows(tuning: Mapping[str, Any]) -> list[tuple[str, Pair]]:
    """Return the pairs of rules of the table, each once, with the heading of its section."""
    best_pair = pair_of(tuning["best"])
    pacing = [Pair(best_pair.routing, _rule(family)) for family in tuning["pacing"]]
    routing = [Pair(_rule(family), best_pair.pacing) for family in tuning["routing"]]
    paced = [(f"Pacing rules, tuned, under {best_pair.routing.label} routing", pair) for pair in pacing]
    routed = [(f"Routing rules, with {best_pair.pacing.label}", pair) for pair in routing if pair != best_pair]
    return paced + routed


def _rule(family: Mapping[str, Any]) -> Rule:
    return Rule(family["rule"]["name"], family["rule"]["params"])


def evaluated_rules(job: Job, tuning: Mapping[str, Any]) -> list[str]:
    """Simulate all rules on the unseen days and keep their tables; return their names."""
    pairs = [pair for _, pair in rows(tuning)]
    days = seeds(job.settings.evaluation.purpose, job.settings.evaluation.days)
    for place, table in enumerate(evaluate_rules(job.scenario, pairs, days, job.workers)):
        job.stages.save_table(f"rule-{place}", table)
    return [pair.label for pair in pairs]


def trained(job: Job, tuning: Mapping[str, Any]) -> dict[str, Any]:
    """Train from the best tuned rule under the policy's campaign flag; return the outcome of the training.

    Raises:
        ValueError: No rule of the grid runs under that flag.
    """
    if tuning["warm_start"] is None:
        raise ValueError(f"rules.pacing: a training under reserves = {reserves_of(job)} has no rule to start from")
    learner = job.settings.learner
    pair = pair_of(tuning["warm_start"])
    training = training_of(learner)
    folder = learn(job.scenario, pair, training, learner.copies, reserves_of(job), job.stages.work / "training")
    assert folder.outcome is not None
    return folder.outcome


def chosen(job: Job, tuning: Mapping[str, Any]) -> dict[str, Any]:
    """Choose a checkpoint on validation days."""
    learner = job.settings.learner
    pair = pair_of(tuning["warm_start"])
    folder = job.stages.work / "training"
    policies = {int(file.stem): file for file in sorted((folder / "policies").glob("*.pt"))}
    return choose(job.scenario, pair, policies, learner.select_by, learner.validation_days, limit_of(job), job.workers)


def exported(job: Job, tuning: Mapping[str, Any], choice: Mapping[str, Any]) -> dict[str, Any]:
    """Export the chosen checkpoint as a bundle."""
    point = next(point for point in choice["points"] if point["chosen"])
    file = job.stages.work / "training" / "policies" / f"{point['n_decisions']:012d}.pt"
    export(job.scenario, pair_of(tuning["warm_start"]), file, point["decision"], job.stages.bundle)
    return {"n_decisions": point["n_decisions"], "decision": point["decision"]}


def evaluated_policy(job: Job) -> dict[str, Any]:
    """Simulate the exported policy on the unseen days with onnxruntime and write its figures into the bundle."""
    from ccenv.serving.write import set_kpis

    days = seeds(job.settings.evaluation.purpose, job.settings.evaluation.days)
    table = evaluate_bundle(job.scenario, job.stages.bundle, days, job.workers)
    job.stages.save_table("learned", table)
    set_kpis(job.stages.bundle, table, job.settings.evaluation.purpose)
    return {"days": len(table)}


def learned(job: Job) -> dict[str, Any]:
    """Run the unfinished stages of tuning, training, choice, export and evaluation; return the result of `choose`."""
    tuning = job.stages.run("tuning", lambda: tuned(job))
    job.stages.run("training", lambda: trained(job, tuning))
    choice: dict[str, Any] = job.stages.run("choice", lambda: chosen(job, tuning))
    job.stages.run("bundle", lambda: exported(job, tuning, choice))
    job.stages.run("policy", lambda: evaluated_policy(job))
    return choice


def compare_all(job: Job, *, train: bool) -> dict[str, Any]:
    """Run all unfinished stages.

    Returns:
        `tuning`, `choice` (None without a training) and `comparison`; none of them depends on the clock.
    """
    run = job.stages.run
    tuning = run("tuning", lambda: tuned(job))
    run("rules", lambda: evaluated_rules(job, tuning))
    choice = learned(job) if train else None
    comparison = run("comparison", lambda: compare(job.scenario, entrants(job, tuning, with_learned=train)))
    return {"tuning": tuning, "choice": choice, "comparison": comparison}


def entrants(job: Job, tuning: Mapping[str, Any], *, with_learned: bool) -> list[Entrant]:
    """Return all policies of the comparison, from the tables kept."""
    best_pair = pair_of(tuning["best"])
    found = []
    if with_learned:
        table = job.stages.table("learned")
        found.append(Entrant(LEARNED, LEARNED, "Learned", dials_of(job.scenario), "learned", table))
    for place, (group, pair) in enumerate(rows(tuning)):
        role = "best_rule" if pair == best_pair else "other"
        short = pair.pacing.label if pair.routing == best_pair.routing else pair.routing.label
        dials = dials_of(job.scenario, pair.pacing)
        found.append(Entrant(pair.label, short, group, dials, role, job.stages.table(f"rule-{place}")))
    return found


def watched(job: Job, tuning: Mapping[str, Any]) -> dict[str, Any]:
    """Record the best tuned rule and the exported policy in detail on the first unseen days."""
    days = seeds(job.settings.evaluation.purpose, job.settings.report.watched_days)
    best_pair, warm_start = pair_of(tuning["best"]), pair_of(tuning["warm_start"])
    tasks = [
        (job.scenario, best_pair, None, days, needs_reserves(job.scenario, best_pair.pacing)),
        (job.scenario, warm_start, job.stages.bundle, days, reserves_of(job)),
    ]
    looks = job.workers.map(watch, tasks, "watching")
    names = [{"label": "best tuned rule", "role": "best_rule"}, {"label": LEARNED, "role": "learned"}]
    return {
        "slots": looks[0]["slots"],
        "days": looks[0]["days"],
        "looks": [
            name | {key: look[key] for key in ("series", "map", "routing")}
            for name, look in zip(names, looks, strict=True)
        ],
    }
