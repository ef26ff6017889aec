"""Registered rules by name and tabulated policies, as probabilities of the choices of a model."""

import inspect
import math
from collections.abc import Callable, Mapping
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from ccenv.theory._checks import finite, share
from ccenv.theory.mdp import Space
from ccenv.theory.models._policy_map import PolicyMap

__all__ = ["PACING_RULES", "RESERVE_RULES", "named_rule", "rule_weights", "tabulated"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
View = dict[str, npt.NDArray[np.int64]]  # coordinates and `idle`; models with dialing also have `ringing` and `soon`
Rule = Callable[..., Any]


def _no_dial(view: View) -> Floats:
    return np.zeros(len(view["idle"]))


def _reserve_threshold(view: View, reserve: float = 0.0, p_next: float = 0.0) -> Floats:
    share("p_next", p_next)
    above = view["idle"] - max(reserve, 0.0)
    return np.maximum(above, 0.0) + np.where((above >= 0) & (reserve >= 1), p_next, 0.0)


def _progressive(view: View, reserve: float = 0.0) -> Floats:
    return _reserve_threshold(view, reserve)


def _to_target(view: View, target: Any) -> Floats:
    return np.maximum(target, 0.0) - view["ringing"]


def _progressive_unreserved(view: View, reserve: float = 0.0) -> Floats:
    return _to_target(view, view["idle"] - reserve)


def _fixed_ratio(view: View, ratio: float = 1.0, rounding: str = "floor", reserve: float = 0.0) -> Floats:
    if rounding not in ("floor", "random"):
        raise ValueError(f"rounding={rounding!r} is not allowed: it must be floor or random")
    target = ratio * np.maximum(view["idle"] - reserve, 0.0)
    return _to_target(view, np.floor(target) if rounding == "floor" else target)


def _max0(view: View, k: float = 1.0, c: float = 0.0, reserve: float = 0.0) -> Floats:
    return _to_target(view, k * np.maximum(view["idle"] - reserve, 0.0) - c)


def _constant_lines(view: View, n: float = 1.0) -> Floats:
    return _to_target(view, np.full(len(view["idle"]), float(n)))


def _dial_x_free(
    view: View, kappa: float = 1.0, c: Any = 0.0, s_t: float = 1.0, s_d: float = 1.0, when: str = "freed"
) -> Floats:
    if when != "event":
        raise ValueError(f"when={when!r} of dial_x_free is not allowed: in models it is event, as states know no past")
    target = np.floor(kappa * view["idle"] + 0.5) + finite("c", c)
    return _to_target(view, np.where(view["idle"] >= max(s_t, s_d), target, 0.0))


def _idle_and_soon(view: View, k: float = 1.0, beta: float = 0.0, c: float = 0.0) -> Floats:
    return _to_target(view, k * (view["idle"] + beta * view["soon"]) - c)


RESERVE_RULES: dict[str, Rule] = {
    "no_dial": _no_dial,
    "progressive": _progressive,
    "reserve_threshold": _reserve_threshold,
}
PACING_RULES: dict[str, Rule] = {
    "no_dial": _no_dial,
    "progressive_unreserved": _progressive_unreserved,
    "fixed_ratio": _fixed_ratio,
    "max0": _max0,
    "constant_lines": _constant_lines,
    "dial_x_free": _dial_x_free,
    "idle_and_soon": _idle_and_soon,
}


def rule_weights(space: Space, first: Ints, actions: Ints, rule: Any, rules: Mapping[str, Rule], view: View) -> Floats:
    """Probabilities (E,) of the choices under a rule or a tabulated policy.

    Args:
        space: The decision states, (Y,).
        first: Index of the first choice of each, (Y + 1,).
        actions: The choices, (E, A).
        rule: As in `Model.evaluate`.
        rules: The registered rules, as functions of the view and of parameters that return the steps.
        view: Inputs of the rules in each decision state, (Y,) each.

    Raises:
        ValueError: If a rule or parameter does not exist, or a table does not fit.
    """
    if isinstance(rule, PolicyMap):
        return tabulated(space, first, actions, rule)
    if isinstance(rule, list):
        return _by_mode(space, first, [rule_weights(space, first, actions, part, rules, view) for part in rule])
    if isinstance(rule, str | tuple):
        steps = named_rule(rule, rules, 1)(view)
    else:
        steps = np.asarray(rule(space.coordinates()) if callable(rule) else rule, float)
        if steps.shape != (len(space),):
            raise ValueError(f"steps of shape {steps.shape} are not allowed: it must be ({len(space)},)")
    return _rounded(first, steps)


def tabulated(space: Space, first: Ints, actions: Ints, policy: PolicyMap) -> Floats:
    """Probabilities (E,) of the choices under a policy map.

    For a map made for another cap, steps are clipped to the feasible ones; states without an entry take the first
    choice.
    """
    if policy.names != space.names or policy.actions.shape[1] != actions.shape[1]:
        raise ValueError(f"policy over {policy.names} is not allowed: the model has the coordinates {space.names}")
    if np.array_equal(policy.states, space.states):
        return policy.weights
    if actions.shape[1] > 1:
        raise ValueError(f"policy over {len(policy.states)} states is not allowed: the model has {len(space)} others")
    place = space.find(**dict(zip(policy.names, policy.states.T, strict=True)))
    weights = np.zeros(first[-1])
    weights[np.delete(first[:-1], place[place >= 0])] = 1.0
    there = place[policy.owner]
    step = np.minimum(policy.actions[:, 0], np.diff(first)[there] - 1)
    np.add.at(weights, (first[there] + step)[there >= 0], policy.weights[there >= 0])
    return weights


def named_rule(rule: str | tuple[str, Mapping[str, Any]], rules: Mapping[str, Rule], n_seen: int) -> Rule:
    """Look up a rule by name, or by name and parameters, as a function of its first `n_seen` arguments.

    Raises:
        ValueError: If a rule or parameter does not exist, a parameter is missing, or a number is negative.
    """
    name, params = (rule, {}) if isinstance(rule, str) else rule
    if name not in rules:
        raise ValueError(f"rule {name!r} is not allowed: it must be one of {', '.join(rules)}")
    known = list(inspect.signature(rules[name]).parameters.values())[n_seen:]
    allowed = [each.name for each in known]
    if unknown := sorted(set(params) - set(allowed)):
        raise ValueError(f"parameter {unknown[0]!r} of {name} is not allowed: it must be one of {allowed}")
    for each in known:
        if each.name not in params and each.default is inspect.Parameter.empty:
            raise ValueError(f"rule {name!r} is not allowed without its parameter {each.name}")
        if each.annotation is float and each.name in params:
            _at_least_0(name, each.name, params[each.name])
    return partial(rules[name], **params)


def _at_least_0(rule: str, name: str, value: Any) -> None:
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or math.isnan(value) or value < 0:
        raise ValueError(f"{name}={value!r} of {rule} is not allowed: it must be a number >= 0")


def _by_mode(space: Space, first: Ints, parts: list[Floats]) -> Floats:
    n_modes = int(space["mode"].max()) + 1
    if len(parts) != n_modes:
        raise ValueError(f"{len(parts)} rules are not allowed: there must be one for each of {n_modes} modes")
    return np.choose(np.repeat(space["mode"], np.diff(first)), parts)


def _rounded(first: Ints, steps: Floats) -> Floats:
    """Weights (E,) of steps (Y,) rounded randomly: floor plus one with the probability of the fraction; clipped."""
    weights, most = np.zeros(first[-1]), np.diff(first) - 1
    low = np.floor(steps)
    for whole, weight in ((low, 1.0 - (steps - low)), (low + 1, steps - low)):
        weights[first[:-1] + np.clip(whole, 0, most).astype(int)] += weight
    return weights
