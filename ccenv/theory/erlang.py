"""Erlang's formulas for one group of advisors: B (loss), C (delay) and A (delay with abandonment).

All three assume one queue, Poisson arrivals, exponential handle times, first come first served and steady state. They
differ in the fate of a contact that finds all advisors at work. In B it is lost. In C it waits until it is served. In A
it abandons when its exponential patience ends. Each function returns a frozen dataclass of its arguments and results,
named as the columns of the reference tables.
"""

# ruff: noqa: N815 - fields carry the column names of the reference tables

import math
from dataclasses import dataclass

from ccenv.theory._checks import demand, non_negative, positive, whole
from ccenv.theory._loss import loss
from ccenv.theory._offered_wait import offered_wait

__all__ = ["ErlangA", "ErlangB", "ErlangC", "erlang_a", "erlang_b", "erlang_c"]


@dataclass(frozen=True, slots=True)
class ErlangB:
    """Steady state of M/M/n/n: no waiting room.

    Attributes:
        n: Number of advisors (or trunks).
        offered_load: Arrival rate times mean handle time [erlang].
        blocking: Probability that a contact finds all ``n`` at work and is lost.
    """

    n: int
    offered_load: float
    blocking: float


@dataclass(frozen=True, slots=True)
class ErlangC:
    """Steady state of M/M/n: every contact waits until it is served.

    Attributes:
        lambda_per_h: Arrival rate [1/h].
        aht_s: Mean handle time [s].
        n: Number of advisors.
        offered_load: Arrival rate times mean handle time [erlang].
        T_s: Threshold of the service level [s].
        p_wait: Probability that a contact has to wait.
        asa_s: Mean wait [s] of all contacts, zeros included.
        e_wait_given_wait_s: Mean wait [s] of the contacts that wait.
        service_level_T: Probability that a contact is served within ``T_s``.
        lq: Mean number waiting.
        occupancy: Share of the advisors' time spent at work.
    """

    lambda_per_h: float
    aht_s: float
    n: int
    offered_load: float
    T_s: float
    p_wait: float
    asa_s: float
    e_wait_given_wait_s: float
    service_level_T: float
    lq: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class ErlangA:
    """Steady state of M/M/n+M: exponential patience.

    Four fields are definitions of the service level in common use: ``served_within_T_of_offered``,
    ``p_wait_le_T_incl_abandoners``, ``sl_excl_short_abandons`` and ``sl_of_served``. They differ by up to 27
    percentage points.

    Attributes:
        lambda_per_h: Arrival rate [1/h].
        aht_s: Mean handle time [s].
        mean_patience_s: Mean patience [s].
        n: Number of advisors.
        offered_load: Arrival rate times mean handle time [erlang].
        T_s: Threshold of the service levels [s].
        p_wait: Probability that a contact has to wait.
        p_abandon: Probability that a contact abandons.
        e_wait_s: Mean wait [s] of all contacts, served or not, zeros included.
        e_wait_given_wait_s: Mean wait [s] of the contacts that wait, served or not.
        p_ab_given_wait: Probability that a contact that has to wait abandons.
        served_within_T_of_offered: Served within ``T_s`` / offered.
        p_wait_le_T_incl_abandoners: (Served or abandoned within ``T_s``) / offered.
        p_abandon_within_T: Abandoned within ``T_s`` / offered.
        sl_excl_short_abandons: Served within ``T_s`` / (offered - abandoned within ``T_s``).
        sl_of_served: Served within ``T_s`` / served.
        occupancy: Share of the advisors' time spent at work.
    """

    lambda_per_h: float
    aht_s: float
    mean_patience_s: float
    n: int
    offered_load: float
    T_s: float
    p_wait: float
    p_abandon: float
    e_wait_s: float
    e_wait_given_wait_s: float
    p_ab_given_wait: float
    served_within_T_of_offered: float
    p_wait_le_T_incl_abandoners: float
    p_abandon_within_T: float
    sl_excl_short_abandons: float
    sl_of_served: float
    occupancy: float


def erlang_b(n: int, load: float) -> ErlangB:
    """Blocking of a group without a waiting room (Erlang B, M/M/n/n).

    Uses the recursion ``B(k) = a B(k-1) / (k + a B(k-1))``, ``B(0) = 1``, whose terms are all positive. The time taken
    is proportional to ``n``. The result holds for any distribution of the handle time.

    Args:
        n: Number of advisors or trunks, a whole number >= 1.
        load: Offered load, arrival rate times mean handle time [erlang], finite, >= 0.

    Returns:
        The blocking probability in [0, 1]; 0 if it is below the smallest float.

    Raises:
        ValueError: If an argument is out of range.

    References:
        Erlang (1917), "Solution of some problems in the theory of probabilities of significance in automatic
        telephone exchanges".

    Example:
        >>> round(erlang_b(n=10, load=10.0).blocking, 6)
        0.214582
    """
    n = whole("n", n)
    load = non_negative("load", load)
    return ErlangB(n=n, offered_load=load, blocking=loss(n, load)[0])


