"""A centre of the benchmark: its first table, its learners beside the opponents, and the halves of their policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.kpis import KpiTable
from ccenv.league.declared import BEST_KNOWN
from ccenv.policy.in_kernel import CompiledPolicy
from ccenv.rewards.sums import reward_columns
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.serving import BundlePolicy, load_bundle
from ccenv.serving.compiled import compiled_graph
from ccenv.serving.graph import GraphPolicy
from ccenv.simulation import simulate
from experiments.headline.command import score_of
from experiments.headline.declared import BOUND, P2
from experiments.headline.figures import over, over_one
from experiments.headline.judging import Judge
from experiments.headline.section import Policy, Rules, section
from experiments.jobs.jobs import Job
from experiments.pipeline.evaluation import Pair, pair_of, unit_of_value, with_value
from experiments.pipeline.joint.space import HALVES, with_rule
from experiments.showcase.settings import ReplicationConfig


def judged(
    job: Job,
    scenario: Scenario,
    rules: Mapping[str, Rules],
    policies: Sequence[Policy],
    frozen: Mapping[str, Any] | None,
    given: ReplicationConfig,
) -> dict[str, Any]:
    """Judge the policies of a centre beside its opponents.

    Args:
        job: Its stages keep the tables, its workers simulate.
        scenario: The centre.
        rules: By row of the first table.
        policies: All replicates of all learners.
        frozen: Published result of the opponents; None: they were tuned in this run.
        given: Numbers of days.

    Returns:
        The figures of `section`, with `halves` (of a centre with a campaign) in each row of a learner, and what the
        page says of the centre.
    """
    judge = Judge(scenario, job.stages.work / "judged", job.settings.evaluation.purpose, job.workers)
    found = section(judge, rules, policies, given.days, given.month_runs, given.wait_days)
    (opponent,) = judge.tables([rules[P2].pair], given.days)
    for row in found["rows"]:
        mine = [each for each in policies if each.learner == row["row"]]
        if mine and scenario.campaigns:
            row["halves"] = _halves(job, judge, mine, rules[P2].pair, opponent)
    return {
        **found,
        "scenario": scenario.name, "digest": scenario.digest, "description": scenario.centre.description,
        "episode_days": scenario.centre.episode_days, "unit": unit_of_value(scenario),
        "opponent": rules[P2].pair.label, "frozen": None if frozen is None else frozen["version"],
        BOUND: _bound(scenario, frozen),
    }  # fmt: skip


def _bound(scenario: Scenario, frozen: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the bound of a centre; None if none is known."""
    if frozen is None:
        return None
    found = score_of(scenario, frozen, {})
    return None if ":" in frozen["scenario"] and found["kind"] == BEST_KNOWN else found


def _halves(
    job: Job, judge: Judge, policies: Sequence[Policy], rule: Pair, opponent: KpiTable
) -> dict[str, dict[str, Any]]:
    """Return by half what the policies gain over P2 where P2 takes the decisions of the other half.

    A replicate that counts as P2 gains nothing; one that keeps the rules of its start has their halves.
    """
    days = seeds(judge.purpose, len(opponent))
    feasible = [each for each in policies if each.summary["feasible"]]
    learned = [each for each in feasible if each.summary["kept_rule"] is None]
    kept = [pair_of(each.summary["kept_rule"]) for each in feasible if each.summary["kept_rule"] is not None]
    found: dict[str, dict[str, Any]] = {}
    for half in HALVES:
        wanted = {
            f"{judge.digest}-{each.summary['policy'][:16]}-{half}": (judge.scenario, each.bundle, half, rule)
            for each in learned
        }
        tables = job.stages.tables(wanted, half_days, days, f"{half} half alone")
        tables += judge.tables([with_rule(rule, half, getattr(pair, half)) for pair in kept], len(opponent))
        tables += [opponent] * (len(policies) - len(feasible))
        found[half] = over(tables, opponent) if len(tables) > 1 else over_one(tables[0], opponent)
    return found


def half_days(scenario: Scenario, bundle: Path, half: str, rule: Pair, days: np.ndarray) -> KpiTable:
    """Return the reward of an exported policy that takes the decisions of one half, one row for each seed.

    Args:
        scenario: The centre.
        bundle: Folder of the policy.
        half: `routing` or `pacing`.
        rule: Rules that take the other decisions.
        days: Seeds.
    """
    columns = reward_columns(scenario)
    # The policy's dials may be of the other kind than those of `rule`, so it takes the place of the rule of its start.
    whole = load_bundle(bundle)
    rules = {**rule.as_call(), half: getattr(whole, half)}
    return with_value(scenario, simulate(scenario, policy=half_of(whole, half), seeds=days, kpis=columns, **rules))


def half_of(whole: BundlePolicy, half: str) -> CompiledPolicy | GraphPolicy:
    """Return an exported policy that takes the decisions of one half only."""
    options: dict[str, Any] = {"owns": half, "reserves": whole.reserves}
    options["actions"] = whole.actions if half == "pacing" else "all"
    compiled = compiled_graph(whole.graph.content, whole.scenario, **options) if whole.decision == "argmax" else None
    return GraphPolicy(whole.graph, whole.decision, **options) if compiled is None else compiled
