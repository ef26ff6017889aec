"""Rewards: weighted sums of the simulator's counters.

Every counter is a reward term under its label; the term summed over an episode equals the counter. A weight is the
value of one more unit of the counter, so costs have negative weights. A reward is the name of a preset or a mapping
from terms to weights. A weight is a number for all queues, groups or campaigns, or a mapping from their names to
numbers; names left out have weight 0.

A preset counts money in the scenario's `value_unit`: the weight of a term in money is for so much money. A mapping
counts money as it is, so all its weights are in money if such terms have weight 1. With the key `preset`, it has the
weights of that preset where it names no other, and counts money as the preset does.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ccenv.files.errors import closest, names
from ccenv.files.numbers import real
from ccenv.files.reading import read
from ccenv.kpis import LABELS
from ccenv.sim.state.counters import COUNTERS
from ccenv.sim.state.layout import layout

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario

Weight = float | Mapping[str, float]
Reward = str | Mapping[str, Any] | None

PRESET = "preset"  # key of a mapping that names the preset whose weights it changes
MONEY = "one unit of money"
PRESETS = Path(__file__).resolve().parent / "presets"
TERMS = {label: labelled for label, labelled in LABELS.items() if labelled.axis in COUNTERS}


def list_presets() -> list[str]:
    """Return the names of the reward presets, sorted."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


@functools.cache
def preset_unit(name: str) -> str:
    """Return the unit of a preset: what a reward of 1, or of -1, is worth.

    >>> preset_unit("pacing")
    'one joined contact'

    Raises:
        ValueError: If there is no such preset.
    """
    _check("reward preset", name, list_presets())
    return str(read(PRESETS / f"{name}.yaml")["unit"])


@functools.cache
def load_preset(name: str) -> Mapping[str, Weight]:
    """Return the weights of a preset by term.

    Raises:
        ValueError: If there is no such preset.
    """
    _check("reward preset", name, list_presets(), ", or a mapping from terms to weights")
    return MappingProxyType(read(PRESETS / f"{name}.yaml")["weights"])


def preset_notes(name: str) -> str:
    """Return the comment at the head of a preset's file: what it is for, its unit, and the reasons of its weights.

    Raises:
        ValueError: If there is no such preset.

    Example:
        >>> preset_notes("service").partition(".")[0]
        'Good service, inbound and outbound'
    """
    _check("reward preset", name, list_presets())
    lines = (PRESETS / f"{name}.yaml").read_text("utf-8").splitlines()
    head = itertools.takewhile(lambda line: line.startswith("#"), lines)
    return "\n".join(line[1:].removeprefix(" ") for line in head)


def reward_terms(reward: str | Mapping[str, Any]) -> Mapping[str, Weight]:
    """Return the weights of a reward by term: those of a preset, of a mapping, or of a preset that a mapping changes.

    >>> reward_terms({"preset": "pacing", "dropped": -3.0})["dropped"]
    -3.0

    Raises:
        ValueError: If there is no such preset.
    """
    if isinstance(reward, str):
        return load_preset(reward)
    own = {term: weight for term, weight in reward.items() if term != PRESET}
    return {**load_preset(reward[PRESET]), **own} if PRESET in reward else own


def reward_name(reward: str | Mapping[str, Any]) -> str:
    """Return a name of a reward: its preset's, marked if a mapping changes it, or `own`.

    >>> reward_name({"preset": "pacing", "dropped": -3.0}), reward_name({"value": 1.0})
    ('pacing, changed', 'own')
    """
    if isinstance(reward, str):
        return reward
    return f"{reward[PRESET]}, changed" if PRESET in reward else "own"


def reward_unit(reward: str | Mapping[str, Any]) -> str:
    """Return the unit of a reward: that of its preset, or of money."""
    preset = reward if isinstance(reward, str) else reward.get(PRESET)
    return MONEY if preset is None else preset_unit(preset)


def reward_weights(scenario: Scenario, reward: Reward = None) -> npt.NDArray[np.void]:
    """Return the weights of a scenario's counters, in the kernel's memory order.

    Args:
        scenario: Source of the names of queues, groups and campaigns, the size class and the default preset.
        reward: A preset, weights by term, or None for the scenario's own.

    Returns:
        A record with the fields `queue_count`, `group_count` and `campaign_count` of the kernel's environment record.

    Raises:
        ValueError: If a preset, term or name is unknown, or a weight is not a finite number; the message says what is
            allowed.
    """
    entities = scenario.by_axis
    env = layout(scenario.size.name).env
    record = np.zeros((), [(f"{axis}_count", env[f"{axis}_count"]) for axis in COUNTERS])
    for term, weight in _by_term(scenario, scenario.reward if reward is None else reward).items():
        _check("reward term", term, TERMS)
        axis, name = TERMS[term].axis, TERMS[term].counter.name
        by_entity = weight if isinstance(weight, Mapping) else dict.fromkeys(entities[axis], weight)
        for entity, value in by_entity.items():
            _check(f"{axis} in the reward term {term}", entity, entities[axis])
            record[f"{axis}_count"][name][entities[axis].index(entity)] = _number(value, term)
        if not by_entity:
            _number(weight, term)
    return record


def _by_term(scenario: Scenario, reward: Any) -> Mapping[str, Weight]:
    """Return weights by term. Those of a preset are per `value_unit` for terms that count money."""
    if not isinstance(reward, str | Mapping):
        allowed = f"a mapping from terms to weights, or a preset: {names(list_presets())}"
        raise ValueError(f"reward = {reward!r}: must be {allowed}")
    weights = reward_terms(reward)
    if not isinstance(reward, str) and PRESET not in reward:
        return weights
    return {term: _in_unit(weight, term, scenario.value_unit) for term, weight in weights.items()}


def _in_unit(weight: Weight, term: str, unit: float) -> Weight:
    if term not in TERMS or TERMS[term].counter.unit != "value":
        return weight
    if isinstance(weight, Mapping):
        return {entity: value / unit for entity, value in weight.items()}
    return weight / unit


def compile_reward(scenario: Scenario, reward: Reward = None) -> npt.NDArray[np.float64]:
    """Return the reward as a vector w: the reward of a step is w @ (counters now - counters before).

    The counters are the field `counts` of the kernel's record, float64. Arguments and errors are those of
    `reward_weights`.
    """
    return reward_weights(scenario, reward).reshape(1).view(np.float64)


def _check(what: str, word: Any, known: Iterable[str], further: str = "") -> None:
    if word not in known:
        raise ValueError(f"unknown {what} {word!r}: must be one of {names(known)}{further}{closest(str(word), known)}")


def _number(value: Any, term: str) -> float:
    return real(f"weight of the reward term {term!r}", value)
