"""One cell: rules tuned on a variant, a network trained on it, and both beside weights of another training."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from agents.search.set_learner import SetSearch, SetSettings
from ccenv.policy import SetPolicy, set_form
from ccenv.policy.set_form import SetTables
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.pipeline.evaluation import Pair, actions_of, drop_limit, flag_of, pair_of
from experiments.pipeline.joint.search import tune_rung
from experiments.pipeline.joint.space import RUNGS
from experiments.screen.searched import Ran, climb, ran
from experiments.tuning.choice import over

RUNG = RUNGS[-1]  # of the rules, beside which the networks stand
AS_LONG = 2.0  # a network has the time of its training, and starts from rules that had as much


class Effort(NamedTuple):
    """How much is spent.

    Attributes:
        cpu_s: CPU time of a training with its start from the rule, in seconds; the rules have twice as much.
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
    """Return the rule of a centre: the highest rung, tuned as long as the start and the training of a network."""
    began = time.process_time()
    limit, days = drop_limit(scenario), effort.validation_days
    found = tune_rung(scenario, RUNG, limit=limit, cpu_s=AS_LONG * effort.cpu_s, validation_days=days)
    return {"pair": dataclasses.asdict(found.pair), "label": found.pair.label, "cpu_s": _since(began)}


def trained(scenario: Scenario, rule: Mapping[str, Any], seed: int, effort: Effort) -> dict[str, Any]:
    """Return the weights of a training on a centre that starts from its rule, chosen on validation days."""
    pair, settings = pair_of(rule["pair"]), SetSettings(days=effort.days, hidden=effort.hidden)
    found = climb(scenario, pair, SetSearch, settings, effort.cpu_s, seed)
    began = time.process_time()
    days, limit = seeds("validation", effort.validation_days), drop_limit(scenario)
    best = min(found.kept, key=lambda tables: _with_network(scenario, pair, days, tables).rank(limit))
    return {
        "weights": best.weights.tolist(), "generations": found.generations, "agreement": round(found.agreement, 4),
        "cpu_s": round(found.cpu_s, 1), "choosing_s": _since(began),
    }  # fmt: skip


def judged(
    scenario: Scenario, rule: Mapping[str, Any], moved: Sequence[float], own: Sequence[float], effort: Effort
) -> dict[str, Any]:
    """Return figures of a rule, of weights that were moved to a centre, and of weights that were trained on it."""
    pair, days = pair_of(rule["pair"]), seeds("evaluation", effort.evaluation_days)
    form = set_form(scenario, effort.hidden)
    found = {
        "rule": ran(scenario, pair, days),
        "moved": _with_network(scenario, pair, days, form.tables(np.array(moved))),
        "retrained": _with_network(scenario, pair, days, form.tables(np.array(own))),
    }
    values = {name: each.values for name, each in found.items()}
    return {
        "figures": {name: _figures(each) for name, each in found.items()},
        "moved_over_rule": over(values["moved"], values["rule"]),
        "retrained_over_rule": over(values["retrained"], values["rule"]),
        "retrained_over_moved": over(values["retrained"], values["moved"]),
    }


def _with_network(scenario: Scenario, pair: Pair, days: np.ndarray, tables: SetTables) -> Ran:
    """Run one episode for each seed under a set network, with the dials of the pacing rule and the rules' queues."""
    flag, dials = flag_of(scenario, pair), actions_of(scenario, pair)
    return ran(scenario, pair, days, SetPolicy(tables, reserves=flag, actions=dials))


def _figures(ran: Ran) -> dict[str, Any]:
    return {"value": ran.value, "dropped_share": ran.dropped_share, "abandonment": ran.abandonment}


def _since(began: float) -> float:
    return round(time.process_time() - began, 1)
