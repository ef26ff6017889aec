"""One price: the rules tuned under it, the policy searched from them, and the days of both."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np

from ccenv.kpis.dropped_share import share_column
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.frontier.prices import GAINS, gain_of
from experiments.headline.figures import parts
from experiments.pipeline.evaluation import Pair, drop_limit
from experiments.pipeline.joint.search import tune_rung
from experiments.screen.searched import Acts, search

RULES, POLICY = "rules", "policy"
WHO = (RULES, POLICY)
PURPOSES = ("validation", "evaluation")
COLUMNS = ("gain", "abandoned", "offered", "dropped", "connects")
ABANDONMENT = "abandonment"


class Effort(NamedTuple):
    """How much is spent on a price; the attributes are those of the settings."""

    cpu_s: float
    days: int
    validation_days: int
    evaluation_days: int


def measured(scenario: Scenario, opponent: Pair, seed: int, effort: Effort) -> dict[str, Any]:
    """Return the rules and the policy of a price with their days.

    Args:
        scenario: The centre under the price.
        opponent: The frozen P2 of the centre under its own price, from which the tuning starts as well.
        seed: Of the replicate.
        effort: How much is spent.

    Returns:
        `label` of the rules, `rules_chosen` (whether no policy was better on validation days), `cpu_s`, and `days`:
        by purpose and by who acts, the columns `COLUMNS` of each day. The validation days are not those on which the
        policy was chosen.
    """
    began, limit, n = time.process_time(), drop_limit(scenario), effort.validation_days
    tuned = tune_rung(
        scenario, "P2", limit=limit, cpu_s=2.0 * effort.cpu_s, replicate=seed, validation_days=n, also=[opponent]
    )
    found = search(
        scenario, tuned.pair, limit=limit, cpu_s=effort.cpu_s, days=effort.days, validation_days=n, seed=seed
    )
    acts = {RULES: tuned.pair, POLICY: found.acts or tuned.pair}
    days = {"validation": seeds("validation", 2 * n)[n:], "evaluation": seeds("evaluation", effort.evaluation_days)}
    return {
        "label": tuned.pair.label,
        "rules_chosen": found.acts is None,
        "cpu_s": round(time.process_time() - began, 1),
        "days": {
            purpose: {who: day_columns(scenario, each, keys) for who, each in acts.items()}
            for purpose, keys in days.items()
        },
    }


def day_columns(scenario: Scenario, who: Pair | Acts, days: np.ndarray) -> dict[str, list[float]]:
    """Return the columns `COLUMNS`, one number for each day: what rules or a policy gain, lose and drop."""
    pair = who if isinstance(who, Pair) else who.pair
    policy = None if isinstance(who, Pair) else who.policy(scenario)
    table = simulate(scenario, policy=policy, seeds=days, **pair.as_call())
    abandoned, offered = parts([table], ABANDONMENT)
    dropped, connects = parts([table], share_column(scenario, table))
    gain = np.asarray(table[GAINS[gain_of(scenario)]], np.float64)
    found = (gain, abandoned[0], offered[0], dropped[0], connects[0])
    return {name: np.round(each, 6).tolist() for name, each in zip(COLUMNS, found, strict=True)}
