"""Let what was recorded come again in copies of a centre: arrivals at given times, and talks of recorded lengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ccenv.scenarios.compile.dists import DistValues, dist_values, mean_of
from ccenv.scenarios.schema import Constant, Empirical
from ccenv.sim.kernel.heap import cancel, schedule
from ccenv.sim.state.codes import ARRIVAL_EVENT, FIRST_STREAM, NIL

FEWEST = 16  # talks of a queue that replace the distribution of its handle times; with fewer, it stays
QUANTILES = 17


def set_arrivals(config: Any, n_fresh: np.ndarray, arrivals: Sequence[np.ndarray]) -> None:
    """Write the coming arrivals into a configuration record, in place of its recorded ones.

    Args:
        config: The record.
        n_fresh: Contacts that have come so far, by queue; the next one of a queue takes its first time.
        arrivals: Times [s], ascending, by queue.
    """
    first = 0
    for q, times in enumerate(arrivals):
        config["queue"]["first_recorded"][q] = first - int(n_fresh[q])
        config["queue"]["n_recorded"][q] = int(n_fresh[q]) + len(times)
        config["recorded"][first : first + len(times)] = times
        first += len(times)


def come_again(envs: np.ndarray, row: int, arrivals: Sequence[np.ndarray]) -> None:
    """Let the contacts of a row come at recorded times from now on, those of `set_arrivals`."""
    env: Any = envs.view(np.recarray)[row]
    for q, times in enumerate(arrivals):
        envs["queue"]["replays"][row, q] = 1
        if len(times):
            schedule(env, FIRST_STREAM + q, float(times[0]), ARRIVAL_EVENT)
        else:
            cancel(env, FIRST_STREAM + q)


def set_lengths(config: Any, lengths: Sequence[np.ndarray]) -> None:
    """Write the lengths of recorded talks into a configuration record, as distributions of the handle times.

    A queue keeps its own distribution if fewer than `FEWEST` talks ended, if its groups have different ones, or if the
    table of distributions has no free row for it. The recorded lengths hold the factors of the slots already.
    """
    for q, talks in enumerate(lengths):
        handle, row = config["queue"]["handle"][q], len(config["dist"]) - 1 - q
        used = np.unique(handle[handle != NIL])
        if talks.size < FEWEST or used.size != 1 or used[0] >= row or config["dist"]["mean_s"][row] != 0.0:
            continue
        values = recorded(talks)
        dist = config["dist"][row]
        dist["kind"], dist["n"], dist["a"], dist["b"] = values.kind, len(values.start), values.a, values.b
        dist["start"][: len(values.start)], dist["hazard"][: len(values.hazard)] = values.start, values.hazard
        dist["mean_s"] = mean_of(values)
        config["queue"]["handle"][q][handle != NIL] = row
        config["queue"]["handle_factor"][q] = 1.0


def recorded(lengths: np.ndarray) -> DistValues:
    """Return the distribution of recorded lengths [s]: linear between quantiles, or one value if all are equal."""
    if np.ptp(lengths) <= 1e-6 * lengths.max():
        return dist_values(Constant(float(lengths.mean())))
    points = np.quantile(lengths, np.linspace(0.0, 1.0, QUANTILES))
    return dist_values(Empirical([float(x) for x in points]))
