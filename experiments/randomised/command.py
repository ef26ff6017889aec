"""The command: run the replicates of both trainings, judge them where the centre differs, and write the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from ccenv.scenarios import load_scenario
from experiments.headline.command import opponents_of, rules_of
from experiments.headline.declared import P2
from experiments.headline.replicate import Cell, folder_of, make
from experiments.headline.section import Policy
from experiments.headline.settings import Settings as Pipelines
from experiments.jobs.cells import cell_digest
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import unit_of_value
from experiments.randomised.judging import Days, judged, safe_range
from experiments.randomised.page import page
from experiments.randomised.plan import RANDOMISED, cells_of, plan_of
from experiments.randomised.settings import Settings

NAME = "randomised"
SPENT = ("hyperparameters_s", "learning_s", "choosing_s")


def measure(settings: Settings, command: str) -> Path:
    """Run the cells that are not finished, judge the policies, and write the result file and the page.

    Centres of the result file that are not asked for stay.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The page.

    Raises:
        ValueError: If a setting is not allowed, or a centre has no opponents.
    """
    if not settings.centres:
        raise ValueError("centres = []; allowed: one name of a library centre, or more")
    plans = {name: plan_of(settings, name) for name in settings.centres}
    cells = [cell for name in plans for cell in cells_of(settings, name)]
    with Workers(settings.processes) as workers:
        made = workers.map(make, [(plans[cell.centre], cell) for cell in cells], "replicates")
    found = dict(zip(cells, made, strict=True))
    folder = ROOT / settings.results
    file = folder / f"{NAME}.json"
    centres = {each["centre"]: each for each in (read_json(file)["centres"] if file.exists() else [])}
    for name, plan in plans.items():
        mine = {cell: each for cell, each in found.items() if cell.centre == name}
        centres[name] = {"centre": name, "command": command, **_centre(settings, plan, mine)}
    write_json(file, {"centres": list(centres.values())})
    path = folder / f"{NAME}.md"
    write_atomic(path, page(read_json(file)))
    return path


def _centre(settings: Settings, plan: Pipelines, made: Mapping[Cell, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of a centre."""
    (name,) = plan.centres
    scenario = load_scenario(name)
    opponents = opponents_of(plan, name, scenario)
    policies = {
        row: [Policy(*cell[1:], folder_of(plan, cell) / "bundle", dict(each)) for cell, each in made.items()
              if cell.learner == row]
        for row in plan.learners
    }  # fmt: skip
    return {
        "scenario_digest": scenario.digest, "unit": unit_of_value(scenario),
        "opponents": {"version": opponents["version"], "digest": cell_digest(opponents["rungs"], "", "")},
        "learner": settings.learner.name, "cpu_s": settings.cpu_s, "tuning_share": settings.tuning_share,
        "draws": settings.draws, "days": settings.days,
        "month_runs": settings.month_runs if scenario.campaigns else 0,
        "replicates": {row: [_replicate(each) for each in group] for row, group in policies.items()},
        "safe_range": safe_range(scenario, policies[RANDOMISED][0].bundle),
        "changes": judged(
            scenario, rules_of(scenario, opponents)[P2].pair, policies, Days(settings.days, settings.month_runs),
            ROOT / settings.dir / "judged",
        ),
    }  # fmt: skip


def _replicate(policy: Policy) -> dict[str, Any]:
    found = policy.summary
    return {
        "seed": policy.seed, "policy": found["policy"], "counted_as_rule": not found["feasible"],
        "kept_rule": found["feasible"] and found["kept_rule"] is not None, "start": found["start"],
        **{key: found[key] for key in SPENT},
    }  # fmt: skip
