"""Centring of rewards by the average reward per second."""

from __future__ import annotations

import math
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import VectorEnv

from ccenv.files.numbers import real, seconds
from ccenv.wrappers._infos import elapsed_of

TEN_DAYS_S = 864_000.0


class _Rate:
    """Reward per second: fixed, or the ratio of two sums whose terms lose weight with time."""

    def __init__(self, per_s: float | None, memory_s: float) -> None:
        self.fixed = None if per_s is None else real("per_s", per_s)
        self.memory_s = seconds("memory_s", memory_s)
        self.reward, self.elapsed_s = 0.0, 0.0

    @property
    def per_s(self) -> float:
        if self.fixed is not None:
            return self.fixed
        return self.reward / self.elapsed_s if self.elapsed_s > 0.0 else 0.0

    def add(self, reward: float, elapsed_s: float) -> None:
        weight = math.exp(-elapsed_s / self.memory_s)
        self.reward = weight * self.reward + reward
        self.elapsed_s = weight * self.elapsed_s + elapsed_s


class AverageRewardCentring(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Subtract the average reward of the time that a step takes: r'_k = r_k - rate * tau_k.

    tau_k is `info["elapsed_s"]`. The rate is `per_s`, or is estimated from the steps so far: the sum of rewards over
    the sum of seconds, both with weights that fall by the factor e in `memory_s` of simulated time. The estimate of a
    step does not include the step, and goes on through resets.

    Without centring, a learner with a discount prefers early rewards to a high long-run rate. With it, values are
    small, and a discount near 1 works.

    Changes: the reward. Observation, actions and horizon stay. `info["raw_reward"]` is the reward before and
    `info["reward_per_s"]` the rate that was subtracted. Objective: without a discount, the sum of r' is the sum of r
    less rate * T, with T the length of the episode. With a fixed rate and length, the order of policies stays. If the
    rate is the long-run rate of the policy, values are those of the average-reward problem of the semi-Markov process.

    Args:
        env: Environment with `info["elapsed_s"]`.
        per_s: Rate, reward per second; None: estimated.
        memory_s: Memory of the estimate in seconds of simulated time, above 0.

    Raises:
        ValueError: If an argument is not allowed.
    """

    def __init__(
        self, env: gymnasium.Env[Any, Any], *, per_s: float | None = None, memory_s: float = TEN_DAYS_S
    ) -> None:
        super().__init__(env)
        self._rate = _Rate(per_s, memory_s)

    @property
    def reward_per_s(self) -> float:
        """The rate that the next step subtracts."""
        return self._rate.per_s

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take a step."""
        obs, reward, terminated, truncated, info = self.env.step(action)
        raw, rate = float(reward), self._rate.per_s
        self._rate.add(raw, info["elapsed_s"])
        told = {**info, "raw_reward": raw, "reward_per_s": rate}
        return obs, raw - rate * info["elapsed_s"], terminated, truncated, told


class VectorAverageRewardCentring(gymnasium.vector.VectorWrapper):
    """`AverageRewardCentring` for vector environments; arguments as there.

    One rate serves all rows, and `memory_s` is simulated time of all rows together.
    """

    def __init__(self, env: VectorEnv, *, per_s: float | None = None, memory_s: float = TEN_DAYS_S) -> None:
        super().__init__(env)
        self._rate = _Rate(per_s, memory_s)

    @property
    def reward_per_s(self) -> float:
        """The rate that the next step subtracts."""
        return self._rate.per_s

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take a step in every row."""
        obs, rewards, terminated, truncated, infos = self.env.step(actions)
        elapsed_s, rate = elapsed_of(infos), self._rate.per_s
        self._rate.add(float(np.sum(rewards)), float(elapsed_s.sum()))
        there = np.ones(self.num_envs, np.bool_)
        told = {**infos, "raw_reward": np.array(rewards), "_raw_reward": there}
        told |= {"reward_per_s": np.full(self.num_envs, rate), "_reward_per_s": there.copy()}
        return obs, rewards - rate * elapsed_s, terminated, truncated, told
