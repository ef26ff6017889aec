"""The stationary law of a group of advisors with two orbits of contacts that will come back, by expansion.

The chain counts the contacts in the centre, in the redial orbit and in the reconnect orbit. Given the number k in the
centre both orbits are nearly Poisson, so their joint generating function is written as
``G_k(1 + x, 1 + y) = exp(r_k x + c_k y + v_k x^2 / 2 + w_k y^2 / 2 + u_k x y) A_k(x, y)`` with ``A_k`` a
polynomial. The balance equations of the chain become linear equations of its coefficients, coupled between neighbouring
k only. The means ``r_k, c_k`` are those of contacts that orbit independently of one another, the spreads ``v_k, w_k,
u_k`` come from an expansion of degree 2, and the degree is raised until the answer no longer moves. The size of the
orbits does not matter, so that 2,000 advisors cost seconds.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from ccenv.theory._polynomials import Basis, Blocks, null_vector

__all__ = ["Centre", "solve_orbits"]

Array = npt.NDArray[np.float64]

DEGREES = (4, 6, 8, 10, 12, 14, 16)
SETTLED = 1e-8  # relative change of the answer from one degree to the next at which it is good
ACCEPTED = 5e-7  # the same, where higher degrees bring only more rounding errors
FLOOR = 1e-6  # numbers of contacts below this are resolved absolutely, not relatively
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
        spread: Second factorial cumulants of the orbits given it, (2, 2, K).
    """

    law: Array
    means: Array
    spread: Array


def solve_orbits(centre: Centre) -> tuple[float, float] | None:
    """Mean numbers waiting and at work in the stationary law; those in the orbits follow from the flows.

    None where the expansion does not settle or the queue is too long.
    """
    started = _start(centre)
    if started is None:
        return None
    grid, place = started
    place = replace(place, spread=_expand(centre, grid, place, 2)[1])
    waiting = np.maximum(grid.states - centre.n, 0)
    if not np.isfinite(place.spread).all():
        return None
    last = best = np.full(2, math.nan)
    least = math.inf
    for degree in DEGREES:
        law, _ = _expand(centre, grid, place, degree)
        now = np.array([law @ waiting, law @ (grid.states - waiting)])
        change = float((np.abs(now - last) / np.maximum(np.abs(now), FLOOR)).max())
        if change < least:  # never for the first, whose change is nan
            least, best = change, now
        if least <= SETTLED:
            break
        last = now
    return (max(0.0, float(best[0])), float(best[1])) if least <= ACCEPTED else None


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
            return _grid(centre, low, top), _Place(law[cut], means[:, cut], np.zeros((2, 2, top + 1 - low)))
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


def _expand(centre: Centre, grid: _Grid, place: _Place, degree: int) -> tuple[Array, Array]:
    """Solve for the polynomials of a degree around a place; the law, (K,), and spread, (2, 2, K), they give."""
    extra = np.maximum(np.einsum("aak,k->a", place.spread, place.law), 0.0)
    basis = Basis(degree, np.sqrt(np.maximum(1.0, place.means @ place.law + extra)))
    table = null_vector(_balance(centre, grid, place, basis), int(np.argmax(place.law)), len(basis.powers))
    table /= table[:, 0].sum()
    law = table[:, 0]
    weight = np.where(np.abs(law) > 1e-300, law, np.inf)
    off = np.stack([basis.coefficient(table, 1, 0), basis.coefficient(table, 0, 1)]) / weight
    second = {(i, j): basis.coefficient(table, i, j) / weight for i, j in ((2, 0), (0, 2), (1, 1))}
    own = np.array([[2 * second[2, 0], second[1, 1]], [second[1, 1], 2 * second[0, 2]]])
    return law, place.spread + own - off[:, None] * off[None]


def _balance(centre: Centre, grid: _Grid, place: _Place, basis: Basis) -> sparse.csc_matrix:
    """The balance equations of the chain on the coefficients, (K B, K B); beyond the ends contacts are lost."""
    identity = np.eye(len(basis.powers))
    count = grid.states.size
    backs = np.array([centre.redial_rate, centre.reconnect_rate])
    redial = identity + centre.redial * basis.times[0]
    reconnect = identity + centre.reconnect * basis.times[1]
    change, widening = np.diff(place.means), np.diff(place.spread)
    upwards, downwards = basis.exponentials(-change, -widening), basis.exponentials(change, widening)
    blocks = Blocks(count, len(basis.powers))
    for k in range(count):
        slopes = basis.slope + np.tensordot(place.spread[:, :, k], basis.times, axes=1)
        returns = backs[:, None, None] * (slopes + place.means[:, k, None, None] * identity)  # (2, B, B)
        own = -(basis.times @ returns).sum(axis=0)
        if k + 1 < count:
            arrive = returns.sum(axis=0) + centre.fresh * identity
            depart = grid.finish[k + 1] * reconnect + grid.abandon[k + 1] * redial
            own = own - arrive
            blocks.put(k + 1, k, np.tensordot(upwards[k], basis.products, axes=1) @ arrive)
            blocks.put(k, k + 1, np.tensordot(downwards[k], basis.products, axes=1) @ depart)
        if k > 0:
            own = own - (grid.finish[k] + grid.abandon[k]) * identity
        blocks.put(k, k, own)
    return blocks.matrix()
