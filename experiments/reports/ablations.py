"""Ablations of the learners from the committed results, as text for the report; the benchmark does not run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ccenv.scenarios import load_scenario
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.pipeline.verdict import span

FILE = ROOT / RESULTS / "ablations.json"


def ablations(file: Path = FILE) -> list[dict[str, Any]]:
    """Return the centres of the committed ablations whose content is that of the library.

    Args:
        file: The result file of `python -m experiments.ablate`.

    Returns:
        For each centre `name`, `days` and `rows`, each with `name`, `replicates`, `over_reference`, `over_p2`; nothing
        without the file.
    """
    if not file.exists():
        return []
    result = read_json(file)
    found = []
    for name, centre in result["centres"].items():
        rows = [row for row in result["rows"] if row["centre"] == name]
        if rows and centre["scenario_digest"] == load_scenario(name).digest:
            found.append({"name": name, "days": rows[0]["days"], "rows": [_row(row) for row in rows]})
    return found


def _row(row: dict[str, Any]) -> dict[str, Any]:
    gap = row["over_reference"]
    return {
        "name": row["name"], "is_whole": gap is None, "replicates": row["replicates"],
        "over_reference": "the whole learner" if gap is None else span(gap, sign=True),
        "over_p2": span(row["over_p2"], sign=True),
    }  # fmt: skip
