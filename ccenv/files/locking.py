"""Claims: one process at a time holds a path, and a claim ends with its process, also after kill -9.

A claim is an exclusive `flock` on a file, which the kernel releases when the process ends. On file systems without
`flock` it is a numbered file that only one process can create. Its holder renews the file's time; other processes take
over when the holder's process is gone, or when the file has not been renewed for `STALE_S`.
"""

from __future__ import annotations

import datetime
import errno
import json
import os
import platform
import re
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

try:
    import fcntl
except ImportError:  # not a Unix system
    fcntl = None  # type: ignore[assignment]

RENEW_S = 5.0
STALE_S = 60.0
WITHOUT_FLOCK = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}


class InUseError(RuntimeError):
    """Another process holds the path."""


class Holder(NamedTuple):
    """A process that holds a path: its host, its number there, and the time of the claim (ISO 8601)."""

    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


class Claim:
    """A held path; released by `release`, at the end of a `with` block, or with the process."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release: Callable[[], None] | None = release

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()

    def release(self) -> None:
        """Give the path free; a second call does nothing."""
        release, self._release = self._release, None
        if release is not None:
            release()


def claim(path: Path) -> Claim | None:
    """Claim a path.

    Args:
        path: File that marks the claim, such as `folder/.lock`; missing folders are made. It is removed with the claim,
            except on file systems without `flock`.

    Returns:
        The claim; None if another process, or another claim of this process, holds the path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if fcntl is not None:
        try:
            return _by_flock(path)
        except OSError as error:
            if error.errno not in WITHOUT_FLOCK:
                raise
            path.unlink(missing_ok=True)
    return _by_file(path)


def holder_of(path: Path) -> Holder | None:
    """Return the holder that is noted in a claim's file; None if there is no note. It may just have ended."""
    newest = _newest(path)
    try:
        return _holder((path if newest is None else _numbered(path, newest)).read_text())
    except OSError:
        return None


def _holder(text: str) -> Holder | None:
    try:
        note = json.loads(text)
        return Holder(note["host"], note["pid"], note["since"])
    except (ValueError, KeyError, TypeError):
        return None


def _note() -> bytes:
    since = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    note = {"host": platform.node(), "pid": os.getpid(), "since": since}
    return json.dumps(note | {"system": _system(), "began": _began(os.getpid())}).encode() + b"\n"


def _by_flock(path: Path) -> Claim | None:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise
        if _is_at(descriptor, path):
            break
        os.close(descriptor)  # the last holder removed this file between the two calls
    os.ftruncate(descriptor, 0)
    os.write(descriptor, _note())

    def release() -> None:
        path.unlink(missing_ok=True)  # first: a process that has opened the file finds that it is no longer at the path
        os.close(descriptor)

    return Claim(release)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(descriptor), there)


def _by_file(path: Path) -> Claim | None:
    """Claim by creating the file of the next number, which succeeds in one process only.

    The file of the highest number decides. It is never removed, only its predecessors are: a number is used once.
    """
    newest = _newest(path)
    if newest is not None and _is_held(_numbered(path, newest)):
        return None
    own = _numbered(path, 1 if newest is None else newest + 1)
    try:
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return None
    os.write(descriptor, _note())
    os.close(descriptor)
    for number in _numbers(path):
        if _numbered(path, number) < own:
            _numbered(path, number).unlink(missing_ok=True)
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(RENEW_S):
            try:
                os.utime(own)
            except FileNotFoundError:  # taken over: this process was stopped for longer than STALE_S
                return

    threading.Thread(target=renew, daemon=True).start()

    def release() -> None:
        ended.set()
        own.write_text("{}\n")

    return Claim(release)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number:08d}")


def _numbers(path: Path) -> list[int]:
    pattern = re.compile(re.escape(path.name) + r"\.(\d{8})")
    names = os.listdir(path.parent) if path.parent.is_dir() else []
    return [int(found[1]) for name in names if (found := pattern.fullmatch(name))]


def _newest(path: Path) -> int | None:
    return max(_numbers(path), default=None)


def _is_held(file: Path) -> bool:
    try:
        text = file.read_text()
        age_s = _file_clock(file.parent) - file.stat().st_mtime
    except FileNotFoundError:
        return True  # a newer claim has just removed it
    if text.strip() == "{}":
        return False
    try:
        note: dict[str, Any] = json.loads(text)
    except ValueError:  # its holder is writing it, or was killed just then
        return age_s < STALE_S
    if note.get("system") == _system():
        return _began(note["pid"]) == note["began"]
    return age_s < STALE_S


def _file_clock(folder: Path) -> float:
    """Return the file system's time [s]; the clocks of hosts differ."""
    probe = folder / f".clock.{platform.node()}.{os.getpid()}.{secrets.token_hex(4)}"
    try:
        probe.touch()
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


def _system() -> str:
    """Return a name of the running system: processes with equal names see the same process numbers."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return f"{platform.node()} without /proc"


def _began(pid: int) -> str | None:
    """Return a process's start time, which tells two processes of one number apart; None if there is no process."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if state == "Z" else rest[18]  # field 22 of proc(5); a killed child stays as Z until it is awaited
    except OSError:
        if Path("/proc/self/stat").exists():
            return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        pass
    return "running"
