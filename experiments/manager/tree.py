"""The new control as questions that a person can read: a tree that imitates it, and what the tree loses."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.distill import DistillSettings, distill_tree
from ccenv.kpis import KpiTable
from ccenv.serving import BundlePolicy
from ccenv.spaces.observation import observation_names
from experiments.manager import measure
from experiments.manager.measure import Control
from experiments.pipeline.evaluation import Pair

DEFAULTS = DistillSettings()
DECISIONS_A_DAY = 60  # imitated in a round, by the number of days of the page


def in_questions(
    policy: BundlePolicy, fallback: Pair, new: KpiTable, days: np.ndarray, columns: list[str]
) -> dict[str, Any]:
    """Return a tree that imitates an exported control, and its figures beside those of the control.

    Args:
        policy: The exported control.
        fallback: Its fallback rules.
        new: Its KPIs of the days.
        days: Seeds of the days.
        columns: Columns of the page.
    """
    effort = DistillSettings(
        decisions=min(DEFAULTS.decisions, DECISIONS_A_DAY * len(days)), days=min(DEFAULTS.days, len(days))
    )
    tree, same = distill_tree(policy, policy.scenario, effort)
    table = measure.days(policy.scenario, Control("tree", fallback, tree), days)
    names = observation_names(policy.scenario)
    return {
        "text": tree.text(policy.scenario),
        "leaves": len(tree.orders),
        "reads": [names[k] for k in tree.fields],
        "same": same,
        "figures": measure.summary_of(table, columns),
        "differences": {name: measure.difference(table, new, name) for name in columns},
    }
