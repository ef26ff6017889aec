"""Part of the validation: the reference tables."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.jobs.files import ROOT
from experiments.validate.part import Part, Report, Task
from experiments.validate.reference.compare import columns, compare
from experiments.validate.reference.page import body, columns_csv
from experiments.validate.settings import Settings

# Long tables are split into one task for each value of this column.
PIECES = {"blended_pacing_policies": "set", "blended_pacing_optimal": "set", "nmodel_harrison": "rho"}
SECONDS = {"blended_pacing_policies": 8.0, "nmodel_harrison": 15.0}


def _tasks(settings: Settings) -> list[Task]:
    folder = ROOT / settings.reference
    return [task for name in columns() for task in _table_tasks(settings, folder, name)] if folder.exists() else []


def _table_tasks(settings: Settings, folder: Path, name: str) -> list[Task]:
    files = [f"{table}.csv" for table in (name, columns()[name].get("beside")) if table]
    content = [hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files]
    inputs = {"folder": settings.reference, "table": name, "only": None, "content": content}
    if name not in PIECES:
        return [Task(name, compared, inputs, SECONDS.get(name, 1.0))]
    with (folder / f"{name}.csv").open(newline="") as file:
        values = dict.fromkeys(line[PIECES[name]] for line in csv.DictReader(file))
    return [
        Task(f"{name} {value}", compared, {**inputs, "only": [PIECES[name], value]}, SECONDS.get(name, 1.0))
        for value in values
    ]


def compared(inputs: dict[str, Any]) -> dict[str, Any]:
    """Deviations of the columns of a table, or of one piece of it."""
    only = inputs["only"]
    found = compare(ROOT / inputs["folder"], inputs["table"], None if only is None else (only[0], only[1]))
    return {"table": inputs["table"], "columns": found}


def _report(settings: Settings, results: Sequence[dict[str, Any]]) -> Report:
    if not results:
        reason = f"skipped: the folder {settings.reference} is not there"
        return Report({}, [reason], body(results, reason))
    lines = merged(results)
    outside = [f"{line['table']}, `{line['column']}`" for line in lines if not line["within"]]
    numbers = sum(line["n"] for line in lines)
    verdict = [f"{numbers} values of {len({line['table'] for line in lines})} tables, {len(outside)} columns outside"]
    return Report({"within": not outside}, verdict + outside, body(lines), {"reference.csv": columns_csv(lines)})


def merged(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each column and kind of a table, with the largest deviation of all pieces."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for result in results:
        for column in result["columns"]:
            line = {"table": result["table"], **column}
            key = (line["table"], line["column"], line["kind"])
            other = found.get(key)
            if other is None or _size(line) > _size(other):
                found[key] = line | {"n": line["n"] + (other["n"] if other else 0)}
            else:
                other["n"] += line["n"]
    return list(found.values())


def _size(line: dict[str, Any]) -> float:
    return float("inf") if line["deviation"] is None else float(line["deviation"])


REFERENCE = Part(
    "reference", "Solver against the reference tables", ("experiments/validate/reference",), _tasks, _report
)
