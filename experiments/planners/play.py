"""Days of a centre under rules or a planner, with the undiscounted reward of each day."""

from __future__ import annotations

import numpy as np

from ccenv.kpis import kpi_table
from ccenv.policy import rollout
from ccenv.rewards.sums import episode_rewards, reward_columns
from ccenv.scenarios import Scenario
from ccenv.simulation import batch_for, simulate
from experiments.pipeline.evaluation import Pair, needs_reserves
from experiments.planners.base import Planner

ROWS = 8  # environments stepped together


def planned_days(scenario: Scenario, planner: Planner, seeds: np.ndarray, days: int | None = None) -> np.ndarray:
    """Return the reward of one episode under a planner for each seed, (seeds,).

    Args:
        scenario: The centre.
        planner: The planner; it is bound to a batch of its own.
        seeds: Seeds of the episodes.
        days: Days of an episode; None: the scenario's.
    """
    batch = batch_for(scenario, planner, min(ROWS, seeds.size), days=days)
    planner.bind(batch)
    done = rollout(batch, planner, seeds)
    table = kpi_table(
        batch.scenario, done.counters, done.seeds, done.n_illegal, n_decisions=done.n_decisions,
        dials=batch.run.dials, kpis=list(reward_columns(scenario)),
    )  # fmt: skip
    return episode_rewards(scenario, table)


def ruled_days(scenario: Scenario, pair: Pair, seeds: np.ndarray, days: int | None = None) -> np.ndarray:
    """Return the reward of one episode under a pair of rules for each seed, (seeds,); arguments of `planned_days`."""
    flag = needs_reserves(scenario, pair.pacing)
    table = simulate(
        scenario, **pair.as_call(), seeds=seeds, reserves=flag, days=days, kpis=list(reward_columns(scenario))
    )
    return episode_rewards(scenario, table)
