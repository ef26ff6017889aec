"""Read YAML files and mappings as plain data: builtin types, bounded in size and depth."""

from __future__ import annotations

import os
import stat
from collections import UserString
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import Any

from msgspec import UNSET

from ccenv.files.errors import MOST_PROBLEMS, Problem, ScenarioError
from ccenv.files.limits import LARGEST, MOST_ALIASED, MOST_BYTES, MOST_DEPTH, MOST_TEXT, MOST_VALUES
from ccenv.files.numbers import as_real
from ccenv.files.parsing import ParseError, parse

BUILTIN = (dict, list, tuple)
KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


def read(path: Path) -> dict[str, Any]:
    """Return the plain data of a YAML file.

    Raises:
        ScenarioError: If the file cannot be read, is not YAML, repeats a key, or is not a mapping with text as keys.
    """
    data, problems = read_all(path)
    if problems:
        raise ScenarioError.of(path.name, problems)
    return data


def read_all(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return the plain data of a YAML file, and its repeated keys, keys that are not text, and impossible numbers.

    Raises:
        ScenarioError: If the file cannot be read or is not YAML, or is not a mapping.
    """
    text = _text(path)
    try:
        data, problems = parse(text)
    except ParseError as error:
        raise ScenarioError(path.name, "", UNSET, str(error)) from error
    if not isinstance(data, dict):
        raise ScenarioError.of(path.name, problems or [Problem("", UNSET, _no_mapping(data))])
    return data, problems


def _text(path: Path) -> str:
    """Return the text of a regular file. Nothing else is opened: a pipe or device could block or have no end."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            what = KINDS.get(stat.S_IFMT(found.st_mode), "a device")
            raise ScenarioError(path.name, "", UNSET, f"is {what}; must be a YAML file")
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(path.name, "", UNSET, f"cannot be read as a file: {reason}") from error
    if len(raw) > MOST_BYTES:
        raise ScenarioError(path.name, "", UNSET, f"is too large; must have at most {MOST_BYTES:,} bytes")
    if b"\0" in raw[:1024] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ScenarioError(path.name, "", UNSET, "is a binary file; must be a YAML file in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        why = f"line {line}: byte 0x{raw[error.start]:02x}, {error.reason}"
        raise ScenarioError(path.name, "", UNSET, f"cannot be read as UTF-8 text: {why}") from error


def plain_mapping(data: object, file: str) -> dict[str, Any]:
    """Return a deep copy of a mapping in builtin types.

    Raises:
        ScenarioError: If `data` is not a mapping or contains itself, a key is not text, or a number is beyond `LARGEST`
            or nan.
    """
    copy, problems = copy_mapping(data, file)
    if problems:
        raise ScenarioError.of(file, problems)
    return copy


def copy_mapping(data: object, file: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return a deep copy of a mapping in builtin types, and the keys and values that have no place in it.

    Raises:
        ScenarioError: If `data` is not a mapping, contains itself, or is too large.
    """
    if not isinstance(data, Mapping):
        raise ScenarioError(file, "", UNSET, _no_mapping(data))
    copier = _Copier(file)
    copy: dict[str, Any] = copier.whole(data, "")
    return copy, copier.problems


def plain(value: Any, file: str, key: str) -> Any:
    """Return a deep copy of one value in builtin types, as `copy_mapping` does.

    Raises:
        ScenarioError: If it, or a key or value in it, has no place in a scenario.
    """
    copier = _Copier(file)
    copy = copier.whole(value, key)
    if copier.problems:
        raise ScenarioError.of(file, copier.problems)
    return copy


def _no_mapping(data: object) -> str:
    if data is None:
        return "is empty; must be a mapping of keys to values"
    return f"must be a mapping of keys to values, is {type(data).__name__}"


class _Copier:
    """Deep copies in builtin types.

    Mappings and sequences of any kind are taken. NumPy scalars and arrays, and whatever else has `tolist`, become
    numbers and lists. Text of any kind becomes `str`, and any real number becomes an `int` or a `float`.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.n_values = 0

    def whole(self, value: Any, key: str) -> Any:
        """Return a copy of a value at a key, after a look at its size."""
        sizes: dict[int, tuple[int, int]] = {}
        all_values = _expanded(value, sizes, 0)
        if all_values - sum(own for _, own in sizes.values()) > MOST_ALIASED:
            allowed = f"lists and mappings that stand in several places must stand for at most {MOST_ALIASED:,} values"
            raise ScenarioError(self.file, key, UNSET, allowed)
        try:
            return self.copy(value, key, ())
        except ScenarioError:
            raise
        except Exception as error:  # of a container of another package
            raise ScenarioError(self.file, key, UNSET, f"cannot be read: {error}") from error

    def copy(self, value: Any, key: str, around: tuple[int, ...]) -> Any:
        """Return a copy of a value at a key; `around` are the identities of the containers around it."""
        if not isinstance(value, str | Mapping) and hasattr(value, "tolist"):
            value = value.tolist()
        if value is None or type(value) is bool:
            return value
        if isinstance(value, str | UserString):
            return self._text(_str(value), key)
        if isinstance(value, Mapping) or _is_sequence(value):
            return self._container(value, key, around)
        number = as_real(value) if isinstance(value, Real | Decimal) else None
        if number is None:
            allowed = "must be text, a number, true, false, null, a list or a mapping"
            return self._refused(key, value, allowed)
        if not abs(number) <= LARGEST:  # also refuses nan
            return self._refused(key, value, f"must be a number between {-LARGEST:g} and {LARGEST:g}")
        return number

    def _container(self, value: Any, key: str, around: tuple[int, ...]) -> Any:
        if id(value) in around:
            raise ScenarioError(self.file, key, UNSET, "the document contains itself")
        if len(around) >= MOST_DEPTH:
            raise ScenarioError(self.file, key, UNSET, f"stands in more than {MOST_DEPTH} lists and mappings")
        around = (*around, id(value))
        self.n_values += len(value)
        if self.n_values > MOST_VALUES:
            raise ScenarioError(self.file, key, UNSET, f"must have at most {MOST_VALUES:,} values")
        dot = f"{key}." if key else ""
        if not isinstance(value, Mapping):
            return [self.copy(item, f"{dot}{i}", around) for i, item in enumerate(value)]
        copy = {}
        for name, item in value.items():
            if not isinstance(name, str):
                self._refused(f"{dot}{name}", name, "a key must be text: write it in quotes")
            copy[_str(name)] = self.copy(item, f"{dot}{name}", around)
        return copy

    def _text(self, text: str, key: str) -> str:
        if len(text) > MOST_TEXT:
            self._refused(key, text, f"must have at most {MOST_TEXT:,} characters")
        return text

    def _refused(self, key: str, value: Any, allowed: str) -> Any:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(key, value, allowed))
        return None if not isinstance(value, Real) else value


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview)


def _str(text: Any) -> str:
    """Return text of any kind, such as a member of an enumeration, as a builtin `str`."""
    return str.__str__(text) if isinstance(text, str) else str(text)


def _expanded(value: Any, sizes: dict[int, tuple[int, int]], depth: int) -> int:
    """Return the number of values in builtin containers; one that stands in several places counts in each.

    `sizes` keeps, for each container, this number and the number of values that are directly in it. The count goes no
    deeper than `MOST_DEPTH`.
    """
    if type(value) not in BUILTIN or depth > MOST_DEPTH:
        return 0
    if id(value) not in sizes:
        sizes[id(value)] = 0, len(value)  # of one that contains itself
        total = len(value)
        for item in value.values() if isinstance(value, dict) else value:
            if type(item) in BUILTIN:
                total += _expanded(item, sizes, depth + 1)
        sizes[id(value)] = total, len(value)
    return sizes[id(value)][0]
