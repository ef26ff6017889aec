"""Factors by which a cell changes a centre: overrides of `load_scenario` made from the centre itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from ccenv.league.errors import LeagueError, one_of
from ccenv.scenarios import Scenario

ARRIVALS = "arrivals"
HANDLED = ("handle_s", "handle_sale_s", "handle_wrong_party_s")


def with_factors(scenario: Scenario, factors: Mapping[str, float]) -> Scenario:
    """Return a copy of a scenario in which quantities are multiplied by factors, by the name in `FACTORS`.

    Raises:
        LeagueError: If there is no such factor, or the centre has nothing that it changes.
    """
    data = msgspec.to_builtins(scenario.centre)
    for group in data.get("groups", {}).values():
        if group.get("answering_service") is None:  # plain data leave defaults out, and a factor changes this one
            group.setdefault("shrinkage", 0.0)
    overrides: dict[str, Any] = {}
    for name, factor in factors.items():
        if name not in FACTORS:
            raise one_of("factors", name, FACTORS)
        room, keys, change = FACTORS[name]
        changed = {key: change(value, factor) for key, value in found(data.get(room, {}) if room else data, keys, room)}
        if not changed:
            raise LeagueError(
                f"factors.{name} = {factor:g}; allowed: factors of what {scenario.name} has, not {keys[0]}"
            )
        overrides |= changed if factor != 1.0 else {}
    return scenario.replace(**overrides) if overrides else scenario


def found(data: Any, keys: tuple[str, ...], at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted place and value of each key in plain data that has one of the names and is not None.

    A mapping of times by queue is entered, a distribution is not. The changes of `variants` are no part of the centre.
    """
    for name, value in data.items() if isinstance(data, dict) else enumerate(data):
        place = f"{at}.{name}".lstrip(".")
        if name in keys and value is not None:
            if isinstance(value, dict) and "dist" not in value:
                yield from ((f"{place}.{inner}", each) for inner, each in value.items())
            else:
                yield place, value
        elif isinstance(value, dict | list) and place != "variants":
            yield from found(value, keys, place)


def times(value: Any, factor: float) -> Any:
    """Return a number or a list of numbers times a factor."""
    return [each * factor for each in value] if isinstance(value, list) else value * factor


def longer(time: Any, factor: float) -> Any:
    """Return a time, a number or a distribution, whose values are multiplied by a factor."""
    if not isinstance(time, dict):
        return times(time, factor)
    changed = {}
    for key, value in time.items():
        if key.endswith("_per_s"):
            changed[key] = times(value, 1.0 / factor)
        elif key == "mu":
            changed[key] = value + math.log(factor)
        else:
            changed[key] = times(value, factor) if key.endswith("_s") and value is not None else value
    return changed


def fewer(shrinkage: float, factor: float) -> float:
    """Return the shrinkage of a group of which only a share comes in."""
    return 1.0 - (1.0 - shrinkage) * factor


#: By name of a factor: the part of the centre, the keys there that it changes, and how. `arrivals`: mean rates of fresh
#: contacts. `answers`: probabilities that a person of a list answers. `handle`: handle times. `patience`: patience of
#: waiting contacts. `present`: share of the advisors who come in.
FACTORS: dict[str, tuple[str, tuple[str, ...], Callable[[Any, float], Any]]] = {
    ARRIVALS: ("queues", ("arrivals_per_hour",), times),
    "answers": ("campaigns", ("p_answer",), times),
    "handle": ("", HANDLED, longer),
    "patience": ("queues", ("patience_s",), longer),
    "present": ("groups", ("shrinkage",), fewer),
}
