"""Part of the validation: the simulator."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from experiments.validate.part import Part, Report, Task
from experiments.validate.settings import Settings
from experiments.validate.simulated.family import Family, family_of
from experiments.validate.simulated.figures import drawings
from experiments.validate.simulated.page import body, lines_csv
from experiments.validate.simulated.rows import Row, read_rows
from experiments.validate.simulated.run import half_width_limit, run_row

# Rough speeds, used to order the tasks.
HOURS_PER_SECOND = {"rule": 8_000.0, "": 15_000.0, "table": 3_000.0, "optimal": 3_000.0}


def rows_of(settings: Settings) -> list[Row]:
    """The rows to run.

    Raises:
        ValueError: If no row has such a name.
    """
    rows = read_rows()
    for start in settings.rows:
        if not any(row.name.startswith(start) for row in rows):
            raise ValueError(f"rows: {start!r}; allowed: beginnings of {', '.join(row.name for row in rows)}")
    kept = [row for row in rows if not settings.rows or row.name.startswith(tuple(settings.rows))]
    return [dataclasses.replace(row, hours=row.hours * settings.share) for row in kept]


def _tasks(settings: Settings) -> list[Task]:
    return [
        Task(row.name, run_row, dataclasses.asdict(row), row.hours / HOURS_PER_SECOND[row.way])
        for row in rows_of(settings)
    ]


def _report(settings: Settings, results: Sequence[dict[str, Any]]) -> Report:
    family = family_of(results)
    wide = too_wide(results) if settings.share >= 1.0 else []
    wrong = [line for result in results for line in result["certain"] if not line["right"]]
    return Report(
        bars={"near": family.near, "normal": family.normal, "narrow": not wide, "certain": not wrong},
        verdict=_verdict(family, wide, wrong, settings.share),
        body=body(results, family),
        files={"simulator.csv": lines_csv(results), **drawings(results, family)},
    )


def too_wide(results: Sequence[dict[str, Any]]) -> list[str]:
    """Measures whose intervals are wider than the limit."""
    return [
        f"{result['row']['name']}, `{line['measure']}`"
        for result in results
        for line in result["measures"]
        if line["half_width_pct"] > 100 * half_width_limit(line["measure"])
    ]


def _verdict(family: Family, wide: Sequence[str], wrong: Sequence[Any], share: float) -> list[str]:
    said = [
        f"{family.n} comparisons, largest absolute z {family.largest:.2f} (bound {family.bound:.2f})",
        f"Kolmogorov-Smirnov p {family.p:.3f} (above 0.001)",
    ]
    if share < 1.0:
        said.append(f"{share:g} of the hours, so no precision is asked")
    else:
        said.append(f"{len(wide)} intervals wider than asked" + (f": {'; '.join(wide)}" if wide else ""))
    return [*said, *([f"{len(wrong)} certain measures are wrong"] if wrong else [])]


SIMULATED = Part("simulator", "Simulator against exact values", ("experiments/validate/simulated",), _tasks, _report)
