"""Cells of a sweep: each result is computed once and kept in a file named by its inputs.

The name is a digest of the resolved settings, of the scenario's content (which may come from a user's file) and of the
sources. A result holds no time and no date: a sweep that is killed and restarted ends with the same bytes as an
uninterrupted one.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_json
from experiments.jobs.files import ROOT

PACKAGES = ("agents", "ccenv", "experiments")
SUFFIXES = (".py", ".yaml")

# Settings that change no result of a sweep: the output folder, the number of processes, the drawing of the report, and
# the settings of other commands.
NOISE = ("concepts", "dir", "evaluation.processes", "report")


@functools.cache
def source_digest(root: Path = ROOT) -> str:
    """Return the SHA-256 of the packages' code and of the scenario library."""
    digest = hashlib.sha256()
    for path in sorted(path for package in PACKAGES for path in (root / package).rglob("*") if path.suffix in SUFFIXES):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def essential(settings: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the settings without the keys of `NOISE`."""
    kept = json.loads(json.dumps(settings))
    for key in NOISE:
        *parents, last = key.split(".")
        node = kept
        for parent in parents:
            node = node.get(parent, {})
        node.pop(last, None)
    return kept


def cell_digest(settings: dict[str, Any], scenario_digest: str, sources: str) -> str:
    """Return the name of a cell: 16 hexadecimal digits.

    Args:
        settings: The resolved settings.
        scenario_digest: Digest of the scenario's content, overrides included.
        sources: Digest of the sources.
    """
    content = json.dumps([essential(settings), scenario_digest, sources], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def run_once(path: Path, compute: Callable[[], Any]) -> tuple[Path, bool]:
    """Compute a result and write it to `path`, unless the file exists.

    Returns:
        The path, and whether the result was computed by this call.
    """
    if path.exists():
        return path, False
    write_json(path, compute())
    return path, True
