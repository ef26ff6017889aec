"""What the README says of the validation, made from its page: `python -m experiments.validate.readme`.

What a part says of itself is its verdict on the page up to the first semicolon. A test holds README and page together.
"""

from __future__ import annotations

import re

from experiments.jobs.files import ROOT, write_atomic
from experiments.jobs.readme import README, between, filled
from experiments.validate.command import PAGE
from experiments.validate.settings import Settings

BEGIN, END = "<!-- from the page of the validation -->", "<!-- end -->"


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
    return filled(f"{link}, {head[1].lower()}, {head[2]}. {parts}")


def renewed(readme: str, page: str) -> str:
    """The README with the summary of a page between its marks.

    Raises:
        ValueError: If the marks are not there.
    """
    return between(readme, BEGIN, END, summary(page))


def main() -> None:
    """Renew the README."""
    page = (ROOT / Settings.results / PAGE).read_text()
    write_atomic(README, renewed(README.read_text(), page))


if __name__ == "__main__":
    main()
