"""Lines of the README that are made from a page, between two marks of their own."""

from __future__ import annotations

import textwrap

from experiments.jobs.files import ROOT

README = ROOT / "README.md"
WIDTH = 120


def filled(text: str) -> str:
    """Text in lines of the README's width; links stay whole."""
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def between(readme: str, begin: str, end: str, text: str) -> str:
    """The README with a text between its marks, in place of what stood there.

    Raises:
        ValueError: If the marks are not there once each.
    """
    if readme.count(begin) != 1 or readme.count(end) != 1:
        raise ValueError(f"README.md is not allowed: it must have {begin!r} and {end!r} once each")
    before, rest = readme.split(begin)
    return f"{before}{begin}\n{text}\n{end}{rest.split(end)[1]}"
