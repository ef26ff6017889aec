"""One cell: rules tuned on a variant, a network trained on it, and both beside weights of another training."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from agents.common.demonstration import demonstrate
from agents.common.warm_start import CloneSettings
from agents.search.set_learner import SetSearch, SetSettings
from ccenv.batch import Batch
from ccenv.integrations.semi_markov import TimeScales
from ccenv.kpis.dropped_share import share_column, share_columns
from ccenv.policy import RulePolicy, SetPolicy, set_form
from ccenv.rewards.sums import reward_columns
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.pipeline.evaluation import VALUE, Pair, drop_limit, finite, pair_of, with_value
from experiments.pipeline.joint.search import tune_rung
from experiments.screen.searched import COPIES, KPI, POINTS, Ran, actions_of, flag_of
from experiments.tuning.choice import over


class Effort(NamedTuple):
    """How much is spent.

    Attributes:
        cpu_s: CPU time of a tuning, and of a training with its start from the rule, in seconds.
        days: Training days of a generation.
        hidden: Width of the hidden layers.
        validation_days: Days of a choice.
        evaluation_days: Days of the figures.
    """

    cpu_s: float
    days: int
    hidden: int
    validation_days: int
    evaluation_days: int


def tuned(scenario: Scenario, effort: Effort) -> dict[str, Any]:
    """Return the rule of a centre: the rung P1, tuned for the CPU time."""
    began = time.process_time()
    limit, days = drop_limit(scenario), effort.validation_days
    found = tune_rung(scenario, "P1", limit=limit, cpu_s=effort.cpu_s, validation_days=days)
    return {"pair": dataclasses.asdict(found.pair), "label": found.pair.label, "cpu_s": _since(began)}


def trained(scenario: Scenario, rule: Mapping[str, Any], seed: int, effort: Effort) -> dict[str, Any]:
    """Return the weights of a training on a centre that starts from its rule, chosen on validation days."""
    began = time.process_time()
    pair = pair_of(rule["pair"])
    call = pair.as_call()
    batch = Batch(
        scenario, COPIES, reserves=flag_of(scenario, pair), actions=actions_of(scenario, pair), autoreset="same_step",
        **call,
    )  # fmt: skip
    learner = SetSearch(batch, TimeScales(), SetSettings(days=effort.days, hidden=effort.hidden), seed)
    shown = demonstrate(batch, RulePolicy(batch.scenario, **call), seeds("training", COPIES), TimeScales())
    start = learner.warm_start(shown, CloneSettings(), seed)
    kept, points = [learner.start], list(POINTS)
    while (done := (time.process_time() - began) / effort.cpu_s) < 1.0 or learner.generation == 0:
        learner.iterate(min(done, 1.0))
        if points and done >= points[0]:
            kept.append(learner.actor.tables.weights)
            points = [point for point in points if point > done]
    kept.append(learner.actor.tables.weights)
    learning_s = _since(began)
    days, limit = seeds("validation", effort.validation_days), drop_limit(scenario)
    ranked = [run(scenario, pair, days, weights).rank(limit) for weights in kept]
    best = kept[min(range(len(kept)), key=lambda k: ranked[k])]
    return {
        "weights": best.tolist(), "generations": learner.generation, "agreement": round(float(start["agreement"]), 4),
        "cpu_s": learning_s, "choosing_s": round(_since(began) - learning_s, 1),
    }  # fmt: skip


def judged(
    scenario: Scenario, rule: Mapping[str, Any], moved: Sequence[float], own: Sequence[float], effort: Effort
) -> dict[str, Any]:
    """Return figures of a rule, of weights that were moved to a centre, and of weights that were trained on it."""
    pair, days = pair_of(rule["pair"]), seeds("evaluation", effort.evaluation_days)
    ran = {
        "rule": run(scenario, pair, days), "moved": run(scenario, pair, days, np.array(moved)),
        "retrained": run(scenario, pair, days, np.array(own)),
    }  # fmt: skip
    values = {name: each.values for name, each in ran.items()}
    return {
        "figures": {name: _figures(each) for name, each in ran.items()},
        "moved_over_rule": over(values["moved"], values["rule"]),
        "retrained_over_rule": over(values["retrained"], values["rule"]),
        "retrained_over_moved": over(values["retrained"], values["moved"]),
    }


def run(scenario: Scenario, pair: Pair, days: np.ndarray, weights: np.ndarray | None = None) -> Ran:
    """Run one episode for each seed under a pair of rules, or under the set network of these weights.

    The network has the dials of the pair's pacing rule, and queues are in the order of its routing rule.
    """
    policy = None
    if weights is not None:
        hidden = _hidden(scenario, weights)
        policy = SetPolicy(
            set_form(scenario, hidden).tables(weights), reserves=flag_of(scenario, pair),
            actions=actions_of(scenario, pair),
        )  # fmt: skip
    columns = [*share_columns(scenario), KPI, *reward_columns(scenario)]
    table = with_value(scenario, simulate(scenario, policy=policy, seeds=days, kpis=columns, **pair.as_call()))
    shown = table.summary(kpis=[share_column(scenario, table), KPI])
    share, abandonment = (finite(shown[name].value) for name in (share_column(scenario, table), KPI))
    return Ran(np.array(table[VALUE], float), share, abandonment)


def _hidden(scenario: Scenario, weights: np.ndarray) -> int:
    return set_form(scenario).bare._replace(weights=weights).hidden


def _figures(ran: Ran) -> dict[str, Any]:
    return {"value": ran.value, "dropped_share": ran.dropped_share, "abandonment": ran.abandonment}


def _since(began: float) -> float:
    return round(time.process_time() - began, 1)
