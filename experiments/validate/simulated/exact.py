"""Exact values of a row's measures, and the policy to run if it is tabulated or optimal."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
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
    chosen = row.choice if row.same is None else row.same
    if row.model == "SlowServer":
        values = {"mean_number": SlowServer(**row.parameters).evaluate(chosen)}
        return Exact(values, None if row.way == "rule" else chosen)
    if not row.way:
        return Exact(work_of(row.model, row.parameters) or _formula(row.model, row.parameters))
    model = getattr(theory.models, row.model)(**row.parameters)
    if row.way == "optimal":
        best = model.solve(**row.choice)
        return Exact(dataclasses.asdict(best.result), best.policy)
    rule = rule_of(chosen)
    values = dataclasses.asdict(model.evaluate(rule))
    return Exact(values, model.policy(model.weights(rule)) if row.way == "table" else None)


def work_of(model: str, parameters: Mapping[str, Any]) -> dict[str, float]:
    """Measures of a centre in which there is always deferrable work to do; empty if the model is another."""
    return _WORK[model](**parameters) if model in _WORK else {}


def _deferrable_work(
    n: int, lambda_per_h: float, aht_s: float, work_s: float, patience_s: float, T_s: float, reserve: int
) -> dict[str, float]:
    """Work in one go is begun above a reserve of idle advisors: the call blending of Bhulai and Koole (2003)."""
    model = theory.models.Blending(n, lambda_per_h, aht_s, work_s, patience_s, T_s)
    values = dataclasses.asdict(model.evaluate(("progressive", {"reserve": reserve})))
    return {**values, "items_per_h": values["outbound_per_h"]}


def _interruptible_work(
    n: int, lambda_per_h: float, aht_s: float, work_s: float, patience_s: float, T_s: float
) -> dict[str, float]:
    """Calls interrupt work, so they do not notice it (Erlang A), and work gets the rest of the advisors' time."""
    values = dataclasses.asdict(theory.erlang_a(lambda_per_h, aht_s, patience_s, n, T_s))
    return {**values, "items_per_h": n * (1.0 - values["occupancy"]) * 3600.0 / work_s}


_WORK: Mapping[str, Callable[..., dict[str, float]]] = {
    "deferrable_work": _deferrable_work,
    "interruptible_work": _interruptible_work,
}


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
