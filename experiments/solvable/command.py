"""The command's work: solve the centres, run the replicates, and write the results and the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.workers import Workers
from experiments.solvable.declared import CASES, Rule
from experiments.solvable.exact import Solution, Value, gap, solve
from experiments.solvable.page import page
from experiments.solvable.replicate import MOST_SEEDS, STARTS, VALIDATION_DAYS, Cell, cells_of, make
from experiments.solvable.settings import Settings

NAME = "solvable"


def measure(settings: Settings) -> Path:
    """Run the unfinished cells, and write `solvable.json` and the page; rows that were not asked for stay in them.

    Args:
        settings: All settings.

    Returns:
        The page.

    Raises:
        ValueError: If a setting is not allowed.
    """
    _check(settings)
    cells = cells_of(settings)
    solved = {name: solve(CASES[name]) for name in dict.fromkeys(cell.case for cell in cells)}
    tasks = [(settings, cell, solved[cell.case].rule[0]) for cell in cells]
    with Workers(settings.processes) as workers:
        made = dict(zip(cells, workers.map(make, tasks, "replicates"), strict=True))
    folder = ROOT / settings.results
    path = folder / f"{NAME}.json"
    result = merged(read_json(path) if path.exists() else {}, result_of(settings, solved, made))
    write_json(path, result)
    write_atomic(path.with_suffix(".md"), page(result))
    return path.with_suffix(".md")


def _check(settings: Settings) -> None:
    known: dict[str, Sequence[str]] = {"cases": [*CASES], "starts": STARTS, "only": [*settings.learners]}
    for name, allowed in known.items():
        given = getattr(settings, name)
        for each in given:
            if each not in allowed:
                raise ValueError(f"{name}: {each!r}; allowed: {', '.join(allowed)}")
    for name, least in (("replicates", 1), ("checkpoints", 1), ("table_days", 2)):
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")
    for name in ("cpu_s", "hours"):
        if not getattr(settings, name) > 0.0:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: a positive number")
    if not 1 <= settings.validation_days <= VALIDATION_DAYS:
        raise ValueError(f"validation_days = {settings.validation_days}; allowed: 1 to {VALIDATION_DAYS}")
    if not 0 <= settings.seed <= MOST_SEEDS - settings.replicates:
        raise ValueError(f"seed = {settings.seed}; allowed: 0 to {MOST_SEEDS - settings.replicates}")


def result_of(
    settings: Settings, solved: Mapping[str, Solution], made: Mapping[Cell, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the result file of some cells: `cases` by name, and `rows`, one a centre, start and learner."""
    cases = {name: _case(name, solution) for name, solution in solved.items()}
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for cell, found in made.items():
        row = rows.setdefault(cell[:3], {
            "case": cell.case, "start": cell.start, "learner": cell.learner, "cpu_s": settings.cpu_s, "replicates": [],
        })  # fmt: skip
        best = cases[cell.case]["optimum"]["objective"]
        row["replicates"].append({"seed": cell.seed, "gap": gap(found["objective"], best), **found})
    return {"cases": cases, "rows": list(rows.values())}


def _case(name: str, solution: Solution) -> dict[str, Any]:
    best = solution.optimum.objective
    integer = None if solution.integer is None else _rule(*solution.integer, best)
    return {
        "about": CASES[name].about, "model": repr(CASES[name].model), "prices": dict(CASES[name].prices),
        "limit": CASES[name].limit, "optimum": solution.optimum._asdict(), "integer": integer,
        "rule": _rule(*solution.rule, best),
    }  # fmt: skip


def _rule(rule: Rule, value: Value, best: float) -> dict[str, Any]:
    return {"name": rule[0], "params": dict(rule[1]), **value._asdict(), "gap": gap(value.objective, best)}


def merged(before: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return new results together with rows of before that were not asked for and whose centre is the same."""
    asked = [_key(row) for row in new["rows"]]
    cases = {**before.get("cases", {}), **new["cases"]}
    kept = [
        row for row in before.get("rows", [])
        if _key(row) not in asked and before["cases"][row["case"]] == cases[row["case"]]
    ]  # fmt: skip
    rows = sorted([*kept, *new["rows"]], key=_place)
    there = {row["case"] for row in rows}
    return {"cases": {name: cases[name] for name in _in_order(there)}, "rows": rows}


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["case"], row["start"], row["learner"]


def _place(row: Mapping[str, Any]) -> tuple[int, int, str]:
    return _in_order([row["case"], *CASES]).index(row["case"]), STARTS.index(row["start"]), row["learner"]


def _in_order(names: Sequence[str] | set[str]) -> list[str]:
    """Return the names in the order of the declarations."""
    return [name for name in CASES if name in set(names)]
