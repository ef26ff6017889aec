"""Registry of rules: name, function, parameters, required flag, queue order. The code of a rule is its index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from ccenv.rules import pacing, routing
from ccenv.sim.state.layout import PACING_PARAMS, RANKS


class Param(NamedTuple):
    """A parameter of a rule: a number with bounds `low` and `high`, or one of `words` (0, 1, ...)."""

    name: str
    default: float | str
    low: float = 0.0
    high: float = float("inf")
    words: tuple[str, ...] = ()
    meaning: str = ""


class RuleSpec(NamedTuple):
    """A registered rule.

    `reserves`: value of the campaign flag that a pacing rule needs, None for any. `order`: sort order of the queues
    that a routing rule needs. `per_queue`: it ranks the queues by its parameter `order`, a list of their names.
    `tosses`: it may use the decision's coin.
    """

    name: str
    function: Callable[..., Any]
    params: tuple[Param, ...] = ()
    reserves: bool | None = None
    order: Literal["entry", "total_wait"] = "entry"
    per_queue: bool = False
    tosses: bool = False

    @property
    def meaning(self) -> str:
        """Meaning of the rule: the first line of its function's docstring."""
        function = getattr(self.function, "py_func", self.function)
        return str(function.__doc__).splitlines()[0]


RESERVE = Param("reserve", 0.0, meaning="idle eligible advisors kept for inbound")

ADVISOR = Param("advisor", routing.ADVISORS[0], words=routing.ADVISORS, meaning="which idle eligible group comes first")

ROUTING_RULES = (
    RuleSpec("fifo", routing.fifo, (ADVISOR,)),
    RuleSpec("lwt", routing.lwt, (ADVISOR,), order="total_wait"),
    RuleSpec("priority", routing.priority, (ADVISOR,), per_queue=True),
    RuleSpec("longest_queue", routing.longest_queue, (ADVISOR,)),
    RuleSpec("random", routing.random, tosses=True),
)
PACING_RULES = (
    RuleSpec("no_dial", pacing.no_dial),
    RuleSpec("progressive", pacing.progressive, (RESERVE,), reserves=True),
    RuleSpec(
        "reserve_threshold",
        pacing.reserve_threshold,
        (RESERVE, Param("p_next", 0.0, high=1.0, meaning="probability of one more at the threshold")),
        reserves=True,
        tosses=True,
    ),
    RuleSpec("progressive_unreserved", pacing.progressive_unreserved, (RESERVE,), reserves=False),
    RuleSpec(
        "fixed_ratio",
        pacing.fixed_ratio,
        (
            Param("ratio", 1.0, meaning="ringing lines for each idle advisor"),
            Param("rounding", "floor", words=("floor", "random"), meaning="how a target is made whole"),
            RESERVE,
        ),
        reserves=False,
        tosses=True,
    ),
    RuleSpec(
        "max0",
        pacing.max0,
        (
            Param("k", 1.0, meaning="ringing lines for each idle advisor"),
            Param("c", 0.0, meaning="lines held back"),
            RESERVE,
        ),
        reserves=False,
        tosses=True,
    ),
    RuleSpec(
        "constant_lines",
        pacing.constant_lines,
        (Param("n", 1.0, meaning="ringing lines"),),
        reserves=False,
        tosses=True,
    ),
    RuleSpec(
        "dial_x_free",
        pacing.dial_x_free,
        (
            Param("kappa", 1.0, meaning="ringing lines for each idle eligible advisor"),
            Param("c", 0.0, low=-float("inf"), meaning="lines more"),
            Param("s_t", 1.0, meaning="fewest idle advisors of all groups"),
            Param("s_d", 1.0, meaning="fewest idle eligible advisors"),
            Param(
                "when",
                "freed",
                words=("freed", "event"),
                meaning="it dials when an advisor is freed, or after each event",
            ),
        ),
        reserves=False,
    ),
)


class RuleError(ValueError):
    """A rule or parameter does not exist or may not be used here."""


def find_rule(rules: Sequence[RuleSpec], name: str) -> int:
    """Return the code of a rule; raises RuleError with the registered names if there is none."""
    for code, rule in enumerate(rules):
        if rule.name == name:
            return code
    raise RuleError(f"rule {name!r} is not registered; allowed: {', '.join(r.name for r in rules)}")


def rule_params(rule: RuleSpec, given: Mapping[str, Any], queues: Sequence[str], capacity: int) -> np.ndarray:
    """Return the parameter vector of a rule, checked and with defaults.

    Returns:
        float64, shape (max(RANKS + capacity, PACING_PARAMS),); the ranks of the queues begin at index `RANKS`.

    Raises:
        RuleError: If a parameter is unknown or its value is not allowed; the message names both.
    """
    names = [p.name for p in rule.params] + (["order"] if rule.per_queue else [])
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise RuleError(f"rule {rule.name}: unknown parameter {unknown[0]!r}; allowed: {', '.join(names) or 'none'}")
    vector = np.zeros(max(RANKS + capacity, PACING_PARAMS))
    for k, param in enumerate(rule.params):
        vector[k] = _value(rule, param, given.get(param.name, param.default))
    if rule.per_queue:
        vector[RANKS : RANKS + len(queues)] = _ranks(rule, given.get("order", queues), queues)
    return vector


def _value(rule: RuleSpec, param: Param, value: Any) -> float:
    if param.words:
        if value not in param.words:
            raise RuleError(f"rule {rule.name}: {param.name} = {value!r}; allowed: {', '.join(param.words)}")
        return float(param.words.index(value))
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not param.low <= float(value) <= param.high:
        raise RuleError(
            f"rule {rule.name}: {param.name} = {value!r}; allowed: a number in [{param.low:g}, {param.high:g}]"
        )
    return float(value)


def _ranks(rule: RuleSpec, order: Any, queues: Sequence[str]) -> list[int]:
    """Return the rank of each queue (0: served first) from a list of their names in order of service."""
    if isinstance(order, str) or not isinstance(order, Sequence) or sorted(map(str, order)) != sorted(queues):
        raise RuleError(f"rule {rule.name}: order = {order!r}; allowed: each of {', '.join(queues)} once")
    return [list(order).index(name) for name in queues]
