"""A rule's run through the training batch, from which a learner starts.

The run gives observations with the rule's actions and returns, the long-run reward rate, and the spread of returns. It
also gives one state of each row (a copy of the centre) at a random decision of its first episode. If all copies began
at the opening, they would stay at nearly the same time of day for the whole training, and each rollout would cover a
few minutes of the day. These states spread the copies over the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.common import batch_state
from ccenv.integrations.semi_markov import TimeScales

LOOK_AHEAD = 3.0  # a return is known if it covers so many horizons: later rewards weigh exp(-3) or less


@dataclass(frozen=True)
class Demonstration:
    """N decisions of a rule.

    Attributes:
        obs: Observations, (N, K) float32.
        mask: Legal actions, (N, A) bool.
        actions: The rule's actions, (N,).
        returns: Centred, discounted returns, (N,) float32; nan if the run ended too early to know them.
        reward: Sum of all rewards of the run.
        elapsed_s: Simulated time of all copies together [s].
        n_decisions: Decisions of all copies together.
        state: Saved state of the batch, its copies spread over their episodes.
    """

    obs: np.ndarray
    mask: np.ndarray
    actions: np.ndarray
    returns: np.ndarray
    reward: float
    elapsed_s: float
    n_decisions: int
    state: batch_state.State

    @property
    def return_spread(self) -> float:
        """Standard deviation of the returns; 1 if they do not vary."""
        known = self.returns[~np.isnan(self.returns)]
        return float(np.std(known)) or 1.0 if len(known) else 1.0


class _Record:
    """Rewards and times of all copies at each step, and the observations of a few copies."""

    def __init__(self) -> None:
        self.reward: list[np.ndarray] = []
        self.elapsed_s: list[np.ndarray] = []
        self.terminated: list[np.ndarray] = []
        self.truncated: list[np.ndarray] = []
        self.rows: list[np.ndarray] = []
        self.looks: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def look(self, batch: Any, actions: np.ndarray, rows: np.ndarray) -> None:
        self.rows.append(rows)
        self.looks.append((batch.obs[rows], batch.mask[rows], actions[rows]))

    def outcome(self, batch: Any) -> None:
        for name in ("reward", "elapsed_s", "terminated", "truncated"):
            getattr(self, name).append(getattr(batch, name).copy())


def demonstrate(
    batch: Any,
    rule: Any,
    seeds: np.ndarray,
    scales: TimeScales,
    *,
    max_steps: int = 20_000,
    looks_per_step: int = 12,
    seed: int = 0,
) -> Demonstration:
    """Run a policy until each copy has ended an episode, at most for `max_steps` decisions of each.

    Args:
        batch: A batch with `autoreset="same_step"`.
        rule: A policy; it may read snapshots.
        seeds: Seed of each copy, (B,).
        scales: Time constants of the returns.
        max_steps: Bound of the run.
        looks_per_step: Copies whose observation and action are kept at each step.
        seed: Seed of the choice of those copies and of the states to start from.
    """
    rng = np.random.default_rng(seed)
    record, memory = _Record(), None
    batch.reset(seeds)
    state, first = batch.clone(), np.ones(batch.n, bool)
    for k in range(max_steps):
        # reservoir sampling: the k-th state is kept with probability 1 / (k + 1), so all are equally likely
        chosen = np.flatnonzero(first & (rng.random(batch.n) * (k + 1) < 1.0))
        if len(chosen):
            part = batch.clone(chosen)
            same_class = state[0].shape[1:] == part[0].shape[1:]
            state = batch_state.put(state, part, chosen) if same_class else batch.clone()
        looks = batch.engine.snaps if getattr(rule, "needs_snapshot", False) else batch.obs
        actions, memory = rule.act(looks, batch.mask, memory, batch.u, batch.starts)
        record.look(batch, actions, rng.choice(batch.n, min(looks_per_step, batch.n), replace=False))
        batch.step(actions)
        record.outcome(batch)
        first &= ~(batch.terminated | batch.truncated)
        if not first.any():
            break
    return _summarise(record, scales, state)


def _summarise(record: _Record, scales: TimeScales, state: batch_state.State) -> Demonstration:
    reward, elapsed_s = np.stack(record.reward), np.stack(record.elapsed_s)  # (T, B)
    rate = reward.sum() / max(elapsed_s.sum(), 1e-9) if scales.centre else 0.0
    all_returns = returns(
        reward - rate * elapsed_s, elapsed_s, np.stack(record.terminated), np.stack(record.truncated), scales
    )
    obs, mask, actions = (np.concatenate(part) for part in zip(*record.looks, strict=True))
    kept = np.concatenate([all_returns[k, rows] for k, rows in enumerate(record.rows)])
    return Demonstration(
        obs=obs,
        mask=mask,
        actions=actions,
        returns=kept.astype(np.float32),
        reward=float(reward.sum()),
        elapsed_s=float(elapsed_s.sum()),
        n_decisions=reward.size,
        state=state,
    )


def returns(
    reward: np.ndarray, elapsed_s: np.ndarray, terminated: np.ndarray, truncated: np.ndarray, scales: TimeScales
) -> np.ndarray:
    """Discounted sum of the rewards after each decision; nan if less than `LOOK_AHEAD` horizons of them are known.

    Args:
        reward: Reward until the next decision, (T, B).
        elapsed_s: Seconds until the next decision, (T, B).
        terminated: Whether the episode terminated there, (T, B): all later rewards are 0.
        truncated: Whether a time limit ended it there, (T, B): later rewards are unknown.
        scales: The horizon; if it is infinite, ten times the time constant of the credit trace replaces it.
    """
    horizon_s = scales.horizon_s if np.isfinite(scales.horizon_s) else 10.0 * scales.credit_s
    discount = np.exp(-elapsed_s / horizon_s)
    total, known_s = np.zeros(reward.shape[1]), np.zeros(reward.shape[1])
    result = np.empty(reward.shape)
    for k in range(len(reward) - 1, -1, -1):
        ended = terminated[k] | truncated[k]
        total = reward[k] + np.where(ended, 0.0, discount[k] * total)
        known_s = elapsed_s[k] + np.where(ended, np.where(terminated[k], np.inf, 0.0), known_s)
        result[k] = np.where(known_s >= LOOK_AHEAD * horizon_s, total, np.nan)
    return result
