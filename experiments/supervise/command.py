"""The command: search a policy for each cell and replicate, score each replicate in the league, and write the page."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from agents.supervisor import SupervisorSettings, train_supervisor
from agents.supervisor.training import POLICY
from ccenv.files.writing import write_atomic
from ccenv.league import Suite, score, suite_of, table, write_scores
from ccenv.league.declared import RUNGS
from experiments.jobs import markdown
from experiments.jobs.cells import cell_digest
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.supervise.settings import SUITE, Settings

PAGE = "deployable.md"
HALVES = ("routing", "pacing")
COSTS = ("CPU s", "CPU s of the choice")

HEAD = """# Parameters set at intervals

CMA-ES over a policy that sets the parameters of two rules at intervals, through `ccenv/Supervisor-v0`, from few fields
of its observation. It starts at the rules of a frozen opponent, or at those that the settings name. Made by
`{command}`.

## Searches

`chosen` is the generation whose policy was best on validation days. `start`: the rules stay as they are.
"""


class Cell(NamedTuple):
    """A search: a cell of the suite, and the seed of the replicate."""

    name: str
    seed: int


def supervise(settings: Settings, command: str) -> Path:
    """Run the unfinished searches, score the replicates, and write the page.

    Args:
        settings: All settings.
        command: The command line, noted on the page.

    Returns:
        The page.

    Raises:
        ValueError: If a setting is not allowed.
    """
    suite = suite_of(SUITE)
    names = cells_of(settings, suite)
    cells = [Cell(name, settings.seed + k) for k in range(settings.replicates) for name in names]
    with Workers(settings.processes) as workers:
        folders = dict(zip(cells, workers.map(searched, [(settings, cell) for cell in cells], "searches"), strict=True))
    files = [_scored(settings, seed, folders) for seed in dict.fromkeys(cell.seed for cell in cells)]
    path = ROOT / settings.results / PAGE
    write_atomic(path, page(files, folders, command))
    return path


def cells_of(settings: Settings, suite: Suite) -> list[str]:
    """Return the cells of the suite that are asked for.

    Raises:
        ValueError: If a setting is not allowed.
    """
    for name, least in (("replicates", 1), ("seed", 0)):
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")
    if settings.rung not in RUNGS:
        raise ValueError(f"rung = {settings.rung!r}; allowed: {', '.join(RUNGS)}")
    there = [name for name, cell in suite.cells.items() if cell.asked.interval_s is not None]
    asked = [f"{centre}-{interval_s:g}s" for centre in settings.centres for interval_s in settings.intervals_s]
    for name in asked:
        if name not in there:
            raise ValueError(f"centres, intervals_s: {name!r}; allowed: {', '.join(there)}")
    known = dict.fromkeys(suite.cells[name].scenario for name in there)
    for centre in settings.rules:
        if centre not in known:
            raise ValueError(f"rules: {centre!r}; allowed: {', '.join(known)}")
    if not asked:
        raise ValueError(f"centres, intervals_s: none; allowed: one or more of {', '.join(there)}")
    learner_of(settings, 1.0)
    return asked


def learner_of(settings: Settings, interval_s: float) -> SupervisorSettings:
    """Return the settings of a search.

    Raises:
        ValueError: If a key or a value is not allowed.
    """
    allowed = [each.name for each in dataclasses.fields(SupervisorSettings) if each.name != "interval_s"]
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in settings.learner.items()
    }
    for key in given:
        if key not in allowed:
            raise ValueError(f"learner: {key!r}; allowed: {', '.join(allowed)}")
    return SupervisorSettings(interval_s=interval_s, **given)


def rules_of(settings: Settings, cell: str) -> dict[str, Any]:
    """Return the rules from which the search of a cell starts.

    Raises:
        ValueError: If another rule is given than a name, or a name and parameters.
    """
    suite = suite_of(SUITE)
    here = suite.cell(cell)
    pair: dict[str, Any] = suite.opponents_of(here).pairs[settings.rung].as_call()
    for half, given in settings.rules.get(here.scenario, {}).items():
        if half not in HALVES:
            raise ValueError(f"rules.{here.scenario}: {half!r}; allowed: {', '.join(HALVES)}")
        pair[half] = (given, {}) if isinstance(given, str) else (given[0], dict(given[1]))
    return pair


def searched(settings: Settings, cell: Cell) -> Path:
    """Return the folder of a search; it goes on where it stopped, and a finished one is read."""
    here = suite_of(SUITE).cell(cell.name)
    assert here.asked.interval_s is not None
    learner, rules, centre = learner_of(settings, here.asked.interval_s), rules_of(settings, cell.name), here.centre()
    inputs = {"learner": dataclasses.asdict(learner), "rules": rules, "seed": cell.seed}
    folder = ROOT / settings.dir / cell_digest(inputs, centre.digest, code_digest(("agents.supervisor.training",)))

    def told(figures: Mapping[str, float]) -> None:
        words = {key: figures[key] for key in ("mean", "best", "drop_share", "cpu_s")}
        line = " ".join(f"{key} {value:.4g}" for key, value in words.items())
        tqdm.write(f"{cell.name} seed {cell.seed} generation {figures['generation']:.0f}: {line}")

    train_supervisor(centre, folder, learner, **rules, seed=cell.seed, told=told)
    return folder


def _scored(settings: Settings, seed: int, folders: Mapping[Cell, Path]) -> Path:
    """Score a replicate in the league; returns the score file. Finished cells are kept while others run."""
    sources = [f"{cell.name}={folder / POLICY}" for cell, folder in folders.items() if cell.seed == seed]
    name = cell_digest({"sources": sorted(sources)}, suite_of(SUITE).digest, code_digest(("ccenv.league.scoring",)))
    path = ROOT / settings.dir / f"scores-{seed}-{name}.json"
    if not path.exists():
        cells = [source.partition("=")[0] for source in sources]
        found = score(
            sources,
            SUITE,
            name=f"supervisor, seed {seed}",
            cells=cells,
            kept=path.with_suffix(".part"),
            told=tqdm.write,
        )
        write_scores(path, found)
    return path


def page(files: list[Path], folders: Mapping[Cell, Path], command: str) -> str:
    """Return the page: the leaderboard of the replicates, and what each search was and cost."""
    rows = []
    for cell, folder in folders.items():
        found = read_json(folder / "finished.json")
        numbers = (found["weights"], found["generations"], found["episodes"])
        spent = [f"{found[key]:.0f}" for key in ("cpu_s", "choice_cpu_s")]
        parameters = ", ".join(f"`{name}`" for name in found["parameters"])
        rows.append([cell.name, str(cell.seed), parameters, *map(str, numbers), *spent, found["chosen"]])
    heads = ["cell", "seed", "parameters", "weights", "generations", "episodes", *COSTS, "chosen"]
    board = re.sub(r"^# .*\n", "", table(files))
    return "\n".join([HEAD.format(command=command), markdown.table(heads, rows), "", "## Scores", board])
