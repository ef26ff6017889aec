"""Names in messages: lists of what is known, and the nearest to a word that is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

NAMED = 100  # most names that a message lists
COMPARED = 64  # characters of a word that are compared: the comparison takes quadratic time
NEAR = 0.6  # least likeness of two words, 0 to 1
TIED = 0.08  # words are suggested together if their likeness differs by at most this


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
