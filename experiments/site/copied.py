"""Pages of the site that are files of the checkout: the specification, decisions, results, changes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container
from pathlib import Path

from experiments.jobs.files import ROOT
from experiments.site.text import listing

DOCS = ROOT / "docs"
#: Published results: file below `experiments/results`, page below `results`, and what is on it.
RESULTS: dict[str, tuple[str, str]] = {
    "validation.md": ("validation", "the simulator against exact values and another simulator."),
    "tuned/opponents.md": ("opponents", "the strongest rules of each centre, tuned jointly."),
    "tuned/suites/opponents.md": (
        "league_opponents",
        "the strongest rules of the league's own centres, tuned jointly.",
    ),
    "tuned/league.md": ("league", "every rule of both halves beside the opponents, by centre."),
    "published.md": ("published", "printed results of others, met by ccenv."),
    "studies.md": ("studies/index", "questions of practice, with paired runs and assumptions varied."),
    "room.md": ("room", "optimum or bound of each centre, beside its rules and planners."),
    "headline/headline.md": ("headline", "learners beside the frozen opponents, in replicates of whole pipelines."),
    "deployable.md": ("deployable", "policies that set parameters at intervals, and what that costs."),
    "solvable.md": ("solvable", "gaps of learned policies to the optimum of solved centres, exact."),
    "hyperparameters.md": ("hyperparameters", "settings of the gradient learners, searched on other centres."),
    "curves.md": ("curves", "value of learners against CPU time, gradient learners beside the search."),
    "screen.md": ("screen", "variants in which a searched policy beats tuned rules, and those without room."),
    "ablations.md": ("ablations", "learners with one part switched off, beside the whole learner."),
    "randomised.md": ("randomised", "trainings on ranges of parameters, judged where the centre differs."),
    "transfer.md": ("transfer", "a set network in centres of other sizes than that of its training."),
    "frontier.md": ("frontier", "rules and policies within the same limits of abandonment and drops."),
    "objectives.md": ("objectives", "policies trained under one indicator and judged under all."),
    "concepts.md": ("concepts", "equation, source and measured effect of each concept."),
    "calibration.md": ("calibration", "how well the bank's centres follow the bank's log."),
    "speed.md": ("speed", "contacts and decisions a second, against peers."),
}
#: Files of the checkout that are pages of the site; a result that its command has not written yet is left out.
FILES = {
    "ccenv/sim/README.md": "specification",
    "notebooks/clients/README.md": "clients/index",
    "ARCHITECTURE.md": "project/architecture",
    "CONTRIBUTING.md": "project/contributing",
    "CHANGELOG.md": "project/changelog",
    "docs/decisions/README.md": "decisions/index",
}
FILES |= {
    f"experiments/results/{file}": f"results/{page}"
    for file, (page, _) in RESULTS.items()
    if (ROOT / "experiments" / "results" / file).exists()
}
FILES |= {
    path.relative_to(ROOT).as_posix(): f"decisions/{path.stem}"
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md"))
}
FILES |= {
    path.relative_to(ROOT).as_posix(): f"results/studies/{path.stem}"
    for path in sorted((ROOT / "experiments" / "results" / "studies").glob("*.md"))
}
FILES |= {
    path.relative_to(ROOT).as_posix(): f"clients/{path.parent.name}"
    for path in sorted((ROOT / "notebooks" / "clients").glob("*/README.md"))
}
CENTRE = ("pictures/centre.png", DOCS / "_static" / "centre.png")
PICTURES = ("svg", "png")
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def pages() -> dict[str, str]:
    """Return these files with their links turned to pages of the site."""
    found = {page: relinked((ROOT / file).read_text(), file, page) for file, page in FILES.items()}
    for index in [page for page in found if page.endswith("/index")]:
        folder = index.removesuffix("index")
        below = [page.removeprefix(folder) for page in found if page.startswith(folder) and page != index]
        found[index] += "\n" + listing(below)
    return found


def results_list(files: Container[str] = FILES) -> str:
    """Return the list of the published results by their titles, with a hidden table of contents.

    Args:
        files: Files of the checkout that are pages of the site.
    """
    there = {f"experiments/results/{file}": about for file, about in RESULTS.items()}
    shown = {file: about for file, about in there.items() if file in files}
    rows = [f"- [{_title(file)}]({page}.md): {about}" for file, (page, about) in shown.items()]
    return "\n".join(rows) + "\n\n" + listing([page for page, _ in shown.values()])


def _title(file: str) -> str:
    return (ROOT / file).read_text().partition("\n")[0].removeprefix("# ")


def prose() -> dict[str, str]:
    """Return the pages written by hand in `docs`, without the decisions."""
    return {
        path.relative_to(DOCS).with_suffix("").as_posix(): path.read_text()
        for path in sorted(DOCS.rglob("*.md"))
        if "decisions" not in path.parts
    }


def pictures() -> dict[str, Path]:
    """Return the pictures to which the copied pages link, by their place on the site."""
    found: dict[str, Path] = {CENTRE[0]: CENTRE[1]}
    for file, page in FILES.items():
        for match in LINK.finditer((ROOT / file).read_text()):
            target = (ROOT / file).parent / match[3]
            if match[1] and target.suffix[1:] in PICTURES:
                found[posixpath.normpath(posixpath.join(posixpath.dirname(page), match[3]))] = target
    return found


def relinked(text: str, file: str, page: str) -> str:
    """Return a page whose links lead to pages of the site; a link to another file becomes its name in code.

    Args:
        text: The page.
        file: Its path in the checkout.
        page: Its name on the site.
    """
    return LINK.sub(lambda match: _link(match, file, page), text)


def _link(match: re.Match[str], file: str, page: str) -> str:
    mark, label, target = match.groups()
    if "://" in target or target.startswith("#") or mark:
        return match[0]
    path, _, anchor = target.partition("#")
    known = FILES.get(posixpath.normpath(posixpath.join(posixpath.dirname(file), path)).rstrip("/"))
    if known is None:
        return label if "`" in label or label == path else f"{label} (`{path.lstrip('./')}`)"
    here = posixpath.relpath(f"{known}.md", posixpath.dirname(page) or ".")
    return f"[{label}]({here}{'#' + anchor if anchor else ''})"
