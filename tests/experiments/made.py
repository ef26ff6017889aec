"""Results of a small comparison: two rules in the parts of the best rule and of the learned policy."""

from __future__ import annotations

import functools
from typing import Any

from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from experiments.headline.declared import RULES
from experiments.pipeline.comparison import Entrant, compare
from experiments.pipeline.evaluation import Pair, Rule, dials_of, needs_reserves, rule_days
from experiments.pipeline.watch import watch
from experiments.reports.page import Results
from experiments.showcase.shown import shown

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


def estimated(mean: float, half: float = 0.1, **more: Any) -> dict[str, Any]:
    return {"mean": mean, "low": mean - half, "high": mean + half, **more}


def judged_row(name: str, over_p2: float = 0.0, p: float = 1.0, replicates: int = 0, **more: Any) -> dict[str, Any]:
    """A row of a first table; with replicates, that of a learner."""
    compliance = {"campaign": "survey", "share": estimated(0.01, 0.005), "limit": 0.03, "days_above": 0.1,
                  "worst": 0.02, "within": True, "abandonment": 0.05, "more_abandoned": estimated(0.001, 0.001),
                  "not_more": True}  # fmt: skip
    kpis = {"abandonment": 0.05, "asa_s": 12.3, "dropped_share": 0.01, "cpu_s": 33.0}
    ahead = estimated(over_p2, p=p) if replicates != 1 else {"mean": over_p2, "low": None, "high": None, "p": 1.0}
    row = {"row": name, "learner": replicates > 0, "value": estimated(-8.0), "over_p0": ahead, "over_p1": ahead,
           "over_p2": ahead, "kpis": kpis, "compliance": compliance, "label": f"rules of {name}"}  # fmt: skip
    if replicates:
        row["each"] = [{"seed": seed, "over_p2": estimated(over_p2)} for seed in range(replicates)]
        row |= {
            "replicates": replicates,
            "counted_as_rule": 0,
            "kept_rule": 0,
            "starts": ["lwt"],
            "effort": {},
            "label": name,
        }
        row["halves"] = {half: estimated(0.25) for half in ("routing", "pacing")}
    return row | more


def centre(*learners: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The result of a centre: its rules, and rows of learners."""
    rows = [judged_row(name) for name in RULES] + list(learners or [judged_row("search", 0.5, 0.001, 3)])
    about = {"name": "tiny", "is_main": True, "seeds": 3, "scenario": "tiny", "description": "A <small> centre."}
    days = {"purpose": "evaluation", "days": 64, "month_runs": 4, "share": "run_total", "episode_days": 1}
    bound = {"p0": -16.0, "denominator": 0.0, "kind": "fluid bound"}
    return {**about, **days, "unit": "one contact lost", "opponent": "lwt + max0", "frozen": 1, "bound": bound,
            "rows": rows, **more}  # fmt: skip


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
        contract=shown([centre()], "search", manager=True),
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
