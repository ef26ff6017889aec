"""The arrays of a run and the calls into the kernel. Batches, environments and `simulate` are built on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ccenv.files.numbers import whole
from ccenv.kpis.episode import EpisodeKpis
from ccenv.loops import batch as loops
from ccenv.rules.spec import RuleError
from ccenv.run.config import RunConfig
from ccenv.run.draws import draw_of, draw_of_rows
from ccenv.sim.kernel.jit import compiled, records
from ccenv.sim.state.codes import (
    ACTIONS_FULL,
    CONTACTS_FULL,
    LEADS_FULL,
    LOG_FULL,
    NIL,
    NOT_BEGUN,
    OK,
    PAUSED,
    READS_MORE,
    ROUTING_ILLEGAL,
)
from ccenv.sim.state.counters import COUNTERS
from ccenv.sim.state.entities import LINE_BYTES, LOG, LOG_ROWS, OUT

# by error code: the table that is full, and a remark on its rows
TABLES = {CONTACTS_FULL: ("contacts", ""), LEADS_FULL: ("leads", ", shared among the segments that keep leads")}

FIRST_ROOM = 1024  # actions of an episode that there is room for at first; doubled when needed

STEPS: dict[str, Callable[..., int]] = {}  # by size class: the compiled loop, once a batch has asked for it


class Call(NamedTuple):
    """What is left of a call that stopped at a row: commands of all rows, and the call's other arguments."""

    row: int
    commands: np.ndarray
    actions: np.ndarray
    seeds: np.ndarray
    autoreset: int


class CapacityError(RuntimeError):
    """A table of the simulator is full; the message names the table.

    Attributes:
        table: `contacts`, `leads` or `log`.
        call: What was left to do.
    """

    def __init__(self, message: str, table: str, call: Call) -> None:
        super().__init__(message)
        self.table = table
        self.call = call


class OverloadError(CapacityError):
    """More work waits than the largest size class holds; the message gives the offered load and the advisors."""


def illegal_action(rule: str) -> RuleError:
    """Return the error about a rule that took an action which its mask forbids."""
    return RuleError(
        f"rule {rule} returned an action that is not legal at this decision; allowed: an index a of its own half with "
        f"mask[a], or `hold` (0) where mask[0], or for a routing rule where a dial is legal"
    )


