"""A long job in stages: what is finished is kept, and a job that was killed goes on where it was."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ccenv.files.writing import write_atomic, write_json
from ccenv.kpis import KpiTable
from experiments.jobs.files import read_json

MAX_HEADER = 1_000_000  # characters: a table of KPIs has hundreds of named columns


class Stages:
    """The folder of a job.

        cell.json      what the job is: digest and settings
        results/       one small text file for each stage
        bundle/        the exported policy
        work/          what only the next stages need: tables of days, the training
        timings.json   seconds of each stage, the one file that differs between two equal jobs

    Args:
        folder: Made if it is not there. If it holds another job (other settings or sources), that one is moved aside.
        digest: Name of the job.
        settings: Its settings.
    """

    def __init__(self, folder: Path, digest: str, settings: dict[str, Any]) -> None:
        self.folder, self.digest = folder, digest
        cell = folder / "cell.json"
        if cell.exists() and (other := read_json(cell)["digest"]) != digest:
            aside = folder.with_name(f"{folder.name}-{other}")
            tqdm.write(f"{folder} holds a job with other settings or sources, which is moved to {aside}")
            folder.rename(aside)
        write_json(cell, {"digest": digest, "settings": settings})

    @property
    def bundle(self) -> Path:
        """Folder of the exported policy."""
        return self.folder / "bundle"

    @property
    def work(self) -> Path:
        """Folder of what the next stages need."""
        return self.folder / "work"

    @property
    def timings(self) -> dict[str, float]:
        """Seconds of each stage."""
        path = self.folder / "timings.json"
        return read_json(path) if path.exists() else {}

    def run(self, name: str, compute: Callable[[], Any]) -> Any:
        """Result of a stage, computed if it is not there."""
        path = self._file(name)
        if path.exists():
            tqdm.write(f"{name}: kept")
            return read_json(path)
        started = time.perf_counter()
        value = compute()
        write_json(self.folder / "timings.json", self.timings | {name: round(time.perf_counter() - started, 1)})
        write_json(path, value)
        return read_json(path)

    def result(self, name: str) -> Any:
        """Result of a finished stage.

        Raises:
            FileNotFoundError: If it is not finished.
        """
        return read_json(self._file(name))

    def _file(self, name: str) -> Path:
        return self.folder / "results" / f"{name}.json"

    def save_table(self, name: str, table: KpiTable) -> None:
        """Keep a table of days for the next stages."""
        stream = io.BytesIO()
        np.save(stream, np.asarray(table), allow_pickle=False)
        write_atomic(self.work / "tables" / f"{name}.npy", stream.getvalue())

    def table(self, name: str) -> KpiTable:
        """A table that was kept."""
        return np.load(self.work / "tables" / f"{name}.npy", allow_pickle=False, max_header_size=MAX_HEADER).view(
            KpiTable
        )
