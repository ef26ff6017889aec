"""Report of a benchmark, made from the files in its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.files.writing import write_atomic
from experiments.jobs.files import read_json, to_csv
from experiments.reports.page import Results, drawings, render
from experiments.study.comparison import COLUMNS
from experiments.study.evaluation import VALUE, pair_of


def write_report(folder: Path) -> Path:
    """Write `report.html`, the main table as CSV and the figures; return the path of the page."""
    results = read_results(folder)
    images = drawings(results)
    write_atomic(folder / "results" / "table.csv", table_csv(results.comparison))
    for name, image in images.items():
        write_atomic(folder / "figures" / f"{name}.svg", image)
    page = folder / "report.html"
    write_atomic(page, render(results, images))
    return page


def read_results(folder: Path) -> Results:
    """Return the contents of the result files of a finished benchmark."""
    made = read_json(folder / "provenance.json")
    tuning, choice = (read_json(folder / "results" / f"{name}.json") for name in ("tuning", "choice"))
    walls = _wall_times(folder / "work" / "training" / "learning.csv")
    points = [point | {"wall_s": walls(point["n_decisions"])} for point in choice["points"]]
    return Results(
        tuning=tuning | {"text": _tuning_text(tuning)},
        choice=choice | {"points": points, "warm_start": pair_of(tuning["warm_start"]).label},
        comparison=read_json(folder / "results" / "comparison.json"),
        watch=read_json(folder / "results" / f"watch-{made['watched_days']}.json"),
        provenance=made | {"timings": _seconds(folder / "timings")},
        settings=read_json(folder / "cell.json")["settings"],
    )


def table_csv(comparison: dict[str, Any]) -> str:
    """Return the main table with all interval ends as CSV, one line for each policy."""
    names = [column.name for column in COLUMNS if column.name in comparison["rows"][0]["kpis"]]
    ends = ("mean", "low", "high")
    columns = ["policy", "role", "dials", "outcome", "within_limit", *(f"difference_{end}" for end in ends)]
    columns += [f"{name}_{end}" for name in names for end in ends]
    lines = []
    for row in comparison["rows"]:
        line = {key: row[key] for key in ("role", "dials", "outcome", "within_limit")} | {"policy": row["label"]}
        line |= {f"difference_{end}": (row["differences"].get(VALUE) or {}).get(end) for end in ends}
        line |= {f"{name}_{end}": (row["kpis"][name] or {}).get(end) for name in names for end in ends}
        lines.append(line)
    return to_csv(columns, lines)


def _seconds(folder: Path) -> dict[str, float]:
    """Return the wall time of each stage [s], in the order in which they ended."""
    noted = {path.stem: read_json(path) for path in folder.glob("*.json")}
    return {name: noted[name]["seconds"] for name in sorted(noted, key=lambda name: noted[name]["date"])}


def _wall_times(log: Path) -> Callable[[int], float]:
    """Seconds of training by number of decisions learned from, from the learning log; 0 is the start of learning."""
    rows = np.atleast_1d(np.genfromtxt(log, delimiter=",", names=True))
    began_s = rows["wall_s"][0] - rows["steps"][0] / rows["decisions_per_s"][0]
    steps, wall_s = np.append(0.0, rows["steps"]), np.append(began_s, rows["wall_s"])
    return lambda decisions: float(np.interp(decisions, steps, wall_s))


def _tuning_text(tuning: dict[str, Any]) -> str:
    """A paragraph about the tuning of the rules."""
    n = {half: sum(family["candidates"] for family in tuning[half]) for half in ("routing", "pacing")}
    first, *later = (str(days) for days in tuning["rungs"])
    rounds = f"; the best {100 * tuning['keep']:.0f} % of them went on to {', then '.join(later)}" if later else ""
    limit = "" if tuning["limit"] is None else (
        f" A candidate that surely drops more than {100 * tuning['limit']:g} % of its connects came behind all others."
    )  # fmt: skip
    return (
        f"Rules were tuned on training days only: {n['routing']} routing candidates under "
        f"{tuning['reference_pacing']['name']} pacing first, then {n['pacing']} pacing candidates under the best "
        f"routing. All candidates of a rule ran the same {first} days{rounds}; the value per day decided.{limit} The "
        "training of the policy started from the best rule under its own flag."
    )
