"""The error of every bad scenario."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

SHOWN = 80


class ScenarioError(ValueError):
    """A scenario that cannot be used: which file, which dotted key, the value found there, and what is allowed.

    `key` is empty and `value` is None where the whole file is meant.
    """

    def __init__(self, file: str, key: str, value: object, allowed: str) -> None:
        super().__init__(file, key, value, allowed)
        self.file, self.key, self.value, self.allowed = file, key, value, allowed

    def __str__(self) -> str:
        shown = repr(self.value)
        if len(shown) > SHOWN:
            shown = shown[: SHOWN - 3] + "..."
        return f"{self.file}: {f'{self.key} = {shown}: ' if self.key else ''}{self.allowed}"


def names(known: Iterable[str]) -> str:
    """Names as a message shows them."""
    return ", ".join(known) or "none"


def closest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest of the known words, else nothing."""
    found = difflib.get_close_matches(word, list(known), n=3)
    return f"; did you mean {' or '.join(repr(f) for f in found)}?" if found else ""
