"""Writing of files: each file is written whole or not at all, and equal content gives equal bytes."""

from __future__ import annotations

import json
import os
import platform
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

LINE = 110
"""Longest JSON value that stands on one line, indentation included."""


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under a temporary name, flush it to the disk and rename it.

    A killed process leaves the old file or the new one. The temporary name is unique over hosts that share a file
    system, so that several processes may write the same file at once: the last rename wins.

    Args:
        path: Final path of the file; missing folders are made. A link stays, and the file that it names is written. A
            pipe or a device, such as `/dev/stdout`, gets the content directly.
        write: Writes the whole content to the path that it is given.
    """
    if path.exists() and not path.is_file():
        write(path)
        return
    path = path.resolve() if path.is_symlink() else path
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        write(temporary)
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write text (as UTF-8) or bytes by `write_atomically`."""
    raw = content.encode() if isinstance(content, str) else content
    write_atomically(path, lambda temporary: temporary.write_bytes(raw))


def to_json(value: Any) -> str:
    """Return a value as JSON text; a list or mapping that fits into a line of `LINE` characters stands on one line.

    NumPy scalars and arrays are written as numbers and lists.

    Raises:
        TypeError: A value of another type than JSON's or NumPy's.
        ValueError: NaN or infinity, which JSON does not have. Write None for a ratio without a denominator.
    """
    return _format(json.loads(json.dumps(value, allow_nan=False, default=_plain)), "") + "\n"


def write_json(path: Path, value: Any) -> None:
    """Write `to_json(value)` by `write_atomically`; raises as `to_json` does."""
    write_atomic(path, to_json(value))


def _plain(value: Any) -> Any:
    """NumPy scalars and arrays in builtin types."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a JSON file")


def _format(value: Any, indent: str) -> str:
    flat = json.dumps(value)
    if not isinstance(value, dict | list) or len(indent) + len(flat) <= LINE:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key)}: {_format(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _format(item, inner) for item in value) + f"\n{indent}]"
