"""A run whose tables are full continues in the next size class, with equal results.

The rows of the engine are run again from their seeds and recorded actions, because a run is the same in every class.
"""

from __future__ import annotations

import sys
from operator import attrgetter
from typing import Any

import numpy as np

from ccenv.loops import batch as loops
from ccenv.loops.forks import fork_rows
from ccenv.run.config import RunConfig, in_size
from ccenv.run.engine import Call, CapacityError, Engine, OverloadError
from ccenv.run.history import past_of
from ccenv.scenarios.check.capacity import needs
from ccenv.scenarios.check.expected import offered_load
from ccenv.sim.state.codes import OK
from ccenv.sim.state.sizes import SIZES

GROWN: dict[str, str] = {}  # by digest: the class that a scenario needed in this process


def fresh(run: RunConfig, n: int, *, log: bool = False) -> Engine:
    """Return a new engine for the run, with its history, in the class that the scenario has needed so far.

    Raises:
        OverloadError: If the history does not fit into the largest class.
    """
    needed = GROWN.get(run.scenario.digest)
    if needed is not None:
        run = in_size(run, max(run.scenario.size, SIZES[needed], key=attrgetter("contacts")))
    while True:
        try:
            return Engine(run, n, log=log, past=past_of(run))
        except CapacityError as error:
            run = larger(run, error)


def larger(run: RunConfig, error: CapacityError) -> RunConfig:
    """Return the run in the next class with a larger table, and say so on stderr.

    Raises:
        OverloadError: If there is none.
        CapacityError: The error itself, if the log is full.
    """
    if error.table == "log" or isinstance(error, OverloadError):
        raise error
    scenario = run.scenario
    rows: int = getattr(scenario.size, error.table)
    size = next((size for size in SIZES.values() if getattr(size, error.table) > rows), None)
    if size is None:
        load, advisors = offered_load(scenario.centre), needs(scenario.centre)["advisors"]
        message = (
            f"{scenario.file}: more than {rows} {error.table} at once, and no size class holds more: "
            f"the offered load is {load:.6g} erlangs, the centre has {advisors} advisors"
        )
        raise OverloadError(message, error.table, error.call) from error
    GROWN[scenario.digest] = size.name
    print(
        f"ccenv: {scenario.name}: more than {rows} {error.table} at once; runs again in size class {size.name}",
        file=sys.stderr,
        flush=True,
    )
    return in_size(run, size)


def grown(old: Engine, error: CapacityError) -> Engine:
    """Return an engine of a larger class with all rows of the old one, and finish the call that failed in it.

    The new engine takes over the old one's outputs (`obs`, `masks`, `outs`, `final_obs`), so references to them stay
    valid.

    Raises:
        OverloadError: If no class is large enough.
    """
    new = fresh(larger(old.run, error), old.n, log=bool(old.logs["on"][0]))
    left = _run_again(old, new, error.call)
    new.take_outputs(old)
    try:
        new.run_rows(*left)
    except CapacityError as another:
        return grown(new, another)
    return new


def carried_out(engine: Engine, call: str, *args: Any) -> Engine:
    """Call a method of `Engine` that runs rows: `start`, `start_next`, `step` or `finish_step`.

    Returns the engine that has done it: the given one, or one of a larger class if a table was full.

    Raises:
        OverloadError: If no class is large enough.
    """
    try:
        getattr(engine, call)(*args)
    except CapacityError as error:
        return grown(engine, error)
    return engine


def _run_again(old: Engine, new: Engine, call: Call) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Bring the new rows to where the old ones were before the failure. Returns the arguments of what is left to do.

    The row that failed stops before its last action, or before the start of its episode if it failed there.
    """
    row, commands = call.row, call.commands.copy()
    again = old.envs["root"] != 0
    n_actions = old.envs["n_given"].copy()
    for name in ("seed_0", "episode"):
        new.envs[name] = old.envs[name]
    if n_actions[row] == 0:
        again[row] = False
        commands[row] = loops.AGAIN
    else:
        n_actions[row] -= 1
        commands[row] = loops.ACT
    new.make_room(old.taken.shape[1])
    new.forked = old.forked
    none = np.zeros(old.n, np.uint64)
    new.run_rows(np.where(again, loops.AGAIN, loops.REST), np.zeros(old.n, np.int64), none, loops.DISABLED)
    for k in range(int(n_actions[again].max(initial=0)) + 1):
        _fork_again(new, again & (n_actions >= k), k)
        acts = again & (n_actions > k)
        if acts.any():
            taken = old.taken[:, min(k, old.taken.shape[1] - 1)].astype(np.int64)
            new.run_rows(np.where(acts, loops.ACT, loops.REST), taken, none, loops.DISABLED)
    done = again.copy()
    done[row] = False
    new.envs["done"][done] = old.envs["done"][done]
    assert np.all(new.envs["failure"] == OK)
    return commands, call.actions, call.seeds, call.autoreset


def _fork_again(engine: Engine, rows: np.ndarray, k: int) -> None:
    """Turn those rows into forks that became forks after k actions."""
    u = np.zeros(1)
    for b, f in np.argwhere(rows[:, None] & (engine.forked[:, :, 0] == k)).tolist():
        key = engine.forked[b, f, 1:].view(np.uint64)
        fork_rows(engine.envs[b : b + 1], engine.config_of(b), np.ascontiguousarray(key), u)
