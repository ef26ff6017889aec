"""Overrides: dotted keys and the values that replace those of a scenario's plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccenv.files.errors import Problem, ScenarioError, closest, names
from ccenv.files.reading import plain

SHOWN = 3
NAMED = ("queues", "groups", "campaigns", "segments")  # mappings from names to parts; their order is significant


def override(data: dict[str, Any], changes: Mapping[str, Any], file: str) -> list[Problem]:
    """Replace, in place and in the order given, the value at each dotted key. Return the problems of all of them.

    `queues.sales.redial.p` creates the mapping `redial` if there is none. `groups.first.staffing.3` is an element of a
    list.

    A key is wrong if it leads through a queue, group, campaign or segment that does not exist, through a plain value,
    or beyond the end of a list. A value is wrong if it has no place in a scenario. Both are left out.
    """
    problems: list[Problem] = []
    for key, value in changes.items():
        try:
            _replace(data, key, value, file)
        except ScenarioError as error:
            problems += error.problems
    return problems


def _replace(data: dict[str, Any], key: str, value: Any, file: str) -> None:
    *path, last = key.split(".")
    value = plain(value, file, key)
    node: Any = data
    for depth, part in enumerate(path):
        node = _step(node, part, path[:depth], key, file)
    if isinstance(node, list):
        node[_index(node, last, key, file)] = value
    else:
        _mapping(node, path, key, file)[last] = value


def changed_file(file: str, changes: Mapping[str, Any]) -> str:
    """Return the name that messages give a file with overrides."""
    shown = list(changes)[:SHOWN] + (["..."] if len(changes) > SHOWN else [])
    return f"{file.split(' with ')[0]} with {', '.join(shown)}" if shown else file


def _step(node: Any, part: str, before: list[str], key: str, file: str) -> Any:
    if isinstance(node, list):
        return node[_index(node, part, key, file)]
    node = _mapping(node, before, key, file)
    if part not in node and len(before) % 2 == 1 and before[-1] in NAMED:
        raise ScenarioError(file, key, part, f"not one of the {before[-1]}: {names(node)}{closest(part, node)}")
    return node.setdefault(part, {})


def _mapping(node: Any, before: list[str], key: str, file: str) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise ScenarioError(file, key, node, f"{'.'.join(before)} is a plain value here and has no keys")
    return node


def _index(node: list[Any], part: str, key: str, file: str) -> int:
    if not part.isdecimal() or int(part) >= len(node):
        raise ScenarioError(file, key, part, f"must be an index of the list, 0 to {len(node) - 1}")
    return int(part)
