"""The arrays of a run and the calls into the kernel. Batches, environments and `simulate` are built on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ccenv.loops import batch as loops
from ccenv.rules.spec import RuleError
from ccenv.run.config import RunConfig
from ccenv.sim.kernel.jit import compiled, records
from ccenv.sim.state.codes import CONTACTS_FULL, LEADS_FULL, NIL, PACING_ILLEGAL, READS_MORE, ROUTING_ILLEGAL
from ccenv.sim.state.counters import COUNTERS
from ccenv.sim.state.entities import LOG, LOG_ROWS, OUT
from ccenv.sim.state.sizes import SIZES, Size

# by error code: the table that is full, and a remark on its rows
TABLES = {CONTACTS_FULL: ("contacts", ""), LEADS_FULL: ("leads", ", shared among the segments that keep leads")}

STEPS: dict[str, Callable[..., int]] = {}  # by size class: the compiled loop, once a batch has asked for it


class CapacityError(RuntimeError):
    """A table of the simulator is full; the message names the table and the size class to choose."""


def illegal_action(rule: str) -> RuleError:
    """Return the error about a rule that took an action which its mask forbids."""
    return RuleError(
        f"rule {rule} returned an action that is not legal at this decision; allowed: an index a of its own half with "
        f"mask[a], or `hold` (0) where mask[0], or for a routing rule where a dial is legal"
    )


def _full(size: Size, table: str, about: str) -> str:
    rows: int = getattr(size, table)
    bigger = [s.name for s in SIZES.values() if getattr(s, table) > rows]
    advice = f"set size_class: {bigger[0]}" if bigger else "no larger class exists"
    return f"table {table} is full ({rows} rows in size class {size.name}{about}); {advice}"


class Engine:
    """`n` environment records under one run configuration, with their outputs.

    `past`: records of possible initial states, as rows of float64, (H, words); see `ccenv.run.history`.

    Attributes:
        envs: Environment records, (n,).
        obs: Observations, (n, K) float32.
        masks: Legal actions, (n, A) bool; `mask_bytes` is the same as int8.
        outs: Rewards, times, flags, (n,) of `entities.OUT`.
        final_obs: Last observation of an episode that ended in a same-step reset, (n, K).
    """

    def __init__(self, run: RunConfig, n: int, *, log: bool = False, past: np.ndarray | None = None) -> None:
        if n < 1:
            raise ValueError(f"n = {n!r}; allowed: 1 or more environments")
        kinds = run.layout
        self.run = run
        self.n = n
        self.words = np.zeros((n, kinds.env.itemsize // 8))
        self.envs = records(self.words.view(kinds.env).reshape(n))
        self.flat = np.zeros((n, kinds.snapshot.itemsize // 8))
        self.snaps = records(self.flat.view(kinds.snapshot).reshape(n))
        self.masks = np.zeros((n, len(run.scenario.catalogue)), np.bool_)
        self.mask_bytes = self.masks.view(np.int8)
        self.obs = np.zeros((n, int(run.config["n_observed"][0])), np.float32)
        self.outs = records(np.zeros(n, OUT))
        self.logs = records(np.zeros(1, LOG))  # untouched memory, so it costs nothing while the log is off
        self.logs["on"] = log
        fields: Any = kinds.env.fields
        self.first_lead = fields["lead_due"][1] // 8  # index of the table of leads in `words`
        self.past = np.zeros((0, self.words.shape[1])) if past is None else past
        self.past.flags.writeable = False  # numba then sees one type, with a past and without
        self.final_obs = np.zeros_like(self.obs)
        self._all_act = np.full(n, loops.ACT, np.int64)
        self._all_go_on = np.full(n, loops.GO_ON, np.int64)
        self._no_actions = np.zeros(n, np.int64)
        self._no_seeds = np.zeros(n, np.uint64)

    def start(self, seeds: np.ndarray, which: np.ndarray) -> None:
        """Start the marked rows with their seeds and run to the first decision; to the end if rules own everything."""
        self._run(np.where(which, loops.START, loops.REST), self._no_actions, seeds, loops.DISABLED)

    def start_next(self, which: np.ndarray) -> None:
        """Start the next episodes of the marked rows, with seeds derived from the seeds of their first episodes."""
        self.envs["done"][which] = 1
        self._run(np.where(which, loops.ACT, loops.REST), self._no_actions, self._no_seeds, loops.NEXT_STEP)

    def step(self, actions: np.ndarray, autoreset: int) -> None:
        """Take one step in every row."""
        self._run(self._all_act, actions, self._no_seeds, autoreset)

    def prepared_step(self, autoreset: int, *, refuses: bool) -> Callable[[np.ndarray], int]:
        """Return a pre-bound step(actions): all other arguments are fixed here, which saves numba's argument dispatch.

        Args:
            autoreset: As in `step`.
            refuses: Whether an illegal action leaves all rows unchanged.

        Returns:
            A function of actions, (n,) int64, contiguous, which it does not check. It returns the value of
            `loops.batch.run_rows`.
        """
        arguments = self._arguments(self._all_act, self._no_actions, self._no_seeds, autoreset, refuses)
        size = self.run.scenario.size.name
        if size not in STEPS:
            STEPS[size] = compiled(loops.run_rows, arguments)
        return partial(STEPS[size], *arguments[:-1])

    def supervise(self) -> None:
        """Run every row to its `stop_t` or to its end, and pay it. For a run with the flag `supervised`."""
        everyone = np.full(self.n, loops.SUPERVISE, np.int64)
        self._run(everyone, self._no_actions, self._no_seeds, loops.DISABLED)

    def go_on(self) -> None:
        """Continue every row that stopped at the end of a slot."""
        self._run(self._all_go_on, self._no_actions, self._no_seeds, loops.DISABLED)

    def _run(self, commands: np.ndarray, actions: np.ndarray, seeds: np.ndarray, autoreset: int) -> None:
        stopped = loops.run_rows(*self._arguments(commands, actions, seeds, autoreset, False))
        if stopped != NIL:
            self.check(stopped)

    def _arguments(
        self, commands: np.ndarray, actions: np.ndarray, seeds: np.ndarray, autoreset: int, refuses: bool
    ) -> tuple[Any, ...]:
        return (
            self.envs, self.words, self.first_lead, self.past, self.run.config, self.logs, self.snaps, self.obs,
            self.masks, self.outs, commands, seeds, self.final_obs, autoreset, refuses, actions,
        )  # fmt: skip

    def check(self, failed: int) -> None:
        """Raise the error of a row that failed, `RuleError` or `CapacityError`; the message says what to change."""
        failure = int(self.envs[failed]["failure"])
        if failure in TABLES:
            raise CapacityError(_full(self.run.scenario.size, *TABLES[failure]))
        if failure in (ROUTING_ILLEGAL, PACING_ILLEGAL):
            raise illegal_action(self.run.routing[0] if failure == ROUTING_ILLEGAL else self.run.pacing[0])
        if failure == READS_MORE:
            raise RuleError(
                f"rules {self.run.routing[0]} and {self.run.pacing[0]}: one reads a field of a queue or group that has "
                f"no legal action, and declares it in `reads_if_legal`; allowed: in `reads`"
            )
        raise CapacityError(f"the event log is full ({LOG_ROWS} rows); log shorter runs")

    def counters(self) -> np.ndarray:
        """Return the counters of each row since counting started (after a warm-up), (n, numbers)."""
        gained: np.ndarray = self.envs["counts"] - self.envs["counts_before"]
        return gained

    @property
    def log(self) -> np.ndarray:
        """Rows of the event log so far."""
        rows: np.ndarray = self.logs["row"][0, : int(self.logs["n"][0])]
        return rows


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
