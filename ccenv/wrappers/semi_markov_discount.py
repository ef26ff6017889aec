"""Discounting by time for learners that discount by steps."""

from __future__ import annotations

import math
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box
from gymnasium.vector import VectorEnv
from gymnasium.vector.utils import batch_space

from ccenv.files.numbers import real, rows_to_reset, seconds
from ccenv.wrappers._infos import elapsed_of, restarts_in_step

MOST = 50.0  # largest |ln| of the factor; exp(50) is about 5e21


class SemiMarkovDiscount(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Scale rewards so that a learner with a constant `gamma` per step optimises rewards discounted by time.

    Decision k earns r_k and comes at time T_k after the first one. The reward becomes

        r'_k = c_k r_k,   c_k = exp(-T_k / horizon_s) / gamma^k

    so that sum_k gamma^k r'_k = sum_k exp(-T_k / horizon_s) r_k for every trajectory, and from every decision m on
    sum_{k >= m} gamma^(k-m) r'_k = c_m sum_{k >= m} exp(-(T_k - T_m) / horizon_s) r_k. The value that the learner
    estimates is c times the value of the semi-Markov process, so its best policy is that of the process. Up to a
    constant, c is the only factor with this property.

    The value depends on the factor, which the learner must therefore see: `observe` adds ln c_k to the observation.
    Choose `gamma` as `gamma_for(mean seconds between decisions, horizon_s)`: ln c then stays small. Learning is
    difficult where it does not; with `FixedInterval` the factor stays near 1.

    Changes: the reward; with `observe` the observation, by one number. Actions and the horizon of the episode stay.
    `info["raw_reward"]` is the reward before. Objective: sum_k exp(-T_k / horizon_s) r_k from the start of the episode,
    if the learner's discount is `gamma`.

    Args:
        env: Environment with `info["elapsed_s"]` and a `Box` of one dimension as observation.
        horizon_s: Time constant of the discount in seconds, above 0.
        gamma: Discount per step of the learner, in (0, 1].
        observe: Whether ln c is the last number of the observation.

    Raises:
        ValueError: If an argument is not allowed; in `step` if |ln c| exceeds 50, because `gamma` does not fit the time
            between decisions.

    Example:
        gamma = gamma_for(2.0, horizon_s=1800.0)
        env = SemiMarkovDiscount(gymnasium.make("ccenv/Blended-v0"), 1800.0, gamma)
        model = PPO("MlpPolicy", env, gamma=gamma)
    """

    def __init__(self, env: gymnasium.Env[Any, Any], horizon_s: float, gamma: float, *, observe: bool = True) -> None:
        super().__init__(env)
        self.horizon_s, self.gamma = _checked(horizon_s, gamma)
        self.observe = observe
        if observe:
            self.observation_space = _with_factor(env.observation_space)
        self._log_c = 0.0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode with factor 1."""
        obs, info = self.env.reset(seed=seed, options=options)
        self._log_c = 0.0
        return self._seen(obs), info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take a step; its reward is scaled by the factor of its start."""
        obs, reward, terminated, truncated, info = self.env.step(action)
        scaled = math.exp(self._log_c) * float(reward)
        self._log_c -= info["elapsed_s"] / self.horizon_s + math.log(self.gamma)
        _check_factor(self._log_c, self.gamma)
        return self._seen(obs), scaled, terminated, truncated, {**info, "raw_reward": float(reward)}

    def _seen(self, obs: Any) -> Any:
        return np.append(obs, np.float32(self._log_c)) if self.observe else obs


class VectorSemiMarkovDiscount(gymnasium.vector.VectorWrapper):
    """`SemiMarkovDiscount` for vector environments, with a factor for each row; arguments as there.

    `final_obs` has the factor after the last step. A step that only restarts a row leaves its factor at 1.
    """

    def __init__(self, env: VectorEnv, horizon_s: float, gamma: float, *, observe: bool = True) -> None:
        super().__init__(env)
        self.horizon_s, self.gamma = _checked(horizon_s, gamma)
        self.observe = observe
        if observe:
            self.single_observation_space = _with_factor(env.single_observation_space)
            self.observation_space = batch_space(self.single_observation_space, env.num_envs)
        self._log_c = np.zeros(env.num_envs)
        self._ended = np.zeros(env.num_envs, np.bool_)
        self._same_step = restarts_in_step(env)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start episodes with factor 1."""
        given: Any = seed
        obs, infos = self.env.reset(seed=given, options=options)
        which = rows_to_reset(options, self.num_envs)
        self._log_c[which] = 0.0
        self._ended[which] = False
        return self._seen(obs, self._log_c), infos

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take a step in every row."""
        obs, rewards, terminated, truncated, infos = self.env.step(actions)
        scaled = np.exp(self._log_c) * rewards
        after = self._log_c - elapsed_of(infos) / self.horizon_s - math.log(self.gamma)
        after[self._ended] = 0.0  # the step has restarted the row
        _check_factor(float(np.abs(after).max()), self.gamma)
        ended = terminated | truncated
        infos = {**infos, "raw_reward": np.array(rewards), "_raw_reward": np.ones(self.num_envs, np.bool_)}
        if self._same_step:
            if self.observe and "final_obs" in infos:
                final = infos["final_obs"].copy()
                for row in np.flatnonzero(infos["_final_obs"]):
                    final[row] = np.append(final[row], np.float32(after[row]))
                infos["final_obs"] = final
            after[ended] = 0.0
            self._log_c = after
            return self._seen(obs, after), scaled, terminated, truncated, infos
        self._ended = ended
        self._log_c = np.where(ended, 0.0, after)
        return self._seen(obs, after), scaled, terminated, truncated, infos

    def _seen(self, obs: Any, log_c: np.ndarray) -> Any:
        return np.column_stack([obs, log_c.astype(np.float32)]) if self.observe else obs


def gamma_for(mean_step_s: float, horizon_s: float) -> float:
    """Return the discount per step that fits a mean time between decisions: exp(-mean_step_s / horizon_s).

    Args:
        mean_step_s: Mean seconds between decisions, above 0.
        horizon_s: Time constant of the discount in seconds, above 0.

    >>> round(gamma_for(18.0, 1800.0), 6)
    0.99005
    """
    return math.exp(-seconds("mean_step_s", mean_step_s) / seconds("horizon_s", horizon_s))


def _checked(horizon_s: float, gamma: float) -> tuple[float, float]:
    discount = real("gamma", gamma)
    if not 0.0 < discount <= 1.0:
        raise ValueError(f"gamma = {gamma!r}; allowed: above 0, at most 1")
    return seconds("horizon_s", horizon_s), discount


def _check_factor(log_c: float, gamma: float) -> None:
    if abs(log_c) > MOST:
        raise ValueError(
            f"gamma = {gamma:g} does not fit the time between decisions: the factor of rewards is exp({log_c:.3g}); "
            f"allowed: about gamma_for(mean seconds between decisions, horizon_s)"
        )


def _with_factor(space: Any) -> Box:
    if not isinstance(space, Box) or len(space.shape) != 1:
        raise ValueError(f"observation space {space}; allowed with observe=True: a Box of one dimension")
    bound = np.full(1, MOST, space.dtype)
    return Box(np.append(space.low, -bound), np.append(space.high, bound), dtype=space.dtype.type)
