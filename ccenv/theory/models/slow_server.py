"""Two servers of different speed: when to use the slow one.

Lin and Kumar (1984), "Optimal control of a queueing system with two heterogeneous servers", IEEE TAC 29(8): the slow
server is used if the number waiting reaches a threshold.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ccenv.theory._checks import positive, whole
from ccenv.theory.mdp import DecisionProcess, Events, Space, policy_iteration, stationary_dist
from ccenv.theory.models._tails import CUT

__all__ = ["SlowServer", "SlowServerOptimum"]


@dataclass(frozen=True)
class SlowServerOptimum:
    """Best use of the slow server.

    Attributes:
        best_threshold: The slow server takes a job if at least this number wait.
        mean_number_best: Mean number of jobs in the system under this threshold.
        lower: Lower bound of the mean number under any policy.
        upper: Upper bound of the mean number under the best policy.
    """

    best_threshold: int
    mean_number_best: float
    lower: float
    upper: float


@dataclass(frozen=True)
class SlowServer:
    """One Poisson stream, a fast and a slow exponential server, no preemption; the fast server is never held back.

    Rates have any common unit of time.

    Attributes:
        lam: Arrival rate, above 0 and below ``mu_fast + mu_slow``.
        mu_fast: Service rate of the fast server.
        mu_slow: Service rate of the slow server, at most ``mu_fast``.
        cap: Largest number waiting or at the fast server; None for one that is almost never reached.
    """

    lam: float
    mu_fast: float
    mu_slow: float
    cap: int | None = None

    def __post_init__(self) -> None:
        for name in ("lam", "mu_fast", "mu_slow"):
            positive(name, getattr(self, name))
        if self.cap is not None:
            whole("cap", self.cap)
        if self.mu_slow > self.mu_fast:
            raise ValueError(f"mu_slow={self.mu_slow!r} is not allowed: it must be at most mu_fast={self.mu_fast!r}")
        if self.lam >= self.mu_fast + self.mu_slow:
            raise ValueError(f"lam={self.lam!r} is not allowed: it must be below {self.mu_fast + self.mu_slow!r}")

    def evaluate(self, threshold: int) -> float:
        """Mean number of jobs in the system if the slow server takes a job when at least `threshold` wait."""
        threshold = whole("threshold", threshold)
        space, process = self._built
        takes = (np.maximum(space["fast"] - 1, 0) >= threshold) & (space["slow"] == 0)
        dist = stationary_dist(process, process.pure(process.first[:-1] + takes))
        return float(dist @ (space["fast"] + space["slow"]))

    def solve(self) -> SlowServerOptimum:
        """The best policy and its threshold."""
        space, process = self._built
        best = policy_iteration(process, -(space["fast"] + space["slow"]).astype(float))
        takes = np.flatnonzero((np.arange(len(process.to)) != process.first[process.owner]) & (best.weights > 0))
        waiting = space["fast"][process.owner[takes]] - 1
        threshold = int(waiting.min(initial=space["fast"].max()))
        return SlowServerOptimum(threshold, self.evaluate(threshold), -best.upper, -best.lower)

    @cached_property
    def _built(self) -> tuple[Space, DecisionProcess]:
        """States: number of jobs waiting or at the fast server (`fast`), and at the slow one (`slow`)."""
        decay = self.lam / (self.mu_fast + self.mu_slow)
        cap = self.cap or max(40, math.ceil(math.log(CUT / 1e3) / math.log(decay)))
        space = Space({"fast": cap + 1, "slow": 2})
        fast, slow = space.states.T
        events, every = Events(space), np.ones(len(space))
        events.add(fast < cap, self.lam * every, fast=1)
        events.add(fast > 0, self.mu_fast * every, fast=-1)
        events.add(slow > 0, self.mu_slow * every, slow=-1)
        may = (fast > 1) & (slow == 0)
        owner = np.repeat(np.arange(len(space)), 1 + may)
        second = np.concatenate(([False], owner[1:] == owner[:-1]))
        to = space.index(fast=fast[owner] - second, slow=slow[owner] + second)
        return space, events.process(owner, to)
