"""Verdicts over a suite of cells, and the score of a cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.kpis.bootstrap import Bound, Floats
from ccenv.kpis.replicates import Crossed

LEVEL = 0.05  # of the verdicts of a suite, together
MORE_ABANDONED = 0.002  # inbound abandonment above the rule's; beyond it two policies are not compared


class Verdict(NamedTuple):
    """The verdict on a cell of a suite.

    Attributes:
        outcome: `won` or `lost` if the adjusted p-value is at most the level; else `tied`; `undecided` if the
            difference has no interval of resampled replicates and days.
        p_value: p-value of the cell alone.
        adjusted: p-value adjusted for the whole suite.
    """

    outcome: str
    p_value: float
    adjusted: float


def holm(p_values: npt.ArrayLike) -> Floats:
    """Return p-values adjusted by Holm's step-down procedure, in the given order.

    A hypothesis is rejected if its adjusted p-value is at most the level. The probability of any false rejection in
    the suite is then at most the level, whatever the dependence of the cells (Holm 1979, "A simple sequentially
    rejective multiple test procedure").

    Args:
        p_values: One for each cell, each in [0, 1].

    Raises:
        ValueError: If one is not in [0, 1].
    """
    found = np.asarray(p_values, np.float64).reshape(-1)
    if not np.all((found >= 0.0) & (found <= 1.0)):
        raise ValueError(f"p-values {found.tolist()}; allowed: each from 0 to 1")
    order = np.argsort(found, kind="stable")
    steps = np.minimum(found[order] * np.arange(len(found), 0, -1), 1.0)
    adjusted = np.empty(len(found))
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted


def verdicts(cells: Sequence[Crossed], level: float = LEVEL) -> list[Verdict]:
    """Return the verdicts on all cells of a suite, at one level for the suite.

    Args:
        cells: The difference of each cell.
        level: Probability of any false `won` or `lost` in the suite.
    """
    p_values = [cell.p_value for cell in cells]
    return [
        Verdict(outcome(cell.value, adjusted, _is_resampled(cell), level), p_value, adjusted)
        for cell, p_value, adjusted in zip(cells, p_values, holm(p_values).tolist(), strict=True)
    ]


def outcome(value: float, adjusted: float, resampled: bool, level: float = LEVEL) -> str:
    """Return the outcome of a cell, as in `Verdict`.

    Args:
        value: Mean difference.
        adjusted: p-value adjusted for the suite.
        resampled: Whether the difference has an interval of resampled replicates and days.
        level: Level of the suite.
    """
    if adjusted <= level:
        return "won" if value > 0.0 else "lost"
    return "tied" if resampled else "undecided"


def _is_resampled(cell: Crossed) -> bool:
    found = cell.interval()
    return not (math.isnan(found.low) or isinstance(found, Bound))


def score(policy: npt.ArrayLike, p0: float, denominator: float) -> Floats:
    """Return `(policy - p0) / (denominator - p0)`: the share of the room above the rule that a policy takes.

    Args:
        policy: Value of the policy in natural units, or several.
        p0: Value of the rule P0.
        denominator: A bound, or the best value known.

    Raises:
        ValueError: If the denominator is not above `p0`.
    """
    if not denominator > p0:
        raise ValueError(f"denominator = {denominator}; allowed: a value above that of P0, {p0}")
    return (np.asarray(policy, np.float64) - p0) / (denominator - p0)
