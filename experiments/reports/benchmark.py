"""Report of a benchmark, made from the files in its folder."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.files.writing import write_atomic
from experiments.jobs.files import read_json, to_csv
from experiments.pipeline.comparison import COLUMNS
from experiments.pipeline.evaluation import VALUE, pair_of
from experiments.reports.figures.style import ends
from experiments.reports.page import Results, drawings, render
from experiments.reports.rows import merged

_START = {
    False: "The training of the policy started from the best rule under its own flag.",
    True: "Each training started from rules that its replicate had tuned itself, on days of its own.",
}


def write_report(folder: Path, contract: dict[str, Any]) -> Path:
    """Write `report.html`, the main table as CSV, and each figure as SVG, PNG and CSV; return the path of the page.

    Args:
        folder: Folder of the benchmark.
        contract: What the page shows of the learners beside the opponents (see `experiments.showcase.shown`).
    """
    results = read_results(folder, contract)
    images = drawings(results)
    write_atomic(folder / "results" / "table.csv", table_csv(results.comparison))
    for name, image in images.items():
        image.write(folder / "figures" / name)
    page = folder / "report.html"
    write_atomic(page, render(results, images))
    return page


def read_results(folder: Path, contract: dict[str, Any]) -> Results:
    """Return the contents of the result files of a finished benchmark; `contract` as in `write_report`."""
    made = read_json(folder / "provenance.json")
    tuning, choice = (read_json(folder / "results" / f"{name}.json") for name in ("tuning", "choice"))
    training = folder / "work" / "training"
    walls, curve = _wall_times(training / "learning.csv"), training / "validation.csv"
    points = [point | {"wall_s": walls(point["n_decisions"])} for point in choice["points"]]
    start = folder / "results" / "start.json"  # of a replicate; without it, the training starts from `tuning`
    warm_start = (read_json(start) if start.exists() else tuning)["warm_start"]
    return Results(
        contract=contract,
        tuning=tuning | {"text": _tuning_text(tuning, start.exists())},
        choice=choice | {"points": points, "warm_start": pair_of(warm_start).label},
        comparison=read_json(folder / "results" / "comparison.json"),
        watch=read_json(folder / "results" / f"watch-{made['watched_days']}.json"),
        provenance=made | {"timings": _times(folder / "timings")},
        settings=read_json(folder / "cell.json")["settings"],
        validation=_numbers(curve) if curve.exists() else [],
    )


def table_csv(comparison: dict[str, Any]) -> str:
    """Return the main table with all interval ends as CSV, one line for each policy.

    `equal_to` names the other rules whose figures are equal in every digit.
    """
    equal = {name: [*row["names"]] for row in merged(comparison["rows"]) for name in row["names"]}
    names = [column.name for column in COLUMNS if column.name in comparison["rows"][0]["kpis"]]
    columns = ["policy", "role", "dials", "outcome_over_days", "within_limit", "equal_to"]
    columns += [column for name in ["difference", *names] for column in ends(name, None)]
    lines = []
    for row in comparison["rows"]:
        line = {key: row[key] for key in ("role", "dials", "within_limit")} | {"policy": row["label"]}
        line["outcome_over_days"] = row["outcome"]
        line["equal_to"] = "; ".join(name for name in equal[row["label"]] if name != row["label"])
        line |= ends("difference", row["differences"].get(VALUE))
        for name in names:
            line |= ends(name, row["kpis"][name])
        lines.append(line)
    return to_csv(columns, lines)


def _times(folder: Path) -> dict[str, dict[str, float]]:
    """Return wall time (`seconds`) and CPU time (`cpu_s`) of each stage [s], in the order in which they ended."""
    noted = {path.stem: read_json(path) for path in folder.glob("*.json")}
    return {
        name: {key: noted[name][key] for key in ("seconds", "cpu_s")}
        for name in sorted(noted, key=lambda name: noted[name]["date"])
    }


def _numbers(file: Path) -> list[dict[str, float]]:
    """Return the rows of a CSV file of numbers."""
    with file.open(newline="", encoding="utf-8") as stream:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(stream)]


def _wall_times(log: Path) -> Callable[[int], float]:
    """Seconds of training by number of decisions learned from, from the learning log; 0 is the start of learning.

    A training whose time was over before its first iteration has an empty log.
    """
    if len(log.read_text(encoding="utf-8").splitlines()) < 2:
        return lambda decisions: 0.0
    rows = np.atleast_1d(np.genfromtxt(log, delimiter=",", names=True))
    began_s = rows["wall_s"][0] - rows["steps"][0] / rows["decisions_per_s"][0]
    steps, wall_s = np.append(0.0, rows["steps"]), np.append(began_s, rows["wall_s"])
    return lambda decisions: float(np.interp(decisions, steps, wall_s))


def _tuning_text(tuning: dict[str, Any], is_replicate: bool) -> str:
    """A paragraph about the tuning of the rules; a replicate has tuned the rules of its start itself."""
    n = {half: sum(family["candidates"] for family in tuning[half]) for half in ("routing", "pacing")}
    first, *later = (str(days) for days in tuning["rungs"])
    rounds = f"; the best {100 * tuning['keep']:.0f} % of them went on to {', then '.join(later)}" if later else ""
    limit = "" if tuning["limit"] is None else (
        f" A candidate that surely drops more than {100 * tuning['limit']:g} % of its connects came behind all others."
    )  # fmt: skip
    left_out = f" The centre cannot run {', '.join(tuning['left_out'])}." if tuning["left_out"] else ""
    grid = (
        f"All candidates of a rule ran the same {first} days{rounds}; the value per day decided.{limit}{left_out} "
        f"{_START[is_replicate]}"
    )
    if not tuning["joint"]:
        return (
            f"Rules were tuned on training days only: {n['routing']} routing candidates under "
            f"{tuning['reference_pacing']['name']} pacing first, then {n['pacing']} pacing candidates under the best "
            f"routing. {grid}"
        )
    found = tuning["joint"][0]
    return (
        "Rules were tuned on training days and chosen on validation days. A joint search over routing rule, choice of "
        f"group, order of queues, pacing rule and numbers simulated {found['training_days']} days in "
        f"{found['cpu_s']:.0f} s of CPU time. Parameters of its result that were not tuned: "
        f"{', '.join(found['untuned']) or 'none'}. For the other rows, {n['routing']} routing candidates ran under its "
        f"pacing and {n['pacing']} pacing candidates under its routing. {grid}"
    )
