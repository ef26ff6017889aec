"""A policy that dials once at each event, with the lines of one step of the ladder, and then waits."""

from __future__ import annotations

import numpy as np

from ccenv.policy import Policy
from ccenv.scenarios import Scenario
from ccenv.sim.state.codes import DIAL, EVENT_EPOCH, OPENING_EPOCH

LINES_PER_IDLE = 4.0


class OneDial:
    """At an event, dial the largest step of the ladder that keeps at most four ringing lines for each idle advisor.

    It does nothing at other epochs. For one campaign that does not reserve, and one group.
    """

    needs_snapshot = True
    owns = "pacing"
    reserves = False

    def __init__(self, scenario: Scenario) -> None:
        self.n_lines = np.array([action.n if action.kind == DIAL else 0 for action in scenario.catalogue])

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: np.ndarray | None, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Choose actions as in the policy protocol; `obs` are snapshot records, (B,)."""
        first = (obs["epoch_kind"] == EVENT_EPOCH) | (obs["epoch_kind"] == OPENING_EPOCH)
        wanted = np.where(first, LINES_PER_IDLE * obs["idle"][:, 0] - obs["ringing"][:, 0], 0.0)
        fits = mask & (self.n_lines > 0) & (self.n_lines <= wanted[:, None])
        return np.where(fits, self.n_lines, 0).argmax(axis=1), state


def one_dial_per_event(scenario: Scenario) -> Policy:
    """Make `OneDial` for a scenario."""
    return OneDial(scenario)
