"""Section "Inbound": callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, Contact
from tests.oracle.events import Kind
from tests.oracle.randomness import child_key, uniform

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Callbacks:
    """Virtual contacts, from accepting a callback to answering it."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def declared(self, contact: Contact) -> schema.Callback:
        """The callback declaration of the contact's queue."""
        declared = self.sim.queues[contact.index].declared.callback
        assert declared is not None
        return declared

    def accept(self, contact: Contact) -> None:
        """Accept a callback: give the telephone line back, and join the queue as a virtual contact."""
        contact.virtual, contact.accepted_s, contact.tries = True, self.sim.now, 0
        self.sim.inbound.stand_in_line(contact, codes.VIRTUAL)
        self.sim.inbound.count(contact, "callback_accepted")
        self.sim.log.contact(self.sim.now, codes.LOG_CALLBACK_ACCEPTED, contact)

    def ring(self, contact: Contact, advisor: Advisor) -> None:
        """Assigned: reserve the advisor and ring the contact."""
        self.sim.inbound.leave_line(contact)
        advisor.contact, contact.advisor = contact, advisor
        contact.phase = codes.CALLBACK_RINGING
        self.sim.advisors.take(advisor)
        self.sim.advisors.change_state(advisor, codes.AWAITING_ANSWER)
        self.sim.log.contact(self.sim.now, codes.LOG_CALLBACK_RINGING, contact)
        self.sim.inbound.count(contact, "callback_tries")
        key = child_key(contact.key, codes.CALLBACK, contact.tries)
        contact.tries += 1
        ring_s = self.sim.queues[contact.index].callback_ring.draw(key, codes.CALLBACK_RING)
        if ring_s == 0:
            self.end_ring(contact, key)
        else:
            contact.event = self.sim.agenda.add(
                self.sim.clock.tonight(ring_s), Kind.END, lambda: self.end_ring(contact, key)
            )

    def end_ring(self, contact: Contact, key: int) -> None:
        """Callback ring end: service begins, another try follows, or the callback is lost."""
        contact.event = None
        advisor = contact.advisor
        assert advisor is not None
        answered = uniform(key, codes.CALLBACK_ANSWER) < self.declared(contact).p_answer
        self.sim.log.contact(self.sim.now, codes.LOG_CALLBACK_RING_END, contact, detail=int(answered))
        if answered:
            self.answer(contact, advisor)
            return
        advisor.contact, contact.advisor = None, None
        if contact.tries == self.declared(contact).max_tries:
            self.sim.log.contact(self.sim.now, codes.LOG_CALLBACK_LOST, contact)
            self.sim.inbound.count(contact, "callback_lost")
            self.sim.leave(contact)
        else:
            retry_s = self.sim.queues[contact.index].callback_retry.draw(key, codes.RETRY)
            self.wait_until(contact, self.sim.clock.due_after(retry_s))
        self.sim.advisors.free(advisor)

    def answer(self, contact: Contact, advisor: Advisor) -> None:
        """The person answers: count the wait and begin the service."""
        contact.waited_s += self.sim.now - contact.entry_s
        contact.virtual = False
        since_accepted_s = self.sim.now - contact.accepted_s
        self.sim.inbound.count(contact, "callback_answered")
        self.sim.inbound.count(contact, "callback_wait_s", since_accepted_s)
        self.sim.inbound.count_answered(contact, since_accepted_s)
        self.sim.advisors.start_talk(advisor, contact)
        self.sim.log.contact(self.sim.now, codes.LOG_ASSIGNED, contact)
        self.sim.service.begin(contact)

    def wait_until(self, contact: Contact, t: float) -> None:
        """Make the contact pending until its next try at time t."""
        contact.phase = codes.PENDING_CALLBACK
        contact.event = self.sim.agenda.add(t, Kind.ARRIVAL, lambda: self.due(contact))

    def due(self, contact: Contact) -> None:
        """Callback due: join the queue again, still virtual."""
        contact.event = None
        self.sim.log.contact(self.sim.now, codes.LOG_CALLBACK_DUE, contact)
        contact.waited_s += self.sim.now - contact.entry_s
        self.sim.inbound.stand_in_line(contact, codes.VIRTUAL)

    def send_away(self, contact: Contact) -> None:
        """End of overtime: leave the line, due 1 s after the next opening."""
        self.sim.inbound.leave_line(contact)
        self.wait_until(contact, self.sim.clock.next_opening() + 1)

    def carry_out(self) -> None:
        """After the last day: count the pending callbacks as carried out and remove them."""
        for contact in [x for x in self.sim.contacts if x.phase == codes.PENDING_CALLBACK]:
            self.sim.inbound.count(contact, "carried_out")
            if contact.kind == codes.RETURN_CALL:
                self.sim.return_calls.count(contact, "returns_lost")
            self.sim.forget(contact)
