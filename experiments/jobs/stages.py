"""Stages of a long job. Results of finished stages are kept: a killed job resumes at the first unfinished stage."""

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

        cell.json      digest and settings of the job
        results/       one small text file for each stage
        bundle/        the exported policy
        work/          inputs of later stages: tables of days, the training
        timings.json   seconds of each stage; the only file that differs between two equal jobs

    Args:
        folder: Made if it does not exist. A folder with another job (other settings or sources) is renamed first.
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
        """Folder of the inputs of later stages."""
        return self.folder / "work"

    @property
    def timings(self) -> dict[str, float]:
        """Seconds of each stage."""
        path = self.folder / "timings.json"
        return read_json(path) if path.exists() else {}

    def run(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return the result of a stage; compute and keep it if it is not there."""
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
        """Return the result of a finished stage.

        Raises:
            FileNotFoundError: The stage is not finished.
        """
        return read_json(self._file(name))

    def _file(self, name: str) -> Path:
        return self.folder / "results" / f"{name}.json"

    def save_table(self, name: str, table: KpiTable) -> None:
        """Write a table of days for later stages."""
        stream = io.BytesIO()
        np.save(stream, np.asarray(table), allow_pickle=False)
        write_atomic(self.work / "tables" / f"{name}.npy", stream.getvalue())

    def table(self, name: str) -> KpiTable:
        """Return a table written by `save_table`."""
        return np.load(self.work / "tables" / f"{name}.npy", allow_pickle=False, max_header_size=MAX_HEADER).view(
            KpiTable
        )
