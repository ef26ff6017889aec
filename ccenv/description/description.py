"""`describe`: a centre as text, as plain data, or as an HTML page."""

from __future__ import annotations

import os
import textwrap
import warnings
from collections.abc import Mapping
from html import escape
from typing import Any

from ccenv.description.facts import facts_of
from ccenv.description.plain import Facts
from ccenv.description.sections import MOST_TIMES, sections_of
from ccenv.description.tables import Section, aligned, fitted
from ccenv.scenarios import Scenario, load_scenario

WIDTH = 110  # characters of a line
LEAST_WIDTH = 40


class Description:
    """What a centre is: skills, staff, load, forecasts, campaigns, rules, reward and warnings.

    Args:
        facts: The facts as plain data, as `as_dict` returns them.

    Attributes:
        warnings: What to look at first: overload, nobody on duty, connects dropped at once, a reward that is perverse
            or pays nothing for goals, figures without a source. Empty if there is nothing.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.warnings: list[str] = list(facts["warnings"])

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as plain data, ready for JSON; `ccenv.description.facts` lists the keys."""
        return self._facts

    def sections(self, times: int | None = MOST_TIMES) -> list[Section]:
        """Return the sections: titles, lines and tables of texts.

        Args:
            times: Most columns of a table by time of day; None for a column for each slot.
        """
        return sections_of(self._facts, times)

    def text(self, width: int = WIDTH) -> str:
        """Return the description as text.

        Args:
            width: Most characters of a line; wider tables go on below.
        """
        lines: list[str] = []
        for section in self.sections():
            lines += [section.title, "=" * len(section.title), *wrapped(section.lines, width)]
            parts = [part for table in section.tables for part in fitted(table, width)]
            for k, part in enumerate(parts):
                lines += [*([""] if k or section.lines else []), *aligned(part)]
            lines.append("")
        return "\n".join(lines).rstrip() + "\n"

    def html(self) -> str:
        """Return the description as one HTML page with pictures, which needs no other file and no network."""
        from ccenv.description.page import page_of

        return page_of(self._facts)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Description of {self._facts['name']}, {len(self.warnings)} warnings; see .text()>"

    def _repr_html_(self) -> str:
        """Return the page in a frame, so that its style is not that of the notebook around it."""
        return f'<iframe srcdoc="{escape(self.html())}" width="100%" height="700" style="border: 0"></iframe>'


def describe(scenario: Scenario | str | os.PathLike[str] | Mapping[str, Any]) -> Description:
    """Describe a centre: who can handle what, who is on duty, how busy that makes them, and what to look at first.

    Args:
        scenario: A scenario, or a source that `load_scenario` accepts.

    Returns:
        A `Description`: `.text()`, `.as_dict()`, `.html()` and `.warnings`.

    Raises:
        ScenarioError: If the scenario cannot be used.

    Example:
        >>> found = describe("tiny")
        >>> found.as_dict()["groups"][1]["staff"]
        [2.0, 3.0, 3.0, 3.0]
        >>> found.warnings
        []
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the description lists them
        loaded = load_scenario(scenario)
    return Description(facts_of(loaded))


def wrapped(lines: tuple[str, ...], width: int) -> list[str]:
    """Return lines that are at most `width` characters long; a list's further lines are indented."""
    found: list[str] = []
    for line in lines:
        body = line.lstrip()
        indent = len(line) - len(body)
        hang = 2 if body.startswith("- ") else 10 if line[8:10] == "  " and indent == 0 else indent
        parts = textwrap.wrap(line, max(width, LEAST_WIDTH), subsequent_indent=" " * hang, break_long_words=False)
        found += parts or [""]
    return found