class Engine:
    """`n` environment records under one run configuration, with their outputs.

    `past`: records of possible initial states, as rows of float64, (H, words); see `ccenv.run.history`.

    Attributes:
        envs: Environment records, (n,).
        obs: Observations, (n, K) float32.
        masks: Legal actions, (n, A) bool; `mask_bytes` is the same as int8.
        outs: Rewards, times, flags, (n,) of `entities.OUT`.
        final_obs: Last observation of an episode that ended in a same-step reset, (n, K).
        taken: Actions of each row's running episode, (n, room) int16; the first `envs["n_given"]` of a row count.
        paid: Counters at each row's last decision, by term of reward and cost, (n, terms).
        forked: Where each row became a fork: number of actions before, and key, (n, F, 2) int64; -1: nowhere.
    """

    def __init__(self, run: RunConfig, n: int, *, log: bool = False, past: np.ndarray | None = None) -> None:
        n = whole("n", n, 1)
        kinds = run.layout
        self.run = run
        self.n = n
        self.words = _in_whole_lines(n, kinds.env.itemsize)
        self.envs = records(self.words.view(kinds.env).reshape(n))
        self.flat = np.zeros((n, kinds.snapshot.itemsize // 8))
        self.snaps = records(self.flat.view(kinds.snapshot).reshape(n))
        self.masks = np.zeros((n, len(run.scenario.catalogue)), np.bool_)
        self.mask_bytes = self.masks.view(np.int8)
        self.obs = np.zeros((n, int(run.config["n_observed"][0])), np.float32)
        self.outs = records(np.zeros(n, OUT))
        self.taken = np.zeros((n, FIRST_ROOM if run.owns != "rules" else 0), np.int16)
        self.paid = np.zeros((n, int(run.config["n_terms"][0])))
        self.forked = np.zeros((n, 0, 2), np.int64)
        self.logs = records(np.zeros(1, LOG))  # untouched memory, so it costs nothing while the log is off
        self.logs["on"] = log
        fields: Any = kinds.env.fields
        self.first_lead = fields["lead_due"][1] // 8  # index of the table of leads in `words`
        self.past = np.zeros((0, self.words.shape[1])) if past is None else past
        self.past.flags.writeable = False  # numba then sees one type, with a past and without
        self.final_obs = np.zeros_like(self.obs)
        self._unfinished: CapacityError | None = None  # of a prepared step of drawn scenarios
        self._kpis: EpisodeKpis | None = None  # made at the end of the first episode
        self._all_act = np.full(n, loops.ACT, np.int64)
        self._all_go_on = np.full(n, loops.GO_ON, np.int64)
        self._no_actions = np.zeros(n, np.int64)
        self._no_seeds = np.zeros(n, np.uint64)

    def start(self, seeds: np.ndarray, which: np.ndarray) -> None:
        """Start the marked rows under their seeds and run to the first decision, or to the end under rules alone."""
        self.forked[which] = NIL
        self.run_rows(np.where(which, loops.START, loops.REST), self._no_actions, seeds, loops.DISABLED)

    def start_next(self, which: np.ndarray) -> None:
        """Start the next episodes of the marked rows, under seeds derived from those they were started with."""
        self.envs["done"][which] = loops.OVER
        self.forked[which] = NIL
        self.run_rows(np.where(which, loops.ACT, loops.REST), self._no_actions, self._no_seeds, loops.NEXT_STEP)

    def step(self, actions: np.ndarray, autoreset: int) -> None:
        """One step of every row."""
        self.run_rows(self._all_act, actions, self._no_seeds, autoreset)

    def prepared_step(self, autoreset: int, *, refuses: bool) -> Callable[[np.ndarray], int]:
        """Return `step` as a call that only wants the actions: all other arguments are fixed, which saves time.

        Args:
            autoreset: As in `step`.
            refuses: Whether no row runs if an action is illegal.

        Returns:
            Function of the actions, (n,) int64, contiguous, not checked. It returns what
            `loops.batch.run_rows` returns; any other result than NIL, ALL_OVER and a refused row must be passed to
            `finish_step`. It is void once `taken` has been replaced.
        """
        if self.run.draws:
            return partial(self._step_drawn, autoreset, refuses)
        arguments = self._arguments(self._all_act, self._no_actions, self._no_seeds, autoreset, refuses)
        size = self.run.scenario.size.name
        if size not in STEPS:
            STEPS[size] = compiled(loops.run_rows, arguments)
        return partial(STEPS[size], *arguments[:-1])

    def supervise(self) -> None:
        """Run every row to its `stop_t` or to its end, and pay it. For a run with the flag `supervised`."""
        everyone = np.full(self.n, loops.SUPERVISE, np.int64)
        self.run_rows(everyone, self._no_actions, self._no_seeds, loops.DISABLED)

    def finish_step(self, stopped: int, actions: np.ndarray, autoreset: int) -> None:
        """Finish a prepared step that stopped at a row.

        Raises:
            CapacityError: If a table is full.
        """
        if self._unfinished is not None:
            error, self._unfinished = self._unfinished, None
            raise error
        call = Call(stopped, self._all_act, actions, self._no_seeds, autoreset)
        commands = self._commands_left(call)
        self.run_rows(commands, actions, self._no_seeds, autoreset)

    def go_on(self) -> None:
        """Run every row that stopped at the end of an interval on."""
        self.run_rows(self._all_go_on, self._no_actions, self._no_seeds, loops.DISABLED)

    def resume(self, which: np.ndarray) -> None:
        """Continue the calls of the marked rows, (n,) bool, that stopped at the end of a slot.

        Raises:
            CapacityError: If a table is full.
        """
        commands = np.where(which, loops.RESUME, loops.REST)
        self.run_rows(commands, self._no_actions, self._no_seeds, loops.DISABLED)

    def run_rows(self, commands: np.ndarray, actions: np.ndarray, seeds: np.ndarray, autoreset: int) -> None:
        """Call the kernel until every row has carried out its command. Python sees signals between the calls.

        Raises:
            CapacityError: If a table is full.
        """
        draws = self.run.draws
        if not draws:
            return self._run_alike(commands, actions, seeds, autoreset, self.run.config)
        of_row, left = draw_of_rows(self.envs, len(draws), commands, seeds, autoreset), commands.copy()
        for k in np.unique(of_row[commands != loops.REST]).tolist():
            mine = (of_row == k) & (commands != loops.REST)
            try:
                self._run_alike(np.where(mine, commands, loops.REST), actions, seeds, autoreset, draws[k].config)
            except CapacityError as error:
                error.call = error.call._replace(commands=np.where(mine, error.call.commands, left))
                raise
            left[mine] = loops.REST

    def _run_alike(
        self, commands: np.ndarray, actions: np.ndarray, seeds: np.ndarray, autoreset: int, config: np.ndarray
    ) -> None:
        """Call the kernel until every row has carried out its command; all rows have one configuration."""
        stopped = loops.run_rows(*self._arguments(commands, actions, seeds, autoreset, False, config))
        while stopped not in (NIL, loops.ALL_OVER):
            commands = self._commands_left(Call(stopped, commands, actions, seeds, autoreset))
            stopped = loops.run_rows(*self._arguments(commands, actions, seeds, autoreset, False, config))

    def _step_drawn(self, autoreset: int, refuses: bool, actions: np.ndarray) -> int:
        """One step of rows of drawn scenarios; returns what `loops.batch.run_rows` returns."""
        inside = (actions >= 0) & (actions < self.masks.shape[1])
        legal = inside & self.masks[np.arange(self.n), np.where(inside, actions, 0)]
        wrong = np.flatnonzero(~legal & (self.envs["done"] == loops.DECIDING))
        if refuses and wrong.size:
            return loops.REFUSED - int(wrong[0])
        if autoreset == loops.DISABLED and np.all(self.envs["done"] == loops.OVER):
            return loops.ALL_OVER
        try:
            self.run_rows(self._all_act, actions, self._no_seeds, autoreset)
        except CapacityError as error:
            self._unfinished = error
            return error.call.row
        return NIL

    def config_of(self, row: int) -> np.ndarray:
        """Return the configuration of a row's episode."""
        draws, env = self.run.draws, self.envs[row]
        return draws[int(draw_of(env["seed_0"], env["episode"], len(draws)))].config if draws else self.run.config

    def _arguments(
        self,
        commands: np.ndarray,
        actions: np.ndarray,
        seeds: np.ndarray,
        autoreset: int,
        refuses: bool,
        config: np.ndarray | None = None,
    ) -> tuple[Any, ...]:
        config = self.run.config if config is None else config
        return (
            self.envs, self.words, self.first_lead, self.past, config, self.logs, self.snaps, self.obs,
            self.masks, self.outs, self.taken, self.paid, commands, seeds, autoreset, refuses, actions,
        )  # fmt: skip

    def _commands_left(self, call: Call) -> np.ndarray:
        """Return the commands that continue a call which stopped at a row, after making room for actions.

        Raises:
            CapacityError: If it stopped because a table is full.
            RuleError: If a rule did what it may not.
        """
        row = call.row
        failure = int(self.envs["failure"][row])
        left = call.commands.copy()
        left[:row] = loops.REST
        if failure in (*TABLES, LOG_FULL):
            raise self._full(failure, call._replace(commands=left))
        if failure not in (ACTIONS_FULL, NOT_BEGUN, PAUSED):
            raise self._misuse(failure)
        self.envs["failure"][row] = OK
        if failure == PAUSED:
            left[row] = loops.RESUME
        elif failure == ACTIONS_FULL:
            self.make_room(2 * self.taken.shape[1])
        return left

    def fault(self, row: int) -> CapacityError | RuleError:
        """Return the error about a row that failed outside of `run_rows`: a full table, or a rule's misuse."""
        failure = int(self.envs["failure"][row])
        if failure in (*TABLES, LOG_FULL):
            return self._full(failure, Call(row, self._all_act, self._no_actions, self._no_seeds, loops.DISABLED))
        return self._misuse(failure)

    def take_outputs(self, other: Engine) -> None:
        """Write from now on into the outputs of another engine of the same scenario and number of rows."""
        self.obs, self.masks, self.mask_bytes = other.obs, other.masks, other.mask_bytes
        self.outs, self.final_obs = other.outs, other.final_obs

    def make_room(self, n: int) -> None:
        """Make room for at least n actions of each row's episode."""
        if n > self.taken.shape[1]:
            longer = np.zeros((self.n, n), np.int16)
            longer[:, : self.taken.shape[1]] = self.taken
            self.taken = longer

    def _full(self, failure: int, call: Call) -> CapacityError:
        size = self.run.scenario.size
        if failure in TABLES:
            table, about = TABLES[failure]
            rows: int = getattr(size, table)
            return CapacityError(f"table {table} is full ({rows} rows in size class {size.name}{about})", table, call)
        return CapacityError(f"the event log is full ({LOG_ROWS} rows); log shorter runs", "log", call)

    def _misuse(self, failure: int) -> RuleError:
        """Return the error about a rule that acted or read as it may not."""
        if failure == READS_MORE:
            return RuleError(
                f"rules {self.run.routing[0]} and {self.run.pacing[0]}: one reads a field of a queue or group that has "
                f"no legal action, and declares it in `reads_if_legal`; allowed: in `reads`"
            )
        return illegal_action(self.run.routing[0] if failure == ROUTING_ILLEGAL else self.run.pacing[0])

    def counters(self) -> np.ndarray:
        """Return the counters of each row since counting started (after a warm-up), (n, numbers)."""
        gained: np.ndarray = self.envs["counts"] - self.envs["counts_before"]
        return gained

    def kpis(self, row: int) -> dict[str, float]:
        """Return the KPIs that the centre has, of the row's episode since counting started; see `EpisodeKpis`.

        An advisor's time in the present state, and the wait of a contact in line, are counted when they end.
        """
        if self._kpis is None:
            self._kpis = EpisodeKpis(self.run.scenario)
        env = self.envs[row]
        flat = env["counts"] - env["counts_before"]
        counters, first = {}, 0
        for axis, declared in COUNTERS.items():
            last = first + env[f"{axis}_count"].size * len(declared)
            counters[axis] = flat[first:last].reshape(-1, len(declared))
            first = last
        return self._kpis.of(counters, int(env["n_illegal"]), int(env["n_decisions"]))

    @property
    def log(self) -> np.ndarray:
        """Rows of the event log so far."""
        rows: np.ndarray = self.logs["row"][0, : int(self.logs["n"][0])]
        return rows


def _in_whole_lines(n: int, n_bytes: int) -> np.ndarray:
    """Return zeros, (n, n_bytes / 8), that begin at a cache line; a row is whole lines (`ccenv.sim.state.layout`)."""
    room = np.zeros(n * n_bytes // 8 + LINE_BYTES // 8)
    first = -room.ctypes.data % LINE_BYTES // 8
    return room[first : first + n * n_bytes // 8].reshape(n, -1)


def own_counters(words: np.ndarray, run: RunConfig) -> dict[str, np.ndarray]:
    """Like `counters_of`, for the scenario's own entities only: the same arrays in every size class."""
    names = run.scenario.by_axis
    return {axis: table[:, : len(names[axis])] for axis, table in counters_of(words, run.layout.env).items()}


def counters_of(words: np.ndarray, env: np.dtype) -> dict[str, np.ndarray]:
    """Split rows of counters, (R, n), by axis into structured arrays, (R, capacity), with one field per counter."""
    fields: Any = env.fields
    out = {}
    start = 0
    for axis, counters in COUNTERS.items():
        kind = np.dtype([(counter.name, "f8") for counter in counters])
        (capacity,) = fields[f"{axis}_count"][0].shape
        size = len(counters) * capacity
        part = np.ascontiguousarray(words[:, start : start + size])
        out[axis] = part.view(kind).reshape(words.shape[0], capacity)
        start += size
    return out
