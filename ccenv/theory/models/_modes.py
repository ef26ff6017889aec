"""Two or more modes between which the environment switches after exponential sojourns, independently of the policy."""

from collections.abc import Sequence

import numpy as np

from ccenv.theory.mdp import Events, Space
from ccenv.theory.models._model import Floats

__all__ = ["HOUR_S", "add_switches", "mode_shares"]

HOUR_S = 3600.0


def add_switches(events: Events, space: Space, mean_s: Sequence[float]) -> None:
    """Add the switches between two modes, which change `mode` alone; adds none unless `mean_s` has two sojourns."""
    if len(mean_s) == 2:
        mode = space["mode"]
        events.add(np.ones(len(space), bool), HOUR_S / np.asarray(mean_s, float)[mode], mode=1 - 2 * mode)


def mode_shares(n_modes: int, mean_s: Sequence[float]) -> Floats:
    """Long-run share of the time in each mode; equal shares if `mean_s` does not give all sojourns."""
    weights = np.asarray(mean_s, float) if len(mean_s) == n_modes else np.ones(n_modes)
    return weights / weights.sum()
