"""Centres of the library that are solved exactly: the best policy, and what the centre's own rules lose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ccenv.scenarios import load_scenario
from ccenv.scenarios.schema import Centre
from experiments.room.exact import n_design_of, switching_blending_of, switching_pacing_of


class Solved(NamedTuple):
    """A centre with an exact solution.

    Attributes:
        model: Makes the model of a centre of this form.
        measure: Measure that is optimised.
        unit: Its unit.
        best: `largest` or `smallest`.
        limited: Measure that the best policy must keep at the level of the rule; "" for none.
        rule: The model's name for the centre's own rules; "": the model knows the pacing rule by its own name.
    """

    model: Callable[[Centre], Any]
    measure: str
    unit: str
    best: str
    limited: str = ""
    rule: str = ""


SOLVED = {
    "n_design": Solved(n_design_of, "cost_per_h", "abandonments per hour", "smallest", rule="class2_priority"),
    "switching_answer_rate": Solved(switching_pacing_of, "connects_per_h", "connects per hour", "largest", "drop_rate"),
    "switching_load": Solved(
        switching_blending_of, "outbound_per_h", "outbound contacts per hour", "largest", "p_abandon"
    ),
}


def gap(name: str) -> dict[str, Any] | None:
    """Return exact figures of a centre's own rules and of the best policy, and the share that the rules lose.

    None for a centre that is not solved.
    """
    if name not in SOLVED:
        return None
    solved, centre = SOLVED[name], load_scenario(name).centre
    model, pacing = solved.model(centre), centre.rules.pacing
    of_rule = model.evaluate(solved.rule or (pacing.name, dict(pacing.params)))
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
