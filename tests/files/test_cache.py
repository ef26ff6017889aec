"""Compiled code is kept in files that processes share, whatever state their folder is in."""

import os
import pickle
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest

from ccenv.files import cache
from ccenv.files.cache import Cache
from tests.pages import ROOT

pytestmark = pytest.mark.slow  # most of these compile, some several times

PROGRAM = """
import sys, time
import numpy as np
from ccenv.sim.kernel import jit

@jit.entry
def total(a):
    s = 0
    for i in range(a.shape[0]):
        s += a[i]
    return s

if len(sys.argv) > 1:
    save = jit.CACHE.save
    jit.CACHE.save = lambda key, body: (print("compiled", flush=True), time.sleep(float(sys.argv[1])), save(key, body))
print(total(np.arange(5)))
"""
COMPILES = "ccenv: compiling total of the simulator"


@pytest.fixture
def run(tmp_path):
    """Start the program with a cache folder; return it with its pipes."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "program.py").write_text(PROGRAM)

    def start(folder, *arguments, **more):
        variables = {**os.environ, "CCENV_CACHE_DIR": str(folder), "TMPDIR": str(tmp_path / "tmp")}
        variables |= {"PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "0", **more.pop("variables", {})}
        return subprocess.Popen(
            [sys.executable, tmp_path / "program.py", *arguments],
            **{"env": variables, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **more},
        )

    return start


def ended(process):
    """Return the lines that a program has said on stderr; it has given the right result."""
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert out.splitlines()[-1] == "10"
    return errors.splitlines()


def files(folder):
    return sorted(path for path in folder.rglob("*.bin"))


def test_it_is_said_what_is_compiled_and_nothing_else(run, tmp_path):
    said = ended(run(tmp_path / "new" / "folder"))
    assert len(said) == 1 and said[0].startswith(COMPILES)
    assert ended(run(tmp_path / "new" / "folder")) == []


def test_home_stands_for_the_home_folder(run, tmp_path):
    ended(run("~/kept", variables={"HOME": str(tmp_path)}))
    assert len(files(tmp_path / "kept")) == 1


def bad_folders(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    return {"a file": file, "no place": "/proc/ccenv", "long": "x" * 300}


@pytest.mark.parametrize("which", ["a file", "no place", "long"])
def test_a_folder_that_cannot_be_written_is_replaced_and_named(run, tmp_path, which):
    folder = bad_folders(tmp_path)[which]
    compiles, kept = ended(run(folder))
    assert compiles.startswith(COMPILES)
    assert kept.startswith("ccenv: compiled code cannot be kept in ") and "it is kept in " in kept
    assert str(folder) in kept
    (read,) = ended(run(folder))
    assert read.startswith("ccenv: compiled code is read from ")


def test_without_any_folder_each_process_compiles_and_says_so(run, tmp_path):
    for user in (os.getuid(), "user"):
        (tmp_path / "tmp" / f"ccenv-cache-{user}").write_text("")
    for _ in range(2):
        compiles, kept = ended(run(tmp_path / "tmp" / f"ccenv-cache-{os.getuid()}"))
        assert compiles.startswith(COMPILES)
        assert kept.endswith("each process compiles it again")


def test_a_full_disk_stops_nothing(run, tmp_path):
    limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))}
    compiles, kept = ended(run(tmp_path / "full", variables={"PYTHONDONTWRITEBYTECODE": "1"}, **limit))
    assert compiles.startswith(COMPILES)
    assert "cannot be kept in" in kept and kept.endswith("each process compiles it again")
    assert files(tmp_path / "full") == []


DAMAGE = {
    "truncated": lambda raw: raw[: len(raw) // 2],
    "a bit": lambda raw: raw[:-100] + bytes([raw[-100] ^ 1]) + raw[-99:],
    "other pickle": lambda raw: None,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_code_is_compiled_again(run, tmp_path, damage):
    ended(run(tmp_path))
    (file,) = files(tmp_path)
    raw = DAMAGE[damage](file.read_bytes())
    if raw is None:  # sound, but of another build of a package
        name = file.parent.name
        file.unlink()
        writer = Cache(name)
        os.environ["CCENV_CACHE_DIR"] = str(tmp_path)
        try:
            writer.save(file.stem, pickle.dumps((1, 2)))
        finally:
            del os.environ["CCENV_CACHE_DIR"]
    else:
        file.write_bytes(raw)
    damaged, compiles = ended(run(tmp_path))
    assert "is damaged; it is compiled again" in damaged
    assert compiles.startswith(COMPILES)
    assert ended(run(tmp_path)) == []


def test_a_folder_in_place_of_the_code_stops_nothing(run, tmp_path):
    ended(run(tmp_path))
    (file,) = files(tmp_path)
    file.unlink()
    file.mkdir()
    assert ended(run(tmp_path))[0].startswith(COMPILES)


def test_one_of_several_processes_compiles_and_the_others_wait(run, tmp_path):
    processes = [run(tmp_path, "2") for _ in range(3)]
    said = [ended(process) for process in processes]
    assert sum(line.startswith(COMPILES) for lines in said for line in lines) == 1
    assert sum("waiting for another process" in line for lines in said for line in lines) == 2


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_compilation_that_is_interrupted_is_said_and_made_again(run, tmp_path, how):
    first = run(tmp_path, "60")
    assert first.stdout.readline() == "compiled\n"
    second = run(tmp_path)
    time.sleep(0.5)
    first.send_signal(how)
    first.communicate(timeout=60)
    said = ended(second)
    assert said[-1].startswith(COMPILES)
    assert ended(run(tmp_path)) == []


def test_a_second_checkout_uses_the_code_of_the_first(run, tmp_path):
    shutil.copytree(ROOT / "ccenv", tmp_path / "copy" / "ccenv", ignore=shutil.ignore_patterns("__pycache__"))
    ended(run(tmp_path / "kept"))
    assert ended(run(tmp_path / "kept", variables={"PYTHONPATH": str(tmp_path / "copy")})) == []


def test_the_spare_folder_is_not_shared_with_other_users(tmp_path, monkeypatch):
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("CCENV_CACHE_DIR", "/proc/ccenv")
    spare = cache.temporary_folder()
    kept = Cache("x")

    kept.save("code", b"1")
    assert kept.load("code") == b"1"

    spare.chmod(0o777)
    assert kept.load("code") is None
    spare.chmod(0o700)
    monkeypatch.setattr(cache.os, "getuid", lambda: os.stat(spare).st_uid + 1)
    monkeypatch.setattr(cache, "temporary_folder", lambda: spare)
    assert kept.load("code") is None
    kept.save("more", b"2")
    assert not list(spare.rglob("more.bin"))


def test_without_locks_each_process_compiles_for_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("CCENV_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cache, "fcntl", None)
    with Cache("x").lock("a"), Cache("x").lock("a"):
        assert not list(tmp_path.rglob("*.lock"))


def test_a_process_that_has_waited_too_long_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("CCENV_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cache, "LONGEST_WAIT_S", 0.2)
    began = time.monotonic()
    with Cache("x").lock("a"), Cache("x").lock("a"):
        assert 0.2 <= time.monotonic() - began < 30
