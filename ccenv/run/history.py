"""What lies behind an episode, where the scenario says `history: steady`: states that its own rules have left.

They are made once in a process for each scenario and number of days, on seeds of the range `history`, which serves
nothing else; a run opens with one of them, chosen by its seed.
"""

from __future__ import annotations

import functools

import numpy as np

from ccenv.run.config import RunConfig, run_config
from ccenv.run.engine import Engine
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.sim.state.codes import NIGHT

N_STATES = 16


def past_of(run: RunConfig) -> np.ndarray | None:
    """The records that an episode of this run may open with, (H, words) float64; None if nothing lies behind it."""
    if run.scenario.centre.history.kind == "none":
        return None
    return _past_states(_Same(run.scenario), run.days)


class _Same:
    """A scenario that equals every other with the same content."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, str]:
        return self.scenario.digest, self.scenario.size.name


@functools.lru_cache(maxsize=8)
def _past_states(same: _Same, days: int) -> np.ndarray:
    """Run the scenario's rules through the days behind, up to the last night; the episode's days are still to come."""
    behind = same.scenario.centre.history.days
    alone = same.scenario.replace(**{"history.kind": "none"})  # the days behind have none behind them
    engine = Engine(run_config(alone, owns="rules", days=behind + days), N_STATES)
    engine.envs["stop_at_slots"] = True
    engine.start(seeds("history", N_STATES).astype(np.uint64), np.ones(N_STATES, np.bool_))
    while np.any((engine.envs["day"] < behind) | (engine.envs["stage"] != NIGHT)):
        engine.go_on()
    engine.words.flags.writeable = False
    return engine.words
