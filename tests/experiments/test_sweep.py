import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ccenv.files.writing import write_json
from experiments.jobs.config import Settings, register, settings_of
from experiments.jobs.files import ROOT, read_json
from experiments.pipeline.effects import alike
from experiments.pipeline.sweep_cell import Planned, attempt, cell_of
from experiments.pipeline.sweeping import progress_line
from experiments.report import report
from experiments.sweep import run_cell
from tests.experiments.test_config import composed

register()
SMALL = ("scenario=tiny", "rules=quick", "learner=quick", "evaluation=quick")
LONG = "rules.rungs=[16,128]"  # a cell of a second or two, so that there is time to kill a sweep between two of them
KEY = "scenario.set.campaigns.survey.ring_s"


def start(folder: Path, *given: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "experiments.sweep", *SMALL, LONG, f"dir={folder}", *given]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def sweep(folder: Path, *given: str) -> tuple[int, str]:
    """Exit code and output of a sweep."""
    process = start(folder, *given)
    output, _ = process.communicate()
    return process.returncode, output


def cells(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "cells").glob("*.json"))}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep") / "whole"
    code, output = sweep(folder, f"{KEY}=5,10,20", "launcher=joblib")
    assert code == 0, output
    assert "cell 3 of 3" in output
    return folder


@pytest.mark.slow
def test_killed_sweep_runs_only_what_is_missing_and_ends_byte_equal(uninterrupted: Path, tmp_path: Path):
    folder = tmp_path / "killed"
    killed = start(folder, f"{KEY}=5,10,20")
    while not cells(folder):
        assert killed.poll() is None
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    before = {path: path.stat().st_mtime_ns for path in (folder / "cells").glob("*.json")}

    code, _ = sweep(folder, f"{KEY}=5,10,20")

    assert 0 < len(before) < 3
    assert code == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(cells(folder)) == 3
    assert cells(folder) == cells(uninterrupted)


@pytest.mark.slow
def test_sweep_takes_a_cell_from_a_smaller_one(uninterrupted: Path):
    before = cells(uninterrupted)

    _, output = sweep(uninterrupted, f"{KEY}=10")

    assert cells(uninterrupted) == before
    assert "0 cells to run, 1 kept" in output


@pytest.mark.slow
def test_report_of_a_sweep_has_a_line_for_each_cell_in_the_order_of_the_key(uninterrupted: Path):
    table = report(uninterrupted).read_text()

    values = re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE)

    assert values == ["5", "10", "20"]
    assert table.startswith(
        f"| {KEY} | policy | role | dials | lead over the best rule [per day; 1 = one contact lost] |"
    )
    assert re.findall(r"\| best rule \| (\w+) \|", table) == ["unreserved"] * 3
    assert ",best_rule,unreserved," in (uninterrupted / "table.csv").read_text().splitlines()[1]
    assert (uninterrupted / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert len((uninterrupted / "table.csv").read_text().splitlines()) == 4
    assert (uninterrupted / "figure.svg").read_text().rstrip().endswith("</svg>")


@pytest.mark.slow
def test_cell_with_a_training_has_the_learned_policy(tmp_path: Path):
    settings = settings_of(composed(*SMALL, f"dir={tmp_path}", "train=true", "learner.training.steps=2048"))

    cell = read_json(run_cell(settings))

    assert cell["comparison"]["rows"][0]["role"] == "learned"
    assert [point["chosen"] for point in cell["choice"]["points"]].count(True) == 1
    assert "wall_s" not in cell["choice"]["points"][0]


@pytest.mark.parametrize("clock", ["wall_s", "cpu_s"])
def test_training_bounded_by_the_clock_is_refused(tmp_path: Path, clock: str):
    settings = settings_of(composed(*SMALL, f"dir={tmp_path}", "train=true", f"learner.training.{clock}=3"))

    with pytest.raises(ValueError, match=rf"learner\.training\.{clock} = 3: a cell must not depend on the clock"):
        run_cell(settings)


def test_folder_without_results_is_refused(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="neither the cells of a sweep nor a finished benchmark"):
        report(tmp_path)


@pytest.mark.slow
def test_two_sweeps_at_once_share_the_cells(uninterrupted: Path, tmp_path: Path):
    folder = tmp_path / "shared"
    both = [start(folder, f"{KEY}=5,10,20") for _ in range(2)]
    outputs = [process.communicate()[0] for process in both]

    assert [process.returncode for process in both] == [0, 0], outputs
    assert sum(output.count(" written") for output in outputs) == 3
    assert cells(folder) == cells(uninterrupted)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_worker_processes_end_with_the_sweep(tmp_path: Path, number: signal.Signals):
    process = start(tmp_path, "launcher=joblib", f"{KEY}=5,10,20", "rules.rungs=[500,20000]")
    while not list(tmp_path.glob("work/*/cell.json")):
        assert process.poll() is None
        time.sleep(0.1)
    workers = descendants(process.pid)

    process.send_signal(number)
    process.wait(timeout=20)

    until = time.monotonic() + 20
    while any(map(lives, workers)) and time.monotonic() < until:
        time.sleep(0.1)
    process.communicate()
    assert len(workers) >= 2
    assert [pid for pid in workers if lives(pid)] == []
    assert process.returncode == (143 if number == signal.SIGTERM else -number)


def descendants(pid: int) -> list[int]:
    below = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        below += [int(child) for child in (thread / "children").read_text().split() if int(child) not in below]
    return [*below, *(other for child in below for other in descendants(child))]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_failed_cells_are_recorded_and_listed_and_the_others_run(tmp_path: Path):
    code, output = sweep(tmp_path, f"{KEY}=5,-1,-2", "rules.rungs=[2]")

    failed = [read_json(path) for path in sorted((tmp_path / "failed").glob("*.json"))]
    assert (code, len(cells(tmp_path)), len(failed)) == (1, 1, 2)
    assert all("ring_s" in each["error"] and each["settings"]["scenario"]["name"] == "tiny" for each in failed)
    assert output.index("ring_s=-1: ScenarioError") < output.index("written")  # before the first cell runs
    assert "2 of 3 cells failed:" in output
    assert output.count("failed: ") == 2 * 2


def test_failure_while_a_cell_runs_is_recorded_and_forgotten_after_a_success(tmp_path: Path):
    settings = settings_of(composed(*SMALL, f"dir={tmp_path}", "rules.rungs=[2]", "evaluation.days=2"))
    name = cell_of(settings).digest

    def fail(settings: Settings) -> None:
        raise RuntimeError("broken")

    assert attempt(settings, fail) is None
    assert read_json(tmp_path / "failed" / f"{name}.json")["error"] == "RuntimeError: broken"

    assert attempt(settings, run_cell) == tmp_path / "cells" / f"{name}.json"
    assert not list((tmp_path / "failed").iterdir())
    assert read_json(tmp_path / "timings" / f"{name}.json")["seconds"] > 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("evaluation.days=0", r"evaluation\.days = 0"),
        ("rules.keep=2", r"keep = 2"),
        ("rules.reference_pacing=nobody", "nobody"),
        ("+rules.pacing.nobody={}", r"rules\.pacing: .*nobody"),
        ("+rules.pacing.max0.kk=[1]", r"rules\.pacing: .*kk"),
        ("rules.pacing.max0.k=[-1]", r"rules\.pacing: .*max0"),
        ("+rules.routing.nobody={}", r"rules\.routing: .*nobody"),
    ],
)
def test_wrong_rules_are_refused_before_a_cell_runs(tmp_path: Path, given: str, message: str):
    settings = settings_of(composed(*SMALL, f"dir={tmp_path}", given))

    with pytest.raises(ValueError, match=message):
        cell_of(settings)


