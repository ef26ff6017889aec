"""Artificial results of all parts, derived from the bars: every bar is met except the one to be missed."""

from __future__ import annotations

import string
from typing import Any

from experiments.speed.bars import BARS, Bar
from experiments.speed.clock import Figure, exactly

MODEL = {
    "name": "M/M/100+M", "n": 100, "rate_per_hour": 1152.0, "talk_s": 240.0, "wrap_up_s": 60.0, "patience_s": 120.0,
    "warm_up_s": 3600.0, "counted_s": 36_000.0,
}  # fmt: skip
MEASURES = ("p_wait", "p_abandon", "e_wait_s")
MORE = {
    "peers": {
        "model": MODEL,
        "results": [
            {"engine": engine, "measure": measure, "value": 0.3, "low": 0.2, "high": 0.4, "exact": 0.31,
             "replications": 9, "error": 0.2}
            for engine in ("ccenv", "simpy", "ciw", "heapq") for measure in MEASURES
        ],
    },
    "growth": {
        "sizes": [
            {"kind": kind, "advisors": 20 * n, "queues": n, "pairs": 2 * n, "size_class": "S", "ns": exactly(100.0 + n)}
            for kind in ("inbound", "blended") for n in (1, 5, 50)
        ]
    },
    "vectors": {
        "throughput": [
            {"kind": kind, "n": n, "decisions_per_s": exactly(1000.0 * n)}
            for kind in ("batch", "vector", "sync", "dummy") for n in (1, 64)
        ]
    },
    "memory": {
        "classes": [
            {"size_class": "S", "bytes": 2**18, "lead_bytes": 2**17, "leads": 4096, "advisors": 64, "contacts": 512}
        ]
    },
}  # fmt: skip


def results(missed: Bar | None = None, without: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    """Results of all parts.

    Args:
        missed: A bar that is missed.
        without: Parts that were not measured.
    """
    made: dict[str, dict[str, Any]] = {}
    for bar in BARS:
        if bar.part not in without:
            part = made.setdefault(bar.part, {"figures": {}, **MORE.get(bar.part, {})})
            for name in _named(bar.note):
                part["figures"].setdefault(name, exactly(3.0))
            part["figures"][bar.figure] = _figure(bar, bar is missed)
    for engine in ("ccenv", "simpy", "ciw", "heapq"):
        if "peers" in made:
            made["peers"]["figures"][f"{engine}_events"] = exactly(3.0)
    return made


def _named(note: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(note) if name]


def _figure(bar: Bar, missed: bool) -> Figure:
    if bar.bound is None:
        return {"value": 7.0, "low": 6.5, "high": 7.5}
    step = 1.0 if (bar.at == "least") != missed else -1.0
    return exactly(bar.bound + step if bar.bound or missed else 0.0)
