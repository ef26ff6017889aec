"""The warnings of a description: what a planner should look at first."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from ccenv.description.keys import default_of
from ccenv.description.words import plural, slot_labels
from ccenv.scenarios import Scenario
from ccenv.scenarios.check.warn import warn_of_reward, warn_of_transfers
from ccenv.scenarios.files.sources import unsourced
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.offered import FULL, Load

LISTED = 3  # names that a warning lists


def warnings_of(scenario: Scenario, load: Load) -> list[str]:
    """Return what a planner should look at first: overload, drops at once, rewards, held transfers, sources."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_reward(scenario)
        warn_of_transfers(scenario)
    said = [str(each.message).removeprefix(f"{scenario.file}: ") for each in caught]
    return [
        *_overloads(scenario, load),
        *_without_staff(scenario, load),
        *_drops(scenario),
        *said,
        *_unsourced(scenario),
    ]


def _overloads(scenario: Scenario, load: Load) -> list[str]:
    """Return a line for each set of groups that are overloaded at the same time, and equally."""
    labels, alike = slot_labels(scenario.centre.clock), dict[tuple[int, float, int], list[int]]()
    for g, rho in enumerate(np.nan_to_num(load.rho)):
        n_full = int(np.count_nonzero(rho >= FULL))
        if n_full:
            k = int(np.argmax(rho))
            alike.setdefault((k, round(float(rho[k]), 2), n_full), []).append(g)
    found = []
    for (k, rho, n_full), groups in alike.items():
        work, staff = load.of_group[groups, k].sum(), load.staff[groups, k].sum()
        more = f"; 1 or more in {n_full} of {load.rho.shape[1]} slots" if n_full > 1 else ""
        found.append(
            f"overload: {_listed(scenario.groups[g] for g in groups)}: {work:.3g} erlangs for {staff:.3g} advisors "
            f"at {labels[k]}, {rho:.2f} each{more}"
        )
    return found


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - LISTED} more groups" if len(listed) > LISTED else ""
    return ", ".join(listed[:LISTED]) + more


def _without_staff(scenario: Scenario, load: Load) -> list[str]:
    found = []
    labels = slot_labels(scenario.centre.clock)
    for name, lost in zip(scenario.queues, load.nobody, strict=True):
        at = np.flatnonzero(lost > 0.0)
        if at.size:
            where = f"at {labels[at[0]]}" + (f" and in {plural(at.size - 1, 'more slot')}" if at.size > 1 else "")
            found.append(f"nobody on duty: {name} has {lost[at[0]]:.3g} contacts per hour, and no advisor, {where}")
    return found


def _drops(scenario: Scenario) -> list[str]:
    return [
        f"drops: {name} dials without reserving an advisor and has no drop_after_s, "
        "so a connect that finds nobody idle is dropped at once"
        for name, campaign in scenario.centre.campaigns.items()
        if campaign.reserves is not True and mean_s(campaign.drop_after_s) == 0.0
    ]


def _unsourced(scenario: Scenario) -> list[str]:
    keys = unsourced(_given(scenario.centre))
    if not keys:
        return []
    listed = ", ".join(keys[:LISTED]) + (", ..." if len(keys) > LISTED else "")
    return [f"sources: no entry for {len(keys)} figures: {listed}"]


def _given(value: Any) -> Any:
    """Return what a centre declares beside the defaults, in plain types."""
    if isinstance(value, msgspec.Struct):
        fields = {f.name: f for f in msgspec.structs.fields(value)}
        items = {name: (getattr(value, name), default_of(field)) for name, field in fields.items()}
        return {name: _given(item) for name, (item, default) in items.items() if msgspec.to_builtins(item) != default}
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items()}
    return [_given(item) for item in value] if isinstance(value, list) else value
