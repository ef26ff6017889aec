import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from experiments.jobs.cells import cell_digest, essential, run_once, source_digest
from experiments.jobs.files import ROOT

SETTINGS: dict[str, Any] = {
    "scenario": {"name": "tiny", "set": {"trunks": 9}},
    "evaluation": {"days": 6, "processes": 2},
    "report": {"watched_days": 3},
    "dir": "here",
}


def changed(key: str, value: Any) -> dict[str, Any]:
    settings = json.loads(json.dumps(SETTINGS))
    *parents, last = key.split(".")
    node = settings
    for parent in parents:
        node = node[parent]
    node[last] = value
    return settings


@pytest.mark.parametrize(
    ("key", "value"),
    [("dir", "there"), ("evaluation.processes", 1), ("report.watched_days", 9)],
)
def test_digest_ignores_where_and_how_a_cell_is_run(key: str, value: Any):
    assert cell_digest(changed(key, value), "s", "c") == cell_digest(SETTINGS, "s", "c")


@pytest.mark.parametrize(
    ("key", "value"),
    [("scenario.name", "other"), ("scenario.set.trunks", 10), ("evaluation.days", 7), ("scenario.variant", "x")],
)
def test_digest_changes_with_every_setting_that_matters(key: str, value: Any):
    assert cell_digest(changed(key, value), "s", "c") != cell_digest(SETTINGS, "s", "c")


def test_digest_changes_with_the_content_of_the_scenario_and_with_the_sources():
    digests = {cell_digest(SETTINGS, scenario, sources) for scenario in "sS" for sources in "cC"}

    assert len(digests) == 4


def test_digest_does_not_depend_on_the_order_of_keys():
    backwards = dict(reversed(SETTINGS.items()))

    assert cell_digest(backwards, "s", "c") == cell_digest(SETTINGS, "s", "c")


def test_essential_settings_leave_the_given_ones_alone():
    before = json.dumps(SETTINGS)

    essential(SETTINGS)

    assert json.dumps(SETTINGS) == before


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sources")
    for package in ("agents", "ccenv", "experiments"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.mark.parametrize(
    "file",
    [
        "ccenv/sim/kernel/draws.py",
        "agents/__init__.py",
        "experiments/jobs/cells.py",
        "ccenv/scenarios/library/tiny.yaml",
    ],
)
def test_source_digest_changes_with_a_file(copy: Path, file: str):
    before = source_digest.__wrapped__(copy)
    path = copy / file
    text = path.read_text()
    path.write_text(text + "\n")
    after = source_digest.__wrapped__(copy)
    path.write_text(text)

    assert (after != before, source_digest.__wrapped__(copy) == before) == (True, True)


def test_source_digest_changes_when_a_file_is_renamed(copy: Path):
    before = source_digest.__wrapped__(copy)
    # The last file stays the last one, so that nothing but its name changes.
    (copy / "experiments" / "jobs" / "workers.py").rename(copy / "experiments" / "jobs" / "workers_.py")
    after = source_digest.__wrapped__(copy)
    (copy / "experiments" / "jobs" / "workers_.py").rename(copy / "experiments" / "jobs" / "workers.py")

    assert after != before


def test_source_digest_ignores_results(copy: Path):
    before = source_digest.__wrapped__(copy)
    (copy / "experiments" / "results" / "page.md").parent.mkdir(exist_ok=True)
    (copy / "experiments" / "results" / "page.md").write_text("text")

    assert source_digest.__wrapped__(copy) == before


def test_cell_with_a_result_is_not_run_again(tmp_path: Path):
    runs: list[int] = []

    def compute() -> dict[str, int]:
        runs.append(1)
        return {"x": 1}

    first = run_once(tmp_path / "cell.json", compute)
    again = run_once(tmp_path / "cell.json", compute)

    assert (first[1], again[1], len(runs)) == (True, False, 1)


def test_cell_that_failed_leaves_nothing(tmp_path: Path):
    def fail() -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        run_once(tmp_path / "cell.json", fail)

    assert list(tmp_path.iterdir()) == []
