"""The kernel, with the scenario's own rule."""

from __future__ import annotations

import numpy as np

from ccenv.run.engine import counters_of
from experiments.speed.kernel import Kernel
from experiments.speed.peers.model import Model, Outcome, scenario_of


class Runs:
    """Replications of a model, several in one batch."""

    def __init__(self, model: Model, rows: int) -> None:
        self.kernel = Kernel(scenario_of(model), rows)

    def __call__(self, first_seed: int) -> list[Outcome]:
        """Run one replication in each row."""
        engine = self.kernel.engine
        self.kernel.run(first_seed)
        queue = counters_of(engine.counters(), engine.run.layout.env)["queue"][:, 0]
        contacts, events = engine.envs["queue"]["n_fresh"][:, 0], engine.envs["n_events"]
        return [
            Outcome(
                int(contacts[row]),
                int(events[row]),
                int(counted["answered"] + counted["abandoned"]),
                int(counted["waited"]),
                int(counted["abandoned"]),
                float(counted["wait_answered_s"] + counted["wait_abandoned_s"]),
            )
            for row, counted in enumerate(np.asarray(queue))
        ]
