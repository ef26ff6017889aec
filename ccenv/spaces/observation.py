"""The public snapshot and the observation of a scenario, both derived from the declarations of fields."""

from __future__ import annotations

import numpy as np
from gymnasium.spaces import Box

from ccenv.scenarios import Scenario
from ccenv.sim.state.fields import FIELDS, OBSERVED, Field
from ccenv.sim.state.layout import Layout


def entities(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return the names along each axis: Q queues, G groups, C campaigns, P compatible pairs."""
    names = {"queue": scenario.queues, "campaign": scenario.campaigns}
    pairs = tuple(f"{names[p.kind][p.index]}>{scenario.groups[p.group]}" for p in scenario.pairs)
    return {"Q": scenario.queues, "G": scenario.groups, "C": scenario.campaigns, "P": pairs}


def field_shape(field: Field, scenario: Scenario) -> tuple[int, ...]:
    """Return the shape of a field in this scenario; () for a single number."""
    axis = () if field.axis == "" else (len(entities(scenario)[field.axis]),)
    return axis + (() if field.width == 1 else (field.width,))


def snapshot_dtype(scenario: Scenario) -> np.dtype:
    """Return the type of the public snapshot: a float64 field for each declaration, sized to the scenario."""
    shapes = [(f.name, field_shape(f, scenario)) for f in FIELDS]
    return np.dtype([(name, "f8", shape) if shape else (name, "f8") for name, shape in shapes])


def n_numbers(field: Field, scenario: Scenario) -> int:
    """Return the number of elements of a field in this scenario."""
    return int(np.prod(field_shape(field, scenario), dtype=int))


def places(scenario: Scenario, kinds: Layout) -> np.ndarray:
    """Return the indices of the public snapshot's numbers in the kernel's record, which is sized to a size class."""
    first = {f.name: kinds.snapshot.fields[f.name][1] // 8 for f in FIELDS}  # type: ignore[index]
    return np.concatenate([first[f.name] + np.arange(n_numbers(f, scenario)) for f in FIELDS])


def observed(scenario: Scenario) -> np.ndarray:
    """Return whether each number of the public snapshot is part of the observation, bool."""
    return np.concatenate([np.full(n_numbers(f, scenario), not f.rule_only) for f in FIELDS])


def observation_names(scenario: Scenario) -> tuple[str, ...]:
    """Return a name for each number of the observation, for example `queue_length:sales` or `finishes:first:2`."""
    names: list[str] = []
    for f in OBSERVED:
        owners = [f.name] if f.axis == "" else [f"{f.name}:{name}" for name in entities(scenario)[f.axis]]
        names += owners if f.width == 1 else [f"{owner}:{k}" for owner in owners for k in range(f.width)]
    return tuple(names)


def observation_space(scenario: Scenario) -> Box:
    """Return the `Box` (K,) float32: from 0 to the declared upper bounds times the scales."""
    high = np.concatenate(
        [np.full(n_numbers(f, scenario), np.float32(f.highest(scenario.size) * f.scale)) for f in OBSERVED]
    )
    return Box(np.zeros_like(high), high, dtype=np.float32)
