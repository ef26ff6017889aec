"""Which sources the cells of the validation depend on."""

from __future__ import annotations

import functools
import hashlib

from experiments.jobs.cells import SUFFIXES
from experiments.jobs.files import ROOT

DRAWN = ("page.py", "figures.py")  # what only shows results


@functools.cache
def digest_of(packages: tuple[str, ...]) -> str:
    """SHA-256 of the sources of `ccenv` and of further packages and modules, but for what only shows results."""
    digest = hashlib.sha256()
    places = [ROOT / package for package in ("ccenv", *packages)]
    files = {path for place in places for path in ([place] if place.is_file() else place.rglob("*"))}
    for path in sorted(path for path in files if path.suffix in SUFFIXES and path.name not in DRAWN):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
