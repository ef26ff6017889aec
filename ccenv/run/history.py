"""Initial states of episodes for scenarios with `history: steady`.

`N_STATES` end states of the scenario's own rules are simulated for each scenario and number of days, and cached for the
process. Their seeds come from the range `history`, which has no other use. An episode's seed chooses one of the states.
"""

from __future__ import annotations

import functools
from datetime import date, timedelta

import numpy as np

from ccenv.run.config import RunConfig, run_config
from ccenv.run.engine import Engine
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.sim.state.codes import NIGHT

N_STATES = 16


def past_of(run: RunConfig) -> np.ndarray | None:
    """Return the initial records of this run, (H, words) float64; None if the scenario has no history."""
    if run.scenario.centre.history.kind == "none":
        return None
    return _past_states(_Same(run.scenario), run.days)


class _Same:
    """A scenario as a cache key: equal to every other scenario with the same content and size class."""

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
    """Run the scenario's rules over the days before the episode, up to the night before its first day."""
    behind = same.scenario.centre.history.days
    changes: dict[str, object] = {"history.kind": "none"}  # the days before start empty
    start = same.scenario.centre.clock.start_date
    if start is not None:
        changes["clock.start_date"] = (date.fromisoformat(start) - timedelta(days=behind)).isoformat()
    alone = same.scenario.replace(**changes).in_size(same.scenario.size)
    engine = Engine(run_config(alone, owns="rules", days=behind + days), N_STATES)
    engine.envs["stop_at_slots"] = True
    engine.start(seeds("history", N_STATES).astype(np.uint64), np.ones(N_STATES, np.bool_))
    while np.any((engine.envs["day"] < behind) | (engine.envs["stage"] != NIGHT)):
        engine.go_on()
    engine.words.flags.writeable = False
    return engine.words
