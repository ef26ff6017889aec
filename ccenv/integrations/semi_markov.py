"""Returns and advantages for steps of different duration: the discount depends on elapsed time, not on steps.

Decision k earns r_k until decision k + 1, which comes tau_k seconds later (0 between actions at one instant). With the
value V,

    delta_k = r_k + exp(-beta tau_k) V_k+1 - V_k
    A_k = delta_k + exp(-(beta + kappa) tau_k) A_k+1

so several actions at one instant count as one. 1/beta is the horizon, 1/kappa the time constant of the credit trace.
With constant tau this is generalised advantage estimation (Schulman et al., 2016) with gamma = exp(-beta tau) and
lambda = exp(-kappa tau).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TimeScales:
    """The two time constants [s] and the scale of rewards.

    Attributes:
        horizon_s: 1/beta, above 0; infinite for no discount (the average-reward case).
        credit_s: 1/kappa, above 0; infinite gives Monte Carlo returns.
        centre: Whether the long-run reward rate is subtracted: r_k - rate * tau_k. An infinite horizon needs it.
        reward_scale: Rewards are divided by it, above 0. It is constant, so values learnt early stay valid.
    """

    horizon_s: float = 1800.0
    credit_s: float = 180.0
    centre: bool = True
    reward_scale: float = 1.0

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: If a time or the scale is not above 0.
        """
        for name in ("horizon_s", "credit_s", "reward_scale"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0")

    def discount(self, elapsed_s: np.ndarray) -> np.ndarray:
        """Weight exp(-beta tau) of the value after `elapsed_s`; same shape."""
        return np.exp(-elapsed_s / self.horizon_s)

    def trace(self, elapsed_s: np.ndarray) -> np.ndarray:
        """Weight exp(-(beta + kappa) tau) of the advantage after `elapsed_s`; same shape."""
        return np.exp(-elapsed_s * (1.0 / self.horizon_s + 1.0 / self.credit_s))


@dataclass
class RewardRate:
    """Long-run reward per second: a ratio of two sums, each an exponential average over rollouts.

    Attributes:
        weight: Weight of a new rollout.
        reward: Averaged reward of a rollout.
        elapsed_s: Averaged seconds of a rollout.
    """

    weight: float = 0.05
    reward: float = 0.0
    elapsed_s: float = 0.0

    def add(self, reward: float, elapsed_s: float) -> None:
        """Add the sums of one rollout."""
        self.reward += self.weight * (reward - self.reward)
        self.elapsed_s += self.weight * (elapsed_s - self.elapsed_s)

    @property
    def per_s(self) -> float:
        """Reward per second; 0 before any time has passed."""
        return self.reward / self.elapsed_s if self.elapsed_s > 0 else 0.0


def advantages(
    rewards: np.ndarray,
    elapsed_s: np.ndarray,
    values: np.ndarray,
    next_values: np.ndarray,
    ended: np.ndarray,
    scales: TimeScales,
) -> np.ndarray:
    """Semi-Markov advantages of T decisions in B rows.

    Args:
        rewards: Reward until the next decision, centred and scaled, (T, B).
        elapsed_s: Seconds until the next decision, (T, B).
        values: V at the decision, (T, B).
        next_values: V after the step, (T, B): of the next decision; of the last observation if a time limit ended the
            episode; 0 if it terminated.
        ended: Whether the episode ended with the step, (T, B) bool; the trace stops there.
        scales: The time constants.

    Returns:
        Advantages, (T, B) float64; plus `values` they are the returns.
    """
    delta = rewards + scales.discount(elapsed_s) * next_values - values
    trace = np.where(ended, 0.0, scales.trace(elapsed_s))
    result, carried = np.empty(delta.shape), np.zeros(delta.shape[1])
    for k in range(len(delta) - 1, -1, -1):
        carried = delta[k] + trace[k] * carried
        result[k] = carried
    return result
