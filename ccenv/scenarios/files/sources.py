"""Find figures of a scenario without a source, and sources without a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any


def unsourced(data: Mapping[str, Any]) -> list[str]:
    """Return the dotted keys of figures (numbers and lists of numbers) that no pattern of `sources` matches.

    Args:
        data: Plain data of a scenario file. A figure of a variant has the key `variants.<name>.<dotted key>`.
    """
    patterns = data.get("sources", {})
    return [key for key in figures(data) if not any(fnmatchcase(key, pattern) for pattern in patterns)]


def unused(data: Mapping[str, Any]) -> list[str]:
    """Return the patterns of `sources` that match no figure."""
    keys = list(figures(data))
    return [pattern for pattern in data.get("sources", {}) if not any(fnmatchcase(key, pattern) for key in keys)]


def figures(value: Any, key: str = "") -> Iterator[str]:
    """Yield the dotted keys of all figures; a list of numbers is one figure."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from figures(item, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        if any(_is_number(item) for item in value):
            yield key
        for i, item in enumerate(value):
            if not _is_number(item):
                yield from figures(item, f"{key}.{i}")
    elif _is_number(value):
        yield key


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
