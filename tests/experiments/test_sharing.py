"""Folders of jobs: one for each digest, held by one job at a time where the folder is given, and shared work."""

import multiprocessing
import multiprocessing.synchronize
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ccenv.files.locking import InUseError
from ccenv.kpis import KpiTable
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.jobs.config import Settings, register, settings_of
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.jobs import job_in, job_of, occupied
from experiments.jobs.kinds import RULES
from experiments.jobs.stages import CHUNK, Stages
from experiments.jobs.workers import Workers
from tests.experiments.test_config import composed

register()


def settings(folder: Path, days: int) -> Settings:
    return settings_of(composed("scenario=tiny", "evaluation.processes=1", f"evaluation.days={days}", f"dir={folder}"))


def test_settings_that_alternate_in_one_folder_find_what_they_had(tmp_path: Path):
    runs: list[int] = []

    def work(days: int) -> Path:
        with job_of(settings(tmp_path, days), "train", RULES) as job:
            job.stages.run("only", lambda: runs.append(days) or days)
            assert (tmp_path / "latest").resolve() == job.stages.folder.resolve()
            return job.stages.folder

    folders = [work(days) for days in (4, 5, 4, 5)]

    assert runs == [4, 5]
    assert folders[:2] == folders[2:] and folders[0] != folders[1]
    with job_in(tmp_path) as latest:
        assert latest.settings.evaluation.days == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [".jobs", "latest", *{folder.name for folder in folders}]
    )


def test_stage_notes_where_and_how_it_was_computed(tmp_path: Path):
    with job_of(settings(tmp_path, 4), "train", RULES) as job:
        job.stages.run("only", lambda: 1)
        noted = read_json(job.stages.folder / "timings" / "only.json")

    assert {"seconds", "cpu_s", "commit", "command", "date", "machine", "host", "versions"} == set(noted)


OCCUPY = """
import sys, time
from pathlib import Path
from experiments.jobs.jobs import occupied
with occupied(Path(sys.argv[1]), sys.argv[2]):
    print("in", flush=True)
    time.sleep(600)
"""


def occupy(folder: Path, digest: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", OCCUPY, str(folder), digest]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "in\n"
    return process


def test_other_settings_are_refused_by_name_until_the_process_is_killed(tmp_path: Path):
    other = occupy(tmp_path, "aaaa")

    with (
        pytest.raises(InUseError, match=rf"in use by process {other.pid} on .*; choose dir="),
        occupied(tmp_path, "bb"),
    ):
        pass
    with occupied(tmp_path, "aaaa"):
        pass
    other.kill()
    other.communicate()
    with occupied(tmp_path, "bb"), pytest.raises(InUseError, match=f"process {os.getpid()}"), occupied(tmp_path, "cc"):
        pass
    assert [path.name for path in (tmp_path / ".jobs").iterdir()] == []


def slow_days(log: Path, days: np.ndarray) -> KpiTable:
    with log.open("a") as stream:
        stream.write(f"{days[0]} {os.getpid()}\n")
    time.sleep(0.3)
    return simulate(load_scenario("tiny"), seeds=days[:2])


def share(folder: Path, log: Path, ready: "multiprocessing.synchronize.Barrier") -> None:
    with Workers(1) as workers:
        stages = Stages(folder, "digest", {}, workers)
        ready.wait()
        (table,) = stages.tables({"a": (log,)}, slow_days, seeds("training", 6 * CHUNK), "test")
        np.save(folder / f"rows-{os.getpid()}.npy", table["seed"])


@pytest.mark.slow
def test_two_processes_share_the_days_and_both_have_all_of_them(tmp_path: Path):
    context = multiprocessing.get_context("spawn")
    ready, log = context.Barrier(2), tmp_path / "log"
    processes = [context.Process(target=share, args=(tmp_path / "job", log, ready)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    lines = [line.split() for line in log.read_text().splitlines()]
    rows = [np.load(path).tolist() for path in (tmp_path / "job").glob("rows-*.npy")]
    days = seeds("training", 6 * CHUNK)
    assert sorted(int(first) for first, _ in lines) == days[::CHUNK].tolist()
    assert len({pid for _, pid in lines}) == 2
    assert rows == [[day for first in days[::CHUNK].tolist() for day in (first, first + 1)]] * 2


def test_process_that_waits_takes_over_the_stage_of_a_killed_one(tmp_path: Path):
    code = (
        "import sys, time; from pathlib import Path; from experiments.jobs.stages import Stages; "
        "from experiments.jobs.workers import Workers; "
        "Stages(Path(sys.argv[1]), 'digest', {}, Workers(1)).run('only', lambda: (print('in', flush=True), "
        "time.sleep(600)))"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "in\n"
    killer = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(1); os.kill({other.pid}, 9)"])

    with Workers(1) as workers:
        found = Stages(tmp_path, "digest", {}, workers).run("only", lambda: 7)

    other.communicate()
    killer.wait()
    assert found == 7
