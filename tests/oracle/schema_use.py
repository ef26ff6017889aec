"""The keys of the scenario schema that no scenario of a set uses."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ccenv.scenarios import schema


def schema_keys(node: type[msgspec.Struct] = schema.Centre, prefix: str = "") -> Iterator[str]:
    """Dotted keys of the schema; `*` is a name or a list index, `<dist>` leads to the fields of a time distribution."""
    for f in msgspec.structs.fields(node):
        key = f"{prefix}{f.encode_name}"
        yield key
        for is_mapping, struct in structs_in(f.type):
            yield from schema_keys(struct, f"{key}.{step(struct, is_mapping)}")


def step(struct: Any, is_mapping: bool) -> str:
    """The part of a dotted key between a key and the keys of a mapping under it."""
    tag = struct.__struct_config__.tag
    return ("*." if is_mapping else "") + (f"<{tag}>." if tag else "")


def structs_in(hint: Any) -> Iterator[tuple[bool, type[msgspec.Struct]]]:
    """The mappings that a type admits, and whether each is a value of a dict or list."""
    origin = typing.get_origin(hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield False, hint
    elif origin in (dict, list):
        yield from ((True, struct) for _, struct in structs_in(typing.get_args(hint)[-1]))
    elif origin is not None:
        for argument in typing.get_args(hint):
            yield from structs_in(argument)


def used_keys(value: Any, prefix: str = "") -> Iterator[str]:
    """The keys of `schema_keys` whose value in this scenario differs from the default."""
    for f in msgspec.structs.fields(value):
        item = getattr(value, f.encode_name)
        key = f"{prefix}{f.encode_name}"
        if item != default_of(f):
            yield key
        nodes = item.values() if isinstance(item, dict) else item if isinstance(item, list) else [item]
        for node in nodes:
            if isinstance(node, msgspec.Struct):
                yield from used_keys(node, f"{key}.{step(node, isinstance(item, dict | list))}")


def default_of(f: msgspec.structs.FieldInfo) -> Any:
    """Default of a field; for a required field NODEFAULT, which equals no value."""
    return f.default_factory() if f.default_factory is not msgspec.NODEFAULT else f.default


def unused_schema_keys(centres: Iterable[schema.Centre]) -> list[str]:
    """The keys of the schema that no centre of a set uses."""
    used = {key for centre in centres for key in used_keys(centre)}
    return sorted(set(schema_keys()) - used)
