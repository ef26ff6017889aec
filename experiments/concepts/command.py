"""The command's work: run all experiments, write their result files, list failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from experiments.concepts.concept import Concept
from experiments.concepts.measure import described, failure, run_cell
from experiments.concepts.page import page, settings_text
from experiments.jobs.config import Settings
from experiments.jobs.files import to_csv
from experiments.jobs.workers import Workers

COLUMNS = (
    "part", "concept", "keys", "scenario", "off", "on", "both", "kpi", "moves", "runs", "days", "days_off",
    "value_off", "value_on", "difference", "low", "high",
)  # fmt: skip


def measure_all(parts: Mapping[str, Sequence[Concept]], settings: Settings, cells: Path) -> dict[str, Any]:
    """Rows of all concepts in plain types; finished cells are read from `cells`, not computed again."""
    asked = settings.evaluation.purpose, settings.concepts.most_runs
    listed = [(part, concept) for part, concepts in parts.items() for concept in concepts]
    with Workers(settings.evaluation.processes) as workers:
        measured = workers.map(run_cell, [(concept.experiment, cells, *asked) for _, concept in listed], "concepts")
    rows = [row_of(part, concept, result) for (part, concept), result in zip(listed, measured, strict=True)]
    return {"purpose": asked[0], "rows": rows}


def row_of(part: str, concept: Concept, measured: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the table: the declaration of a concept, its figures, and its failure (None if it is as expected)."""
    declared = concept._asdict() | {"experiment": described(concept.experiment)}
    return {"part": part, **declared, "measured": measured, "failure": failure(concept.experiment, measured)}


def failures(result: Mapping[str, Any]) -> list[str]:
    """One line for each concept that does not have its expected effect."""
    return [f"{row['name']}: {row['failure']}" for row in result["rows"] if row["failure"] is not None]


def write_results(result: Mapping[str, Any], folder: Path) -> Path:
    """Write `concepts.json`, `concepts.csv` and the page; returns the path of the page."""
    write_json(folder / "concepts.json", result)
    write_atomic(folder / "concepts.csv", to_csv(COLUMNS, map(_line, result["rows"])))
    write_atomic(folder / "concepts.md", page(result))
    return folder / "concepts.md"


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    experiment, measured = row["experiment"], row["measured"]
    difference = measured["difference"]
    return {
        "part": row["part"],
        "concept": row["name"],
        "keys": " ".join(row["keys"]),
        **{side: settings_text(experiment[side]) for side in ("off", "on", "both")},
        **{name: experiment[name] for name in ("scenario", "kpi", "moves", "days", "days_off")},
        "runs": measured["runs"],
        "value_off": measured["off"],
        "value_on": measured["on"],
        "difference": difference["value"],
        "low": difference["low"],
        "high": difference["high"],
    }
