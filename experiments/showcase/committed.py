"""Rows of learners from committed result files: whole replicates that `make benchmark` does not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ccenv.scenarios import load_scenario
from experiments.headline.command import DEVELOPMENT, FINAL, digest_of
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.tuning.choice import file_name
from experiments.tuning.settings import TUNED

HEADLINE = ROOT / RESULTS / "headline"


def committed(name: str, folder: Path = HEADLINE) -> dict[str, Any] | None:
    """Return the part of a committed result that has rows of learners: the final one, or that during development.

    Args:
        name: Name of a library centre.
        folder: Folder of the results.

    Returns:
        `purpose`, `days` and `rows` of the learners; None if there is no result, or if it is of another content of the
        centre or of other opponents.
    """
    file, tuned = (each / f"{file_name(name, None)}.json" for each in (folder, ROOT / RESULTS / TUNED))
    if not file.exists() or not tuned.exists():
        return None
    result = read_json(file)
    opponents = digest_of(read_json(tuned))
    if result["scenario_digest"] != load_scenario(name).digest or result["opponents"]["digest"] != opponents:
        return None
    part = next((result[each] for each in (FINAL, DEVELOPMENT) if (result[each] or {}).get("rows")), None)
    if part is None:
        return None
    rows = [row for row in part["rows"] if row["learner"]]
    return {"purpose": part["purpose"], "days": part["days"], "rows": rows} if rows else None
