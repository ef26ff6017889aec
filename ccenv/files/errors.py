"""The error of an unusable scenario, and words for its messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from msgspec import UNSET

SHOWN = 80


class ScenarioError(ValueError):
    """A scenario that cannot be used; the message names file, dotted key, value found and what is allowed.

    `key` is empty if the error concerns the whole file. `value` is UNSET if there is no value.
    """

    def __init__(self, file: str, key: str, value: object, allowed: str) -> None:
        super().__init__(file, key, value, allowed)
        self.file, self.key, self.value, self.allowed = file, key, value, allowed

    def __str__(self) -> str:
        shown = repr(self.value)
        if len(shown) > SHOWN:
            shown = shown[: SHOWN - 3] + "..."
        found = self.key if self.value is UNSET else f"{self.key} = {shown}"
        return ": ".join(part for part in (self.file, found, self.allowed) if part)


def names(known: Iterable[str]) -> str:
    """Return names as a message lists them."""
    return ", ".join(known) or "none"


def closest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the known words nearest to `word`; empty if none is near."""
    found = difflib.get_close_matches(word, list(known), n=3)
    return f"; did you mean {' or '.join(repr(f) for f in found)}?" if found else ""
