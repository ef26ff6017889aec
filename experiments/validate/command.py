"""The command: compute the missing cells and write the page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from experiments.jobs.cells import run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import named
from experiments.jobs.provenance import commit, machine, versions
from experiments.jobs.workers import Workers
from experiments.validate.page import page
from experiments.validate.part import Part, Report, Task
from experiments.validate.parts import PARTS
from experiments.validate.settings import Settings

PAGE = "validation.md"
FILES = "validation"  # folder of tables and figures, next to the page
KEPT = "parts.json"  # in this folder: what the page shows of each part, the last time that it ran


def validate(settings: Settings, command: str) -> bool:
    """Run the chosen parts and write their results; finished cells are not computed again.

    The page keeps the sections of the other parts as they were when these last ran.

    Args:
        settings: All settings.
        command: The command line, for the page.

    Returns:
        Whether all parts passed that could be run on this machine.
    """
    folder, out = ROOT / settings.dir, ROOT / settings.results
    parts = named(PARTS, settings.parts)
    tasks = [(part, task) for part in parts for task in part.tasks(settings)]
    results = compute(tasks, folder, settings.processes)
    reports: list[tuple[Part, Report]] = []
    for part in parts:
        mine = [result for (owner, _), result in zip(tasks, results, strict=True) if owner is part]
        reports.append((part, part.report(settings, mine)))
    for _, report in reports:
        for name, content in report.files.items():
            write_atomic(out / FILES / name, content)
    seconds = {
        owner.name: sum(read_json(_timing(part.cell(task, folder / "cells"))) for part, task in tasks if part is owner)
        for owner in parts
    }
    kept = merged(
        out / FILES / KEPT, {part.name: record(report, command, seconds[part.name]) for part, report in reports}
    )
    write_atomic(out / PAGE, page({part.name: part.title for part in PARTS}, kept))
    return all(report.passed is not False for _, report in reports)


def record(report: Report, command: str, seconds: float) -> dict[str, Any]:
    """Return what the page shows of a part, in plain types, with its command, commit and computing time [s]."""
    return {
        "bars": dict(report.bars),
        "verdict": list(report.verdict),
        "body": report.body,
        "command": command,
        "commit": commit(),
        "software": versions(),
        "machine": machine(),
        "seconds": seconds,
    }


def merged(path: Path, records: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Write records of parts beside those of parts that did not run now; return all, in the order of the parts."""
    known = {**(read_json(path) if path.exists() else {}), **records}
    kept = {part.name: known[part.name] for part in PARTS if part.name in known}
    write_json(path, kept)
    return kept


def compute(tasks: Sequence[tuple[Part, Task]], folder: Path, processes: int) -> list[Any]:
    """Compute the tasks and return their results in the given order; the longest tasks start first."""
    order = sorted(range(len(tasks)), key=lambda place: -tasks[place][1].seconds)
    cells = [part.cell(task, folder / "cells") for part, task in tasks]
    with Workers(processes) as workers:
        workers.map(run_cell, [(cells[place], tasks[place][1]) for place in order], "validate")
    return [read_json(cell) for cell in cells]


def run_cell(cell: Path, task: Task) -> None:
    """Compute a cell unless its file exists, and record the time it took [s]."""
    started = time.perf_counter()
    _, computed = run_once(cell, lambda: task.compute(task.inputs))
    if computed or not _timing(cell).exists():
        write_json(_timing(cell), round(time.perf_counter() - started, 1))


def _timing(cell: Path) -> Path:
    return cell.parent.parent / "timings" / cell.name
