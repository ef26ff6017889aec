"""The keys of scenario files, from the schema: type, default, unit, and what the docstrings say of them."""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

from ccenv.description.words import sentences
from ccenv.scenarios.files.decode import describe as type_in_words
from ccenv.scenarios.schema import Centre, Node

UNITS = {"_per_hour": "1/h", "_per_24h": "1", "_days": "d", "_s": "s"}
ANY_NAME = "*"
DISTS = re.compile(r"a distribution, one of [a-z_, ]+?(?= or |$)")
CLAUSE = re.compile(r"(?<=;)\s+(?=`)")


def schema_keys() -> list[dict[str, Any]]:
    """Return a row for each key of a scenario file, in the order of the schema.

    The keys of a distribution of time follow at the end, under `dist.<its name>`; they stand wherever a key takes a
    distribution.

    Returns:
        Rows with `name` (dotted, `*` for any name), `meaning` (the sentences of the docstrings about the key), `type`
        in words, `required`, `default` in plain types, and `unit` where the name says it.
    """
    rows = [_row(key, struct, field) for key, struct, field in _walk(Centre, "")]
    for kind in _dists():
        rows += [_row(f"dist.{kind.__struct_config__.tag}.{f.name}", kind, f) for f in msgspec.structs.fields(kind)]
    return rows


def meaning_of(struct: type[Node], name: str) -> str:
    """Return what the docstring of a class of the schema says of one of its keys.

    A key without a sentence of its own takes the first sentence of the class of its value; empty if there is none.
    """
    about = [each for each in sentences(inspect.getdoc(struct) or "") if f"`{name}`" in each or f"`{name}[" in each]
    clauses = [part for each in about for part in CLAUSE.split(each)]
    own = [part for part in clauses if part.startswith((f"`{name}`:", f"`{name}[", f"`{name}` "))]
    said = " ".join(own or about)
    said = f"{said[:-1]}." if said.endswith(";") else said
    if said:
        return said
    inner = next(iter(structs_of(_hints(struct)[name])), None)
    return "" if inner is None or _is_dist(inner) else sentences(inspect.getdoc(inner) or "")[0]


def default_of(field: msgspec.structs.FieldInfo) -> Any:
    """Return the default of a key in plain types; `msgspec.UNSET` if it is required."""
    if field.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default_factory())
    return msgspec.UNSET


def hint_of(struct: type[Node], name: str) -> Any:
    """Return the type of a key."""
    return _hints(struct)[name]


def shorter(allowed: str) -> str:
    """Return a type in words without the names of the distributions, which are the same for every time."""
    return DISTS.sub("a distribution", allowed)


def unit_of(name: str) -> str:
    """Return the unit that the name of a key says; empty if it says none."""
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")


def _row(key: str, struct: type[Node], field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    default = default_of(field)
    return {
        "name": key,
        "meaning": meaning_of(struct, field.name),
        "type": type_in_words(_hints(struct)[field.name]),
        "unit": unit_of(field.name),
        "required": default is msgspec.UNSET,
        "default": None if default is msgspec.UNSET else default,
    }


def _walk(struct: type[Node], before: str) -> Iterator[tuple[str, type[Node], msgspec.structs.FieldInfo]]:
    for field in msgspec.structs.fields(struct):
        key = f"{before}{field.name}"
        yield key, struct, field
        hint = _hints(struct)[field.name]
        for inner in structs_of(hint):
            if not _is_dist(inner):
                yield from _walk(inner, f"{key}.{ANY_NAME}." if _is_container(hint) else f"{key}.")


@functools.cache
def _hints(struct: type[Node]) -> dict[str, Any]:
    return typing.get_type_hints(struct, include_extras=True)


def structs_of(hint: Any) -> list[type[Node]]:
    """Return the classes of the schema within a type."""
    if isinstance(hint, type) and issubclass(hint, Node):
        return [hint]
    return list(dict.fromkeys(struct for part in get_args(hint) for struct in structs_of(part)))


def _is_container(hint: Any) -> bool:
    bare = get_args(hint)[0] if get_origin(hint) is typing.Annotated else hint
    return get_origin(bare) in (dict, list)


def _is_dist(struct: type[Node]) -> bool:
    return struct.__struct_config__.tag is not None


def _dists() -> list[type[Node]]:
    """Return the classes of distributions, in the order of the schema."""
    return [struct for struct in structs_of(_hints(Centre)["queues"]) for struct in _of_time(struct)]


def _of_time(struct: type[Node]) -> list[type[Node]]:
    return [each for each in structs_of(_hints(struct)["patience_s"]) if _is_dist(each)]
