"""Results of the solver for the tables of networks and of switching modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scipy import optimize

from experiments.validate.reference import parameters
from experiments.validate.reference.made import Answer, fields, model_of, solved
from experiments.validate.reference.parameters import Line, Modes

CURVE = "switching_curve_x1_at_x2_1_2_3_5_8_10_15_20_30_50"
CURVE_AT = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50)
PRINTED = 6e-9  # a little over half a unit of the last printed digit of the criss-cross table
HALF = 6e-4  # the same for a tuned parameter of the switching table; its digits do not determine the constraint


def _n_design(line: Line) -> Answer:
    model = model_of("NDesign", line, parameters.N_DESIGN)
    if line["policy"] == "OPTIMAL":
        return fields(solved(model).result)
    return fields(model.evaluate(parameters.n_design_rule(line["policy"])))


def _harrison(line: Line) -> Answer:
    x1_cap, x2_cap = parameters.grid(line["rho"])
    model = model_of("HarrisonN", line, (), rho=float(line["rho"]), x1_cap=x1_cap, x2_cap=x2_cap)
    if line["policy"] != "OPTIMAL":
        return fields(model.evaluate(parameters.harrison_rule(line["policy"])))
    best = solved(model)
    return {**fields(best.result), CURVE: " ".join(str(best.switching_curve[x2]) for x2 in CURVE_AT)}


def _criss_cross(line: Line) -> Answer:
    """The table's value if the solver's is within the width of the table's bounds of it, else the solver's."""
    mu, truncation = (tuple(map(float, line["mu"].split(","))), tuple(map(int, line["truncation"].split("x"))))
    model = model_of("CrissCross", line, ("lambda1", "lambda3"), mu=mu, truncation=truncation)
    found = model.solve().optimal_avg_number
    width = float(line["upper"]) - float(line["lower"])
    value = float(line["optimal_avg_number"])
    return {"optimal_avg_number": value if abs(found - value) <= width + PRINTED * value else found}


def _switching(line: Line) -> Answer:
    case = parameters.modes(line["case"])
    return _blending(line, case) if case.answers is None else _pacing(line, case, case.answers)


def _pacing(line: Line, case: Modes, answers: tuple[float, float]) -> Answer:
    centre = {"n": case.s or 10, "answer_prob": answers, "ring_s": 18.0, "talk_s": 210.0, "mean_s": case.mean_s}
    model = model_of("SwitchingPacing", line, (), **centre)
    if line["policy"].startswith("OPTIMAL"):
        found = solved(model, (("drop_rate", parameters.limit_of(line["policy"])),)).result
    else:
        found = _meant(
            lambda more: model.evaluate(parameters.switching_rule(line["policy"], line["parameter"], answers, more)),
            "drop_rate",
            float(line["constraint_value"]),
        )
    return {"objective_per_h": found.connects_per_h, "constraint_value": found.drop_rate}


def _blending(line: Line, case: Modes) -> Answer:
    rates = tuple(20.0 * load for load in case.loads or ())
    centre = {"s": case.s, "lambda_per_h": rates, "inbound_aht_s": 180.0, "outbound_aht_s": case.outbound_s}
    model = model_of("SwitchingBlending", line, (), **centre, mean_patience_s=120.0, mean_s=case.mean_s)
    if line["policy"].startswith("OPTIMAL"):
        found = solved(model, (("p_abandon", parameters.limit_of(line["policy"])),)).result
    elif "," in line["parameter"]:
        by_mode = line["parameter"].split(",")
        found = model.evaluate([("progressive", {"reserve": int(reserve)}) for reserve in by_mode])
    else:
        found = _meant(
            lambda more: model.evaluate(parameters.reserve(line["parameter"], more)),
            "p_abandon",
            float(line["constraint_value"]),
        )
    return {"objective_per_h": found.outbound_per_h, "constraint_value": found.p_abandon}


def _meant(found: Callable[[float], Any], constraint: str, value: float) -> Any:
    """Measures of a tuned rule. Its exact parameter rounds to the printed one and meets the constraint.

    Args:
        found: Function of the difference from the printed parameter that returns the measures.
        constraint: Name of the limited measure.
        value: Its printed value.
    """

    def excess(more: float) -> float:
        return float(getattr(found(more), constraint)) - value

    if excess(-HALF) * excess(HALF) > 0:
        return found(0.0)
    return found(float(optimize.brentq(excess, -HALF, HALF, xtol=1e-12)))


NETWORKS: dict[str, Callable[[Line], Answer]] = {
    "nmodel_callcentre": _n_design,
    "nmodel_harrison": _harrison,
    "crisscross": _criss_cross,
    "modulated_headroom": _switching,
}
