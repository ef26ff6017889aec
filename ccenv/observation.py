"""The public snapshot and the observation of a scenario, both made from the field declarations."""

from __future__ import annotations

import numpy as np
from gymnasium.spaces import Box

from ccenv.scenarios import Scenario
from ccenv.sim.fields import FIELDS, Field
from ccenv.sim.layout import Layout


def entities(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Names along each axis letter of a field: queues, groups, campaigns, compatible pairs."""
    names = {"queue": scenario.queues, "campaign": scenario.campaigns}
    pairs = tuple(f"{names[p.kind][p.index]}>{scenario.groups[p.group]}" for p in scenario.pairs)
    return {"Q": scenario.queues, "G": scenario.groups, "C": scenario.campaigns, "P": pairs}


def field_shape(field: Field, scenario: Scenario) -> tuple[int, ...]:
    """Shape of a field in this scenario; () for a single number."""
    axis = () if field.axis == "" else (len(entities(scenario)[field.axis]),)
    return axis + (() if field.width == 1 else (field.width,))


def snapshot_dtype(scenario: Scenario) -> np.dtype:
    """The public snapshot: one float64 field for each declaration, sized to the scenario."""
    shapes = [(f.name, field_shape(f, scenario)) for f in FIELDS]
    return np.dtype([(name, "f8", shape) if shape else (name, "f8") for name, shape in shapes])


def observed_places(scenario: Scenario, kinds: Layout) -> tuple[np.ndarray, list[tuple[int, float, float]]]:
    """Where the scenario's numbers stand in the kernel's record, which has room for a whole size class.

    Returns:
        Places of all numbers of the public snapshot in its order, int64; and of the observed ones (place, high, scale).
    """
    places: list[int] = []
    seen: list[tuple[int, float, float]] = []
    for f in FIELDS:
        shape = field_shape(f, scenario)
        first = kinds.snapshot.fields[f.name][1] // 8  # type: ignore[index]
        here = [first + k for k in range(int(np.prod(shape, dtype=int)))]
        places += here
        if not f.rule_only:
            seen += [(place, f.high, f.scale) for place in here]
    return np.array(places, dtype=np.int64), seen


def observation_names(scenario: Scenario) -> tuple[str, ...]:
    """One name for each number of the observation, such as `queue_length:sales` or `finishes:first:2`."""
    names: list[str] = []
    for f in FIELDS:
        if f.rule_only:
            continue
        owners = [f.name] if f.axis == "" else [f"{f.name}:{name}" for name in entities(scenario)[f.axis]]
        names += owners if f.width == 1 else [f"{owner}:{k}" for owner in owners for k in range(f.width)]
    return tuple(names)


def observation_space(scenario: Scenario, kinds: Layout) -> Box:
    """Box (K,) float32 with the bounds of the declarations times their scales."""
    _, seen = observed_places(scenario, kinds)
    high = np.array([np.float32(h * s) for _, h, s in seen], dtype=np.float32)
    return Box(np.zeros_like(high), high, dtype=np.float32)
