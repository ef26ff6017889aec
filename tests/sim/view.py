"""An environment record at one moment, as the checks look at it."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ccenv.run.engine import Engine
from ccenv.sim.state import codes
from ccenv.sim.state.counters import COUNTERS

TO_COME = (
    codes.PENDING_REDIAL, codes.PENDING_REPEAT, codes.PENDING_CALLBACK, codes.BACKLOG, codes.PENDING_RETURN,
)  # fmt: skip
IN_TALK = (codes.TALKING, codes.HANDING_OVER, codes.HOLDING)


PLACES = {axis: {counter.name: k for k, counter in enumerate(counters)} for axis, counters in COUNTERS.items()}


@functools.cache
def _marks(codes_: tuple[int, ...], n: int) -> np.ndarray:
    """True at these codes."""
    marks = np.zeros(n, np.bool_)
    marks[list(codes_)] = True
    return marks


class Totals:
    """Counters by name, (n,) each; `names` gives their order."""

    def __init__(self, rows: np.ndarray, names: dict[str, int]) -> None:
        self.names = names
        self.table = rows.view(np.float64).reshape(len(rows), len(names)).T

    def __getitem__(self, name: str) -> np.ndarray:
        column: np.ndarray = self.table[self.names[name]]
        return column

    def __contains__(self, name: str) -> bool:
        return name in self.names


class View:
    """The first row of an engine: the contacts that are there, and totals.

    Attributes:
        e: The environment record, and `c` its configuration.
        places: Contact records in use, ascending; `x` are they.
        inbound: Which of them are no leads.
        next, previous: Links of all contact records.
        here: Inbound contacts by phase and queue, (phases, Q), without chats that their customer has left.
        gone: These chats, likewise.
        waits: Which contacts wait on a line or for a chat.
        leads: Attempts by phase and campaign, (phases, C).
        alerting_virtual: Virtual contacts that ring at an advisor, (Q,).
    """

    def __init__(self, engine: Engine) -> None:
        self.e: Any = engine.envs[0]
        self.c: Any = engine.run.config[0]
        self.Q, self.G, self.C = (int(self.c[f"n_{axis}"]) for axis in ("queues", "groups", "campaigns"))
        self.n_advisors = int(self.c["n_advisors"])
        self.sizes = {"queue": self.Q, "group": self.G, "campaign": self.C}
        self.first = self.c["first_advisor"][: self.G + 1].astype(int)
        self.group_of = self.c["advisor_group"][: self.n_advisors].astype(int)

    def look(self) -> None:
        """Read the record as it is now."""
        contact = self.e["contact"]
        self.t = float(self.e["t"])
        self.stage = int(self.e["stage"])
        self.places = np.flatnonzero(contact["phase"] != codes.FREE)
        self.next, self.previous = contact["next"].tolist(), contact["previous"].tolist()
        self.x = contact[self.places]
        self.phase, self.index = self.x["phase"], self.x["index"]
        self.holder, self.partner = self.x["advisor"], self.x["partner"]
        self.inbound = self.x["kind"] != codes.LEAD
        gone = self.inbound & (self.x["gone"] != 0)  # chats whose customer has left without a sign
        self.here, self.gone = self._table(self.inbound & ~gone, self.Q), self._table(gone, self.Q)
        self.waits = self.inbound & ~gone & (self.phase == codes.WAITING)
        self.leads = self._table(~self.inbound, self.C)
        rings = self.inbound & (self.phase == codes.ALERTING) & (self.x["virtual"] == 1)
        self.alerting_virtual = np.bincount(self.index[rings], minlength=self.Q)[: self.Q]
        self.advisor = self.e["advisor"][: self.n_advisors]
        self.state = self.advisor["state"]
        n = int(self.e["heap_n"])
        self.heap = self.e["heap"][:n]
        self.over = self.stage == codes.NIGHT and bool(self.e["done"])

    def _table(self, which: np.ndarray, n: int) -> np.ndarray:
        index = self.index[which]
        assert np.all((index >= 0) & (index < max(n, 1))), "a contact of no queue or campaign"
        flat = np.bincount(self.phase[which] * max(n, 1) + index, minlength=codes.N_PHASES * max(n, 1))
        return flat.reshape(codes.N_PHASES, -1)[:, :n]

    def is_in(self, *phases: int) -> np.ndarray:
        """Which of the contacts are in one of these phases."""
        return _marks(phases, codes.N_PHASES)[self.phase]

    def state_is(self, *states: int) -> np.ndarray:
        """Which of the advisors are in one of these states."""
        return _marks(states, codes.N_STATES)[self.state]

    @property
    def stays(self) -> np.ndarray:
        """Which of the advisors neither go nor owe a break."""
        stays: np.ndarray = (self.advisor["leaving"] == 0) & (self.advisor["owed_s"] == 0)
        return stays

    def counts(self, axis: str) -> Totals:
        """Totals by name, one number for each queue, group or campaign."""
        return Totals(self.e[f"{axis}_count"][: self.sizes[axis]], PLACES[axis])

    def pairs(self, which: np.ndarray) -> np.ndarray:
        """The compatible pair of each marked contact and its advisor, NIL if the advisor has not the skill."""
        groups, index, inbound = self.group_of[self.holder[which]], self.index[which], self.inbound[which]
        of_queues = self.c["queue_pair"][np.where(inbound, index, 0), groups]
        return np.where(inbound, of_queues, self.c["campaign_pair"][np.where(inbound, 0, index), groups])


def of_work(v: View) -> np.ndarray:
    """Which of the contacts are items of deferrable work."""
    work: np.ndarray = v.inbound & (v.c["queue"]["deferrable"][np.where(v.inbound, v.index, 0)] == 1)
    return work
