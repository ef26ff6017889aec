"""Read YAML files and mappings as plain data: YAML 1.2 with JSON's types.

PyYAML implements YAML 1.1, in which `no` is false, `9:30` is 570 and `1e-3` is text. This loader resolves numbers,
true, false and null as YAML 1.2 does; everything else is text. A repeated key is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from msgspec import UNSET

from ccenv.files.errors import ScenarioError

LARGEST = 1e15  # far above any meaningful time, rate, count or value, far below overflow


class _Loader(yaml.SafeLoader):
    """A SafeLoader with the scalars of YAML 1.2 that refuses repeated keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("bool", "true|false", "tf"),
    ("null", "null|~|", ["n", "~", ""]),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def read(path: Path) -> dict[str, Any]:
    """Return the plain data of a YAML file.

    Raises:
        ScenarioError: If the file cannot be read, is not YAML, repeats a key, or is not a mapping with text as keys.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(path.name, "", UNSET, f"cannot be read as UTF-8 text: {error}") from error
    except yaml.YAMLError as error:
        mark, reason = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ScenarioError(path.name, "", UNSET, f"not valid YAML: {where}{reason or error}") from error
    return plain_mapping(data, path.name)


def plain_mapping(data: object, file: str) -> dict[str, Any]:
    """Return a deep copy of a mapping in builtin types.

    Raises:
        ScenarioError: If `data` is not a mapping or contains itself, a key is not text, or a number is beyond `LARGEST`
            or nan.
    """
    if not isinstance(data, Mapping):
        raise ScenarioError(file, "", UNSET, f"must be a mapping of keys to values, is {type(data).__name__}")
    try:
        copy: dict[str, Any] = plain(data, file, "")
    except RecursionError as error:
        raise ScenarioError(file, "", UNSET, "the document contains itself") from error
    return copy


def plain(value: Any, file: str, key: str) -> Any:
    """Return a deep copy of one value in builtin types; NumPy scalars and arrays become numbers and lists."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        for k in value:
            if not isinstance(k, str):
                raise ScenarioError(file, f"{key}.{k}".lstrip("."), k, "a key must be text: write it in quotes")
        return {k: plain(v, file, f"{key}.{k}".lstrip(".")) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v, file, f"{key}.{i}") for i, v in enumerate(value)]
    if isinstance(value, int | float) and not abs(value) <= LARGEST:  # also refuses nan
        raise ScenarioError(file, key, value, f"must be a number between {-LARGEST:g} and {LARGEST:g}")
    if value is not None and not isinstance(value, bool | int | float | str):
        raise ScenarioError(file, key, value, "must be text, a number, true, false, null, a list or a mapping")
    return value
