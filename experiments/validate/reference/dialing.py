"""Results of the solver for the tables of pacing, alone and with inbound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from experiments.validate.reference import parameters
from experiments.validate.reference.made import Answer, fields, model_of, solved
from experiments.validate.reference.parameters import Line, pacing_rule

LIMIT = 0.03
ROUNDING = 1e-9  # tolerance of a share that must not exceed its limit


def _pacing(line: Line) -> Any:
    """The model behind the lines of the rules, with the table's cap of waiting connects."""
    more = {"waiting_cap": parameters.WAITING_CAP} if float(line["grace_s"]) > 0 else {}
    return model_of("Pacing", line, parameters.PACING, **more)


def _pacing_policies(line: Line) -> Answer:
    model = _pacing(line)
    found = model.evaluate(pacing_rule(line["policy_class"], line["parameter"]))
    return {**fields(found), "perfect_connects_per_h": model.perfect_connects_per_h}


def _pacing_optimal(line: Line) -> Answer:
    model = model_of("Pacing", line, parameters.PACING)
    best = solved(model, (("drop_rate", LIMIT),))
    rules = _rules(line, "_connects", _pacing(line))
    return {**fields(best), **rules, "perfect_connects_per_h": model.perfect_connects_per_h}


def _pacing_maps(line: Line) -> Answer:
    """The table's target, if the solver's policies agree with either of the table's two targets.

    Policies that are equally good at the multiplier may be mixed in any way, so both targets are correct.
    """
    best = solved(model_of("Pacing", line, parameters.PACING), (("drop_rate", LIMIT),))
    waiting, other = int(line["waiting"]), int(line["target_other_policy"])
    wrap_up = float(line["observed_wrap_s"]) > 0
    state = {"mode": 0, "talking": int(line["busy"]), "ringing": 0}
    state |= {"wrap_up": waiting, "waiting": 0} if wrap_up else {"wrap_up": 0, "waiting": waiting}
    first = int(line["target_ringing_from_zero"])
    if waiting and not wrap_up and state["talking"] < int(line["n"]):
        return {"target_ringing_from_zero": first}  # no such state: connects do not wait while an advisor is idle
    found = {next(iter(part.probabilities(**state)))[0] for part in best.parts}
    wrong = sorted(found - {first, other})
    return {"target_ringing_from_zero": wrong[0] if wrong else first}


def _joint_policies(line: Line) -> Answer:
    model = model_of("BlendedPacing", line, parameters.JOINT)
    found = model.evaluate(pacing_rule(line["policy_class"], line["parameter"]))
    fits = found.drop_rate <= LIMIT + ROUNDING
    fits = fits and found.inbound_abandon <= float(line["abandon_limit"]) + ROUNDING
    return {**fields(found), "inbound_load": model.inbound_load, "feasible": str(fits)}


def _joint_optimal(line: Line) -> Answer:
    model = model_of("BlendedPacing", line, parameters.JOINT)
    best = solved(model, (("inbound_abandon", float(line["abandon_limit"])),))
    alone = model.evaluate("no_dial")
    return {
        **fields(best),
        **_rules(line, "", model),
        "inbound_load": model.inbound_load,
        "abandon_without_outbound": alone.inbound_abandon,
        "p_wait_without_outbound": alone.inbound_p_wait,
    }


def _rules(line: Line, ending: str, model: Any) -> dict[str, float]:
    """Connects per hour of the best rule of each class that the line names."""
    classes = [name.removesuffix("_param") for name in line if name.endswith("_param")]
    return {
        f"{name}{ending}": model.evaluate(pacing_rule(name, line[f"{name}_param"])).connects_per_h
        for name in classes
        if line[f"{name}{ending}"] != ""
    }


DIALING: dict[str, Callable[[Line], Answer]] = {
    "pacing_policies": _pacing_policies,
    "pacing_optimal": _pacing_optimal,
    "pacing_policy_maps": _pacing_maps,
    "blended_pacing_policies": _joint_policies,
    "blended_pacing_optimal": _joint_optimal,
}
