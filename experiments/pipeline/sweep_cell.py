"""A cell of a sweep: its settings, checked before it runs, its name, and the record of its failure."""

from __future__ import annotations

import dataclasses
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from ccenv.files.writing import write_json
from ccenv.rules.params import check_values
from ccenv.rules.registry import find_rule
from ccenv.scenarios import Scenario
from ccenv.scenarios.check.rules import names_of
from experiments.jobs.cells import cell_digest
from experiments.jobs.config import Settings, folder_of, scenario_of
from experiments.jobs.kinds import LEARNED, RULES, Kind, name_of
from experiments.jobs.provenance import provenance
from experiments.pipeline.learning import training_of
from experiments.pipeline.tuning import Halving, candidates


class Cell(NamedTuple):
    """A cell of a sweep: its settings, scenario, kind and name."""

    settings: Settings
    scenario: Scenario
    kind: Kind
    digest: str

    @property
    def folder(self) -> Path:
        """Folder of the sweep."""
        return folder_of(self.settings, "sweep")

    @property
    def path(self) -> Path:
        """File of the result."""
        return self.folder / "cells" / f"{self.digest}.json"


def cell_of(settings: Settings) -> Cell:
    """Return the cell of the settings, checked as far as that is cheap.

    Raises:
        ScenarioError: The scenario does not load.
        ValueError: Another setting is not allowed; the message names it.
    """
    scenario = scenario_of(settings.scenario)
    _check(settings, scenario)
    kind = LEARNED if settings.train else RULES
    return Cell(settings, scenario, kind, name_of(kind, settings, scenario))


def _check(settings: Settings, scenario: Scenario) -> None:
    clocks = [name for name in ("wall_s", "cpu_s") if settings.learner.training.get(name) is not None]
    if settings.train and clocks:
        name, given = clocks[0], settings.learner.training[clocks[0]]
        raise ValueError(f"learner.training.{name} = {given}: a cell must not depend on the clock; bound it by `steps`")
    if settings.evaluation.days < 1:
        raise ValueError(f"evaluation.days = {settings.evaluation.days}; allowed: 1 or more")
    rules = settings.rules
    Halving(tuple(rules.rungs), rules.keep)
    if rules.reference_pacing is not None:
        find_rule("pacing", rules.reference_pacing)
    names = names_of(scenario.centre)
    for kind, grids in (("routing", rules.routing), ("pacing", rules.pacing)):
        for name, family in candidates(grids).items():
            try:
                spec = find_rule(kind, name)
                for rule in family:
                    check_values(spec, rule.params, names)
            except ValueError as error:
                raise ValueError(f"rules.{kind}: {error}") from error
    if settings.train:
        training_of(settings.learner)


def note_asked(cell: Cell) -> None:
    """Keep the settings with which a cell was asked for: a report has a line for each combination of them."""
    settings = dataclasses.asdict(cell.settings)
    asked = {key: settings[key] for key in ("scenario", *(key.partition(".")[0] for key in cell.kind.keys))}
    asked["evaluation"] = {k: v for k, v in asked["evaluation"].items() if k != "processes"}
    file = cell.folder / "asked" / f"{cell.digest}-{cell_digest(asked, '', '')[:8]}.json"
    if not file.exists():
        write_json(file, asked | {"train": cell.settings.train})


def unnamed(settings: Settings) -> str:
    """Return a name for the failure of settings that have no cell."""
    return f"unnamed-{cell_digest(dataclasses.asdict(settings), '', '')[:8]}"


def note_failure(folder: Path, name: str, settings: Settings, error: BaseException, seconds: float = 0.0) -> None:
    """Write `failed/NAME.json`: the error and the settings of a cell that failed."""
    write_json(
        folder / "failed" / f"{name}.json",
        {
            "error": f"{type(error).__name__}: {error}",
            "traceback": traceback.format_exception(error),
            "settings": dataclasses.asdict(settings),
            "provenance": provenance(seconds, time.process_time()),
        },
    )


def forget_failure(folder: Path, name: str) -> None:
    """Remove the record of a failure."""
    (folder / "failed" / f"{name}.json").unlink(missing_ok=True)


def attempt(settings: Settings, run_cell: Callable[[Settings], Any]) -> Any:
    """Run a cell; if it fails, record that instead of raising."""
    started = time.perf_counter()
    try:
        return run_cell(settings)
    except Exception as error:
        try:
            name = cell_of(settings).digest
        except Exception:
            name = unnamed(settings)
        note_failure(folder_of(settings, "sweep"), name, settings, error, time.perf_counter() - started)
        tqdm.write(f"cell {name} failed: {type(error).__name__}: {error}")
        return None


class Planned(NamedTuple):
    """A combination of a sweep: its overrides and its cell, or the name of its failure."""

    overrides: tuple[str, ...]
    cell: Cell | None
    failed: str = ""
