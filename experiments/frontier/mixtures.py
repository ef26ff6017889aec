"""Mixtures: before each day a coin draws which of several rules, or of several policies, acts.

What a mixture gains, loses and drops is linear in the probabilities. So the mixture that gains most with abandonment
at most A and drops within the limit solves a linear programme with two constraints, and mixes at most three. This is
the Lagrangian relaxation of the manager's problem, with the price of a lost contact as the multiplier (Altman 1999,
"Constrained Markov Decision Processes").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.frontier.measure import COLUMNS

Floats = npt.NDArray[np.float64]
Days = Mapping[str, Sequence[float]]
SHARE_OF = {"abandoned": "offered", "dropped": "connects"}


class Mixed(NamedTuple):
    """A mixture's days, each the expectation over the coin: arrays (days,)."""

    gain: Floats
    abandoned: Floats
    offered: Floats
    dropped: Floats
    connects: Floats

    @property
    def abandonment(self) -> float:
        """Share of the contacts offered."""
        return float(self.abandoned.sum() / self.offered.sum())

    @property
    def dropped_share(self) -> float | None:
        """Share of the connects; None without connects."""
        return float(self.dropped.sum() / self.connects.sum()) if self.connects.sum() else None


def totals(found: Sequence[Days]) -> dict[str, Floats]:
    """Return the totals of each column, one number for each rule or policy."""
    return {name: np.array([float(np.sum(each[name])) for each in found]) for name in COLUMNS}


def abandonment_of(days: Days) -> float:
    """Return the share of the contacts offered that gave up."""
    return float(np.sum(days["abandoned"]) / np.sum(days["offered"]))


def best_mixture(found: Sequence[Days], abandonment: float, limit: float | None) -> Floats | None:
    """Return the probabilities of the mixture that gains most; None if no mixture keeps both constraints.

    Args:
        found: Days of each rule or policy, the same days for all.
        abandonment: Largest share of the contacts offered that may give up.
        limit: Largest dropped share; None for no limit.
    """
    from scipy.optimize import linprog

    sums = totals(found)
    bounds = {"abandoned": abandonment, **({} if limit is None else {"dropped": limit})}
    rows = [sums[name] - bound * sums[SHARE_OF[name]] for name, bound in bounds.items()]
    answer = linprog(
        -sums["gain"], np.stack(rows), np.zeros(len(rows)), np.ones((1, len(found))), [1.0], method="highs-ds"
    )
    return np.asarray(answer.x, np.float64) if answer.success else None


def mixed(found: Sequence[Days], weights: Floats) -> Mixed:
    """Return the days of a mixture."""
    return Mixed(*(weights @ np.array([each[name] for each in found], np.float64) for name in COLUMNS))
