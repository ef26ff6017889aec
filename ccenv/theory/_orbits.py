"""The stationary law of a group of advisors with two orbits of contacts that will come back, by expansion.

The chain counts the contacts in the centre, in the redial orbit and in the reconnect orbit. Given the number k in the
centre both orbits are nearly Poisson, so their joint generating function is written as
``G_k(1 + x, 1 + y) = exp(r_k x + c_k y + v x^2 / 2 + w y^2 / 2 + u x y) A_k(x, y)`` with ``A_k`` a polynomial. The
balance equations of the chain become linear equations of its coefficients, coupled between neighbouring k only. The
means ``r_k, c_k`` are those of contacts that orbit independently of one another, the spreads ``v, w, u`` come from an
expansion of degree 2, and the degree is raised until the answer no longer moves. The size of the orbits does not
matter, so that 2,000 advisors cost seconds.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from scipy.sparse import linalg as sparse_linalg

__all__ = ["Centre", "Orbits", "solve_orbits"]

Array = npt.NDArray[np.float64]

DEGREES = (4, 6, 8, 10, 12, 14, 16)
TOLERANCE = 3e-8  # relative change of the answer from one degree to the next, above its error
FLOOR = 1e-9  # numbers of contacts below this are not resolved relatively
NEGLIGIBLE = 1e-22  # probability of a number in the centre that is left out
MOST_STATES = 200_000


@dataclass(frozen=True, slots=True)
class Centre:
    """The model; time is counted in mean handle times.

    Attributes:
        n: Number of advisors.
        fresh: Rate of fresh contacts.
        leave: Rate of losing patience.
        redial: Probability that one who abandons will redial.
        redial_rate: Rate at which such a one does.
        reconnect: Probability that a served one will come back.
        reconnect_rate: Rate at which such a one does.
    """

    n: int
    fresh: float
    leave: float
    redial: float
    redial_rate: float
    reconnect: float
    reconnect_rate: float


@dataclass(frozen=True, slots=True)
class Orbits:
    """Mean numbers of contacts.

    Attributes:
        waiting: In the queue.
        at_work: In service.
        redialing: Waiting to redial.
        reconnecting: Served and waiting to come back.
    """

    waiting: float
    at_work: float
    redialing: float
    reconnecting: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """The numbers in the centre that are kept, (K,), with their laws of service and abandonment.

    Attributes:
        states: The numbers, consecutive.
        finish: Rate of service.
        abandon: Rate of abandonment.
    """

    states: Array
    finish: Array
    abandon: Array


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the expansion is made.

    Attributes:
        law: Probability of each number in the centre, (K,).
        means: Mean of each orbit given it, (2, K).
        spread: Second factorial cumulants of the orbits given it, averaged, (2, 2).
    """

    law: Array
    means: Array
    spread: Array


def solve_orbits(centre: Centre) -> Orbits | None:
    """Mean numbers in the stationary law; None where the expansion does not settle or the queue is too long."""
    started = _start(centre)
    if started is None:
        return None
    grid, place = started
    place = replace(place, spread=_expand(centre, grid, place, 2).spread)
    last: Array | None = None
    for degree in DEGREES:
        found = _expand(centre, grid, place, degree)
        waiting = np.maximum(grid.states - centre.n, 0)
        now = np.array([found.law @ waiting, found.law @ (grid.states - waiting), *found.means @ found.law])
        if not np.isfinite(now).all():
            return None
        if last is not None and np.all(np.abs(now - last) <= TOLERANCE * np.maximum(np.abs(now), FLOOR)):
            return Orbits(*(max(0.0, float(number)) for number in now))
        last = now
    return None


def _grid(centre: Centre, low: int, high: int) -> _Grid:
    states = np.arange(low, high + 1.0)
    waiting = np.maximum(states - centre.n, 0)
    return _Grid(states, states - waiting, centre.leave * waiting)


