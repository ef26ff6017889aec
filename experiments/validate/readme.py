"""Write the summary of the validation page into the README: `python -m experiments.validate.readme`.

The summary of a part is its verdict on the page up to the first semicolon. A test compares README and page.
"""

from __future__ import annotations

import re

from experiments.jobs.files import ROOT
from experiments.jobs.markdown import text
from experiments.jobs.parts import RESULTS
from experiments.jobs.readme import Excerpt
from experiments.validate.command import PAGE


def summary(page: str | None) -> str:
    """Return two or three lines made from the page's table of verdicts.

    Raises:
        ValueError: If there is no page, or it has no verdicts.
    """
    head = re.search(r"\*\*(\w+(?: \w+)?)\*\*: (\d+ of \d+ parts)", page or "")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", (page or "").split("\n## ")[0], re.MULTILINE)[2:]
    if head is None or not rows:
        raise ValueError(f"{PAGE} is not allowed: it must have a verdict and a table of verdicts")
    parts = " ".join(f"{title}: {why.split('; ')[0]}." for title, _, why in rows)
    return text(f"[Validation]({RESULTS}/{PAGE}), {head[1].lower()}, {head[2]}. {parts}")


EXCERPT = Excerpt("<!-- from the page of the validation -->", "<!-- end -->", ROOT / RESULTS / PAGE, summary)

if __name__ == "__main__":
    EXCERPT.command("experiments.validate.readme", "Write the summary of the validation page into the README.")
