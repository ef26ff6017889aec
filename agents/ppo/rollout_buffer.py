"""A rollout with the times between its decisions, and random minibatches of it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from sb3_contrib.common.maskable.buffers import MaskableRolloutBuffer, MaskableRolloutBufferSamples

from ccenv.integrations.semi_markov import RewardRate, TimeScales, advantages


@dataclass
class FinalObservations:
    """Last observations before time limits within a rollout; their values replace the rewards that would follow."""

    steps: list[np.ndarray] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    obs: list[np.ndarray] = field(default_factory=list)

    def add(self, step: int, truncated: np.ndarray, final_obs: np.ndarray) -> None:
        """Keep the last observations of the rows, (B,) bool, that a time limit ended at a step."""
        rows = np.flatnonzero(truncated)
        if len(rows):
            self.steps.append(np.full(len(rows), step))
            self.rows.append(rows)
            self.obs.append(final_obs[rows])


class SemiMarkovRolloutBuffer(MaskableRolloutBuffer):
    """Rollout of T decisions in B rows; `get` yields it in random minibatches.

    It adds `elapsed_s` and `ended`, (T, B), to the arrays of sb3-contrib's buffer. T may differ between rollouts.
    """

    def __init__(
        self,
        buffer_size: int,
        observation_space: spaces.Space,
        action_space: spaces.Space,
        device: torch.device | str = "cpu",
        gae_lambda: float = 1.0,
        gamma: float = 1.0,
        n_envs: int = 1,
        scales: TimeScales | None = None,
        seed: int = 0,
    ):
        self.scales = scales or TimeScales()
        self.rate = RewardRate()
        self.rng = np.random.default_rng(seed)
        self._shape = (0, 0)
        super().__init__(buffer_size, observation_space, action_space, device, gae_lambda, gamma, n_envs)

    def reset(self) -> None:
        """Discard the rollout; arrays are allocated only when their size has changed."""
        shape = (self.buffer_size, self.n_envs)
        self.final = FinalObservations()
        self.pos, self.full, self.generator_ready = 0, False, False
        if self._shape == shape:
            return
        self._shape = shape
        assert isinstance(self.action_space, spaces.Discrete)
        self.mask_dims = int(self.action_space.n)
        self.observations = np.zeros((*shape, *self.obs_shape), np.float32)
        self.action_masks = np.zeros((*shape, self.mask_dims), bool)
        self.actions = np.zeros(shape, np.int64)
        self.rewards, self.elapsed_s = np.zeros(shape), np.zeros(shape)
        self.terminated, self.ended = np.zeros(shape, bool), np.zeros(shape, bool)
        self.values, self.log_probs, self.advantages, self.returns = (np.zeros(shape, np.float32) for _ in range(4))

    def resize(self, n_steps: int) -> None:
        """Allocate `n_steps` decisions of each row, and discard the rollout."""
        self.buffer_size = n_steps
        self.reset()

    def before(self, batch: Any, actions: np.ndarray, log_probs: np.ndarray) -> None:
        """Store the inputs of a decision and its actions; call before the batch steps."""
        self.observations[self.pos], self.action_masks[self.pos] = batch.obs, batch.mask
        self.actions[self.pos], self.log_probs[self.pos] = actions, log_probs

    def after(self, batch: Any) -> None:
        """Store the outcome of the decision; call after the batch has stepped."""
        k = self.pos
        self.rewards[k], self.elapsed_s[k], self.terminated[k] = batch.reward, batch.elapsed_s, batch.terminated
        np.logical_or(batch.terminated, batch.truncated, out=self.ended[k])
        self.final.add(k, batch.truncated & ~batch.terminated, batch.final_obs)
        self.pos += 1
        self.full = self.pos == self.buffer_size

    def next_values(self, last_values: np.ndarray, final_values: np.ndarray) -> np.ndarray:
        """Values after each step, (T, B), as `advantages` needs them.

        Args:
            last_values: V at the decisions that follow the rollout, (B,).
            final_values: V of the observations in `final`, in their order.
        """
        following = np.vstack([self.values[1:], last_values])
        following[self.ended] = 0.0
        if self.final.steps:
            following[np.concatenate(self.final.steps), np.concatenate(self.final.rows)] = final_values
        return following

    def finish(self, last_values: np.ndarray, final_values: np.ndarray) -> None:
        """Compute advantages and returns from the rollout and its `values`; arguments as of `next_values`."""
        self.rate.add(float(self.rewards.sum()), float(self.elapsed_s.sum()))
        centred = self.rewards - self.rate.per_s * self.elapsed_s if self.scales.centre else self.rewards
        following = self.next_values(last_values, final_values)
        rewards = centred / self.scales.reward_scale
        self.advantages[:] = advantages(rewards, self.elapsed_s, self.values, following, self.ended, self.scales)
        self.returns[:] = self.advantages + self.values

    def get(self, batch_size: int | None = None) -> Generator[MaskableRolloutBufferSamples, None, None]:  # type: ignore[override]
        """Yield the rollout in minibatches, in an order drawn from the buffer's generator."""
        assert self.full, "the rollout is not complete"
        n = self.buffer_size * self.n_envs
        columns = [
            self.observations,
            self.actions,
            self.values,
            self.log_probs,
            self.advantages,
            self.returns,
            self.action_masks,
        ]
        flat = [torch.from_numpy(c.reshape(n, *c.shape[2:])) for c in columns]
        order = torch.from_numpy(self.rng.permutation(n))
        for part in order.split(batch_size or n):
            yield MaskableRolloutBufferSamples(*(c.index_select(0, part) for c in flat))

    def state(self) -> dict[str, Any]:
        """State between two rollouts, for a checkpoint."""
        rate, rng = asdict(self.rate), self.rng.bit_generator.state
        return {"rate": rate, "reward_scale": self.scales.reward_scale, "rng": rng}

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.rate = RewardRate(**state["rate"])
        self.scales = replace(self.scales, reward_scale=state["reward_scale"])
        self.rng.bit_generator.state = state["rng"]
