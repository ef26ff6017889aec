"""Overrides of a scenario, from the nested mapping in which Hydra collects the keys below `scenario.set`."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any

from ccenv.scenarios.schema import Centre, Exponential, Node, Rule

Tree = Mapping[Any, Any]


def changes(tree: Tree, centre: Centre) -> dict[str, Any]:
    """Return the dotted keys and values that `load_scenario` takes, decided by the types of the schema.

    - A distribution keeps its parameters while `dist` stays the same; a new `dist` drops them. A plain number is an
      exponential distribution with that mean.
    - A rule keeps its parameters while `name` stays the same; a new `name` drops them.
    - A part that is null, or chosen by a name (`compliance`), is replaced by the keys given.
    - All other keys are set one by one. Unknown keys stay in the result: the loader refuses them.

    Args:
        tree: Keys of the scenario, nested; the key of an element of a list is its index.
        centre: The scenario before the change.
    """
    return dict(_of_node(tree, centre, ""))


def _of_node(tree: Tree, node: Node, prefix: str) -> Iterator[tuple[str, Any]]:
    types = typing.get_type_hints(type(node))
    for key, value in tree.items():
        yield from _of_value(value, getattr(node, str(key), None), types.get(key), f"{prefix}{key}")


def _of_value(given: Any, current: Any, expected: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Changes of one value of the schema; `current` is None where there is none."""
    if not isinstance(given, Mapping):
        yield key, given
    elif isinstance(current, Rule):
        yield key, _rule(given, current)
    elif _is_number(current) and Exponential in _members(expected):
        yield key, _dist(given, Exponential(current))
    elif isinstance(current, Node) and current.__struct_config__.tag is not None:
        yield key, _dist(given, current)
    elif isinstance(current, Node):
        yield from _of_node(given, current, f"{key}.")
    elif isinstance(current, dict):
        yield from _of_mapping(given, current, expected, key)
    elif isinstance(current, list):
        yield from _of_list(given, current, expected, key)
    else:
        yield key, given


def _of_mapping(given: Tree, current: dict[str, Any], expected: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Changes of a mapping from names to values; one whose names hold dots (`sources`) is replaced as a whole."""
    if any("." in str(name) for name in [*given, *current]):
        yield key, {**current, **given}
        return
    below = _last_argument(expected)
    for name, value in given.items():
        known = name in current
        if not known and isinstance(value, Mapping) and any(_is_part(member) for member in _members(below)):
            yield from _leaves(value, f"{key}.{name}.")  # the loader says which names there are
        else:
            yield from _of_value(value, current.get(name), below, f"{key}.{name}")


def _of_list(given: Tree, current: list[Any], expected: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Changes of elements of a list. A list of plain values is replaced as a whole: it may be a default."""
    indices = [int(index) for index in given if str(index).isdecimal() and int(index) < len(current)]
    if len(indices) < len(given) or any(isinstance(element, Node) for element in current):
        for index, value in given.items():
            element = current[int(index)] if str(index).isdecimal() and int(index) < len(current) else None
            yield from _of_value(value, element, _last_argument(expected), f"{key}.{index}")
        return
    changed = list(current)
    for index, value in zip(indices, given.values(), strict=True):
        changed[index] = value
    yield key, changed


def _leaves(tree: Tree, prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _rule(given: Tree, current: Rule) -> dict[str, Any]:
    if given.get("name", current.name) != current.name:
        return dict(given)
    params = given.get("params", {})
    merged = {**current.params, **params} if isinstance(params, Mapping) else params
    return {"name": current.name, **given, "params": merged}


def _dist(given: Tree, current: Node) -> dict[str, Any]:
    """The parameters of a distribution after the change; `{1: x}` for a list replaces its second element."""
    tag = current.__struct_config__.tag
    if given.get("dist", tag) != tag:
        return dict(given)
    own = {name: getattr(current, name) for name in current.__struct_fields__}
    changed: dict[str, Any] = {"dist": tag, **own}
    for name, value in given.items():
        below = own.get(name)
        if isinstance(value, Mapping) and isinstance(below, list):
            pairs = list(_of_list(value, below, list[float], name))
            value = pairs[0][1] if [key for key, _ in pairs] == [name] else value
        changed[name] = value
    return changed


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_part(expected: Any) -> bool:
    """Whether a type is a mapping of the schema that is no distribution."""
    return isinstance(expected, type) and issubclass(expected, Node) and expected.__struct_config__.tag is None


def _members(expected: Any) -> tuple[Any, ...]:
    """The members of a union, or the type itself."""
    return typing.get_args(expected) if typing.get_origin(expected) not in (None, dict, list) else (expected,)


def _last_argument(expected: Any) -> Any:
    """The type of the elements of a list or mapping type, also inside a union."""
    for member in _members(expected):
        if typing.get_origin(member) in (dict, list):
            return typing.get_args(member)[-1]
    return None
