"""Evaluation of rules on many days through `simulate`, in one process and in two."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

from ccenv.simulation import simulate
from experiments.jobs.workers import one_thread
from experiments.speed.clock import WARM_UP, Counts, figure, interleaved, scaled

SCENARIO = "bank_blended"
DAYS = 1_000
PROCESSES = 2


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time all days in one process, and half of them in each of two.

    Figures of both use wall time, because a second process shortens only that.

    Args:
        inputs: `rounds`, `share`, and optionally `scenario` (default: the bank).

    Returns:
        `figures`; CPU seconds are for `DAYS` days, wall times for the `days` that were run.
    """
    one_thread()
    scenario, days = inputs.get("scenario", SCENARIO), scaled(DAYS, inputs["share"])
    context = multiprocessing.get_context("spawn")
    pools = {n: ProcessPoolExecutor(n, mp_context=context) for n in (1, PROCESSES)}
    try:
        clocked = interleaved(
            {f"{n}": partial(_days, pool, n, scenario, days) for n, pool in pools.items()},
            inputs["rounds"],
            time.perf_counter,
        )
    finally:
        for pool in pools.values():
            pool.shutdown(cancel_futures=True)
    one, two = clocked["1"], clocked[f"{PROCESSES}"]
    figures = {
        "two_processes": figure(one.seconds / two.seconds),
        "cpu_s": figure(DAYS * one.counts["cpu_s"] / one.counts["days"]),
        "one_wall_s": figure(one.seconds),
        "two_wall_s": figure(two.seconds),
        "days": figure(one.counts["days"]),
    }
    return {"figures": figures}


def _days(pool: ProcessPoolExecutor, n: int, scenario: str, days: int, number: int) -> Counts:
    start = (number - WARM_UP) * days
    parts = [range(start + first, start + days, n) for first in range(n)]
    spent = [future.result() for future in [pool.submit(evaluated, scenario, part) for part in parts]]
    return {"days": float(days), "cpu_s": sum(spent)}


def evaluated(scenario: str, seeds: Sequence[int]) -> float:
    """CPU seconds for the days of these seeds under the scenario's rules."""
    started = time.process_time()
    simulate(scenario, seeds=seeds)
    return time.process_time() - started
