"""The results of a run: rows of the event log, running totals, and spells of time."""

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
    """The rows of the log, in the order in which they were written."""

    def __init__(self) -> None:
        self.rows: list[tuple] = []

    def clock(self, t: float, code: int, number: int, detail: int = 0) -> None:
        """Write a row of the clock (`number`: day, slot, mode, ...) or of an action (`number`: of the decision)."""
        self.rows.append((t, 0, number, code, codes.NIL, codes.NIL, codes.NIL, codes.NIL, detail))

    def contact(self, t: float, code: int, contact: Contact, detail: int = 0) -> None:
        """Write a row about a contact, with its advisor if it has one."""
        c, a = contact, contact.advisor
        group, advisor = (codes.NIL, codes.NIL) if a is None else (a.group, a.place)
        self.rows.append((t, c.key, c.number, code, c.kind, c.index, group, advisor, detail))

    def advisor(self, t: float, code: int, advisor: Advisor) -> None:
        """Write a row about an advisor without a contact."""
        self.rows.append((t, 0, codes.NIL, code, codes.NIL, codes.NIL, advisor.group, advisor.place, 0))

    def lead(self, t: float, code: int, campaign: CampaignState, lead: Lead, key: int, detail: int) -> None:
        """Write a row about a lead that is not in an attempt."""
        self.rows.append((t, key, lead.number, code, codes.LEAD, campaign.index, codes.NIL, codes.NIL, detail))

    def array(self) -> np.ndarray:
        """The rows as an array of the kernel's log records."""
        return np.array(self.rows, dtype=entities.LOG_ROW)


@dataclass
class Spell:
    """An interval from `start` to `end`; a counter of seconds is the sum of its spells."""

    axis: str
    index: int
    counter: str
    start: float
    end: float


class Ledger:
    """Running totals: `count` adds at one moment; spells are added at the end, over the counted time."""

    def __init__(self) -> None:
        self.totals: Totals = defaultdict(float)
        self.totals_before: Totals = {}
        self.spells: list[Spell] = []
        self.counts_since = 0.0

    def count(self, axis: str, index: int, counter: str, amount: float = 1.0) -> None:
        """Add to a total now."""
        self.totals[axis, index, counter] += amount

    def start_counting(self, t: float) -> None:
        """Exclude everything before time t from the result."""
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
