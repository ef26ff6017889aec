"""Redial and reconnect: contacts that abandon call again, and contacts that were served come back."""

from dataclasses import dataclass

from ccenv.theory._checks import demand, positive, share, whole
from ccenv.theory._orbits import Centre, solve_orbits

__all__ = ["Redial", "redial"]


@dataclass(frozen=True, slots=True)
class Redial:
    """Steady state of M/M/n+M with a redial orbit and a reconnect orbit.

    Attributes:
        n: Number of advisors.
        fresh_lambda_per_h: Arrival rate of fresh contacts [1/h].
        aht_s: Mean handle time [s].
        patience_s: Mean patience [s].
        redial_prob: Probability that a contact that abandons will redial.
        redial_delay_s: Mean time until it does [s].
        reconnect_prob: Probability that a served contact will come back.
        reconnect_delay_s: Mean time until it does [s].
        total_arrivals_per_h: Arrival rate [1/h], redials and reconnects included.
        p_abandon_per_call: Abandoned / arrived, each redial and reconnect counted by itself.
        e_queue: Mean number waiting.
        e_redial_orbit: Mean number that will redial.
        e_reconnect_orbit: Mean number that were served and will come back.
        occupancy: Share of the advisors' time spent at work.
    """

    n: int
    fresh_lambda_per_h: float
    aht_s: float
    patience_s: float
    redial_prob: float
    redial_delay_s: float
    reconnect_prob: float
    reconnect_delay_s: float
    total_arrivals_per_h: float
    p_abandon_per_call: float
    e_queue: float
    e_redial_orbit: float
    e_reconnect_orbit: float
    occupancy: float


def redial(
    n: int,
    fresh_lambda_per_h: float,
    aht_s: float,
    patience_s: float,
    redial_prob: float,
    redial_delay_s: float,
    reconnect_prob: float,
    reconnect_delay_s: float,
) -> Redial:
    """Load and abandonment where contacts that abandon redial and served ones reconnect, after exponential delays.

    Solves the chain of the numbers in the centre and in both orbits to 1e-7 or so, relative, by an expansion whose
    cost hardly depends on the size of the orbits; see `ccenv.theory._orbits`. Without redials and reconnects it is
    Erlang A; with delays that grow it tends to Erlang A at the total arrival rate.

    Args:
        n: Number of advisors, a whole number >= 1.
        fresh_lambda_per_h: Arrival rate of fresh contacts [1/h], finite, > 0.
        aht_s: Mean handle time [s], finite, > 0.
        patience_s: Mean patience [s], exponential, finite, > 0.
        redial_prob: Probability that a contact that abandons will redial, in [0, 1]; each time anew.
        redial_delay_s: Mean time until it does [s], finite, > 0.
        reconnect_prob: Probability that a served contact will come back, in [0, 1]; each time anew.
        reconnect_delay_s: Mean time until it does [s], finite, > 0.

    Returns:
        The steady state.

    Raises:
        ValueError: If an argument is out of range, the contacts pile up without bound, or the expansion does not
            settle (orbits that swing far more than a Poisson number does, or a queue above 200,000).

    References:
        Ding, Remerova, van der Mei and Zwart (2015), "Fluid approximation of a call center model with redials and
        reconnects", Performance Evaluation 92, for the model.

    Example:
        >>> answer = redial(
        ...     n=5, fresh_lambda_per_h=50, aht_s=300, patience_s=120, redial_prob=0.5, redial_delay_s=600,
        ...     reconnect_prob=0, reconnect_delay_s=1800,
        ... )
        >>> round(answer.total_arrivals_per_h, 3), round(answer.p_abandon_per_call, 4)
        (55.211, 0.1888)
    """
    n = whole("n", n)
    positive("fresh_lambda_per_h", fresh_lambda_per_h)
    fresh_lambda_per_h, aht_s, load = demand(fresh_lambda_per_h=fresh_lambda_per_h, aht_s=aht_s)
    patience_s = positive("patience_s", patience_s)
    redial_prob, redial_delay_s = share("redial_prob", redial_prob), positive("redial_delay_s", redial_delay_s)
    reconnect_prob = share("reconnect_prob", reconnect_prob)
    reconnect_delay_s = positive("reconnect_delay_s", reconnect_delay_s)
    if redial_prob == 1.0 and load >= n * (1 - reconnect_prob):
        raise ValueError(
            f"redial_prob=1 is not allowed: nobody is lost, and the offered load of {load:.6g} erlang with "
            f"reconnect_prob={reconnect_prob!r} is not below n={n!r}: contacts would pile up without bound"
        )
    centre = Centre(
        n=n,
        fresh=load,
        leave=aht_s / patience_s,
        redial=redial_prob,
        redial_rate=aht_s / redial_delay_s,
        reconnect=reconnect_prob,
        reconnect_rate=aht_s / reconnect_delay_s,
    )
    means = solve_orbits(centre)
    if means is None:
        raise ValueError(
            f"redial_prob={redial_prob!r} and reconnect_prob={reconnect_prob!r} are not allowed with these rates: the "
            "expansion does not settle, because too many contacts come back or the queue is too long"
        )
    waiting, at_work = means
    abandon = centre.leave * waiting
    total = abandon + at_work
    return Redial(
        n=n,
        fresh_lambda_per_h=fresh_lambda_per_h,
        aht_s=aht_s,
        patience_s=patience_s,
        redial_prob=redial_prob,
        redial_delay_s=redial_delay_s,
        reconnect_prob=reconnect_prob,
        reconnect_delay_s=reconnect_delay_s,
        total_arrivals_per_h=total * (3600 / aht_s),
        p_abandon_per_call=abandon / total,
        e_queue=waiting,
        e_redial_orbit=redial_prob * abandon / centre.redial_rate,
        e_reconnect_orbit=reconnect_prob * at_work / centre.reconnect_rate,
        occupancy=min(1.0, at_work / n),
    )
