"""Write the result of the centres into the README, and its picture: `python -m experiments.site.readme`.

The text stands between two marks. The picture is a moment of the flagship centre, as the environment renders it. A test
compares both with their sources.
"""

from __future__ import annotations

import argparse
import json

from ccenv.files.writing import write_atomic
from experiments.jobs.files import ROOT
from experiments.jobs.readme import README, Excerpt
from experiments.site.centre_results import FILE, Results
from experiments.site.league import summary
from experiments.site.moment import png

PICTURE = ROOT / "docs" / "_static" / "centre.png"


def of_text(content: str | None) -> str:
    """Return the sentences of the README from the text of the result file.

    Raises:
        ValueError: If there is no result file.
    """
    if content is None:
        raise ValueError(f"{FILE.name} is not there: python -m experiments.site.measure writes it")
    plain = json.loads(content)
    return summary(Results(plain["command"], plain["centres"]))


EXCERPT = Excerpt("<!-- from the results of the centres -->", "<!-- end of the centres -->", FILE, of_text)


def main() -> None:
    """Run the command."""
    about = "Write the result of the centres into the README, and its picture."
    argparse.ArgumentParser(prog="python -m experiments.site.readme", description=about).parse_args()
    write_atomic(README, EXCERPT.renewed(README.read_text(), EXCERPT.published))
    write_atomic(PICTURE, png())


if __name__ == "__main__":
    main()
