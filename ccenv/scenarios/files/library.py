"""The library of scenarios: its names, and the file of a name or path."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import UNSET

from ccenv.files.errors import ScenarioError, closest, names

LIBRARY = Path(__file__).resolve().parents[1] / "library"
SUFFIXES = (".yaml", ".yml")


def list_scenarios() -> list[str]:
    """Names of the library's scenarios, sorted."""
    return sorted(path.stem for path in LIBRARY.glob("*.yaml"))


def name_and_variant(source: str) -> tuple[str, str | None]:
    """Split `name:variant` at the last colon; a text without a colon, or the path of a file, names no variant."""
    name, colon, variant = source.rpartition(":")
    if not colon or os.path.isfile(source):
        return source, None
    return name, variant


def find(source: str | Path) -> Path:
    """Return the file of a library name or a path.

    Raises:
        ScenarioError: If `source` is neither a name of the library nor a file.
    """
    known = list_scenarios()
    if isinstance(source, str) and source in known:
        return LIBRARY / f"{source}.yaml"
    path = Path(source)
    try:
        if path.is_file():
            return path
    except OSError as error:  # a name too long for a file
        raise ScenarioError(path.name, "", UNSET, f"cannot be read as a file: {error.strerror}") from error
    if isinstance(source, Path) or path.suffix in SUFFIXES or len(path.parts) > 1:
        raise ScenarioError(str(source), "", UNSET, "there is no such file")
    raise ScenarioError(source, "", UNSET, f"no such scenario; the library has {names(known)}{closest(source, known)}")
