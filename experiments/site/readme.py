"""Write the README's paragraphs of results, and its picture: `python -m experiments.site.readme`.

Each text stands between two marks. The picture is a moment of the flagship centre, as the environment renders it. A
test compares all of them with their sources.
"""

from __future__ import annotations

import argparse

from ccenv.files.writing import write_atomic
from experiments.jobs.files import ROOT
from experiments.jobs.markdown import short_text, text
from experiments.jobs.parts import RESULTS
from experiments.jobs.readme import README, Excerpt
from experiments.site.centres import OPPONENTS
from experiments.site.moment import png
from experiments.tuning.page import LEAGUE_PAGE

FILE, LEAGUE = OPPONENTS / "opponents.md", OPPONENTS / LEAGUE_PAGE
HEADLINE = ROOT / RESULTS / "headline" / "headline.md"
PICTURE = ROOT / "docs" / "_static" / "centre.png"


def of_opponents(page: str | None) -> str:
    """Return the paragraph of the page of the opponents that stands in the README."""
    return short_text(page, FILE.name, "python -m experiments.tune")


def of_learners(page: str | None) -> str:
    """Return the sentences of the README from the page of the learners; without the page, how to make a comparison."""
    if page is None:
        return "Trained policies are compared with tuned rules by `make benchmark`."
    said = short_text(page, HEADLINE.name, "python -m experiments.headline")
    return text(
        f"{said} [All figures]({HEADLINE.relative_to(ROOT).as_posix()}). `make benchmark` makes a smaller comparison."
    )


def of_text(page: str | None) -> str:
    """Return the sentences of the README from the page of the opponents."""
    league = f" [Every rule]({LEAGUE.relative_to(ROOT).as_posix()})." if LEAGUE.exists() else ""
    return text(f"{of_opponents(page)} [All centres]({FILE.relative_to(ROOT).as_posix()}).{league}")


EXCERPT = Excerpt("<!-- from the opponents -->", "<!-- end of the opponents -->", FILE, of_text)
LEARNERS = Excerpt("<!-- from the learners -->", "<!-- end of the learners -->", HEADLINE, of_learners)
EXCERPTS = (EXCERPT, LEARNERS)


def main() -> None:
    """Run the command."""
    about = "Write the strongest tuned rules and the learners beside them into the README, and its picture."
    argparse.ArgumentParser(prog="python -m experiments.site.readme", description=about).parse_args()
    readme = README.read_text()
    for excerpt in EXCERPTS:
        readme = excerpt.renewed(readme, excerpt.published)
    write_atomic(README, readme)
    write_atomic(PICTURE, png())


if __name__ == "__main__":
    main()
