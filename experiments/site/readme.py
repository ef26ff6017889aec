"""Write the strongest tuned rules into the README, and its picture: `python -m experiments.site.readme`.

The text stands between two marks. The picture is a moment of the flagship centre, as the environment renders it. A test
compares both with their sources.
"""

from __future__ import annotations

import argparse

from ccenv.files.writing import write_atomic
from experiments.jobs.files import ROOT
from experiments.jobs.markdown import text
from experiments.jobs.readme import README, Excerpt
from experiments.site.centres import OPPONENTS
from experiments.site.moment import png
from experiments.tuning.page import LEAGUE_PAGE, short_text

FILE, LEAGUE = OPPONENTS / "opponents.md", OPPONENTS / LEAGUE_PAGE
PICTURE = ROOT / "docs" / "_static" / "centre.png"


def of_text(page: str | None) -> str:
    """Return the sentences of the README from the page of the opponents."""
    league = f" [Every rule]({LEAGUE.relative_to(ROOT).as_posix()})." if LEAGUE.exists() else ""
    return text(f"{short_text(page)} [All centres]({FILE.relative_to(ROOT).as_posix()}).{league}")


EXCERPT = Excerpt("<!-- from the opponents -->", "<!-- end of the opponents -->", FILE, of_text)


def main() -> None:
    """Run the command."""
    about = "Write the strongest tuned rules into the README, and its picture."
    argparse.ArgumentParser(prog="python -m experiments.site.readme", description=about).parse_args()
    write_atomic(README, EXCERPT.renewed(README.read_text(), EXCERPT.published))
    write_atomic(PICTURE, png())


if __name__ == "__main__":
    main()
