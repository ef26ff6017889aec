"""Plain data, ready for JSON, of the parts of a scenario."""

from __future__ import annotations

import math
from typing import Any

import msgspec

Facts = dict[str, Any]


def resolved(node: msgspec.Struct) -> Facts:
    """Return all keys of a part of a scenario, defaults included."""
    return {name: msgspec.to_builtins(getattr(node, name)) for name in node.__struct_fields__}


def finite(value: Any) -> Any:
    """Return plain data in which infinite and undefined numbers are None, and tuples are lists."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
