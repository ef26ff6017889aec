"""A set network as a network that acts: it is checkpointed and exported like any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from agents.common.policy import ILLEGAL_LOGIT, Actor
from agents.search.actor import JOIN
from ccenv.policy.index import ASSIGNED, MOST_DIAL, REFUSED, SLACK, features
from ccenv.policy.set_form import N_DIAL, N_GROUP, N_QUEUE, SetTables
from ccenv.policy.set_net import PER_LINE, Places, SetPolicy, places
from ccenv.serving.compiled import SET_GRAPH
from ccenv.sim.state.codes import DIAL_RESERVED


class SetActor(Actor):
    """The formulas of `ccenv.policy.SetPolicy`, in float64; the logits are float32.

    Args:
        n_obs: Numbers in an observation.
        n_actions: Number of actions.
        tables: The policy as numbers; None: those of the weights that are loaded.
    """

    graph_name = SET_GRAPH
    at: Places
    time: tuple[int, float, float]
    u_queue: torch.Tensor
    u_group: torch.Tensor
    u_pair: torch.Tensor
    u_dial: torch.Tensor
    reserved_order: torch.Tensor
    w_queue: torch.Tensor
    w_group: torch.Tensor
    w_pair: torch.Tensor
    w_dial: torch.Tensor
    w_centre: torch.Tensor
    b_first: torch.Tensor
    w_second: torch.Tensor
    b_second: torch.Tensor
    w_out: torch.Tensor
    entities: torch.Tensor
    shared: torch.Tensor
    pair: torch.Tensor
    unit: torch.Tensor
    lines: torch.Tensor
    reserved: torch.Tensor
    queue_of: torch.Tensor
    group_of: torch.Tensor
    campaign_of: torch.Tensor
    item_of: torch.Tensor

    def __init__(self, n_obs: int, n_actions: int, tables: SetTables | None = None) -> None:
        super().__init__()
        self.n_obs, self.n_actions = n_obs, n_actions
        if tables is not None:
            self.set(tables)

    def set(self, tables: SetTables) -> None:
        """Act as these numbers say."""
        for name, values in tables._asdict().items():
            self.register_buffer(_saved(name), torch.from_numpy(np.array(values)))
        self.at, self.time = places(tables), (int(tables.time[0]), float(tables.time[1]), float(tables.time[2]))
        kinds, of, lines, group = tables.actions.T
        dials = slice(self.at.n_assign + 1, None)
        used = {
            **tables.parts(), "entities": tables.entities, "shared": tables.shared, "pair": tables.pair,
            "queue_of": of[1 : dials.start], "group_of": group[1 : dials.start], "campaign_of": of[dials],
            "item_of": of[dials] + self.at.n_campaigns * (kinds[dials] == DIAL_RESERVED),
            "lines": lines[dials].astype(float), "reserved": (kinds[dials] == DIAL_RESERVED).astype(float),
            "unit": tables.unit,
        }  # fmt: skip
        for name, values in used.items():
            self.register_buffer(name, torch.from_numpy(np.array(values)), persistent=False)

    @property
    def tables(self) -> SetTables:
        """The policy as numbers."""
        return SetTables(*(getattr(self, _saved(name)).numpy() for name in SetTables._fields))

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Take over saved numbers, of any centre."""
        self.set(SetTables(*(state_dict[_saved(name)].numpy() for name in SetTables._fields)))

    def logits(self, obs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, (B, A), `ILLEGAL_LOGIT` where illegal."""
        return torch.where(mask, self.scores(obs).float(), ILLEGAL_LOGIT)

    def scores(self, obs: torch.Tensor) -> torch.Tensor:
        """Return the number of each action, (B, A) float64, of which the highest is taken."""
        pairs, level, score = self.outputs(obs)
        hold = obs[:, :1].double() * 0.0
        parts = [hold, pairs + ASSIGNED * ((pairs > 0.0) * 2.0 - 1.0)]
        if self.at.n_campaigns:
            rank = self.lines * (1.0 - self.reserved) + self.reserved * (hold + self.reserved_order)
            value = (1.0 + (rank + score) / PER_LINE).clip(-MOST_DIAL, MOST_DIAL)
            parts.append(torch.where(self.lines <= level + SLACK, value, REFUSED))
        return JOIN(parts)

    def outputs(self, obs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return scores of assignments, (B, assignments), then levels and scores of dials, (B, dials), beside hold."""
        at = self.at
        group, plain, _, centre = at.first_row
        x = features(self, obs.double(), JOIN) @ self.entities
        general = x[:, centre:] @ self.w_centre + self.b_first
        hold = self._net(general)[:, :1]
        pairs = level = score = x[:, :0]
        if at.n_assign:
            queues = x[:, :group].reshape(-1, at.n_queues, N_QUEUE)
            groups = x[:, group:plain].reshape(-1, at.n_groups, N_GROUP)
            own = (x[:, :1, None] * 0.0 + 1.0) * self.pair  # no constant: the graph keeps the weights apart
            ahead = self._of_pairs(queues @ self.w_queue, groups @ self.w_group) + own @ self.w_pair
            linear = self._of_pairs(queues @ self.u_queue, groups @ self.u_group) + own @ self.u_pair
            pairs = linear[:, :, 0] + self._net(general[:, None] + ahead)[:, :, 0] - hold
        if at.n_campaigns:
            items = x[:, plain:centre].reshape(-1, 2 * at.n_campaigns, N_DIAL)
            both = self._net(general[:, None] + items @ self.w_dial)[:, self.item_of]
            linear = (items @ self.u_dial)[:, self.item_of, 0]
            level = (linear + both[:, :, 1]) * self.unit[self.campaign_of]
            score = both[:, :, 0] - hold
        return pairs, level, score

    def _of_pairs(self, queues: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
        return queues[:, self.queue_of] + groups[:, self.group_of]

    def _net(self, ahead: torch.Tensor) -> torch.Tensor:
        """Return both outputs for the sums of the first layer."""
        return torch.tanh(torch.tanh(ahead) @ self.w_second + self.b_second) @ self.w_out

    def compiled(self, **options: Any) -> SetPolicy:
        """Return the same policy for the kernel; `options`: `owns`, `reserves` and `actions`."""
        return SetPolicy(self.tables, **options)


def _saved(name: str) -> str:
    """Return the name under which a table is saved; the same numbers have names of their own in the graph."""
    return f"table_{name}"
