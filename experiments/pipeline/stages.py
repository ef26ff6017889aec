"""Stages of a comparison of rules on one scenario: tune them, simulate the best on unseen days, compare."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.pipeline.comparison import ROUTING_GROUP, Entrant, compare
from experiments.pipeline.evaluation import (
    Pair,
    Rule,
    dials_of,
    drop_limit,
    needs_reserves,
    own_pair,
    pair_of,
    rule_days,
)
from experiments.pipeline.joint.search import Tuned, first_on_validation, tune_rung
from experiments.pipeline.joint.space import RUNGS
from experiments.pipeline.tuning import Halving, Tried, best, candidates, rank, tune

if TYPE_CHECKING:
    from experiments.jobs.jobs import Job

JOINTLY = "Routing and pacing tuned jointly"
ASKED = "The scenario's own rules, as they are"


def limit_of(job: Job) -> float | None:
    """The largest dropped share that a candidate may surely have; None if candidates are judged by value alone."""
    return drop_limit(job.scenario) if job.settings.evaluation.within_limit else None


def tuned(job: Job) -> dict[str, Any]:
    """Tune both rules jointly, and each rule of the table by a grid.

    With CPU time for the joint search, each rule of the table has the other half of its result. Without, the routing
    rules are tuned under the reference pacing, and the pacing rules under the best routing.

    Returns:
        `routing` and `pacing` (the best candidate of each rule), `joint` (the results of the joint searches),
        `left_out` (rules of the grids that the centre cannot run), `best` (the best pair), `warm_start` (the best pair
        under the campaign flag of the training; None if there is none), and the settings of the tuning.
    """
    rules, limit = job.settings.rules, limit_of(job)
    halving = Halving(tuple(rules.rungs), rules.keep)
    joint = tuned_jointly(job, limit)
    reference = Rule(rules.reference_pacing) if rules.reference_pacing else own_pair(job.scenario).pacing
    reference = joint[0].pair.pacing if joint else reference
    routing = {name: [Pair(rule, reference) for rule in family] for name, family in candidates(rules.routing).items()}
    routed = tune(job.scenario, routing, halving, limit, job.workers, "routing rules")
    chosen = joint[0].pair.routing if joint else best(routed, limit).pair.routing
    families = candidates(rules.pacing if job.scenario.campaigns else {"no_dial": {}})
    pacing = {name: [Pair(chosen, rule) for rule in family] for name, family in families.items()}
    paced = tune(job.scenario, pacing, halving, limit, job.workers, "pacing rules")
    winner = best(paced, limit).pair
    mine = [tried[0] for tried in paced.values() if _is_trained(job, tried[0].pair)]
    warm_start = min(mine, key=lambda each: rank(each, limit)).pair if mine else None
    if joint:
        found = [*(each.pair for each in joint), *(tried[0].pair for tried in (*routed.values(), *paced.values()))]
        winner = first_on_validation(job.scenario, limit, found)
        mine_too = [pair for pair in found if _is_trained(job, pair)]
        warm_start = first_on_validation(job.scenario, limit, mine_too) if mine_too else None
    return {
        "routing": [_family(tried, "routing", winner.routing) for tried in routed.values()],
        "pacing": [_family(tried, "pacing", winner.pacing) for tried in paced.values()],
        "joint": [dataclasses.asdict(each) for each in joint],
        "left_out": [name for name in (*rules.routing, *families) if name not in (*routed, *paced)],
        "best": dataclasses.asdict(winner),
        "warm_start": None if warm_start is None else dataclasses.asdict(warm_start),
        "reference_pacing": dataclasses.asdict(reference),
        "rungs": list(rules.rungs),
        "keep": rules.keep,
        "limit": limit,
    }


def tuned_jointly(job: Job, limit: float | None) -> list[Tuned]:
    """Return the results of the joint searches: with all pacing rules, and with those of the training's flag.

    The second is left out where it would be the first again; both are left out without CPU time for them.
    """
    cpu_s, scenario = job.settings.rules.joint_cpu_s, job.scenario
    if cpu_s == 0.0:
        return []
    flags = [None, bool(scenario.reserves)] if scenario.reserves in (True, False) else [None]
    return job.workers.map(_search, [(scenario, limit, cpu_s, flag) for flag in flags], "rules, jointly")


def _search(scenario: Scenario, limit: float | None, cpu_s: float, reserves: bool | None) -> Tuned:
    return tune_rung(scenario, RUNGS[-1], limit=limit, cpu_s=cpu_s, reserves=reserves)


def _is_trained(job: Job, pair: Pair) -> bool:
    """Return whether a pair runs under the campaign flag of the training."""
    return needs_reserves(job.scenario, pair.pacing) == job.scenario.reserves


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
    headed = paced + routed
    return headed if best_pair in [pair for _, pair in headed] else [(JOINTLY, best_pair), *headed]


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
