"""Centres of the library that are solved exactly: the best policy, and what the centre's own rules lose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ccenv.theory.models import NDesign, SwitchingBlending, SwitchingPacing


class Solved(NamedTuple):
    """A centre with an exact solution.

    Attributes:
        model: Makes the model of the same centre.
        rule: The centre's own rules, under the model's name.
        measure: Measure that is optimised.
        unit: Its unit.
        best: `largest` or `smallest`.
        limited: Measure that the best policy must keep at the level of the rule; "" for none.
    """

    model: Callable[[], Any]
    rule: Any
    measure: str
    unit: str
    best: str
    limited: str = ""


SOLVED = {
    "n_design": Solved(
        lambda: NDesign(3, 3, 50, 40, 180, 180, 180, 120, 120),
        "class2_priority",
        "cost_per_h",
        "abandonments per hour",
        "smallest",
    ),
    "switching_answer_rate": Solved(
        lambda: SwitchingPacing(10, (0.15, 0.45), 18, 210),
        ("max0", {"k": 2.037, "c": 1}),
        "connects_per_h",
        "connects per hour",
        "largest",
        "drop_rate",
    ),
    "switching_load": Solved(
        lambda: SwitchingBlending(10, (80, 180), 180, 180, 120),
        ("reserve_threshold", {"reserve": 4, "p_next": 0.341}),
        "outbound_per_h",
        "outbound contacts per hour",
        "largest",
        "p_abandon",
    ),
}


def gap(solved: Solved) -> dict[str, Any]:
    """Return exact figures of the rule and of the best policy, and the share that the rule loses."""
    model = solved.model()
    of_rule = model.evaluate(solved.rule)
    limit = {solved.limited: getattr(of_rule, solved.limited)} if solved.limited else None
    best = getattr(model.solve(limit).result, solved.measure)
    rule = getattr(of_rule, solved.measure)
    lost = (rule - best) / best if solved.best == "smallest" else (best - rule) / best
    return {
        "model": type(model).__name__,
        "measure": solved.measure,
        "unit": solved.unit,
        "rule": rule,
        "best": best,
        "lost": max(0.0, lost),
        "limited": solved.limited,
        "limit": None if limit is None else limit[solved.limited],
    }
