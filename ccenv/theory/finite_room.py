"""M/M/n/K: one group of advisors and a waiting room of finite size; a contact that finds it full is blocked."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from ccenv.theory._checks import demand, non_negative, whole
from ccenv.theory._loss import loss

__all__ = ["MMnK", "mmnk"]

MOST_PLACES = 1_000_000  # the measures are sums over the waiting places, so the time taken grows with them


@dataclass(frozen=True, slots=True)
class MMnK:
    """Steady state of M/M/n/K.

    Attributes:
        lambda_per_h: Arrival rate [1/h], blocked contacts included.
        aht_s: Mean handle time [s].
        n: Number of advisors.
        K_total: Total number of places, waiting and in service.
        offered_load: Arrival rate times mean handle time [erlang].
        T_s: Threshold of the service level [s].
        p_block: Probability that a contact finds all places taken and is lost.
        p_wait_offered: Probability that a contact is accepted and has to wait.
        asa_accepted_s: Mean wait [s] of the accepted contacts, zeros included.
        lq: Mean number waiting.
        sl_accepted_T: Probability that an accepted contact is served within ``T_s``.
        occupancy: Share of the advisors' time spent at work.
    """

    lambda_per_h: float
    aht_s: float
    n: int
    K_total: int
    offered_load: float
    T_s: float
    p_block: float
    p_wait_offered: float
    asa_accepted_s: float
    lq: float
    sl_accepted_T: float
    occupancy: float


def mmnk(lambda_per_h: float, aht_s: float, n: int, K_total: int, T_s: float) -> MMnK:
    """Blocking and waits in a group with a waiting room of finite size (M/M/n/K), stable at any load.

    From state n upwards the stationary distribution is geometric with ratio load / n. Up to n it is that of Erlang B. A
    contact that finds ``j`` contacts waiting waits for ``j + 1`` ends of service, an Erlang distribution.
    ``K_total = n`` is Erlang B. A large ``K_total`` gives Erlang C, if that is stable.

    Args:
        lambda_per_h: Arrival rate [1/h], finite, >= 0.
        aht_s: Mean handle time [s], finite, > 0.
        n: Number of advisors, a whole number >= 1.
        K_total: Total number of places, waiting and in service, a whole number from ``n`` to ``n`` + 1,000,000.
        T_s: Threshold of the service level [s], finite, >= 0.

    Returns:
        The steady state.

    Raises:
        ValueError: If an argument is out of range.

    References:
        Gross, Shortle, Thompson and Harris (2008), "Fundamentals of Queueing Theory", 4th ed., section 2.5.

    Example:
        >>> answer = mmnk(lambda_per_h=60, aht_s=180, n=3, K_total=5, T_s=20)
        >>> round(answer.p_block, 4), round(answer.asa_accepted_s, 2)
        (0.2045, 46.29)
    """
    n = whole("n", n)
    K_total = whole("K_total", K_total)
    if not n <= K_total <= n + MOST_PLACES:
        raise ValueError(f"K_total={K_total!r} is not allowed: it must lie between n={n!r} and n + {MOST_PLACES}")
    lambda_per_h, aht_s, load = demand(lambda_per_h=lambda_per_h, aht_s=aht_s)
    T_s = non_negative("T_s", T_s)

    free, queue = _dist(n, K_total - n, load)
    met = queue[:-1]  # (m,), probability that an accepted contact finds all at work and 0, 1, .. waiting
    ahead = np.arange(1, queue.size)  # (m,), ends of service that it waits for
    accepted = free + float(met.sum())
    in_time = float(met @ special.gammainc(ahead, n * (T_s / aht_s)))
    return MMnK(
        lambda_per_h=lambda_per_h,
        aht_s=aht_s,
        n=n,
        K_total=K_total,
        offered_load=load,
        T_s=T_s,
        p_block=float(queue[-1]),
        p_wait_offered=float(met.sum()),
        asa_accepted_s=float(met @ ahead) / accepted * (aht_s / n),
        lq=float(queue[1:] @ ahead),
        sl_accepted_T=min(1.0, (free + in_time) / accepted),
        occupancy=min(1.0, load * accepted / n),
    )


def _dist(n: int, places: int, load: float) -> tuple[float, np.ndarray]:
    """Probability that an advisor is free, and of 0 .. ``places`` waiting with all at work, (places + 1,).

    The geometric weights are scaled by the largest of them, so they do not overflow.
    """
    blocked, carried = loss(n, load)
    if load == 0.0:
        return 1.0, np.zeros(places + 1)
    step = math.log(load / n)
    top = max(0.0, step * places)
    weights = blocked * np.exp(step * np.arange(places + 1) - top)
    free = carried * math.exp(-top)
    total = free + float(weights.sum())
    return free / total, weights / total
