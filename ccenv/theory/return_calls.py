"""Return calls: a dialer whose leads call in, and the queue that they join."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ccenv.theory._checks import positive, share, whole
from ccenv.theory.redials import redial

__all__ = ["ReturnCalls", "return_calls"]


@dataclass(frozen=True, slots=True)
class ReturnCalls:
    """Steady state of a dialer with constant lines, the orbit of its leads that will call in, and their queue.

    Attributes:
        lines: Lines that ring at all times.
        ring_s: Mean ring time [s].
        return_prob: Probability that a lead that did not answer will call in.
        return_delay_s: Mean time until it does [s].
        n: Number of advisors.
        aht_s: Mean handle time [s].
        patience_s: Mean patience [s].
        redial_prob: Probability that a call that abandons will redial.
        redial_delay_s: Mean time until the redial [s].
        attempts_per_h: Rate of attempts [1/h].
        return_calls_per_h: Rate of return calls [1/h], redials excluded.
        e_return_orbit: Mean number of leads that will call in, redials excluded.
        total_arrivals_per_h: Arrival rate of the queue [1/h], redials included.
        p_abandon_per_call: Abandoned / arrived; each redial counts as an arrival.
        e_queue: Mean number waiting.
        e_redial_orbit: Mean number of calls that will redial.
        occupancy: Share of the advisors' time spent at work.
    """

    lines: int
    ring_s: float
    return_prob: float
    return_delay_s: float
    n: int
    aht_s: float
    patience_s: float
    redial_prob: float
    redial_delay_s: float
    attempts_per_h: float
    return_calls_per_h: float
    e_return_orbit: float
    total_arrivals_per_h: float
    p_abandon_per_call: float
    e_queue: float
    e_redial_orbit: float
    occupancy: float


def return_calls(
    lines: int,
    ring_s: float,
    return_prob: float,
    return_delay_s: float,
    n: int,
    aht_s: float,
    patience_s: float,
    redial_prob: float,
    redial_delay_s: float,
) -> ReturnCalls:
    """Load and abandonment of a queue whose only arrivals are leads that call in after an attempt nobody answered.

    Each of the lines rings for an exponential time, ends without an answer, and is dialed again at once, so attempts
    are a Poisson process. So are those of them after which the lead calls in, and, as each waits for a time of its own,
    the return calls: the orbit is an M/G/infinity queue, and its output is Poisson (Mirasol 1963). The delay therefore
    changes the size of the orbit and nothing else. What follows is `redial` with the rate of return calls.

    Args:
        lines: Lines that ring at all times, a whole number >= 1.
        ring_s: Mean ring time [s], exponential, finite, > 0.
        return_prob: Probability that a lead will call in, in [0, 1] and not 0.
        return_delay_s: Mean time until it does [s], of any distribution, finite, > 0.
        n: Number of advisors, a whole number >= 1.
        aht_s: Mean handle time [s], finite, > 0.
        patience_s: Mean patience [s], exponential, finite, > 0.
        redial_prob: Probability that a call that abandons will redial, in [0, 1]; each time anew.
        redial_delay_s: Mean time until the redial [s], finite, > 0.

    Returns:
        The steady state.

    Raises:
        ValueError: If an argument is out of range, or as `redial`.

    References:
        Mirasol (1963), "The output of an M/G/infinity queuing system is Poisson", Operations Research 11.

    Example:
        >>> answer = return_calls(
        ...     lines=10, ring_s=20, return_prob=0.05, return_delay_s=1800, n=9, aht_s=300, patience_s=120,
        ...     redial_prob=0, redial_delay_s=600,
        ... )
        >>> answer.return_calls_per_h, answer.e_return_orbit, round(answer.p_abandon_per_call, 4)
        (90.0, 45.0, 0.0932)
    """
    given = {
        "lines": whole("lines", lines),
        "ring_s": positive("ring_s", ring_s),
        "return_prob": positive("return_prob", share("return_prob", return_prob)),
        "return_delay_s": positive("return_delay_s", return_delay_s),
    }
    attempts = 3600.0 * given["lines"] / given["ring_s"]
    rate = attempts * given["return_prob"]
    queue = asdict(redial(n, rate, aht_s, patience_s, redial_prob, redial_delay_s, 0.0, redial_delay_s))
    for name in ("fresh_lambda_per_h", "reconnect_prob", "reconnect_delay_s", "e_reconnect_orbit"):
        del queue[name]
    return ReturnCalls(
        **given,  # type: ignore[arg-type]
        **queue,
        attempts_per_h=attempts,
        return_calls_per_h=rate,
        e_return_orbit=rate * given["return_delay_s"] / 3600.0,
    )
