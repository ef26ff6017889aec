"""Starts, times and names of the curves. Times are multiples of the CPU time of the search."""

from __future__ import annotations

SEARCH = "search"  # the learner beside whose CPU time the others stand
RESERVE = "best fixed reserve"
SCRATCH, WARM = "scratch", "warm"
STARTS = (SCRATCH, WARM)

PER_UNIT = 6  # policies that a training keeps within the time of the search, evenly spaced
START = 0.0
#: Log-spaced times; all are whole multiples of 1 / PER_UNIT.
MARKS = (1 / 6, 1 / 3, 2 / 3, 1.0, 5 / 3, 3.0, 5.5, 10.0, 17.0, 30.0, 60.0)
SHOWN = (1.0, 3.0, 10.0, 60.0)  # of the table


def marks_of(times: float) -> list[float]:
    """Return the times at which a training of `times` times the search's CPU time is judged: start, marks, end."""
    return [START, *(mark for mark in MARKS if mark < times), times]


def shown_as(mark: float) -> str:
    """Return a time in words, such as `3x`."""
    return f"{mark:g}x"
