"""Copies of one environment: clone and restore, and forks, compared with plain copies of its record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ccenv.batch import Batch
from ccenv.scenarios import load_scenario
from experiments.speed.batch import Native
from experiments.speed.clock import Counts, figure, interleaved, scaled

SCENARIO = "bank_blended"
COPIES = 2_000  # in a turn
FORKS = 16  # in one call
BEFORE = 3_000  # decisions before the copies, to reach a busy centre


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time two plain copies, clone and restore, one fork, and many forks in one call.

    Args:
        inputs: `rounds` and `share`.
    """
    share = inputs["share"]
    native = Native(load_scenario(SCENARIO), 1)
    native.run(scaled(BEFORE, share), 1)
    batch, n = native.batch, scaled(COPIES, share)
    clocked = interleaved(
        {
            "plain": lambda number: _plain(batch.engine.words, n),
            "clone": lambda number: _clone(batch, n),
            "fork": lambda number: _fork(batch, scaled(n, 0.1), 1),
            "forks": lambda number: _fork(batch, scaled(n, 0.02), FORKS),
        },
        inputs["rounds"],
    )
    us = {name: 1e6 * each.per("copies") for name, each in clocked.items()}
    figures = {"over_plain": figure(us["clone"] / us["plain"])}
    return {"figures": figures | {f"{name}_us": figure(values) for name, values in us.items()}}


def _plain(record: np.ndarray, n: int) -> Counts:
    for _ in range(n):
        saved = record.copy()
        record[...] = saved
    return {"copies": float(n)}


def _clone(batch: Batch, n: int) -> Counts:
    for _ in range(n):
        batch.restore(batch.clone())
    return {"copies": float(n)}


def _fork(batch: Batch, n: int, forks: int) -> Counts:
    keys = np.arange(forks, dtype=np.uint64)
    for _ in range(n):
        batch.fork(0, keys)
    return {"copies": float(n * forks)}
