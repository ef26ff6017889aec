"""What planners share: needs, the batch that is planned for, the seeds of futures, the time of a decision."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ccenv.batch import Batch
from ccenv.policy import RulePolicy, State
from ccenv.run.config import RuleChoice
from ccenv.scenarios import Scenario
from ccenv.seeds import FIRST, RANGE

MIX = 0x9E3779B97F4A7C15  # odd, so that numbers of decisions are spread over the range of seeds


@dataclass
class Cost:
    """CPU time of a planner.

    Attributes:
        asked: Decisions that it was asked for.
        planned: Decisions at which it planned; the rule behind it took the others.
        changed: Decisions at which it did not what the rule would have done.
        spent_s: CPU time spent on planning [s].
    """

    asked: int = 0
    planned: int = 0
    changed: int = 0
    spent_s: float = 0.0

    @property
    def ms(self) -> float:
        """CPU time of a decision at which it planned [ms]; 0 if there was none."""
        return 1e3 * self.spent_s / self.planned if self.planned else 0.0


class Planner:
    """A policy that plans for the rows of a batch, with a pair of rules behind it; a subclass implements `plan`.

    Args:
        scenario: The centre.
        routing: The routing rule behind the planner; None: the scenario's.
        pacing: The same for pacing.

    Attributes:
        NEEDS: What it needs beside the snapshot: `simulator` (copies of the present state), `record` (of what has
            happened), `forecast`.
        rule: The rules behind it.
        cost: Its CPU time so far.
    """

    NEEDS: ClassVar[tuple[str, ...]] = ()
    needs_snapshot = True
    owns = "blended"

    def __init__(self, scenario: Scenario, routing: RuleChoice = None, pacing: RuleChoice = None) -> None:
        self.scenario = scenario
        self.rule = RulePolicy(scenario, routing, pacing)
        self.routing, self.pacing = self.rule.routing, self.rule.pacing
        self.reserves, self.actions = self.rule.reserves, self.rule.actions
        self.cost = Cost()
        self.batch: Batch | None = None

    @property
    def settings(self) -> dict[str, float]:
        """The numbers by which it plans."""
        return {}

    def bind(self, batch: Batch) -> None:
        """Plan for the rows of this batch from now on."""
        self.batch = batch

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        """Decide for B rows, as in `Policy.act`; `obs` are snapshot records, (B,).

        Raises:
            ValueError: If the planner is bound to no batch, or to one of another number of rows.
        """
        if self.batch is None or self.batch.n != len(u):
            bound = "none" if self.batch is None else f"one of {self.batch.n} rows"
            raise ValueError(f"batch: {bound} is bound; allowed: bind(batch) with the batch of these {len(u)} rows")
        actions, memory = self.rule.act(obs, mask, state, u, starts)
        for b in np.flatnonzero(self.batch.engine.envs["done"] == 0).tolist():
            self.cost.asked += 1
            began = time.process_time()
            action = self.plan(b, int(actions[b]), obs[b], mask[b], memory[b], bool(starts[b]))
            if action is not None:
                self.cost.planned += 1
                self.cost.spent_s += time.process_time() - began
                self.cost.changed += action != actions[b]
                actions[b] = action
        return actions, memory

    def plan(self, b: int, action: int, snap: Any, mask: np.ndarray, memory: np.ndarray, first: bool) -> int | None:
        """Return the action of row b; None: there is nothing to plan, and the rules' action stays.

        Args:
            b: The row.
            action: What the rules behind the planner do.
            snap: Snapshot of the row.
            mask: Its legal actions, (A,).
            memory: Memory of the rules after their action.
            first: Whether an episode begins.
        """
        raise NotImplementedError


def future_seeds(seed: int, decision: int, n: int) -> np.ndarray:
    """Return the seeds of n futures at a decision of an episode, (n,) uint64.

    They are training seeds, so that no future is an episode on which anything is evaluated.
    """
    first = ((seed * 2 + 1) * MIX + decision * n * (MIX >> 7 | 1)) % (RANGE - n)
    return np.arange(FIRST["training"] + first, FIRST["training"] + first + n, dtype=np.uint64)
