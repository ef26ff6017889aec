"""Redial and reconnect: contacts that abandon call again, and served contacts come back."""

from dataclasses import dataclass
from typing import Any

from ccenv.theory._checks import demand, positive, share, whole
from ccenv.theory._orbits import solve_orbits
from ccenv.theory._poisson_orbits import Centre

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
        redial_delay_s: Mean time until the redial [s].
        reconnect_prob: Probability that a served contact will come back.
        reconnect_delay_s: Mean time until it comes back [s].
        total_arrivals_per_h: Arrival rate [1/h], redials and reconnects included.
        p_abandon_per_call: Abandoned / arrived; each redial and each reconnect counts as an arrival.
        e_queue: Mean number waiting.
        e_redial_orbit: Mean number of contacts that will redial.
        e_reconnect_orbit: Mean number of served contacts that will come back.
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
    """Load and abandonment with redials after abandonment and reconnects after service, both after exponential delays.

    Solves the chain of the numbers in the centre and in both orbits to a relative error of about 1e-7. One method is an
    expansion whose cost hardly depends on the size of the orbits, see `ccenv.theory._orbits`. The other counts the
    redial orbit one by one, see `ccenv.theory._counted_orbit`; it serves small centres and cases in which almost no
    contact is lost. Without redials and reconnects the model is Erlang A. With growing delays it tends to Erlang A at
    the total arrival rate. Errors may reach 1e-5 in centres too large for counting whose advisors are almost never idle
    and whose redials are nearly certain.

    There is a steady state whenever ``redial_prob`` is below 1, and at 1 if the offered load of fresh contacts is below
    ``n (1 - reconnect_prob)``.

    Args:
        n: Number of advisors, a whole number >= 1.
        fresh_lambda_per_h: Arrival rate of fresh contacts [1/h], finite, > 0.
        aht_s: Mean handle time [s], finite, > 0.
        patience_s: Mean patience [s], exponential, finite, > 0.
        redial_prob: Probability that a contact that abandons will redial, in [0, 1]; each time anew.
        redial_delay_s: Mean time until the redial [s], finite, > 0.
        reconnect_prob: Probability that a served contact will come back, in [0, 1]; each time anew.
        reconnect_delay_s: Mean time until it comes back [s], finite, > 0.

    Returns:
        The steady state.

    Raises:
        ValueError: If an argument is out of range; if the number of contacts grows without bound; if the queue exceeds
            200,000; or if neither method works. The last happens if an orbit varies far more than a Poisson number and
            counting would take more than about half a minute.

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
    asked = {
        "n": whole("n", n),
        "fresh_lambda_per_h": positive("fresh_lambda_per_h", fresh_lambda_per_h),
        "aht_s": positive("aht_s", aht_s),
        "patience_s": positive("patience_s", patience_s),
        "redial_prob": share("redial_prob", redial_prob),
        "redial_delay_s": positive("redial_delay_s", redial_delay_s),
        "reconnect_prob": share("reconnect_prob", reconnect_prob),
        "reconnect_delay_s": positive("reconnect_delay_s", reconnect_delay_s),
    }
    return _measures(asked, *_solved(asked))


def _solved(asked: dict[str, Any]) -> tuple[Centre, float, float]:
    """The model in units of mean handle times, and the mean numbers waiting and at work."""
    n, aht_s = asked["n"], asked["aht_s"]
    _, _, load = demand(fresh_lambda_per_h=asked["fresh_lambda_per_h"], aht_s=aht_s)
    redials, reconnects = asked["redial_prob"], asked["reconnect_prob"]
    if redials == 1.0 and load >= n * (1 - reconnects):
        raise ValueError(
            f"redial_prob=1 is not allowed: nobody is lost, and the offered load of {load:.6g} erlang with "
            f"reconnect_prob={reconnects!r} is not below n={n!r}: contacts would pile up without bound"
        )
    centre = Centre(
        n=n,
        fresh=load,
        leave=aht_s / asked["patience_s"],
        redial=redials,
        redial_rate=aht_s / asked["redial_delay_s"],
        reconnect=reconnects,
        reconnect_rate=aht_s / asked["reconnect_delay_s"],
    )
    means = solve_orbits(centre)
    if means is None:
        raise ValueError(
            f"redial_prob={redials!r} and reconnect_prob={reconnects!r} are not allowed with these rates: a steady "
            "state exists, but no expansion settles, and queue and redial orbit are too long to be counted one by one"
        )
    return centre, *means


def _measures(asked: dict[str, Any], centre: Centre, waiting: float, at_work: float) -> Redial:
    abandon = centre.leave * waiting
    total = abandon + at_work
    return Redial(
        **asked,
        total_arrivals_per_h=total * (3600 / asked["aht_s"]),
        p_abandon_per_call=abandon / total,
        e_queue=waiting,
        e_redial_orbit=centre.redial * abandon / centre.redial_rate,
        e_reconnect_orbit=centre.reconnect * at_work / centre.reconnect_rate,
        occupancy=min(1.0, at_work / centre.n),
    )
