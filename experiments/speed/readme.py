"""What the README says of the speed, made from its page: `python -m experiments.speed.readme`.

The bars that it quotes are named here; a test holds README and page together.
"""

from __future__ import annotations

import re

from experiments.jobs.files import ROOT, write_atomic
from experiments.jobs.readme import README, between, filled
from experiments.speed.command import PAGE
from experiments.speed.settings import RESULTS

BEGIN, END = "<!-- from the page of the speed -->", "<!-- end of the speed -->"
NOT_YET = "Not measured yet: `python -m experiments.speed` writes the page."


def published() -> str | None:
    """The page, if there is one."""
    path = ROOT / RESULTS / PAGE
    return path.read_text() if path.exists() else None


def summary(page: str | None) -> str:
    """Verdict, machine and the comparison with other engines, from the page.

    Raises:
        ValueError: If the page has no verdict.
    """
    if page is None:
        return NOT_YET
    head = re.search(r"\*\*([A-Za-z ]+)\*\*: (\d+ of \d+ bars).*? Measured on (.+)\.$", page, re.MULTILINE)
    rows = re.findall(r"^\| M/M/\d+\+M with wrap-up, .*? against ([^|,]+)[^|]*\| ([^|\[]+) x", page, re.MULTILINE)
    if head is None:
        raise ValueError(f"{PAGE} is not allowed: it must have a verdict and a machine")
    peers = ", ".join(f"{ratio.strip()} times {name.strip()}" for name, ratio in rows)
    found = f"[Speed]({RESULTS}/{PAGE}), {head[1].lower()}, {head[2]}, on {head[3]}."
    return filled(f"{found} Contacts a CPU second: {peers}.")


def renewed(readme: str, page: str | None) -> str:
    """The README with the summary of a page between its marks.

    Raises:
        ValueError: If the marks are not there.
    """
    return between(readme, BEGIN, END, summary(page))


def main() -> None:
    """Renew the README."""
    write_atomic(README, renewed(README.read_text(), published()))


if __name__ == "__main__":
    main()
