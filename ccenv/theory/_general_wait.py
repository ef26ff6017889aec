"""Fate of a contact that has to wait in an M/M/n+G queue, by quadrature over its offered wait.

The *offered wait* V is the wait of a contact of infinite patience. Given V > 0 its density is proportional to
``exp(phi(v))``, with ``phi(v) = lambda H(v) - n mu v`` and H the mean time survived up to v; ``phi`` is concave. As in
`ccenv.theory._offered_wait`, each measure is an integral of a positive function against that density, scaled to 1 at
its mode. Nothing overflows. Only ``phi`` itself cancels: its rounding error is about 1e-16 times the number of advisors
times mean patience / mean handle time.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ccenv.theory.patience import Patience

__all__ = ["GeneralWait", "general_wait"]

Array = npt.NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)  # (N,), (N,)
_DROPS = np.concatenate(([1 / 16, 1.0, 4.0, 9.0], np.arange(16.0, 753.0, 16.0)))  # of log density; exp(-752) is 0
_OCTAVES = 2.0 ** -np.arange(1, 80)  # panel edges for distributions that are smooth on the log scale only (Weibull)


@dataclass(frozen=True, slots=True)
class GeneralWait:
    """Fate of a contact that has to wait; the probabilities and means are given that it waits.

    Attributes:
        inverse_palm: ``1 / A`` in (0, 1]: share of the time with all advisors busy during which no contact waits.
        abandoned: Probability that it abandons.
        served_by_t: Probability that it is served within ``t_s``.
        ended_by_t: Probability that it is served or abandons within ``t_s``.
        wait_s: Mean wait [s], served or not.
        offered_wait_s: Mean wait [s] of a contact of infinite patience.
    """

    inverse_palm: float
    abandoned: float
    served_by_t: float
    ended_by_t: float
    wait_s: float
    offered_wait_s: float


def general_wait(arrive_per_s: float, finish_per_s: float, dist: Patience, t_s: float) -> GeneralWait:
    """Integrate over the offered wait, given that it is positive.

    Args:
        arrive_per_s: Arrival rate [1/s], at least 0.
        finish_per_s: Rate [1/s] at which all advisors together finish, above 0.
        dist: Distribution of patience.
        t_s: Threshold [s], at least 0.

    Returns:
        The fate.
    """

    def log_density(v: Array) -> Array:
        return arrive_per_s * dist.survived(v) - finish_per_s * v

    mode = _mode(arrive_per_s, finish_per_s, dist)
    peak = float(log_density(np.array(mode)))
    low, high = _reach(lambda v: peak - log_density(v), mode, 1 / finish_per_s)
    cut = min(max(t_s, low[-1]), high[-1])
    edges = np.concatenate(([0.0, mode, cut], low, high, high[-1] * _OCTAVES, dist.marks_s()))
    edges = np.unique(np.clip(edges, low[-1], high[-1]))

    half = np.diff(edges)[:, None] / 2
    v = edges[:-1, None] + half * (1 + _NODES)  # (P, N)
    mass = half * _WEIGHTS * np.exp(log_density(v) - peak)
    total = float(mass.sum())
    leave = dist.cdf(v) * mass
    early = edges[:-1] < cut  # (P,)
    late = float(mass[~early].sum()) / total
    served_by_t = float((dist.survival(v) * mass)[early].sum()) / total
    left = float(leave[early].sum()) / total + float(dist.cdf(np.array(t_s))) * late
    return GeneralWait(
        inverse_palm=min(1.0, math.exp(-peak - math.log(finish_per_s) - math.log(total))),
        abandoned=float(leave.sum()) / total,
        served_by_t=served_by_t,
        ended_by_t=min(1.0, served_by_t + left),
        wait_s=float((dist.survived(v) * mass).sum()) / total,
        offered_wait_s=float((v * mass).sum()) / total,
    )


def _mode(arrive_per_s: float, finish_per_s: float, dist: Patience) -> float:
    """Mode of the offered wait [s]: 0, or in overload the patience that a share ``finish / arrive`` exceeds."""
    if arrive_per_s <= finish_per_s:
        return 0.0
    staying = finish_per_s / arrive_per_s
    high = dist.mean_s
    while float(dist.survival(np.array(high))) > staying:
        high *= 2
    return float(_bisect(lambda v: dist.survival(v) <= staying, np.zeros(1), np.full(1, high))[0])


def _reach(drop: Callable[[Array], Array], mode: float, step_s: float) -> tuple[Array, Array]:
    """Times [s] before and after the mode at which the log density has dropped by ``_DROPS``, (D,) each."""
    far = mode + step_s
    while not float(drop(np.array(far))) >= _DROPS[-1]:
        far += 2 * (far - mode)
    before = _bisect(lambda v: drop(v) <= _DROPS, np.zeros(_DROPS.size), np.full(_DROPS.size, mode))
    after = _bisect(lambda v: drop(v) >= _DROPS, np.full(_DROPS.size, mode), np.full(_DROPS.size, far))
    return before, after


def _bisect(true_above: Callable[[Array], npt.NDArray[np.bool_]], low: Array, high: Array) -> Array:
    """Smallest value, element by element, at which a condition that is true at ``high`` becomes true."""
    for _ in range(64):
        middle = (low + high) / 2
        above = true_above(middle)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return high
