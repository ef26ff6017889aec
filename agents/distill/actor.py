"""A decision tree as a network that acts, so that it is exported like any other policy."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from agents.common.policy import ILLEGAL_LOGIT, Actor
from ccenv.policy.tree import TreePolicy
from ccenv.serving.compiled import TREE_GRAPH

STEP = 20.0  # between the logits of an action and the next one in a leaf's order: the first legal one has nearly all


class TreeActor(Actor):
    """The decisions of a `TreePolicy`, as products of matrices.

    Args:
        tree: The tree. One leaf becomes two equal ones below a question that every observation answers alike.
    """

    graph_name = TREE_GRAPH
    columns: torch.Tensor
    thresholds: torch.Tensor
    paths: torch.Tensor
    least: torch.Tensor
    logits_of: torch.Tensor

    def __init__(self, tree: TreePolicy) -> None:
        super().__init__()
        self.tree, self.n_obs, self.n_actions = tree, tree.n_obs, tree.n_actions
        columns, thresholds, orders, paths = tree.columns, tree.thresholds, tree.orders, tree.paths()
        if not len(columns):
            columns, thresholds = np.zeros(1, np.int64), np.full(1, np.finfo(np.float32).max)
            orders, paths = np.repeat(orders, 2, axis=0), np.array([[1, -1]])
        below = (paths > 0).sum(axis=0)
        for name, values in (("columns", columns), ("thresholds", thresholds), ("paths", paths), ("least", below - 1),
                             ("logits_of", -STEP * np.argsort(orders, axis=1))):  # fmt: skip
            kind = np.int64 if name == "columns" else np.float32
            self.register_buffer(name, torch.from_numpy(np.array(values, kind)))

    def logits(self, obs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, (B, A), `ILLEGAL_LOGIT` where illegal."""
        below = (torch.index_select(obs, 1, self.columns) <= self.thresholds).to(torch.float32)
        leaf = torch.relu(below @ self.paths - self.least)  # 1 at the leaf that is reached, else 0
        return torch.where(mask, leaf @ self.logits_of, ILLEGAL_LOGIT)

    def compiled(self, **options: Any) -> TreePolicy:
        """Return the same policy for the kernel; `options`: `owns`, `reserves` and `actions`."""
        tree = self.tree
        return TreePolicy(tree.n_obs, tree.columns, tree.thresholds, tree.below, tree.above, tree.orders, **options)
