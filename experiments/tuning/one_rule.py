"""The search of one rule beside a fixed other half: its words, orders and numbers."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ccenv.rules import find_rule
from ccenv.rules.spec import Param
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.pipeline.evaluation import Pair, Rule
from experiments.pipeline.joint.moves import Effort, Searcher
from experiments.pipeline.joint.objective import Objective
from experiments.pipeline.joint.search import Tuned, result_of, searched
from experiments.pipeline.joint.space import HALVES, RUNGS, Half, Space, carried_over, rung_of, with_rule
from experiments.tuning.choice import figures

SMALL = Effort(rounds=(2, 8, 32), restarts=2, fewest=8, most=32, chosen=32, champions=0)
#: Where a day takes a tenth of a second or more.
FEW = Effort(rounds=(1, 2, 8), restarts=2, fewest=2, most=8, chosen=8, champions=0)


class OneRule(Space):
    """What may be searched of one rule, with the other half of a pair fixed.

    Args:
        scenario: The centre.
        fixed: The pair whose other half is fixed.
        half: The half of the rule.
        name: The rule; it may have more numbers than a rung allows.
    """

    def __init__(self, scenario: Scenario, fixed: Pair, half: Half, name: str) -> None:
        super().__init__(scenario, RUNGS[-1])
        self.rung = rung_of(find_rule(half, name))
        self.half = half
        self.fixed = fixed
        self.rules = {each: [name if each == half else getattr(fixed, each).name] for each in HALVES}

    def params(self, pair: Pair) -> list[tuple[Half, Param]]:
        """Return the parameters of the rule that is searched."""
        return [(half, param) for half, param in super().params(pair) if half == self.half]

    def wordings(self, half: Half, name: str) -> list[Rule]:
        """Return the rule that is searched with each combination of its words; the fixed one as it is."""
        return super().wordings(half, name) if half == self.half else [getattr(self.fixed, half)]


def tune_rule(
    scenario: Scenario, fixed: Pair, half: Half, name: str, *, limit: float | None, cpu_s: float, days: int, few: bool
) -> Tuned:
    """Tune one rule beside the other half of a pair.

    Args:
        scenario: The centre; it can run the rule.
        fixed: The pair whose other half is fixed. If the rule is its own, its parameters are a start.
        half: The half of the rule.
        name: The rule.
        limit: Largest dropped share allowed; None for no limit.
        cpu_s: CPU time of the search in seconds; the choice on validation days comes on top.
        days: Validation days.
        few: Whether candidates are compared on few training days.

    Returns:
        The best pair on the validation days; never worse there than the rule with its defaults.
    """
    space, objective = OneRule(scenario, fixed, half, name), Objective(scenario, limit)
    first = carried_over(fixed, half, Rule(name))
    also = [fixed] if getattr(fixed, half).name == name else []
    something = [*space.numbers(first), *space.words(first), *space.orders(first)]
    rng = np.random.default_rng([HALVES.index(half), *name.encode()])
    searcher = Searcher(space, objective, rng, cpu_s if something else 0.0, FEW if few else SMALL)
    score = searched(searcher, first, [*also, with_rule(fixed, half, Rule(name)), first], also, days)
    return result_of(score, space, objective, 0)


def rule_result(
    scenario: Scenario, fixed: Pair, half: Half, name: str, *, limit: float | None, cpu_s: float, days: int, few: bool
) -> dict[str, Any]:
    """Return the tuned rule with its figures and its value on each evaluation day; arguments as in `tune_rule`."""
    evaluation, seeds_ = Objective(scenario, limit), seeds("evaluation", days)
    evaluation.score(fixed, seeds_[:1])  # loads the compiled simulator, which is no part of the search
    found = tune_rule(scenario, fixed, half, name, limit=limit, cpu_s=cpu_s, days=days, few=few)
    score = evaluation.score(found.pair, seeds_)
    assert score is not None  # it ran on the validation days
    kept = ("untuned", "cpu_s", "training_days", "pairs")
    effort = {key: value for key, value in dataclasses.asdict(found).items() if key in kept}
    params = dict(getattr(found.pair, half).params)
    return {"params": params, **effort, **figures(score), "values": score.values.tolist()}
