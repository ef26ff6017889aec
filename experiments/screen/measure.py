"""The figures of a variant: its opponents, the searched policy, and the two halves of that policy."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.pipeline.evaluation import Pair, drop_limit, own_pair, unit_of_value
from experiments.pipeline.joint.objective import Objective
from experiments.pipeline.joint.search import p0_pairs, tune_rung
from experiments.screen.declared import Variant, amplitude_of, blended_of, price_of
from experiments.screen.searched import Acts, Ran, Searched, run, search
from experiments.tuning.choice import over

HALVES = ("routing", "pacing")


class Effort(NamedTuple):
    """How much is spent on a variant.

    Attributes:
        cpu_s: CPU time of each rung, the searched policy included, in seconds.
        days: Training days of a generation of the search.
        validation_days: Days of each choice.
        evaluation_days: Days of the figures.
    """

    cpu_s: float
    days: int
    validation_days: int
    evaluation_days: int


def measured(variant: Variant, levels: Mapping[str, float], effort: Effort) -> dict[str, Any]:
    """Return the figures of a variant, with other levels of some parameters."""
    began = time.process_time()
    scenario = variant.scenario(levels)
    limit, days = drop_limit(scenario), seeds("evaluation", effort.evaluation_days)
    pairs = _opponents(scenario, limit, effort)
    found = search(
        scenario, pairs["P2"], limit=limit, cpu_s=effort.cpu_s, days=effort.days,
        validation_days=effort.validation_days,
    )  # fmt: skip
    ran = {rung: run(scenario, pair, days) for rung, pair in pairs.items()}
    ran["S"] = ran["P2"] if found.acts is None else run(scenario, found.acts, days)
    return {
        "variant": variant.name,
        "levels": {parameter.name: levels.get(parameter.name, level) for parameter, level in variant.levels},
        "scenario_digest": scenario.digest,
        "effort": effort._asdict(),
        "unit": unit_of_value(scenario),
        "limit": limit,
        "amplitude": amplitude_of(scenario),
        "price": price_of(scenario),
        "blended": blended_of(scenario),
        "rungs": {rung: _figures(pairs.get(rung), each) for rung, each in ran.items()},
        "over_p1": over(ran["S"].values, ran["P1"].values),
        "over_p2": over(ran["S"].values, ran["P2"].values),
        "halves": _halves(scenario, found.acts, ran["P2"], days),
        "search": _effort_of(found),
        "cpu_s": round(time.process_time() - began, 1),
    }


def _opponents(scenario: Scenario, limit: float | None, effort: Effort) -> dict[str, Pair]:
    """Return the pairs of the rungs P0 (the best on validation days), P1 and P2."""
    shipped = Objective(scenario, limit).scores(
        [own_pair(scenario), *p0_pairs(scenario)], seeds("validation", effort.validation_days)
    )
    found, also = {"P0": shipped[0].pair}, list[Pair]()
    for rung in ("P1", "P2"):
        tuned = tune_rung(
            scenario, rung, limit=limit, cpu_s=effort.cpu_s, validation_days=effort.validation_days, also=also
        )
        found[rung] = tuned.pair
        also = [tuned.pair]
    return found


def _figures(pair: Pair | None, ran: Ran) -> dict[str, Any]:
    named = {} if pair is None else {"label": pair.label, "pair": dataclasses.asdict(pair)}
    return {**named, "value": ran.value, "dropped_share": ran.dropped_share, "abandonment": ran.abandonment}


def _halves(scenario: Scenario, acts: Acts | None, rules: Ran, days: np.ndarray) -> dict[str, Any]:
    """Return by half what the policy gains with that half alone, beside the rule in the other; {} if rules act."""
    if acts is None or not scenario.campaigns:
        return {}
    alone = {half: run(scenario, dataclasses.replace(acts, owns=half), days) for half in HALVES}
    return {half: over(ran.values, rules.values) for half, ran in alone.items()}


def _effort_of(found: Searched) -> dict[str, Any]:
    return {
        "rules_chosen": found.acts is None, "generations": found.generations, "days": found.days,
        "start_s": round(found.start_s, 1), "cpu_s": round(found.cpu_s, 1), "agreement": round(found.agreement, 4),
    }  # fmt: skip
