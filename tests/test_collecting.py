"""Collecting the suite is cheap: it neither loads scenarios nor compiles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLANTED = """
from numba import njit
from ccenv.scenarios import load_scenario
QUEUES = load_scenario("tiny").queues
TWO = njit(lambda x: x + 1)(1)
def test_nothing():
    pass
"""


def reports(*arguments: str) -> list[str]:
    """What `tests.collecting` reports in a run of pytest that only collects."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "tests.collecting", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [line.partition(" ")[2] for line in done.stdout.splitlines() if line.startswith("COLLECTING ")]


@pytest.mark.slow
def test_collecting_neither_loads_scenarios_nor_compiles():
    assert reports() == []


def test_a_module_that_loads_or_compiles_at_import_is_reported(tmp_path: Path):
    (tmp_path / "test_planted.py").write_text(PLANTED)

    assert reports(str(tmp_path)) == ["test_planted.py:4 loads a scenario", "test_planted.py:5 compiles"]