def erlang_c(rate_per_hour: float, handle_s: float, n: int, threshold_s: float) -> ErlangC:
    """Waits in a group whose contacts never abandon (Erlang C, M/M/n).

    With B from Erlang B, ``C = n B / (n - a (1 - B))`` and ``P(W > t) = C exp(-(n mu - lambda) t)``.

    Args:
        rate_per_hour: Arrival rate [1/h], finite, >= 0; at 0 the measures are those of a single contact.
        handle_s: Mean handle time [s], finite, > 0.
        n: Number of advisors, a whole number above the offered load ``rate_per_hour * handle_s / 3600``.
        threshold_s: Threshold of the service level [s], finite, >= 0.

    Returns:
        The steady state.

    Raises:
        ValueError: If an argument is out of range, or the queue grows without bound (offered load >= ``n``).

    References:
        Erlang (1917), as under `erlang_b`; Gans, Koole and Mandelbaum (2003), "Telephone Call Centers: Tutorial,
        Review, and Research Prospects", M&SOM 5(2).

    Example:
        >>> answer = erlang_c(rate_per_hour=100, handle_s=240, n=8, threshold_s=20)
        >>> round(answer.p_wait, 4), round(answer.asa_s, 2), round(answer.service_level_T, 4)
        (0.5327, 95.88, 0.5233)
    """
    n = whole("n", n)
    rate_per_hour, handle_s, load = demand(rate_per_hour=rate_per_hour, handle_s=handle_s)
    threshold_s = non_negative("threshold_s", threshold_s)
    if load >= n:
        raise ValueError(
            f"n={n} is not allowed: without abandonment it must exceed the offered load, "
            f"rate_per_hour={rate_per_hour!r} * handle_s={handle_s!r} / 3600 = {load:.6g} erlang"
        )
    spare = n - load
    blocked, carried = loss(n, load)
    norm = spare + load * blocked
    p_wait = n * blocked / norm
    asa_s = p_wait * (handle_s / spare)
    return ErlangC(
        lambda_per_h=rate_per_hour,
        aht_s=handle_s,
        n=n,
        offered_load=load,
        T_s=threshold_s,
        p_wait=p_wait,
        asa_s=asa_s,
        e_wait_given_wait_s=handle_s / spare,
        service_level_T=min(1.0, spare * carried / norm - p_wait * math.expm1(-spare * threshold_s / handle_s)),
        lq=load * (asa_s / handle_s),
        occupancy=load / n,
    )


def erlang_a(rate_per_hour: float, handle_s: float, patience_s: float, n: int, threshold_s: float) -> ErlangA:
    """Waits and abandonment in a group whose contacts have exponential patience (Erlang A, Palm's M/M/n+M).

    Uses Palm's form, ``P(W > 0) = A B / (1 + (A - 1) B)`` with B from Erlang B. Integrals over the offered wait replace
    the differences of incomplete gamma functions of the textbooks, see `ccenv.theory._offered_wait`. The computation is
    stable at any load, for 1 to 2,000 advisors and beyond. Its relative error against sums in 200 digits is below
    1e-12.

    Args:
        rate_per_hour: Arrival rate [1/h], finite, >= 0; at 0 the measures are those of a single contact.
        handle_s: Mean handle time [s], finite, > 0.
        patience_s: Mean patience [s], finite, > 0.
        n: Number of advisors, a whole number >= 1.
        threshold_s: Threshold of the service levels [s], finite, >= 0.

    Returns:
        The steady state, with the four definitions of the service level.

    Raises:
        ValueError: If an argument is out of range.

    References:
        Palm (1957), "Research on telephone traffic carried by full availability groups"; Mandelbaum and Zeltyn (2005),
        "The Palm/Erlang-A queue, with applications to call centers", Technion.

    Example:
        >>> answer = erlang_a(rate_per_hour=100, handle_s=300, patience_s=120, n=9, threshold_s=20)
        >>> round(answer.p_wait, 4), round(answer.p_abandon, 4), round(answer.e_wait_s, 2)
        (0.3725, 0.1295, 15.54)
    """
    n = whole("n", n)
    rate_per_hour, handle_s, load = demand(rate_per_hour=rate_per_hour, handle_s=handle_s)
    patience_s = positive("patience_s", patience_s)
    threshold_s = non_negative("threshold_s", threshold_s)
    patience = patience_s / handle_s
    if not (0.0 < n * patience < math.inf and load * patience < math.inf):
        raise ValueError(f"patience_s={patience_s!r} is not allowed: out of proportion to handle_s={handle_s!r}")
    blocked, carried = loss(n, load)
    late = offered_wait(n, load, patience, threshold_s / patience_s)
    norm = carried * late.inverse_palm + blocked
    p_wait, p_no_wait = blocked / norm, carried * late.inverse_palm / norm
    served = p_no_wait + p_wait * late.served
    served_by_t = p_no_wait + p_wait * late.served_by_t
    abandoned_by_t = p_wait * late.abandoned_by_t
    return ErlangA(
        lambda_per_h=rate_per_hour,
        aht_s=handle_s,
        mean_patience_s=patience_s,
        n=n,
        offered_load=load,
        T_s=threshold_s,
        p_wait=p_wait,
        p_abandon=p_wait * late.abandoned,
        e_wait_s=p_wait * late.abandoned * patience_s,
        e_wait_given_wait_s=late.abandoned * patience_s,
        p_ab_given_wait=late.abandoned,
        served_within_T_of_offered=min(1.0, served_by_t),
        p_wait_le_T_incl_abandoners=min(1.0, served_by_t + abandoned_by_t),
        p_abandon_within_T=abandoned_by_t,
        sl_excl_short_abandons=min(1.0, served_by_t / (served_by_t + p_wait * late.waiting_at_t)),
        sl_of_served=min(1.0, served_by_t / served),
        occupancy=min(1.0, load * served / n),
    )
