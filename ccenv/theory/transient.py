"""M_t/M/n+M: one group of advisors with sinusoidal arrivals, as a function of time, from an empty centre."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import integrate

from ccenv.theory._checks import demand, non_negative, positive, share, whole

__all__ = ["MtMnMTransient", "mt_mnm_path", "mt_mnm_transient"]

Array = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-16  # probability that may lie beyond the longest queue
MOST_STATES = 200_000
RELATIVE, ABSOLUTE = 1e-9, 1e-13  # tolerances of a probability for each step of the integration


@dataclass(frozen=True, slots=True)
class MtMnMTransient:
    """Expected state of M_t/M/n+M at one time.

    Attributes:
        n: Number of advisors.
        lambda0_per_h: Mean arrival rate [1/h].
        amplitude: Amplitude of the arrival rate / its mean.
        period_s: Period of the arrival rate [s].
        aht_s: Mean handle time [s].
        patience_s: Mean patience [s].
        t_s: Time since the centre opened, empty [s].
        lambda_t_per_h: Arrival rate at that time [1/h].
        e_queue: Expected number waiting.
        p_all_busy: Probability that all advisors are at work.
        e_busy: Expected number of advisors at work.
    """

    n: int
    lambda0_per_h: float
    amplitude: float
    period_s: float
    aht_s: float
    patience_s: float
    t_s: float
    lambda_t_per_h: float
    e_queue: float
    p_all_busy: float
    e_busy: float


def mt_mnm_transient(
    n: int, lambda0_per_h: float, amplitude: float, period_s: float, aht_s: float, patience_s: float, t_s: float
) -> MtMnMTransient:
    """Expected state of a group with sinusoidal arrivals at one time after it opened empty.

    For several times of the same centre, use `mt_mnm_path`: it takes as long as this function takes for the last time.

    Args:
        n: Number of advisors, a whole number >= 1.
        lambda0_per_h: Mean arrival rate [1/h], finite, >= 0.
        amplitude: Amplitude of the arrival rate / its mean, in [0, 1].
        period_s: Period [s], finite, > 0; the rate is ``lambda0 (1 + amplitude sin(2 pi t / period))``.
        aht_s: Mean handle time [s], finite, > 0.
        patience_s: Mean patience [s], exponential, finite, > 0.
        t_s: Time [s], finite, >= 0.

    Returns:
        The expected state.

    Raises:
        ValueError: If an argument is out of range.

    References:
        Green, Kolesar and Whitt (2007), "Coping with time-varying demand when setting staffing requirements for a
        service system", Production and Operations Management 16(1).

    Example:
        >>> answer = mt_mnm_transient(
        ...     n=10, lambda0_per_h=110, amplitude=0.5, period_s=14400, aht_s=300, patience_s=120, t_s=3600
        ... )
        >>> round(answer.e_queue, 4), round(answer.p_all_busy, 4)
        (1.7028, 0.7481)
    """
    return mt_mnm_path(n, lambda0_per_h, amplitude, period_s, aht_s, patience_s, [t_s])[0]


def mt_mnm_path(
    n: int,
    lambda0_per_h: float,
    amplitude: float,
    period_s: float,
    aht_s: float,
    patience_s: float,
    times_s: Sequence[float],
) -> tuple[MtMnMTransient, ...]:
    """Expected states at several times, from one integration of Kolmogorov's forward equations.

    Numbers of contacts have a relative error of about 1e-8, probabilities an absolute one of about 1e-8. The queue is
    truncated at a length beyond which the probability is below 1e-16. That length follows from an M/M/n+M at the
    highest rate or from the number of arrivals until the last time.

    Args:
        n: Number of advisors. This and the arguments up to ``patience_s`` are those of `mt_mnm_transient`.
        lambda0_per_h: Mean arrival rate [1/h].
        amplitude: Amplitude of the arrival rate / its mean.
        period_s: Period [s].
        aht_s: Mean handle time [s].
        patience_s: Mean patience [s].
        times_s: Times since the centre opened [s], ascending, finite, >= 0, at least one.

    Returns:
        One state for each time.

    Raises:
        ValueError: If an argument is out of range.
    """
    n, amplitude, period_s = whole("n", n), share("amplitude", amplitude), positive("period_s", period_s)
    lambda0_per_h, aht_s, load = demand(lambda0_per_h=lambda0_per_h, aht_s=aht_s)
    patience_s = positive("patience_s", patience_s)
    times = [non_negative("t_s", t) for t in times_s]
    if not times or times != sorted(times):
        raise ValueError(f"times_s={times_s!r} is not allowed: it must be ascending times, at least one")
    places = _places(n, load * (1 + amplitude), patience_s / aht_s, 2 * lambda0_per_h * times[-1] / 3600)
    if n + places > MOST_STATES:
        raise ValueError(f"patience_s={patience_s!r} is not allowed: the queue must stay below {MOST_STATES} contacts")
    state = np.arange(n + places + 1.0)  # (S,)
    waiting = np.maximum(state - n, 0)

    def arrive(t_s: float) -> float:
        return lambda0_per_h / 3600 * (1 + amplitude * math.sin(2 * math.pi * t_s / period_s))

    def at(t_s: float, dist: Array) -> MtMnMTransient:
        queue, full, at_work = float(dist @ waiting), float(dist[n:].sum()), float(dist @ (state - waiting))
        given = (n, lambda0_per_h, amplitude, period_s, aht_s, patience_s)
        return MtMnMTransient(*given, t_s, 3600 * arrive(t_s), e_queue=queue, p_all_busy=full, e_busy=at_work)

    dists = _integrate(arrive, ((state - waiting) / aht_s + waiting / patience_s)[1:], times)
    return tuple(at(t_s, dist) for t_s, dist in zip(times, dists, strict=True))


def _places(n: int, load: float, patience: float, arrivals: float) -> int:
    """Number of waiting places, at least 1, of which the last is almost never reached at a steady ``load`` [erlang].

    Args:
        n: Number of advisors.
        load: Highest offered load.
        patience: Mean patience [mean handle times].
        arrivals: Upper bound of the expected number of arrivals so far.
    """
    limit = arrivals + 10 * math.sqrt(arrivals) + 60  # almost never exceeded by a Poisson number with that mean
    places = 64
    while load > 0.0 and places < min(limit, MOST_STATES):
        steps = np.log(load) - np.log(n + np.arange(1.0, places + 1) / patience)
        log_weights = np.cumsum(steps)
        if log_weights[-1] < max(0.0, float(log_weights.max())) + math.log(NEGLIGIBLE):
            return places
        places *= 2
    return min(places, math.ceil(limit)) if limit <= MOST_STATES else places


def _integrate(arrive: Callable[[float], float], leave: Array, times: list[float]) -> list[Array]:
    """Distribution of the number in the centre, (S,), at each of ``times``.

    ``leave``, (S - 1,), holds the departure rates from states 1, 2, ...
    """
    size = leave.size + 1
    start = np.zeros(size)
    start[0] = 1.0
    stops = np.unique(times)
    if stops[-1] == 0.0:
        return [start] * len(times)

    def slope(t_s: float, dist: Array) -> Array:
        flow = arrive(t_s) * dist[:-1] - leave * dist[1:]
        change = np.zeros(size)
        change[:-1] -= flow
        change[1:] += flow
        return change

    def jacobian(t_s: float, dist: Array) -> Array:
        bands = np.zeros((3, size))
        bands[0, 1:], bands[2, :-1] = leave, arrive(t_s)
        bands[1, 1:] -= leave
        bands[1, :-1] -= arrive(t_s)
        return bands

    path = integrate.solve_ivp(
        slope,
        (0.0, float(stops[-1])),
        start,
        method="LSODA",
        t_eval=stops,
        rtol=RELATIVE,
        atol=ABSOLUTE,
        jac=jacobian,
        lband=1,
        uband=1,
    )
    if not path.success:
        raise ArithmeticError(f"the integration stopped at {path.t[-1]:.6g} s: {path.message}")
    found = dict(zip(stops, path.y.T, strict=True))
    return [np.maximum(found[t], 0.0) for t in times]
