import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.jobs.config import register, settings_of
from experiments.jobs.files import ROOT, read_json
from experiments.report import report
from experiments.sweep import run_cell
from tests.experiments.test_config import composed

register()
SMALL = ("scenario=tiny", "rules=quick", "learner=quick", "evaluation=quick")
LONG = "rules.rungs=[16,128]"  # a cell of a second or two, so that there is time to kill a sweep between two of them
KEY = "scenario.set.campaigns.survey.ring_s"


def start(folder: Path, *given: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "experiments.sweep", *SMALL, LONG, f"dir={folder}", *given]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def cells(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "cells").glob("*.json"))}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep") / "whole"
    assert start(folder, f"{KEY}=5,10,20", "launcher=joblib").wait() == 0
    return folder


@pytest.mark.slow
def test_killed_sweep_runs_only_what_is_missing_and_ends_byte_equal(uninterrupted: Path, tmp_path: Path):
    folder = tmp_path / "killed"
    sweep = start(folder, f"{KEY}=5,10,20")
    while not cells(folder):
        assert sweep.poll() is None
        time.sleep(0.01)
    os.kill(sweep.pid, signal.SIGKILL)
    sweep.wait()
    before = {path: path.stat().st_mtime_ns for path in (folder / "cells").glob("*.json")}

    code = start(folder, f"{KEY}=5,10,20").wait()

    assert 0 < len(before) < 3
    assert code == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(cells(folder)) == 3
    assert cells(folder) == cells(uninterrupted)


@pytest.mark.slow
def test_sweep_takes_a_cell_from_a_smaller_one(uninterrupted: Path):
    before = cells(uninterrupted)

    start(uninterrupted, f"{KEY}=10").wait()

    assert cells(uninterrupted) == before


@pytest.mark.slow
def test_report_of_a_sweep_has_a_line_for_each_cell_in_the_order_of_the_key(uninterrupted: Path):
    table = report(uninterrupted).read_text()

    values = re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE)

    assert values == ["5", "10", "20"]
    assert table.startswith(f"| {KEY} | policy |")
    assert len((uninterrupted / "table.csv").read_text().splitlines()) == 4
    assert (uninterrupted / "figure.svg").read_text().rstrip().endswith("</svg>")


@pytest.mark.slow
def test_cell_with_a_training_has_the_learned_policy(tmp_path: Path):
    settings = settings_of(composed(*SMALL, f"dir={tmp_path}", "train=true", "learner.training.steps=2048"))

    cell = read_json(run_cell(settings))

    assert cell["comparison"]["rows"][0]["role"] == "learned"
    assert [point["chosen"] for point in cell["choice"]["points"]].count(True) == 1
    assert "wall_s" not in cell["choice"]["points"][0]


def test_training_bounded_by_the_clock_is_refused(tmp_path: Path):
    settings = settings_of(composed(*SMALL, f"dir={tmp_path}", "train=true", "learner.training.wall_s=3"))

    with pytest.raises(ValueError, match=r"learner\.training\.wall_s = 3: a cell must not depend on the clock"):
        run_cell(settings)


def test_folder_without_results_is_refused(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="neither the cells of a sweep nor a finished benchmark"):
        report(tmp_path)
