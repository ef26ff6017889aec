"""Pages name only what exists, and their lines are short enough to review."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.pages import CODE, ROOT, is_generated, long_lines, stale

NORMATIVE = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "ccenv/sim/README.md",
    *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs/decisions").glob("*.md"))),
)
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for paths in (ROOT.glob("*.md"), *((ROOT / folder).rglob("*.md") for folder in (*CODE, "docs", "notebooks")))
    for path in paths
    if not is_generated(path)
)
SITE = [page for page in PAGES if page.startswith("docs/") and not page.startswith("docs/decisions/")]


@pytest.mark.parametrize("page", NORMATIVE)
def test_all_that_a_normative_page_names_exists(page: str):
    assert stale(ROOT / page, (ROOT / page).read_text("utf-8")) == []


@pytest.mark.parametrize("page", SITE)
def test_all_that_a_page_of_the_site_names_exists(page: str):
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", (ROOT / page).read_text("utf-8"))  # `make docs` follows the links
    text = re.sub(r"`(GET|POST) /v1/\w+`", "", text)  # addresses of the service, tested in tests/serving

    assert stale(ROOT / page, text) == []


@pytest.mark.parametrize("page", PAGES)
def test_lines_of_prose_are_at_most_120_columns(page: str):
    found = long_lines((ROOT / page).read_text("utf-8"))

    assert found == [], f"{page}: these lines are longer than 120 columns"


def test_all_pages_are_looked_at():
    assert set(NORMATIVE) <= set(PAGES)
    assert len(PAGES) >= 5


def test_the_drawing_of_the_floors_is_that_of_the_contracts():
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    drawing = next(block for block in re.findall(r"```\n(.*?)```", page, re.DOTALL) if "-- ccenv" in block)
    drawn = {
        name: [re.split(r"  +", line.strip())[0] for line in floors.splitlines()]
        for name, floors in re.findall(r"^-- (\w+) -+\n((?:   .*\n)+)", drawing, re.MULTILINE)
    }
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    held = {name: each["layers"] for each in contracts for name in each.get("containers", ()) if "." not in name}

    assert drawn == held


PRESENT = [
    "ccenv/sim/README.md", "ccenv/sim/", "pyproject.toml", "drive.py", "outputs/benchmark/latest/report.html",
    "ccenv.simulate", "ccenv.policy.Policy", "ccenv.sim.state.codes.BREAK", "Batch.step", "CentreEnv.step",
    "e.news_queues", "order.mix", "queues.sales.redial.p", "campaigns.deposits.calling_rules.max_per_24h",
    "ccenv/Blended-v0", "make test", "python -m experiments.tune", "python -m pytest tests/test_pages.py",
    "python -m experiments.sweep -m scenario.set.campaigns.deposits.max_lines=10,20", "break", "show_",
    "uniform(key, HANG_UP) < p_stop", "x_k = m exp(-h / tau)", 'info["elapsed_s"]', "key of its attempt",
    "package.module:KIND",
]  # fmt: skip
ABSENT = {
    "ccenv/sim/gone.py": "no such file or folder",
    "ccenv/scenarios/schema.py": "no such file or folder",
    "gone.py": "no such file or folder",
    "ccenv.simulated": "cannot be imported",
    "ccenv.policy.Gone": "cannot be imported",
    "ccenv.sim.state.codes.GONE": "cannot be imported",
    "Batch.gone": "class Batch has no gone",
    "e.never_such": "no name never_such in the code",
    "redial.never": "no such scenario key",
    "queues.sales.redial.q": "no such scenario key",
    "make gone": "no target gone in the Makefile",
    "python -m experiments.gone": "no module experiments.gone",
    "python -m pytest tests/gone.py": "no such file or folder",
    "python -m experiments.sweep scenario.set.campaigns.deposits.rings=10": "no scenario key campaigns.deposits.rings",
    "neverSuchThing": "no name neverSuchThing in the code",
    "nosuchword": "no name nosuchword in the code",
    "uniform(key, NEVER_SUCH) < p_stop": "no name NEVER_SUCH in the code",
}


@pytest.mark.parametrize("quoted", PRESENT)
def test_names_that_exist_pass(quoted: str):
    assert stale(ROOT / "README.md", f"The name\n`{quoted}` is there.") == []


@pytest.mark.parametrize("quoted", ABSENT)
def test_a_name_that_does_not_exist_is_reported_with_its_line(quoted: str):
    assert stale(ROOT / "README.md", f"The name\n`{quoted}` is not there.") == [
        f"README.md:2: `{quoted}`: {ABSENT[quoted]}"
    ]


def test_links_are_followed_from_the_folder_of_the_page():
    text = "[a](README.md) [b](../gone.md#part) [c](https://example.org/gone)"

    assert stale(ROOT / "ccenv" / "sim" / "README.md", text) == ["ccenv/sim/README.md:1: `../gone.md`: no such file"]


def test_code_blocks_are_not_read_but_counted():
    assert stale(ROOT / "README.md", "```\n`gone.py`\n```\n`gone.py`") == [
        "README.md:4: `gone.py`: no such file or folder"
    ]


def test_long_lines_are_those_of_prose(tmp_path: Path):
    exact, long = "x" * 120, "x" * 121

    assert long_lines("\n".join([exact, long, f"| {long} |", "```", long, "```", long])) == [2, 7]
