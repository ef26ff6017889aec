"""Results of the solver for the tables of blending."""

from __future__ import annotations

from collections.abc import Callable

from experiments.validate.reference import parameters
from experiments.validate.reference.made import Answer, fields, model_of, solved
from experiments.validate.reference.parameters import Line, reserve


def _policies(line: Line) -> Answer:
    model = model_of("Blending", line, parameters.BLENDING)
    found = model.evaluate(reserve(line["reserve"]))
    gains = {f"lagr_gain_{gamma}": found.lagrangian(gamma) for gamma in (20, 100)}
    return {**fields(found), "offered_load": model.offered_load, **gains}


def _optimal(line: Line) -> Answer:
    model, parameter = model_of("Blending", line, parameters.BLENDING), float(line["parameter"])
    fixed = model.evaluate(reserve(line["best_fixed_reserve"]))
    if line["objective"] == "lagrangian":
        best, more = solved(model, gamma=parameter), {"best_fixed_reserve_value": fixed.lagrangian(parameter)}
    else:
        best = solved(model, (("e_wait_s" if "E[W]" in line["objective"] else "sl_T", parameter),))
        more = {
            "multiplier": next(iter(best.multipliers.values())),
            "best_fixed_reserve_value": fixed.outbound_per_h,
            "best_randomised_reserve_value": model.evaluate(reserve(line["best_randomised_reserve"])).outbound_per_h,
        }
    return {
        **fields(best),
        **fields(best.result),
        **more,
        "offered_load": model.offered_load,
        "optimal_is_pure_threshold_in_busy": str(best.optimal_is_pure_threshold_in_busy),
        "target_busy_by_inbound_in_service": " ".join(map(str, best.target_busy_by_inbound_in_service)),
    }


def _maps(line: Line) -> Answer:
    best = solved(model_of("Blending", line, parameters.BLENDING), gamma=float(line["gamma"]))
    state = {"inbound": int(line["inbound_in_service"]), "outbound": int(line["outbound_in_service"])}
    ((start,),) = best.policy.probabilities(mode=0, waiting=0, **state)
    return {"start": start}


def _holding(line: Line) -> Answer:
    return fields(model_of("HoldingBlending", line, parameters.HOLDING).solve())


BLENDING: dict[str, Callable[[Line], Answer]] = {
    "blending_policies": _policies,
    "blending_optimal": _optimal,
    "blending_policy_maps": _maps,
    "blending_full_action_check": _holding,
}
