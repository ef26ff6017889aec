"""Keep compiled code in files that many processes share, whatever state their folder is in.

A file holds a digest and the code, and is written whole or not at all; a damaged one counts as absent. One process
compiles while others wait for it. If the wanted folder cannot be written, a private temporary folder takes its place.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic

fcntl: Any
try:
    import fcntl
except ImportError:  # there are no such locks on Windows: each process compiles for itself
    fcntl = None

MAGIC = b"ccenv compiled code 1\n"
LONGEST_WAIT_S = 600.0  # a process that waits longer for another one compiles for itself
LOOK_S = 0.05
_said: set[str] = set()


def say(line: str, *, always: bool = False) -> None:
    """Print a line on stderr, once in a process or `always`."""
    if always or line not in _said:
        _said.add(line)
        print(f"ccenv: {line}", file=sys.stderr, flush=True)


def wanted_folder() -> Path:
    """Return the folder of the cache: `$CCENV_CACHE_DIR`, or `ccenv` in the user's cache; `~` is the home folder."""
    given = os.environ.get("CCENV_CACHE_DIR")
    home = given or str(Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "ccenv")
    try:
        return Path(home).expanduser().absolute()
    except RuntimeError:  # no home folder
        return temporary_folder()


def temporary_folder() -> Path:
    """Return the folder that replaces one that cannot be written; no other user may write it."""
    owner = getattr(os, "getuid", lambda: "user")()
    return Path(tempfile.gettempdir()) / f"ccenv-cache-{owner}"


class Cache:
    """Files of compiled code in a subfolder of the wanted folder.

    Args:
        name: Name of the subfolder. Equal names stand for equal sources.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def folders(self) -> list[Path]:
        """Folders to read from, the wanted one first."""
        folders = [wanted_folder() / self.name]
        spare = temporary_folder()
        if _is_private(spare):
            folders.append(spare / self.name)
        return folders

    def has(self, key: str) -> bool:
        """Return whether there is stored code of a key, sound or damaged."""
        return any(os.access(folder / f"{key}.bin", os.R_OK) for folder in self.folders)

    def load(self, key: str) -> bytes | None:
        """Return the stored code of a key; None if there is none, or it is damaged or cannot be read."""
        for folder in self.folders:
            path = folder / f"{key}.bin"
            try:
                raw = path.read_bytes()
            except (OSError, ValueError):
                continue
            body = raw[len(MAGIC) + 32 :]
            if raw.startswith(MAGIC) and hashlib.sha256(body).digest() == raw[len(MAGIC) : len(MAGIC) + 32]:
                if folder.parent == temporary_folder() != wanted_folder():
                    say(f"compiled code is read from {folder.parent}: there is none in {wanted_folder()}")
                return body
            self.damaged(key)
        return None

    def damaged(self, key: str) -> None:
        """Say that stored code is damaged, and remove it."""
        say(f"the compiled code {key}.bin in {self.folders[0]} is damaged; it is compiled again")
        for folder in self.folders:
            with contextlib.suppress(OSError, ValueError):
                (folder / f"{key}.bin").unlink()

    def save(self, key: str, body: bytes) -> None:
        """Store code. If that is impossible, in any folder, the process goes on with what it has compiled."""
        raw = MAGIC + hashlib.sha256(body).digest() + body
        reasons: list[str] = []
        for folder in (wanted_folder() / self.name, temporary_folder() / self.name):
            try:
                if reasons:
                    _make_private(folder.parent)
                write_atomic(folder / f"{key}.bin", raw)
            except (OSError, ValueError) as error:
                reasons.append(f"{folder.parent}: {getattr(error, 'strerror', None) or error}")
                continue
            if reasons:
                say(f"compiled code cannot be kept in {reasons[0]}; it is kept in {folder.parent}")
            return
        say(f"compiled code cannot be kept in {' or in '.join(reasons)}; each process compiles it again")

    @contextlib.contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """Hold the lock of a key; wait while another process holds it.

        The system releases the lock of a process that ends in any way. Where there are no locks, or the folder cannot
        be written, nothing is held.
        """
        stream = self._open_lock(key)
        try:
            if stream is not None:
                _wait(stream)
            yield
        finally:
            if stream is not None:
                stream.close()

    def _open_lock(self, key: str) -> Any:
        if fcntl is None:
            return None
        for folder in (wanted_folder() / self.name, temporary_folder() / self.name):
            try:
                if folder.parent == temporary_folder():
                    _make_private(folder.parent)
                folder.mkdir(parents=True, exist_ok=True)
                return (folder / f"{key}.lock").open("ab")
            except (OSError, ValueError):
                continue
        return None


def _wait(stream: Any) -> None:
    """Lock an open file, or give up after `LONGEST_WAIT_S` or on a file system without locks."""
    began = time.monotonic()
    while time.monotonic() - began < LONGEST_WAIT_S:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            say("waiting for another process that compiles the simulator")
            time.sleep(LOOK_S)
        except OSError:
            return


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_private(folder):
        raise PermissionError(f"{folder} belongs to another user, or others may write it")


def _is_private(folder: Path) -> bool:
    """Return whether a folder exists, and only this user may write it: code in it is run."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return stat.S_ISDIR(found.st_mode)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
