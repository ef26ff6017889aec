"""Report of a sweep: a table of all cells, and figures of KPIs against the varied keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic
from experiments.jobs.files import read_json, to_csv
from experiments.pipeline.comparison import COLUMNS
from experiments.pipeline.evaluation import VALUE
from experiments.pipeline.verdict import span
from experiments.reports.figures.style import png, styled, svg
from experiments.reports.figures.sweep import sweep_figure

ROLES = ("learned", "best_rule")
ASKED = "asked"  # role of the scenario's own rules, in a sweep over them
ABSENT = "\N{EN DASH}"


def write_sweep_report(folder: Path) -> Path:
    """Write `table.csv`, `table.md` and the figure beside the cells; return the path of the Markdown table.

    The figure is `figure.svg` and `figure.png`; its numbers are in `table.csv`.

    Raises:
        FileNotFoundError: There are no cells.
    """
    cells = read_cells(folder)
    keys = varied(cells)
    with_own = len({cell["own"] for cell in cells}) > 1
    lines = [line for cell in cells for line in _lines(cell, keys, with_own)]
    write_atomic(folder / "table.csv", _csv(lines, keys))
    unit = _unit(cells)
    write_atomic(folder / "table.md", _markdown(lines, keys, unit))
    if keys:
        with styled():
            figure = sweep_figure(lines, keys, unit)
            write_atomic(folder / "figure.svg", svg(figure))
            write_atomic(folder / "figure.png", png(figure))
    return folder / "table.md"


def read_cells(folder: Path) -> list[dict[str, Any]]:
    """Return the results of all cells, once for each combination of settings that was asked for.

    Each has `keys`: its settings by dotted key, with the name of the cell under `cell`.
    """
    paths = sorted((folder / "cells").glob("*.json"))
    if not paths:
        raise FileNotFoundError(f"{folder / 'cells'} holds no result of a sweep")
    found = []
    for path in paths:
        cell = read_json(path)
        for asked in sorted((folder / "asked").glob(f"{path.stem}-*.json")):
            found.append(cell | {"keys": dict(_dotted(read_json(asked))), "cell": path.stem})
    settings = [repr(cell["keys"]) for cell in found]
    for cell in found:  # the same settings in several cells: they were run by other code
        if settings.count(repr(cell["keys"])) > 1:
            cell["keys"] = cell["keys"] | {"cell": cell["cell"]}
    return found


def _unit(cells: list[dict[str, Any]]) -> str:
    """Return the unit of all values for headings; only `per day` if cells count in different units."""
    units = {cell["comparison"].get("unit") for cell in cells}
    return f"per day; 1 = {units.pop()}" if len(units) == 1 and None not in units else "per day"


def _dotted(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def varied(cells: list[dict[str, Any]]) -> list[str]:
    """Return the keys whose values differ between cells, and sort the cells by them (in place)."""
    names = sorted({key for cell in cells for key in cell["keys"]})
    keys = [key for key in names if len({repr(cell["keys"].get(key)) for cell in cells}) > 1]
    cells.sort(key=lambda cell: [_order(cell["keys"].get(key)) for key in keys])
    return keys


def _order(value: Any) -> tuple[int, float, str]:
    """Sort key: numbers in their order, before all other values."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return (0, float(value), "") if is_number else (1, 0.0, str(value))


def _lines(cell: Mapping[str, Any], keys: list[str], with_own: bool) -> Iterator[dict[str, Any]]:
    """Lines of a cell: the best tuned rule, the learned policy if there is one, and on request the rules asked for."""
    rows = [(role, row) for role in ROLES for row in cell["comparison"]["rows"] if row["role"] == role]
    if with_own:
        rows += [(ASKED, row) for row in cell["comparison"]["rows"] if row["label"] == cell["own"]]
    for role, row in rows:
        yield {
            "cell": cell["cell"],
            "settings": {key: cell["keys"].get(key) for key in keys},
            "role": role,
            "label": row["label"],
            "dials": row["dials"],
            "kpis": row["kpis"],
            "lead": row["differences"].get(VALUE),
        }


def _csv(lines: list[dict[str, Any]], keys: list[str]) -> str:
    names = [column.name for column in COLUMNS if column.name in lines[0]["kpis"]]
    ends = ("mean", "low", "high")
    columns = [
        *dict.fromkeys([*keys, "cell"]),
        "policy",
        "role",
        "dials",
        *(f"{name}_{end}" for name in ["lead", *names] for end in ends),
    ]
    rows = []
    for line in lines:
        figures = {"lead": line["lead"]} | line["kpis"]
        values = {f"{name}_{end}": (figures.get(name) or {}).get(end) for name in figures for end in ends}
        about = {"cell": line["cell"], "policy": line["label"], "role": line["role"], "dials": line["dials"]}
        rows.append(line["settings"] | about | values)
    return to_csv(columns, rows)


def _markdown(lines: list[dict[str, Any]], keys: list[str], unit: str) -> str:
    shown = [column for column in COLUMNS if column.name in lines[0]["kpis"] and column.shown]
    about = [*keys, "policy", "role", "dials"]
    units = [unit if column.name == VALUE else column.unit for column in shown]
    titles = [*about, f"lead over the best rule [{unit}]"]
    titles += [f"{column.title} [{unit}]" for column, unit in zip(shown, units, strict=True)]
    rows = [titles, ["---"] * len(about) + ["---:"] * (len(titles) - len(about))]
    for line in lines:
        cells = [ABSENT if value is None else str(value) for value in line["settings"].values()]
        cells += [line["label"], line["role"].replace("_", " "), line["dials"] or ABSENT]
        lead = span(line["lead"], sign=True) if line["lead"] else ABSENT
        figures = [span(line["kpis"][column.name], column.factor, column.decimals) for column in shown]
        rows.append([*cells, lead, *figures])
    note = (
        "Means with 95 % bootstrap intervals over days; leads are paired by day. A learned policy is one training run. "
        "The column dials says which dials the action set of a policy has: those that reserve an advisor for the "
        "attempt, those that do not, or both."
    )
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + f"\n\n{note}\n"
