"""Cells: results that are computed once and kept in files named by what can change their numbers.

The name of a cell is a digest of the settings that its command uses, of the scenario's content, and of the code that it
runs with the libraries that can change a number (`experiments.jobs.sources`). Commit, machine, command, date and times
are noted beside the cell. A result holds none of them: a sweep that is killed and restarted ends with the same bytes as
an uninterrupted one.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ccenv.files.locking import Claim, Holder, claim, holder_of
from ccenv.files.writing import write_json

POLL_S = 0.5


def chosen(settings: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Return the values of dotted keys, nested as in the settings.

    Raises:
        KeyError: There is no such key.
    """
    found: dict[str, Any] = {}
    for key in keys:
        *parents, last = key.split(".")
        source, target = settings, found
        for parent in parents:
            source, target = source[parent], target.setdefault(parent, {})
        target[last] = source[last]
    return found


def cell_digest(settings: Mapping[str, Any], scenario_digest: str, code: str) -> str:
    """Return the name of a cell: 16 hexadecimal digits.

    Args:
        settings: The settings and other inputs that can change its numbers, plain JSON values.
        scenario_digest: Digest of the scenario's content, overrides included.
        code: Digest of the code that it runs.
    """
    content = json.dumps([settings, scenario_digest, code], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def lock_of(path: Path) -> Path:
    """Return the file that marks the claim of a cell."""
    return path.with_name(f".{path.name}.lock")


def make_once(path: Path, make: Callable[[], Any]) -> bool | None:
    """Make a file unless it exists or another process is making it.

    Args:
        path: The file.
        make: Writes it, atomically.

    Returns:
        Whether this call made it; None if another process holds it.
    """
    if path.exists():
        return False
    held = claim(lock_of(path))
    if held is None:
        return None
    with held:
        if path.exists():  # its maker has finished in the meantime
            return False
        make()
    return True


def make_or_wait(path: Path, make: Callable[[], Any]) -> bool:
    """Make a file unless it exists; if another process is making it, wait for that, and take over if it dies.

    Returns:
        Whether this call made it.
    """
    told: Holder | None = None
    while (made := make_once(path, make)) is None:
        holder = holder_of(lock_of(path))
        if holder is not None and holder != told:
            tqdm.write(f"{path.name}: {holder} works on it; waiting")
            told = holder
        time.sleep(POLL_S)
    return made


def run_once(path: Path, compute: Callable[[], Any]) -> tuple[Path, bool]:
    """Compute a result and write it to `path`, unless the file exists or another process makes it.

    Returns:
        The path, and whether the result was computed by this call.
    """
    return path, make_or_wait(path, lambda: write_json(path, compute()))


def take(path: Path) -> Claim:
    """Claim a path, waiting for another process that holds it."""
    while (held := claim(path)) is None:
        time.sleep(POLL_S)
    return held
