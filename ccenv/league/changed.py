"""Factors by which a cell changes a centre: overrides of `load_scenario` made from the centre itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ccenv.scenarios import Scenario

ARRIVALS = "arrivals"


def with_factors(scenario: Scenario, factors: Mapping[str, float]) -> Scenario:
    """Return a copy of a scenario in which quantities are multiplied by factors, by the name in `FACTORS`."""
    overrides: dict[str, Any] = {}
    for name, factor in factors.items():
        if factor != 1.0:
            overrides |= FACTORS[name](scenario, factor)
    return scenario.replace(**overrides) if overrides else scenario


def _arrivals(scenario: Scenario, factor: float) -> dict[str, Any]:
    return {
        f"queues.{name}.arrivals_per_hour": times(queue.arrivals_per_hour, factor)
        for name, queue in scenario.centre.queues.items()
    }


def times(profile: Any, factor: float) -> Any:
    """Return a number or a list of numbers times a factor."""
    return [each * factor for each in profile] if isinstance(profile, list) else profile * factor


#: What a factor multiplies, by its name. `arrivals`: the mean rates of fresh contacts of all queues.
FACTORS: dict[str, Callable[[Scenario, float], dict[str, Any]]] = {ARRIVALS: _arrivals}
