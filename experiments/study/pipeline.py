"""Stages of a comparison of rules on one scenario: tune them, simulate the best on unseen days, compare."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ccenv.seeds import seeds
from experiments.study.comparison import ROUTING_GROUP, Entrant, compare
from experiments.study.evaluation import Pair, Rule, dials_of, drop_limit, needs_reserves, own_pair, pair_of, rule_days
from experiments.study.tuning import Halving, Tried, best, candidates, tune

if TYPE_CHECKING:
    from experiments.jobs.jobs import Job

ASKED = "The scenario's own rules, as they are"


def limit_of(job: Job) -> float | None:
    """The largest dropped share that a candidate may surely have; None if candidates are judged by value alone."""
    return drop_limit(job.scenario) if job.settings.evaluation.within_limit else None


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
        if needs_reserves(job.scenario, tried[0].pair.pacing) == job.scenario.reserves
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
    routed = [(f"{ROUTING_GROUP} {best_pair.pacing.label}", pair) for pair in routing if pair != best_pair]
    return paced + routed


def _rule(family: Mapping[str, Any]) -> Rule:
    return Rule(family["rule"]["name"], family["rule"]["params"])


def asked(job: Job, tuning: Mapping[str, Any]) -> list[Pair]:
    """Return the pairs of rules of the comparison: those of `rows`, and the scenario's own if it is none of them."""
    pairs, own = [pair for _, pair in rows(tuning)], own_pair(job.scenario)
    return pairs if own in pairs else [*pairs, own]


def evaluated_rules(job: Job, tuning: Mapping[str, Any]) -> list[str]:
    """Simulate all rules on the unseen days and keep their tables; return their names."""
    pairs = asked(job, tuning)
    days = seeds(job.settings.evaluation.purpose, job.settings.evaluation.days)
    wanted = {f"rule-{place}": (job.scenario, pair) for place, pair in enumerate(pairs)}
    job.stages.tables(wanted, rule_days, days, "rules, unseen days")
    return [pair.label for pair in pairs]


def compare_rules(job: Job) -> dict[str, Any]:
    """Run all unfinished stages of a comparison without a learned policy.

    Returns:
        `tuning`, `choice` (None), `comparison`, and `own`: the label of the scenario's own rules. None of them depends
        on the clock.
    """
    run = job.stages.run
    tuning = run("tuning", lambda: tuned(job))
    run("rules", lambda: evaluated_rules(job, tuning), shared=True)
    comparison = run("comparison", lambda: compare(job.scenario, entrants(job, tuning)))
    return {"tuning": tuning, "choice": None, "comparison": comparison, "own": own_pair(job.scenario).label}


def entrants(job: Job, tuning: Mapping[str, Any]) -> list[Entrant]:
    """Return all rules of the comparison, from the tables kept."""
    best_pair = pair_of(tuning["best"])
    headings = {pair.label: group for group, pair in rows(tuning)}
    found = []
    for place, pair in enumerate(asked(job, tuning)):
        role = "best_rule" if pair == best_pair else "other"
        short = pair.label
        if pair.routing == best_pair.routing:
            short = pair.pacing.label
        elif pair.pacing == best_pair.pacing:
            short = pair.routing.label
        group, table = headings.get(pair.label, ASKED), job.stages.table(f"rule-{place}")
        found.append(Entrant(pair.label, short, group, dials_of(job.scenario, pair.pacing), role, table))
    return found
