"""Tabulated policies over the states of a model, run through the environment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ccenv.scenarios import Scenario
from ccenv.sim.state.codes import ASSIGN, EVENT_EPOCH, HOLD, OPENING_EPOCH
from ccenv.theory.models import PolicyMap

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class _Look:
    """Reader of the coordinates of a model's state from snapshots."""

    def __init__(self, scenario: Scenario) -> None:
        names = {"queue": scenario.queues, "campaign": scenario.campaigns}
        pairs = [(names[pair.kind][pair.index], scenario.groups[pair.group]) for pair in scenario.pairs]
        self._pair = {pair: place for place, pair in enumerate(pairs)}
        self._queues = len(scenario.queues)

    def __call__(self, name: str, snaps: np.ndarray) -> Floats:
        serving = snaps["in_service"]
        match name:
            case "mode":
                return snaps["mode"]
            case "inbound":
                return serving[:, self._pair["inbound", "advisors"]]
            case "outbound" | "talking":
                return serving[:, self._pair["outbound", "advisors"]]
            case "waiting":
                return snaps["queue_length"][:, 0] if self._queues else snaps["connects_waiting"][:, 0]
            case "wrap_up" | "ringing":
                return snaps[name][:, 0]
            case "class1":  # with the dedicated advisors or waiting
                return serving[:, self._pair["class1", "dedicated"]] + snaps["queue_length"][:, 0]
            case "flexible1" | "flexible2":
                return serving[:, self._pair[name.replace("flexible", "class"), "flexible"]]
            case "q2":
                return snaps["queue_length"][:, 1]
        raise ValueError(f"coordinate {name!r} is not allowed: no snapshot shows it")


class TablePolicy:
    """A tabulated policy. After each event it draws a choice for the state and carries it out, one action at a time.

    Args:
        scenario: The scenario of the model.
        table: The policy; a state beyond its caps is read as the one at the caps.
    """

    needs_snapshot = True

    def __init__(self, scenario: Scenario, table: PolicyMap) -> None:
        self._look = _Look(scenario)
        self._names, self._choices = table.names, table.actions
        self._most = table.states.max(axis=0)
        self._place = np.full(self._most + 1, -1)
        self._place[tuple(table.states.T)] = np.arange(len(table.states))
        cumulative = np.concatenate(([0.0], np.cumsum(table.weights)))
        within = cumulative[1:] - cumulative[table.first[:-1]][table.owner]
        # Cumulative probability plus the number of the state y: from y to y + 1 over its choices.
        self._edge = table.owner + within / (within[table.first[1:] - 1][table.owner])
        kinds = [(action.kind == ASSIGN, action) for action in scenario.catalogue]
        self.owns = "routing" if any(assigns for assigns, _ in kinds) and not scenario.campaigns else "pacing"
        self._forced = [k for k, (_, a) in enumerate(kinds) if a.name.endswith(">dedicated")]
        self._steps = self._by_choice(scenario)

    def _by_choice(self, scenario: Scenario) -> list[list[tuple[int, int]]]:
        """Actions that carry out each column of a choice, as (number at once, action), largest first."""
        if self.owns == "routing":
            names = [action.name for action in scenario.catalogue]
            return [[(1, names.index(f"assign:class{k}>flexible"))] for k in (1, 2)]
        dials = [(a.n, k) for k, a in enumerate(scenario.catalogue) if a.kind not in (HOLD, ASSIGN)]
        return [sorted(dials, reverse=True)]

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: np.ndarray | None, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Choose actions as in the policy protocol.

        `obs` are snapshot records. The state holds the rest of the drawn choices, (B, A).
        """
        left = np.zeros((len(u), self._choices.shape[1])) if state is None else state
        kind = obs["epoch_kind"]
        fresh = np.flatnonzero((kind == EVENT_EPOCH) | (kind == OPENING_EPOCH))
        left[fresh] = self._draw(obs[fresh], u[fresh])
        actions = np.full(len(u), HOLD, np.int64)
        for action in self._forced:
            actions[mask[:, action] & (actions == HOLD)] = action
        for column, steps in enumerate(self._steps):
            for n, action in steps:
                now = (actions == HOLD) & (left[:, column] >= n) & mask[:, action]
                actions[now] = action
                left[now, column] -= n
        return actions, left

    def _draw(self, snaps: np.ndarray, u: np.ndarray) -> Ints:
        """Draw a choice for each snapshot, (B, A)."""
        coordinates = [np.rint(self._look(name, snaps)).astype(int) for name in self._names]
        places = self._place[tuple(np.minimum(c, most) for c, most in zip(coordinates, self._most, strict=True))]
        if np.any(places < 0):
            state = {name: int(c[np.argmax(places < 0)]) for name, c in zip(self._names, coordinates, strict=True)}
            raise ValueError(f"state {state} is not allowed: the table has no such state")
        chosen: Ints = self._choices[np.searchsorted(self._edge, places + u)]
        return chosen


class SlowServerPolicy:
    """Assign to the fast advisor whenever it is idle; to the slow one if at least `threshold` contacts wait."""

    needs_snapshot = True
    owns = "routing"

    def __init__(self, scenario: Scenario, threshold: int) -> None:
        names = [action.name for action in scenario.catalogue]
        self._fast, self._slow = names.index("assign:inbound>fast"), names.index("assign:inbound>slow")
        self._threshold = threshold

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: np.ndarray | None, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, None]:
        """Choose actions as in the policy protocol; `obs` are snapshot records."""
        slow = mask[:, self._slow] & (obs["queue_length"][:, 0] >= self._threshold)
        return np.where(mask[:, self._fast], self._fast, np.where(slow, self._slow, HOLD)).astype(np.int64), None
