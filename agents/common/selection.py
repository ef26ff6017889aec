"""Choice among candidates by paired evaluation: all of them, the rule included, run on the same validation seeds.

If there is a limit on the dropped share, candidates whose interval lies above it come last, ordered by the share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ccenv.kpis import Estimate, KpiTable
from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.kpis.dropped_share import share_column
from ccenv.rewards.sums import episode_rewards
from ccenv.rewards.terms import Reward
from ccenv.scenarios import Scenario
from ccenv.simulation import simulate


@dataclass(frozen=True)
class Row:
    """One candidate, with 95 % intervals.

    Attributes:
        name: Name of the candidate.
        reward: Mean reward of an episode.
        difference: Paired difference to the baseline's.
        dropped_share: Dropped share by the campaigns' definition; nan if its denominator is 0 or no shares were given.
    """

    name: str
    reward: Estimate
    difference: Estimate
    dropped_share: Estimate = Estimate(np.nan, np.nan, np.nan)

    def place(self, limit: float | None) -> tuple[bool, float]:
        """Sort key, the best candidate first. A share surely exceeds the limit if the low end of its interval does."""
        if limit is not None and self.dropped_share.low > limit:
            return True, self.dropped_share.low
        return False, -self.reward.value


@dataclass(frozen=True)
class Selection:
    """Candidates, best first. The choice biases the figures of the best one upward: publish those of other seeds."""

    baseline: str
    rows: tuple[Row, ...]

    @property
    def best(self) -> str:
        """Name of the first candidate: the highest mean reward among those within the limit, if there is one."""
        return self.rows[0].name

    def best_of(self, names: Iterable[str]) -> str:
        """Name of the best among some candidates, for example the trained ones."""
        among = set(names)
        return next(row.name for row in self.rows if row.name in among)


def select_checkpoint(
    scenario: Scenario,
    candidates: Mapping[str, Mapping[str, Any]],
    validation_seeds: np.ndarray,
    *,
    baseline: str,
    reward: Reward = None,
    days: int | None = None,
    limit: float | None = None,
) -> Selection:
    """Evaluate candidates on the same episodes and rank them.

    Args:
        scenario: The centre.
        candidates: Arguments of `simulate` that make each policy, by name: `{"policy": ...}`, or
            `{"routing": ..., "pacing": ...}` for rules.
        validation_seeds: From `ccenv.seeds.seeds("validation", n)`.
        baseline: Name of the candidate to compare with: the rule that the training started from.
        reward: Preset or weights; None: those of the scenario.
        days: Days of an episode.
        limit: Largest dropped share allowed; None for no limit.
    """
    tables = {
        name: simulate(scenario, **arguments, seeds=validation_seeds, days=days)
        for name, arguments in candidates.items()
    }
    return rank_tables(scenario, tables, baseline, reward=reward, limit=limit)


def rank_tables(
    scenario: Scenario,
    tables: Mapping[str, KpiTable],
    baseline: str,
    *,
    reward: Reward = None,
    limit: float | None = None,
) -> Selection:
    """Rank candidates by the KPIs of the same episodes in the same order; arguments as in `select_checkpoint`."""
    rewards = {name: episode_rewards(scenario, table, reward) for name, table in tables.items()}
    shares = {name: table.summary()[share_column(scenario, table)] for name, table in tables.items()}
    return rank(rewards, baseline, shares, limit)


def rank(
    rewards: Mapping[str, np.ndarray],
    baseline: str,
    dropped_shares: Mapping[str, Estimate] | None = None,
    limit: float | None = None,
) -> Selection:
    """Rank candidates.

    Args:
        rewards: Reward of each episode, (episodes,), of each candidate; the same episodes in the same order.
        baseline: Name of the candidate to compare with.
        dropped_shares: Dropped share of each candidate.
        limit: Largest dropped share allowed; None for no limit.
    """
    rows = [
        Row(name, mean_estimate(values), mean_difference(values, rewards[baseline])) for name, values in rewards.items()
    ]
    if dropped_shares is not None:
        rows = [replace(row, dropped_share=dropped_shares[row.name]) for row in rows]
    return Selection(baseline, tuple(sorted(rows, key=lambda row: row.place(limit))))


def mean_estimate(values: np.ndarray) -> Estimate:
    """Return the mean with its bootstrap interval; arrays of equal length use the same resampled episodes."""
    return ratio_estimate(values)


def mean_difference(values: np.ndarray, others: np.ndarray) -> Estimate:
    """Return the mean of paired differences with its bootstrap interval."""
    return ratio_estimate(values - others, scale=max(np.abs(values).max(), np.abs(others).max()))
