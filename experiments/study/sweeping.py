"""A sweep as a whole: checks before the first cell, progress, cells of other processes, failed cells, exit code."""

from __future__ import annotations

import dataclasses
import json
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from hydra.core.plugins import Plugins
from hydra.types import TaskFunction
from omegaconf import DictConfig, open_dict
from tqdm import tqdm

from ccenv.files.writing import write_json
from ccenv.rules.params import check_values
from ccenv.rules.registry import find_rule
from ccenv.scenarios import Scenario
from ccenv.scenarios.check.rules import names_of
from experiments.jobs.cells import cell_digest
from experiments.jobs.config import Settings, folder_of, scenario_of, settings_of
from experiments.jobs.files import read_json
from experiments.jobs.kinds import LEARNED, RULES, Kind, name_of
from experiments.jobs.provenance import provenance
from experiments.study.evaluation import own_pair
from experiments.study.learning import training_of
from experiments.study.tuning import Halving, candidates

Plugins.instance()  # it loads the modules of Hydra's plugins again, so their classes are imported after it
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper  # noqa: E402

REPLACED = "hydra._internal.core_plugins.basic_sweeper.BasicSweeper"
LOOK_S = 1.0


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
    wall_s = settings.learner.training.get("wall_s")
    if settings.train and wall_s is not None:
        raise ValueError(
            f"learner.training.wall_s = {wall_s}: a cell must not depend on the clock; bound it by `steps`"
        )
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


class Planned(NamedTuple):
    """A combination of a sweep: its overrides and its cell, or the name of its failure."""

    overrides: tuple[str, ...]
    cell: Cell | None
    failed: str = ""


