"""Policies of both trainings beside P2, on a centre as it is and where it differs, and what a service would flag."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ccenv.batch import Batch
from ccenv.kpis import KpiTable, crossed
from ccenv.league.changed import FACTORS, with_factors
from ccenv.policy import RulePolicy
from ccenv.scenarios import Scenario
from ccenv.scenarios.ranges import Range
from ccenv.seeds import seeds
from ccenv.serving import BundleWarning, load_bundle
from ccenv.serving.safe_range import SafeRangeCheck
from experiments.headline.figures import compliance, linear, over, over_one, value, values_of
from experiments.headline.judging import Judge
from experiments.headline.section import Policy, entrant_of
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import Pair, interval
from experiments.randomised.plan import RANDOMISED

PURPOSE = "evaluation"
AS_IT_IS = "as it is"
#: How a centre differs, by the words of the page: factors as of `ccenv.league.changed`. The first is the centre itself.
CHANGES: Mapping[str, Mapping[str, float]] = {
    AS_IT_IS: {},
    "arrivals x 0.9": {"arrivals": 0.9},
    "arrivals x 1.1": {"arrivals": 1.1},
    "handle times x 1.15": {"handle": 1.15},
    "answers x 0.8": {"answers": 0.8},
}
#: Changes beyond every range, on which the check of the service is shown; the centre itself stands beside them.
OUTSIDE: Mapping[str, Mapping[str, float]] = {
    AS_IT_IS: {}, "arrivals x 0.5": {"arrivals": 0.5}, "arrivals x 1.5": {"arrivals": 1.5},
}  # fmt: skip


class Days(NamedTuple):
    """How much is simulated: `days` for the values, `month_runs` episodes of 30 days for the dropped share."""

    days: int
    month_runs: int


def changed(scenario: Scenario, changes: Mapping[str, Mapping[str, float]]) -> dict[str, Scenario]:
    """Return the centre by change, without the changes of what it does not have (arrivals without queues)."""
    parts = {name: FACTORS[name][0] for factors in changes.values() for name in factors}
    there = {name for name, part in parts.items() if not part or getattr(scenario.centre, part)}
    with warnings.catch_warnings(action="ignore"):  # about the reward: those of the scenario itself hold
        return {name: with_factors(scenario, each) for name, each in changes.items() if each.keys() <= there}


def judged(
    scenario: Scenario, opponent: Pair, policies: Mapping[str, Sequence[Policy]], days: Days, folder: Path
) -> list[dict[str, Any]]:
    """Return the figures of all policies under each change of a centre.

    Args:
        scenario: The centre.
        opponent: The frozen P2.
        policies: Replicates by training, those of both in the order of their master seeds; one is `RANDOMISED`.
        days: How much is simulated.
        folder: Folder of what is kept.

    Returns:
        For each change `change`, `p2` (value), `rows` by training (`value`, `over_p2` with its p-value, the lead of
        `each` replicate, and `compliance` in a centre with a campaign), and `lost` (see `given_up`).
    """
    found = []
    entrants = {row: [entrant_of(each, opponent) for each in group] for row, group in policies.items()}
    everyone = [opponent, *(each for group in entrants.values() for each in group)]
    for name, there in changed(scenario, CHANGES).items():
        with Workers(1) as workers, warnings.catch_warnings():
            warnings.simplefilter("ignore", BundleWarning)  # the centre differs from that of the training on purpose
            judge = Judge(there, folder, PURPOSE, workers)
            tables = _grouped(entrants, judge.tables(everyone, days.days))
            months = judge.months(everyone, days.month_runs) if there.campaigns else []
        p2 = tables.pop("")[0]
        by_month = _grouped(entrants, months) if months else {}
        rows = {row: _figures(mine, p2) for row, mine in tables.items()}
        for row, figures in rows.items():
            if by_month:
                figures["compliance"] = compliance(there, by_month[row], by_month[""][0])
        (nominal,) = (mine for row, mine in tables.items() if row != RANDOMISED)
        found.append({
            "change": name, "p2": value([p2]), "rows": rows, "lost": given_up(nominal, tables[RANDOMISED], p2),
        })  # fmt: skip
    return found


def _grouped(entrants: Mapping[str, Sequence[Any]], found: Sequence[KpiTable]) -> dict[str, list[KpiTable]]:
    """Return tables by training; that of the opponent, the first one, has no name."""
    left = iter(found)
    return {"": [next(left)], **{row: [next(left) for _ in group] for row, group in entrants.items()}}


def _figures(tables: Sequence[KpiTable], p2: KpiTable) -> dict[str, Any]:
    each = [over_one(table, p2) for table in tables]
    return {"value": value(tables), "over_p2": over(tables, p2), "each": each}


def given_up(nominal: Sequence[KpiTable], randomised: Sequence[KpiTable], p2: KpiTable) -> dict[str, Any] | None:
    """Return the share of the nominal training's lead over P2 that the training on ranges does not have.

    Replicates of the same place are a pair, as they have the same master seed and the same days.

    Returns:
        The share with its interval over pairs and days, and `each`: the difference of each pair over the mean lead.
        None if the nominal training is not surely ahead of P2.
    """
    lead = over(nominal, p2)
    if lead["low"] is None or lead["low"] <= 0.0:
        return None
    gain, lost = values_of(nominal) - values_of([p2]), values_of(nominal) - values_of(randomised)
    found = interval(crossed(linear(lost, gain), scale=1.0).interval())
    assert found is not None  # the lead is above 0
    return {**found, "each": (lost.mean(axis=1) / gain.mean()).tolist()}


def safe_range(scenario: Scenario, bundle: Path) -> dict[str, Any]:
    """Return the safe range in the manifest of a bundle, and which decisions of a day the service flags.

    Returns:
        `ranges` by path, `checked` and `not_checkable` paths, and `flagged`: by change in `OUTSIDE` the share of the
        decisions of a day under the scenario's rules whose snapshot shows a path to lie outside.
    """
    ranges = load_bundle(bundle).manifest.ranges
    check = SafeRangeCheck(scenario, ranges)
    flagged = {name: _flagged(scenario, ranges, there) for name, there in changed(scenario, OUTSIDE).items()}
    return {
        "ranges": {path: {each.kind: list(each.ends)} for path, each in ranges.items()},
        "checked": check.checked, "not_checkable": check.not_checkable, "flagged": flagged,
    }  # fmt: skip


def _flagged(scenario: Scenario, ranges: Mapping[str, Range], there: Scenario) -> float:
    check = SafeRangeCheck(scenario, ranges)
    found = [bool(check.find(numbers)) for numbers in snapshots(there)]
    return float(np.mean(found))


def snapshots(scenario: Scenario) -> Iterator[np.ndarray]:
    """Yield the public snapshot of each decision of a day under the scenario's rules, as a row of float64."""
    batch = Batch(scenario, 1, autoreset="disabled")
    rule, memory = RulePolicy(batch.scenario), None
    batch.reset(seeds(PURPOSE, 1))
    while batch.engine.envs["done"][0] == 0:
        yield batch.engine.flat[0, batch.run.places]
        actions, memory = rule.act(batch.engine.snaps, batch.mask, memory, batch.u, batch.starts)
        batch.step(actions)
