"""The native batch: B environments stepped by one call. Its arrays are reused at every step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from ccenv.files.numbers import whole, whole_numbers
from ccenv.loops import batch as loops
from ccenv.loops.forks import fork_rows
from ccenv.run.config import RuleChoice, in_size, run_config
from ccenv.run.draws import with_draws
from ccenv.run.engine import CapacityError, Engine
from ccenv.run.growth import carried_out, fresh, larger
from ccenv.run.history import past_of
from ccenv.scenarios import Scenario
from ccenv.scenarios.load import load_for_run
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import NIL
from ccenv.sim.state.entities import OUT
from ccenv.sim.state.layout import layout
from ccenv.sim.state.sizes import SIZES
from ccenv.spaces.observation import observation_space, snapshot_dtype

# `same_step` restarts rows from here, so that the counters of the old episodes can be read before
AUTORESET = {"next_step": loops.NEXT_STEP, "same_step": loops.DISABLED, "disabled": loops.DISABLED}
TOLD = ("reward", "elapsed_s", "cost", "cost_base", "illegal", "terminated", "truncated")  # of a step
FINAL = tuple(name.removeprefix("final_") for name in OUT.names or () if name.startswith("final_"))
OUT_FIELDS: Any = OUT.fields
ENDS: int = OUT_FIELDS["terminated"][1]  # byte of `terminated` in a row; `truncated` is the next one
ON_ILLEGAL = ("hold", "rules", "raise")
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
        routing: Rule for routing not owned by the policy, and for illegal actions under `rules`; None: the scenario's.
        pacing: The same for pacing.
        reserves: Flag of all campaigns, True, False or "either"; None: the scenario's own, but what the pacing rule
            needs where rules pace and the scenario's is not `either`.
        actions: Dials that a policy which owns pacing may use: `all`, `reserved` or `unreserved`; others are illegal.
        on_illegal: `raise` makes an illegal action an error. `hold` takes it as `hold`, or as the first legal action if
            `hold` is masked; `rules` lets the rules decide in its place; both count it and set `illegal`.
        autoreset: Gymnasium's modes: `same_step`, `next_step`, `disabled`.

    Attributes:
        obs: Observations, (B, K) float32. The next call overwrites all arrays; copy those that you keep.
        mask: Legal actions, (B, A) bool.
        reward, elapsed_s: Reward and simulated time [s] of the last step, (B,) float64.
        cost, cost_base: Numerator and denominator of the dropped share in the last step, (B,) float64.
        terminated, truncated, illegal: (B,) bool.
        illegal_share: Illegal actions of the episode so far, of all its actions, (B,) float64.
        starts: Whether the row is at the first decision of an episode, (B,) bool.
        warm_up: Whether the row's episode is in its warm-up, (B,) bool.
        u: The policy's coin for the coming decision: uniform in (0, 1), (B,) float64.
        decision: Number of the coming decision in the episode, (B,).
        final_obs, final_illegal_share: Last observation, (B, K), and share of illegal actions, (B,), of an episode that
            ended in a `same_step` step.
        final_kpis: By row, the KPIs of the episodes that ended in the latest `same_step` step in which any did.
        on_end: Function that gets the KPIs of these episodes, a collection of dictionaries, in that step; None: none.

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
                renamed = "; 'fallback' is now called 'rules'" if value == "fallback" else ""
                raise ValueError(f"{name} = {value!r}; allowed: {', '.join(allowed)}{renamed}")
        n = whole("n", n, 1)
        centre = load_for_run(scenario, reward)
        run = run_config(
            centre,
            owns=owns,
            routing=routing,
            pacing=pacing,
            reserves=reserves,
            actions=actions,
            days=days,
            reward=reward,
            on_illegal=on_illegal,
        )
        self.on_illegal = on_illegal
        self.autoreset = autoreset
        self.scenario = run.scenario
        self.catalogue = self.scenario.catalogue
        self._attach(fresh(run, n))

    def _attach(self, engine: Engine) -> None:
        """Take over an engine and show its arrays as attributes of the batch."""
        self.engine = engine
        self.run = engine.run
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
        self.illegal_share, self.final_illegal_share = outs["illegal_share"], outs["final_illegal_share"]
        self.final_kpis: dict[int, dict[str, float]] = {}
        self.on_end: Callable[[Collection[dict[str, float]]], object] | None = None
        # both flags of a row as one number, of which counting is ten times faster than `any` of the flags
        self._ends = np.ndarray((engine.n,), np.uint16, outs, ENDS, (OUT.itemsize,))

    def draw_from(self, scenarios: Sequence[Scenario]) -> None:
        """Draw the scenario of each later episode among these, by its seed; the rows are then not begun.

        They differ from the batch's own in parameters alone (see `ccenv.scenarios.ranges`). Names, actions and KPIs are
        those of its own, and the observation shows forecast and staffing of the drawn one.

        Raises:
            ValueError: If a scenario has other actions or terms of the reward, or the centre has a history.
        """
        self._attach(fresh(with_draws(self.run, scenarios), self.n))

    def reset(self, seeds: Any, which: np.ndarray | None = None) -> None:
        """Start episodes and run to their first decision.

        Args:
            seeds: One non-negative integer for each row, (B,).
            which: Rows to reset, (B,) bool; None: all.

        Raises:
            ValueError: If the seeds are not one non-negative integer for each row.
        """
        rows = np.ones(self.n, np.bool_) if which is None else np.ascontiguousarray(which, np.bool_)
        keys = whole_numbers("seeds", seeds, n=self.n)
        self._start(rows, lambda: carried_out(self.engine, "start", keys, rows))

    def reset_next(self, which: np.ndarray) -> None:
        """Start the next episodes of the marked rows, (B,) bool, under seeds derived from those of their last reset."""
        rows = np.ascontiguousarray(which, np.bool_)
        self._start(rows, lambda: carried_out(self.engine, "start_next", rows))

    def end_episodes(self, which: np.ndarray) -> None:
        """End the episodes of the marked rows, (B,) bool, where they stand: they rest, or the next step starts anew."""
        self.engine.envs["done"][which] = loops.OVER

    def resume(self, which: np.ndarray) -> None:
        """Continue the step or reset of the marked rows, (B,) bool, that stopped at the end of a slot.

        Rows stop there if the engine's records have `stop_at_slots`, and then have `stopped`. If a table is full, the
        batch gets a new engine of a larger class, in which no row has begun.
        """
        try:
            self.engine.resume(which)
        except CapacityError as error:
            self._attach(fresh(larger(self.run, error), self.n))

    def _start(self, rows: np.ndarray, start: Callable[[], Engine]) -> None:
        if self._run_rows == self._refuse and not rows.all():
            self._refuse(np.zeros(0, np.int64))
        self._run_rows = self._refuse
        self._continue_with(start())

    def step(self, actions: np.ndarray) -> None:
        """Take one action in every row and run to the next decision or the end of the episode.

        Raises:
            IllegalActionError: If `on_illegal` is `raise` and an action is illegal; the batch has not changed then.
            ValueError: If the actions are not one whole number for each row, a row was never reset, or all episodes are
                over and `autoreset` is `disabled`.
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
            actions = np.ascontiguousarray(whole_numbers("actions", actions, np.int64, n=self.n))
        self.act(actions)

    def act(self, actions: np.ndarray) -> None:
        """`step` without its checks: the caller guarantees that every row was reset.

        Args:
            actions: One action for each row, (B,) int64, contiguous; not checked.

        Raises:
            IllegalActionError, ValueError: As in `step`.
        """
        stopped = self._run_rows(actions)
        if stopped != NIL:
            self._finish(stopped, actions)
        if self.autoreset == "same_step" and np.count_nonzero(self._ends):
            self.restart(self.terminated | self.truncated)

    def _finish(self, stopped: int, actions: np.ndarray) -> None:
        """Finish a step that stopped before its last row, or refuse it."""
        if stopped == loops.ALL_OVER:
            raise ValueError("step: the episodes of all rows are over; allowed: reset, then step")
        row = loops.refused_row(stopped)
        if row != NIL:
            raise self._illegal(row, int(actions[row]))
        self._run_rows = self._refuse
        self._continue_with(carried_out(self.engine, "finish_step", stopped, actions, AUTORESET[self.autoreset]))

    def restart(self, which: np.ndarray) -> None:
        """Start the next episodes of the marked rows, (B,) bool, in the step that was their last.

        What the step has paid and told stays. Observation and numbers of the old episodes go to the `final_` arrays.
        """
        outs = self.engine.outs
        self.final_kpis = {row: self.engine.kpis(row) for row in np.flatnonzero(which).tolist()}
        if self.on_end is not None:
            self.on_end(self.final_kpis.values())
        self.final_obs[which] = self.obs[which]
        for name in FINAL:
            outs[f"final_{name}"][which] = outs[name][which]
        told = outs[which]
        self.reset_next(which)
        for name in TOLD:
            outs[name][which] = told[name]

    def _continue_with(self, engine: Engine) -> None:
        """Go on with an engine that has the outputs of the present one. It may be of another size class."""
        self.engine = engine
        self.run = engine.run
        self._run_rows = self._first_act

    def _refuse(self, actions: np.ndarray) -> int:
        """Refuse a step after a call that was interrupted within a row."""
        raise ValueError("the last call was interrupted, by Ctrl-C or an error; allowed: reset of all rows")

    def _first_act(self, actions: np.ndarray) -> int:
        """Prepare the call that all later steps use. This compiles the kernel if necessary, so it waits for a step."""
        self._run_rows = self.engine.prepared_step(AUTORESET[self.autoreset], refuses=self.on_illegal == "raise")
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
        """Return a copy of the complete state of these rows (None: of all rows), for `restore`."""
        return tuple(array.copy() if rows is None else array[rows] for array in self._arrays())

    def restore(self, saved: tuple[np.ndarray, ...]) -> None:
        """Return to the state that `clone` copied from a batch with the same arguments.

        Raises:
            ValueError: If the copy is of a batch with other arguments.
        """
        for target, source in zip(self._outputs(), saved[2:6], strict=True):
            if target.shape != source.shape or target.dtype != source.dtype:
                raise ValueError(f"the copy is of another batch: an array is {source.shape}, here it is {target.shape}")
        self.fit_record(saved[0].shape[1])
        self.engine.make_room(saved[6].shape[1])
        for target, source in zip(self._arrays()[:6], saved[:6], strict=True):
            target[...] = source
        self.engine.taken[:, : saved[6].shape[1]] = saved[6]
        self.engine.forked = saved[7].reshape(self.n, -1, 2).copy()
        self.engine.paid[...] = saved[8]
        self._begun = False
        self._run_rows = self._first_act

    def fit_copy(self, sizes: Sequence[int]) -> None:
        """Take the size class, and make the room for actions and forks, of a copy whose arrays have so many bytes.

        Raises:
            ValueError: If it is no copy of so many rows.
        """
        widths = [size / self.n for size in sizes]
        if len(sizes) != len(self._arrays()) or any(width != int(width) for width in widths):
            raise ValueError(f"the copy is of another batch: its arrays have {list(sizes)} bytes, for {self.n} rows")
        self.fit_record(int(widths[0]) // INT64.itemsize)
        self.engine.taken = np.zeros((self.n, int(widths[6]) // self.engine.taken.itemsize), np.int16)
        self.engine.forked = np.full((self.n, int(widths[7]) // (2 * INT64.itemsize), 2), NIL, np.int64)
        self._run_rows = self._first_act
        self._begun = False

    def fit_record(self, n_words: int) -> None:
        """Go over to the size class whose environment record has so many words; the rows are then not begun.

        Raises:
            ValueError: If there is none.
        """
        if n_words == self.engine.words.shape[1]:
            return
        for size in SIZES.values():
            if layout(size.name).env.itemsize == 8 * n_words:
                run = in_size(self.run, size)
                engine = Engine(run, self.n, past=past_of(run))
                engine.take_outputs(self.engine)
                self._begun = False
                return self._continue_with(engine)
        raise ValueError(f"the copy is of another batch: a record of {n_words} words is of no size class")

    def __getstate__(self) -> dict[str, Any]:
        """For `copy` and `pickle`, which would copy arrays that share memory as separate arrays."""
        return {
            "run": self.run,
            "on_illegal": self.on_illegal,
            "autoreset": self.autoreset,
            "saved": self.clone(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make the arrays anew."""
        saved, run = state.pop("saved"), state.pop("run")
        self.__dict__.update(state)
        self.scenario = run.scenario
        self.catalogue = self.scenario.catalogue
        self._attach(Engine(run, saved[0].shape[0], past=past_of(run)))
        self.restore(saved)

    def _arrays(self) -> tuple[np.ndarray, ...]:
        engine = self.engine
        forked = engine.forked.reshape(self.n, -1)
        return engine.words, engine.flat, *self._outputs(), engine.taken, forked, engine.paid

    def _outputs(self) -> tuple[np.ndarray, ...]:
        engine = self.engine
        return engine.obs, engine.masks, engine.outs, engine.final_obs

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
        seeds = whole_numbers("keys", keys)
        forks = Batch.__new__(Batch)
        forks.__dict__.update(self.__dict__)
        forks.autoreset = "disabled"
        forks._attach(Engine(self.run, seeds.size, past=self.engine.past))
        forks.engine.make_room(self.engine.taken.shape[1])
        for target, source in zip(forks._arrays()[:7], self._arrays(), strict=False):
            target[...] = source[row]
        forks.engine.paid[...] = self.engine.paid[row]
        here = np.stack([np.full(seeds.size, self.engine.envs["n_given"][row]), seeds.view(np.int64)], axis=1)
        before = np.broadcast_to(self.engine.forked[row], (seeds.size, *self.engine.forked.shape[1:]))
        forks.engine.forked = np.concatenate([before, here[:, None]], axis=1)
        fork_rows(forks.engine.envs, self.engine.config_of(row), seeds, forks.u)
        return forks

    @property
    def snapshot(self) -> np.ndarray:
        """The public snapshots, (B,) structured float64: the fields of the observation in natural units."""
        values = np.ascontiguousarray(self.engine.flat[:, self.run.places])
        return values.view(snapshot_dtype(self.scenario)).reshape(self.n)
