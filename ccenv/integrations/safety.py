"""Environments whose step returns a cost, in the convention of Safety-Gymnasium and OmniSafe.

A step returns `obs, reward, cost, terminated, truncated, info`. Neither package is imported.

The constraint is a limit of the dropped share over an episode: sum of `info["cost"]` <= limit * sum of
`info["cost_base"]`. Learners for constrained problems want one sum and a budget, so the cost of a step is one of:

    excess    cost_k = numerator_k - limit * denominator_k     budget 0: the share is at most the limit
    count     cost_k = numerator_k                             budget: the allowed number in an episode

`excess` is the constraint itself, but costs may be negative. `count` has no negative costs; its budget must be chosen,
for example as the limit times the connects that the best rule makes.

Safety-Gymnasium's own wrapper `Gymnasium2SafetyGymnasium` also takes `CentreEnv`, and takes `info["cost"]` as the cost.
OmniSafe's learners need continuous actions, as those of `ccenv/Supervisor-v0`.
"""

from __future__ import annotations

import math
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import VectorEnv

from ccenv.files.numbers import real

KINDS = ("excess", "count")


def drop_limit(scenario: Any) -> float:
    """Return the limit of the dropped share: the strictest of the campaigns.

    Args:
        scenario: A `Scenario`.

    Raises:
        ValueError: If the centre has no campaign.
    """
    limits = [campaign.drop_limit for campaign in scenario.centre.campaigns.values()]
    if not limits:
        raise ValueError(f"{scenario.name} has no campaign, so it drops nothing; allowed: a centre with a campaign")
    return min(limits)


class _Budget:
    """The cost of a step, and its budget for an episode."""

    def __init__(self, env: Any, cost: str, limit: float | None, budget: float | None) -> None:
        if cost not in KINDS:
            raise ValueError(f"cost = {cost!r}; allowed: {', '.join(KINDS)}")
        self.kind = cost
        self.limit = drop_limit(env.scenario) if limit is None else real("limit", limit)
        if not 0.0 <= self.limit <= 1.0:
            raise ValueError(f"limit = {limit!r}; allowed: a share from 0 to 1")
        if cost == "count" and budget is None:
            raise ValueError("budget = None; allowed for cost = 'count': the number of events allowed in an episode")
        self.budget = 0.0 if budget is None else real("budget", budget)
        if not 0.0 <= self.budget < math.inf:
            raise ValueError(f"budget = {budget!r}; allowed: a number of at least 0")

    def of(self, infos: Any) -> Any:
        """Return the cost of infos with `cost` and `cost_base`, numbers or arrays (B,)."""
        return infos["cost"] - self.limit * infos["cost_base"] if self.kind == "excess" else infos["cost"] * 1.0


class SafetyEnv(gymnasium.Wrapper[Any, Any, Any, Any]):
    """A centre with a constraint: `step` returns `obs, reward, cost, terminated, truncated, info`.

    Changes: the tuple of `step`; `info["cost"]` is the cost of the step. Observation, reward and horizon stay. The
    objective is the reward subject to a sum of costs of at most `budget` in an episode.

    It is the outermost wrapper, because wrappers of Gymnasium expect five values.

    Args:
        env: `CentreEnv` or `SupervisorEnv`, wrapped or not, that tells `cost` and `cost_base` in its infos.
        cost: `excess` or `count`, see `ccenv.integrations.safety`.
        limit: Largest dropped share allowed; None: the strictest `drop_limit` of the campaigns.
        budget: Largest sum of costs of an episode; None: 0, for `excess` only.

    Attributes:
        budget: As given.
        limit: As given, or that of the scenario.

    Raises:
        ValueError: If an argument is not allowed, or the centre has no campaign and `limit` is not given.

    Example:
        env = SafetyEnv(gymnasium.make("ccenv/Supervisor-v0", scenario="bank_blended"))
        obs, info = env.reset(seed=1)
        obs, reward, cost, terminated, truncated, info = env.step(env.action_space.sample())
    """

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        *,
        cost: str = "excess",
        limit: float | None = None,
        budget: float | None = None,
    ) -> None:
        super().__init__(env)
        self._costs = _Budget(env.unwrapped, cost, limit, budget)
        self.limit, self.budget = self._costs.limit, self._costs.budget

    def step(self, action: Any) -> Any:
        """Take a step; returns observation, reward, cost, terminated, truncated and info."""
        obs, reward, terminated, truncated, info = self.env.step(action)
        cost = float(self._costs.of(info))
        return obs, reward, cost, terminated, truncated, {**info, "cost": cost}


class SafetyVectorEnv(gymnasium.vector.VectorWrapper):
    """`SafetyEnv` for the vector environments: costs are an array, (B,) float64.

    With `SAME_STEP` the cost of an episode's last step is that of its `final_info`. Arguments and attributes are those
    of `SafetyEnv`.
    """

    def __init__(
        self, env: VectorEnv, *, cost: str = "excess", limit: float | None = None, budget: float | None = None
    ) -> None:
        super().__init__(env)
        self._costs = _Budget(env.unwrapped, cost, limit, budget)
        self.limit, self.budget = self._costs.limit, self._costs.budget

    def step(self, actions: Any) -> Any:
        """Take a step in every row; returns observations, rewards, costs, terminated, truncated and infos."""
        obs, rewards, terminated, truncated, infos = self.env.step(actions)
        costs = np.asarray(self._costs.of(infos), np.float64)
        if "final_info" in infos:
            last = self._costs.of(infos["final_info"])
            costs = np.where(infos["_final_info"], last, costs)
        return (
            obs,
            rewards,
            costs,
            terminated,
            truncated,
            {**infos, "cost": costs, "_cost": np.ones(self.num_envs, bool)},
        )
