"""Section "Inbound": the waiting lines, assignment, abandonment and unserved contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, Contact, GroupState, QueueState
from tests.oracle.events import Kind
from tests.oracle.randomness import uniform
from tests.oracle.record import Spell

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Inbound:
    """The waiting lines of the queues."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def count(self, contact: Contact, counter: str, amount: float = 1.0) -> None:
        """Add to a counter of the contact's current queue."""
        self.sim.ledger.count("queue", contact.index, counter, amount)

    def count_at_origin(self, contact: Contact, counter: str) -> None:
        """Add 1 to a counter of the contact's origin."""
        self.sim.ledger.count("queue", contact.origin, counter)

    def queue_of(self, contact: Contact) -> QueueState:
        """The contact's current queue."""
        return self.sim.queues[contact.index]

    def credit_s(self, contact: Contact) -> float:
        """Waiting credit: that of its priority, that of its value class if identified, and the waiting already done."""
        declared = self.sim.queues[contact.origin].declared
        credit_s = contact.waited_s
        if contact.priority:
            credit_s += declared.priority.credit_s
        if contact.identified and contact.value_class:
            credit_s += declared.customer.value_classes[contact.value_class - 1].credit_s
        return credit_s

    def sort_key(self, contact: Contact) -> float:
        """Sort key of the contact in its line; smaller goes first."""
        return contact.entry_s - (contact.wait_credit_s if self.sim.order == "total_wait" else 0.0)

    def stand_in_line(self, contact: Contact, phase: int) -> None:
        """Join the queue, behind all contacts with a sort key less than or equal to its own."""
        queue = self.queue_of(contact)
        contact.phase, contact.entry_s, contact.wait_credit_s = phase, self.sim.now, self.credit_s(contact)
        not_behind_me = [other for other in queue.line if self.sort_key(other) <= self.sort_key(contact)]
        queue.line.insert(len(not_behind_me), contact)

    def wait(self, contact: Contact, patience_factor: float = 1.0) -> None:
        """Join the queue on the line, with patience. After the end of overtime a contact that must wait is unserved."""
        sim, queue = self.sim, self.queue_of(contact)
        too_late = sim.clock.stage == codes.OVERTIME_OVER and sim.entering.must_wait(queue)
        self.stand_in_line(contact, codes.WAITING)
        patience_s = queue.patience.draw(contact.key, codes.PATIENCE) * patience_factor
        contact.event = sim.agenda.add(sim.now + patience_s, Kind.END, lambda: self.abandon(contact))
        sim.log.contact(sim.now, codes.LOG_WAITING, contact)
        if too_late:
            self.send_away(contact)

    def leave_line(self, contact: Contact) -> float:
        """Remove the contact from its line. Returns its wait in this line, in seconds."""
        if contact.phase != codes.ALERTING:
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
        """Add the wait so far to the waiting time of the queue."""
        self.sim.ledger.spells.append(Spell("queue", contact.index, "waiting_s", contact.entry_s, self.sim.now))

    def in_time(self, contact: Contact, wait_s: float) -> bool:
        """Whether a wait is within the service level of the queue."""
        return wait_s <= self.queue_of(contact).declared.service_level_s

    def abandon(self, contact: Contact) -> None:
        """Abandoned: patience is over. The customer of a chat may leave without a sign instead."""
        chat = self.queue_of(contact).declared.chat
        if chat is not None and uniform(contact.key, codes.SILENT) < chat.p_silent:
            self.sim.chats.leave_silently(contact)
            return
        self.sim.log.contact(self.sim.now, codes.LOG_ABANDONED, contact)
        wait_s = self.leave_line(contact)
        rang_at = self.sim.alerting.stop(contact)
        contact.waited_s += wait_s
        self.count(contact, "abandoned")
        self.sim.served.note(contact.index, self.sim.now, False)
        self.count(contact, "wait_abandoned_s", wait_s)
        if self.in_time(contact, wait_s):
            self.count(contact, "abandoned_in_time")
        self.sim.returns.maybe_redial(contact)
        self.sim.transfers.release(contact)
        if rang_at is not None:
            self.sim.advisors.free(rang_at)

    def send_away(self, contact: Contact) -> None:
        """End of overtime for a contact in line."""
        if contact.virtual:
            self.sim.callbacks.send_away(contact)
            return
        if contact.gone:
            self.sim.chats.send_away(contact)
            return
        self.sim.log.contact(self.sim.now, codes.LOG_UNSERVED, contact)
        wait_s = self.leave_line(contact)
        self.count(contact, "unserved")
        self.count(contact, "wait_unserved_s", wait_s)
        self.sim.leave(contact)
        self.sim.transfers.release(contact)

    def send_all_away(self) -> None:
        """End of overtime for all contacts in line."""
        for queue in self.sim.queues:
            for contact in list(queue.line) if queue.declared.deferrable is None else ():
                self.send_away(contact)

    def who_takes(self, contact: Contact, group: GroupState) -> Advisor:
        """The preferred advisor of an identified contact if idle in the group, else the first of the idle list."""
        if contact.identified and contact.preferred in group.idle:
            assert contact.preferred is not None
            return contact.preferred
        return self.sim.advisors.first_idle(group)

    def assign(self, queue: QueueState, group: GroupState) -> None:
        """Assign the head of a queue to an idle advisor of the group, to one with few chats, or from an item."""
        contact = queue.line[0]
        idle = bool(group.idle)
        advisor = self.who_takes(contact, group) if idle else self.sim.beside.who_takes(group)
        if contact.is_work:
            self.sim.deferring.take(contact, advisor)
            return
        if idle and not self.sim.alerting.picks_up(contact, advisor):
            self.sim.alerting.take_head(contact, advisor)
            return
        if contact.virtual:
            self.sim.callbacks.ring(contact, advisor)
            return
        wait_s = self.leave_line(contact)
        contact.waited_s += wait_s
        self.count(contact, "wait_answered_s", wait_s)
        self.sim.served.last_wait_s[contact.index] = wait_s
        self.count_answered(contact, wait_s)
        if idle:
            self.sim.advisors.take(advisor)
        self.sim.advisors.start_talk(advisor, contact)
        self.sim.log.contact(self.sim.now, codes.LOG_ASSIGNED, contact)
        if contact.giver is None:
            self.sim.service.begin(contact)
        else:
            self.sim.transfers.hand_over(contact)

    def count_answered(self, contact: Contact, wait_s: float) -> None:
        """Count an answered contact; `wait_s` is its wait, or the time since it accepted a callback."""
        self.count(contact, "answered")
        self.sim.served.note(contact.index, self.sim.now, self.in_time(contact, wait_s))
        if self.in_time(contact, wait_s):
            self.count(contact, "answered_in_time")
        if contact.is_first and contact.n_transfers == 0:
            self.count_at_origin(contact, "fresh_answered")
