"""A group of advisors with two orbits, under the assumption that contacts orbit independently of one another.

Given the number in the centre, both orbits are then Poisson. The exact solutions start from this one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

__all__ = ["Centre", "Grid", "grid_of", "poisson_orbits"]

Array = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-22  # numbers in the centre with a smaller probability are left out
MOST_STATES = 200_000


@dataclass(frozen=True, slots=True)
class Centre:
    """The model; time is counted in mean handle times.

    Attributes:
        n: Number of advisors.
        fresh: Arrival rate of fresh contacts.
        leave: Abandonment rate of a waiting contact.
        redial: Probability that a contact that abandons will redial.
        redial_rate: Rate at which a contact in the redial orbit redials.
        reconnect: Probability that a served contact will come back.
        reconnect_rate: Rate at which a contact in the reconnect orbit comes back.
    """

    n: int
    fresh: float
    leave: float
    redial: float
    redial_rate: float
    reconnect: float
    reconnect_rate: float


@dataclass(frozen=True, slots=True)
class Grid:
    """The numbers in the centre that are kept, (K,), with the total rates of service and abandonment at each.

    Attributes:
        states: The numbers, consecutive.
        finish: Rate of service.
        abandon: Rate of abandonment.
    """

    states: Array
    finish: Array
    abandon: Array


def grid_of(centre: Centre, low: int, high: int) -> Grid:
    """The grid of the numbers from `low` to `high`."""
    states = np.arange(low, high + 1.0)
    waiting = np.maximum(states - centre.n, 0)
    return Grid(states, states - waiting, centre.leave * waiting)


def poisson_orbits(centre: Centre) -> tuple[Grid, Array, Array] | None:
    """The relevant numbers in the centre, their distribution (K,) and the conditional means of the orbits (2, K).

    None if the queue is too long.
    """
    high = centre.n + 64
    while high <= MOST_STATES:
        dist, means = _given_the_centre(centre, grid_of(centre, 0, high))
        if dist[-1] < NEGLIGIBLE:
            kept = np.flatnonzero(dist >= NEGLIGIBLE)
            low, top = int(kept[0]), int(kept[-1])
            return grid_of(centre, low, top), dist[low : top + 1], means[:, low : top + 1]
        high = 2 * high
    return None


def _given_the_centre(centre: Centre, grid: Grid) -> tuple[Array, Array]:
    """Distribution of the number in the centre and conditional means of the orbits, for independent orbits."""
    down = grid.finish + grid.abandon
    arrive = np.full(grid.states.size, centre.fresh)
    means = np.zeros((2, arrive.size))
    dist = np.zeros(0)
    for _ in range(400):
        log_dist = np.concatenate(([0.0], np.cumsum(np.log(arrive[:-1]) - np.log(down[1:]))))
        dist = np.exp(log_dist - log_dist.max())
        dist /= dist.sum()
        ratio = arrive[:-1] / down[1:]  # (K - 1,), ratio of the probabilities of neighbouring states
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
    return dist, means


def _conditional_mean(enter: Array, back: float, arrive: Array, down: Array) -> Array:
    """Mean of an orbit given the number in the centre, (K,); ``enter``: rates of entering it on a step down."""
    bands = np.zeros((3, arrive.size))
    bands[0, 1:], bands[2, :-1] = -arrive[:-1], -down[1:]
    bands[1] = back
    bands[1, :-1] += arrive[:-1]
    bands[1, 1:] += down[1:]
    return np.asarray(linalg.solve_banded((1, 1), bands, np.append(enter, 0.0)))
