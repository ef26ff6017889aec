"""Jobs: the settings of a command, their scenario, the folder of the stages and the worker processes."""

from __future__ import annotations

import dataclasses
import os
import platform
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from tqdm import tqdm

from ccenv.files.locking import InUseError, claim, holder_of
from ccenv.scenarios import Scenario
from experiments.jobs.cells import take
from experiments.jobs.config import Settings, folder_of, scenario_of
from experiments.jobs.files import read_json
from experiments.jobs.kinds import LEARNED, Kind, code_of, name_of
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers, one_thread

LATEST = "latest"


@dataclasses.dataclass(frozen=True)
class Job:
    """Inputs of the stages."""

    settings: Settings
    scenario: Scenario
    stages: Stages
    workers: Workers

    @property
    def code(self) -> str:
        """Digest of the code that trains a policy."""
        return code_of(LEARNED, self.settings, self.scenario)


@contextmanager
def job_of(settings: Settings, command: str, kind: Kind) -> Iterator[Job]:
    """Open the job of a command in a folder named by its digest; finished stages in it are reused.

    The folder lies in `settings.dir`, or else in the command's own folder, where the link `latest` points to it.

    Raises:
        InUseError: A running process holds `settings.dir` with other settings.
    """
    scenario, place = scenario_of(settings.scenario), folder_of(settings, command)
    digest = name_of(kind, settings, scenario)
    with occupied(place, digest) if settings.dir else _free():
        link(place / LATEST, digest)
        with open_job(settings, scenario, digest, place / digest) as job:
            yield job


@contextmanager
def open_job(
    settings: Settings, scenario: Scenario, digest: str, folder: Path, noted: dict[str, Any] | None = None
) -> Iterator[Job]:
    """Open a job in a folder of its own; `noted`: what its file says of the settings, by default all of them."""
    one_thread()
    noted = dataclasses.asdict(settings) if noted is None else noted
    with Workers(settings.evaluation.processes) as workers:
        yield Job(settings, scenario, Stages(folder, digest, noted, workers), workers)


@contextmanager
def job_in(folder: Path) -> Iterator[Job]:
    """Open the job in a folder, or the latest one below it.

    Raises:
        FileNotFoundError: The folder holds no job.
    """
    folder = job_folder(folder)
    if not (folder / "cell.json").exists():
        raise FileNotFoundError(f"{folder} holds no job: neither a training nor a benchmark")
    cell = read_json(folder / "cell.json")
    settings = msgspec.convert(cell["settings"], Settings)
    with open_job(settings, scenario_of(settings.scenario), cell["digest"], folder, cell["settings"]) as job:
        yield job


def job_folder(folder: Path) -> Path:
    """Return the folder of a job: the one given, or the latest one below it."""
    return folder if (folder / "cell.json").exists() or not (folder / LATEST).exists() else folder / LATEST


@contextmanager
def _free() -> Iterator[None]:
    yield


@contextmanager
def occupied(place: Path, digest: str) -> Iterator[None]:
    """Hold a folder for one job; other processes may hold it with the same job.

    Each process holds a file of its own in `.jobs`. The kernel releases it when the process ends.

    Raises:
        InUseError: A running process holds the folder with another job.
    """
    jobs = place / ".jobs"
    with take(jobs / ".lock"):  # one process at a time looks who is there
        for file in sorted(jobs.glob("*.lock*")):
            other = jobs / f"{file.name.partition('.lock')[0]}.lock"
            if file.name.startswith(".") or other.name.startswith(digest):
                continue
            held = claim(other)
            if held is None:
                raise InUseError(f"{place} is in use by {holder_of(other) or 'another process'}; choose dir=...")
            held.release()
            for left in jobs.glob(f"{other.name}*"):
                left.unlink(missing_ok=True)
        own = claim(jobs / f"{digest}-{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}.lock")
        assert own is not None
    with own:
        yield


def link(path: Path, target: str) -> None:
    """Make a symbolic link, in place of the one that is there; say so if the file system has no links."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        temporary.symlink_to(target, target_is_directory=True)
        temporary.replace(path)
    except OSError as error:
        tqdm.write(f"{path} is not made: {error}; the job is in {path.with_name(target)}")
    finally:
        temporary.unlink(missing_ok=True)
