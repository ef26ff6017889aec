"""The compiled loop by itself: rules decide everything, nothing is observed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.run.config import run_config
from ccenv.run.engine import Engine
from ccenv.run.history import past_of
from ccenv.scenarios import Scenario
from experiments.speed.clock import WARM_UP, Counts


class Kernel:
    """Copies of a centre under rules.

    Args:
        scenario: The centre.
        rows: How many copies run in one call.
        rules: `routing` and `pacing`, as in `simulate`; the scenario's own where nothing else is given.
    """

    def __init__(self, scenario: Scenario, rows: int, **rules: Any) -> None:
        run = run_config(scenario, owns="rules", **rules)
        self.engine = Engine(run, rows, past=past_of(run))
        self._everyone = np.ones(rows, np.bool_)

    def turn(self, number: int) -> Counts:
        """The turn of a round, on seeds of its own."""
        return self.run((number - WARM_UP) * self.engine.n)

    def run(self, first_seed: int) -> Counts:
        """An episode in each row; what happened in them: `events`, `decisions` and `episodes`."""
        envs = self.engine.envs
        self.engine.start(first_seed + np.arange(len(envs), dtype=np.uint64), self._everyone)
        events, decisions = envs["n_events"].sum(), envs["n_decisions"].sum()
        return {"events": float(events), "decisions": float(decisions), "episodes": float(len(envs))}
