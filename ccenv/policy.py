"""The protocol of policies, rules as a policy, and the loop that runs a policy over episodes."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ccenv.batch import Batch
from ccenv.files.numbers import seed_numbers
from ccenv.loops.rows import choose_rows
from ccenv.rules.dispatch import BAD_ROUTING
from ccenv.rules.registry import find_rule
from ccenv.run.config import RuleChoice, in_size, run_config
from ccenv.run.engine import Engine, illegal_action, own_counters
from ccenv.scenarios import Scenario
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import HOLD
from ccenv.sim.state.layout import layout
from ccenv.sim.state.sizes import SIZES

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


class Rollout:
    """Episodes of one policy on given seeds.

    Attributes:
        seeds: Seeds of the episodes, (R,).
        counters: By axis, what each episode has counted for each of the scenario's entities, (R, entities).
        n_illegal: Illegal actions of each episode, (R,).
        n_given: Actions of the policy in each episode, (R,).
        n_decisions: Decisions of policy and rules in each episode, (R,).
    """

    def __init__(self, seeds: np.ndarray, counters: dict[str, np.ndarray]) -> None:
        self.seeds = seeds
        self.counters = {axis: np.zeros((seeds.size, *one.shape[1:]), one.dtype) for axis, one in counters.items()}
        self.n_illegal = np.zeros(seeds.size, np.int64)
        self.n_given = np.zeros(seeds.size, np.int64)
        self.n_decisions = np.zeros(seeds.size, np.int64)

    def note(self, engine: Engine, rows: np.ndarray, runs: np.ndarray) -> None:
        """Note what episodes, by number, have counted that are over in these rows."""
        for axis, table in own_counters(engine.counters()[rows], engine.run).items():
            self.counters[axis][runs] = table
        for name in ("n_illegal", "n_given", "n_decisions"):
            getattr(self, name)[runs] = engine.envs[name][rows]


def rollout(batch: Batch, policy: Policy, seeds: np.ndarray) -> Rollout:
    """Run one episode for each seed. A row that has finished starts the next seed.

    The batch must have been made with `autoreset="disabled"`, because the loop resets rows itself.

    Raises:
        TypeError: If `policy.act` does not return a pair of actions and state.
    """
    keys = seed_numbers("seeds", seeds)
    run_of_row = np.arange(batch.n)
    following = min(batch.n, keys.size)
    active = run_of_row < keys.size
    batch.reset(keys[np.minimum(run_of_row, keys.size - 1)])
    looks_at_snapshot = getattr(policy, "needs_snapshot", False)
    found = Rollout(keys, own_counters(batch.engine.counters(), batch.run))
    state: State = None
    while True:
        engine = batch.engine  # another one if a table was full
        over = np.flatnonzero((engine.envs["done"] != 0) & active)
        if over.size:
            found.note(engine, over, run_of_row[over])
            active[over] = False
            again = over[: keys.size - following]
            run_of_row[again] = following + np.arange(again.size)
            following += again.size
            if again.size:
                active[again] = True
                batch.reset(keys[np.minimum(run_of_row, keys.size - 1)], np.isin(np.arange(batch.n), again))
                continue
            if not np.any(active):
                return found
        looks = engine.snaps if looks_at_snapshot else batch.obs
        actions, state = _pair(policy.act(looks, batch.mask, state, batch.u, batch.starts))
        batch.step(actions)


def _pair(returned: object) -> tuple[np.ndarray, State]:
    if not isinstance(returned, tuple) or len(returned) != 2:
        what = f"a tuple of {len(returned)}" if isinstance(returned, tuple) else type(returned).__name__
        raise TypeError(
            f"policy.act returned {what}; allowed: the pair (actions, state), with state None if it has none"
        )
    return returned
