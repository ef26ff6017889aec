"""JSON bodies: strict, and bounded in depth."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import numpy as np

LEVELS = 3  # nested mappings in a request: request, snapshot, field
DEEPEST = 32  # nested lists and mappings; a request has five
_TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)  # the end closes a text that nothing closes
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class BodyError(ValueError):
    """The body of a request is not JSON, or not JSON that the service takes."""


def parse(body: bytes) -> Any:
    """Values of a JSON body.

    `NaN`, `Infinity` and numbers beyond the range of a float are kept, so that the reader can name their field.

    Raises:
        BodyError: If the body is not JSON in UTF-8, has a key twice in one mapping, has half a surrogate pair, or is
            nested more than `DEEPEST` levels.
    """
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _strict(body)
    # If a key stands twice, or a text has a colon, there are more colons than keys.
    return given if body.count(b":") == _n_keys(given, LEVELS) else _strict(body)


def _n_keys(value: Any, levels: int) -> int:
    """Number of keys of nested mappings, down to `levels`."""
    if type(value) is not dict or levels == 0:
        return 0
    return len(value) + sum(_n_keys(inner, levels - 1) for inner in value.values() if type(inner) is dict)


def _strict(body: bytes) -> Any:
    """The same by the slower parser of the standard library, which sees every key and names each fault."""
    if _depth(body) > DEEPEST:
        raise BodyError(f"the body is not JSON: it is nested more than {DEEPEST} levels")
    try:
        given = json.loads(body.decode(), object_pairs_hook=_mapping)
        if b"\\u" in body:
            json.dumps(given, ensure_ascii=False).encode()
    except BodyError:
        raise
    except UnicodeDecodeError as error:
        raise BodyError(f"the body is not JSON: it is not UTF-8: {error.reason} at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise BodyError("the body is not JSON: a text has half a surrogate pair") from error
    except (ValueError, RecursionError) as error:
        raise BodyError(f"the body is not JSON: {error}") from error
    return given


def _depth(body: bytes) -> int:
    """Greatest number of lists and mappings around a value."""
    brackets = np.frombuffer(_TEXTS.sub(b"", body).translate(None, _NOT_BRACKETS), np.uint8)
    steps = np.where((brackets == ord("[")) | (brackets == ord("{")), 1, -1)
    return int(steps.cumsum().max(initial=0))


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in mapping if names.count(name) > 1)
        raise BodyError(f"the body is not JSON that is taken: the key {twice[:80]!a} stands twice in one mapping")
    return mapping
