"""The reward of whole episodes, from the counters in a table of KPIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccenv.rewards.terms import TERMS, Reward, reward_weights

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario


def contributions(scenario: Scenario, table: np.ndarray, reward: Reward = None) -> dict[str, np.ndarray]:
    """Return the amount that each term adds to the undiscounted reward of each episode.

    Args:
        scenario: The centre.
        table: A `KpiTable`: one row for each episode, with the counters of all entities.
        reward: Preset or weights; None is the scenario's own.

    Returns:
        For each term with a weight other than 0: its column in the table, and an array of shape (episodes,).
    """
    weights = reward_weights(scenario, reward)
    entities = scenario.by_axis
    parts: dict[str, np.ndarray] = {}
    for term in TERMS.values():
        mine = weights[f"{term.axis}_count"][term.counter.name]
        # The weights are padded to the size class: there are more of them than entities.
        used = [(name, weight) for name, weight in zip(entities[term.axis], mine, strict=False) if weight != 0.0]
        if used:
            parts[term.column] = sum(weight * table[f"{term.column}:{name}"] for name, weight in used)
    return parts


def reward_columns(scenario: Scenario, reward: Reward = None) -> tuple[str, ...]:
    """Return the columns of a KPI table from which `episode_rewards` computes; arguments as there."""
    weights = reward_weights(scenario, reward)
    return tuple(t.column for t in TERMS.values() if np.any(weights[f"{t.axis}_count"][t.counter.name]))


def episode_rewards(scenario: Scenario, table: np.ndarray, reward: Reward = None) -> np.ndarray:
    """Return the undiscounted reward of each episode of a table of KPIs, (episodes,); arguments of `contributions`."""
    return sum(contributions(scenario, table, reward).values(), start=np.zeros(table.shape))
