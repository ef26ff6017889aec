"""Scenario of a row: that of the model, or for a formula a scenario of the same centre."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ccenv.scenarios import Scenario, load_scenario
from ccenv.theory import models
from experiments.validate.simulated.exact import work_of
from experiments.validate.simulated.rows import Row

WARM_UP = 0.05  # share of the counted time, but at least LEAST_WARM_UP_S
LEAST_WARM_UP_S = 7_200.0
SLOTS = 48  # slots of the day that carry a sinusoidal rate; the maximum of the smallest size class
REVIEW_S = 600.0  # policies of the solvable models decide after events; reviews only keep an empty centre going
LINE_UNIT_S = 60.0  # length of a unit of time of the slow server's model
WORK_ABOVE_PER_H = 50.0  # items that come in beyond those that are done, so that there is always one to do
AGAIN = 1_000_000  # how often a contact may redial or repeat; never reached


def centre_of(row: Row) -> tuple[Scenario, int, float]:
    """Scenario, days of an episode, and counted seconds of one replication."""
    if row.model == "mt_mnm_transient":
        span_s = float(row.parameters["t_s"])
        days = max(1, round(row.span_s / span_s))
        return load_scenario(_transient(**row.parameters)), days, days * span_s
    clock = {"horizon_s": row.span_s, "warm_up_s": max(LEAST_WARM_UP_S, WARM_UP * row.span_s)}
    if row.way and row.model != "SlowServer":
        model = getattr(models, row.model)(**row.parameters)
        if row.way != "rule":
            clock["review_s"] = REVIEW_S
        return model.scenario(**clock), 1, row.span_s
    centre = _FORMULAS[row.model](**row.parameters)
    return load_scenario(_made(row.model, {"kind": "steady", "review_s": 0.0, **clock}, centre)), 1, row.span_s


def _made(name: str, clock: Mapping[str, Any], centre: Mapping[str, Any]) -> dict[str, Any]:
    about = {"name": name, "description": "made by experiments.validate", "sources": {"*": "parameters of the formula"}}
    return {**about, "clock": dict(clock), **centre}


def _queue(rate_per_hour: float, handle_s: float, patience: Any = 0.0, threshold_s: float = 20.0) -> dict[str, Any]:
    """A queue; a patience of 0 is infinite."""
    return {
        "arrivals_per_hour": float(rate_per_hour),
        "handle_s": float(handle_s),
        "patience_s": patience or {"dist": "never"},
        "service_level_s": float(threshold_s),
    }


def _one_group(n: int, queues: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"queues": dict(queues), "groups": {"advisors": {"skills": list(queues), "staffing": n}}, **more}


def _erlang_b(n: int, load: float) -> dict[str, Any]:
    handle_s = 180.0
    return _one_group(n, {"inbound": _queue(load * 3600 / handle_s, handle_s)}, trunks=n)


def _erlang_c(rate_per_hour: float, handle_s: float, n: int, threshold_s: float) -> dict[str, Any]:
    return _one_group(n, {"inbound": _queue(rate_per_hour, handle_s, 0.0, threshold_s)})


def _erlang_a(rate_per_hour: float, handle_s: float, patience_s: float, n: int, threshold_s: float) -> dict[str, Any]:
    return _one_group(n, {"inbound": _queue(rate_per_hour, handle_s, float(patience_s), threshold_s)})


def _mmnk(lambda_per_h: float, aht_s: float, n: int, K_total: int, T_s: float) -> dict[str, Any]:
    return _one_group(n, {"inbound": _queue(lambda_per_h, aht_s, 0.0, T_s)}, trunks=K_total)


def _mmn_g(
    lambda_per_h: float, aht_s: float, n: int, patience: str, mean_patience_s: float, T_s: float
) -> dict[str, Any]:
    dist = patience_dist(patience, float(mean_patience_s))
    return _one_group(n, {"inbound": _queue(lambda_per_h, aht_s, dist, T_s)})


def _v_design(
    n: int, lambda1_per_h: float, lambda2_per_h: float, aht_s: float, patience1_s: float, patience2_s: float
) -> dict[str, Any]:
    queues = {
        "class1": _queue(lambda1_per_h, aht_s, float(patience1_s)),
        "class2": _queue(lambda2_per_h, aht_s, float(patience2_s)),
    }
    return _one_group(n, queues, rules={"routing": {"name": "priority", "params": {"order": list(queues)}}})


def _redial(
    n: int,
    fresh_lambda_per_h: float,
    aht_s: float,
    patience_s: float,
    redial_prob: float,
    redial_delay_s: float,
    reconnect_prob: float,
    reconnect_delay_s: float,
) -> dict[str, Any]:
    queue = _queue(fresh_lambda_per_h, aht_s, float(patience_s))
    queue["redial"] = {"p": redial_prob, "delay_s": float(redial_delay_s), "max_times": AGAIN}
    queue["repeat"] = {"p": reconnect_prob, "delay_s": float(reconnect_delay_s), "max_times": AGAIN}
    return _one_group(n, {"inbound": queue})


def _return_calls(
    lines: int,
    ring_s: float,
    return_prob: float,
    return_delay_s: float,
    n: int,
    aht_s: float,
    patience_s: float,
    redial_prob: float,
    redial_delay_s: float,
) -> dict[str, Any]:
    """A queue without contacts of its own, and a campaign that keeps its lines ringing and reaches no person."""
    queue = _queue(0.0, aht_s, float(patience_s))
    queue["redial"] = {"p": redial_prob, "delay_s": float(redial_delay_s), "max_times": AGAIN}
    campaign = {
        "p_answer": 0.0,
        "handle_s": float(aht_s),
        "ring_s": float(ring_s),
        "max_lines": lines,
        "return_calls": {
            "queue": "inbound",
            "p_by_outcome": {"no_answer": return_prob},
            "delay_s": {"dist": "uniform", "low_s": 0.0, "high_s": 2.0 * return_delay_s},
        },
    }
    made = _one_group(n, {"inbound": queue}, campaigns={"outbound": campaign})
    made["groups"]["dialers"] = {"skills": ["outbound"], "staffing": 1}
    return {**made, "rules": {"pacing": {"name": "constant_lines", "params": {"n": lines}}}, "goals_unpaid": True}


def _chats(
    lambda_per_h: float, work_s: float, mean_patience_s: float, n: int, rates: tuple[float, ...]
) -> dict[str, Any]:
    queue = {**_queue(lambda_per_h, work_s, float(mean_patience_s)), "chat": {"rate_by_level": list(rates)}}
    made = _one_group(n, {"inbound": queue})
    made["groups"]["advisors"]["capacity"] = {"chats": len(rates)}
    return made


def _work(model: str, deferrable: Mapping[str, Any], **parameters: Any) -> dict[str, Any]:
    """A queue of calls, and one of deferrable work whose backlog grows."""
    p = parameters
    work = {
        "arrivals_per_hour": work_of(model, parameters)["items_per_h"] + WORK_ABOVE_PER_H,
        "handle_s": float(p["work_s"]),
        "deferrable": dict(deferrable),
    }
    calls = _queue(p["lambda_per_h"], p["aht_s"], float(p["patience_s"]), p["T_s"])
    rule = {"name": "fifo", "params": {"work_reserve": p.get("reserve", 0)}}
    return _one_group(p["n"], {"inbound": calls, "work": work}, rules={"routing": rule}, size_class="M")


def _deferrable_work(**parameters: Any) -> dict[str, Any]:
    return _work("deferrable_work", {}, **parameters)


def _interruptible_work(**parameters: Any) -> dict[str, Any]:
    return _work("interruptible_work", {"interruptible": True}, **parameters)


def _slow_server(lam: float, mu_fast: float, mu_slow: float) -> dict[str, Any]:
    queue = _queue(lam * 3600 / LINE_UNIT_S, LINE_UNIT_S / mu_fast)
    slow = {"skills": ["inbound"], "staffing": 1, "handle_s": {"inbound": LINE_UNIT_S / mu_slow}}
    return {"queues": {"inbound": queue}, "groups": {"fast": {"skills": ["inbound"], "staffing": 1}, "slow": slow}}


_FORMULAS: dict[str, Callable[..., dict[str, Any]]] = {
    "erlang_b": _erlang_b,
    "erlang_c": _erlang_c,
    "erlang_a": _erlang_a,
    "mmnk": _mmnk,
    "mmn_g": _mmn_g,
    "v_design": _v_design,
    "redial": _redial,
    "return_calls": _return_calls,
    "chats": _chats,
    "deferrable_work": _deferrable_work,
    "interruptible_work": _interruptible_work,
    "SlowServer": _slow_server,
}


def _transient(
    n: int, lambda0_per_h: float, amplitude: float, period_s: float, aht_s: float, patience_s: float, t_s: float
) -> dict[str, Any]:
    """Days from opening to `t_s`, each from an empty centre.

    The rate is linear between slots. A chord lies inside the arc of the sine, so the amplitude is raised until the
    integral of the rate is that of the sine.
    """
    slot_s = t_s / SLOTS
    half = math.pi * slot_s / period_s
    height = amplitude * (half / math.sin(half)) ** 2
    angles = (2 * math.pi * k * slot_s / period_s for k in range(SLOTS))
    queue = _queue(0.0, aht_s, float(patience_s))
    queue["arrivals_per_hour"] = [lambda0_per_h * (1 + height * math.sin(angle)) for angle in angles]
    queue["interpolation"] = "linear"
    clock = {"kind": "day", "open_s": 0.0, "close_s": t_s, "overtime_s": 0.0, "slot_s": slot_s, "review_s": 0.0}
    return _made("mt_mnm_transient", clock, _one_group(n, {"inbound": queue}))


def patience_dist(name: str, mean_s: float) -> dict[str, Any]:
    """Convert a distribution of patience of the formula M/M/n+G to a distribution of time of a scenario.

    Raises:
        ValueError: If this distribution is not supported here.
    """
    if name == "det":
        return {"dist": "constant", "value_s": mean_s}
    if name == "unif":
        return {"dist": "uniform", "low_s": 0.0, "high_s": 2 * mean_s}
    if name.startswith("erlang"):
        return {"dist": "erlang", "k": int(name.removeprefix("erlang")), "mean_s": mean_s}
    if name.startswith("hyper2_scv"):
        tilt = math.sqrt((scv := float(name.removeprefix("hyper2_scv"))) - 1) / math.sqrt(scv + 1)
        shares = [(1 + tilt) / 2, (1 - tilt) / 2]
        return {"dist": "hyper_exponential", "p": shares, "mean_s": [mean_s / (2 * share) for share in shares]}
    if name.startswith("lognormal_scv"):
        variance = math.log1p(float(name.removeprefix("lognormal_scv")))
        return {"dist": "lognormal", "mu": math.log(mean_s) - variance / 2, "sigma": math.sqrt(variance)}
    raise ValueError(f"patience {name!r}; allowed: det, unif, erlang, hyper2_scv and lognormal_scv with their number")
