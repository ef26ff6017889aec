"""Polynomials of two variables as coefficient vectors, and the sparse linear systems of them that `_orbits` solves."""

import math

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import linalg as sparse_linalg

__all__ = ["Basis", "Blocks", "null_vector"]

Array = npt.NDArray[np.float64]


class Basis:
    """Polynomials of two variables up to a degree, as matrices that act on coefficients of scaled monomials.

    The monomial ``x^i y^j`` is scaled by ``s^i t^j / sqrt(i! j!)``. B is the number of monomials.

    Attributes:
        scales: ``s`` and ``t``, (2,).
        place: Index of each monomial in a coefficient vector, by its exponents ``(i, j)``.
        powers: Exponents ``(i, j)`` of each monomial, (B, 2).
        times: Multiplication by x and by y, each (B, B).
        slope: Derivative by x and by y, each (B, B).
        products: Multiplication by ``x^i y^j``, (B, B, B).
    """

    def __init__(self, degree: int, scales: Array) -> None:
        self.scales = scales
        self.powers = np.array([(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)])
        size = len(self.powers)
        self.place = {(int(i), int(j)): m for m, (i, j) in enumerate(self.powers)}
        self.times, self.slope = np.zeros((2, size, size)), np.zeros((2, size, size))
        for (i, j), m in self.place.items():
            for axis, above, root in ((0, (i + 1, j), math.sqrt(i + 1)), (1, (i, j + 1), math.sqrt(j + 1))):
                if above in self.place:
                    self.times[axis, self.place[above], m] = root / scales[axis]
                    self.slope[axis, m, self.place[above]] = root * scales[axis]
        steps = [[np.eye(size)], [np.eye(size)]]
        for axis in range(2):
            for _ in range(degree):
                steps[axis].append(steps[axis][-1] @ self.times[axis])
        self.products = np.stack([steps[0][i] @ steps[1][j] for i, j in self.powers])

    def exponentials(self, mean: Array, spread: Array) -> Array:
        """Coefficients of K functions ``exp(mean . (x, y) + (x, y) . spread . (x, y) / 2)``, (K, B).

        Args:
            mean: (2, K).
            spread: (2, 2, K).
        """
        table = np.zeros((mean.shape[1], len(self.powers)))
        table[:, 0] = 1.0

        def term(i: int, j: int) -> Array:
            return table[:, self.place[i, j]] if i >= 0 and j >= 0 else np.zeros(len(table))

        for (i, j), m in self.place.items():
            if i > 0:
                table[:, m] = (
                    mean[0] * term(i - 1, j) + spread[0, 0] * term(i - 2, j) + spread[0, 1] * term(i - 1, j - 1)
                )
                table[:, m] /= i
            elif j > 0:
                table[:, m] = (mean[1] * term(0, j - 1) + spread[1, 1] * term(0, j - 2)) / j
        return table

    def coefficient(self, table: Array, i: int, j: int) -> Array:
        """Coefficient of ``x^i y^j`` for each number of contacts in the centre, (K,), from the scaled table (K, B)."""
        scale = self.scales[0] ** i * self.scales[1] ** j / math.sqrt(math.factorial(i) * math.factorial(j))
        return table[:, self.place[i, j]] * scale


class Blocks:
    """Builder of a sparse matrix of (count, count) blocks of shape (size, size), one block at a time."""

    def __init__(self, count: int, size: int) -> None:
        self.count, self.size = count, size
        self.rows: list[npt.NDArray[np.intp]] = []
        self.columns: list[npt.NDArray[np.intp]] = []
        self.values: list[Array] = []

    def put(self, row: int, column: int, block: Array) -> None:
        """Place one block at block row ``row`` and block column ``column``."""
        i, j = np.nonzero(block)
        self.rows.append(row * self.size + i)
        self.columns.append(column * self.size + j)
        self.values.append(block[i, j])

    def matrix(self) -> sparse.csc_matrix:
        """The whole matrix, (count * size, count * size)."""
        places = (np.concatenate(self.rows), np.concatenate(self.columns))
        return sparse.csc_matrix((np.concatenate(self.values), places), shape=2 * (self.count * self.size,))


def null_vector(matrix: sparse.csc_matrix, mode: int, size: int) -> Array:
    """Solve ``matrix @ x = 0`` with the first coefficient of block ``mode`` fixed at 1; returns (K, size).

    The equation of that coefficient is left out: it follows from the others because probability is conserved.
    """
    fixed = mode * size
    others = np.delete(np.arange(matrix.shape[0]), fixed)
    solution = np.ones(matrix.shape[0])
    right = -matrix[others][:, [fixed]].toarray().ravel()
    inner = matrix[others][:, others].tocsc()
    solution[others] = sparse_linalg.splu(inner, permc_spec="NATURAL").solve(right)
    return solution.reshape(-1, size)
