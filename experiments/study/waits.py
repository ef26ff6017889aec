"""Total waits by request, from the event log: all waits of one request, over transfers and redials.

A transferred contact and a redial have keys of their own, derived from the key of the contact that they continue. The
chain of keys joins the waits of a request. A request whose caller gives up for good counts with what it waited.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ccenv.scenarios import Scenario
from ccenv.sim.kernel.draws import child_key
from ccenv.sim.state.codes import LOG_CODES, REDIAL, TRANSFER
from ccenv.trace import trace

BIN_S = 2.0  # width of a bin of the histogram of total waits
BINS = 900  # the last bin holds all longer waits
COUNT, SUM, SQUARES = "requests", "total_wait_s", "total_wait_s_squared"
HISTOGRAM = tuple(f"total_wait_bin_{k}" for k in range(BINS))
COLUMNS = (COUNT, SUM, SQUARES, *HISTOGRAM)
MOST_CHILDREN = 8  # tries of a request that are looked for

CODE = {name: code for code, name in enumerate(LOG_CODES)}
ENDS = ("assigned", "abandoned", "unserved")


def total_waits(log: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the total wait [s] of each request that met a queue."""
    rows = log[np.isin(log["code"], [CODE[name] for name in ("waiting", *ENDS)])]
    since: dict[int, float] = {}
    waits: dict[int, float] = {}
    for t, key, code in zip(rows["t"].tolist(), rows["key"].tolist(), rows["code"].tolist(), strict=True):
        if code == CODE["waiting"]:
            since[key] = t
        elif key in since:
            waits[key] = waits.get(key, 0.0) + t - since.pop(key)
    parents = _parents(np.unique(log["key"]))
    totals: dict[int, float] = {}
    for key, wait in waits.items():
        root = key
        while root in parents:
            root = parents[root]
        totals[root] = totals.get(root, 0.0) + wait
    return np.array(list(totals.values()))


def _parents(keys: npt.NDArray[np.uint64]) -> dict[int, int]:
    """Return the key that each key continues, by transfer or redial."""
    found: dict[int, int] = {}
    with np.errstate(over="ignore"):  # keys are numbers modulo 2**64
        for kind in (TRANSFER, REDIAL):
            for ordinal in range(MOST_CHILDREN):
                children = child_key(keys, kind, ordinal)
                there = np.isin(children, keys)
                found |= dict(zip(children[there].tolist(), keys[there].tolist(), strict=True))
    return found


def wait_columns(scenario: Scenario, rule: Any, seed: int) -> dict[str, float]:
    """Return the columns of one run: count, sum, sum of squares and histogram of the total waits."""
    log, _ = trace(scenario, seed=seed, routing=rule)
    waits = total_waits(log)
    places = np.minimum(waits / BIN_S, BINS - 1).astype(np.int64)
    counts = np.bincount(places, minlength=BINS).astype(np.float64)
    sums = {COUNT: float(waits.size), SUM: float(waits.sum()), SQUARES: float((waits**2).sum())}
    return {**sums, **dict(zip(HISTOGRAM, counts.tolist(), strict=True))}
