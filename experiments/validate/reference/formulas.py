"""Results of the closed forms for the lines of their tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ccenv import theory
from experiments.validate.reference.made import Answer, fields, model_of
from experiments.validate.reference.parameters import Line, arguments


def _by_name(formula: Callable[..., Any], *names: str) -> Callable[[Line], Answer]:
    """Results of a formula whose arguments have the names of these columns."""
    return lambda line: fields(formula(**arguments(line, names)))


def _in_order(formula: Callable[..., Any], *names: str) -> Callable[[Line], Answer]:
    """Results of a formula whose arguments have other names than these columns, and the offered load."""

    def answer(line: Line) -> Answer:
        given = arguments(line, names)
        load = given["lambda_per_h"] * given["aht_s"] / 3600.0
        return {**fields(formula(*given.values())), "offered_load": load}

    return answer


def _erlang_b(line: Line) -> Answer:
    return fields(theory.erlang_b(int(line["n"]), float(line["offered_load"])))


def _sqrt_staffing(line: Line) -> Answer:
    answer: dict[str, Any] = {}
    for theta in ("0.5", "1", "2"):
        found = theory.sqrt_staffing(float(line["offered_load"]), float(line["beta_target"]), float(theta))
        for name, value in fields(found).items():
            answer[name] = answer[f"{name}_theta{theta}"] = value
    return answer


def _slow_server(line: Line) -> Answer:
    model = model_of("SlowServer", line, ("lam", "mu_fast", "mu_slow"))
    thresholds = {name: model.evaluate(int(name[2:])) for name in line if name.startswith("T=")}
    return {**fields(model.solve()), "always_use_slow": model.evaluate(1), **thresholds}


FORMULAS: dict[str, Callable[[Line], Answer]] = {
    "erlang_b": _erlang_b,
    "erlang_c": _in_order(theory.erlang_c, "lambda_per_h", "aht_s", "n", "T_s"),
    "erlang_a": _in_order(theory.erlang_a, "lambda_per_h", "aht_s", "mean_patience_s", "n", "T_s"),
    "mmnk": _by_name(theory.mmnk, "lambda_per_h", "aht_s", "n", "K_total", "T_s"),
    "mmn_g": _by_name(theory.mmn_g, "lambda_per_h", "aht_s", "n", "patience", "mean_patience_s", "T_s"),
    "v_design": _by_name(
        theory.v_design, "n", "lambda1_per_h", "lambda2_per_h", "aht_s", "patience1_s", "patience2_s"
    ),
    "mt_mnm_transient": _by_name(
        theory.mt_mnm_transient, "n", "lambda0_per_h", "amplitude", "period_s", "aht_s", "patience_s", "t_s"
    ),
    "redial": _by_name(
        theory.redial, "n", "fresh_lambda_per_h", "aht_s", "patience_s", "redial_prob", "redial_delay_s",
        "reconnect_prob", "reconnect_delay_s",
    ),
    "poisson_gamma_counts": _by_name(theory.poisson_gamma_counts, "mean", "cv_busyness"),
    "min_staffing": _by_name(theory.min_staffing, "lambda_per_h", "aht_s", "mean_patience_s"),
    "sqrt_staffing": _sqrt_staffing,
    "slow_server_threshold": _slow_server,
}  # fmt: skip
