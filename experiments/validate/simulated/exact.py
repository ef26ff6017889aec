"""Exact values of a row's measures, and the policy to run if it is tabulated or optimal."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ccenv import theory
from ccenv.theory.models import PolicyMap, SlowServer
from experiments.validate.simulated.rows import Row, rule_of

NODES = 200  # of the Gauss-Legendre rule over a transient; its error is far below that of the path itself


class Exact(NamedTuple):
    """Exact values of a row.

    Attributes:
        values: Measures by name.
        policy: The policy with these values; None if the kernel runs a rule or there is nothing to choose.
    """

    values: Mapping[str, float]
    policy: PolicyMap | int | None = None


def exact_of(row: Row) -> Exact:
    """Exact values of a row."""
    if row.model == "mt_mnm_transient":
        return Exact(_transient(**row.parameters))
    if row.model == "SlowServer":
        return Exact({"mean_number": SlowServer(**row.parameters).evaluate(row.choice)}, row.choice)
    if not row.way:
        return Exact(_formula(row.model, row.parameters))
    model = getattr(theory.models, row.model)(**row.parameters)
    if row.way == "optimal":
        best = model.solve(**row.choice)
        return Exact(dataclasses.asdict(best.result), best.policy)
    rule = rule_of(row.choice)
    values = dataclasses.asdict(model.evaluate(rule))
    return Exact(values, model.policy(model.weights(rule)) if row.way == "table" else None)


def _formula(name: str, parameters: Mapping[str, Any]) -> dict[str, float]:
    values = dataclasses.asdict(getattr(theory, name)(**parameters))
    if name == "erlang_b":
        values["occupancy"] = parameters["load"] * (1 - values["blocking"]) / parameters["n"]
    return values


def _transient(
    n: int, lambda0_per_h: float, amplitude: float, period_s: float, aht_s: float, patience_s: float, t_s: float
) -> dict[str, float]:
    """Averages from opening to `t_s`, over the time and over the arriving contacts."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    times = 0.5 * t_s * (nodes + 1.0)
    path = theory.mt_mnm_path(n, lambda0_per_h, amplitude, period_s, aht_s, patience_s, times.tolist())
    queue, full, rate = (
        np.array([getattr(state, name) for state in path]) for name in ("e_queue", "p_all_busy", "lambda_t_per_h")
    )
    share = 0.5 * weights
    angle = 2 * math.pi * t_s / period_s
    arrivals = lambda0_per_h * (1 + amplitude * (1 - math.cos(angle)) / angle)
    return {
        "e_queue": float(share @ queue),
        "p_wait": float(share @ (rate * full)) / arrivals,
        "p_abandon": float(share @ queue) * 3600.0 / patience_s / arrivals,
    }
