"""What the README says of the validation, made from its page: `python -m experiments.validate.readme`.

What a part says of itself is its verdict on the page up to the first semicolon. A test holds README and page together.
"""

from __future__ import annotations

import re
import textwrap

from experiments.files import ROOT, write_atomic
from experiments.validate.command import PAGE
from experiments.validate.settings import Settings

README = ROOT / "README.md"
BEGIN, END = "<!-- from the page of the validation -->", "<!-- end -->"
WIDTH = 170


def summary(page: str) -> str:
    """Two or three lines, filled, from the page's verdicts.

    Raises:
        ValueError: If the page has no verdicts.
    """
    head = re.search(r"\*\*(\w+(?: \w+)?)\*\*: (\d+ of \d+ parts)", page)
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", page.split("\n## ")[0], re.MULTILINE)[2:]
    if head is None or not rows:
        raise ValueError(f"{PAGE} is not allowed: it must have a verdict and a table of verdicts")
    parts = " ".join(f"{title}: {why.split('; ')[0]}." for title, _, why in rows)
    link = f"[Validation]({Settings.results}/{PAGE})"
    return textwrap.fill(f"{link}, {head[1].lower()}, {head[2]}. {parts}", WIDTH, break_on_hyphens=False)


def renewed(readme: str, page: str) -> str:
    """The README with the summary of a page between its marks.

    Raises:
        ValueError: If the marks are not there.
    """
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ValueError(f"README.md is not allowed: it must have {BEGIN!r} and {END!r} once each")
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}\n{summary(page)}\n{END}{rest.split(END)[1]}"


def main() -> None:
    """Renew the README."""
    page = (ROOT / Settings.results / PAGE).read_text()
    write_atomic(README, renewed(README.read_text(), page))


if __name__ == "__main__":
    main()
