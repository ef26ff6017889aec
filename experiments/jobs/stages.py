"""Stages of a long job. Results of finished stages are kept: a killed job resumes at the first unfinished stage."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ccenv.files.writing import write_atomic, write_json
from ccenv.kpis import KpiTable
from experiments.jobs.cells import make_once, make_or_wait
from experiments.jobs.files import read_json
from experiments.jobs.provenance import provenance
from experiments.jobs.workers import Workers

MAX_HEADER = 1_000_000  # characters: a table of KPIs has hundreds of named columns
CHUNK = 64  # days of one file of a table: as many as `simulate` steps together


class Stages:
    """The folder of a job, named by its digest. Several processes with the same job share the work in it.

        cell.json    digest and settings of the job
        results/     one small text file for each stage
        bundle/      the exported policy
        work/        inputs of later stages: tables of days, the training
        timings/     for each stage commit, machine, command, date, wall and CPU time; equal jobs differ here alone

    Args:
        folder: Made if it does not exist.
        digest: Name of the job.
        settings: Its settings.
        workers: Its processes.
    """

    def __init__(self, folder: Path, digest: str, settings: dict[str, Any], workers: Workers) -> None:
        self.folder, self.digest, self.workers = folder, digest, workers
        write_json(folder / "cell.json", {"digest": digest, "settings": settings})

    @property
    def bundle(self) -> Path:
        """Folder of the exported policy."""
        return self.folder / "bundle"

    @property
    def work(self) -> Path:
        """Folder of the inputs of later stages."""
        return self.folder / "work"

    def run(self, name: str, compute: Callable[[], Any], *, shared: bool = False) -> Any:
        """Return the result of a stage; compute and keep it if it is not there.

        Args:
            name: Name of the stage.
            compute: Makes the result.
            shared: Whether several processes compute it together, because its parts are files that `tables` shares out.
                Otherwise one process computes it, and the others wait.
        """
        path = self._file(name)

        def make() -> None:
            started, cpu_s = time.perf_counter(), self.workers.cpu_s()
            value = compute()
            spent = {"seconds": time.perf_counter() - started, "cpu_s": self.workers.cpu_s() - cpu_s}
            write_json(self.folder / "timings" / f"{name}.json", provenance(**spent))
            write_json(path, value)

        if path.exists():
            tqdm.write(f"{name}: kept")
        elif shared:
            make()
        elif not make_or_wait(path, make):
            tqdm.write(f"{name}: computed by another process")
        return read_json(path)

    def result(self, name: str) -> Any:
        """Return the result of a finished stage.

        Raises:
            FileNotFoundError: The stage is not finished.
        """
        return read_json(self._file(name))

    def _file(self, name: str) -> Path:
        return self.folder / "results" / f"{name}.json"

    def tables(
        self,
        wanted: dict[str, tuple[Any, ...]],
        simulate: Callable[..., KpiTable],
        days: np.ndarray,
        label: str,
    ) -> list[KpiTable]:
        """Simulate tables of days, in parts of `CHUNK` days, and keep them; return them in the given order.

        Processes with the same job share the parts: each takes parts that exist nowhere and that no process holds, and
        waits for the rest at the end.

        Args:
            wanted: First arguments of `simulate` for each table, by its name.
            simulate: Top-level function of these and of an array of seeds.
            days: Seeds.
            label: Text of the progress bar.
        """
        chunks = [days[first : first + CHUNK] for first in range(0, len(days), CHUNK)]
        tasks = [
            (self._part(name, place), simulate, (*arguments, chunk))
            for name, arguments in wanted.items()
            for place, chunk in enumerate(chunks)
        ]
        self.workers.map(keep_table, [task for task in tasks if not task[0].exists()], label)
        for path, function, arguments in tasks:  # parts that were in another process's hands
            make_or_wait(path, lambda path=path, f=function, a=arguments: save_table(path, f(*a)))  # type: ignore[misc]
        return [self.table(name) for name in wanted]

    def _part(self, name: str, place: int) -> Path:
        return self.work / "tables" / name / f"{place:06d}.npy"

    def table(self, name: str) -> KpiTable:
        """Return a table of days made by `tables`."""
        paths = sorted((self.work / "tables" / name).glob("[0-9]*.npy"))
        return joined([load_table(path) for path in paths])


def keep_table(path: Path, simulate: Callable[..., KpiTable], arguments: Sequence[Any]) -> None:
    """Simulate a part of a table and write it, unless it exists or another process makes it."""
    make_once(path, lambda: save_table(path, simulate(*arguments)))


def save_table(path: Path, table: KpiTable) -> None:
    """Write a table of KPIs."""
    stream = io.BytesIO()
    np.save(stream, np.asarray(table), allow_pickle=False)
    write_atomic(path, stream.getvalue())


def load_table(path: Path) -> KpiTable:
    """Return a table that `save_table` wrote."""
    return np.load(path, allow_pickle=False, max_header_size=MAX_HEADER).view(KpiTable)


def joined(tables: Sequence[KpiTable]) -> KpiTable:
    """Return the rows of tables with the same columns, one after the other."""
    out = np.empty(sum(map(len, tables)), tables[0].dtype)
    place = 0
    for table in tables:
        out[place : place + len(table)] = table
        place += len(table)
    return out.view(KpiTable)