def _start(centre: Centre) -> tuple[_Grid, _Place] | None:
    """First place: orbits that are Poisson given the number in the centre; None if the queue is too long."""
    high = centre.n + 64
    while high <= MOST_STATES:
        grid = _grid(centre, 0, high)
        law, means = _poisson_orbits(centre, grid)
        if law[-1] < NEGLIGIBLE:
            kept = np.flatnonzero(law >= NEGLIGIBLE)
            low, top = int(kept[0]), int(kept[-1])
            cut = slice(low, top + 1)
            return _grid(centre, low, top), _Place(law[cut], means[:, cut], np.zeros((2, 2)))
        high = 2 * high
    return None


def _poisson_orbits(centre: Centre, grid: _Grid) -> tuple[Array, Array]:
    """Law of the number in the centre and conditional means of the orbits, if each contact orbits on its own."""
    down = grid.finish + grid.abandon
    arrive = np.full(grid.states.size, centre.fresh)
    means = np.zeros((2, arrive.size))
    law = np.zeros(0)
    for _ in range(400):
        log_law = np.concatenate(([0.0], np.cumsum(np.log(arrive[:-1]) - np.log(down[1:]))))
        law = np.exp(log_law - log_law.max())
        law /= law.sum()
        ratio = arrive[:-1] / down[1:]  # (K - 1,), of the probabilities of neighbours
        means = np.stack(
            [
                _conditional_mean(centre.redial * grid.abandon[1:] * ratio, centre.redial_rate, arrive, down),
                _conditional_mean(centre.reconnect * grid.finish[1:] * ratio, centre.reconnect_rate, arrive, down),
            ]
        )
        renewed = centre.fresh + centre.redial_rate * means[0] + centre.reconnect_rate * means[1]
        if np.allclose(renewed, arrive, rtol=1e-9, atol=0):
            break
        arrive = renewed
    return law, means


def _conditional_mean(enter: Array, back: float, arrive: Array, down: Array) -> Array:
    """Mean of an orbit given the number in the centre, (K,), entered at rates ``enter`` on the way down to it."""
    bands = np.zeros((3, arrive.size))
    bands[0, 1:], bands[2, :-1] = -arrive[:-1], -down[1:]
    bands[1] = back
    bands[1, :-1] += arrive[:-1]
    bands[1, 1:] += down[1:]
    return np.asarray(linalg.solve_banded((1, 1), bands, np.append(enter, 0.0)))


class _Basis:
    """Polynomials of two variables up to a degree, as matrices on coefficients of scaled monomials.

    The monomial ``x^i y^j`` is scaled by ``s^i t^j / sqrt(i! j!)``.

    Attributes:
        powers: Exponents ``(i, j)``, (B, 2).
        times: Multiplication by x and by y, each (B, B).
        slope: Derivative by x and by y, each (B, B).
        shifts: Multiplication by ``x^i y^j / (i! j!)``, (B, B, B).
    """

    def __init__(self, degree: int, scales: Array) -> None:
        self.powers = np.array([(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)])
        self.scales = scales
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
            for power in range(1, degree + 1):
                steps[axis].append(steps[axis][-1] @ self.times[axis] / power)
        self.shifts = np.stack([steps[0][i] @ steps[1][j] for i, j in self.powers])

    def shift(self, change: Array) -> Array:
        """Multiplication by ``exp(change[0] x + change[1] y)``, (B, B)."""
        return np.tensordot(np.prod(change**self.powers, axis=1), self.shifts, axes=1)

    def coefficient(self, table: Array, i: int, j: int) -> Array:
        """Coefficient of ``x^i y^j`` at each number in the centre, (K,), from the scaled table (K, B)."""
        scale = self.scales[0] ** i * self.scales[1] ** j / math.sqrt(math.factorial(i) * math.factorial(j))
        return table[:, self.place[i, j]] * scale


