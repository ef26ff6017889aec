"""Parts of a long measurement, chosen by name; the results of a part are kept in cells named by their inputs."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from experiments.jobs.cells import cell_digest
from experiments.jobs.files import ROOT
from experiments.jobs.sources import module_digest

RESULTS = "experiments/results"
"""Folder of the published pages, relative to the checkout."""

SUFFIXES = (".py", ".yaml")
PRESENTATION = ("page.py", "figures.py")  # modules that only show results


@dataclasses.dataclass(frozen=True)
class Part:
    """One part of a measurement.

    Attributes:
        name: One word, by which the part is chosen on the command line.
        title: A few words, for the page.
    """

    name: str
    title: str

    def file(self, about: Mapping[str, Any], sources: tuple[str, ...], folder: Path) -> Path:
        """Return the file of a cell, whose name holds a digest of everything that its result depends on.

        Args:
            about: Inputs of the cell, as plain JSON values.
            sources: Packages and modules on which the result depends beside `ccenv`, relative to the checkout.
            folder: Folder of the cells.
        """
        digest = cell_digest({"part": self.name, **about}, "", digest_of(sources))
        return folder / f"{self.name}-{digest}.json"


P = TypeVar("P", bound=Part)


def named(parts: Sequence[P], names: Sequence[str]) -> list[P]:
    """Return the parts with these names, in the order of `parts`; all of them if there are no names.

    Raises:
        ValueError: If a name belongs to no part.
    """
    known = [part.name for part in parts]
    for name in names:
        if name not in known:
            raise ValueError(f"parts: {name!r}; allowed: {', '.join(known)}")
    return [part for part in parts if not names or part.name in names]


@functools.cache
def digest_of(packages: tuple[str, ...]) -> str:
    """Return the SHA-256 of the sources of `ccenv` and of further packages and modules.

    Modules count as syntax trees, without comments and docstrings. Modules that only show results (`PRESENTATION`) are
    left out: an edit of a page recomputes nothing.

    Args:
        packages: Paths relative to the checkout.
    """
    digest = hashlib.sha256()
    places = [ROOT / package for package in ("ccenv", *packages)]
    files = {path for place in places for path in ([place] if place.is_file() else place.rglob("*"))}
    for path in sorted(path for path in files if path.suffix in SUFFIXES and path.name not in PRESENTATION):
        content = module_digest(path) if path.suffix == ".py" else hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(ROOT).as_posix()} {content}\n".encode())
    return digest.hexdigest()
