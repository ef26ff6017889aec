"""An index policy as a network that acts: it is checkpointed and exported like any other."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from agents.common.policy import ILLEGAL_LOGIT, Actor
from ccenv.policy.index import IndexLayout, IndexPolicy, features, scores
from ccenv.policy.index_form import IndexTables
from ccenv.serving.compiled import INDEX_GRAPH

JOIN = functools.partial(torch.cat, dim=1)


class IndexActor(Actor):
    """The formulas of `ccenv.policy.IndexPolicy` in float32.

    Args:
        n_obs: Numbers in an observation.
        n_actions: Number of actions.
        tables: The policy as numbers; None: those of the weights that are loaded.
    """

    graph_name = INDEX_GRAPH

    def __init__(self, n_obs: int, n_actions: int, tables: IndexTables | None = None) -> None:
        super().__init__()
        self.n_obs, self.n_actions = n_obs, n_actions
        if tables is not None:
            self.set(tables)

    def set(self, tables: IndexTables) -> None:
        """Act as these numbers say."""
        for name, values in tables._asdict().items():
            self.register_buffer(name, torch.from_numpy(np.array(values)))
        self._prepare()

    def _prepare(self) -> None:
        at = self.at = IndexLayout(self.tables)
        for name, values in (("w", self.tables.matrix), ("shares", at.shared), ("lines", at.dials[1]),
                             ("reserved", at.dials[2])):  # fmt: skip
            self.register_buffer(name, torch.from_numpy(np.asarray(values, np.float32)), persistent=False)
        self.register_buffer("campaign", torch.from_numpy(at.dials[0]), persistent=False)
        self.at.shared = self.shares
        self.at.dials = self.campaign, self.lines, self.reserved

    @property
    def tables(self) -> IndexTables:
        """The policy as numbers."""
        return IndexTables(*(getattr(self, name).numpy() for name in IndexTables._fields))

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Take over saved numbers, of any centre."""
        self.set(IndexTables(*(state_dict[name].numpy() for name in IndexTables._fields)))

    def logits(self, obs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, (B, A), `ILLEGAL_LOGIT` where illegal."""
        values = features(self.at, obs, JOIN) @ self.w.T
        return torch.where(mask, scores(self.at, values, JOIN), ILLEGAL_LOGIT)

    def compiled(self, **options: Any) -> IndexPolicy:
        """Return the same policy for the kernel; `options`: `owns`, `reserves` and `actions`."""
        return IndexPolicy(self.tables, **options)
