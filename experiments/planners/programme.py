"""A linear programme that is built row by row and maximised by HiGHS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import linprog


class Optimum(NamedTuple):
    """The optimum of a linear programme.

    Attributes:
        value: The largest objective.
        x: The variables at which it is reached.
        limit_price: Gain of the objective for one unit more of each upper limit, in the order in which they were added.
        equal_price: The same for each fixed sum.
    """

    value: float
    x: np.ndarray
    limit_price: np.ndarray
    equal_price: np.ndarray


class Programme:
    """Variables of at least 0, and limits on sums of them."""

    def __init__(self) -> None:
        self._gains: list[float] = []
        self._rows: dict[bool, list[tuple[Mapping[int, float], float]]] = {True: [], False: []}

    def variable(self, gain: float) -> int:
        """Add a variable whose unit adds `gain` to the objective; return its index."""
        self._gains.append(gain)
        return len(self._gains) - 1

    def at_most(self, row: Mapping[int, float], limit: float) -> int:
        """Limit the sum of variables with these coefficients from above; return the index among such limits."""
        self._rows[False].append((row, limit))
        return len(self._rows[False]) - 1

    def equal(self, row: Mapping[int, float], value: float) -> int:
        """Fix the sum of variables with these coefficients; return the index among such equations."""
        self._rows[True].append((row, value))
        return len(self._rows[True]) - 1

    def optimum(self) -> Optimum:
        """Return the optimum.

        Raises:
            RuntimeError: If the solver finds none.
        """
        if not self._gains:
            return Optimum(0.0, np.zeros(0), np.zeros(0), np.zeros(0))
        upper, most = self._matrix(False)
        fixed, value = self._matrix(True)
        answer = linprog(-np.array(self._gains), A_ub=upper, b_ub=most, A_eq=fixed, b_eq=value, method="highs")
        if answer.x is None:
            raise RuntimeError(f"linear programme of {len(self._gains)} variables: {answer.message}")
        prices = [np.zeros(0) if rows is None else -rows.marginals for rows in (answer.ineqlin, answer.eqlin)]
        return Optimum(float(-answer.fun), np.asarray(answer.x), *prices)

    def _matrix(self, equal: bool) -> tuple[sparse.csr_array | None, np.ndarray | None]:
        rows = self._rows[equal]
        if not rows:
            return None, None
        lengths = [len(row) for row, _ in rows]
        columns = np.concatenate([np.fromiter(row.keys(), int, len(row)) for row, _ in rows])
        values = np.concatenate([np.fromiter(row.values(), float, len(row)) for row, _ in rows])
        place = np.repeat(np.arange(len(rows)), lengths)
        matrix = sparse.csr_array((values, (place, columns)), shape=(len(rows), len(self._gains)))
        return matrix, np.array([limit for _, limit in rows])
