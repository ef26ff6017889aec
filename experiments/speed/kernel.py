"""The compiled loop alone: rules make all decisions, and no observation is written."""

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
        rows: Number of copies that run in one call.
        rules: `routing` and `pacing`, as in `simulate`; the scenario's own by default.
    """

    def __init__(self, scenario: Scenario, rows: int, **rules: Any) -> None:
        run = run_config(scenario, owns="rules", **rules)
        self.engine = Engine(run, rows, past=past_of(run))
        self._everyone = np.ones(rows, np.bool_)

    def turn(self, number: int) -> Counts:
        """Run the turn of a round, on its own seeds."""
        return self.run((number - WARM_UP) * self.engine.n)

    def run(self, first_seed: int) -> Counts:
        """Run an episode in each row; returns the numbers of `events`, `decisions` and `episodes`."""
        envs = self.engine.envs
        self.engine.start(first_seed + np.arange(len(envs), dtype=np.uint64), self._everyone)
        events, decisions = envs["n_events"].sum(), envs["n_decisions"].sum()
        return {"events": float(events), "decisions": float(decisions), "episodes": float(len(envs))}
