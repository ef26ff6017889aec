"""Compiled rules as a policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ccenv.loops.rows import choose_rows
from ccenv.policy.protocol import State
from ccenv.rules.dispatch import BAD_ROUTING
from ccenv.rules.registry import find_rule
from ccenv.run.config import RuleChoice, in_size, run_config
from ccenv.run.engine import illegal_action
from ccenv.scenarios import Scenario, load_scenario
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import HOLD
from ccenv.sim.state.layout import layout
from ccenv.sim.state.sizes import SIZES


class RulePolicy:
    """Compiled rules as a policy: the routing rule decides first, and if it holds, the pacing rule.

    The rules read snapshots, so the policy is bound to a scenario and gets `batch.engine.snaps` as observations.

    Args:
        scenario: The centre, or a source that `load_scenario` accepts.
        routing: As in `simulate`.
        pacing: As in `simulate`. The batch must run with the campaign flag that this rule needs (`self.reserves`);
            `simulate` sets it.
        owns: Decisions that the policy takes: `routing`, `pacing` or `blended`.

    Attributes:
        reserves: Flag for the policy's batch: what the pacing rule needs, or `either` if that is the scenario's flag.
        actions: Dials that the pacing rule uses, for the policy's batch: `all`, `reserved` or `unreserved`.
        dials: The same as a word for tables: `reserved`, `unreserved`, `both` or `none`.
    """

    needs_snapshot = True

    def __init__(
        self,
        scenario: Scenario | str | Mapping[str, Any],
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
        *,
        owns: str = "blended",
    ) -> None:
        self.run = run_config(load_scenario(scenario), owns="rules", routing=routing, pacing=pacing)
        self.owns = owns
        self.routing, self.pacing = self.run.routing, self.run.pacing
        needed = find_rule("pacing", self.run.pacing[0]).reserves
        self.reserves: Reserves | None = "either" if self.run.scenario.reserves == "either" else needed
        self.actions = "all" if needed is None or owns == "routing" else "reserved" if needed else "unreserved"
        self.dials = self.run.dials

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        """Decide for B rows, as in `Policy.act`; `obs` are snapshot records, (B,).

        Raises:
            RuleError: If a rule returns an action that it may not take.
        """
        self._fit(obs.dtype)
        memory = np.zeros((len(u), self.run.memory)) if state is None else state
        actions = np.zeros(len(u), np.int64)
        choose_rows(self.run.config, obs, mask, memory, np.ascontiguousarray(u), np.ascontiguousarray(starts), actions)
        if actions.min(initial=HOLD) < HOLD:
            bad = self.run.routing if BAD_ROUTING in actions else self.run.pacing
            raise illegal_action(bad[0])
        return actions, memory

    def _fit(self, snapshot: np.dtype) -> None:
        """Go over to the size class whose snapshots these are: a batch goes to a larger one if a table is full."""
        if snapshot.itemsize != self.run.layout.snapshot.itemsize:
            sizes = {layout(name).snapshot.itemsize: size for name, size in SIZES.items()}
            self.run = in_size(self.run, sizes[snapshot.itemsize])
