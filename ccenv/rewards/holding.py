"""Holding cost by queue, with a terminal cost: the objective of most published control problems."""

from __future__ import annotations

from collections.abc import Mapping

from ccenv.files.numbers import real
from ccenv.rewards.terms import Weight, load_preset

_PRESET = "holding_cost"
_HOUR_S = 3_600.0
_RATES = ("waiting_s",)  # terms of the preset that accrue with time; the others are counted at the end of a day
_IN_SERVICE = "talk_s"


def holding_cost(
    per_hour: Weight, terminal: Weight = 0.0, *, in_service: bool = False
) -> dict[str, float | dict[str, float]]:
    """Return the reward of the preset `holding_cost` with other costs, as weights by term.

    Args:
        per_hour: Cost of an hour that a contact waits: a number for all queues, or one by name of the queue. A queue
            that is not named costs nothing.
        terminal: Cost of a contact that is still there at the end of a day: one that waits when overtime is over, a
            callback still owed, an item of deferrable work that is not finished. Given like `per_hour`.
        in_service: Whether an hour of talk costs as much as an hour of waiting: the cost of the time in the system.

    Raises:
        ValueError: If a cost is not a finite number.

    Example:
        >>> holding_cost(36.0, {"sales": 2.0})["waiting_s"], holding_cost(36.0, {"sales": 2.0})["unserved"]
        (-0.01, {'sales': -2.0})
    """
    rate, end = _negative("per_hour", per_hour, _HOUR_S), _negative("terminal", terminal, 1.0)
    weights = {term: rate if term in _RATES else end for term in load_preset(_PRESET)}
    return weights | ({_IN_SERVICE: rate} if in_service else {})


def _negative(key: str, cost: Weight, seconds: float) -> float | dict[str, float]:
    """Return a cost as the weight of one unit of a counter."""
    if isinstance(cost, Mapping):
        return {name: 0.0 - real(f"{key}[{name!r}]", value) / seconds for name, value in cost.items()}
    return 0.0 - real(key, cost) / seconds
