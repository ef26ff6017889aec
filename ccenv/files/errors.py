"""The error of an unusable scenario, and words for messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET

from ccenv.files.near import NEAR as NEAR
from ccenv.files.near import closest as closest
from ccenv.files.near import likeness as likeness
from ccenv.files.near import names as names
from ccenv.files.near import nearest as nearest

SHOWN = 80
"""Longest value, in characters, that a message shows whole."""
LISTED = 20
"""Most problems that a message lists."""
MOST_PROBLEMS = 100
"""Most problems that are collected."""


class Problem(NamedTuple):
    """A fault of a scenario: dotted key, value found (UNSET if there is none), what is allowed."""

    key: str
    value: Any
    allowed: str


class ScenarioError(ValueError):
    """A scenario that cannot be used; the message names file, dotted key, value found and what is allowed.

    A message has one line for each problem. `key`, `value` and `allowed` are those of the first problem. `key` is empty
    if the error concerns the whole file. `value` is UNSET if there is no value.

    Attributes:
        problems: All problems found, at most `MOST_PROBLEMS`, the first included.
    """

    def __init__(self, file: str, key: str, value: object, allowed: str, others: Sequence[Problem] = ()) -> None:
        super().__init__(file, key, value, allowed, tuple(others))
        self.file, self.key, self.value, self.allowed = file, key, value, allowed
        self.problems = (Problem(key, value, allowed), *others)

    @classmethod
    def of(cls, file: str, problems: Sequence[Problem]) -> ScenarioError:
        """Return the error of one or more problems."""
        return cls(file, *problems[0], problems[1:MOST_PROBLEMS])

    def __str__(self) -> str:
        lines = [self._line(problem) for problem in self.problems[:LISTED]]
        more = len(self.problems) - len(lines)
        return "\n".join([*lines, f"and {more} more problems"] if more else lines)

    def _line(self, problem: Problem) -> str:
        key = clipped(problem.key, 2 * SHOWN)
        found = key if problem.value is UNSET else f"{key} = {shown(problem.value)}"
        return ": ".join(part for part in (self.file, found, problem.allowed) if part)


def shown(value: object) -> str:
    """Return the `repr` of a value, cut at `SHOWN` characters; of a large container, only the start is formatted."""
    return clipped("".join(_pieces(value, SHOWN + 1)), SHOWN)


def clipped(text: str, most: int) -> str:
    """Return text with at most `most` characters; the end of a longer one is replaced by dots."""
    return text if len(text) <= most else text[: most - 3] + "..."


def _pieces(value: object, room: int) -> Iterator[str]:
    """Yield parts of the `repr` of a value until `room` characters are reached."""
    if type(value) is str:
        yield repr(value[: room + 1])
    elif type(value) is list or type(value) is dict:
        opening, closing = "[]" if type(value) is list else "{}"
        yield opening
        room -= 1
        keyed = isinstance(value, dict)
        for i, part in enumerate(value):
            inner = [*_pieces(part, room)]
            if keyed:
                inner += [": ", *_pieces(value[part], room)]
            text = (", " if i else "") + "".join(inner)
            yield text
            room -= len(text)
            if room <= 0:
                return
        yield closing
    elif type(value) is int and abs(value) >= 10**SHOWN:  # Python refuses to write more than 4,300 digits
        yield hex(value)
    else:
        yield repr(value)
