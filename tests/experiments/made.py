"""Results of a small comparison: two rules in the parts of the best rule and of the learned policy."""

from __future__ import annotations

import functools
from typing import Any

from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from experiments.pipeline.comparison import Entrant, compare
from experiments.pipeline.evaluation import Pair, Rule, dials_of, needs_reserves, rule_days
from experiments.pipeline.watch import watch
from experiments.reports.page import Results

BEST = Pair(Rule("lwt"), Rule("progressive_unreserved", {"reserve": 1}))
LEARNED = Pair(Rule("fifo"), Rule("max0", {"k": 2.0, "c": 1.0}))
OTHER = Pair(Rule("lwt"), Rule("progressive", {"reserve": 0}))
N_DAYS = 6


@functools.cache
def tiny() -> Scenario:
    return load_scenario("tiny")


def entrant(pair: Pair, role: str) -> Entrant:
    label = "learned policy" if role == "learned" else pair.label
    table = rule_days(tiny(), pair, seeds("evaluation", N_DAYS))
    return Entrant(
        label,
        pair.pacing.label,
        "Learned" if role == "learned" else "Rules",
        dials_of(tiny(), pair.pacing),
        role,
        table,
    )


@functools.cache
def entrants() -> tuple[Entrant, ...]:
    return entrant(LEARNED, "learned"), entrant(BEST, "best_rule"), entrant(OTHER, "other")


@functools.cache
def comparison() -> dict[str, Any]:
    return compare(tiny(), entrants())


def point(decisions: int, value: float, chosen: bool = False) -> dict[str, Any]:
    return {
        "n_decisions": decisions,
        "decision": "argmax",
        "wall_s": decisions / 1000,
        "difference": {"mean": value, "low": value - 1, "high": value + 1},
        "dropped_share": {"mean": 0.02, "low": 0.01, "high": 0.03},
        "chosen": chosen,
    }


def validated(steps: int, difference: float) -> dict[str, float]:
    shares = ("served_within_T_of_offered", "abandonment", "dropped_share")
    ends = (("", 0.9), ("_difference", 0.01), ("_low", -0.01), ("_high", 0.03))
    row = {"steps": float(steps), "days": 4.0, "decisions": 0.1 * steps, "reward": -8.0, "difference": difference}
    row |= {"low": difference - 1.0, "high": difference + 1.0}
    return row | {f"{share}{end}": value for share in shares for end, value in ends}


def family(rule: Rule, chosen: bool) -> dict[str, Any]:
    return {"rule": {"name": rule.name, "params": dict(rule.params)}, "arguments": rule.arguments, "candidates": 3,
            "chosen": chosen, "days": 8, "value": -9.5, "dropped_share": None}  # fmt: skip


@functools.cache
def results() -> Results:
    days = seeds("evaluation", 3)
    looks = [
        {"label": label, "role": role} | watch(tiny(), pair, None, days, needs_reserves(tiny(), pair.pacing))
        for label, role, pair in (("best tuned rule", "best_rule", BEST), ("learned policy", "learned", LEARNED))
    ]
    choice = {"points": [point(0, -1.0), point(5000, 2.0, True)], "rule_is_best": False, "days": 4}
    return Results(
        tuning={
            "routing": [family(BEST.routing, True)],
            "pacing": [family(BEST.pacing, True)],
            "text": "How it was tuned.",
        },
        choice=choice | {"warm_start": BEST.label},
        comparison=comparison(),
        watch={"slots": looks[0]["slots"], "days": 3, "looks": looks},
        provenance=provenance(),
        settings={"scenario": {"name": "tiny"}},
        validation=[validated(1000, -1.5), validated(5000, 0.5)],
    )


def provenance() -> dict[str, Any]:
    scenario = {"name": "tiny", "variant": None, "description": "A <small> centre.", "reward": "service"}
    return {
        "scenario": scenario | {"digest": tiny().digest},
        "digest": "0123456789abcdef",
        "commands": ["python -m experiments.benchmark"],
        "seeds": {"Unseen days": "some"},
        "commit": "none",
        "machine": "a machine",
        "versions": {"python": "3"},
        "timings": {"tuning": {"seconds": 3.0, "cpu_s": 120.0}, "training": {"seconds": 60.0, "cpu_s": 54.0}},
    }
