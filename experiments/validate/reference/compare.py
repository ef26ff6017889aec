"""Comparison of the result columns of the reference tables with formulas and solver."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from experiments.validate.reference.blending import BLENDING
from experiments.validate.reference.dialing import DIALING
from experiments.validate.reference.formulas import FORMULAS
from experiments.validate.reference.networks import NETWORKS
from experiments.validate.reference.parameters import Line, number

LIST = Path(__file__).with_name("columns.yaml")
ANSWERS = {**FORMULAS, **BLENDING, **DIALING, **NETWORKS}
TOLERANCES = {"exact": 1e-6, "objective": 1e-4, "constraint": 1e-3}
FLOOR = 1e-6


def columns() -> dict[str, dict[str, Any]]:
    """The committed list of the columns that are reproduced, by table."""
    listed: dict[str, dict[str, Any]] = yaml.safe_load(LIST.read_text())
    return listed


def read_table(folder: Path, name: str) -> list[Line]:
    """Lines of a table, joined with the columns of its `beside` table."""
    with (folder / f"{name}.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    beside = columns()[name].get("beside")
    if beside is None:
        return list(lines)
    centres = {line["set"]: line for line in read_table(folder, beside)}
    return [{**centres[line["set"]], **line} for line in lines]


def kinds(listed: Mapping[str, Any], line: Line) -> dict[str, str]:
    """Columns of a line that are reproduced, each with the kind of its tolerance."""
    tuned = "tuned" not in listed or any(fnmatchcase(line[listed["tuned"]], value) for value in listed["values"])
    found = {name: "exact" for name in line if _among(name, listed["exact"]) and not _left_out(name, listed, line)}
    for kind in ("objective", "constraint"):
        if tuned:
            found |= {name: kind for name in line if name in listed.get(kind, ())}
    return {name: kind for name, kind in found.items() if line[name] not in ("", "nan")}


def _among(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _left_out(name: str, listed: Mapping[str, Any], line: Line) -> bool:
    """Whether a column is excluded, in general or in this line."""
    if _among(name, listed.get("left_out", ())):
        return True
    unless = dict(listed.get("unless", {}))
    names = unless.pop("columns", ())
    return name in names and all(number(line[key]) == value for key, value in unless.items())


def compare(folder: Path, name: str, only: tuple[str, str] | None = None) -> list[dict[str, Any]]:
    """Largest deviation of each column of a table, by the kind of its tolerance.

    Args:
        folder: Folder of the tables.
        name: The table.
        only: A column and the value that selects the lines; None for all lines.

    Returns:
        One dictionary for each column and kind: `column`, `kind`, `tolerance`, `n` values, `deviation` (relative; None
        if words differ), the number `line` of the largest, and `within`.
    """
    listed = columns()[name]
    worst: dict[tuple[str, str], dict[str, Any]] = {}
    for place, line in enumerate(read_table(folder, name)):
        if only is not None and line[only[0]] != only[1]:
            continue
        wanted = kinds(listed, line)
        answer = ANSWERS[name](line) if wanted else {}
        for column, kind in wanted.items():
            off = deviation(answer[column], line[column], listed.get("floor", FLOOR))
            now = worst.setdefault((column, kind), {"column": column, "kind": kind, "n": 0, "deviation": -1.0})
            now["n"] += 1
            if off > now["deviation"]:
                now |= {"deviation": off, "line": place + 2}
    for now in worst.values():
        now["tolerance"] = TOLERANCES[now["kind"]]
        now["within"] = now["deviation"] <= now["tolerance"]
        now["deviation"] = now["deviation"] if math.isfinite(now["deviation"]) else None
    return list(worst.values())


def deviation(found: Any, printed: str, floor: float) -> float:
    """Deviation from a printed value, relative to it or to `floor` if that is larger; infinite if words differ."""
    value = number(printed)
    if isinstance(value, str) or isinstance(found, str):
        return 0.0 if str(found) == printed else math.inf
    return float(abs(found - value) / max(abs(value), floor))
