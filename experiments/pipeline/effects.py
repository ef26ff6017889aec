"""Keys of a sweep that change nothing: before the cells run, and by their results."""

from __future__ import annotations

import json
from collections.abc import Sequence

from experiments.jobs.files import read_json
from experiments.pipeline.evaluation import own_pair
from experiments.pipeline.sweep_cell import Planned


def repeated(planned: Sequence[Planned]) -> list[str]:
    """Return a line for each set of combinations that have one cell: the keys in which they differ change nothing."""
    groups: dict[str, list[Planned]] = {}
    for plan in planned:
        if plan.cell is not None:
            groups.setdefault(plan.cell.digest, []).append(plan)
    return [
        f"no effect: {_differing(group)} give one cell ({name})" for name, group in groups.items() if len(group) > 1
    ]


def without_effect(planned: Sequence[Planned]) -> list[str]:
    """Return a line for each half of the rules that differs between the scenarios, though tuning chooses it anew."""
    cells = [plan for plan in planned if plan.cell is not None]
    pairs = [own_pair(plan.cell.scenario) for plan in cells if plan.cell is not None]
    lines = []
    for half in ("routing", "pacing"):
        rules = list(dict.fromkeys(getattr(pair, half).label for pair in pairs))
        if len(rules) > 1:
            names = [f"{key}" for key in values_by_key(cells) if key.startswith(f"scenario.set.rules.{half}")]
            lines.append(
                f"no effect on tuned rules: {', '.join(names) or f'the {half} rule of the scenario'} "
                f"({', '.join(rules)}): tuning chooses the {half} rule; the table has a row for each asked rule"
            )
    return lines


def alike(planned: Sequence[Planned]) -> list[str]:
    """Return a line for each set of different cells with equal figures of all policies."""
    groups: dict[str, dict[str, Planned]] = {}
    for plan in planned:
        if plan.cell is not None and plan.cell.path.exists():
            rows = json.dumps(read_json(plan.cell.path)["comparison"]["rows"], sort_keys=True)
            groups.setdefault(rows, {})[plan.cell.digest] = plan
    return [
        f"no effect: {_differing(list(group.values()))} give equal figures of all policies"
        for group in groups.values()
        if len(group) > 1
    ]


def _differing(planned: Sequence[Planned]) -> str:
    return (
        " and ".join(f"{key}={','.join(values)}" for key, values in values_by_key(planned).items() if len(values) > 1)
        or "equal combinations"
    )


def values_by_key(planned: Sequence[Planned]) -> dict[str, list[str]]:
    """Return the values of each overridden key, in their order."""
    found: dict[str, list[str]] = {}
    for plan in planned:
        for override in plan.overrides:
            key, _, value = override.partition("=")
            if value not in found.setdefault(key, []):
                found[key].append(value)
    return found
