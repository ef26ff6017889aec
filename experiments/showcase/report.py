"""The benchmark's report: the page of `experiments.reports`, with what the centres showed in front."""

from __future__ import annotations

from pathlib import Path

from experiments.jobs.files import read_json
from experiments.reports.benchmark import write_report
from experiments.showcase.shown import shown


def write_page(folder: Path) -> Path:
    """Write the report of a finished benchmark from its result files; return the path of the page."""
    made = read_json(folder / "provenance.json")
    centres = [read_json(folder / "results" / f"{stage}.json") for stage in made["centres"]]
    learner = read_json(folder / "cell.json")["settings"]["learner"]["name"]
    return write_report(folder, shown(centres, learner, (folder / "manager.html").exists()))
