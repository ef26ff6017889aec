"""Parse YAML: YAML 1.2 with JSON's types, anchors, aliases and merge keys.

PyYAML implements YAML 1.1, in which `no` is false, `9:30` is 570 and `1e-3` is text. Here numbers, true, false and null
are those of YAML 1.2; everything else is text. Data are built from PyYAML's events, so size and depth are known before
anything is built: an alias costs what it expands to.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml
from msgspec import UNSET

from ccenv.files.errors import MOST_PROBLEMS, Problem, clipped
from ccenv.files.limits import LARGEST, MOST_ALIASED, MOST_DEPTH, MOST_IN_FILE, MOST_TEXT

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same events; C is ten times as fast
WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
NUMERIC = frozenset("-+.0123456789")
DIGITS = 400  # a longer number is beyond `LARGEST`, or has digits that no float keeps
TAG = "tag:yaml.org,2002:"
SCALARS = {"bool": bool, "float": float, "int": int, "null": type(None)}
CONTAINERS = {"map": dict, "seq": list}
TAGS = ", ".join(f"!!{tag}" for tag in ("str", *SCALARS, *CONTAINERS))
MERGE = object()  # key of the mappings that `<<` merges
NOTHING = object()


class ParseError(ValueError):
    """A text that is no YAML document, or is too large."""


class _Open:
    """A list or mapping that is not complete yet."""

    def __init__(self, value: Any, name: str, anchor: str | None, mark: Any, before: tuple[int, int]) -> None:
        self.value = value
        self.name = name  # key or index in the container around it
        self.anchor = anchor
        self.mark = mark
        self.before = before  # numbers of values and of aliased values before it
        self.height = 1
        self.key: Any = NOTHING  # of a mapping: the key whose value comes next
        self.merged: list[Any] = []


class _Kept:
    """A value with an anchor."""

    def __init__(self, value: Any, size: int, height: int) -> None:
        self.value, self.size, self.height = value, size, height


def parse(text: str) -> tuple[Any, list[Problem]]:
    """Return the data of a YAML document, and its repeated keys, keys that are not text, and impossible values.

    Raises:
        ParseError: If the text is not one YAML document, or is too large or deep; the message gives the place.
    """
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.take(event)
            if len(builder.problems) >= MOST_PROBLEMS:
                break
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ParseError(f"not valid YAML: line {line}: character {error.character:#04x} is not allowed") from error
    except yaml.YAMLError as error:
        raise ParseError(f"not valid YAML: {_reason(error, text)}") from error
    return builder.result, builder.problems


def _reason(error: yaml.YAMLError, text: str) -> str:
    mark, reason = getattr(error, "problem_mark", None), str(getattr(error, "problem", None) or error)
    if mark is None:
        return reason
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        reason += "; indent with spaces, not with tabs"
    return f"{_place(mark)}: {reason}"


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


class _Builder:
    """Builds data from events."""

    def __init__(self) -> None:
        self.result: Any = None
        self.problems: list[Problem] = []
        self.open: list[_Open] = []
        self.kept: dict[str, _Kept] = {}
        self.n_values = self.n_aliased = self.n_documents = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.n_documents += 1
            if self.n_documents > 1:
                raise ParseError(f"{_place(event.start_mark)}: a second document begins; a file holds one")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.value, dict) and top.key is NOTHING:
            if event.anchor is not None:
                self.kept[event.anchor] = _Kept(event.value, 1, 0)
            self._key(top, event)
            return
        self._count(1, 0, event.start_mark)
        value = self._resolve(event)
        if event.anchor is not None:
            self.kept[event.anchor] = _Kept(value, 1, 0)
        self._put(value, event.start_mark)

    def _begin(self, event: Any) -> None:
        tag = event.tag
        value: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.value, dict) and top.key is NOTHING:
            raise ParseError(f"{_place(event.start_mark)}: a key must be text, is a {_kind(value)}")
        if len(self.open) >= MOST_DEPTH:
            raise ParseError(f"{_place(event.start_mark)}: must have at most {MOST_DEPTH} levels of lists and mappings")
        if tag not in (None, "!", f"{TAG}{'seq' if isinstance(value, list) else 'map'}"):
            self._no_tag(event)
        before = (self.n_values, self.n_aliased)
        self._count(1, 0, event.start_mark)
        if event.anchor is not None:
            self.kept.pop(event.anchor, None)
        self.open.append(_Open(value, self._name(top), event.anchor, event.start_mark, before))

    def _end(self) -> None:
        done = self.open.pop()
        if done.merged:
            done.value = _merged(done)
        if done.anchor is not None:
            self.kept[done.anchor] = _Kept(done.value, self.n_values - done.before[0], done.height)
        self._put(done.value, done.mark, done.height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name, where = str(event.anchor), event.start_mark
        if any(each.anchor == name for each in self.open) and name not in self.kept:
            raise ParseError(f"{_place(where)}: the document contains itself")
        if name not in self.kept:
            raise ParseError(f"not valid YAML: {_place(where)}: found undefined alias {clipped(name, 40)!r}")
        kept = self.kept[name]
        top = self.open[-1]
        if isinstance(top.value, dict) and top.key is NOTHING:
            if not isinstance(kept.value, str):
                raise ParseError(f"{_place(where)}: a key must be text, is a {_kind(kept.value)}")
            self._named(top, kept.value, where)
            return
        if len(self.open) + kept.height > MOST_DEPTH:
            raise ParseError(f"{_place(where)}: must have at most {MOST_DEPTH} levels of lists and mappings")
        self._count(kept.size, kept.size, where)
        self._put(_copied(kept.value), where, kept.height)

    def _count(self, values: int, aliased: int, where: Any) -> None:
        self.n_values += values
        self.n_aliased += aliased
        if self.n_aliased > MOST_ALIASED:
            raise ParseError(f"{_place(where)}: the aliases must stand for at most {MOST_ALIASED:,} values in all")
        if self.n_values > MOST_IN_FILE:
            raise ParseError(f"{_place(where)}: must have at most {MOST_IN_FILE:,} values")

    def _put(self, value: Any, where: Any, height: int = 0) -> None:
        """Put a complete value into the container around it."""
        if not self.open:
            self.result = value
            return
        top = self.open[-1]
        top.height = max(top.height, height + 1)
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is MERGE:
            self._merge(top, value, where)
            top.key = NOTHING
        else:
            top.value[top.key] = value
            top.key = NOTHING

    def _key(self, top: _Open, event: yaml.ScalarEvent) -> None:
        if event.value == "<<" and event.implicit[0]:
            if top.merged:
                self._problem(self._dotted("<<"), UNSET, f"{_place(event.start_mark)}: the key '<<' stands twice")
            top.key = MERGE
            return
        if event.tag not in (None, "!", f"{TAG}str"):
            self._no_tag(event)
        if event.tag is None and event.implicit[0] and not isinstance(_resolved(event.value), str):
            key = self._dotted(event.value)
            self._problem(key, event.value, f"{_place(event.start_mark)}: a key must be text: write it in quotes")
        self._named(top, event.value, event.start_mark)

    def _named(self, top: _Open, key: str, where: Any) -> None:
        if len(key) > MOST_TEXT:
            raise ParseError(f"{_place(where)}: must have at most {MOST_TEXT:,} characters")
        if key in top.value:
            self._problem(self._dotted(key), UNSET, f"{_place(where)}: the key {clipped(key, 80)!r} stands twice")
        top.key = key

    def _merge(self, top: _Open, value: Any, where: Any) -> None:
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in several):
            self._problem(self._dotted("<<"), value, f"{_place(where)}: must be a mapping or a list of mappings")
            return
        top.merged += several

    def _resolve(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if event.tag is None:
            value = _resolved(text) if event.implicit[0] else text
        elif event.tag in ("!", f"{TAG}str"):
            value = text
        elif event.tag.removeprefix(TAG) in SCALARS:
            kind = SCALARS[event.tag.removeprefix(TAG)]
            value = _resolved(text)
            if kind is float and type(value) is int:
                value = float(value)
            if type(value) is not kind:
                self._problem(self._dotted(), text, f"{_place(event.start_mark)}: is not of the type !!{kind.__name__}")
        else:
            self._no_tag(event)
            value = text
        if isinstance(value, str) and len(value) > MOST_TEXT:
            self._problem(self._dotted(), value, f"must have at most {MOST_TEXT:,} characters")
        elif isinstance(value, int | float) and not abs(value) <= LARGEST:
            allowed = f"must be a number between {-LARGEST:g} and {LARGEST:g}"
            self._problem(self._dotted(), clipped(text, 80) if len(text) > DIGITS else value, allowed)
        return value

    def _no_tag(self, event: Any) -> None:
        tag = clipped(event.tag, 80)
        raise ParseError(
            f"not valid YAML: {_place(event.start_mark)}: could not determine a constructor for the tag {tag!r}; "
            f"allowed: {TAGS}"
        )

    def _problem(self, key: str, value: Any, allowed: str) -> None:
        self.problems.append(Problem(key, value, allowed))

    def _name(self, top: _Open | None) -> str:
        """Return key or index of the value that comes next in a container."""
        if top is None:
            return ""
        return str(len(top.value)) if isinstance(top.value, list) else "<<" if top.key is MERGE else str(top.key)

    def _dotted(self, key: str | None = None) -> str:
        """Return the dotted key of the value that comes next, or of a key of the innermost mapping."""
        last = self._name(self.open[-1] if self.open else None) if key is None else key
        return ".".join([*(each.name for each in self.open[1:]), last])


def _resolved(text: str) -> Any:
    """Return the value of plain text."""
    if text in WORDS:
        return WORDS[text]
    if text[0] in NUMERIC:
        if INT.fullmatch(text):
            return int(text) if len(text) <= DIGITS else math.inf
        if FLOAT.fullmatch(text):
            return float(text)
    return text


def _merged(done: _Open) -> dict[str, Any]:
    """Return a mapping with the mappings that it merges: own keys win, then those of the mapping named first."""
    value: dict[str, Any] = {}
    for each in reversed(done.merged):
        value |= each
    return value | done.value


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _kind(value: Any) -> str:
    return "mapping" if isinstance(value, dict) else "list" if isinstance(value, list) else type(value).__name__
