"""Loading: a library name, a path or a mapping, with a variant and overrides."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccenv.scenarios.check.held_transfers import HeldTransferWarning, held_transfers
from ccenv.scenarios.files.errors import ScenarioError, closest, names
from ccenv.scenarios.files.overrides import changed_file, override
from ccenv.scenarios.files.reading import find, plain_mapping, read
from ccenv.scenarios.scenario import Scenario, build


def load_scenario(
    source: str | Path | Mapping[str, Any] | Scenario, *, variant: str | None = None, **overrides: Any
) -> Scenario:
    """Load, check and size a scenario.

    A `RewardTrapWarning` says if its own reward would starve inbound contacts, a `HeldTransferWarning` if its advisors
    may all wait for one another.

    Args:
        source: a name of the library, the path of a YAML file, a mapping with the same keys, or a scenario.
        variant: one of the file's `variants`, applied before the overrides.
        **overrides: values for dotted keys, `**{"campaigns.deposits.ring_s": 10}`.

    Raises:
        ScenarioError: naming file, key, value and what is allowed.
    """
    if isinstance(source, Scenario):
        if variant is not None:
            overrides = {**_variant(source.centre.variants, variant, source.file), **overrides}
        return source.replace(**overrides) if overrides else source
    if isinstance(source, str | Path):
        path = find(source)
        data, file = read(path), path.name
    else:
        data, file = plain_mapping(source, "mapping"), "mapping"
    if variant is not None:
        changes = _variant(data.get("variants", {}), variant, file)
        file = f"{file}, variant {variant}"
        override(data, changes, file)
    if overrides:
        file = changed_file(file, overrides)
        override(data, overrides, file)
    scenario = build(data, file)
    _warn(scenario)
    return scenario


def _warn(scenario: Scenario) -> None:
    from ccenv.rewards.trap import RewardTrapWarning, check_reward  # which reads scenarios itself

    found = check_reward(scenario)
    if found is not None:
        warnings.warn(f"{scenario.file}: reward = {scenario.centre.reward!r}: {found}", RewardTrapWarning, stacklevel=3)
    for held in held_transfers(scenario.centre):
        warnings.warn(f"{scenario.file}: {held}", HeldTransferWarning, stacklevel=3)


def _variant(variants: Any, name: str, file: str) -> dict[str, Any]:
    known = variants if isinstance(variants, dict) else {}
    if not isinstance(known.get(name), dict):
        raise ScenarioError(file, "variant", name, f"must be one of {names(known)}{closest(name, known)}")
    changes: dict[str, Any] = known[name]
    return changes
