"""The command's work: cases of a study, each kept in a cell, the result file, the figure and the pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ccenv.files.errors import closest
from ccenv.files.writing import write_atomic, write_json
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.study.cases import STUDIES
from experiments.study.declared import Study
from experiments.study.figures import drawn
from experiments.study.measuring import measured, runs_of, scenario_of
from experiments.study.page import index, page
from experiments.study.settings import Settings

FOLDER = "studies"
INDEX = "studies.md"


class Case(NamedTuple):
    """One case of a study: values of its assumptions.

    Attributes:
        role: `base`, `low`, `high`, `sweep` or `also`.
        name: The assumption that has another value than in the base case, or the name of the further case; "" for the
            base case.
        values: Values of all assumptions.
    """

    role: str
    name: str
    values: dict[str, float]


def cases_of(study: Study) -> list[Case]:
    """Return all cases of a study; equal values occur once for each role."""
    base, swept = study.base(), study.sweep
    found = [Case("base", "", base)]
    for each in study.assumptions:
        found += [Case("low", each.name, {**base, each.name: each.low})]
        found += [Case("high", each.name, {**base, each.name: each.high})]
    found += [Case("sweep", swept.assumption, {**base, swept.assumption: value}) for value in swept.values]
    return [*found, *(Case("also", each.name, {**base, **each.values}) for each in study.also)]


def case_cell(name: str, values: dict[str, float], share: float, folder: Path) -> dict[str, Any]:
    """Return the figures of a case, kept in a file named by its settings and by the code that runs.

    Args:
        name: Name of the study.
        values: Values of its assumptions.
        share: Share of its runs.
        folder: Folder of the cells.
    """
    study = STUDIES[name]
    settings = study.settings(values)
    inputs = {
        "study": name, "values": values, "runs": runs_of(study, values, share),
        "settings": {variant: setting._asdict() for variant, setting in settings.items()},
    }  # fmt: skip
    centres = " ".join(centre_digest(scenario_of(setting)) for setting in settings.values())
    code = code_digest(("experiments.study.measuring", f"experiments.study.cases.{name}"))
    path, _ = run_once(folder / f"{cell_digest(inputs, centres, code)}.json", lambda: measured(study, values, share))
    found: dict[str, Any] = read_json(path)
    return found


def study_all(settings: Settings) -> list[Path]:
    """Run the studies asked for and write results, figures and pages; return the paths of the pages.

    Raises:
        ValueError: If a name belongs to no study, or the share is not in (0, 1].
    """
    for name in settings.names:
        if name not in STUDIES:
            raise ValueError(f"names: {name!r}{closest(name, list(STUDIES)) or ';'} allowed: {', '.join(STUDIES)}")
    if not 0.0 < settings.share <= 1.0:
        raise ValueError(f"share = {settings.share}; allowed: above 0 and at most 1")
    folder = ROOT / (settings.results if settings.share == 1.0 else settings.dir)
    with Workers(settings.processes) as workers:
        pages = [_run(STUDIES[name], settings, folder / FOLDER, workers) for name in settings.names or STUDIES]
    write_atomic(folder / INDEX, index(results_in(folder / FOLDER)))
    return pages


def _run(study: Study, settings: Settings, folder: Path, workers: Workers) -> Path:
    cases = cases_of(study)
    tasks = [(study.name, case.values, settings.share, ROOT / settings.dir / "cells") for case in cases]
    result = result_of(study, cases, workers.map(case_cell, tasks, study.name), settings.share)
    write_json(folder / f"{study.name}.json", result)
    write_study(study, result, folder)
    return folder / f"{study.name}.md"


def result_of(study: Study, cases: Sequence[Case], cells: Sequence[dict[str, Any]], share: float) -> dict[str, Any]:
    """Return the result of a study: the base case in full, of the other cases the headlines."""
    rows = [
        {"role": case.role, "name": case.name, "values": case.values, "runs": cell["runs"],
         "headlines": cell["headlines"]}
        for case, cell in zip(cases, cells, strict=True)
    ]  # fmt: skip
    return {"study": study.name, "share": share, "variants": cells[0]["variants"], "cases": rows}


def write_study(study: Study, result: dict[str, Any], folder: Path) -> None:
    """Write the figure and the page of a study from its result."""
    write_atomic(folder / f"{study.name}.svg", drawn(study, result))
    write_atomic(folder / f"{study.name}.md", page(study, result))


def results_in(folder: Path) -> list[tuple[Study, dict[str, Any]]]:
    """Return the studies whose result files are in a folder, with their results, in the order of the declarations."""
    files = {name: folder / f"{name}.json" for name in STUDIES}
    return [(STUDIES[name], read_json(path)) for name, path in files.items() if path.exists()]
