"""Criss-cross network: two servers and three classes; the policy chooses the class that the first server takes.

Harrison and Wein (1989), "Scheduling networks of queues: heavy traffic analysis of a simple open network", Queueing
Systems 5; cases of Dai and Gluzman (2022), "Queueing network controls via deep reinforcement learning", Stochastic
Systems 12(1).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ccenv.theory._checks import positive, whole
from ccenv.theory.mdp import DecisionProcess, Events, Space, policy_iteration, value_iteration

__all__ = ["CrissCross", "CrissCrossOptimum"]

ELIMINATE = 20_000  # decision states up to which elimination is faster than value iteration, in three dimensions


@dataclass(frozen=True)
class CrissCrossOptimum:
    """Smallest mean number of jobs.

    Attributes:
        optimal_avg_number: Mean number of jobs in the network under the best policy.
        lower: Lower bound of it, for the network truncated at the caps.
        upper: Upper bound of it, for the network truncated at the caps.
    """

    optimal_avg_number: float
    lower: float
    upper: float


@dataclass(frozen=True)
class CrissCross:
    """Server 1 serves classes 1 and 3; a served job of class 1 becomes class 2, which server 2 serves.

    All times are exponential. Jobs can be preempted at no cost. Rates have any common unit of time.

    Attributes:
        lambda1: Arrival rate of class 1, above 0.
        lambda3: Arrival rate of class 3, above 0.
        mu: Service rates of classes 1, 2 and 3, above 0.
        truncation: Number of values of each class, i.e. its cap plus one. An arrival at the cap is lost, and server 1
            does not serve class 1 while class 2 is at its cap. None for 4 plus 1.5 times the number at which a
            geometric tail with the load as ratio is 1e-6; classes 1 and 3 use the load of server 1, class 2 that of
            server 2.
    """

    lambda1: float
    lambda3: float
    mu: tuple[float, float, float]
    truncation: tuple[int, int, int] | None = None

    def __post_init__(self) -> None:
        for name in ("lambda1", "lambda3"):
            positive(name, getattr(self, name))
        if len(self.mu) != 3:
            raise ValueError(f"mu={self.mu!r} is not allowed: it must be three numbers")
        for rate in self.mu:
            positive("mu", rate)
        for size in self.truncation or ():
            whole("truncation", size, least=2)
        for server, load in zip((1, 2), self.loads, strict=True):
            if load >= 1:
                raise ValueError(f"mu={self.mu!r} is not allowed: server {server} has a load of {load:.6g}")

    @property
    def loads(self) -> tuple[float, float]:
        """Loads of the two servers."""
        return self.lambda1 / self.mu[0] + self.lambda3 / self.mu[2], self.lambda1 / self.mu[1]

    def solve(self, tolerance: float = 1e-9, max_steps: int = 200_000) -> CrissCrossOptimum:
        """Minimise the mean number of jobs: by policy iteration for few states, else by value iteration.

        Args:
            tolerance: Distance of the bounds at which value iteration stops, above 0.
            max_steps: Largest number of steps of value iteration; after them the last bounds are returned.
        """
        stable, process = self._built
        cost = -(stable["x1"] + stable["x2"] + stable["x3"]).astype(float)
        if process.n_decisions <= ELIMINATE:
            best = policy_iteration(process, cost)
            return CrissCrossOptimum(-best.gain, -best.upper, -best.lower)
        low, high, _ = value_iteration(process, cost, tolerance, max_steps)
        return CrissCrossOptimum(-(low + high) / 2, -high, -low)

    @cached_property
    def _built(self) -> tuple[Space, DecisionProcess]:
        sizes = self.truncation or self._sizes()
        decisions = Space({"x1": sizes[0], "x2": sizes[1], "x3": sizes[2]})
        stable = Space({"x1": sizes[0], "x2": sizes[1], "x3": sizes[2], "serves3": 2})
        x1, x2, x3, serves3 = stable.states.T
        events, every = Events(stable, decisions), np.ones(len(stable))
        events.add(x1 < sizes[0] - 1, self.lambda1 * every, x1=1)
        events.add(x3 < sizes[2] - 1, self.lambda3 * every, x3=1)
        events.add((x1 > 0) & (x2 < sizes[1] - 1) & (serves3 == 0), self.mu[0] * every, x1=-1, x2=1)
        events.add(x2 > 0, self.mu[1] * every, x2=-1)
        events.add((x3 > 0) & (serves3 == 1), self.mu[2] * every, x3=-1)
        owner = decisions.index(x1=x1, x2=x2, x3=x3)
        return stable, events.process(owner, np.arange(len(stable)))

    def _sizes(self) -> tuple[int, int, int]:
        first, second = (int(3 * np.log(1e-6) / np.log(load)) // 2 + 4 for load in self.loads)
        return first, second, first
