"""Claims on paths, between real processes, with `flock` and without it."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ccenv.files import locking
from ccenv.files.locking import Claim, claim, holder_of
from experiments.jobs.files import ROOT

WITHOUT = """
import errno, fcntl
def refuse(*arguments):
    raise OSError(errno.ENOLCK, "No locks available")
fcntl.flock = refuse
"""
HOLD = """
import sys, time
from pathlib import Path
from ccenv.files.locking import claim
held = claim(Path(sys.argv[1]))
print("free" if held else "held", flush=True)
time.sleep(float(sys.argv[2]))
if held:
    held.release()
"""
COUNT = """
import os, sys, time
from pathlib import Path
from ccenv.files.locking import claim
path, n = Path(sys.argv[1]), 0
while n < 20:
    held = claim(path / ".lock")
    if held:
        (path / "inside").mkdir()  # fails if another process is inside
        time.sleep(0.001)
        (path / "inside").rmdir()
        n += 1
        held.release()
    else:
        time.sleep(0.001)
"""


@pytest.fixture(params=["flock", "files"])
def mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Prefix of the code of other processes; this process has the same kind of locks."""
    if request.param == "flock":
        return ""

    def refuse(*arguments: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locking.fcntl, "flock", refuse)
    return WITHOUT


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def word(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def released(path: Path, held: Claim | None) -> bool:
    if held is not None:
        held.release()
    return held is not None


def test_path_is_held_by_one_process_and_says_by_which(tmp_path: Path, mode: str):
    path = tmp_path / "folder" / ".lock"
    other = start(mode + HOLD, path, 600)
    assert word(other) == "free"

    assert claim(path) is None
    holder = holder_of(path)

    os.kill(other.pid, signal.SIGKILL)
    other.communicate()
    assert holder is not None
    assert (holder.pid, str(holder)) == (other.pid, f"process {other.pid} on {os.uname().nodename}")


def test_claim_ends_with_kill_9(tmp_path: Path, mode: str):
    path = tmp_path / ".lock"
    other = start(mode + HOLD, path, 600)
    assert word(other) == "free"
    os.kill(other.pid, signal.SIGKILL)
    other.communicate()

    assert released(path, claim(path))


def test_claim_of_this_process_excludes_others_until_it_is_released(tmp_path: Path, mode: str):
    path = tmp_path / ".lock"
    held = claim(path)
    assert held is not None
    other = start(mode + HOLD, path, 0)
    assert (word(other), claim(path)) == ("held", None)
    held.release()
    held.release()
    after = start(mode + HOLD, path, 0)

    assert word(after) == "free"
    other.communicate()
    after.communicate()


def test_released_claim_leaves_no_file_where_there_are_locks(tmp_path: Path):
    held = claim(tmp_path / ".lock")
    assert held is not None
    held.release()

    assert list(tmp_path.iterdir()) == []


def test_processes_are_never_inside_together(tmp_path: Path, mode: str):
    others = [start(mode + COUNT, tmp_path) for _ in range(3)]

    ends = [other.communicate() for other in others]

    assert [(other.returncode, errors) for other, (_, errors) in zip(others, ends, strict=True)] == [(0, "")] * 3


@pytest.mark.parametrize(("age_s", "free"), [(0.0, False), (locking.STALE_S + 5.0, True)])
def test_claim_of_another_host_is_taken_over_when_it_is_not_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age_s: float, free: bool
):
    monkeypatch.setattr(locking, "fcntl", None)
    path = tmp_path / ".lock"
    file = tmp_path / ".lock.00000001"
    file.write_text(json.dumps({"host": "elsewhere", "pid": 1, "since": "?", "system": "another", "began": "1"}))
    then = time.time() - age_s
    os.utime(file, (then, then))

    assert released(path, claim(path)) == free


def test_number_of_a_dead_process_that_another_has_now_is_not_its_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(locking, "fcntl", None)
    path = tmp_path / ".lock"
    note = {"host": "here", "pid": os.getpid(), "since": "?", "system": locking._system(), "began": "1"}
    (tmp_path / ".lock.00000001").write_text(json.dumps(note))

    assert released(path, claim(path))
