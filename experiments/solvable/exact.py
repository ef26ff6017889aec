"""Exact objective of a policy, the optimum, and the best rule of each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ccenv.theory.mdp import policy_iteration, stationary_dist
from experiments.solvable.declared import Case, Rule

TOUCHED = 1e-9  # share of the time at the cap on ringing lines from which the cap counts
DOUBLINGS = 4


class Value(NamedTuple):
    """What a policy is worth.

    Attributes:
        objective: The objective [1/h].
        share: Dropped share; None without dialing ahead.
    """

    objective: float
    share: float | None


class Solution(NamedTuple):
    """Optimum of a case, and its best rules.

    Attributes:
        optimum: The largest objective within the limit, over all policies.
        integer: The best rule with whole numbers, and its value; None if none keeps the limit.
        rule: The best rule of both kinds.
    """

    optimum: Value
    integer: tuple[Rule, Value] | None
    rule: tuple[Rule, Value]


def reward_of(case: Case, model: Any) -> np.ndarray:
    """Return the reward rate [1/h] in each stable state, (X,)."""
    ratios = model.built.ratios
    return np.asarray(sum(price * ratios[name].numerator for name, price in case.prices.items()))


def value_of(case: Case, model: Any, weights: np.ndarray) -> Value:
    """Return the value of a policy given by the probabilities of its choices, (E,)."""
    dist, ratios = stationary_dist(model.built.process, weights), model.built.ratios
    share = None
    if "drop_rate" in ratios:
        answered = float(dist @ ratios["drop_rate"].denominator)
        share = float(dist @ ratios["drop_rate"].numerator) / answered if answered > 0.0 else 0.0
    return Value(float(dist @ reward_of(case, model)), share)


def value_of_rule(case: Case, rule: Rule) -> Value:
    """Return the value of a rule of the model; the cap on ringing lines is doubled while the rule reaches it."""
    model = case.model
    for _ in range(DOUBLINGS):
        weights = model.weights(rule)
        if at_cap(model, weights) <= TOUCHED:
            break
        model = replace(model, max_ringing=2 * int(model.built.space["ringing"].max()))
    return value_of(case, model, weights)


def at_cap(model: Any, weights: np.ndarray) -> float:
    """Return the share of the time at the cap on ringing lines; 0 without one."""
    ratio = model.built.ratios.get("p_max_ringing")
    return 0.0 if ratio is None else float(stationary_dist(model.built.process, weights) @ ratio.numerator)


def optimum(case: Case) -> Value:
    """Return the largest objective over all policies, within the limit.

    Raises:
        ValueError: If the optimum reaches the cap on ringing lines.
    """
    if case.limit is not None:
        best = case.model.solve(case.limit)
        return Value(best.optimal_value, best.result.drop_rate)
    model = case.model
    for _ in range(DOUBLINGS):
        pure = policy_iteration(model.built.process, reward_of(case, model))
        if at_cap(model, pure.weights) <= TOUCHED:
            return value_of(case, model, pure.weights)
        model = replace(model, max_ringing=2 * int(model.built.space["ringing"].max()))
    raise ValueError(f"{case.name}: the optimum reaches {model.max_ringing} ringing lines; allowed: a price of drops")


def solve(case: Case) -> Solution:
    """Return the optimum and the best rules of a case.

    Raises:
        ValueError: If no rule keeps the limit.
    """
    integer = _best(case, case.integer)
    linear = _best(case, case.linear)
    found = [each for each in (integer, linear) if each is not None]
    if not found:
        raise ValueError(f"{case.name}: no rule keeps the limit of {case.limit}; allowed: a case with one that does")
    return Solution(optimum(case), integer, max(found, key=lambda each: each[1].objective))


def _best(case: Case, rules: Sequence[Rule]) -> tuple[Rule, Value] | None:
    """Return the best of some rules within the limit; None if there is none."""
    found = [(rule, value_of_rule(case, rule)) for rule in rules]
    kept = [each for each in found if case.limit is None or (each[1].share or 0.0) <= case.limit]
    return max(kept, key=lambda each: each[1].objective) if kept else None


def gap(value: float, best: float) -> float:
    """Return by how much an objective falls short of the optimum, in percent of the optimum's size."""
    return 100.0 * (best - value) / abs(best)
