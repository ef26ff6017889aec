"""The command's work: bounds, rules and planners of each centre, each kept in a cell, and the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from ccenv.scenarios import Scenario, list_scenarios, load_scenario
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import unit_of_value
from experiments.planners.table import PLANNERS, refusal
from experiments.room.bounds import bound_of
from experiments.room.contest import planner_row, rule_rows, rules_of
from experiments.room.hidden import CENTRES, hidden_row
from experiments.room.page import page
from experiments.room.settings import Settings
from experiments.tuning.choice import LONG_DAYS

NAME = "room"
FEWER = {"S": 1, "M": 4, "L": 32, "XL": 32}  # divisor of the rules' days by size class
LONG = 16  # the same for long episodes
FEWEST = 8


def measure(settings: Settings) -> dict[str, Any]:
    """Return the figures of all centres asked for; finished cells are read, not computed again.

    Raises:
        ValueError: If a setting is not allowed.
    """
    _check(settings)
    names = settings.scenarios or list_scenarios()
    with Workers(settings.processes) as workers:
        found = workers.map(centre_row, [(name, settings) for name in names], NAME)
        hidden = workers.map(hidden_of, [(name, settings) for name in names if name in CENTRES], f"{NAME}, hidden")
    return {
        "planner_cpu_s": settings.planner_cpu_s, "samples": settings.samples, "centres": found, "hidden": hidden
    }  # fmt: skip


def _check(settings: Settings) -> None:
    known = list_scenarios()
    for name in settings.scenarios:
        if name not in known:
            raise ValueError(f"scenarios: {name!r}; allowed: {', '.join(known)}")
    for name in settings.planners:
        if name not in PLANNERS:
            raise ValueError(f"planners: {name!r}; allowed: {', '.join(PLANNERS)}")
    for name, least in (("rule_days", 2), ("planner_days", 2), ("samples", 0), ("beliefs", 3)):
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")


def centre_row(name: str, settings: Settings) -> dict[str, Any]:
    """Return the figures of a centre."""
    scenario = load_scenario(name)
    n, samples = n_days(scenario, settings), 0 if scenario.size.name in ("L", "XL") else settings.samples
    rules = rules_of(scenario, ROOT / settings.results)
    pairs = {rung: pair.as_call() for rung, pair in rules.items()}
    planners = [planner_of(scenario, planner, settings) for planner in settings.planners]
    return {
        "centre": name,
        "unit": unit_of_value(scenario),
        "episode_days": scenario.centre.episode_days,
        "bound": _kept(
            scenario, settings, {"samples": samples}, ("experiments.room.bounds",), lambda: bound_of(scenario, samples)
        ),
        "rules": _kept(
            scenario, settings, {"rules": pairs, "days": n}, ("experiments.room.contest",),
            lambda: rule_rows(scenario, rules, n),
        ),
        "planners": planners,
    }  # fmt: skip


def hidden_of(name: str, settings: Settings) -> dict[str, Any]:
    """Return the figures of the variant of a centre that hides the mode."""
    points = settings.beliefs
    found: dict[str, Any] = _kept(
        load_scenario(name), settings, {"beliefs": points}, ("experiments.room.hidden",),
        lambda: hidden_row(name, points),
    )  # fmt: skip
    return found


def planner_of(scenario: Scenario, name: str, settings: Settings) -> dict[str, Any]:
    """Return the figures of a planner, or why it is not tried."""
    reason = refusal(name, scenario)
    if reason is not None:
        return {"name": name, "skipped": reason}
    make, most, cpu_s = PLANNERS[name], settings.planner_days, settings.planner_cpu_s
    inputs = {"planner": name, "days": most, "cpu_s": cpu_s}
    entries = make.__module__, "experiments.room.contest"
    found: dict[str, Any] = _kept(
        scenario, settings, inputs, entries, lambda: planner_row(scenario, name, make, most, cpu_s)
    )
    return found


def n_days(scenario: Scenario, settings: Settings) -> int:
    """Return the evaluation days of the rules of a centre."""
    long = LONG if scenario.centre.episode_days > LONG_DAYS else 1
    return max(FEWEST, settings.rule_days // (FEWER[scenario.size.name] * long))


def _kept(
    scenario: Scenario,
    settings: Settings,
    inputs: Mapping[str, Any],
    entries: tuple[str, ...],
    compute: Callable[[], Any],
) -> Any:
    """Return a result that is kept in a cell, named by its inputs, the scenario and the code that runs."""
    name = cell_digest(inputs, centre_digest(scenario), code_digest(entries))
    path, _ = run_once(ROOT / settings.dir / "cells" / f"{name}.json", compute)
    return read_json(path)


def results_folder(settings: Settings) -> Path:
    """Return the folder of the result files: that of the published pages only for all centres and planners."""
    whole = not settings.scenarios and len(settings.planners) == len(PLANNERS)
    return ROOT / (settings.results if whole else settings.dir)


def write(result: dict[str, Any], folder: Path) -> Path:
    """Write `room.json` and the page; return the path of the page."""
    write_json(folder / f"{NAME}.json", result)
    write_atomic(folder / f"{NAME}.md", page(result))
    return folder / f"{NAME}.md"
