"""Smallest number of advisors that meets a target."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from ccenv.theory._checks import demand, non_negative, positive, share
from ccenv.theory.erlang import erlang_a, erlang_c

__all__ = ["MinStaffing", "least_staff_a", "least_staff_c", "min_staffing"]


@dataclass(frozen=True, slots=True)
class MinStaffing:
    """Smallest numbers of advisors for targets in common use.

    Attributes:
        lambda_per_h: Arrival rate [1/h].
        aht_s: Mean handle time [s].
        mean_patience_s: Mean patience [s], for the columns of Erlang A.
        offered_load: Arrival rate times mean handle time [erlang].
        erlangC_n_80_20: 80 % served within 20 s, without abandonment.
        erlangA_n_80_20: 80 % of the offered contacts served within 20 s, with abandonment.
        erlangC_n_90_10: 90 % within 10 s, without abandonment.
        erlangA_n_90_10: 90 % of the offered contacts within 10 s, with abandonment.
        erlangC_n_95_30: 95 % within 30 s, without abandonment.
        erlangA_n_95_30: 95 % of the offered contacts within 30 s, with abandonment.
        erlangA_n_ab_le_5pct: At most 5 % abandon.
        erlangA_n_ab_le_3pct: At most 3 % abandon.
    """

    lambda_per_h: float
    aht_s: float
    mean_patience_s: float
    offered_load: float
    erlangC_n_80_20: int
    erlangA_n_80_20: int
    erlangC_n_90_10: int
    erlangA_n_90_10: int
    erlangC_n_95_30: int
    erlangA_n_95_30: int
    erlangA_n_ab_le_5pct: int
    erlangA_n_ab_le_3pct: int


def min_staffing(lambda_per_h: float, aht_s: float, mean_patience_s: float) -> MinStaffing:
    """Smallest numbers of advisors for eight targets in common use, in the steady state of Erlang C and Erlang A.

    Args:
        lambda_per_h: Arrival rate [1/h], finite, >= 0.
        aht_s: Mean handle time [s], finite, > 0.
        mean_patience_s: Mean patience [s], finite, > 0.

    Returns:
        The numbers, at least 1 each.

    Raises:
        ValueError: If an argument is out of range.

    References:
        Gans, Koole and Mandelbaum (2003), "Telephone Call Centers: Tutorial, Review, and Research Prospects",
        M&SOM 5(2).

    Example:
        >>> answer = min_staffing(lambda_per_h=100, aht_s=300, mean_patience_s=120)
        >>> answer.erlangC_n_80_20, answer.erlangA_n_80_20, answer.erlangA_n_ab_le_5pct
        (12, 11, 12)
    """
    lambda_per_h, aht_s, load = demand(lambda_per_h=lambda_per_h, aht_s=aht_s)
    mean_patience_s = positive("mean_patience_s", mean_patience_s)

    def delay(level: float, within_s: float) -> int:
        return least_staff_c(lambda_per_h, aht_s, level, within_s)

    def impatient(level: float, within_s: float) -> int:
        return least_staff_a(lambda_per_h, aht_s, mean_patience_s, service_level=level, T_s=within_s)

    def abandoning(limit: float) -> int:
        return least_staff_a(lambda_per_h, aht_s, mean_patience_s, p_abandon=limit)

    return MinStaffing(
        lambda_per_h=lambda_per_h,
        aht_s=aht_s,
        mean_patience_s=mean_patience_s,
        offered_load=load,
        erlangC_n_80_20=delay(0.80, 20),
        erlangA_n_80_20=impatient(0.80, 20),
        erlangC_n_90_10=delay(0.90, 10),
        erlangA_n_90_10=impatient(0.90, 10),
        erlangC_n_95_30=delay(0.95, 30),
        erlangA_n_95_30=impatient(0.95, 30),
        erlangA_n_ab_le_5pct=abandoning(0.05),
        erlangA_n_ab_le_3pct=abandoning(0.03),
    )


def least_staff_c(lambda_per_h: float, aht_s: float, service_level: float, T_s: float) -> int:
    """Smallest number of advisors that serves a share of the contacts within a time, without abandonment (Erlang C).

    Args:
        lambda_per_h: Arrival rate [1/h], finite, >= 0.
        aht_s: Mean handle time [s], finite, > 0.
        service_level: Share of the contacts, in [0, 1).
        T_s: Time [s], finite, >= 0.

    Returns:
        The number, at least 1 and above the offered load.

    Raises:
        ValueError: If an argument is out of range.
    """
    lambda_per_h, aht_s, load = demand(lambda_per_h=lambda_per_h, aht_s=aht_s)
    service_level, T_s = _below_one("service_level", service_level), non_negative("T_s", T_s)
    return _least(
        lambda n: n > load and erlang_c(lambda_per_h, aht_s, n, T_s).service_level_T >= service_level, _guess(load)
    )


def least_staff_a(
    lambda_per_h: float,
    aht_s: float,
    mean_patience_s: float,
    service_level: float = 0.0,
    T_s: float = 0.0,
    p_abandon: float = 1.0,
) -> int:
    """Smallest number of advisors that meets a service level, a limit on abandonment or both (Erlang A).

    Args:
        lambda_per_h: Arrival rate [1/h], finite, >= 0.
        aht_s: Mean handle time [s], finite, > 0.
        mean_patience_s: Mean patience [s], finite, > 0.
        service_level: Smallest share of the offered contacts served within ``T_s``, in [0, 1).
        T_s: Threshold of the service level [s], finite, >= 0.
        p_abandon: Largest share of the offered contacts that abandon, in (0, 1].

    Returns:
        The number, at least 1.

    Raises:
        ValueError: If an argument is out of range.
    """
    lambda_per_h, aht_s, load = demand(lambda_per_h=lambda_per_h, aht_s=aht_s)
    mean_patience_s, T_s = positive("mean_patience_s", mean_patience_s), non_negative("T_s", T_s)
    service_level = _below_one("service_level", service_level)
    if share("p_abandon", p_abandon) == 0.0:
        raise ValueError(f"p_abandon={p_abandon!r} is not allowed: it must be above 0, which no staff reaches")

    def meets(n: int) -> bool:
        answer = erlang_a(lambda_per_h, aht_s, mean_patience_s, n, T_s)
        return answer.served_within_T_of_offered >= service_level and answer.p_abandon <= p_abandon

    return _least(meets, _guess(load))


def _below_one(name: str, value: float) -> float:
    if share(name, value) == 1.0:
        raise ValueError(f"{name}={value!r} is not allowed: it must be below 1, which no staff reaches")
    return float(value)


def _guess(load: float) -> int:
    if load > 1e7:  # Erlang B takes time in proportion to n
        raise ValueError(f"lambda_per_h * aht_s / 3600 = {load:.6g} erlang is not allowed: it must be at most 1e7")
    return max(1, math.ceil(load))


def _least(meets: Callable[[int], bool], guess: int) -> int:
    """Smallest whole number >= 1 for which ``meets`` is true; below it ``meets`` must be false, above it true."""
    low, high, step = 0, guess, 1
    while not meets(high):
        low, high, step = high, high + step, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if meets(middle) else (middle, high)
    return high
