"""Decode plain data into the typed schema; errors name key, value and what is allowed."""

from __future__ import annotations

import contextlib
import functools
import types
import typing
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import UNSET

from ccenv.files.errors import MOST_PROBLEMS, NEAR, Problem, closest, likeness, names
from ccenv.scenarios.schema import Centre, Node

FAULTY: Any = object()
"""In place of a value of no allowed type."""
NEARER = 0.1  # a key of another mapping is suggested if it is nearer than any key of this one by more than this
NAMED_PLACES = 3  # most places of a key that a message lists
# keys of earlier versions, with their present names; the error names the first that is a key of the mapping
RENAMED = {"law": ("calling_rules", "dist"), "day_level_law": ("day_level_dist",)}


def decode(data: dict[str, Any]) -> tuple[Centre | None, list[Problem]]:
    """Return the centre that plain data describe, and all keys and values that its types do not allow.

    The centre of faulty data is for further checks only: a faulty value has its default, or some allowed value. It is
    None if the data cannot be mended.
    """
    try:
        return msgspec.convert(data, Centre), []
    except msgspec.ValidationError as error:
        reader = _Reader()
        mended = reader.mended(data, Centre, "")
        problems = reader.problems or [Problem("", UNSET, str(error))]
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(mended, Centre), problems
    return None, problems


class _Reader:
    """Finds all values of a wrong type. msgspec's own error does not name keys of mappings, and names one value."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def mended(self, value: Any, expected: Any, key: str) -> Any:
        """Return a value of the expected type: faults in it are noted and replaced; `FAULTY` if it has no such part."""
        if len(self.problems) >= MOST_PROBLEMS or _fits(value, expected):
            return value
        before = len(self.problems)
        members = _members(expected)
        if isinstance(value, dict):
            struct = self._struct(value, members, key)
            if struct is FAULTY:
                return FAULTY
            if struct is not None:
                value = self._mended_struct(value, struct, key)
        for member in map(_bare, members):
            if get_origin(member) is dict and isinstance(value, dict):
                inner = get_args(member)[1]
                value = {name: self._part(item, inner, f"{key}.{name}") for name, item in value.items()}
            if get_origin(member) is list and isinstance(value, list):
                inner = get_args(member)[0]
                value = [self._part(item, inner, f"{key}.{i}") for i, item in enumerate(value)]
        if _fits(value, expected):
            return value
        if len(self.problems) == before:
            self._note(key or "the file", value, f"must be {describe(expected)}")
        return FAULTY

    def _part(self, value: Any, expected: Any, key: str) -> Any:
        mended = self.mended(value, expected, key)
        return stand_in(expected) if mended is FAULTY else mended

    def _mended_struct(self, value: dict[str, Any], struct: type[Node], key: str) -> dict[str, Any]:
        hints = _hints(struct)
        fields = msgspec.structs.fields(struct)
        known = [f.name for f in fields]
        tag = struct.__struct_config__.tag_field
        dot = f"{key}." if key else ""
        for name, item in value.items():
            if len(self.problems) >= MOST_PROBLEMS:
                break
            if name not in known and name != tag:
                self._note(f"{dot}{name}", item, _renamed(name, [*known, tag or ""]) or _unknown(name, known))
        kept = {} if tag is None else {tag: struct.__struct_config__.tag}
        for f in fields:
            mended = FAULTY
            if f.name in value:
                mended = self.mended(value[f.name], hints[f.name], f"{dot}{f.name}")
            elif f.required:
                self._note(f"{dot}{f.name}", UNSET, f"is missing; must be {describe(hints[f.name])}")
            if mended is not FAULTY:
                kept[f.name] = mended
            elif f.required:
                kept[f.name] = stand_in(hints[f.name])
        return kept

    def _struct(self, value: dict[str, Any], members: list[Any], key: str) -> Any:
        """Return the class that a mapping must decode to; a union is resolved by the tag `dist`."""
        structs = {m.__struct_config__.tag: m for m in members if _is_node(m)}
        if not structs:
            return None
        if None in structs:
            return structs[None]
        tag = value.get("dist")
        if tag is None and "law" in value:
            self._note(f"{key}.law", value["law"], _renamed("law", ["dist"]))
            return FAULTY
        if not isinstance(tag, str) or tag not in structs:
            allowed = f"must be one of {names(structs)}{closest(str(tag), structs)}"
            self._note(f"{key}.dist", tag, allowed)
            return FAULTY
        return structs[tag]

    def _note(self, key: str, value: Any, allowed: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(key, value, allowed))


def _fits(value: Any, expected: Any) -> bool:
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError:
        return False
    return True


def stand_in(expected: Any) -> Any:
    """Return some value that a type of the schema allows, in plain types."""
    first = _members(expected)[0]
    bare = _bare(first)
    if _is_node(bare):
        hints, tag = _hints(bare), bare.__struct_config__.tag
        given = {f.name: stand_in(hints[f.name]) for f in msgspec.structs.fields(bare) if f.required}
        return given if tag is None else {"dist": tag, **given}
    if get_origin(bare) is Literal:
        return get_args(bare)[0]
    if get_origin(bare) is list:
        least = max((m.min_length or 0 for m in getattr(first, "__metadata__", ())), default=0)
        return [stand_in(get_args(bare)[0]) for _ in range(least)]
    plain: dict[Any, Any] = {str: "x", bool: False, type(None): None}
    candidates: list[Any] = [plain[bare]] if bare in plain else [{}] if get_origin(bare) is dict else [1, 0, 1.0, 0.5]
    return next(each for each in candidates if _fits(each, first))


def _unknown(name: str, known: list[str]) -> str:
    """Return the message about an unknown key: near keys of this mapping, and places of the schema where it stands."""
    places = _places()
    near = closest(name, known)
    elsewhere = places.get(name, [])
    if not elsewhere:
        (key, score), here = max(likeness(name, places).items(), key=lambda each: each[1]), likeness(name, known)
        if score >= NEAR and key not in known and score > max(here.values(), default=0.0) + NEARER:
            near, elsewhere = "", places[key]
    if elsewhere:
        listed = f"{', '.join(elsewhere[:NAMED_PLACES])}{', ...' if len(elsewhere) > NAMED_PLACES else ''}"
        near += f"; it is a key elsewhere: {listed}" if name in places else f"; did you mean {listed}?"
    return f"unknown key{near}; allowed here: {names(known)}"


@functools.cache
def _places() -> dict[str, list[str]]:
    """Return the dotted keys of the schema by their last part; `*` is any name."""
    found: dict[str, list[str]] = {}

    def walk(expected: Any, key: str) -> None:
        for member in map(_bare, _members(expected)):
            if get_origin(member) is dict:
                walk(get_args(member)[1], f"{key}.*")
            elif get_origin(member) is list:
                walk(get_args(member)[0], f"{key}.*")
            elif _is_node(member) and not _is_dist(member):
                for name, hint in _hints(member).items():
                    place = f"{key}.{name}".lstrip(".")
                    found.setdefault(name, []).append(place)
                    walk(hint, place)

    walk(Centre, "")
    return found


def _renamed(name: str, known: list[str]) -> str:
    """Return a message that names the new name of an old key; empty for any other key."""
    now = [new for new in RENAMED.get(name, ()) if new in known]
    return f"this key is now called {now[0]}" if now else ""


@functools.cache
def _hints(struct: type[Node]) -> dict[str, Any]:
    return typing.get_type_hints(struct, include_extras=True)


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
