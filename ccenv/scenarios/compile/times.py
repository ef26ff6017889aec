"""Find all distributions of time in a part of the schema."""

from __future__ import annotations

import functools
import typing
from collections.abc import Iterator
from typing import Any

from ccenv.scenarios.schema import Dist, Node, Time

DISTS = frozenset(typing.get_args(Dist))


def times(node: Node, key: str = "") -> Iterator[tuple[str, Time]]:
    """Yield the distributions of time of a node with dotted key `key`, each with its own key; defaults included."""
    for name, is_time in _fields(type(node)):
        value, dotted = getattr(node, name), f"{key}.{name}" if key else name
        if isinstance(value, dict):
            items = [(f"{dotted}.{k}", v) for k, v in value.items()]
        elif isinstance(value, list):
            items = [(f"{dotted}.{i}", v) for i, v in enumerate(value)]
        else:
            items = [] if value is None else [(dotted, value)]
        for item_key, item in items:
            if is_time:
                yield item_key, item
            elif isinstance(item, Node):
                yield from times(item, item_key)


@functools.cache
def _fields(node: type[Node]) -> list[tuple[str, bool]]:
    """Return the fields that may hold times, and whether each is a time itself (else a part that may hold some)."""
    hints = typing.get_type_hints(node)
    return [(name, _mentions(hint, _is_dist)) for name, hint in hints.items() if _mentions(hint, _is_node)]


def _is_dist(hint: Any) -> bool:
    return hint in DISTS


def _is_node(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Node)


def _mentions(hint: Any, test: Any) -> bool:
    return test(hint) or any(_mentions(part, test) for part in typing.get_args(hint))
