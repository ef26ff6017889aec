"""Keys of the schema of a scenario, and a test of whether a scenario uses a key."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import msgspec

from ccenv.scenarios.schema import Centre

# Parts of a scenario file whose keys all belong to a concept.
CONCEPTUAL = (
    "queues",
    "groups",
    "campaigns",
    "day_level_cv",
    "day_level_dist",
    "slot_level",
    "switching",
    "surge",
    "history",
    "trunks",
)


def conceptual_keys() -> list[str]:
    """All dotted keys of these parts that hold a value; a time distribution or a list of numbers is one value."""
    return [key for key in _leaves(Centre, "") if key.partition(".")[0] in CONCEPTUAL]


def _leaves(node: type[msgspec.Struct], prefix: str) -> Iterator[str]:
    for field in msgspec.structs.fields(node):
        below = list(_below(field.type))
        if not below:
            yield prefix + field.name
        for named, struct in below:
            yield from _leaves(struct, f"{prefix}{field.name}.{'*.' if named else ''}")


def _below(hint: Any) -> Iterator[tuple[bool, type[msgspec.Struct]]]:
    """Structs that a type admits, each with True if it is an item of a mapping or list.

    Tagged structs, which are the distributions of time, count as values and are left out.
    """
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        if hint.__struct_config__.tag is None:
            yield False, hint
    elif typing.get_origin(hint) in (dict, list):
        yield from ((True, struct) for _, struct in _below(typing.get_args(hint)[-1]))
    else:
        for argument in typing.get_args(hint):
            yield from _below(argument)


def uses(centre: Centre, key: str) -> bool:
    """Whether a key differs from its default somewhere in a centre; for `key=value`, whether it has that value."""
    path, _, wanted = key.partition("=")
    values = list(_values(centre, path.split(".")))
    if wanted:
        return any(_called(value) == wanted for value, _ in values)
    return any(value != default for value, default in values)


def values_at(centre: Centre, path: str) -> list[Any]:
    """All values of a dotted key in a centre."""
    return [value for value, _ in _values(centre, path.split("."))]


def _values(node: Any, path: list[str]) -> Iterator[tuple[Any, Any]]:
    """Values at a path, with their defaults."""
    first, *rest = path
    if first == "*":
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        for item in inner:
            yield from _values(item, rest) if rest else iter([(item, msgspec.NODEFAULT)])
    elif isinstance(node, msgspec.Struct):
        field = next(field for field in msgspec.structs.fields(node) if field.name == first)
        value = getattr(node, first)
        if rest:
            yield from _values(value, rest)
        else:
            made = field.default_factory is not msgspec.NODEFAULT
            yield value, field.default_factory() if made else field.default


def _called(value: Any) -> str:
    """Name of a value: the tag of a time distribution, the name of a rule, otherwise the text of the value."""
    if isinstance(value, msgspec.Struct):
        tag = value.__struct_config__.tag
        return str(tag if tag is not None else getattr(value, "name", value))
    return str(value)
