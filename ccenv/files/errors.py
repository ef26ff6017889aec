"""The error of an unusable scenario, and words for messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET

SHOWN = 80
"""Longest value, in characters, that a message shows whole."""
LISTED = 20
"""Most problems that a message lists."""
MOST_PROBLEMS = 100
"""Most problems that are collected."""
NAMED = 100  # most names that a message lists
COMPARED = 64  # characters of a word that are compared: the comparison takes quadratic time
NEAR = 0.6  # least likeness of two words, 0 to 1
TIED = 0.08  # words are suggested together if their likeness differs by at most this


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


def names(known: Iterable[str]) -> str:
    """Return names as a message lists them."""
    listed = list(known)
    more = [f"... ({len(listed)} in all)"] if len(listed) > NAMED else []
    return ", ".join([*listed[:NAMED], *more]) or "none"


def closest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the known words nearest to `word`; empty if none is near."""
    found = nearest(word, known)
    return f"; did you mean {' or '.join(repr(f) for f in found)}?" if found else ""


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words nearest to `word`, at most three, the nearest first; empty if none is near."""
    scores = likeness(word, known)
    best = max(scores.values(), default=0.0)
    near = [each for each, score in scores.items() if score >= max(NEAR, best - TIED)]
    return sorted(near, key=lambda each: -scores[each])[:3]


def likeness(word: str, known: Iterable[str]) -> dict[str, float]:
    """Return how near each known word is to `word`, 0 to 1."""
    matcher = difflib.SequenceMatcher(autojunk=False)
    wanted = _folded(word)
    return {each: _likeness(wanted, _folded(each), matcher) for each in known}


def _folded(word: str) -> str:
    return word[:COMPARED].lower().replace("-", "_").replace(" ", "_")


def _likeness(word: str, known: str, matcher: difflib.SequenceMatcher[str]) -> float:
    """Return how near two words are, 0 to 1.

    A word is near another if most letters agree, if it agrees with some of the other's parts between underscores (the
    first parts count most), or if it has the other's letters in their order, with some left out.
    """
    if word == known:
        return 1.0
    matcher.set_seq2(word)
    best = _ratio(matcher, known)
    a, b = word.split("_"), known.split("_")
    short, long = sorted((a, b), key=len)
    if len(short) < len(long):
        matcher.set_seq2("_".join(short))
        for start in range(len(long) - len(short) + 1):
            window = "_".join(long[start : start + len(short)])
            if min(len(window), len("_".join(short))) >= 3:
                best = max(best, _ratio(matcher, window) * (0.95 if start == 0 else 0.9))
    if len(word) >= 3 and known.startswith(word):
        best = max(best, 0.9)
    elif len(word) >= 3 and known[:1] == word[0] and _in_order(word, known):
        best = max(best, 0.7)
    return best


def _ratio(matcher: difflib.SequenceMatcher[str], other: str) -> float:
    matcher.set_seq1(other)
    if matcher.real_quick_ratio() < NEAR or matcher.quick_ratio() < NEAR:
        return 0.0
    return matcher.ratio()


def _in_order(word: str, known: str) -> bool:
    letters = iter(known)
    return all(letter in letters for letter in word)
