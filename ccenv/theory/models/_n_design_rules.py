"""Rules of the N-design: which classes the next idle flexible advisor may take; class 1 goes first if both are allowed.

Arguments of a rule: numbers of both classes waiting and number of idle flexible advisors, (Y,) each. It returns whether
class 1 and whether class 2 may be taken, (Y,) each.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["N_DESIGN_RULES", "ORDERS", "Rule"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Rule = Callable[..., tuple[Bools, Bools]]

ORDERS = {  # orders of the scenario's queues for the rules that equal the registered `priority`
    "class1_priority": ["class1", "class2"],
    "class2_priority": ["class2", "class1"],
}


def _class1_first(q1: Ints, q2: Ints, idle: Ints) -> tuple[Bools, Bools]:
    return q1 > 0, q2 > 0


def _class2_first(q1: Ints, q2: Ints, idle: Ints) -> tuple[Bools, Bools]:
    return (q1 > 0) & (q2 == 0), q2 > 0


def _threshold(q1: Ints, q2: Ints, idle: Ints, q1_ge: float) -> tuple[Bools, Bools]:
    return (q1 > 0) & ((q1 >= q1_ge) | (q2 == 0)), q2 > 0


def _queue_ratio(q1: Ints, q2: Ints, idle: Ints, ratio: float) -> tuple[Bools, Bools]:
    return (q1 > 0) & (q1 >= ratio * q2), q2 > 0


def _longest_queue(q1: Ints, q2: Ints, idle: Ints) -> tuple[Bools, Bools]:
    return _queue_ratio(q1, q2, idle, 1.0)


def _reserve(q1: Ints, q2: Ints, idle: Ints, reserve: float, q1_ge: float = np.inf) -> tuple[Bools, Bools]:
    return (q1 > 0) & (q2 == 0) & ((idle > reserve) | (q1 >= q1_ge)), q2 > 0


def _no_sharing(q1: Ints, q2: Ints, idle: Ints) -> tuple[Bools, Bools]:
    return np.zeros(len(q1), bool), q2 > 0


def _priority(
    q1: Ints, q2: Ints, idle: Ints, order: Sequence[str] = ORDERS["class1_priority"], advisor: str = "longest_idle"
) -> tuple[Bools, Bools]:
    if advisor != "least_skilled":
        raise ValueError(f"advisor={advisor!r} of priority is not allowed: in this model it is least_skilled")
    if list(order) not in ORDERS.values():
        raise ValueError(f"order={order!r} of priority is not allowed: it must name class1 and class2 once each")
    return (_class1_first if list(order) == ORDERS["class1_priority"] else _class2_first)(q1, q2, idle)


N_DESIGN_RULES: dict[str, Rule] = {
    "priority": _priority,
    "class1_priority": _class1_first,
    "class2_priority": _class2_first,
    "threshold": _threshold,
    "fixed_queue_ratio": _queue_ratio,
    "longest_queue": _longest_queue,
    "reserve": _reserve,
    "dedicated_no_sharing": _no_sharing,
}
