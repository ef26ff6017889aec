"""One cell: a policy searched under a reward, or a pair of rules, and the value of its days under every reward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ccenv.kpis.dropped_share import share_column, share_columns
from ccenv.rewards.sums import episode_rewards, reward_columns
from ccenv.rewards.terms import Reward
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.pipeline.evaluation import Pair, drop_limit, finite
from experiments.screen.searched import Acts, search


class Effort(NamedTuple):
    """How much is spent.

    Attributes:
        cpu_s: CPU time of a search, its start from rules included, in seconds.
        days: Training days of a generation.
        validation_days: Days of the choice.
        evaluation_days: Days of the figures.
    """

    cpu_s: float
    days: int
    validation_days: int
    evaluation_days: int


def trained(
    scenario: Scenario, start: Pair, rewards: Mapping[str, Reward], seed: int, effort: Effort
) -> dict[str, Any]:
    """Return a search under the centre's reward, and what `judged` says of its policy.

    Args:
        scenario: The centre, with the reward of the training.
        start: The rules from which the search starts; they act if no policy is better on validation days.
        rewards: The rewards under which the days are valued, by name.
        seed: Of the search; also chooses its training days.
        effort: How much is spent.
    """
    found = search(
        scenario, start, limit=drop_limit(scenario), cpu_s=effort.cpu_s, days=effort.days,
        validation_days=effort.validation_days, seed=seed,
    )  # fmt: skip
    who = start if found.acts is None else found.acts
    spent = {"cpu_s": round(found.cpu_s, 1), "generations": found.generations, "kept_rule": found.acts is None}
    return {"seed": seed, **spent, **judged(scenario, who, rewards, effort.evaluation_days)}


def judged(scenario: Scenario, who: Pair | Acts, rewards: Mapping[str, Reward], days: int) -> dict[str, Any]:
    """Return the value of each evaluation day under each reward, and the dropped share over all of them.

    Args:
        scenario: The centre; its own reward does not matter.
        who: Rules, or a policy beside rules.
        rewards: The rewards, by name.
        days: Number of the days.
    """
    pair, policy = (who.pair, who.policy(scenario)) if isinstance(who, Acts) else (who, None)
    columns = [
        *share_columns(scenario),
        *(name for each in rewards.values() for name in reward_columns(scenario, each)),
    ]
    table = simulate(
        scenario, policy=policy, seeds=seeds("evaluation", days), kpis=list(dict.fromkeys(columns)), **pair.as_call()
    )
    share = table.summary(kpis=[column := share_column(scenario, table)])[column].value
    values = {name: np.asarray(episode_rewards(scenario, table, each)).tolist() for name, each in rewards.items()}
    return {"values": values, "dropped_share": finite(share)}
