"""Queue of the second of two priority classes while all advisors are at work.

Time is counted in mean handle times. While all ``n`` advisors are at work, the queue of the first class is a birth and
death process of its own: up at rate ``load1``, down from ``j`` at rate ``n + j leave1``. The second class is served, at
rate ``n``, only while that queue is empty. The first-passage time of the first queue from 1 to 0 is a mixture of
exponential times. Their rates and weights are the spectrum of its generator (Keilson 1979, "Markov Chain Models: Rarity
and Exponentiality"). During each exponential time the second queue gains and loses contacts as an M/M/infinity queue.
Linking the second queue before and after the passage leaves a chain of that queue alone. It is solved without
subtractions.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from ccenv.theory._offered_wait import offered_wait

__all__ = ["SecondQueue", "impatient_second", "patient_second"]

Array = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-17  # share of the probability that may lie beyond a cut
MOST_STEPS = 2_000_000  # levels of the first queue, for two moments of its passage time
MOST_LEVELS = 4000  # levels of the first queue, for the spectrum
MOST_STATES = 2000  # states of the second queue, for the dense chain
_NODES_PER_OCTAVE = 12  # the error in functions 1 / (rate + s), s >= 0, is near 0.17^24


@dataclass(frozen=True, slots=True)
class SecondQueue:
    """Measures given that all advisors are at work.

    Attributes:
        p_none: Probability that no contact of either class waits.
        mean: Mean number of contacts of the second class that wait.
    """

    p_none: float
    mean: float


@dataclass(frozen=True, slots=True)
class _Passage:
    """First-passage time of the first queue from 1 to 0: density ``sum(flows * exp(-rates t))``, (R,) each."""

    rates: Array
    flows: Array


def patient_second(n: int, load1: float, leave1: float, load2: float) -> SecondQueue | None:
    """Solve for a second class that never abandons; None if its queue grows without bound.

    Args:
        n: Number of advisors.
        load1: Offered load of the first class [erlang], >= 0.
        leave1: Abandonment rate of the first class [1/mean handle time]; 0 if it never abandons.
        load2: Offered load of the second class [erlang], > 0.
    """
    if leave1 == 0.0:
        if load1 + load2 >= n:
            return None
        mean, square = 1 / (n - load1), 2 * n / (n - load1) ** 3
    elif n * offered_wait(n, load1, 1 / leave1, 0.0).inverse_palm <= load2:
        return None
    else:
        levels = _levels(n, load1, leave1, MOST_STEPS)
        if levels is None:
            return None
        mean, square = _passage_moments(n, load1, leave1, levels)
    spare = n - load2 * (1 + load1 * mean)
    if not spare > 0.0:  # within rounding of the limit
        return None
    p_first_empty = 1 / (1 + load1 * mean)
    grown = load1 * load2**2 * square / 2
    while_empty = p_first_empty * (load2 * (1 + load1 * mean) + grown) / spare
    while_not = load1 * (while_empty * mean + p_first_empty * load2 * square / 2)
    return SecondQueue(p_none=p_first_empty * spare / n, mean=while_empty + while_not)


def impatient_second(n: int, load1: float, leave1: float, load2: float, leave2: float) -> SecondQueue | None:
    """Solve for a second class with exponential patience; None if the tables of states would be too large.

    Args:
        n: Number of advisors.
        load1: Offered load of the first class [erlang], > 0; below ``n`` if that class never abandons.
        leave1: Abandonment rate of the first class [1/mean handle time]; 0 if it never abandons.
        load2: Offered load of the second class [erlang], > 0.
        leave2: Abandonment rate of the second class [1/mean handle time], > 0.
    """
    if leave1 > 0.0 and offered_wait(n, load1, 1 / leave1, 0.0).inverse_palm < NEGLIGIBLE:  # never served
        return SecondQueue(p_none=0.0, mean=load2 / leave2)
    spectrum = _spectrum(n, load1, leave1)
    if spectrum is None:
        return None
    passage = _compress(spectrum)
    mean_passage = float((passage.flows / passage.rates**2).sum())
    p_first_empty = 1 / (1 + load1 * mean_passage)
    centre = max(0.0, (load2 - n * p_first_empty) / leave2)
    reach = 32 + 6 * math.sqrt(load2 / leave2) if centre > 0.0 else 64.0
    while True:
        low, high = max(0, int(centre - reach)), int(centre + reach)
        if high - low > MOST_STATES:
            return None
        dist = _dist(n, load1, load2, leave2, passage, low, high)
        if dist[-1] < NEGLIGIBLE and (low == 0 or dist[0] < NEGLIGIBLE):
            break
        reach *= 1.6
    waiting = float(dist @ np.arange(low, high + 1))
    decay = passage.flows / (passage.rates * (passage.rates + leave2))
    while_not = load1 * (waiting * float(decay.sum()) + load2 * float((decay / passage.rates).sum()))
    p_none = p_first_empty * float(dist[0]) if low == 0 else 0.0
    return SecondQueue(p_none=p_none, mean=p_first_empty * (waiting + while_not))


def _levels(n: int, load1: float, leave1: float, most: float) -> int | None:
    """Length that the first queue almost never exceeds while all advisors are at work; None if above ``most``."""
    size = 256
    while size < 2 * most:
        log_weights = np.cumsum(math.log(load1) - np.log(n + leave1 * np.arange(1.0, size + 1)))
        far = log_weights < max(0.0, float(log_weights.max())) + 1.5 * math.log(NEGLIGIBLE)
        if far[-1]:
            found = size - int(np.argmin(far[::-1]))
            return found if found <= most else None
        size *= 2
    return None


def _passage_moments(n: int, load1: float, leave1: float, levels: int) -> tuple[float, float]:
    """Mean and mean square of the first-passage time of the first queue from 1 to 0.

    The recursion runs downwards from ``levels``, a length that is almost never reached.
    """
    mean = square = 0.0
    for level in range(levels, 0, -1):
        down = n + level * leave1
        mean, above = (1 + load1 * mean) / down, square
        square = 2 * mean * mean + load1 * above / down
    return mean, square


def _spectrum(n: int, load1: float, leave1: float) -> _Passage | None:
    """Exponential components of the first-passage time of the first queue from 1 to 0; None if there are too many."""
    if leave1 == 0.0:
        size = min(400_000, math.ceil(2 * math.log(NEGLIGIBLE) / math.log(load1 / n)) + 8)
        angle = np.pi * np.arange(1, size + 1) / (size + 1)
        rates = (math.sqrt(n) - math.sqrt(load1)) ** 2 + 4 * math.sqrt(n * load1) * np.sin(angle / 2) ** 2
        return _Passage(rates, n * 2 / (size + 1) * np.sin(angle) ** 2)
    levels = _levels(n, load1, leave1, MOST_LEVELS)
    if levels is None:
        return None
    down = n + leave1 * np.arange(1.0, levels + 1)
    rates, vectors = linalg.eigh_tridiagonal(load1 + down, -np.sqrt(load1 * down[1:]))
    flows = down[0] * vectors[0] ** 2
    # If the first class alone overloads the centre, rounding destroys the smallest rate. As the weights flow / rate sum
    # to 1, it follows from the others.
    if rates[0] < 1e-9 * rates[-1]:
        rates[0] = flows[0] / max(1 - float((flows[1:] / rates[1:]).sum()), 1e-300)
    return _Passage(rates, flows)


def _compress(passage: _Passage) -> _Passage:
    """Replace the components within each octave of rates by the few of a Gauss rule with the same moments."""
    kept = passage.flows > 0.0
    rates, flows = passage.rates[kept], passage.flows[kept]
    octave = np.floor(np.log2(rates / rates.min())).astype(int)
    parts = [_gauss(rates[octave == k], flows[octave == k]) for k in np.unique(octave)]
    return _Passage(np.concatenate([rate for rate, _ in parts]), np.concatenate([flow for _, flow in parts]))


def _gauss(places: Array, weights: Array) -> tuple[Array, Array]:
    """Gauss rule of a discrete measure, by Lanczos with full reorthogonalisation."""
    count = _NODES_PER_OCTAVE
    if places.size <= count:
        return places, weights
    basis = np.zeros((count, places.size))
    diagonal, off = np.zeros(count), np.zeros(count)
    basis[0] = np.sqrt(weights / weights.sum())
    for k in range(count):
        step = places * basis[k]
        diagonal[k] = step @ basis[k]
        for _ in range(2):
            step -= basis[: k + 1].T @ (basis[: k + 1] @ step)
        off[k] = math.sqrt(step @ step)
        if k + 1 < count:
            if off[k] < 1e-12 * diagonal[k]:
                count = k + 1
                break
            basis[k + 1] = step / off[k]
    nodes, vectors = linalg.eigh_tridiagonal(diagonal[:count], off[: count - 1])
    return nodes, weights.sum() * vectors[0] ** 2


def _dist(n: int, load1: float, load2: float, leave2: float, passage: _Passage, low: int, high: int) -> Array:
    """Distribution of the second queue on ``low`` .. ``high`` while the first is empty, (high - low + 1,), sum 1."""
    size = high - low + 1
    up = np.full(size, load2)
    down = leave2 * np.arange(low, high + 1.0)
    up[-1], down[0] = 0.0, 0.0  # reflecting boundaries at the cuts
    bands = np.zeros((3, size))
    bands[0, 1:], bands[2, :-1] = -up[:-1], -down[1:]
    identity = np.eye(size)
    rates = np.zeros((size, size))
    for rate, flow in zip(passage.rates, passage.flows, strict=True):
        bands[1] = rate + up + down
        rates += flow * linalg.solve_banded((1, 1), bands, identity)
    rates *= load1
    index = np.arange(size - 1)
    rates[index, index + 1] += load2
    rates[index + 1, index] += down[1:] + n
    return _stationary(rates)


def _stationary(rates: Array) -> Array:
    """Stationary distribution of a chain from its off-diagonal rates, by state reduction without subtractions.

    Grassmann, Taksar and Heyman (1985), "Regenerative analysis and steady state distributions for Markov chains",
    Operations Research 33(5).
    """
    size = rates.shape[0]
    for k in range(size - 1, 0, -1):
        rates[:k, k] /= rates[k, :k].sum()
        rates[:k, :k] += np.outer(rates[:k, k], rates[k, :k])
    dist = np.zeros(size)
    dist[0] = 1.0
    for k in range(1, size):
        dist[k] = dist[:k] @ rates[:k, k]
    return dist / dist.sum()
