"""A sweep as a whole: checks before the first cell, progress, cells of other processes, exit code."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra.core.plugins import Plugins
from hydra.types import TaskFunction
from omegaconf import DictConfig, open_dict
from tqdm import tqdm

from experiments.jobs.config import Settings, settings_of
from experiments.jobs.files import read_json
from experiments.pipeline.effects import alike, repeated, values_by_key, without_effect
from experiments.pipeline.sweep_cell import Planned, attempt, cell_of, forget_failure, note_asked, note_failure, unnamed

Plugins.instance()  # it loads the modules of Hydra's plugins again, so their classes are imported after it
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper  # noqa: E402

REPLACED = "hydra._internal.core_plugins.basic_sweeper.BasicSweeper"
LOOK_S = 1.0


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
        varied = [key for key, values in values_by_key(self.planned).items() if len(values) > 1]
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
