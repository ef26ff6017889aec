"""V-design: two classes of contacts, one group of advisors, non-preemptive priority for the first class."""

from dataclasses import dataclass

from ccenv.theory._checks import demand, non_negative, whole
from ccenv.theory._loss import loss
from ccenv.theory._offered_wait import offered_wait
from ccenv.theory._second_class import SecondQueue, impatient_second, patient_second
from ccenv.theory.erlang import erlang_a

__all__ = ["VDesign", "v_design"]


@dataclass(frozen=True, slots=True)
class VDesign:
    """Steady state of the V-design.

    Attributes:
        n: Number of advisors.
        lambda1_per_h: Arrival rate of the first class [1/h].
        lambda2_per_h: Arrival rate of the second class [1/h].
        aht_s: Mean handle time of both [s].
        patience1_s: Mean patience of the first class [s]; 0 if it never abandons.
        patience2_s: Mean patience of the second class [s]; 0 if it never abandons.
        p_wait: Probability that a contact of either class has to wait.
        ew1_s: Mean wait [s] of the first class, served or not, zeros included.
        ew2_s: Mean wait [s] of the second class, served or not, zeros included.
        p_ab1: Probability that a contact of the first class abandons.
        p_ab2: Probability that a contact of the second class abandons.
    """

    n: int
    lambda1_per_h: float
    lambda2_per_h: float
    aht_s: float
    patience1_s: float
    patience2_s: float
    p_wait: float
    ew1_s: float
    ew2_s: float
    p_ab1: float
    p_ab2: float


def v_design(
    n: int, lambda1_per_h: float, lambda2_per_h: float, aht_s: float, patience1_s: float, patience2_s: float
) -> VDesign:
    """Waits and abandonment of two classes with non-preemptive priority and one distribution of handle time.

    Given that all advisors are at work, the first class waits as if it were alone. The probability of waiting and the
    second class need one of three methods:

    - The second class is patient: Cobham's formulas, extended to a first class that abandons.
    - Both classes have the same patience: the total is Erlang A.
    - Otherwise: the stationary distribution of the second queue. It is solved to about 1e-12, in seconds, for up to
    2,000
      contacts in that queue.

    Args:
        n: Number of advisors, a whole number >= 1.
        lambda1_per_h: Arrival rate of the first class [1/h], finite, > 0.
        lambda2_per_h: Arrival rate of the second class [1/h], finite, > 0.
        aht_s: Mean handle time of both classes [s], finite, > 0.
        patience1_s: Mean patience of the first class [s], exponential, finite, >= 0; 0 means that it never abandons.
        patience2_s: The same for the second class.

    Returns:
        The steady state.

    Raises:
        ValueError: If an argument is out of range; if a queue grows without bound; or if the patiences differ and are
            so long that the queues cannot be tabulated.

    References:
        Cobham (1954), "Priority assignment in waiting line problems", Operations Research 2(1); Kella and Yechiali
        (1985), "Waiting times in the non-preemptive priority M/M/c queue", Stochastic Models 1(2).

    Example:
        >>> answer = v_design(n=5, lambda1_per_h=20, lambda2_per_h=25, aht_s=300, patience1_s=0, patience2_s=0)
        >>> round(answer.p_wait, 4), round(answer.ew1_s, 2), round(answer.ew2_s, 2)
        (0.4618, 41.56, 166.24)
    """
    n = whole("n", n)
    lambda1_per_h, aht_s, load1 = demand(lambda1_per_h=lambda1_per_h, aht_s=aht_s)
    lambda2_per_h, aht_s, load2 = demand(lambda2_per_h=lambda2_per_h, aht_s=aht_s)
    patience1_s, patience2_s = non_negative("patience1_s", patience1_s), non_negative("patience2_s", patience2_s)
    for name, rate in (("lambda1_per_h", lambda1_per_h), ("lambda2_per_h", lambda2_per_h)):
        if rate == 0.0:
            raise ValueError(f"{name}=0 is not allowed: it must be above 0; one class alone is erlang_a or erlang_c")
    patience1, patience2 = patience1_s / aht_s, patience2_s / aht_s
    wait1 = _first_wait(n, load1, patience1, lambda1_per_h)
    p_wait, ew1, ew2 = _waits(n, load1, load2, patience1, patience2, wait1)
    return VDesign(
        n=n,
        lambda1_per_h=lambda1_per_h,
        lambda2_per_h=lambda2_per_h,
        aht_s=aht_s,
        patience1_s=patience1_s,
        patience2_s=patience2_s,
        p_wait=p_wait,
        ew1_s=ew1 * aht_s,
        ew2_s=ew2 * aht_s,
        p_ab1=ew1 / patience1 if patience1 else 0.0,
        p_ab2=ew2 / patience2 if patience2 else 0.0,
    )


def _waits(
    n: int, load1: float, load2: float, patience1: float, patience2: float, wait1: float
) -> tuple[float, float, float]:
    """Probability of waiting, and mean waits of both classes [mean handle times].

    `wait1` is the mean wait of a contact of the first class given that it waits.
    """
    if patience1 == patience2 > 0.0:
        total = erlang_a(load1 + load2, 3600.0, 3600.0 * patience1, n, 0.0)
        ew1 = total.p_wait * wait1
        return total.p_wait, ew1, ((load1 + load2) * total.e_wait_s / 3600.0 - load1 * ew1) / load2
    second = _second_queue(n, load1, load2, patience1, patience2)
    blocked, carried = loss(n, load1 + load2)
    p_wait = blocked / (blocked + carried * second.p_none)
    return p_wait, p_wait * wait1, p_wait * second.mean / load2


def _first_wait(n: int, load1: float, patience1: float, lambda1_per_h: float) -> float:
    """Mean wait [mean handle times] of a contact of the first class that has to wait."""
    if patience1 > 0.0:
        return offered_wait(n, load1, patience1, 0.0).abandoned * patience1
    if load1 >= n:
        raise ValueError(
            f"lambda1_per_h={lambda1_per_h!r} is not allowed: without abandonment the offered load of the first class, "
            f"{load1:.6g} erlang, must be below n={n!r}"
        )
    return 1 / (n - load1)


def _second_queue(n: int, load1: float, load2: float, patience1: float, patience2: float) -> SecondQueue:
    leave1 = 1 / patience1 if patience1 else 0.0
    if patience2 == 0.0:
        queue = patient_second(n, load1, leave1, load2)
        if queue is None:
            raise ValueError(
                f"patience2_s=0 is not allowed: the second class never abandons and has too little service left, with "
                f"n={n!r} and offered loads of {load1:.6g} and {load2:.6g} erlang"
            )
        return queue
    queue = impatient_second(n, load1, leave1, load2, 1 / patience2)
    if queue is None:
        raise ValueError(
            f"patience1_s and patience2_s of {patience1:.6g} and {patience2:.6g} handle times are not allowed: unless "
            "they are equal they must be short enough for the queues to be tabulated, 4,000 and 2,000 contacts"
        )
    return queue
