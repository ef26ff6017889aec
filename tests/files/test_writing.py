import json
import os
from pathlib import Path

import numpy as np
import pytest

from ccenv.files import writing
from ccenv.files.writing import to_json, write_atomic, write_atomically, write_json


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path):
    path = tmp_path / "result.txt"
    write_atomic(path, "old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half of the n")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, fail)

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["result.txt"]


def test_missing_folders_are_made(tmp_path: Path):
    write_atomic(tmp_path / "a" / "b" / "result.bin", b"\x00\xff")

    assert (tmp_path / "a" / "b" / "result.bin").read_bytes() == b"\x00\xff"


def test_temporary_names_differ_between_hosts_processes_and_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen: list[str] = []

    def write(temporary: Path) -> None:
        seen.append(temporary.name)
        temporary.touch()

    def names(node: str, pid: int) -> set[str]:
        monkeypatch.setattr(writing.platform, "node", lambda: node)
        monkeypatch.setattr(writing.os, "getpid", lambda: pid)
        monkeypatch.setattr(writing.secrets, "token_hex", lambda n: "0" * 2 * n)
        seen.clear()
        write_atomically(tmp_path / "result", write)
        return set(seen)

    assert len(names("one", 1) | names("other", 1) | names("one", 2)) == 3
    monkeypatch.undo()
    seen.clear()
    for _ in range(2):
        write_atomically(tmp_path / "result", write)
    assert len(set(seen)) == 2


def test_the_content_is_flushed_to_the_disk_before_the_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "result.txt"
    flushed: list[bool] = []
    monkeypatch.setattr(writing.os, "fsync", lambda _: flushed.append(path.exists()))

    write_atomic(path, "text")

    assert flushed == [False]


def test_json_is_read_back_equal(tmp_path: Path):
    value = {"long": list(range(100)), "nested": {"none": None, "text": "x" * 200, "empty": []}, "number": 1 / 3}

    write_json(tmp_path / "value.json", value)

    assert json.loads((tmp_path / "value.json").read_text()) == value


def test_json_takes_numpy_values_and_refuses_nan_and_objects():
    assert to_json({"n": np.int64(3), "x": np.array([1.5])}) == '{"n": 3, "x": [1.5]}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"x": float("nan")})
    with pytest.raises(TypeError, match="object has no place"):
        to_json({"x": object()})


def test_values_that_fit_stand_on_one_line():
    short, long = {"a": [1, 2]}, {"a": ["x" * 60, "y" * 60]}

    assert to_json(short).count("\n") == 1
    assert to_json(long).count("\n") == 6


def test_a_link_stays_and_the_file_that_it_names_is_written(tmp_path: Path) -> None:
    there, link = tmp_path / "runs" / "day.html", tmp_path / "latest.html"
    there.parent.mkdir()
    link.symlink_to(there)

    write_atomic(link, "new")

    assert link.is_symlink() and there.read_text() == "new" and len(list(there.parent.iterdir())) == 1


def test_a_pipe_gets_the_content_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    write_atomic(pipe, "new")

    assert os.read(reader, 10) == b"new" and pipe.is_fifo() and [pipe] == list(tmp_path.iterdir())
    os.close(reader)
