"""Loading: a library name, a path or a mapping, with a variant and overrides."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ccenv.files.errors import ScenarioError, closest, names
from ccenv.files.reading import copy_mapping, read_all
from ccenv.rewards.terms import Reward
from ccenv.scenarios.check.warn import warn_of_reward, warn_of_transfers
from ccenv.scenarios.files.handle_times import spread_handle_times
from ccenv.scenarios.files.library import find, name_and_variant
from ccenv.scenarios.files.overrides import changed_file, override
from ccenv.scenarios.scenario import Scenario, build

Source = str | os.PathLike[str] | Mapping[str, Any]


def load_scenario(source: Source | Scenario, *, variant: str | None = None, **overrides: Any) -> Scenario:
    """Load and check a scenario, and choose its size class.

    Warns with a `RewardTrapWarning` if the scenario's own reward pays for starving inbound contacts, and with a
    `HeldTransferWarning` if all its advisors may wait for one another.

    Args:
        source: Name of a library scenario, path of a YAML file, mapping with the same keys, or a scenario. A text may
            name a variant after a colon: `bank_blended:either`.
        variant: Name of one of the file's `variants`, applied before the overrides.
        **overrides: Values for dotted keys, for example `**{"campaigns.deposits.max_lines": 10}`.

    Raises:
        ScenarioError: If the scenario cannot be used; the message names file, key, value and what is allowed.
    """
    if isinstance(source, Scenario):
        if variant is not None:
            overrides = {**_variant(source.centre.variants, variant, source.file), **overrides}
        return source.replace(**overrides) if overrides else source
    scenario = _load(source, variant, overrides)
    warn_of_reward(scenario)
    warn_of_transfers(scenario)
    return scenario


def load_for_run(source: Source | Scenario, reward: Reward) -> Scenario:
    """Load the scenario of a run that may have a reward of its own.

    The scenario's own reward is checked only if the run uses it. `ccenv.run.config` checks any other reward, so a
    run warns of one reward at most.
    """
    if isinstance(source, Scenario):
        return source
    scenario = _load(source, None, {})
    if reward is None or reward == scenario.reward:
        warn_of_reward(scenario)
    warn_of_transfers(scenario)
    return scenario


def _load(source: Source, variant: str | None, overrides: dict[str, Any]) -> Scenario:
    if isinstance(source, str) and variant is None:
        source, variant = name_and_variant(source)
    if isinstance(source, str | os.PathLike):
        path = find(source)
        file, folder = path.name, path.parent
        data, problems = read_all(path)
    else:
        file, folder = "mapping", None
        data, problems = copy_mapping(source, file)
    if variant is not None:
        changes = _variant(data.get("variants", {}), variant, file)
        file = f"{file}, variant {variant}"
        problems += override(data, changes, file)
    if overrides:
        file = changed_file(file, overrides)
        problems += override(data, overrides, file)
    problems += spread_handle_times(data, file, folder)
    return build(data, file, problems)


def _variant(variants: Any, name: str, file: str) -> dict[str, Any]:
    known = variants if isinstance(variants, dict) else {}
    if not isinstance(known.get(name), dict):
        raise ScenarioError(file, "variant", name, f"must be one of {names(known)}{closest(name, known)}")
    changes: dict[str, Any] = known[name]
    return changes
