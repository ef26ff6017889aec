"""Decode plain data into the typed schema; errors name key, value and what is allowed."""

from __future__ import annotations

import functools
import types
import typing
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import UNSET

from ccenv.files.errors import ScenarioError, closest, names
from ccenv.scenarios.schema import Centre, Node

# keys of earlier versions, with their present names; the error names the first that is a key of the mapping
RENAMED = {"law": ("calling_rules", "dist"), "day_level_law": ("day_level_dist",)}


def decode(data: dict[str, Any], file: str) -> Centre:
    """Return the centre that plain data describe, with types and ranges checked.

    Raises:
        ScenarioError: If a key is unknown or missing, or a value has a wrong type or is out of range.
    """
    try:
        return msgspec.convert(data, Centre)
    except msgspec.ValidationError as error:
        _explain(data, Centre, "", file)
        raise ScenarioError(file, "", UNSET, str(error)) from error


def _explain(value: Any, expected: Any, key: str, file: str) -> None:
    """Raise an error for the first value of a wrong type. msgspec's own error does not name keys of mappings."""
    members = _members(expected)
    struct = _struct(value, members, key, file)
    if struct is not None and isinstance(value, dict):
        _explain_struct(value, struct, key, file)
    for member in members:
        if get_origin(member) is dict and isinstance(value, dict):
            for name, item in value.items():
                _explain(item, get_args(member)[1], f"{key}.{name}", file)
        if get_origin(_bare(member)) is list and isinstance(value, list):
            for i, item in enumerate(value):
                _explain(item, get_args(_bare(member))[0], f"{key}.{i}", file)
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        raise ScenarioError(file, key or "the file", value, f"must be {describe(expected)}") from error


def _explain_struct(value: dict[str, Any], struct: type[Node], key: str, file: str) -> None:
    hints = _hints(struct)
    fields = msgspec.structs.fields(struct)
    known = [f.name for f in fields]
    tag = struct.__struct_config__.tag_field
    dot = f"{key}." if key else ""
    for name, item in value.items():
        if name not in known and name != tag:
            allowed = _renamed(name, [*known, tag or ""])
            allowed = allowed or f"unknown key{closest(name, known)}; allowed here: {names(known)}"
            raise ScenarioError(file, f"{dot}{name}", item, allowed)
    for f in fields:
        if f.name in value:
            _explain(value[f.name], hints[f.name], f"{dot}{f.name}", file)
        elif f.required:
            raise ScenarioError(file, f"{dot}{f.name}", UNSET, f"is missing; must be {describe(hints[f.name])}")


def _renamed(name: str, known: list[str]) -> str:
    """Return a message that names the new name of an old key; empty for any other key."""
    now = [new for new in RENAMED.get(name, ()) if new in known]
    return f"this key is now called {now[0]}" if now else ""


@functools.cache
def _hints(struct: type[Node]) -> dict[str, Any]:
    return typing.get_type_hints(struct, include_extras=True)


def _struct(value: Any, members: list[Any], key: str, file: str) -> type[Node] | None:
    """Return the class that a mapping must decode to; a union is resolved by the tag `dist`."""
    structs = {m.__struct_config__.tag: m for m in members if _is_node(m)}
    if not structs or not isinstance(value, dict):
        return None
    if None in structs:
        return structs[None]
    tag = value.get("dist")
    if tag is None and "law" in value:
        raise ScenarioError(file, f"{key}.law", value["law"], _renamed("law", ["dist"]))
    if not isinstance(tag, str) or tag not in structs:
        allowed = f"must be one of {names(structs)}{closest(str(tag), structs)}"
        raise ScenarioError(file, f"{key}.dist", tag, allowed)
    return structs[tag]


def _is_node(expected: Any) -> bool:
    return isinstance(expected, type) and issubclass(expected, Node)


def _is_dist(expected: Any) -> bool:
    return _is_node(expected) and expected.__struct_config__.tag is not None


def _members(expected: Any) -> list[Any]:
    return list(get_args(expected)) if get_origin(expected) in (Union, types.UnionType) else [expected]


def _bare(expected: Any) -> Any:
    """Return the type without its constraints."""
    return get_args(expected)[0] if get_origin(expected) is typing.Annotated else expected


def describe(expected: Any) -> str:
    """Say in words which values a type of the schema allows."""
    members = _members(expected)
    if len(members) > 1:
        dists = [m.__struct_config__.tag for m in members if _is_dist(m)]
        words = [describe(m) for m in members if not _is_dist(m)]
        return " or ".join(words + ([f"a distribution, one of {names(dists)}"] if dists else []))
    bare, limits = _bare(expected), _limits(expected)
    if get_origin(bare) is Literal:
        return "one of " + names(repr(a) for a in get_args(bare))
    if get_origin(bare) is list:
        return f"a list{limits} of {describe(get_args(bare)[0])} each"
    if get_origin(bare) is dict or _is_node(bare):
        return "a mapping"
    simple = {float: "a number", int: "a whole number", str: "text", bool: "true or false", type(None): "null"}
    return f"{simple.get(bare, 'any value')}{limits}"


def _limits(expected: Any) -> str:
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    metas = getattr(expected, "__metadata__", ())
    found = [
        f"{word} {getattr(m, name):g}" for m in metas for name, word in words.items() if getattr(m, name) is not None
    ]
    lengths = [_length(m.min_length, m.max_length) for m in metas]
    return "".join(lengths) + (f" {' and '.join(found)}" if found else "")


def _length(least: int | None, most: int | None) -> str:
    if least is None:
        return "" if most is None else f" at most {most} long"
    if least == most:
        return f" {least} long"
    return f" from {least} long" if most is None else f" from {least} to {most} long"
