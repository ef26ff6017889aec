"""Stationary distribution of a group of advisors with a redial and a reconnect orbit, by a polynomial expansion.

The chain counts the contacts in the centre, in the redial orbit and in the reconnect orbit. Given the number k in the
centre, both orbits are nearly Poisson. Their joint generating function is therefore written as
``G_k(1 + x, 1 + y) = exp(r_k x + c_k y + v_k x^2 / 2 + w_k y^2 / 2 + u_k x y) A_k(x, y)`` with ``A_k`` a polynomial.
The balance equations of the chain become linear equations of its coefficients, which couple neighbouring k only. The
means ``r_k, c_k`` are those of contacts that orbit independently of one another. The spreads ``v_k, w_k, u_k`` come
from an expansion of degree 2. The degree is then raised until the answer no longer changes. The cost does not depend on
the size of the orbits: 2,000 advisors take seconds. If the expansion does not converge, the redial orbit is counted,
see `ccenv.theory._counted_orbit`.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ccenv.theory._counted_orbit import LITTLE_WORK, MOST_WORK, counted_orbit
from ccenv.theory._poisson_orbits import Centre, Grid, poisson_orbits
from ccenv.theory._polynomials import Basis, Blocks, null_vector

__all__ = ["solve_orbits"]

Array = npt.NDArray[np.float64]

DEGREES = (4, 6, 8, 10, 12, 14, 16)
SETTLED = 1e-8  # relative change of the answer between two degrees at which the iteration stops
ACCEPTED = 5e-7  # largest such change that is accepted if higher degrees only add rounding errors
NOT_NEGATIVE = 1e-7  # how far below 0 a probability may lie, relative to the largest
FLOOR = 1e-6  # numbers of contacts below this are compared absolutely, not relatively


@dataclass(frozen=True, slots=True)
class _Place:
    """Point around which the expansion is made.

    Attributes:
        dist: Probability of each number in the centre, (K,).
        means: Mean of each orbit given that number, (2, K).
        spread: Second factorial cumulants of the orbits given that number, (2, 2, K).
    """

    dist: Array
    means: Array
    spread: Array


def solve_orbits(centre: Centre) -> tuple[float, float] | None:
    """Mean numbers waiting and at work in the stationary distribution; the orbits follow from the flows.

    None if the expansion does not converge and the redial orbit cannot be counted, or if the queue is too long.
    """
    started = poisson_orbits(centre)
    if started is None:
        return None
    grid, dist, means = started
    redialling = float(means[0] @ dist)
    counted = counted_orbit(centre, grid, means[1], redialling, LITTLE_WORK)
    if counted:
        return counted
    expanded, is_dist = _expanded(centre, grid, _Place(dist, means, np.zeros((2, 2, grid.states.size))))
    if expanded and is_dist:
        return expanded
    return counted_orbit(centre, grid, means[1], redialling, MOST_WORK) or expanded


def _expanded(centre: Centre, grid: Grid, place: _Place) -> tuple[tuple[float, float] | None, bool]:
    """The answer by expansions of rising degree (None: no convergence), and whether its probabilities are valid.

    If all advisors are almost never idle, balanced flows determine the means even if the probabilities are wrong.
    """
    place = replace(place, spread=_expand(centre, grid, place, 2)[1])
    waiting = np.maximum(grid.states - centre.n, 0)
    if not np.isfinite(place.spread).all():
        return None, False
    last = best = np.full(2, math.nan)
    least, is_dist = math.inf, False
    for degree in DEGREES:
        dist, _ = _expand(centre, grid, place, degree)
        now = np.array([dist @ waiting, dist @ (grid.states - waiting)])
        change = float((np.abs(now - last) / np.maximum(np.abs(now), FLOOR)).max())
        if change < least:  # false at the first degree, whose change is nan
            least, best, is_dist = change, now, bool(dist.min() > -NOT_NEGATIVE * dist.max())
        if least <= SETTLED:
            break
        last = now
    return ((max(0.0, float(best[0])), float(best[1])) if least <= ACCEPTED else None), is_dist


def _expand(centre: Centre, grid: Grid, place: _Place, degree: int) -> tuple[Array, Array]:
    """Solve for polynomials of a degree around a point.

    Returns:
        The distribution, (K,), and the spread, (2, 2, K).
    """
    extra = np.maximum(np.einsum("aak,k->a", place.spread, place.dist), 0.0)
    basis = Basis(degree, np.sqrt(np.maximum(1.0, place.means @ place.dist + extra)))
    table = null_vector(_balance(centre, grid, place, basis), int(np.argmax(place.dist)), len(basis.powers))
    table /= table[:, 0].sum()
    dist = table[:, 0]
    weight = np.where(np.abs(dist) > 1e-300, dist, np.inf)
    off = np.stack([basis.coefficient(table, 1, 0), basis.coefficient(table, 0, 1)]) / weight
    second = {(i, j): basis.coefficient(table, i, j) / weight for i, j in ((2, 0), (0, 2), (1, 1))}
    own = np.array([[2 * second[2, 0], second[1, 1]], [second[1, 1], 2 * second[0, 2]]])
    return dist, place.spread + own - off[:, None] * off[None]


def _balance(centre: Centre, grid: Grid, place: _Place, basis: Basis) -> sparse.csc_matrix:
    """Balance equations of the chain for the coefficients, (K B, K B); beyond the grid contacts are lost."""
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
