"""What the opponents and the league of rules share: centres by name, and rank, figures and file of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.league.declared import Cell, cells_of, declared
from ccenv.league.errors import one_of
from ccenv.scenarios import Scenario, list_scenarios, load_scenario
from experiments.pipeline.evaluation import finite, interval
from experiments.pipeline.joint.objective import Score, rank_of

LARGE = ("L", "XL")
LONG_DAYS = 10
ALL = "*"  # in place of a cell: all cells of the suite


def names_of(given: Sequence[str]) -> list[str]:
    """Return names of centres, in which `suite/*` stands for all cells of the suite that have opponents of their own.

    Raises:
        LeagueError: If there is no such cell.
    """
    found: list[str] = []
    for name in given:
        suite, _, cell = name.partition("/")
        cells = _cells(name)
        own = [f"{suite}/{key}" for key, each in cells.items() if each.opponents == key not in list_scenarios()]
        found += own if cells and cell == ALL else [name]
    return found


def centre_of(name: str) -> Scenario:
    """Return a centre by its name: `suite/cell` of the league, else as `load_scenario` takes it.

    Raises:
        LeagueError: If the suite has no such cell.
        ScenarioError: If there is no such centre.
    """
    suite, _, cell = name.partition("/")
    cells = _cells(name)
    if cells and cell not in cells:
        raise one_of(f"cell of the suite {suite}", cell, cells)
    return cells[cell].own() if cells else load_scenario(name)


def _cells(name: str) -> dict[str, Cell]:
    """Return the cells of the suite that a name begins with; none if it names no suite."""
    suite, slash, _ = name.partition("/")
    return cells_of(declared()[suite]) if slash and suite in declared() and not Path(name).is_file() else {}


def file_name(scenario: str, reserves: bool | None) -> str:
    """Return the name of the result of a centre, without suffix."""
    flag = {None: "", True: "-reserved", False: "-unreserved"}[reserves]
    return Path(scenario).stem.replace(":", "-") + flag


def is_large(scenario: Scenario) -> bool:
    """Return whether a centre has the larger budget: class L and above, or an episode longer than ten days."""
    return scenario.size.name in LARGE or scenario.centre.episode_days > LONG_DAYS


def rank_of_result(result: Mapping[str, Any], limit: float | None) -> tuple[bool, float]:
    """Return the sort key of a result, as `rank_of`."""
    return rank_of(result["value"], result["dropped_share"], limit)


def figures(score: Score) -> dict[str, Any]:
    """Return the figures of a pair for a result file: its value with a 95 % interval, and its dropped share."""
    mean = ratio_estimate(score.values)
    return {
        "label": score.pair.label,
        "value": score.value,
        "low": finite(mean.low),
        "high": finite(mean.high),
        "dropped_share": finite(score.share),
    }


def over(values: np.ndarray, others: np.ndarray) -> dict[str, Any]:
    """Return the mean difference of the values of two pairs on the same days, with a 95 % interval."""
    found = interval(ratio_estimate(values - others))
    assert found is not None  # there are days
    return found
