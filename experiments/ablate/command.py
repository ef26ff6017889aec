"""The command's work: run the replicates, compare them with those of the unchanged learners, write file and page."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from ccenv.kpis import KpiTable
from ccenv.scenarios import Scenario, load_scenario
from experiments.ablate.declared import ABANDONED, CENTRES, LEARNERS, ORDER
from experiments.ablate.page import page
from experiments.ablate.replicate import asked, changes_of, headline_of, learned, masters, references_of
from experiments.ablate.settings import Settings
from experiments.headline.command import opponents_of, rules_of
from experiments.headline.declared import P2, SHARE
from experiments.headline.figures import kpis, over, over_paired, value
from experiments.headline.judging import Judge
from experiments.headline.replicate import MOST_SEEDS, VALIDATION_DAYS, Cell, folder_of
from experiments.headline.section import Policy, entrant_of
from experiments.jobs.cells import cell_digest
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import VALUE, Pair, unit_of_value
from experiments.tuning.choice import file_name

NAME = "ablations"
PURPOSE = "evaluation"
MEANS = ("iterations", "decisions", "learning_s", "choosing_s")

Made = Mapping[Cell, Mapping[str, Any]]


def measure(settings: Settings, command: str) -> Path:
    """Run the unfinished cells, and write `ablations.json` and the page; rows that were not asked for stay in them.

    Args:
        settings: All settings.
        command: The command line, noted in the rows.

    Returns:
        The page.

    Raises:
        ValueError: If a setting is not allowed, or a centre has no opponents.
    """
    _check(settings)
    headline = headline_of(settings)
    references, changes = references_of(settings), changes_of(settings)
    with Workers(settings.processes) as workers:
        first = workers.map(learned, [(headline, cell) for cell in references], "unchanged learners")
        then = workers.map(learned, [(headline, *pair) for pair in changes], "ablations")
    made = dict(zip([*references, *(cell for cell, _ in changes)], [*first, *then], strict=True))
    path = ROOT / settings.results / f"{NAME}.json"
    for name in settings.centres:
        if asked(settings, name):
            new = result_of(settings, name, made, command)
            write_json(path, merged(read_json(path) if path.exists() else {}, new))
    write_atomic(path.with_suffix(".md"), page(read_json(path)))
    return path.with_suffix(".md")


def _check(settings: Settings) -> None:
    for name in settings.centres:
        if name not in CENTRES:
            raise ValueError(f"centres: {name!r}; allowed: {', '.join(CENTRES)}")
        if not _opponents_file(settings, name).exists():
            raise ValueError(f"centres: {name!r} has no opponents; allowed after `python -m experiments.tune` of it")
    for name in settings.only:
        if name not in ORDER:
            raise ValueError(f"only: {name!r}; allowed: {', '.join(ORDER)}")
    if not any(asked(settings, name) for name in settings.centres):
        raise ValueError(f"centres = {settings.centres}: no ablation of `only` is for one of them")
    for name in LEARNERS:
        if name not in settings.learners:
            raise ValueError(f"learners: {name!r} is missing; allowed: {', '.join(LEARNERS)}")
        if not settings.cpu_s.get(name, 0.0) > 0.0:
            raise ValueError(f"cpu_s.{name} = {settings.cpu_s.get(name)}; allowed: a positive number of seconds")
        days = settings.learners[name].validation_days
        if not 2 <= days <= VALIDATION_DAYS // 2:
            raise ValueError(f"learners.{name}.validation_days = {days}; allowed: 2 to {VALIDATION_DAYS // 2}")
    if not 0.0 < settings.tuning_share < 1.0:
        raise ValueError(f"tuning_share = {settings.tuning_share}; allowed: above 0, below 1")
    for name in ("replicates", "days"):
        if getattr(settings, name) < 2:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: 2 or more")
    if not 0 <= settings.seed <= MOST_SEEDS - settings.replicates:
        raise ValueError(f"seed = {settings.seed}; allowed: 0 to {MOST_SEEDS - settings.replicates}")


def _opponents_file(settings: Settings, name: str) -> Path:
    return ROOT / settings.tuned / f"{file_name(name, None)}.json"


def result_of(settings: Settings, name: str, made: Made, command: str) -> dict[str, Any]:
    """Return the result file of one centre: `centres` by name, and `rows`, one for each learner and ablation.

    Args:
        settings: All settings.
        name: The centre.
        made: Summaries of all cells.
        command: The command line.
    """
    scenario = load_scenario(name)
    opponents = opponents_of(headline_of(settings), name, scenario)
    rule = rules_of(scenario, opponents)[P2].pair
    ablations = {each.name: each for each in asked(settings, name)}
    learners = dict.fromkeys(each.learner for each in ablations.values())
    cells = {row: [Cell(name, row, seed) for seed in masters(settings)] for row in [*learners, *ablations]}
    tables, p2 = _judged(settings, scenario, rule, made, cells)
    note = {
        "centre": name, "purpose": PURPOSE, "days": settings.days, "seeds": [*masters(settings)], "command": command,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }  # fmt: skip
    found = []
    for row, mine in cells.items():
        ablation = ablations.get(row)
        about = {
            "name": row, "learner": ablation.learner if ablation else row, "cpu_s": headline_of(settings).cpu_s[row],
        }  # fmt: skip
        reference = tables[ablation.learner] if ablation else None
        figures = _figures(scenario, tables[row], reference, p2)
        found.append({**about, **note, **figures, **_spent([made[cell] for cell in mine])})
    centre = {
        "scenario_digest": scenario.digest, "opponents": cell_digest(opponents["rungs"], "", ""),
        "unit": unit_of_value(scenario), "episode_days": scenario.centre.episode_days, "p2": rule.label,
    }  # fmt: skip
    return {"centres": {name: centre}, "rows": found}


def _judged(
    settings: Settings, scenario: Scenario, rule: Pair, made: Made, cells: Mapping[str, Sequence[Cell]]
) -> tuple[dict[str, list[KpiTable]], KpiTable]:
    """Return the evaluation days of all replicates by row, and those of P2."""
    headline = headline_of(settings)
    with Workers(1) as workers:
        judge = Judge(scenario, ROOT / settings.dir / "judged", PURPOSE, workers)
        found = {}
        for row, mine in cells.items():
            policies = [
                Policy(cell.learner, cell.seed, folder_of(headline, cell) / "bundle", dict(made[cell])) for cell in mine
            ]
            found[row] = judge.tables([entrant_of(each, rule) for each in policies], settings.days)
        (p2,) = judge.tables([rule], settings.days)
    return found, p2


def _figures(
    scenario: Scenario, tables: Sequence[KpiTable], reference: Sequence[KpiTable] | None, p2: KpiTable
) -> dict[str, Any]:
    """Return the value of replicates, and the differences to those of the unchanged learner and to P2."""
    shown = kpis(scenario, tables)
    return {
        "value": value(tables), "p2": value([p2]), "over_p2": over(tables, p2),
        "over_reference": None if reference is None else over_paired(tables, reference),
        "each": _means(tables, [p2] * len(tables) if reference is None else reference),
        SHARE: shown.get(SHARE), ABANDONED: shown[ABANDONED],
    }  # fmt: skip


def _means(tables: Sequence[KpiTable], others: Sequence[KpiTable]) -> list[float]:
    """Return the mean difference of each replicate to another one."""
    return [float((mine[VALUE] - other[VALUE]).mean()) for mine, other in zip(tables, others, strict=True)]


def _spent(summaries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    feasible = [each for each in summaries if each["feasible"]]
    return {
        **{name: fmean(float(each[name]) for each in summaries) for name in MEANS},
        "replicates": len(summaries), "counted_as_rule": len(summaries) - len(feasible),
        "kept_rule": sum(each["kept_rule"] is not None for each in feasible),
        "starts": sorted({each["start"] for each in summaries}),
    }  # fmt: skip


def merged(before: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return new results together with rows of before that were not asked for.

    Rows of another content of a centre, or beside other opponents, are left out.
    """
    centres = {**before.get("centres", {}), **new["centres"]}
    fresh = [_key(row) for row in new["rows"]]
    kept = [
        row for row in before.get("rows", [])
        if _key(row) not in fresh and _same(before["centres"][row["centre"]], centres[row["centre"]])
    ]  # fmt: skip
    known = [row for row in [*kept, *new["rows"]] if row["name"] in ORDER]
    rows = sorted(known, key=lambda row: (CENTRES.index(row["centre"]), ORDER.index(row["name"])))
    return {"centres": {name: centres[name] for name in CENTRES if name in centres}, "rows": rows}


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["centre"], row["name"]


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return all(old[key] == new[key] for key in ("scenario_digest", "opponents"))
