"""Jobs: the settings of a command, their scenario, the folder of the stages and the worker processes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ccenv.scenarios import Scenario
from experiments.jobs.cells import cell_digest, source_digest
from experiments.jobs.config import Settings, folder_of, scenario_of
from experiments.jobs.files import read_json
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers, one_thread


@dataclasses.dataclass(frozen=True)
class Job:
    """Inputs of the stages."""

    settings: Settings
    scenario: Scenario
    stages: Stages
    workers: Workers


def digest_of(settings: Settings, scenario: Scenario) -> str:
    """Return the name of the job: a digest of everything on which its results depend."""
    return cell_digest(dataclasses.asdict(settings), scenario.digest, source_digest())


@contextmanager
def job_of(settings: Settings, command: str) -> Iterator[Job]:
    """Open the job of a command; finished stages in its folder are reused."""
    one_thread()
    scenario = scenario_of(settings.scenario)
    stages = Stages(folder_of(settings, command), digest_of(settings, scenario), dataclasses.asdict(settings))
    with Workers(settings.evaluation.processes) as workers:
        yield Job(settings, scenario, stages, workers)


@contextmanager
def job_in(folder: Path) -> Iterator[Job]:
    """Open the job in a folder.

    Raises:
        FileNotFoundError: The folder holds no job.
    """
    cell = read_json(folder / "cell.json")
    settings = msgspec.convert(cell["settings"], Settings)
    with Workers(settings.evaluation.processes) as workers:
        yield Job(settings, scenario_of(settings.scenario), Stages(folder, cell["digest"], cell["settings"]), workers)
