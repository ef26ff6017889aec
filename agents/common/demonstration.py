"""A rule's run through the training batch: what the learner starts from.

It gives states with the rule's actions and returns, the long-run reward rate and the spread of returns, and one state
of each copy at a random decision of its first episode. Copies that all began at the opening would stay at nearly the
same time of day for the whole training, so that each rollout would hold a few minutes of the day; these start the
training spread over the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.common import batch_state
from ccenv.integrations.semi_markov import TimeScales

LOOK_AHEAD = 3.0  # horizons of rewards that a return must hold: the rest weighs exp(-3) or less


@dataclass(frozen=True)
class Demonstration:
    """N decisions of a rule.

    Attributes:
        obs: Observations, (N, K) float32.
        mask: Legal actions, (N, A) bool.
        actions: What the rule did, (N,).
        returns: Centred, discounted returns, (N,) float32, nan where the run ended too soon to tell.
        reward: Sum of all rewards of the run.
        elapsed_s: Time of all copies together [s].
        n_decisions: Decisions of all copies together.
        state: The copies spread over their episodes.
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
    """What every copy did at every step, and the looks of a few copies at each."""

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
    """Run a policy until every copy has ended an episode, or for `max_steps` decisions of each.

    Args:
        batch: A batch with `autoreset="same_step"`.
        rule: A policy; it may read snapshots.
        seeds: One for each copy.
        scales: Time constants of the returns.
        max_steps: Bound of the run.
        looks_per_step: Copies whose states are kept at each step.
        seed: Draws those copies and the states to start from.
    """
    rng = np.random.default_rng(seed)
    record, memory = _Record(), None
    batch.reset(seeds)
    state, first = batch.clone(), np.ones(batch.n, bool)
    for k in range(max_steps):
        # the k-th state replaces the one kept with probability 1 / (k + 1): in the end each is as likely as the others
        chosen = np.flatnonzero(first & (rng.random(batch.n) * (k + 1) < 1.0))
        if len(chosen):
            batch_state.put(state, batch.clone(chosen), chosen)
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
    """Discounted sums of what followed each decision; nan where less than three horizons of it are known.

    Args:
        reward: Reward until the next decision, (T, B).
        elapsed_s: Seconds until the next decision, (T, B).
        terminated: Whether the episode ended there for good, (T, B): all that follows is known to be 0.
        truncated: Whether a time limit stopped it, (T, B): what would have followed is unknown.
        scales: The horizon; ten times the credit's time constant where it is infinite.
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
