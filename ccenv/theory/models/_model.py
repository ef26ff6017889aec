"""Common base of the models: measures that are ratios of long-run rates, and optima within limits on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from ccenv.theory._checks import finite
from ccenv.theory.mdp import (
    Constraint,
    DecisionProcess,
    InfeasibleError,
    Space,
    policy_iteration,
    solve_constrained,
    stationary_dist,
)
from ccenv.theory.models._policy_map import PolicyMap
from ccenv.theory.models._rules import rule_weights
from ccenv.theory.models._scenarios import scenario_of

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario

__all__ = ["Built", "Model", "Optimum", "Ratio", "averages", "constraints"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ratio:
    """A measure: a numerator over a denominator, both as rates in the stable states.

    Attributes:
        numerator: (X,) rate [1/h].
        denominator: (X,) rate [1/h]; a number if it is the same under every policy.
        sign: 1 if a limit on the measure is an upper one, -1 if a lower one.
    """

    numerator: Floats
    denominator: Floats | float = 1.0
    sign: int = 1


@dataclass(frozen=True)
class Built:
    """Events, choices and measures of a model.

    Attributes:
        space: The decision states, (Y,).
        process: Events and choices.
        actions: (E, A) the action of each choice; if A is 1, the choices of a state are 0, 1, 2, ... in this order.
        ratios: The measures by name.
    """

    space: Space
    process: DecisionProcess
    actions: Ints
    ratios: dict[str, Ratio]


@dataclass(frozen=True)
class Optimum:
    """Optimum over all policies.

    Attributes:
        optimal_value: The objective of the best policy [1/h].
        lower: Lower bound of it [1/h], from Bellman's equation or, with limits, the policy's own value.
        upper: Upper bound of it [1/h], from Bellman's equation or, with limits, the dual.
        multipliers: By name of the limited measure, increase of the objective for one unit more of its limit; for a
            ratio whose denominator depends on the policy, for one unit more of its numerator per hour.
        policy: The best policy; with limits it randomises.
        parts: The pure policies that it mixes.
        result: All measures of the best policy.
    """

    optimal_value: float
    lower: float
    upper: float
    multipliers: dict[str, float]
    policy: PolicyMap
    parts: tuple[PolicyMap, ...]
    result: Any


def averages(built: Built, weights: Floats) -> dict[str, float]:
    """All measures of a policy, (E,), from its stationary distribution; 0 if the denominator is 0."""
    dist = stationary_dist(built.process, weights)
    values = {}
    for name, ratio in built.ratios.items():
        counted = dist @ ratio.denominator if isinstance(ratio.denominator, np.ndarray) else ratio.denominator
        values[name] = float(dist @ ratio.numerator / counted) if counted > 0 else 0.0
    return values


def constraints(built: Built, limits: Mapping[str, float], allowed: Sequence[str]) -> list[Constraint]:
    """Convert limits on measures to limits on averages.

    Raises:
        ValueError: If a measure is not among `allowed`, or a limit is not a finite number of at least 0.
    """
    found: list[Constraint] = []
    for name, limit in limits.items():
        if name not in allowed:
            raise ValueError(f"limit on {name!r} is not allowed: it must be on one of {', '.join(allowed)}")
        if finite(f"limit on {name}", limit) < 0.0:
            raise ValueError(f"limit={limit!r} on {name} is not allowed: it must be at least 0")
        ratio = built.ratios[name]
        if isinstance(ratio.denominator, np.ndarray):
            cost, bound = ratio.sign * (ratio.numerator - limit * ratio.denominator), 0.0
        else:
            cost, bound = ratio.sign * ratio.numerator / ratio.denominator, ratio.sign * limit
        found.append(Constraint(name, cost, bound))
    return found


class Model:
    """Methods of every model; a subclass supplies the process as `built`.

    Attributes:
        MEASURES: Dataclass of the measures.
        LIMITS: Measures that may be limited; a bare number is a limit on the first.
        RULES: Rules by name, as functions of `_view` that return the steps.
    """

    MEASURES: ClassVar[type]
    LIMITS: ClassVar[tuple[str, ...]] = ()
    RULES: ClassVar[Mapping[str, Any]]
    built: Any  # a cached property that returns Built

    def evaluate(self, rule: Any) -> Any:
        """Exact measures of a rule or tabulated policy, from its stationary distribution.

        Args:
            rule: One of the following. A name of `RULES`; a pair (name, parameters); a `PolicyMap`; an array (Y,) of
                the steps (contacts to start, lines to dial) in each decision state; a function that returns that array
                from the coordinates; or a list of these, one for each mode. Fractional steps are rounded randomly, and
                steps are clipped to the feasible range.

        Returns:
            The model's dataclass of measures.

        Raises:
            ValueError: If the rule does not exist or does not fit the model.
        """
        return self.MEASURES(**averages(self.built, self.weights(rule)))

    def weights(self, rule: Any) -> Floats:
        """Probabilities (E,) of the choices under a rule or tabulated policy, as in `evaluate`."""
        built = self.built
        return rule_weights(built.space, built.process.first, built.actions, rule, self.RULES, self._view())

    def policy(self, weights: Floats) -> PolicyMap:
        """The table of a policy given by the probabilities of its choices, (E,)."""
        built = self.built
        return PolicyMap(built.space.names, built.space.states, built.process.first, built.actions, weights)

    def _out_of_reach(self, error: InfeasibleError, limits: Mapping[str, float]) -> str:
        name = error.constraint.name
        ratio, message = self.built.ratios[name], f"limit={limits[name]!r} on {name} is not allowed: no policy meets "
        if len(limits) > 1 or isinstance(ratio.denominator, np.ndarray):
            return message + "all limits"
        return message + f"it, the best reaches {limits[name] + ratio.sign * error.above:.6g}"

    def scenario(self, **clock: float) -> "Scenario":
        """The scenario of the same centre: steady, exponential times, and the mode observed if there are two.

        Args:
            **clock: Keys of the scenario's clock, such as ``horizon_s`` and ``warm_up_s``.
        """
        return scenario_of(self, clock, **self._centre())

    def _centre(self) -> dict[str, Any]:
        """Keys of the scenario besides name, clock and rules."""
        raise TypeError("a model without a centre has no scenario")

    def _view(self) -> dict[str, Ints]:
        raise TypeError("a model without rules has no view")

    def _optimum(self, reward: Floats, limit: float | Mapping[str, float] | None) -> dict[str, Any]:
        """The fields of `Optimum` for the policy of the largest average of `reward` (X,) within limits."""
        limits = {self.LIMITS[0]: float(limit)} if isinstance(limit, int | float) else dict(limit or {})
        bounds = constraints(self.built, limits, self.LIMITS)
        if bounds:
            try:
                mixed = solve_constrained(self.built.process, reward, bounds)
            except InfeasibleError as error:
                raise ValueError(self._out_of_reach(error, limits)) from error
            lower, upper, multipliers = mixed.gain, mixed.upper, mixed.multipliers
            weights, parts = mixed.weights, mixed.parts
        else:
            pure = policy_iteration(self.built.process, reward)
            lower, upper, multipliers, weights, parts = pure.lower, pure.upper, {}, pure.weights, pure.weights[None]
        return {
            "optimal_value": float(stationary_dist(self.built.process, weights) @ reward),
            "lower": lower,
            "upper": upper,
            "multipliers": multipliers,
            "policy": self.policy(weights),
            "parts": tuple(self.policy(part) for part in parts),
            "result": self.MEASURES(**averages(self.built, weights)),
        }
