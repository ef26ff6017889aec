"""Snapshot, observation and mask of a record, rewritten completely at the same instant."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv import Batch
from ccenv.sim.shown.marks import TO_NOBODY
from ccenv.spaces.observation import observation_names

# it runs from the last decision, which the kernel has moved to now when the row was shown
SINCE_LAST = "since_last_s"


def look_again(batch: Batch) -> None:
    """Rewrite snapshot, observation and mask of each row from its record; rows are at a decision."""
    engine = batch.engine
    engine.flat[...] = 0.0  # as at the start: what no campaign's pair ever shows is never written
    engine.obs[...] = 0.0
    engine.masks[...] = False
    engine.envs["shown"] = TO_NOBODY
    engine.envs["stopped"] = 1  # as if the row had stopped at the end of an interval
    engine.go_on()
    engine.envs["stopped"] = 0


def shown(batch: Batch) -> np.ndarray:
    """Snapshot, observation and mask of each row, as one row of numbers, less the time since the last decision."""
    kind: Any = batch.snapshot.dtype
    place = kind.fields[SINCE_LAST][1] // 8
    values = np.ascontiguousarray(batch.snapshot).view(np.float64).reshape(batch.n, -1)
    of_observation = [k for k, name in enumerate(observation_names(batch.scenario)) if name != SINCE_LAST]
    return np.hstack([np.delete(values, place, axis=1), batch.obs[:, of_observation], batch.mask])
