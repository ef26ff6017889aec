"""All figures of a centre on the days of one purpose: a row for each rule and each learner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ccenv.kpis import KpiTable
from ccenv.rules import find_rule
from experiments.headline.declared import CPU, FIFO, P1, P2, WAIT
from experiments.headline.figures import compliance, kpis, over, over_one, value
from experiments.headline.judging import Entrant, Judge, month_share
from experiments.pipeline.evaluation import Pair, pair_of
from experiments.pipeline.joint.space import HALVES

MEANS = ("decisions", "simulated_days", "learning_s", "choosing_s", "hyperparameters_s")


class Rules(NamedTuple):
    """Rules of the table, the CPU time of their search if they were searched, and whether they are the rung P0."""

    pair: Pair
    cpu_s: float | None
    is_p0: bool = False


class Policy(NamedTuple):
    """The stored policy of a replicate, and the summary of its cell."""

    learner: str
    seed: int
    bundle: Path
    summary: dict[str, Any]


def entrant_of(policy: Policy, opponent: Pair) -> Entrant:
    """Return what a replicate has found: its policy, or rules where it has none that it would use.

    Without a policy within the limit on validation days these are the opponent, and where the rules of its start are
    better than every checkpoint on validation days, those rules.
    """
    if not policy.summary["feasible"]:
        return opponent
    return policy.bundle if policy.summary["kept_rule"] is None else pair_of(policy.summary["kept_rule"])


def section(
    judge: Judge, rules: Mapping[str, Rules], policies: Sequence[Policy], n: int, month_runs: int, wait_days: int
) -> dict[str, Any]:
    """Return the figures of all rows.

    Args:
        judge: Runs them on the days of its purpose.
        rules: By row, in the order of the table. FIFO and P2 are among them; without P1, no difference to it is given.
        policies: All replicates of all learners.
        n: Days.
        month_runs: Episodes of 30 days, if the centre has a campaign.
        wait_days: Days whose waits are read from the event log.

    Returns:
        `purpose`, `days`, `month_runs` (0 without a campaign), `rows`.
    """
    opponent = rules[P2].pair
    month_runs = month_runs if judge.scenario.campaigns else 0
    learners = list(dict.fromkeys(each.learner for each in policies))
    entrants: dict[str, list[Entrant]] = {row: [each.pair] for row, each in rules.items()}
    for name in learners:
        mine = [each for each in policies if each.learner == name]
        entrants[name] = [entrant_of(each, opponent) for each in mine]
    everyone = [each for group in entrants.values() for each in group]
    tables = _grouped(entrants, judge.tables(everyone, n))
    months = _grouped(entrants, judge.months(everyone, month_runs)) if month_runs else {}
    p0 = next((tables[row][0] for row, each in rules.items() if each.is_p0), tables[FIFO][0])
    rows = []
    for row, group in entrants.items():
        found = _figures(row, tables, p0, row in learners)
        found["kpis"] = kpis(judge.scenario, tables[row]) | {
            WAIT: float(np.mean([judge.wait_s(each, wait_days) for each in group]))
        }
        if months:
            found["compliance"] = compliance(judge.scenario, months[row], months[P2][0])
        timed = float(np.mean([judge.decision_ms(each) for each in group]))
        found["effort"] = {"decision_ms": timed}
        found |= _learned(policies, row, found, tables) if row in learners else _ruled(rules[row], found)
        rows.append(found)
    about = {"purpose": judge.purpose, "days": n, "month_runs": month_runs, "share": month_share(judge.scenario)}
    return {**about, "rows": rows}


def _grouped(entrants: Mapping[str, Sequence[Entrant]], found: Sequence[KpiTable]) -> dict[str, list[KpiTable]]:
    left = iter(found)
    return {row: [next(left) for _ in group] for row, group in entrants.items()}


def _figures(row: str, tables: Mapping[str, Sequence[KpiTable]], p0: KpiTable, learned: bool) -> dict[str, Any]:
    mine = tables[row]

    def ahead(of: KpiTable) -> dict[str, Any]:
        return over(mine, of) if learned else over_one(mine[0], of)

    return {
        "row": row, "learner": learned, "value": value(mine), "over_p0": ahead(p0),
        "over_p1": ahead(tables[P1][0]) if P1 in tables else None, "over_p2": ahead(tables[P2][0]),
    }  # fmt: skip


def _learned(
    policies: Sequence[Policy], row: str, found: Mapping[str, Any], tables: Mapping[str, Sequence[KpiTable]]
) -> dict[str, Any]:
    seeds = [each.seed for each in policies if each.learner == row]
    mine = [each.summary for each in policies if each.learner == row]
    each_one = [
        {"seed": seed, "value": value([table]), "over_p2": over_one(table, tables[P2][0]),
         "over_p1": over_one(table, tables[P1][0]) if P1 in tables else None}
        for seed, table in zip(seeds, tables[row], strict=True)
    ]  # fmt: skip
    means = {name: float(np.mean([each[name] for each in mine])) for name in MEANS}
    spent = means["learning_s"] + means["choosing_s"] + means["hyperparameters_s"]
    effort = {**found["effort"], **means, "rung": mine[0]["rung"]}
    starts = sorted({each["start"] for each in mine})
    counted = sum(not each["feasible"] for each in mine)
    kept = sum(each["feasible"] and each["kept_rule"] is not None for each in mine)
    return {
        "label": row, "starts": starts, "replicates": len(mine), "counted_as_rule": counted, "kept_rule": kept,
        "effort": effort, "each": each_one, "kpis": {**found["kpis"], CPU: round(spent, 1)},
    }  # fmt: skip


def _ruled(rules: Rules, found: Mapping[str, Any]) -> dict[str, Any]:
    specs = [find_rule(half, getattr(rules.pair, half).name) for half in HALVES]
    fields = sorted({field for spec in specs for field in (*spec.reads, *spec.reads_if_legal)})
    effort = {**found["effort"], "sees": ", ".join(fields) or "who waits and who is idle"}
    if rules.cpu_s is not None:
        effort |= {"access": "reset to seed", "hyperparameters_s": rules.cpu_s}
    return {"label": rules.pair.label, "effort": effort, "kpis": {**found["kpis"], CPU: rules.cpu_s}}
