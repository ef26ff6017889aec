"""One rule in two forms: in the kernel, and as a plain NumPy policy on observation and mask."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.scenarios import Scenario
from ccenv.sim.state.codes import ASSIGN, DIAL, HOLD
from ccenv.sim.state.fields import FIELDS
from ccenv.spaces.observation import observation_names

SCALE = {field.name: field.scale for field in FIELDS}


def rules_of(scenario: Scenario) -> dict[str, Any]:
    """The kernel's rules that equal `NumpyPolicy`.

    Queues are served in their order, by the group with the fewest skills. As many lines ring as advisors are idle.
    """
    params = {"order": list(scenario.queues), "advisor": "least_skilled"}
    routing = ("priority", params)
    return {"routing": routing, "pacing": ("progressive_unreserved", {})}


class NumpyPolicy:
    """The rule as a NumPy policy.

    Args:
        scenario: A centre with one campaign that does not reserve, and groups that differ in their number of skills.

    Raises:
        ValueError: If the centre does not have exactly one campaign.
    """

    reserves = False

    def __init__(self, scenario: Scenario) -> None:
        if len(scenario.campaigns) != 1:
            raise ValueError(f"scenario {scenario.name}: {len(scenario.campaigns)} campaigns; allowed: 1")
        (self.campaign,) = scenario.campaigns
        skills = [group.skills for group in scenario.centre.groups.values()]
        actions = scenario.catalogue
        assigning = [a for a, action in enumerate(actions) if action.kind == ASSIGN]
        ranked = sorted(assigning, key=lambda a: (actions[a].index, len(skills[actions[a].group])))
        dialing = [a for a, action in enumerate(actions) if action.kind == DIAL]
        self.first_of = np.array([*ranked, HOLD])  # the last column stands for no assignment
        self.dials = np.array([HOLD, *dialing])  # in ascending number of lines
        self.lines = np.array([0.0] + [actions[a].n for a in dialing])
        names = observation_names(scenario)
        eligible = [g for g, mine in zip(scenario.groups, skills, strict=True) if self.campaign in mine]
        self.idle = [names.index(f"idle:{group}") for group in eligible]
        self.ringing = names.index(f"ringing:{self.campaign}")

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: np.ndarray | None, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Choose actions as in `ccenv.policy.Policy`."""
        legal = mask[:, self.first_of]
        legal[:, -1] = True
        assigned = self.first_of[legal.argmax(axis=1)]
        idle = obs[:, self.idle].sum(axis=1) / SCALE["idle"]
        need = np.rint(idle - obs[:, self.ringing] / SCALE["ringing"])
        able = mask[:, self.dials] & (self.lines <= need[:, None])
        able[:, 0] = True
        dialed = self.dials[able.shape[1] - 1 - able[:, ::-1].argmax(axis=1)]
        return np.where(assigned != HOLD, assigned, dialed), state
