"""Harrison's N-model: two classes, two servers of which the second is flexible; preemption, holding costs.

Harrison (1998), "Heavy traffic analysis of a system with parallel servers", Annals of Applied Probability 8(3); Dai and
Gluzman (2022), "Queueing network controls via deep reinforcement learning", Stochastic Systems 12(1). Time is counted
in mean services of server 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ccenv.theory._checks import positive, whole
from ccenv.theory.mdp import DecisionProcess, Events, Space, policy_iteration, stationary_dist
from ccenv.theory.mdp.process import Floats, Ints
from ccenv.theory.models._rules import named_rule

__all__ = ["HarrisonN", "HarrisonNMeasures", "HarrisonNOptimum"]

Rule = Callable[..., npt.NDArray[np.bool_]]

LAMBDA = (1.3, 0.4)  # arrival rate of each class / rho
MU1, MU12, MU2 = 1.0, 0.5, 1.0  # service rates: server 1; server 2 on class 1, on class 2
H = (3.0, 1.0)  # holding cost of a job of each class per unit of time


def _threshold(x1: Ints, x2: Ints, x1_ge: float) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = (x1 >= x1_ge) | (x2 == 0)
    return found


RULES: dict[str, Rule] = {  # whether server 2 prefers class 1, given the numbers of both classes
    "class1_first": lambda x1, x2: np.ones(len(x1), bool),
    "class2_first": lambda x1, x2: x2 == 0,
    "threshold": _threshold,
    "maxweight_h_mu_x": lambda x1, x2: H[0] * MU12 * x1 >= H[1] * MU2 * x2,
    "maxweight_mu_x": lambda x1, x2: MU12 * x1 >= MU2 * x2,
    "longest_queue": lambda x1, x2: x1 >= x2,
}


@dataclass(frozen=True)
class HarrisonNMeasures:
    """Measures of a policy.

    Attributes:
        avg_cost: Mean cost per unit of time.
        mean_x1: Mean number of jobs of class 1 in the system.
        mean_x2: Mean number of jobs of class 2 in the system.
        boundary_mass: Share of the time at a cap; if it is not small, the policy is unstable or the caps are too low.
    """

    avg_cost: float
    mean_x1: float
    mean_x2: float
    boundary_mass: float


@dataclass(frozen=True)
class HarrisonNOptimum:
    """The best policy.

    Attributes:
        avg_cost: Its mean cost.
        lower: Lower bound of the mean cost of any policy.
        upper: Upper bound of the mean cost of the best policy.
        switching_curve: For each number of class 2, from 0 to its cap, the smallest number of class 1 at which server 2
            takes class 1; 0 if it never does.
        result: All measures.
    """

    avg_cost: float
    lower: float
    upper: float
    switching_curve: tuple[int, ...]
    result: HarrisonNMeasures


@dataclass(frozen=True)
class HarrisonN:
    """Class 1 arrives at rate ``1.3 rho``, class 2 at ``0.4 rho``; cost ``3 x1 + x2``.

    Server 1 serves class 1 at rate 1. Server 2 serves class 1 at rate 1/2, which needs two jobs of class 1, or class 2
    at rate 1. Jobs can be preempted at no cost.

    Attributes:
        rho: Load, above 0 and below 1.
        x1_cap: Largest number of class 1; None for one that good policies almost never reach.
        x2_cap: Largest number of class 2; None for one that good policies almost never reach.
    """

    rho: float
    x1_cap: int | None = None
    x2_cap: int | None = None

    def __post_init__(self) -> None:
        if positive("rho", self.rho) >= 1:
            raise ValueError(f"rho={self.rho!r} is not allowed: it must be a number in (0, 1)")
        for name in ("x1_cap", "x2_cap"):
            if getattr(self, name) is not None:
                whole(name, getattr(self, name), least=2)

    def evaluate(self, rule: str | tuple[str, dict[str, float]]) -> HarrisonNMeasures:
        """Measures of a rule by name.

        Args:
            rule: ``"class1_first"``, ``"class2_first"``, ``("threshold", {"x1_ge": 5})``, ``"maxweight_h_mu_x"``,
                ``"maxweight_mu_x"`` or ``"longest_queue"`` (class 1 if equal).

        Raises:
            ValueError: If the rule does not exist.
        """
        takes = named_rule(rule, RULES, 2)
        _, decisions, process = self._built
        helps = (decisions["x1"] >= 2) & takes(decisions["x1"], decisions["x2"])
        return self._measures(process.pure(process.first[:-1] + helps))

    def solve(self) -> HarrisonNOptimum:
        """The best policy, by policy iteration."""
        stable, decisions, process = self._built
        cost = H[0] * stable["x1"] + H[1] * stable["x2"]
        begin = process.first[:-1] + ((decisions["x1"] >= 2) & (decisions["x1"] >= decisions["x2"]))
        best = policy_iteration(process, -cost, process.pure(begin))
        takes = np.bincount(process.owner, best.weights * stable["helps"][process.to]) > 0
        by_x2 = takes.reshape(-1, int(decisions["x2"].max()) + 1)  # (x1, x2)
        curve = tuple(int(x1) for x1 in np.argmax(by_x2, axis=0))
        result = self._measures(best.weights)
        return HarrisonNOptimum(result.avg_cost, -best.upper, -best.lower, curve, result)

    def _measures(self, weights: Floats) -> HarrisonNMeasures:
        stable, _, process = self._built
        x1, x2 = stable["x1"], stable["x2"]
        dist = stationary_dist(process, weights)
        edge = (x1 == x1.max()) | (x2 == x2.max())
        mean1, mean2 = float(dist @ x1), float(dist @ x2)
        return HarrisonNMeasures(H[0] * mean1 + H[1] * mean2, mean1, mean2, float(dist[edge].sum()))

    @cached_property
    def _built(self) -> tuple[Space, Space, DecisionProcess]:
        cap1 = self.x1_cap or math.ceil(12 / (1 - self.rho)) + 60
        cap2 = self.x2_cap or math.ceil(30 / (1 - self.rho)) + 60
        decisions = Space({"x1": cap1 + 1, "x2": cap2 + 1})
        stable = Space({"x1": cap1 + 1, "x2": cap2 + 1, "helps": 2}, lambda c: (c["helps"] == 0) | (c["x1"] >= 2))
        x1, x2, helps = stable.states.T
        events, every = Events(stable, decisions), np.ones(len(stable))
        events.add(x1 < cap1, LAMBDA[0] * self.rho * every, x1=1)
        events.add(x2 < cap2, LAMBDA[1] * self.rho * every, x2=1)
        events.add(x1 > 0, MU1 + MU12 * helps, x1=-1)
        events.add((x2 > 0) & (helps == 0), MU2 * every, x2=-1)
        owner = decisions.index(x1=x1, x2=x2)
        return stable, decisions, events.process(owner, np.arange(len(stable)))