@pytest.mark.slow
def test_sweep_over_rules_says_that_tuning_chooses_and_has_a_row_for_each(tmp_path: Path):
    given = ("rules.rungs=[2]", "evaluation.days=4", "scenario.set.rules.routing.name=fifo,lwt")

    code, output = sweep(tmp_path, *given)

    assert code == 0, output
    assert "no effect on tuned rules: scenario.set.rules.routing.name (fifo, lwt): tuning chooses" in output
    table = (report(tmp_path)).read_text()
    assert re.findall(r"^\| (\w+) \| (\w+) \+ \w+ \| asked \| \w+ \|", table, re.MULTILINE) == [
        ("fifo", "fifo"),
        ("lwt", "lwt"),
    ]
    asked = [line for line in table.splitlines() if "| asked |" in line]
    assert asked[0].split("|")[4:] != asked[1].split("|")[4:]


@pytest.mark.slow
def test_values_without_effect_are_said_and_have_one_cell_and_a_line_each(tmp_path: Path):
    given = ("rules.rungs=[2]", "evaluation.days=2", "learner.training.steps=100,200")

    code, output = sweep(tmp_path, *given)

    assert (code, len(cells(tmp_path))) == (0, 1)
    assert "no effect: learner.training.steps=100,200 give one cell" in output


def test_key_that_changes_no_figure_is_said(tmp_path: Path):
    rows: list[Any] = [{"label": "fifo", "kpis": {"value": 1.0}}]
    plans = []
    for days, found in ((1, rows), (2, rows), (3, [])):
        settings = settings_of(composed(*SMALL, f"dir={tmp_path}", f"evaluation.days={days}"))
        cell = cell_of(settings)
        write_json(cell.path, {"comparison": {"rows": found}})
        plans.append(Planned(("scenario=tiny", f"evaluation.days={days}"), cell))

    assert alike(plans) == ["no effect: evaluation.days=1,2 give equal figures of all policies"]


def test_progress_says_how_many_and_how_long():
    assert progress_line(37, 500, 36, 56.0) == "cell 37 of 500, about 12 min left"
    assert progress_line(3, 4, 2, 20.0) == "cell 3 of 4, about 10 s left"
    assert progress_line(4, 4, 4, 20.0) == "cell 4 of 4"
