"""Bars on the gap to the optimum, each declared once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from experiments.solvable.replicate import RULE, SCRATCH

MEDIAN, WORST = 1.0, 3.0  # percent, from scratch
FROM_RULE = 0.5
OFF, CLOSED = 1.0, 0.5  # where the integer rule is further off than `OFF` percent, this part of its gap is closed
EXCEEDED = 1.0  # percent of the limit


class Bar(NamedTuple):
    """A bar and what was measured; it is met if the figure is at most the limit, both in percent."""

    name: str
    figure: float
    limit: float

    @property
    def met(self) -> bool:
        """Whether it is met."""
        return self.figure <= self.limit


def bars_of(case: Mapping[str, Any], row: Mapping[str, Any]) -> list[Bar]:
    """Return the bars of a row of the table.

    Args:
        case: The case of the result file.
        row: The row, with at least one replicate.
    """
    gaps = [each["gap"] for each in row["replicates"]]
    middle = median(gaps)
    found = []
    if row["start"] == SCRATCH:
        found += [Bar("median gap", middle, MEDIAN), Bar("worst gap", max(gaps), WORST)]
    if row["start"] == RULE:
        found += [Bar("median gap", middle, FROM_RULE)]
    integer = case["integer"]
    if integer is not None and integer["gap"] > OFF:
        found.append(Bar("half of the integer rule's gap", middle, CLOSED * integer["gap"]))
    if case["limit"] is not None:
        found.append(Bar("limit exceeded", excess(case, row["replicates"]), EXCEEDED))
    return found


def excess(case: Mapping[str, Any], replicates: Sequence[Mapping[str, Any]]) -> float:
    """Return by how much the largest dropped share exceeds the limit, in percent of the limit; negative below it."""
    return float(max(100.0 * ((each["share"] or 0.0) / case["limit"] - 1.0) for each in replicates))
