"""The command's work: figures of all rows, each kept in a cell, their comparison, and the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.published.benchmarks import data_digest
from experiments.published.compare import judged, with_verdicts
from experiments.published.control import SEARCH, SEARCHED
from experiments.published.league import LEAGUES, League, played
from experiments.published.learned import learned
from experiments.published.page import page
from experiments.published.row import Figure, Row
from experiments.published.settings import Settings
from experiments.published.table import ROWS, chosen

NAME = "published"
LEARNED = "learned"  # key of the rows of learners in the result file


def measure(settings: Settings) -> dict[str, Any]:
    """Return the judged rows, and the leagues if no rows are named; finished cells are read, not computed again.

    Raises:
        ValueError: If a name is not that of a row or league, or settings contradict each other.
    """
    _check(settings)
    rows, leagues = chosen(settings.rows), () if settings.rows else LEAGUES
    if not settings.only:
        return computed(settings, rows, leagues)
    kept = read_json(results_folder(settings) / f"{NAME}.json")
    some = [row for row in rows if row.name in settings.only]
    new = computed(settings, some, [each for each in leagues if each.problem in settings.only])
    found = {row["name"]: row for row in (*kept["rows"], *new["rows"])}
    tables = {table["problem"]: table for table in (*kept["leagues"], *new["leagues"])}
    return {
        "share": settings.share,
        "rows": with_verdicts([found[row.name] for row in rows if row.name in found]),
        "leagues": [tables[each.problem] for each in leagues if each.problem in tables],
    }


def _check(settings: Settings) -> None:
    known = [*(row.name for row in ROWS), *(league.problem for league in LEAGUES)]
    for name in settings.only:
        if name not in known:
            raise ValueError(f"only = {name!r}: neither a row nor a league; allowed: {', '.join(known)}")
    if settings.only and (settings.rows or settings.share != 1.0):
        raise ValueError(f"only = {settings.only}: goes with all rows on all runs; leave out rows and share")


def computed(settings: Settings, rows: Sequence[Row], leagues: Sequence[League]) -> dict[str, Any]:
    """Return these rows and leagues, judged; finished cells are read."""
    folder, benchmarks = ROOT / settings.dir / "cells", ROOT / settings.benchmarks
    with Workers(settings.processes) as workers:
        found = workers.map(row_figures, [(row, settings.share, folder, benchmarks) for row in rows], NAME)
        tables = workers.map(league_table, [(each, settings.share, folder, benchmarks) for each in leagues], "leagues")
    played_ones = [table for table in tables if table is not None]
    return {"share": settings.share, "rows": judge(rows, found), "leagues": played_ones}


def judge(rows: Sequence[Row], found: Sequence[dict[str, Figure] | None]) -> list[dict[str, Any]]:
    """Return the rows with their comparisons and verdicts; a row without figures was skipped."""
    return with_verdicts(
        [skipped(row) if figures is None else judged(row, figures) for row, figures in zip(rows, found, strict=True)]
    )


def skipped(row: Row) -> dict[str, Any]:
    """Return a row that was skipped, with the reason."""
    reason = f"skipped: the parameters of {row.inputs['problem']} are not in the folder of the benchmarks"
    return {"name": row.name, "kind": row.kind, "source": row.source, "measures": [], "skipped": reason}


def row_figures(row: Row, share: float, folder: Path, benchmarks: Path) -> dict[str, Figure] | None:
    """Return the figures of a row, kept in a file named by its inputs and by the code that runs.

    Args:
        row: The row.
        share: Share of its runs.
        folder: Folder of the cells.
        benchmarks: Folder of the published control problems.

    Returns:
        Figures by measure; None if the row needs parameters that are not on this machine.
    """
    measures = [each._asdict() for each in row.measures]
    inputs = {"inputs": dict(row.inputs), "measures": measures, "runs": row.runs, "share": share}
    inputs["compute"] = row.compute.__name__
    if "problem" in row.inputs:
        data = benchmarks / row.inputs["problem"]
        if not data.is_dir():
            return None
        inputs["data"] = data_digest(data)
        row = dataclasses.replace(row, inputs={**row.inputs, "folder": str(data)})
    name = cell_digest(inputs, "", code_digest((row.compute.__module__,)))
    path, _ = run_once(folder / f"{name}.json", lambda: plain(row.compute(row, share)))
    return {measure: Figure(**figure) for measure, figure in read_json(path).items()}


def league_table(league: League, share: float, folder: Path, benchmarks: Path) -> dict[str, Any] | None:
    """Return the table of a league, kept like the figures of a row; None if its parameters are not on this machine."""
    data = benchmarks / league.problem
    if not data.is_dir():
        return None
    searched = SEARCHED.read_text() if any(entry.by == SEARCH for entry in league.entries) else ""
    inputs = {"league": league._asdict(), "share": share, "data": data_digest(data), "searched": searched}
    name = cell_digest(inputs, "", code_digest(("experiments.published.league",)))
    path, _ = run_once(folder / f"{name}.json", lambda: played(league, data, share))
    table: dict[str, Any] = read_json(path)
    return table


def plain(figures: dict[str, Figure]) -> dict[str, dict[str, float]]:
    """Return figures in plain types."""
    return {name: figure._asdict() for name, figure in figures.items()}


def results_folder(settings: Settings) -> Path:
    """Return the folder of the result files: that of the published pages only for all rows on all runs."""
    whole = not settings.rows and settings.share == 1.0
    return ROOT / (settings.results if whole else settings.dir)


def learn(settings: Settings, command: str) -> Path:
    """Run learners on the problems of `settings.learn`, and add their rows to the results; return the page.

    Raises:
        ValueError: If a setting is not allowed, or other rows are asked for at the same time.
    """
    if settings.rows or settings.only or settings.search:
        raise ValueError(f"learn = {settings.learn}: leave out rows, only and search")
    kept = read_json(ROOT / RESULTS / f"{NAME}.json")
    new = learned(settings, kept["leagues"], command)
    folder = ROOT / settings.results
    file = folder / f"{NAME}.json"
    before = read_json(file) if file.exists() else kept
    old = [row for row in before.get(LEARNED, []) if row["problem"] not in settings.learn]
    return write({**before, LEARNED: [*old, *new]}, folder)


def write(result: dict[str, Any], folder: Path) -> Path:
    """Write `published.json` and the page; return the path of the page. Rows of learners stay if there are no new."""
    file = folder / f"{NAME}.json"
    before = read_json(file) if file.exists() else {}
    if LEARNED in before:
        result = {LEARNED: before[LEARNED], **result}
    write_json(folder / f"{NAME}.json", result)
    write_atomic(folder / f"{NAME}.md", page(result))
    return folder / f"{NAME}.md"
