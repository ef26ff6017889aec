"""The chain of `ccenv.theory._orbits` with the redial orbit counted one by one, for orbits of any distribution.

If almost no contact is lost, the number in the redial orbit varies far more than a Poisson number, and no expansion
around a Poisson distribution converges. Here each number in the redial orbit is a level of states. A state is a number
in the centre and a coefficient of a polynomial in y for the reconnect orbit, which stays nearly Poisson, as in
`_orbits`. A level connects only to its two neighbours. The levels are therefore eliminated from the highest down, as in
a quasi-birth-and-death process. Sums over all levels are carried along, so no level is kept.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from ccenv.theory._poisson_orbits import Centre, Grid, grid_of

__all__ = ["LITTLE_WORK", "MOST_WORK", "counted_orbit"]

Array = npt.NDArray[np.float64]

DEGREES = (0, 2, 4, 6, 8, 10, 12)
SETTLED, ACCEPTED = 1e-8, 5e-7  # relative change of the answer between two degrees, as in `_orbits`
FLOOR = 1e-6  # numbers of contacts below this are compared absolutely, not relatively
NEGLIGIBLE = 1e-12  # largest probability of the highest levels and of the longest queue
TOP_SHARE = 16  # the highest 1/16 of the levels must have a probability below NEGLIGIBLE
MOST_WORK = 2e11  # multiplications and additions, about 20 seconds
LITTLE_WORK = 5e9


@dataclass(frozen=True, slots=True)
class _Level:
    """Matrices that all levels share: B states in each, of which C allow an abandonment.

    Attributes:
        inside: Rates within a level without redials, (B, B); from column to row.
        back: Redials at rate 1 into the level below, (B, B), sparse.
        into: Rates of abandoning into the level above, (B, C).
        sources: Indices of the states that allow an abandonment, (C,).
        counted: Weights of the sums over the states: probability, numbers waiting and at work, probability of the
            longest queue, (4, B).
    """

    inside: Array
    back: sparse.csr_array
    into: Array
    sources: npt.NDArray[np.intp]
    counted: Array


def counted_orbit(
    centre: Centre, grid: Grid, reconnecting: Array, redialling: float, most_work: float
) -> tuple[float, float] | None:
    """Mean numbers waiting and at work; None if the work exceeds the limit or the degree does not converge.

    Args:
        centre: The model.
        grid: First choice of the numbers in the centre.
        reconnecting: Approximate mean of the reconnect orbit given each of them, (K,).
        redialling: Approximate mean of the redial orbit.
        most_work: Limit on the multiplications and additions of one elimination.
    """
    last = best = np.full(2, math.nan)
    least, levels = math.inf, 2 ** math.ceil(math.log2(64 + 2 * redialling))
    grid, reconnecting = _widened(centre, grid, reconnecting, 0)
    for degree in DEGREES if centre.reconnect else DEGREES[:1]:
        found = _sized(centre, grid, reconnecting, degree, levels, most_work)
        if found is None:
            break
        now, grid, reconnecting, levels = found
        change = float((np.abs(now - last) / np.maximum(np.abs(now), FLOOR)).max()) if centre.reconnect else 0.0
        if change < least:  # false at the first degree, whose change is nan
            least, best = change, now
        if least <= SETTLED:
            break
        last = now
    return (max(0.0, float(best[0])), float(best[1])) if least <= ACCEPTED else None


def _widened(centre: Centre, grid: Grid, reconnecting: Array, more: int) -> tuple[Grid, Array]:
    """Extend the grid down to 0 and up by `more` numbers; the means beyond the old ends repeat those at the ends."""
    low, high = int(grid.states[0]), int(grid.states[-1])
    return grid_of(centre, 0, high + more), np.pad(reconnecting, (low, more), mode="edge")


def _sized(
    centre: Centre, grid: Grid, reconnecting: Array, degree: int, levels: int, most_work: float
) -> tuple[Array, Grid, Array, int] | None:
    """The answer with enough levels and numbers in the centre, and these; None if that exceeds `most_work`."""
    while 2.67 * (grid.states.size * (degree + 1)) ** 3 * levels <= most_work:
        level = _level(centre, grid, reconnecting, degree)
        means, longest, highest = _eliminated(centre, level, levels)
        if highest > NEGLIGIBLE:
            levels *= 2
        elif longest > NEGLIGIBLE:
            grid, reconnecting = _widened(centre, grid, reconnecting, grid.states.size // 2)
        else:
            return means, grid, reconnecting, levels
    return None


def _eliminated(centre: Centre, level: _Level, levels: int) -> tuple[Array, float, float]:
    """Mean numbers waiting and at work, (2,), and the probabilities of the longest queue and of the highest levels.

    Level i equals a matrix times level i - 1. That matrix is computed from the one of level i + 1. `sums` holds, for
    each state of level i, the counted quantities of that level and all above, and the probability of the highest
    levels.
    """
    size, sources = len(level.inside), level.sources
    highest = levels - levels // TOP_SHARE
    ratio, sums, scale = np.zeros((size, sources.size)), np.zeros((len(level.counted) + 1, size)), 1.0
    own = level.inside
    for i in range(levels, -1, -1):
        own = level.inside - i * centre.redial_rate * np.eye(size)
        if i == levels:
            own[:, sources] += level.into  # an abandonment at the last level stays in it
        own[:, sources] += (i + 1) * centre.redial_rate * (level.back @ ratio)
        above, sums = sums @ ratio, np.zeros_like(sums)
        sums[:, sources] = above
        sums[:-1] += scale * level.counted
        if i >= highest:
            sums[-1] += scale * level.counted[0]
        if i > 0:
            ratio = -linalg.solve(own, level.into, check_finite=False)
            largest = float(np.abs(sums).max())
            sums, scale = sums / largest, scale / largest
    own[0] = sums[0]  # replaces one equation, which follows from the others
    found = sums @ linalg.solve(own, np.eye(size)[0], check_finite=False)
    return found[1:3], float(abs(found[3])), float(abs(found[4]))


def _level(centre: Centre, grid: Grid, reconnecting: Array, degree: int) -> _Level:
    """Build the matrices of a level; contacts beyond the longest queue are lost.

    The monomial y^j is scaled by s^j / sqrt(j!).
    """
    count, width = grid.states.size, degree + 1
    scale = math.sqrt(max(1.0, float(reconnecting.max())))
    roots = np.sqrt(np.arange(1.0, width))
    times, slope = np.diag(roots / scale, -1), np.diag(roots * scale, 1)  # by y; derivative
    identity = np.eye(width)
    inside, back, into = (np.zeros((count, width, count, width)) for _ in range(3))
    for k in range(count):
        returns = centre.reconnect_rate * (slope + reconnecting[k] * identity)
        inside[k, :, k] -= times @ returns
        back[min(k + 1, count - 1), :, k] = identity
        if k + 1 < count:
            up = linalg.expm((reconnecting[k] - reconnecting[k + 1]) * times)
            arrive = returns + centre.fresh * identity
            inside[k, :, k] -= arrive
            inside[k + 1, :, k] = up @ arrive
            back[k + 1, :, k] = up
        if k > 0:
            down = linalg.expm((reconnecting[k] - reconnecting[k - 1]) * times)
            finish, abandon = grid.finish[k], grid.abandon[k]
            inside[k, :, k] -= (finish + abandon) * identity
            inside[k - 1, :, k] = down @ (
                finish * (identity + centre.reconnect * times) + abandon * (1 - centre.redial) * identity
            )
            into[k - 1, :, k] = abandon * centre.redial * down
    size, waiting = count * width, np.maximum(grid.states - centre.n, 0)
    counted = np.zeros((4, count, width))
    counted[:, :, 0] = np.ones(count), waiting, grid.states - waiting, np.arange(count) == count - 1
    sources = np.flatnonzero(np.repeat(waiting > 0, width))
    return _Level(
        inside=inside.reshape(size, size),
        back=sparse.csr_array(back.reshape(size, size)),
        into=into.reshape(size, size)[:, sources],
        sources=sources,
        counted=counted.reshape(4, size),
    )
