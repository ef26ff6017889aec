"""Section "Inbound": standing in line, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, Contact, GroupState, QueueState
from tests.oracle.record import Spell

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Inbound:
    """The waiting lines of the queues."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def count(self, contact: Contact, counter: str, amount: float = 1.0) -> None:
        """Count something of the queue in which the contact is."""
        self.sim.ledger.count("queue", contact.index, counter, amount)

    def count_at_origin(self, contact: Contact, counter: str) -> None:
        """Count something of the queue to which it came at first."""
        self.sim.ledger.count("queue", contact.origin, counter)

    def queue_of(self, contact: Contact) -> QueueState:
        """The queue in which a contact is."""
        return self.sim.queues[contact.index]

    def credit_s(self, contact: Contact) -> float:
        """Waiting credit: of its priority, of its value class if known, and for the waiting already done."""
        declared = self.sim.queues[contact.origin].declared
        credit_s = contact.waited_s
        if contact.priority:
            credit_s += declared.priority.credit_s
        if contact.identified and contact.value_class:
            credit_s += declared.customer.value_classes[contact.value_class - 1].credit_s
        return credit_s

    def sort_key(self, contact: Contact) -> float:
        """Place in the line: smaller goes first."""
        return contact.entry_s - (contact.wait_credit_s if self.sim.order == "total_wait" else 0.0)

    def stand_in_line(self, contact: Contact, phase: int) -> None:
        """Join the queue, behind all with a sort key less than or equal to its own."""
        queue = self.queue_of(contact)
        contact.phase, contact.entry_s, contact.wait_credit_s = phase, self.sim.now, self.credit_s(contact)
        not_behind_me = [other for other in queue.line if self.sort_key(other) <= self.sort_key(contact)]
        queue.line.insert(len(not_behind_me), contact)

    def wait(self, contact: Contact, patience_factor: float = 1.0) -> None:
        """Join the queue on the line. When overtime is over nobody starts to wait."""
        sim, queue = self.sim, self.queue_of(contact)
        too_late = sim.clock.stage == codes.OVERTIME_OVER and sim.entering.must_wait(queue)
        self.stand_in_line(contact, codes.WAITING)
        patience_s = queue.patience.draw(contact.key, codes.PATIENCE) * patience_factor
        contact.event = sim.agenda.add(sim.now + patience_s, lambda: self.abandon(contact))
        sim.log.contact(sim.now, codes.LOG_WAITING, contact)
        if too_late:
            self.send_away(contact)

    def leave_line(self, contact: Contact) -> float:
        """Stop waiting. Returns the wait in this line, in seconds."""
        self.queue_of(contact).line.remove(contact)
        if contact.event is not None:
            contact.event.cancelled = True
        wait_s = self.sim.now - contact.entry_s
        if not contact.virtual:
            if wait_s > 0:
                self.count(contact, "waited")
            self.note_waiting(contact)
        return wait_s

    def note_waiting(self, contact: Contact) -> None:
        """Add the wait so far to the time that passed in waiting."""
        self.sim.ledger.spells.append(Spell("queue", contact.index, "waiting_s", contact.entry_s, self.sim.now))

    def in_time(self, contact: Contact, wait_s: float) -> bool:
        """Whether a wait is within the service level of the queue."""
        return wait_s <= self.queue_of(contact).declared.service_level_s

    def abandon(self, contact: Contact) -> None:
        """Patience is over."""
        self.sim.log.contact(self.sim.now, codes.LOG_ABANDONED, contact)
        wait_s = self.leave_line(contact)
        contact.waited_s += wait_s
        self.count(contact, "abandoned")
        self.count(contact, "wait_abandoned_s", wait_s)
        if self.in_time(contact, wait_s):
            self.count(contact, "abandoned_in_time")
        self.sim.returns.maybe_redial(contact)
        self.sim.transfers.release(contact)

    def send_away(self, contact: Contact) -> None:
        """Overtime is over for one contact in line."""
        if contact.virtual:
            self.sim.callbacks.send_away(contact)
            return
        self.sim.log.contact(self.sim.now, codes.LOG_UNSERVED, contact)
        wait_s = self.leave_line(contact)
        self.count(contact, "unserved")
        self.count(contact, "wait_unserved_s", wait_s)
        self.sim.forget(contact)
        self.sim.transfers.release(contact)

    def send_all_away(self) -> None:
        """Overtime is over for all who stand in line."""
        for queue in self.sim.queues:
            for contact in list(queue.line):
                self.send_away(contact)

    def who_takes(self, contact: Contact, group: GroupState) -> Advisor:
        """The advisor whom it prefers, if it is known and that one is idle, else the first in the idle list."""
        if contact.identified and contact.preferred in group.idle:
            assert contact.preferred is not None
            return contact.preferred
        return self.sim.advisors.first_idle(group)

    def assign(self, queue: QueueState, group: GroupState) -> None:
        """The head of the queue to an idle advisor of the group."""
        contact = queue.line[0]
        advisor = self.who_takes(contact, group)
        if contact.virtual:
            self.sim.callbacks.ring(contact, advisor)
            return
        wait_s = self.leave_line(contact)
        contact.waited_s += wait_s
        self.count(contact, "wait_answered_s", wait_s)
        self.count_answered(contact, wait_s)
        self.sim.advisors.take(advisor)
        self.sim.advisors.start_talk(advisor, contact)
        self.sim.log.contact(self.sim.now, codes.LOG_ASSIGNED, contact)
        if contact.giver is None:
            self.sim.service.begin(contact)
        else:
            self.sim.transfers.hand_over(contact)

    def count_answered(self, contact: Contact, wait_s: float) -> None:
        """Somebody came to an advisor."""
        self.count(contact, "answered")
        if self.in_time(contact, wait_s):
            self.count(contact, "answered_in_time")
        if contact.is_first and contact.n_transfers == 0:
            self.count_at_origin(contact, "fresh_answered")
