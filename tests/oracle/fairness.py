"""Section "Fairness": how evenly contacts and occupancy are shared, from lists of what each advisor did today."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, GroupState

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator

WORK = (codes.ADVISOR_TALKING, codes.ADVISOR_WRAP_UP, codes.ADVISOR_CHATTING)
READY = (codes.IDLE, codes.AWAITING_ANSWER)


class Fairness:
    """The shares of advisors and groups in a day's work."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.start = 0.0
        self.came: set[int] = set()  # advisors by place
        self.begun: Counter[int] = Counter()
        self.spells: defaultdict[int, list[tuple[int, float, float]]] = defaultdict(list)

    def begin(self) -> None:
        """Begin a day, or the counted part of a run."""
        on_duty = {advisor.place for advisor in self.sim.advisors.everybody() if advisor.state != codes.OFF}
        self.start, self.came, self.begun = self.sim.now, on_duty, Counter()
        self.spells.clear()

    def note_spell(self, advisor: Advisor) -> None:
        """Note a spell of an advisor in its present state that ends now."""
        self.spells[advisor.place].append((advisor.state, max(advisor.since, self.start), self.sim.now))

    def comes(self, advisor: Advisor) -> None:
        """Note that an advisor is on duty today; the lines of an answering service are no advisors."""
        if self.group_of(advisor) not in self.own_groups():
            return
        before = self.uneven(self.group_of(advisor))
        self.came.add(advisor.place)
        self.count_change(advisor, before)

    def begins(self, advisor: Advisor) -> None:
        """Note a contact that an advisor begins."""
        before = self.uneven(self.group_of(advisor))
        self.begun[advisor.place] += 1
        self.count_change(advisor, before)

    def own_groups(self) -> list[GroupState]:
        """The groups of advisors, without answering services."""
        return [group for group in self.sim.groups if group.declared.answering_service is None]

    def group_of(self, advisor: Advisor) -> GroupState:
        """The group of an advisor."""
        return self.sim.groups[advisor.group]

    def uneven(self, group: GroupState) -> float:
        """Squared differences of the contacts begun today from their mean over the advisors on duty."""
        begun = [self.begun[advisor.place] for advisor in group.advisors if advisor.place in self.came]
        if not begun:
            return 0.0
        mean = statistics.fmean(begun)
        return sum((n - mean) ** 2 for n in begun)

    def count_change(self, advisor: Advisor, before: float) -> None:
        """Count what has been added to the squared differences."""
        change = self.uneven(self.group_of(advisor)) - before
        self.sim.ledger.count("group", advisor.group, "uneven_contacts", change)

    def seconds(self, advisor: Advisor, states: tuple[int, ...]) -> float:
        """Time of an advisor in these states since the beginning of the day, the present spell included."""
        spells = [*self.spells[advisor.place], (advisor.state, max(advisor.since, self.start), self.sim.now)]
        return sum(end - start for state, start, end in spells if state in states)

    def occupancy(self, advisors: list[Advisor]) -> float | None:
        """Work over work and readiness; None if there was neither."""
        work = sum(self.seconds(advisor, WORK) for advisor in advisors)
        total = work + sum(self.seconds(advisor, READY) for advisor in advisors)
        return work / total if total > 0 else None

    def end(self) -> None:
        """At the end of a day, or of a run, count how evenly it was shared."""
        overall = self.occupancy([advisor for group in self.own_groups() for advisor in group.advisors])
        for group in self.own_groups():
            came = sum(advisor.place in self.came for advisor in group.advisors)
            self.count(group, "advisor_days", came)
            each = [x for x in (self.occupancy([advisor]) for advisor in group.advisors) if x is not None]
            own = self.occupancy(group.advisors)
            if own is None or overall is None:
                continue
            self.count(group, "group_days", 1)
            self.count(group, "occupancy_spread_sum", statistics.pstdev(each))
            self.count(group, "occupancy_range_sum", max(each) - min(each))
            self.count(group, "occupancy_gap_sum", abs(own - overall))

    def count(self, group: GroupState, counter: str, amount: float) -> None:
        """Add to a counter of a group."""
        self.sim.ledger.count("group", group.index, counter, amount)
