"""The native batch: B environments stepped by one call. Its arrays are reused at every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from ccenv.loops import batch as loops
from ccenv.loops.forks import fork_rows
from ccenv.run.config import RuleChoice, run_config
from ccenv.run.engine import Engine
from ccenv.run.history import past_of
from ccenv.scenarios import Scenario
from ccenv.scenarios.load import load_for_run
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import NIL
from ccenv.spaces.observation import observation_space, snapshot_dtype

AUTORESET = {"next_step": loops.NEXT_STEP, "same_step": loops.SAME_STEP, "disabled": loops.DISABLED}
ON_ILLEGAL = ("fallback", "raise")
INT64 = np.dtype(np.int64)
STRIDES = (INT64.itemsize,)


class IllegalActionError(ValueError):
    """An action that the mask forbids."""


class Batch:
    """B copies of one decision process.

    Args:
        scenario: A scenario, or a source that `load_scenario` accepts.
        n: Number of environments, B.
        owns: Decisions that the policy takes: `routing`, `pacing` or `blended`.
        reward: Preset, or weights by reward term; None: the scenario's.
        days: Days of an episode; None: the scenario's `episode_days`.
        routing: Rule for routing not owned by the policy, and fallback of illegal actions; None: the scenario's.
        pacing: The same for pacing.
        reserves: Flag of all campaigns, True, False or "either"; None: the scenario's own, but what the pacing rule
            needs where rules pace and the scenario's is not `either`.
        actions: Dials that a policy which owns pacing may use: `all`, `reserved` or `unreserved`; others are illegal.
        on_illegal: `raise` makes an illegal action an error; `fallback` lets the rules decide and sets `illegal`.
        autoreset: Gymnasium's modes: `same_step`, `next_step`, `disabled`.

    Attributes:
        obs: Observations, (B, K) float32. The next call overwrites all arrays; copy those that you keep.
        mask: Legal actions, (B, A) bool.
        reward, elapsed_s: Reward and simulated time [s] of the last step, (B,) float64.
        cost, cost_base: Numerator and denominator of the dropped share in the last step, (B,) float64.
        terminated, truncated, illegal: (B,) bool.
        starts: Whether the row is at the first decision of an episode, (B,) bool.
        warm_up: Whether the row's episode is in its warm-up, (B,) bool.
        u: The policy's coin for the coming decision: uniform in (0, 1), (B,) float64.
        decision: Number of the coming decision in the episode, (B,).
        final_obs: Last observation of an episode that ended in a `same_step` step, (B, K).

    Raises:
        ValueError: If an argument is not allowed; the message says what is allowed.
    """

    def __init__(
        self,
        scenario: Scenario | str | Mapping[str, Any],
        n: int,
        *,
        owns: str = "blended",
        reward: str | Mapping[str, Any] | None = None,
        days: int | None = None,
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
        reserves: Reserves | None = None,
        actions: str = "all",
        on_illegal: str = "raise",
        autoreset: str = "same_step",
    ) -> None:
        for name, value, allowed in (
            ("on_illegal", on_illegal, ON_ILLEGAL),
            ("autoreset", autoreset, tuple(AUTORESET)),
        ):
            if value not in allowed:
                raise ValueError(f"{name} = {value!r}; allowed: {', '.join(allowed)}")
        centre = load_for_run(scenario, reward)
        self.run = run_config(
            centre,
            owns=owns,
            routing=routing,
            pacing=pacing,
            reserves=reserves,
            actions=actions,
            days=days,
            reward=reward,
        )
        self.on_illegal = on_illegal
        self.autoreset = AUTORESET[autoreset]
        self.scenario = self.run.scenario
        self.catalogue = self.scenario.catalogue
        self._attach(Engine(self.run, n, past=past_of(self.run)))

    def _attach(self, engine: Engine) -> None:
        """Take over an engine and show its arrays as attributes of the batch."""
        self.engine = engine
        self.n = engine.n
        self._begun = False
        self._run_rows: Callable[[np.ndarray], int] = self._first_act
        self.obs, self.mask, self.final_obs = engine.obs, engine.masks, engine.final_obs
        self.n_obs, self.n_actions = self.obs.shape[1], self.mask.shape[1]
        outs = engine.outs
        self.reward, self.elapsed_s, self.u = outs["reward"], outs["elapsed_s"], outs["u"]
        self.cost, self.cost_base, self.decision = outs["cost"], outs["cost_base"], outs["decision"]
        self.terminated, self.truncated = outs["terminated"], outs["truncated"]
        self.illegal, self.starts, self.warm_up = outs["illegal"], outs["starts"], outs["warm_up"]

    def reset(self, seeds: Any, which: np.ndarray | None = None) -> None:
        """Start episodes and run to their first decision.

        Args:
            seeds: One non-negative integer for each row, (B,).
            which: Rows to reset, (B,) bool; None: all.

        Raises:
            ValueError: If the seeds are not one non-negative integer for each row.
        """
        rows = np.ones(self.n, np.bool_) if which is None else np.ascontiguousarray(which, np.bool_)
        keys = _whole_numbers("seeds", seeds, self.n)
        if keys.dtype.kind == "i" and keys.min() < 0:
            raise ValueError(f"seeds: {keys.min()} is among them; allowed: non-negative integers")
        self.engine.start(keys.astype(np.uint64), rows)

    def step(self, actions: np.ndarray) -> None:
        """Take one action in every row and run to the next decision or the end of the episode.

        Raises:
            IllegalActionError: If `on_illegal` is `raise` and an action is illegal; the batch has not changed then.
            ValueError: If the actions are not one whole number for each row, or a row was never reset.
        """
        if not (self._begun or self.begun):
            rows = np.flatnonzero(self.engine.envs["root"] == 0).tolist()
            raise ValueError(f"step: rows {rows} have never been reset; allowed: step after reset of every row")
        if not (  # the test is faster than a conversion that changes nothing
            type(actions) is np.ndarray
            and actions.dtype is INT64
            and actions.strides == STRIDES
            and len(actions) == self.n
        ):
            actions = np.array(_whole_numbers("actions", actions, self.n), np.int64)
        self.act(actions)

    def act(self, actions: np.ndarray) -> None:
        """`step` without its checks: the caller guarantees that every row was reset.

        Args:
            actions: One action for each row, (B,) int64, contiguous; not checked.

        Raises:
            IllegalActionError: As in `step`.
        """
        stopped = self._run_rows(actions)
        if stopped != NIL:
            row = loops.refused_row(stopped)
            if row == NIL:
                self.engine.check(stopped)
            raise self._illegal(row, int(actions[row]))

    def _first_act(self, actions: np.ndarray) -> int:
        """Prepare the call that all later steps use. This compiles the kernel if necessary, so it waits for a step."""
        self._run_rows = self.engine.prepared_step(self.autoreset, refuses=self.on_illegal == "raise")
        return self._run_rows(actions)

    @property
    def begun(self) -> bool:
        """Whether every row has been reset and can be stepped."""
        self._begun = self._begun or bool(
            np.all(self.engine.envs["root"] != 0)
        )  # root key of the episode; 0 before the first reset
        return self._begun

    @property
    def observation_space(self) -> Box:
        """Space of the observation of one row: `Box(K,)` with the declared bounds."""
        return observation_space(self.scenario)

    def _illegal(self, row: int, action: int) -> IllegalActionError:
        legal = [a.name for a, ok in zip(self.catalogue, self.mask[row], strict=True) if ok]
        name = self.catalogue[action].name if 0 <= action < self.n_actions else f"not in 0..{self.n_actions - 1}"
        return IllegalActionError(f"row {row}: action {action} ({name}) is illegal now; legal: {', '.join(legal)}")

    def clone(self, rows: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
        """Copy the complete state of some rows, of all rows if None; `restore` takes the copy of all rows."""
        return tuple(array.copy() if rows is None else array[rows] for array in self._arrays())

    def restore(self, saved: tuple[np.ndarray, ...]) -> None:
        """Return to the state that `clone` copied from this batch or from one made with the same arguments.

        Raises:
            ValueError: If the arrays of the copy have other shapes or types.
        """
        for target, source in zip(self._arrays(), saved, strict=True):
            if target.shape != source.shape or target.dtype != source.dtype:
                raise ValueError(f"the copy is of another batch: an array is {source.shape}, here it is {target.shape}")
        for target, source in zip(self._arrays(), saved, strict=True):
            target[...] = source
        self._begun = False

    def __getstate__(self) -> dict[str, Any]:
        """State for `copy` and `pickle`. Attributes share memory with the engine, so only its arrays are copied."""
        return {"run": self.run, "on_illegal": self.on_illegal, "autoreset": self.autoreset, "saved": self.clone()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make a new engine and restore its arrays."""
        saved = state.pop("saved")
        self.__dict__.update(state)
        self.scenario = self.run.scenario
        self.catalogue = self.scenario.catalogue
        self._attach(Engine(self.run, saved[0].shape[0], past=past_of(self.run)))
        self.restore(saved)

    def _arrays(self) -> tuple[np.ndarray, ...]:
        engine = self.engine
        return engine.words, engine.flat, engine.obs, engine.masks, engine.outs, engine.final_obs

    def fork(self, row: int, keys: Any) -> Batch:
        """Copy a row for planning: the observable state stays, everything hidden is redrawn (see `ccenv.sim.forks`).

        Args:
            row: A row at a decision.
            keys: One non-negative integer for each fork; equal keys give equal futures.

        Returns:
            A batch with one row for each key. Its rows are not reset when they end.

        Raises:
            ValueError: If the row's episode is over.
        """
        if self.engine.envs["done"][row]:
            raise ValueError(f"row {row}: its episode is over; allowed: a row at a decision")
        seeds = np.ascontiguousarray(keys, np.uint64)
        forks = Batch.__new__(Batch)
        forks.__dict__.update(self.__dict__)
        forks.autoreset = AUTORESET["disabled"]
        forks._attach(Engine(self.run, seeds.size))
        for target, source in zip(forks._arrays(), self._arrays(), strict=True):
            target[...] = source[row]
        fork_rows(forks.engine.envs, self.run.config, seeds, forks.u)
        return forks

    @property
    def snapshot(self) -> np.ndarray:
        """The public snapshots, (B,) structured float64: the fields of the observation in natural units."""
        values = np.ascontiguousarray(self.engine.flat[:, self.run.places])
        return values.view(snapshot_dtype(self.scenario)).reshape(self.n)


def _whole_numbers(what: str, values: Any, n: int) -> np.ndarray:
    array = np.asarray(values)
    if array.shape != (n,) or array.dtype.kind not in "iu":
        raise ValueError(f"{what}: {array.dtype} of shape {array.shape}; allowed: whole numbers of shape ({n},)")
    return array
