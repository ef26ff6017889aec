"""Small text results: written whole or not at all, and the same bytes for the same content."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
"""The checkout, below which the commands find the sources and write."""

LINE = 110


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write a file by renaming a finished one, so that a killed process leaves the old file or the new one.

    Args:
        path: Where the file goes; missing folders are made.
        content: The whole content; text is encoded as UTF-8.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may write the same result at once: each has a file of its own until the rename.
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def to_json(value: Any) -> str:
    """Text of a result: what fits stands on one line; NaN is refused (a ratio without a denominator is None)."""
    return _format(json.loads(json.dumps(value, allow_nan=False, default=_plain)), "") + "\n"


def _plain(value: Any) -> Any:
    """NumPy scalars and arrays as Python's own; anything else is refused."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a result file")


def _format(value: Any, indent: str) -> str:
    flat = json.dumps(value)
    if not isinstance(value, dict | list) or len(indent) + len(flat) <= LINE:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key)}: {_format(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _format(item, inner) for item in value) + f"\n{indent}]"


def write_json(path: Path, value: Any) -> None:
    """Write a result by rename."""
    write_atomic(path, to_json(value))


def read_json(path: Path) -> Any:
    """Content of a result file."""
    return json.loads(path.read_text())


def to_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as comma-separated text, numbers to 10 digits; a missing value is an empty cell."""
    lines = [columns, *([_cell(row.get(column)) for column in columns] for row in rows)]
    return "".join(",".join(line) + "\n" for line in lines)


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n') else text
