"""Comparison of two runs: event logs row by row (times within a tolerance), then counters."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.sim.state import codes
from ccenv.sim.state.counters import COUNTERS

TIME_TOLERANCE_S = 1e-9  # in the first half day, then times t in half days: rounding errors grow with the time
HALF_DAY_S = 43_200.0
COUNTER_TOLERANCE = 1e-6
CONTEXT = 5
EXACT = ("code", "kind", "index", "number", "key", "group", "advisor", "detail")


def first_difference(expected: np.ndarray, found: np.ndarray) -> int | None:
    """Number of the first row that differs; None if the logs are the same."""
    n = min(len(expected), len(found))
    allowed_s = TIME_TOLERANCE_S * np.maximum(1.0, expected["t"][:n] / HALF_DAY_S)
    differs = ~(np.abs(expected["t"][:n] - found["t"][:n]) <= allowed_s)
    for name in EXACT:
        differs |= expected[name][:n] != found[name][:n]
    if differs.any():
        return int(np.argmax(differs))
    return None if len(expected) == len(found) else n


def describe_row(row: np.void) -> str:
    """Format a row for an error message."""
    values = " ".join(f"{name}={row[name]}" for name in EXACT[1:])
    return f"{row['t']:.9f} {codes.LOG_CODES[row['code']]:<15} {values}"


def context(rows: np.ndarray, at: int) -> str:
    """Format the rows around row number `at`."""
    first = max(0, at - CONTEXT)
    lines = [
        f"{'>' if i == at else ' '} {i}: {describe_row(rows[i])}"
        for i in range(first, min(at + CONTEXT + 1, len(rows)))
    ]
    return "\n".join(lines)


def assert_same_log(expected: np.ndarray, found: np.ndarray) -> None:
    """Raise AssertionError that shows the first difference and the rows around it."""
    at = first_difference(expected, found)
    if at is not None:
        raise AssertionError(
            f"row {at} differs (expected {len(expected)} rows, found {len(found)})\n"
            f"expected:\n{context(expected, at)}\nfound:\n{context(found, at)}"
        )


def assert_same_counters(expected: dict[str, Any], found: dict[str, Any]) -> None:
    """Raise AssertionError that lists every counter that differs."""
    differences = []
    for axis, declared in COUNTERS.items():
        for i, totals in enumerate(expected[axis]):
            for counter in declared:
                want, got = float(totals[counter.name]), float(found[axis][i][counter.name])
                if not abs(want - got) <= COUNTER_TOLERANCE * max(1.0, abs(want)):
                    differences.append(f"{axis} {i} {counter.name}: expected {want!r}, found {got!r}")
    if differences:
        raise AssertionError("\n".join(differences))
