"""Centres of the library that are solved exactly: the best policy, and what the centre's own rules lose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ccenv.scenarios import load_scenario
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.schema import Centre
from ccenv.theory.models import NDesign, SwitchingBlending, SwitchingPacing


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


def _n_design(centre: Any) -> NDesign:
    (first, one), (_, two) = centre.queues.items()
    dedicated, flexible = centre.groups.values()
    handle_s = mean_s(one.handle_s), mean_s(flexible.handle_s[first]), mean_s(two.handle_s)
    patience_s = mean_s(one.patience_s), mean_s(two.patience_s)
    rates = one.arrivals_per_hour, two.arrivals_per_hour
    return NDesign(dedicated.staffing, flexible.staffing, *rates, *handle_s, *patience_s)


def _switching_pacing(centre: Any) -> SwitchingPacing:
    (group,), (campaign,) = centre.groups.values(), centre.campaigns.values()
    times_s = mean_s(campaign.ring_s), mean_s(campaign.handle_s)
    answers = _by_mode(campaign.p_answer, centre.switching.answers)
    return SwitchingPacing(group.staffing, answers, *times_s, tuple(centre.switching.mean_s))


def _switching_blending(centre: Any) -> SwitchingBlending:
    (group,), (queue,), (campaign,) = centre.groups.values(), centre.queues.values(), centre.campaigns.values()
    times_s = mean_s(queue.handle_s), mean_s(campaign.handle_s), mean_s(queue.patience_s)
    arrivals = _by_mode(queue.arrivals_per_hour, centre.switching.arrivals)
    return SwitchingBlending(group.staffing, arrivals, *times_s, tuple(centre.switching.mean_s))


def _by_mode(value: float, factors: Sequence[float]) -> tuple[float, float]:
    low, high = (value * factor for factor in factors)
    return low, high


SOLVED = {
    "n_design": Solved(_n_design, "cost_per_h", "abandonments per hour", "smallest", rule="class2_priority"),
    "switching_answer_rate": Solved(_switching_pacing, "connects_per_h", "connects per hour", "largest", "drop_rate"),
    "switching_load": Solved(
        _switching_blending, "outbound_per_h", "outbound contacts per hour", "largest", "p_abandon"
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