def _expand(centre: Centre, grid: _Grid, place: _Place, degree: int) -> _Place:
    """Solve for the polynomials of a degree around a place; the law, means and spread they give."""
    extra = np.maximum(np.diag(place.spread), 0.0)
    basis = _Basis(degree, np.sqrt(np.maximum(1.0, place.means @ place.law + extra)))
    table = _null_vector(_balance(centre, grid, place, basis), int(np.argmax(place.law)), len(basis.powers))
    table /= table[:, 0].sum()
    law = table[:, 0]
    weight = np.where(np.abs(law) > 1e-300, law, np.inf)
    off = np.stack([basis.coefficient(table, 1, 0), basis.coefficient(table, 0, 1)]) / weight
    second = {(i, j): basis.coefficient(table, i, j).sum() for i, j in ((2, 0), (0, 2), (1, 1))}
    own = np.array([[2 * second[2, 0], second[1, 1]], [second[1, 1], 2 * second[0, 2]]])
    return _Place(law, place.means + off, place.spread + own - (off * law) @ off.T)


def _balance(centre: Centre, grid: _Grid, place: _Place, basis: _Basis) -> sparse.csc_matrix:
    """The balance equations of the chain on the coefficients, (K B, K B); beyond the ends contacts are lost."""
    identity = np.eye(len(basis.powers))
    count = grid.states.size
    backs = np.array([centre.redial_rate, centre.reconnect_rate])
    spread = np.tensordot(place.spread, basis.times, axes=1)  # (2, B, B)
    leave_orbit = basis.slope + spread  # derivative by x and y, but for the mean
    redial = identity + centre.redial * basis.times[0]
    reconnect = identity + centre.reconnect * basis.times[1]
    blocks = _Blocks(count, len(basis.powers))
    for k in range(count):
        returns = backs[:, None, None] * (leave_orbit + place.means[:, k, None, None] * identity)  # (2, B, B)
        own = -(basis.times @ returns).sum(axis=0)
        if k + 1 < count:
            arrive = returns.sum(axis=0) + centre.fresh * identity
            depart = grid.finish[k + 1] * reconnect + grid.abandon[k + 1] * redial
            change = place.means[:, k + 1] - place.means[:, k]
            own = own - arrive
            blocks.put(k + 1, k, basis.shift(-change) @ arrive)
            blocks.put(k, k + 1, basis.shift(change) @ depart)
        if k > 0:
            own = own - (grid.finish[k] + grid.abandon[k]) * identity
        blocks.put(k, k, own)
    return blocks.matrix()


class _Blocks:
    """A sparse matrix of (count, count) blocks, (size, size) each, put in one at a time."""

    def __init__(self, count: int, size: int) -> None:
        self.count, self.size = count, size
        self.rows: list[npt.NDArray[np.intp]] = []
        self.columns: list[npt.NDArray[np.intp]] = []
        self.values: list[Array] = []

    def put(self, row: int, column: int, block: Array) -> None:
        """Place one block."""
        i, j = np.nonzero(block)
        self.rows.append(row * self.size + i)
        self.columns.append(column * self.size + j)
        self.values.append(block[i, j])

    def matrix(self) -> sparse.csc_matrix:
        """The whole, (count size, count size)."""
        places = (np.concatenate(self.rows), np.concatenate(self.columns))
        return sparse.csc_matrix((np.concatenate(self.values), places), shape=2 * (self.count * self.size,))


def _null_vector(matrix: sparse.csc_matrix, mode: int, size: int) -> Array:
    """The solution of ``matrix @ x = 0`` that has 1 as the first coefficient of block ``mode``, (K, size).

    The equation of that coefficient follows from the others, because probability is conserved.
    """
    fixed = mode * size
    others = np.delete(np.arange(matrix.shape[0]), fixed)
    solution = np.ones(matrix.shape[0])
    right = -matrix[others][:, [fixed]].toarray().ravel()
    inner = matrix[others][:, others].tocsc()
    solution[others] = sparse_linalg.splu(inner, permc_spec="NATURAL").solve(right)
    return solution.reshape(-1, size)
