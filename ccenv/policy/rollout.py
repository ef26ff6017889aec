"""The loop that runs a policy over episodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.batch import Batch
from ccenv.files.numbers import seed_numbers
from ccenv.policy.adapters import as_policy
from ccenv.policy.protocol import Policy, State
from ccenv.run.engine import Engine, own_counters


class Rollout:
    """Episodes of one policy on given seeds.

    Attributes:
        seeds: Seeds of the episodes, (R,).
        counters: By axis, what each episode has counted for each of the scenario's entities, (R, entities).
        n_illegal: Illegal actions of each episode, (R,).
        n_given: Actions of the policy in each episode, (R,).
        n_decisions: Decisions of policy and rules in each episode, (R,).
        by_slot: With `by="interval"`, the counters at the end of each slot, by axis, (R, slots, entities); else None.
        illegal_by_slot, decisions_by_slot: `n_illegal` and `n_decisions` at the end of each slot, (R, slots).
    """

    def __init__(self, seeds: np.ndarray, counters: dict[str, np.ndarray], n_slots: int | None = None) -> None:
        n = seeds.size
        self.seeds = seeds
        self.counters = {axis: np.zeros((n, *one.shape[1:]), one.dtype) for axis, one in counters.items()}
        self.n_illegal = np.zeros(n, np.int64)
        self.n_given = np.zeros(n, np.int64)
        self.n_decisions = np.zeros(n, np.int64)
        self.by_slot: dict[str, np.ndarray] | None = None
        if n_slots is not None:
            self.by_slot = {axis: np.zeros((n, n_slots, *one.shape[1:]), one.dtype) for axis, one in counters.items()}
        self.illegal_by_slot = np.zeros((n, n_slots or 0), np.int64)
        self.decisions_by_slot = np.zeros((n, n_slots or 0), np.int64)
        self._slots_over = np.zeros(n, np.int64)

    def note(self, engine: Engine, rows: np.ndarray, runs: np.ndarray) -> None:
        """Note what episodes, by number, have counted that are over in these rows."""
        for axis, table in own_counters(engine.counters()[rows], engine.run).items():
            self.counters[axis][runs] = table
        for name in ("n_illegal", "n_given", "n_decisions"):
            getattr(self, name)[runs] = engine.envs[name][rows]
        if self.by_slot is not None:
            for run in runs.tolist():
                left = slice(int(self._slots_over[run]), None)
                for axis, table in self.by_slot.items():
                    table[run, left] = self.counters[axis][run]
                self.illegal_by_slot[run, left] = self.n_illegal[run]
                self.decisions_by_slot[run, left] = self.n_decisions[run]

    def note_slot(self, engine: Engine, rows: np.ndarray, runs: np.ndarray) -> None:
        """Note what episodes, by number, have counted up to the end of the slot at which these rows have stopped."""
        if self.by_slot is None:
            return
        slots = self._slots_over[runs]
        for axis, table in own_counters(engine.counters()[rows], engine.run).items():
            self.by_slot[axis][runs, slots] = table
        self.illegal_by_slot[runs, slots] = engine.envs["n_illegal"][rows]
        self.decisions_by_slot[runs, slots] = engine.envs["n_decisions"][rows]
        self._slots_over[runs] += 1


def rollout(batch: Batch, policy: Any, seeds: np.ndarray, *, by: str | None = None) -> Rollout:
    """Run one episode for each seed. A row that has finished starts the next seed.

    Args:
        batch: A batch that was made with `autoreset="disabled"`, because the loop resets rows itself.
        policy: What `as_policy` accepts: a policy, a model of Stable-Baselines3, or a function.
        seeds: Whole numbers below 2**64, one for each episode.
        by: `interval` also gives the counters at the end of each slot. The policy decides as it does without.

    Raises:
        TypeError: If `policy.act` does not return a pair of actions and state.
        ValueError: If an argument is not allowed, or the batch starts episodes itself.
    """
    if by not in (None, "interval"):
        raise ValueError(f"by = {by!r}; allowed: None, 'interval'")
    if batch.autoreset != "disabled":
        raise ValueError(f"batch: autoreset = {batch.autoreset!r}; allowed: 'disabled', because rollout resets rows")
    chosen, keys = as_policy(policy), seed_numbers("seeds", seeds)
    found = None
    while found is None:
        found = _rollout(batch, chosen, keys, by)
    return found


def _rollout(batch: Batch, policy: Policy, keys: np.ndarray, by: str | None) -> Rollout | None:
    """Run all episodes; None if a table was full while slots were noted: then all start again in the larger class."""
    first_engine = batch.engine
    batch.engine.envs["stop_at_slots"] = by is not None
    run_of_row = np.arange(batch.n)
    following = min(batch.n, keys.size)
    active = run_of_row < keys.size
    batch.reset(keys[np.minimum(run_of_row, keys.size - 1)])
    looks_at_snapshot = getattr(policy, "needs_snapshot", False)
    n_slots = None if by is None else batch.run.n_slots
    found = Rollout(keys, own_counters(batch.engine.counters(), batch.run), n_slots)
    state: State = None
    while True:
        while by is not None and batch.engine is first_engine and np.any(batch.engine.envs["stopped"] != 0):
            stopped = batch.engine.envs["stopped"] != 0
            rows = np.flatnonzero(stopped & active)
            found.note_slot(batch.engine, rows, run_of_row[rows])
            batch.resume(stopped)
        engine = batch.engine  # another one if a table was full
        if by is not None and engine is not first_engine:
            return None
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
                engine.envs["stop_at_slots"] = False
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
