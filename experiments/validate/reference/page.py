"""Section of the page on the reference tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from experiments.jobs.files import to_csv
from experiments.jobs.markdown import table, text

COLUMNS = ("table", "column", "kind", "n", "tolerance", "deviation", "line", "within")
TITLE = "## Solver against the reference tables"


def columns_csv(lines: Sequence[dict[str, Any]]) -> str:
    """All columns as CSV; the deviation is empty if words differ."""
    return to_csv(COLUMNS, lines)


def body(lines: Sequence[dict[str, Any]], skipped: str = "") -> str:
    """The section in Markdown."""
    if skipped:
        return f"{TITLE}\n\n{skipped[0].upper()}{skipped[1:]}."
    about = text(
        """Largest relative deviation of each table; the columns are listed in
        `experiments/validate/reference/columns.yaml`, each by itself is in `validation/reference.csv`. Asked for: 1e-6
        where all inputs are exact; of rows tuned to a printed parameter the objective within 1e-4 and the constraint
        within 1e-3."""
    )
    names = list(dict.fromkeys(line["table"] for line in lines))
    rows = [
        [
            name,
            str(sum(line["n"] for line in lines if line["table"] == name)),
            *(_largest([line for line in lines if (line["table"], line["kind"]) == (name, kind)]) for kind in KINDS),
        ]
        for name in names
    ]
    return "\n\n".join([TITLE, about, table(["table", "values", *KINDS.values()], rows)])


KINDS = {"exact": "inputs exact", "objective": "tuned, objective", "constraint": "tuned, constraint"}


def _largest(lines: Sequence[dict[str, Any]]) -> str:
    if not lines:
        return ""
    worst = max(lines, key=lambda line: float("inf") if line["deviation"] is None else line["deviation"])
    size = "words differ" if worst["deviation"] is None else f"{worst['deviation']:.1e}"
    note = "" if worst["within"] else ", OUTSIDE"
    return f"{size} (`{worst['column']}`, line {worst['line']}{note})" if worst["deviation"] != 0 else "0"
