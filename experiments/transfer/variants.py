"""Variants of a centre that have other numbers of advisors and queues, at the load of the centre."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Iterable
from typing import Any

import msgspec

from ccenv.scenarios import Scenario, ScenarioError, load_scenario
from ccenv.scenarios.compile.roster import staffing
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.schema import Group

SAME = "as trained"


@functools.cache
def variants(name: str) -> dict[str, Scenario]:
    """Return a centre, and the variants that it has, by their names in the order of the tables.

    Advisors: all numbers of advisors, arrivals, leads and lines times a factor. One queue more: the busiest queue is
    split into two of half its arrivals. One queue fewer: the least busy queue that no other key names is removed, and
    the arrivals of the others rise by its work; some centres have no such variant. Where queues change, FIFO routes.

    Raises:
        ValueError: If a queue's arrivals are a recorded trace, which has no factor.
    """
    scenario = load_scenario(name)
    for queue, declared in scenario.centre.queues.items():
        if declared.trace_s is not None:
            raise ValueError(f"centres: {name!r} has the recorded queue {queue!r}; allowed: centres without `trace_s`")
    found = {
        SAME: scenario, "half the advisors": _resized(scenario, 0.5), "twice the advisors": _resized(scenario, 2.0),
        "one queue more": _split(scenario),
    }  # fmt: skip
    fewer = _fewer(scenario)
    return found if fewer is None else {**found, "one queue fewer": fewer}


def plain(scenario: Scenario) -> dict[str, Any]:
    """Return a centre as plain data, without the keys that have their defaults."""
    data: dict[str, Any] = msgspec.to_builtins(scenario.centre)
    return data | {"variants": {}, "sources": {}}


def times(profile: Any, factor: float) -> Any:
    """Return a number or a list of numbers times a factor."""
    return [times(each, factor) for each in profile] if isinstance(profile, list) else profile * factor


def whole(profile: Any, factor: float) -> Any:
    """Return whole numbers times a factor, halves rounded up; at least one where there was one."""
    if isinstance(profile, list):
        return [whole(each, factor) for each in profile]
    return max(min(profile, 1), math.floor(factor * profile + 0.5))


def _resized(scenario: Scenario, factor: float) -> Scenario:
    data = plain(scenario)
    for group in data["groups"].values():
        if "staffing" in group:
            group["staffing"] = whole(group["staffing"], factor)
        for shift in group.get("shifts", []):
            shift["n"] = whole(shift["n"], factor)
        if "answering_service" in group:
            group["answering_service"]["lines"] = whole(group["answering_service"]["lines"], factor)
    groups = [msgspec.convert(group, Group) for group in data["groups"].values()]
    ratio = _planned(groups, scenario) / _planned(scenario.centre.groups.values(), scenario)
    for queue in data.get("queues", {}).values():  # by the advisors that there are, so that rounding changes no load
        queue["arrivals_per_hour"] = times(queue["arrivals_per_hour"], ratio)
    limited = [(campaign, key) for campaign in data.get("campaigns", {}).values() for key in ("leads", "max_lines")]
    for owner, key in [*limited, (data, "trunks")]:
        if isinstance(owner.get(key), int):
            owner[key] = whole(owner[key], factor)
    return load_scenario(data)


def _planned(groups: Iterable[Group], scenario: Scenario) -> int:
    """Return the advisors planned to be on duty, summed over slots."""
    return sum(sum(staffing(group, scenario.centre.clock)) for group in groups)


def _work(scenario: Scenario) -> dict[str, float]:
    """Return the work of each queue: mean arrivals per hour times the mean handle time of the groups with the skill."""
    found = {}
    for name, queue in scenario.centre.queues.items():
        rates = queue.arrivals_per_hour
        rate = sum(rates) / len(rates) if isinstance(rates, list) else rates
        groups = [group for group in scenario.centre.groups.values() if name in group.skills]
        handle = [mean_s(group.handle_s.get(name, queue.handle_s)) for group in groups]
        found[name] = rate * sum(handle) / max(1, len(handle))
    return found


def _split(scenario: Scenario) -> Scenario:
    data, work = plain(scenario), _work(scenario)
    name = max(work, key=lambda each: work[each])
    twin = f"{name}_2"
    queue = data["queues"][name]
    queue["arrivals_per_hour"] = times(queue["arrivals_per_hour"], 0.5)
    data["queues"][twin] = queue
    for group in data["groups"].values():
        if name in group["skills"]:
            group["skills"].append(twin)
        if name in group.get("handle_s", {}):
            group["handle_s"][twin] = group["handle_s"][name]
    data["rules"]["routing"] = {"name": "fifo", "params": {}}
    return load_scenario(data)


def _fewer(scenario: Scenario) -> Scenario | None:
    """Return the centre without the least busy queue that no other key names; None if there is none."""
    work = _work(scenario)
    for name in sorted(work, key=lambda each: work[each]) if len(work) > 1 else []:
        with contextlib.suppress(ScenarioError):
            return _without(scenario, name, sum(work.values()) / (sum(work.values()) - work[name]))
    return None


def _without(scenario: Scenario, name: str, factor: float) -> Scenario:
    data = plain(scenario)
    del data["queues"][name]
    for queue in data["queues"].values():
        queue["arrivals_per_hour"] = times(queue["arrivals_per_hour"], factor)
    for group in data["groups"].values():
        group["skills"] = [skill for skill in group["skills"] if skill != name]
        group.get("handle_s", {}).pop(name, None)
    data["groups"] = {key: group for key, group in data["groups"].items() if group["skills"]}
    data["rules"]["routing"] = {"name": "fifo", "params": {}}
    return load_scenario(data)
