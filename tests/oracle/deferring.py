"""Section "Deferrable work": items that wait as long as need be, and may be interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, Contact, GroupState
from tests.oracle.events import Kind
from tests.oracle.record import Spell

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Deferring:
    """Items from coming in to being finished."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.counts_since: float | None = None  # begin of the opening time over which backlogs are counted

    def declared(self, item: Contact) -> schema.Deferrable:
        """The declaration of the item's queue."""
        declared = self.sim.queues[item.index].declared.deferrable
        assert declared is not None
        return declared

    def count(self, item: Contact, counter: str, amount: float = 1.0) -> None:
        """Add to a counter of the item's queue."""
        self.sim.ledger.count("queue", item.index, counter, amount)

    def come_in(self, item: Contact) -> None:
        """An item joins its queue; it is due some time later, nights included."""
        item.is_work = True
        self.count(item, "items")
        if item.kind == codes.REPEAT:
            self.count(item, "items_again")
        item.n_begun, item.worked_s, item.rest_s = 0, 0.0, 0.0
        item.due = self.sim.now + self.sim.queues[item.index].due.draw(item.key, codes.DUE)
        item.entry_s, item.wait_credit_s = self.sim.now, self.sim.inbound.credit_s(item)
        self.stand_in_line(item)
        self.sim.log.contact(self.sim.now, codes.LOG_WAITING, item)

    def stand_in_line(self, item: Contact) -> None:
        """Take the place in line that belongs to the time at which the item came in, and to its credit."""
        item.phase, item.in_line_since, item.event = codes.BACKLOG, self.sim.now, None
        line = self.sim.queues[item.index].line
        key = self.sim.inbound.sort_key(item)
        line.insert(sum(self.sim.inbound.sort_key(other) <= key for other in line), item)

    def take(self, item: Contact, advisor: Advisor) -> None:
        """An idle advisor begins with the item at the head of a queue, or goes on with it."""
        self.note_backlog(item)
        self.sim.queues[item.index].line.remove(item)
        self.sim.advisors.take(advisor)
        self.sim.advisors.start_talk(advisor, item)
        self.sim.log.contact(self.sim.now, codes.LOG_ASSIGNED, item, detail=int(item.n_begun > 0))
        item.n_begun += 1
        if item.n_begun == 1:
            item.waited_s += self.sim.now - item.entry_s
            self.count(item, "items_begun")
            self.sim.service.begin(item)
            return
        item.handled_since = self.sim.now - item.worked_s
        item.event = self.sim.agenda.add(
            self.sim.clock.tonight(item.rest_s), Kind.END, lambda: self.sim.advisors.end_talk(item)
        )

    def interruptible(self, group: GroupState) -> list[Advisor]:
        """The advisors of a group whose work may be interrupted."""
        return [advisor for advisor in group.advisors if self.may_be_interrupted(advisor)]

    def may_be_interrupted(self, advisor: Advisor) -> bool:
        """Whether an advisor works on an item of a queue that says so."""
        item = advisor.contact
        return item is not None and item.is_work and item.phase == codes.TALKING and self.declared(item).interruptible

    def interrupt(self, group: GroupState) -> Advisor:
        """Put back the item on which least time was worked."""
        found = min(self.interruptible(group), key=lambda advisor: (self.worked_s(advisor), advisor.number))
        self.put_back(found)
        return found

    def worked_s(self, advisor: Advisor) -> float:
        """Time worked on the advisor's item so far, earlier parts included."""
        assert advisor.contact is not None
        return self.sim.now - advisor.contact.handled_since

    def put_back(self, advisor: Advisor) -> None:
        """Put the item of an advisor back in line; it keeps the rest of its time, and needs some seconds more."""
        item = advisor.contact
        assert item is not None and item.event is not None
        self.sim.log.contact(self.sim.now, codes.LOG_INTERRUPTED, item)
        item.event.cancelled = True
        self.count(item, "interruptions")
        self.count(item, "item_work_s", self.sim.now - item.talks_since)
        item.worked_s = self.worked_s(advisor)
        item.rest_s = item.event.time - self.sim.now + self.declared(item).resume_s
        advisor.contact, item.advisor = None, None
        self.stand_in_line(item)

    def put_back_if_interruptible(self, advisor: Advisor) -> bool:
        """Put the item back if it may be interrupted. Returns whether it was."""
        found = self.may_be_interrupted(advisor)
        if found:
            self.put_back(advisor)
        return found

    def close(self) -> None:
        """Closing: interruptible work ends for the day, and the lines are counted."""
        for advisor in self.sim.advisors.everybody():
            if self.put_back_if_interruptible(advisor):
                self.sim.advisors.free(advisor)
        self.count_lines()

    def count_lines(self) -> None:
        """Count the items in line at a closing or midnight."""
        for queue in self.sim.queues:
            if queue.declared.deferrable is not None:
                self.sim.ledger.count("queue", queue.index, "closings")
                self.sim.ledger.count("queue", queue.index, "backlog_closing", len(queue.line))

    def count_done(self, item: Contact) -> None:
        """An item is finished."""
        self.count(item, "items_done")
        self.count(item, "item_age_s", self.sim.now - item.entry_s)
        if self.sim.now <= item.due:
            self.count(item, "items_done_in_time")

    def note_backlog(self, item: Contact) -> None:
        """Add the time in line to the backlog; without the night before today's opening."""
        assert self.counts_since is not None
        start = max(item.in_line_since, self.counts_since)
        self.sim.ledger.spells.append(Spell("queue", item.index, "backlog_s", start, self.sim.now))
        item.in_line_since = self.sim.now

    def begin_counting(self) -> None:
        """Opening: backlogs are counted from now on."""
        self.counts_since = self.sim.now

    def end_counting(self) -> None:
        """End of a day, or of a run that never closes: add what is still in line."""
        if self.counts_since is None:
            return
        for queue in self.sim.queues:
            if queue.declared.deferrable is not None:
                for item in queue.line:
                    self.note_backlog(item)
                spell = Spell("queue", queue.index, "backlog_time_s", self.counts_since, self.sim.now)
                self.sim.ledger.spells.append(spell)
        self.counts_since = None

    def carry_out(self) -> None:
        """After the last day: count what is left in line."""
        for queue in self.sim.queues:
            if queue.declared.deferrable is not None:
                for item in list(queue.line):
                    self.count(item, "items_left")
                    self.sim.forget(item)
                queue.line.clear()
