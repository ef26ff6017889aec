"""Run combinations of any keys of the settings; finished cells are not run again.

    python -m experiments.sweep scenario.set.campaigns.deposits.max_lines=10,20 launcher=joblib

Each combination is a cell. A cell tunes the rules, trains and exports a policy if `train=true`, and evaluates all of
them on the same unseen days. Its result is one JSON file in `cells/`, named by a digest of what can change its numbers
and written atomically; `timings/` holds its times, command, commit and machine. All cells are checked before the first
one runs. A cell that fails is recorded in `failed/` and does not stop the others; the exit code is then 1. Sweeps that
run at the same time in one folder share the cells.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from omegaconf import DictConfig
from tqdm import tqdm

from ccenv.files.writing import write_json
from experiments.jobs.cells import make_once, make_or_wait
from experiments.jobs.commands import with_settings
from experiments.jobs.config import Settings, register, settings_of
from experiments.jobs.jobs import open_job
from experiments.jobs.provenance import provenance
from experiments.jobs.workers import end_with_parent, stop_on_sigterm
from experiments.pipeline.stages import compare_rules
from experiments.pipeline.sweep_cell import Cell, attempt, cell_of, forget_failure, note_asked
from experiments.pipeline.sweeping import install

register()
LEADER = "CCENV_SWEEP_PROCESS"  # process number of the sweep, for its worker processes


def run_cell(settings: Settings) -> Path:
    """Run a cell, unless its result exists; return the result's file. Wait if another process runs it.

    Raises:
        ValueError: The settings are not allowed; a training bounded by the clock, for example.
    """
    cell = cell_of(settings)
    made = make_or_wait(cell.path, lambda: _make(cell))
    _say(cell, made)
    return cell.path


def take_cell(settings: Settings) -> Path:
    """Run a cell as `run_cell` does, but leave it to another process that runs it; the result's file may not exist."""
    cell = cell_of(settings)
    _say(cell, make_once(cell.path, lambda: _make(cell)))
    return cell.path


def _say(cell: Cell, made: bool | None) -> None:
    note_asked(cell)
    if made is None:
        tqdm.write(f"{cell.path}: another process works on it")
    else:
        tqdm.write(f"{cell.path} {'written' if made else 'kept'}")


def _make(cell: Cell) -> None:
    started = time.perf_counter()
    with open_job(cell.settings, cell.scenario, cell.digest, cell.folder / "work" / cell.digest) as job:
        before_s = job.workers.cpu_s()
        if cell.settings.train:
            from experiments.pipeline.learned import compare_all

            result = compare_all(job)
        else:
            result = compare_rules(job)
        noted = provenance(time.perf_counter() - started, job.workers.cpu_s() - before_s)
    write_json(cell.folder / "timings" / cell.path.name, noted)
    write_json(cell.path, {"scenario": cell.scenario.digest, **result})
    forget_failure(cell.folder, cell.digest)


@with_settings("sweep")
def main(config: DictConfig) -> None:
    """Run one cell; Hydra calls this for each."""
    if os.environ.get(LEADER) != str(os.getpid()):
        end_with_parent()
    attempt(settings_of(config), take_cell)


def sweep() -> None:
    """Run the sweep on the command line; SIGTERM ends it and its worker processes as Ctrl-C does."""
    os.environ[LEADER] = str(os.getpid())
    stop_on_sigterm()
    install(run_cell)
    main()


if __name__ == "__main__":
    sweep()
