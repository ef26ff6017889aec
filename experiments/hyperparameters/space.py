"""Configurations of a declared space: drawn, put into the settings of a learner, and read from them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from experiments.hyperparameters.settings import Hyperparameter
from experiments.jobs.config import LearnerConfig
from experiments.pipeline.learning import training_of

PLACES = ("copies", "settings", "training")
DIGITS = 2  # significant digits of a number that is drawn

Values = dict[str, Any]  # a configuration: the value of each hyperparameter by its name


def start_of(space: Sequence[Hyperparameter]) -> Values:
    """Return the default configuration."""
    return {each.name: each.start for each in space}


def drawn(space: Sequence[Hyperparameter], n: int, seed: int) -> list[Values]:
    """Return random configurations: a Latin hypercube, so each tenth of a range has a tenth of them."""
    rng = np.random.default_rng(seed)
    strata = rng.permuted(np.tile(np.arange(n), (len(space), 1)), axis=1)  # (hyperparameters, configurations)
    shares = (strata + rng.random(strata.shape)) / max(n, 1)
    return [
        {each.name: value_at(each, float(share)) for each, share in zip(space, column, strict=True)}
        for column in shares.T
    ]


def value_at(each: Hyperparameter, share: float) -> Any:
    """Return the value at a share of the range or the list, in [0, 1)."""
    if each.values:
        return each.values[int(share * len(each.values))]
    assert each.low is not None and each.high is not None
    raw = each.low * (each.high / each.low) ** share if each.log else each.low + (each.high - each.low) * share
    value = min(max(float(f"{raw:.{DIGITS}g}"), each.low), each.high)
    return round(value) if each.whole else value


def with_values(learner: LearnerConfig, values: Mapping[str, Any]) -> LearnerConfig:
    """Return the settings of a learner with the values of a configuration."""
    plain = dataclasses.asdict(learner)
    for name, value in values.items():
        put(plain, name, value)
    return LearnerConfig(**plain)


def put(tree: dict[str, Any], name: str, value: Any) -> None:
    """Put a value at a dotted key of a nested dictionary."""
    *parents, last = name.split(".")
    for parent in parents:
        tree = tree.setdefault(parent, {})
    tree[last] = value


def values_of(learner: LearnerConfig, space: Sequence[Hyperparameter]) -> Values:
    """Return the configuration that the settings of a learner are, its own defaults included."""
    training = training_of(learner)
    parts = {"copies": learner.copies, "settings": training.settings, "training": training}
    found = {}
    for each in space:
        place, *keys = each.name.split(".")
        value: Any = parts[place]
        for key in keys:
            value = getattr(value, key)
        found[each.name] = msgspec.json.decode(msgspec.json.encode(value))  # as in a file: lists, no tuples
    return found


def check(learner: LearnerConfig, space: Sequence[Hyperparameter], at: str) -> None:
    """Refuse a space that is no space, or that does not fit the learner.

    Args:
        learner: Settings of the learner.
        space: The space.
        at: Key of the space in the settings, for the message.

    Raises:
        ValueError: The message names the hyperparameter and what is allowed.
    """
    names = [each.name for each in space]
    for each in space:
        here = f"{at}.{each.name}"
        if names.count(each.name) > 1:
            raise ValueError(f"{here}: declared twice; allowed: once")
        if each.name.partition(".")[0] not in PLACES:
            raise ValueError(f"{here}: unknown key; allowed: {', '.join(PLACES)} and what is below them")
        if each.values:
            if each.start not in each.values:
                raise ValueError(f"{here}.start = {each.start}; allowed: {', '.join(map(str, each.values))}")
            continue
        low, high = (math.nan if end is None else end for end in (each.low, each.high))
        if not low < high or (each.log and not low > 0.0):
            raise ValueError(
                f"{here}: low = {each.low}, high = {each.high}; allowed: `values`, or low below high, above 0 if log"
            )
        if not low <= each.start <= high:
            raise ValueError(f"{here}.start = {each.start}; allowed: {each.low} to {each.high}")
    for values in (start_of(space), *drawn(space, 8, 0)):
        try:
            training_of(with_values(learner, values))
        except ValueError as error:
            raise ValueError(f"{at}: {error}") from None
