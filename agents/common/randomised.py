"""Training and choice on scenarios drawn from ranges of parameters: domain randomisation (Tobin et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ccenv.kpis import KpiTable
from ccenv.run.draws import draw_of
from ccenv.scenarios import Scenario
from ccenv.scenarios.ranges import Range, drawn
from ccenv.simulation import simulate

#: Seed of the draws on which checkpoints are chosen, apart from those of trainings.
CHOICE = 2**31


def randomised(batch: Any, ranges: Mapping[str, Range], draws: int, seed: int) -> None:
    """Let a batch draw the scenario of each episode from ranges.

    Args:
        batch: The batch; its rows are then not begun.
        ranges: Ranges by path.
        draws: Number of scenarios, at least 1.
        seed: Of the draws.

    Raises:
        ValueError: If a range does not fit the scenario, or the number of draws is not allowed.
    """
    if type(draws) is not int or draws < 1:
        raise ValueError(f"draws = {draws!r}; allowed: a whole number of scenarios, 1 or more")
    batch.draw_from(drawn(batch.scenario, ranges, draws, seed))


def simulate_drawn(scenarios: Sequence[Scenario], keys: np.ndarray, **arguments: Any) -> KpiTable:
    """Return KPIs of one episode for each seed, each under the scenario that its seed draws.

    Args:
        scenarios: The scenarios.
        keys: Seeds, (R,).
        arguments: As of `simulate`.

    Returns:
        Rows in the order of the seeds.
    """
    of_key, table = draw_of(keys, 0, len(scenarios)), None
    for k in np.unique(of_key).tolist():
        rows = np.flatnonzero(of_key == k)
        part = simulate(scenarios[k], seeds=keys[rows], **arguments)
        if table is None:
            table = np.empty(len(keys), part.dtype).view(KpiTable)
            table.dials, table.absent = part.dials, part.absent
        table[rows] = part
    assert table is not None
    return table
