"""The protocol of policies, rules as a policy, and the loop that runs a policy over episodes."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ccenv.batch import Batch
from ccenv.loops.rows import choose_rows
from ccenv.rules.dispatch import BAD_ROUTING
from ccenv.rules.registry import find_rule
from ccenv.run.config import RuleChoice, run_config
from ccenv.run.engine import counters_of, illegal_action
from ccenv.scenarios import Scenario
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import HOLD

State = np.ndarray | None


class Policy(Protocol):
    """Anything that maps observations to actions.

    A policy with a true attribute `needs_snapshot` gets the kernel's snapshot records instead of observations.
    """

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        """Decide for B rows.

        Args:
            obs: Observations, (B, K) float32.
            mask: Legal actions, (B, A) bool.
            state: Memory of the policy, (B, S), None at the first call. The policy resets the rows with `starts`.
            u: The policy's coins, uniform in (0, 1), (B,).
            starts: Whether a row is at the first decision of an episode, (B,) bool.

        Returns:
            Actions, (B,) int64, and the state.
        """
        ...


class RulePolicy:
    """Compiled rules as a policy: the routing rule decides first, and if it holds, the pacing rule.

    The rules read snapshots, so the policy is bound to a scenario and gets `batch.engine.snaps` as observations.

    Args:
        scenario: The centre.
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
        scenario: Scenario,
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
        *,
        owns: str = "blended",
    ) -> None:
        self.run = run_config(scenario, owns="rules", routing=routing, pacing=pacing)
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
        memory = np.zeros((len(u), self.run.memory)) if state is None else state
        actions = np.zeros(len(u), np.int64)
        choose_rows(self.run.config, obs, mask, memory, np.ascontiguousarray(u), np.ascontiguousarray(starts), actions)
        if actions.min(initial=HOLD) < HOLD:
            bad = self.run.routing if BAD_ROUTING in actions else self.run.pacing
            raise illegal_action(bad[0])
        return actions, memory


class Rollout:
    """Episodes of one policy: for each seed the counters, the illegal actions and the decisions."""

    def __init__(
        self, seeds: np.ndarray, counts: np.ndarray, env: np.dtype, n_illegal: np.ndarray, n_decisions: np.ndarray
    ):
        self.seeds = seeds
        self.counters = counters_of(counts, env)
        self.n_illegal = n_illegal
        self.n_decisions = n_decisions


def rollout(batch: Batch, policy: Policy, seeds: np.ndarray) -> Rollout:
    """Run one episode for each seed. A row that has finished starts the next seed.

    The batch must have been made with `autoreset="disabled"`, because the loop resets rows itself.
    """
    keys = np.asarray(seeds, np.int64)
    engine = batch.engine
    counts = np.zeros((keys.size, engine.envs["counts"].shape[1]))
    n_illegal = np.zeros(keys.size, np.int64)
    n_decisions = np.zeros(keys.size, np.int64)
    run_of_row = np.arange(batch.n)
    following = min(batch.n, keys.size)
    active = run_of_row < keys.size
    batch.reset(keys[np.minimum(run_of_row, keys.size - 1)])
    looks = engine.snaps if getattr(policy, "needs_snapshot", False) else batch.obs
    state: State = None
    while True:
        done = engine.envs["done"] != 0
        if np.any(done & active):
            fresh = np.zeros(batch.n, np.bool_)
            gained = engine.counters()
            for row in np.flatnonzero(done & active):
                run = run_of_row[row]
                counts[run] = gained[row]
                n_illegal[run] = engine.envs["n_illegal"][row]
                n_decisions[run] = engine.envs["n_decisions"][row]
                active[row] = following < keys.size
                if active[row]:
                    run_of_row[row], fresh[row] = following, True
                    following += 1
            if np.any(fresh):
                batch.reset(keys[np.minimum(run_of_row, keys.size - 1)], fresh)
                continue
            if not np.any(active):
                break
        actions, state = policy.act(looks, batch.mask, state, batch.u, batch.starts)
        batch.step(actions)
    return Rollout(keys, counts, engine.run.layout.env, n_illegal, n_decisions)
