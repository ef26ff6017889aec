"""Section "Inbound": contacts that call in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim import codes
from tests.oracle.entities import Advisor, Contact, QueueState
from tests.oracle.randomness import child_key, entity_key, uniform
from tests.oracle.record import Spell

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Inbound:
    """The life of inbound contacts."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def count(self, contact: Contact, counter: str, amount: float = 1.0) -> None:
        """Count something of the contact's queue."""
        self.sim.ledger.count("queue", contact.index, counter, amount)

    def arrive(self, queue: QueueState) -> None:
        """A fresh contact arrives."""
        key = entity_key(self.sim.root, queue.stream, queue.n_fresh)
        contact = Contact(codes.FRESH, queue.index, queue.n_fresh, key, codes.FREE)
        contact.priority = uniform(key, codes.PRIORITY) < queue.declared.priority.p
        queue.n_fresh += 1
        self.sim.clock.schedule_arrival(queue)
        self.sim.contacts.append(contact)
        self.sim.log.contact(self.sim.now, codes.LOG_FRESH, contact)
        self.count(contact, "fresh")
        self.enter(contact)

    def enter(self, contact: Contact) -> None:
        """Take a line and wait in the queue, or be blocked."""
        sim, queue = self.sim, self.sim.queues[contact.index]
        if sim.lines_free() < 1:
            sim.log.contact(sim.now, codes.LOG_BLOCKED, contact)
            self.count(contact, "blocked")
            self.maybe_redial(contact)
            return
        contact.phase = codes.WAITING
        contact.entry_s = contact.waits_since = sim.now
        contact.wait_credit_s = queue.declared.priority.credit_s if contact.priority else 0.0
        not_behind_me = [other for other in queue.line if self.sort_key(other) <= self.sort_key(contact)]
        queue.line.insert(len(not_behind_me), contact)
        contact.event = sim.agenda.add(
            sim.now + queue.patience.draw(contact.key, codes.PATIENCE), lambda: self.abandon(contact)
        )
        sim.log.contact(sim.now, codes.LOG_WAITING, contact)
        self.count(contact, "offered")

    def sort_key(self, contact: Contact) -> float:
        """Place in the line: smaller goes first."""
        return contact.entry_s - (contact.wait_credit_s if self.sim.order == "total_wait" else 0.0)

    def leave_line(self, contact: Contact, how: str) -> float:
        """Stop waiting, and count the wait. Returns it, in seconds."""
        self.sim.queues[contact.index].line.remove(contact)
        if contact.event is not None:
            contact.event.cancelled = True
        wait_s = self.sim.now - contact.entry_s
        self.count(contact, how)
        self.count(contact, f"wait_{how}_s", wait_s)
        if wait_s > 0:
            self.count(contact, "waited")
        self.sim.ledger.spells.append(Spell("queue", contact.index, "waiting_s", contact.entry_s, self.sim.now))
        return wait_s

    def in_time(self, contact: Contact, wait_s: float) -> bool:
        """Whether a wait is within the service level of the queue."""
        return wait_s <= self.sim.queues[contact.index].declared.service_level_s

    def assign(self, queue: QueueState, advisor: Advisor) -> None:
        """The head of the queue to an idle advisor."""
        contact = queue.line[0]
        wait_s = self.leave_line(contact, "answered")
        if self.in_time(contact, wait_s):
            self.count(contact, "answered_in_time")
        if contact.kind == codes.FRESH:
            self.count(contact, "fresh_answered")
        self.sim.advisors.leave_idle_line(advisor)
        handle = self.sim.groups[advisor.group].handle[queue.index]
        self.sim.advisors.start_talk(advisor, contact, handle.draw(contact.key, codes.HANDLE))
        self.sim.log.contact(self.sim.now, codes.LOG_ASSIGNED, contact)

    def abandon(self, contact: Contact) -> None:
        """Patience is over."""
        self.sim.log.contact(self.sim.now, codes.LOG_ABANDONED, contact)
        wait_s = self.leave_line(contact, "abandoned")
        if self.in_time(contact, wait_s):
            self.count(contact, "abandoned_in_time")
        self.maybe_redial(contact)

    def send_all_away(self) -> None:
        """Overtime is over: all who wait stay unserved."""
        for queue in self.sim.queues:
            for contact in list(queue.line):
                self.sim.log.contact(self.sim.now, codes.LOG_UNSERVED, contact)
                self.leave_line(contact, "unserved")
                self.sim.forget(contact)

    def end_talk(self, contact: Contact) -> bool:
        """What the end of a talk decides. Returns whether the contact is unresolved."""
        repeat = self.sim.queues[contact.index].declared.repeat
        contact.unresolved = contact.n_repeats < repeat.max_times and uniform(contact.key, codes.REPEAT_P) < repeat.p
        outcome = "unresolved" if contact.unresolved else "resolved"
        self.count(contact, outcome)
        if contact.kind == codes.FRESH and not contact.unresolved:
            self.count(contact, "fresh_resolved")
        self.count(contact, "talk_s", self.sim.now - contact.talks_since)
        return contact.unresolved

    def end_wrap_up(self, contact: Contact) -> None:
        """The contact's own end: it is over, or comes again as a repeat."""
        self.count(contact, "wrap_up_s", self.sim.now - contact.wraps_up_since)
        if contact.unresolved:
            delay_s = self.sim.queues[contact.index].repeat_delay.draw(contact.key, codes.REPEAT_DELAY)
            self.come_back_after(contact, codes.PENDING_REPEAT, delay_s)
        else:
            self.sim.forget(contact)

    def maybe_redial(self, contact: Contact) -> None:
        """After abandoning or being blocked: come again, or never."""
        queue = self.sim.queues[contact.index]
        redial = queue.declared.redial
        if contact.n_redials < redial.max_times and uniform(contact.key, codes.REDIAL_P) < redial.p:
            delay_s = queue.redial_delay.draw(contact.key, codes.REDIAL_DELAY)
            self.come_back_after(contact, codes.PENDING_REDIAL, delay_s)
        else:
            self.sim.forget(contact)

    def come_back_after(self, contact: Contact, phase: int, delay_s: float) -> None:
        """Wait outside for `delay_s` of opening time; beyond the last closing nothing is scheduled."""
        contact.phase = phase
        come_back = self.redial if phase == codes.PENDING_REDIAL else self.repeat
        contact.event = self.sim.agenda.add(self.sim.clock.due_after(delay_s), lambda: come_back(contact))

    def redial(self, contact: Contact) -> None:
        """A redial is due."""
        contact.key = child_key(contact.key, codes.REDIAL, contact.n_redials)
        contact.kind = codes.REDIAL
        contact.n_redials += 1
        self.sim.log.contact(self.sim.now, codes.LOG_REDIAL, contact)
        self.count(contact, "redials")
        self.enter(contact)

    def repeat(self, contact: Contact) -> None:
        """A repeat is due."""
        contact.key = child_key(contact.key, codes.REPEAT, contact.n_repeats)
        contact.kind = codes.REPEAT
        contact.n_repeats += 1
        contact.n_redials = 0
        self.sim.log.contact(self.sim.now, codes.LOG_REPEAT, contact)
        self.count(contact, "repeats")
        self.enter(contact)
