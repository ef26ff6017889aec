"""The policies of the headline cells as they are committed: a bundle for each replicate, with what it has cost."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_json
from ccenv.scenarios import load_scenario
from experiments.headline.replicate import Cell, folder_of
from experiments.headline.settings import Settings
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import policy_digest
from experiments.tuning.choice import file_name

FOLDER = "bundles"  # below the folder of the results
SUMMARY = "replicate.json"  # beside the files of a bundle


def place_of(settings: Settings, cell: Cell) -> Path:
    """Return the folder in which the policy of a replicate is kept with the results."""
    return ROOT / settings.results / FOLDER / file_name(cell.centre, None) / f"{cell.learner}-{cell.seed}"


def keep(settings: Settings, cell: Cell, summary: Mapping[str, Any], command: str) -> None:
    """Keep the policy of a finished replicate, with its summary and the command that has made it."""
    place = place_of(settings, cell)
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder_of(settings, cell) / "bundle", place)
    digest = load_scenario(cell.centre).digest
    write_json(place / SUMMARY, {**cell._asdict(), "scenario_digest": digest, "command": command, "summary": summary})


def kept(settings: Settings, cell: Cell) -> dict[str, Any]:
    """Return the summary of a replicate whose policy is kept.

    Raises:
        ValueError: If there is none, its centre has changed since, or the bundle is not the one that was kept.
    """
    file = place_of(settings, cell) / SUMMARY
    which = f"centre {cell.centre}, learner {cell.learner}, master seed {cell.seed}"
    if not file.exists():
        raise ValueError(f"final = true judges kept policies; missing: {which}; run the command without it first")
    found = read_json(file)
    if found["scenario_digest"] != load_scenario(cell.centre).digest:
        raise ValueError(f"final = true: the kept policy was trained on another content of the centre: {which}")
    if found["summary"]["policy"] != policy_digest(file.parent):
        raise ValueError(f"final = true: the bundle is not the one that was kept: {which}")
    summary: dict[str, Any] = found["summary"]
    return summary
