"""The committed curves, for the report of `make benchmark`, which does not run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ccenv.scenarios import load_scenario
from experiments.curves.figures import drawn
from experiments.curves.page import BAR_HEAD, FIGURE, NAME, VALUE_HEAD, bar_rows, commands, value_row
from experiments.jobs.cells import cell_digest
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.reports.figures.style import data_uri
from experiments.tuning.choice import file_name
from experiments.tuning.settings import TUNED

CURVES = ROOT / RESULTS / f"{NAME}.json"


def committed_curves(file: Path = CURVES) -> dict[str, Any] | None:
    """Return the committed curves as the content of the page.

    Args:
        file: The result file.

    Returns:
        `image` (a data URI), `about` it, `head` and `rows` of the values, `bar_head` and `bars`, `search_cpu_s`,
        `days`, and `made` (dates with commands); None without a file, or if no centre has the content and the
        opponents of then.
    """
    if not file.exists():
        return None
    result = read_json(file)
    names = [name for name, centre in result["centres"].items() if _is_current(name, centre)]
    result = {**result, "rows": [row for row in result["rows"] if row["centre"] in names]}
    if not result["rows"]:
        return None
    return {
        "image": data_uri(drawn(result)), "about": FIGURE,
        "search_cpu_s": f"{result['search_cpu_s']:g}", "days": result["days"],
        "head": ["centre", *VALUE_HEAD], "rows": [[row["centre"], *value_row(row)] for row in result["rows"]],
        "bar_head": BAR_HEAD, "bars": [[_plain(cell) for cell in row] for row in bar_rows(result)],
        "made": [_plain(line) for line in commands(result["rows"])],
    }  # fmt: skip


def _plain(cell: str) -> str:
    """Return a text of the Markdown page without its marks."""
    return cell.replace("`", "").replace("**", "")


def _is_current(name: str, centre: dict[str, Any]) -> bool:
    tuned = ROOT / RESULTS / TUNED / f"{file_name(name, None)}.json"
    if not tuned.exists():
        return False
    frozen = cell_digest(read_json(tuned)["rungs"], "", "")
    return bool(centre["scenario_digest"] == load_scenario(name).digest and centre["opponents"] == frozen)
