"""Commands on the pages written by hand exist; `tests/test_pages.py` looks up the names."""

from __future__ import annotations

import re

import pytest

from experiments.site.commands import subcommands
from experiments.site.copied import DOCS, prose
from tests.pages import ROOT, is_path, problem_of_command, problem_of_path, problem_of_target
from tests.site.prose import blocks

PAGES = list(prose())


def problem_of_subcommand(words: list[str]) -> str | None:
    """Say why a command line of `ccenv` is not possible; None if it is."""
    known = subcommands().get(words[0]) or subcommands().get(" ".join(words[:2]))
    if known is None:
        return f"no command ccenv {words[0]}"
    options = {option for parameter in known.params for option in parameter.opts}
    unknown = [word for word in words[1:] if word.startswith("--") and word not in options]
    return f"ccenv {words[0]} has no option {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES)
def test_inline_commands_on_a_page_exist(page: str):
    found = re.findall(r"`ccenv ([a-z][^`]*)`", prose()[page])

    assert [problem for line in found if (problem := problem_of_subcommand(line.split()))] == []


def test_a_wrong_command_line_is_found():
    assert problem_of_subcommand(["describe", "tiny", "--json"]) is None
    assert problem_of_subcommand(["described"]) == "no command ccenv described"
    assert problem_of_subcommand(["list", "rules", "--gone"]) == "ccenv list has no option --gone"


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "sh")])
def test_commands_on_a_page_exist(page: str):
    problems = []
    for line in "\n".join(blocks(page, "sh")).splitlines():
        words = line.split()
        if words[:2] == ["python", "-m"] and words[2] != "venv":
            own = [word for word in words[3:] if "mypackage" not in word]
            problems.append(problem_of_command(DOCS / f"{page}.md", words[2], own))
        elif words[:1] == ["make"]:
            problems.append(problem_of_target(words[1]))
        elif words[:1] == ["ccenv"]:
            problems.append(problem_of_subcommand(words[1:]))
        elif words and is_path(words[-1]):
            problems.append(problem_of_path(DOCS / f"{page}.md", words[-1]))

    assert [problem for problem in problems if problem] == []


def test_pages_written_by_hand_have_lines_that_a_review_can_show():
    assert all(path.stat().st_size < 20_000 for path in DOCS.rglob("*.md"))
    assert ROOT in DOCS.parents
