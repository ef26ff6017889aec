"""Figures of the scenario surge_day, which its experiments flatten: the same contacts and advisors, spread evenly."""

from __future__ import annotations

from collections.abc import Sequence

from ccenv.scenarios import load_scenario

_CENTRE = load_scenario("surge_day").centre
OPEN_S = _CENTRE.clock.open_s
OPEN_FOR_S = _CENTRE.clock.close_s - OPEN_S


def listed_by_slot(values: float | Sequence[float]) -> list[float]:
    """A profile as a list."""
    return [values] if isinstance(values, int | float) else list(values)


PROFILES = {name: listed_by_slot(queue.arrivals_per_hour) for name, queue in _CENTRE.queues.items()}
STAFFING = {name: listed_by_slot(group.staffing) for name, group in _CENTRE.groups.items()}


def mean_of(values: Sequence[float]) -> float:
    """Mean over the slots."""
    return sum(values) / len(values)


def spread(staffing: Sequence[float]) -> list[int]:
    """Spread the same number of advisor slots as evenly as integers allow; the remainder goes to the first slots."""
    each, left = divmod(int(sum(staffing)), len(staffing))
    return [each + 1] * left + [each] * (len(staffing) - left)
