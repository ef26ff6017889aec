"""The library of scenarios: its names, and the file of a name or path."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import UNSET

from ccenv.files.errors import SHOWN, ScenarioError, clipped, closest, names

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


def find(source: str | os.PathLike[str]) -> Path:
    """Return the file of a library name or a path; `~` is the home folder.

    Raises:
        ScenarioError: If `source` is neither a name of the library nor a path that exists.
    """
    known = list_scenarios()
    if isinstance(source, str) and source in known:
        return LIBRARY / f"{source}.yaml"
    text = os.fspath(source)
    shown = clipped(text, SHOWN) or repr(text)
    try:
        path = Path(text).expanduser()
        found = text != "" and path.exists()
    except (OSError, RuntimeError, ValueError) as error:  # a name too long or with a zero byte, or no such user
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(shown, "", UNSET, f"cannot be read as a file: {reason}") from error
    named_file = not isinstance(source, str) or path.suffix in SUFFIXES or os.sep in text or text.startswith("~")
    if found and (named_file or not path.is_dir()):
        return path
    if named_file:
        raise ScenarioError(shown, "", UNSET, "there is no such file")
    file = "; for a file, give its path, with .yaml at the end"
    allowed = f"no such scenario; the library has {names(known)}{file}{closest(text, known)}"
    raise ScenarioError(shown, "", UNSET, allowed)
