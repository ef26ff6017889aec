"""A policy with one reserve of idle advisors for each mode of a switching load, for centres that observe the mode."""

from __future__ import annotations

import numpy as np

from ccenv.policy import Policy, RulePolicy
from ccenv.scenarios import Scenario
from ccenv.sim.state.codes import DIAL_RESERVED

RESERVES = np.array([2, 5])  # best integer reserve of each mode: case B1 of the reference table modulated_headroom


class ModeAware:
    """Start outbound work while more advisors are idle than the reserve of the mode; routing is the scenario's rule.

    For one campaign that reserves an advisor before it dials, and one group.
    """

    needs_snapshot = True
    owns = "pacing"
    reserves = True

    def __init__(self, scenario: Scenario) -> None:
        self.dial = next(n for n, action in enumerate(scenario.catalogue) if action.kind == DIAL_RESERVED)

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: np.ndarray | None, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Choose actions as in the policy protocol; `obs` are snapshot records, (B,)."""
        enough = obs["idle"][:, 0] > RESERVES[obs["mode"].astype(np.int64)]
        return np.where(enough & mask[:, self.dial], self.dial, 0), state


def by_the_mode_if_seen(scenario: Scenario) -> Policy:
    """`ModeAware` if the mode is observed, else the scenario's own rules."""
    switching = scenario.centre.switching
    return ModeAware(scenario) if switching is not None and switching.observed else RulePolicy(scenario)