class CellSweeper(BasicSweeper):
    """Hydra's sweeper, which checks all cells first and accounts for each of them at the end."""

    run_cell: Callable[[Settings], Path]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.planned: list[Planned] = []
        self.folder = Path()

    def setup(self, *, hydra_context: Any, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep the output folder of the sweep."""
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)
        self.folder = Path(config.dir)

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        """Compose and check all cells; leave in the batch those that are to be run, each once.

        A combination that has no cell is recorded as failed and left out.
        """
        assert isinstance(batch, list) and self.hydra_context is not None
        if len(batch) > 1:
            tqdm.write(f"checking {len(batch)} cells")
        new = [self._plan(tuple(overrides)) for overrides in batch]
        self.planned += new
        for line in (*repeated(new), *without_effect(new)):
            tqdm.write(line)
        to_run: dict[str, list[str]] = {}
        for plan in new:
            if plan.cell is not None and not plan.cell.path.exists():
                forget_failure(self.folder, plan.cell.digest)
                to_run.setdefault(plan.cell.digest, list(plan.overrides))
        kept = len({plan.cell.digest for plan in new if plan.cell is not None}) - len(to_run)
        bad = [plan for plan in new if plan.cell is None]
        for plan in bad:
            tqdm.write(self._failure(plan))
        tqdm.write(f"{len(to_run)} cells to run, {kept} kept" + (f", {len(bad)} not allowed" if bad else ""))
        batch[:] = to_run.values()

    def _plan(self, overrides: tuple[str, ...]) -> Planned:
        assert self.hydra_context is not None and self.config is not None
        config = self.hydra_context.config_loader.load_sweep_config(self.config, list(overrides))
        with open_dict(config):
            config.pop("hydra")
        settings = settings_of(config)
        name = unnamed(settings)
        try:
            cell = cell_of(settings)
        except Exception as error:
            note_failure(self.folder, name, settings, error)
            return Planned(overrides, None, name)
        forget_failure(self.folder, name)
        note_asked(cell)
        return Planned(overrides, cell)

    def _failure(self, plan: Planned) -> str:
        name = plan.failed if plan.cell is None else plan.cell.digest
        file = self.folder / "failed" / f"{name}.json"
        error = read_json(file)["error"] if file.exists() else "its process ended without a result"
        varied = [key for key, values in _keys(self.planned).items() if len(values) > 1]
        own = [override for override in plan.overrides if override.partition("=")[0] in varied]
        return f"failed: {' '.join(own or plan.overrides)}: {' '.join(error.split())} ({file})"

    def sweep(self, arguments: list[str]) -> Any:
        """Run the sweep, wait for cells in other processes, list what failed.

        Raises:
            SystemExit: 1, if a cell failed.
        """
        with _progress(self.planned, self.folder):
            try:
                returns = super().sweep(arguments)
            except Exception as error:  # a lost worker process ends the launcher
                if not self.planned:
                    raise
                tqdm.write(f"{type(error).__name__}: {error}")
                returns = None
            else:
                self._finish()
        for line in alike([plan for plan in self.planned if plan.cell is not None]):
            tqdm.write(line)
        failed = [plan for plan in self.planned if plan.cell is None or not plan.cell.path.exists()]
        if failed:
            print(f"{len(failed)} of {len(self.planned)} cells failed:", *map(self._failure, failed), sep="\n",
                  file=sys.stderr)  # fmt: skip
            sys.exit(1)
        return returns

    def _finish(self) -> None:
        """Wait for cells that other processes hold, and compute those whose processes died."""
        for plan in self.planned:
            cell = plan.cell
            if cell is None or cell.path.exists() or (self.folder / "failed" / f"{cell.digest}.json").exists():
                continue
            attempt(cell.settings, type(self).run_cell)


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


def install(run_cell: Callable[[Settings], Path]) -> None:
    """Let Hydra use `CellSweeper` where its settings name the basic sweeper: it accepts no other home of a plugin."""
    CellSweeper.run_cell = staticmethod(run_cell)
    Plugins.instance().class_name_to_class[REPLACED] = CellSweeper


@contextmanager
def _progress(planned: list[Planned], folder: Path) -> Iterator[None]:
    """Say after each cell how many are done and about how long the rest takes, whatever process runs them."""
    ended = threading.Event()
    watcher = threading.Thread(target=_report_progress, args=(planned, folder, ended), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _report_progress(planned: list[Planned], folder: Path, ended: threading.Event) -> None:
    started, first, told = time.perf_counter(), -1, 0
    while True:
        last = ended.wait(LOOK_S)
        cells = {plan.cell.digest: plan.cell.path for plan in list(planned) if plan.cell is not None}
        if cells:
            done = sum(path.exists() or (folder / "failed" / f"{name}.json").exists() for name, path in cells.items())
            if first < 0:
                started, first, told = time.perf_counter(), done, done
            if done > told:
                tqdm.write(progress_line(done, len(cells), done - first, time.perf_counter() - started))
                told = done
        if last:
            return


def progress_line(done: int, total: int, run: int, seconds: float) -> str:
    """Return how far a sweep is.

    Args:
        done: Cells with a result or a failure.
        total: Cells of the sweep.
        run: Cells done since its start.
        seconds: Time since its start.
    """
    left_s = seconds / max(run, 1) * (total - done)
    left = f"{left_s / 60:.0f} min" if left_s >= 90 else f"{left_s:.0f} s"
    return f"cell {done} of {total}" + (f", about {left} left" if done < total else "")


def repeated(planned: Sequence[Planned]) -> list[str]:
    """Return a line for each set of combinations that have one cell: the keys in which they differ change nothing."""
    groups: dict[str, list[Planned]] = {}
    for plan in planned:
        if plan.cell is not None:
            groups.setdefault(plan.cell.digest, []).append(plan)
    return [
        f"no effect: {_differing(group)} give one cell ({name})" for name, group in groups.items() if len(group) > 1
    ]


def without_effect(planned: Sequence[Planned]) -> list[str]:
    """Return a line for each half of the rules that differs between the scenarios, though tuning chooses it anew."""
    cells = [plan for plan in planned if plan.cell is not None]
    pairs = [own_pair(plan.cell.scenario) for plan in cells if plan.cell is not None]
    lines = []
    for half in ("routing", "pacing"):
        rules = list(dict.fromkeys(getattr(pair, half).label for pair in pairs))
        if len(rules) > 1:
            names = [f"{key}" for key in _keys(cells) if key.startswith(f"scenario.set.rules.{half}")]
            lines.append(
                f"no effect on tuned rules: {', '.join(names) or f'the {half} rule of the scenario'} "
                f"({', '.join(rules)}): tuning chooses the {half} rule; the table has a row for each asked rule"
            )
    return lines


def alike(planned: Sequence[Planned]) -> list[str]:
    """Return a line for each set of different cells with equal figures of all policies."""
    groups: dict[str, dict[str, Planned]] = {}
    for plan in planned:
        if plan.cell is not None and plan.cell.path.exists():
            rows = json.dumps(read_json(plan.cell.path)["comparison"]["rows"], sort_keys=True)
            groups.setdefault(rows, {})[plan.cell.digest] = plan
    return [
        f"no effect: {_differing(list(group.values()))} give equal figures of all policies"
        for group in groups.values()
        if len(group) > 1
    ]


def _differing(planned: Sequence[Planned]) -> str:
    return (
        " and ".join(f"{key}={','.join(values)}" for key, values in _keys(planned).items() if len(values) > 1)
        or "equal combinations"
    )


def _keys(planned: Sequence[Planned]) -> dict[str, list[str]]:
    """Return the values of each overridden key, in their order."""
    found: dict[str, list[str]] = {}
    for plan in planned:
        for override in plan.overrides:
            key, _, value = override.partition("=")
            if value not in found.setdefault(key, []):
                found[key].append(value)
    return found
