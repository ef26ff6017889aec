"""Choosing among things that have names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Named(Protocol):
    """Something with a name."""

    @property
    def name(self) -> str:
        """Its name."""


P = TypeVar("P", bound=Named)


def named(parts: Sequence[P], names: Sequence[str]) -> list[P]:
    """The parts of these names, in their own order; all if there is no name.

    Raises:
        ValueError: If there is no such part.
    """
    known = [part.name for part in parts]
    for name in names:
        if name not in known:
            raise ValueError(f"parts: {name!r}; allowed: {', '.join(known)}")
    return [part for part in parts if not names or part.name in names]
