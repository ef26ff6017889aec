"""Differences between log and model that are known, each with its cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.validate.bank.rows import ALL, DAY, HALF_HOUR


class Known(NamedTuple):
    """Comparisons that fail, and why. Comparisons that it covers neither fail the part nor catch a fault."""

    months: tuple[str, ...]
    family: str
    queues: tuple[str, ...]
    figures: tuple[str, ...]
    cause: str

    def covers(self, line: Mapping[str, Any]) -> bool:
        """Return whether a comparison is one of these."""
        return (
            line["month"] in self.months
            and line["family"] == self.family
            and line["queue"] in self.queues
            and line["figure"] in self.figures
        )


OUTCOMES = ("abandoned", "wait", "in time", "queued")
OWN_IN = (
    "the number of advisors for type IN differed from day to day (3 in the mean, standard deviation 1); the model has "
    "the same number on all days"
)
NOT_ALL_NW = "9 of the 21 busiest advisors hardly served type NW, most of all at noon; the model has one general group"
KNOWN = (
    Known(
        ("January", "May"), DAY, ("IN",), OUTCOMES,
        "nobody was set apart for type IN before August; these months have the group of October, with the staffing "
        "that would have shown the waits",
    ),
    Known(("October",), DAY, ("IN",), ("in time", "queued"), OWN_IN),
    Known(("October",), HALF_HOUR, ("IN",), ("in time",), OWN_IN),
    Known(("October",), HALF_HOUR, ("NW",), ("wait", "in time"), NOT_ALL_NW),
    Known(
        ("May",), DAY, ("TT",), OUTCOMES,
        "27 % of type TT queued in May, where 71 % of type PS did: who calls back the advisor that called him is not "
        "routed like others; the model has one order for all",
    ),
    Known(
        ("May", "October"), DAY, ("PS", ALL), ("hazard",),
        "patience is fitted to all months; of type PS a quarter fewer gave up per second waited in October, and a "
        "quarter more in May",
    ),
    Known(
        ("October",), DAY, ("PS-high",), ("abandoned of queued",),
        "customers of high priority give up less often than others; the model has one patience for all of a type",
    ),
    Known(
        ("May",), HALF_HOUR, (ALL, "PS"), ("in time",),
        "from 22:00 the even days of May had up to 45 % more contacts than the odd ones, and 23:00 was worse than its "
        "neighbours on all days; staffing is fitted to odd days and smoothed over half hours",
    ),
)  # fmt: skip


def cause_of(line: Mapping[str, Any]) -> str | None:
    """Return the known cause of a difference, or None."""
    return next((known.cause for known in KNOWN if known.covers(line)), None)
