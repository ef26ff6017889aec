"""What all models have in common: measures that are ratios of long-run rates, and optima within limits on them."""

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
    """A measure: what is earned over what is counted, both as rates in the stable states.

    Attributes:
        numerator: (X,) rate [1/h].
        denominator: (X,) rate [1/h], or a number if no policy changes it.
        sign: 1 if a limit on it is an upper one, -1 if a lower one.
    """

    numerator: Floats
    denominator: Floats | float = 1.0
    sign: int = 1


@dataclass(frozen=True)
class Built:
    """A model written out.

    Attributes:
        space: The decision states, (Y,).
        process: Events and choices.
        actions: (E, A) what each choice is; where A is 1 the choices of a state are 0, 1, 2, ... in this order.
        ratios: The measures by name.
    """

    space: Space
    process: DecisionProcess
    actions: Ints
    ratios: dict[str, Ratio]


@dataclass(frozen=True)
class Optimum:
    """The best that any policy can do.

    Attributes:
        optimal_value: The objective of the best policy [1/h].
        lower: Lower bound of it [1/h], from Bellman's equation or, with limits, the policy's own value.
        upper: Upper bound of it [1/h], from Bellman's equation or, with limits, the dual.
        multipliers: By name of the limited measure, what one unit more of its limit would add to the objective; for a
            ratio whose denominator depends on the policy, one unit more of its numerator per hour.
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
    """All measures of a policy, (E,), from its stationary distribution; 0 where nothing is counted."""
    dist = stationary_dist(built.process, weights)
    values = {}
    for name, ratio in built.ratios.items():
        counted = dist @ ratio.denominator if isinstance(ratio.denominator, np.ndarray) else ratio.denominator
        values[name] = float(dist @ ratio.numerator / counted) if counted > 0 else 0.0
    return values


def constraints(built: Built, limits: Mapping[str, float], allowed: Sequence[str]) -> list[Constraint]:
    """Limits on measures as limits on averages.

    Raises:
        ValueError: If a measure is not among `allowed`, or a limit is no finite number.
    """
    found: list[Constraint] = []
    for name, limit in limits.items():
        if name not in allowed:
            raise ValueError(f"limit on {name!r} is not allowed: it must be on one of {', '.join(allowed)}")
        ratio, limit = built.ratios[name], finite(f"limit on {name}", limit)
        if isinstance(ratio.denominator, np.ndarray):
            cost, bound = ratio.sign * (ratio.numerator - limit * ratio.denominator), 0.0
        else:
            cost, bound = ratio.sign * ratio.numerator / ratio.denominator, ratio.sign * limit
        found.append(Constraint(name, cost, bound))
    return found


class Model:
    """What every model can do once it is written out as `built`.

    Attributes:
        MEASURES: dataclass of the measures.
        LIMITS: measures on which a limit may be set; a bare number is a limit on the first.
        RULES: rules by name, as functions of `_view` that give the steps.
    """

    MEASURES: ClassVar[type]
    LIMITS: ClassVar[tuple[str, ...]] = ()
    RULES: ClassVar[Mapping[str, Any]]
    built: Any  # a cached property that returns Built

    def evaluate(self, rule: Any) -> Any:
        """The measures of a rule or tabulated policy, exactly, from its stationary distribution.

        Args:
            rule: A name of `RULES`; a pair (name, parameters); a `PolicyMap`; how many steps (contacts to start, lines
                to dial) to take in each decision state as an array (Y,), or a function that gives it from the
                coordinates, both rounded randomly and cut to what is possible; or a list of these, one for each mode.

        Returns:
            The model's dataclass of measures.

        Raises:
            ValueError: If the rule does not exist or does not fit.
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
        """The same centre for the simulator: steady, exponential times, the mode observed where there are two.

        Args:
            **clock: Keys of the scenario's clock, such as ``horizon_s`` and ``warm_up_s``.
        """
        return scenario_of(self, clock, **self._centre())

    def _centre(self) -> dict[str, Any]:
        """Keys of the scenario beside name, clock and rules."""
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
