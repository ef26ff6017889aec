"""Check of the reward that a centre names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ccenv.files.errors import closest, names
from ccenv.rewards.terms import PRESET, TERMS, list_presets
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.schema import Centre


def reward(centre: Centre) -> Iterator[Problem]:
    """The reward is a preset, or has known terms with finite weights of entities of the centre."""
    given = centre.reward
    if isinstance(given, str):
        yield from _one_of("reward", given, list_presets())
    elif given is not None:
        if not given:
            yield Problem("reward", given, "must have one term or more, such as abandoned: -1")
        entities = {"queue": list(centre.queues), "group": list(centre.groups), "campaign": list(centre.campaigns)}
        for term, weight in given.items():
            if term == PRESET:
                yield from _one_of(f"reward.{term}", weight, list_presets())
            elif term in TERMS:
                yield from _weight(f"reward.{term}", weight, entities[TERMS[term].axis])
            else:
                yield Problem(f"reward.{term}", weight, f"must be one of {names(TERMS)}{closest(term, TERMS)}")


def _one_of(key: str, value: Any, known: Sequence[str]) -> Iterator[Problem]:
    if value not in known:
        yield Problem(key, value, f"must be one of {names(known)}{closest(str(value), known)}")


def _weight(key: str, weight: Any, entities: Sequence[str]) -> Iterator[Problem]:
    """A weight is a finite number, or one for each of some entities."""
    by_name = {f"{key}.{name}": value for name, value in weight.items()} if isinstance(weight, Mapping) else {}
    for name in weight if by_name else ():
        if name not in entities:
            yield Problem(f"{key}.{name}", weight[name], f"must be one of {names(entities)}{closest(name, entities)}")
    for where, value in (by_name or {key: weight}).items():
        if not isinstance(value, int | float) or not math.isfinite(value):
            yield Problem(where, value, "must be a finite number")
