"""What a run shows and pays: the parts of its configuration record on the observation, the reward and the costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ccenv.kpis.dropped_share import cost_weights
from ccenv.rewards.terms import compile_reward
from ccenv.scenarios import Scenario
from ccenv.sim.state.codes import NIL
from ccenv.sim.state.counters import GROUP_COUNTERS, QUEUE_COUNTERS, RUNNING_OF_GROUP, RUNNING_OF_QUEUE
from ccenv.sim.state.fields import OBSERVED
from ccenv.spaces.observation import n_numbers


def set_observation(record: Any, scenario: Scenario) -> None:
    """Write the place, the bound and the scale of each observed field to the configuration record."""
    at = 0
    for f in OBSERVED:
        n = n_numbers(f, scenario)
        record["observed_at"][f.name] = at
        record["observed_high"][at : at + n] = f.highest(scenario.size)
        record["observed_scale"][at : at + n] = f.scale
        at += n
    record["n_observed"] = at


def set_reward(record: Any, scenario: Scenario, reward: str | Mapping[str, Any]) -> None:
    """Write the terms that a reward and the costs count to the configuration record, ordered by when they are paid.

    Args:
        record: The record.
        scenario: The centre.
        reward: Preset, or weights by reward term.

    Raises:
        ValueError: If a term or a weight is not allowed.
    """
    weights = [compile_reward(scenario, w) for w in (reward, *cost_weights(scenario))]
    places = np.flatnonzero(np.any(np.array(weights) != 0.0, axis=0))
    waiting, staffed = _waiting_places(scenario), _staffed_places(scenario)
    costs = np.flatnonzero(np.any(np.array(weights[1:]) != 0.0, axis=0)).tolist()  # they count contacts, never time
    free = [place for place in places.tolist() if place not in (*costs, *waiting, *staffed)]
    of_staff = [place for place in places.tolist() if place in staffed]
    of_waiting = [place for place in places.tolist() if place in waiting]
    ordered = [*free, *costs, *of_staff, *of_waiting]
    n = record["n_terms"] = len(ordered)
    record["n_free"], record["n_costs"], record["n_staffed"] = len(free), len(free) + len(costs), n - len(of_waiting)
    record["term_place"][:n] = ordered
    for name, values in zip(("reward", "cost", "cost_base"), weights, strict=True):
        record[f"term_{name}"][:n] = values[ordered]
    for place in of_staff:
        record["staffed"][ordered.index(place)] = staffed[place]
    record["waiting_term"] = NIL
    for place in of_waiting:
        record["waiting_term"][waiting[place]] = ordered.index(place)


def _waiting_places(scenario: Scenario) -> dict[int, int]:
    """Return, by index of a counter of waiting time, its queue."""
    names = [counter.name for counter in QUEUE_COUNTERS]
    return {q * len(names) + names.index(RUNNING_OF_QUEUE): q for q in range(len(scenario.queues))}


def _staffed_places(scenario: Scenario) -> dict[int, tuple[int, int]]:
    """Return, by index of a counter of advisor time, its group and the state of the advisors.

    The lines of an answering service are no advisors: these counters of theirs stay 0.
    """
    first = scenario.size.queues * len(QUEUE_COUNTERS)
    return {
        first + g * len(GROUP_COUNTERS) + k: (g, RUNNING_OF_GROUP[counter.name])
        for g, group in enumerate(scenario.centre.groups.values())
        if group.answering_service is None
        for k, counter in enumerate(GROUP_COUNTERS)
        if counter.name in RUNNING_OF_GROUP
    }
