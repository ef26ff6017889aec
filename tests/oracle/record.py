"""What a run leaves behind: the rows of the event log, running totals, and spells of time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from ccenv.sim.state import codes, entities
from ccenv.sim.state.counters import COUNTERS
from tests.oracle.entities import Advisor, CampaignState, Contact
from tests.oracle.segments import Lead

Totals = dict[tuple[str, int, str], float]
Counts = dict[str, list[dict[str, float]]]


class EventLog:
    """Rows in the order in which they were written."""

    def __init__(self) -> None:
        self.rows: list[tuple] = []

    def clock(self, t: float, code: int, number: int, detail: int = 0) -> None:
        """A row about no contact: the clock's events (`number`: day or slot) and actions (`number`: the decision's)."""
        self.rows.append((t, 0, number, code, codes.NIL, codes.NIL, codes.NIL, codes.NIL, detail))

    def contact(self, t: float, code: int, contact: Contact, detail: int = 0) -> None:
        """A row about a contact, with its advisor if it has one."""
        c, a = contact, contact.advisor
        group, advisor = (codes.NIL, codes.NIL) if a is None else (a.group, a.place)
        self.rows.append((t, c.key, c.number, code, c.kind, c.index, group, advisor, detail))

    def advisor(self, t: float, code: int, advisor: Advisor) -> None:
        """A row about an advisor alone."""
        self.rows.append((t, 0, codes.NIL, code, codes.NIL, codes.NIL, advisor.group, advisor.place, 0))

    def lead(self, t: float, code: int, campaign: CampaignState, lead: Lead, key: int, detail: int) -> None:
        """A row about a lead that is not in an attempt."""
        self.rows.append((t, key, lead.number, code, codes.LEAD, campaign.index, codes.NIL, codes.NIL, detail))

    def array(self) -> np.ndarray:
        """The rows as records of the kernel's log."""
        return np.array(self.rows, dtype=entities.LOG_ROW)


@dataclass
class Spell:
    """Somebody did something from `start` to `end`: a counter of seconds is the sum of its spells."""

    axis: str
    index: int
    counter: str
    start: float
    end: float


class Ledger:
    """Running totals. `count` adds to one at a moment; a spell is added to one as time passes."""

    def __init__(self) -> None:
        self.totals: Totals = defaultdict(float)
        self.totals_before: Totals = {}
        self.spells: list[Spell] = []
        self.counts_since = 0.0

    def count(self, axis: str, index: int, counter: str, amount: float = 1.0) -> None:
        """Add to a total now."""
        self.totals[axis, index, counter] += amount

    def start_counting(self, t: float) -> None:
        """Leave out all that happened so far."""
        self.totals_before = self.totals.copy()
        self.counts_since = t

    def result(self, sizes: dict[str, int]) -> Counts:
        """Every declared counter of every queue, group and campaign, over the counted time."""
        totals = self.totals.copy()
        for key, before in self.totals_before.items():
            totals[key] -= before
        for s in self.spells:
            totals[s.axis, s.index, s.counter] += max(0.0, s.end - max(s.start, self.counts_since))
        unknown = {(axis, name) for axis, _, name in totals} - {(a, c.name) for a in COUNTERS for c in COUNTERS[a]}
        assert not unknown, f"counters that nobody declared: {unknown}"
        return {
            axis: [{c.name: totals[axis, i, c.name] for c in declared} for i in range(sizes[axis])]
            for axis, declared in COUNTERS.items()
        }
