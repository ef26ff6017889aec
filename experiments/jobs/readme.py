"""Excerpts of result pages in the README, each between two marks of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from ccenv.files.writing import write_atomic
from experiments.jobs.commands import without_settings
from experiments.jobs.files import ROOT

README = ROOT / "README.md"


@dataclasses.dataclass(frozen=True)
class Excerpt:
    """The summary of a result page in the README.

    Attributes:
        begin: Line of the README before the summary.
        end: Line after it.
        page: File of the page.
        summary: Makes the summary from the page's text; None if the page does not exist.
    """

    begin: str
    end: str
    page: Path
    summary: Callable[[str | None], str]

    @property
    def published(self) -> str | None:
        """Text of the page; None if it does not exist."""
        return self.page.read_text() if self.page.exists() else None

    def renewed(self, readme: str, page: str | None) -> str:
        """Return the README with the summary of a page in place of the text between the marks.

        Raises:
            ValueError: If each mark is not there exactly once, or the page has no verdict.
        """
        if readme.count(self.begin) != 1 or readme.count(self.end) != 1:
            raise ValueError(f"README.md is not allowed: it must have {self.begin!r} and {self.end!r} once each")
        before, rest = readme.split(self.begin)
        return f"{before}{self.begin}\n{self.summary(page)}\n{self.end}{rest.split(self.end)[1]}"

    def command(self, module: str, about: str) -> None:
        """Run the command line of a module: without arguments it rewrites the README.

        Args:
            module: Dotted name of the module, for the help.
            about: Text of the help.
        """
        without_settings(module, about)
        write_atomic(README, self.renewed(README.read_text(), self.published))
