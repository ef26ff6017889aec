"""Write the result of the centres, and its picture, for the README: `python -m experiments.site.readme`.

The text stands between two marks; the picture is a mean day of the flagship centre. A test compares both with the
result file.
"""

from __future__ import annotations

import argparse
import json

from ccenv.files.writing import write_atomic
from experiments.jobs.files import ROOT
from experiments.jobs.readme import README, Excerpt
from experiments.site import pictures
from experiments.site.centre_results import FILE, Results
from experiments.site.league import FLAGSHIP, summary

PICTURE = ROOT / "docs" / "_static" / "day.svg"


def of_text(content: str | None) -> str:
    """Return the sentences of the README from the text of the result file.

    Raises:
        ValueError: If there is no result file.
    """
    return summary(_results(content))


def picture(content: str | None) -> bytes:
    """Return the picture of the README from the text of the result file; raises as `of_text` does."""
    return pictures.drawn(_results(content).centres[FLAGSHIP]["day"])


def _results(content: str | None) -> Results:
    if content is None:
        raise ValueError(f"{FILE.name} is not there: python -m experiments.site.measure writes it")
    plain = json.loads(content)
    return Results(plain["command"], plain["machine"], plain["centres"])


EXCERPT = Excerpt("<!-- from the results of the centres -->", "<!-- end of the centres -->", FILE, of_text)


def main() -> None:
    """Run the command."""
    about = "Write the result of the centres, and its picture, for the README."
    argparse.ArgumentParser(prog="python -m experiments.site.readme", description=about).parse_args()
    write_atomic(README, EXCERPT.renewed(README.read_text(), EXCERPT.published))
    write_atomic(PICTURE, picture(EXCERPT.published))


if __name__ == "__main__":
    main()
