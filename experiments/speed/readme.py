"""Write the summary of the speed page into the README: `python -m experiments.speed.readme`.

The summary quotes the verdict, the machine and the comparison with other engines, each ratio with its quartiles. It
counts the bars that are declared and not on the page. A test compares README and page.
"""

from __future__ import annotations

import re

from experiments.jobs.files import ROOT
from experiments.jobs.markdown import text
from experiments.jobs.parts import RESULTS
from experiments.jobs.readme import Excerpt
from experiments.speed.bars import BARS
from experiments.speed.command import PAGE

NOT_YET = "Not measured yet: `python -m experiments.speed` writes the page."


def summary(page: str | None) -> str:
    """Return the verdict, the machine and the comparison with other engines, from the page; `NOT_YET` without a page.

    Raises:
        ValueError: If the page has no verdict.
    """
    if page is None:
        return NOT_YET
    head = re.search(r"\*\*([A-Za-z ]+)\*\*: (\d+ of \d+ bars).*? Measured on (.+)\.$", page, re.MULTILINE)
    rows = re.findall(
        r"^\| M/M/\d+\+M with wrap-up, .*? against ([^|,]+)[^|]*\| ([^|\[]+) x( \[[^|]+\])?", page, re.MULTILINE
    )
    if head is None:
        raise ValueError(f"{PAGE} is not allowed: it must have a verdict and a machine")
    peers = ", ".join(f"{ratio.strip()}{quartiles} times {name.strip()}" for name, ratio, quartiles in rows)
    found = f"[Speed]({RESULTS}/{PAGE}), {head[1].lower()}, {head[2]}, on {head[3]}."
    return text(f"{found} Contacts a CPU second, median of the rounds and quartiles: {peers}.{_rest(page)}")


def missing(page: str) -> list[str]:
    """Return the declared figures that have no row on the page, or are not measured there."""
    return [bar.what for bar in BARS if f"| {bar.what} | " not in page or f"| {bar.what} | not measured |" in page]


def _rest(page: str) -> str:
    left = missing(page)
    return f" Declared and not measured yet: {len(left)} of {len(BARS)} figures." if left else ""


EXCERPT = Excerpt("<!-- from the page of the speed -->", "<!-- end of the speed -->", ROOT / RESULTS / PAGE, summary)

if __name__ == "__main__":
    EXCERPT.command("experiments.speed.readme", "Write the summary of the speed page into the README.")
