"""Section "Inbound": redials and repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import Contact
from tests.oracle.events import Kind
from tests.oracle.randomness import child_key, uniform

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Returns:
    """Contacts that return."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def maybe_redial(self, contact: Contact) -> None:
        """After abandoning or being blocked: make the contact a pending redial, or end it."""
        if contact.kind == codes.RETURN_CALL:
            self.sim.return_calls.lose_or_redial(contact)
            return
        queue = self.sim.queues[contact.true_type]
        redial = queue.declared.redial
        if contact.n_redials < redial.max_times and uniform(contact.key, codes.REDIAL_P) < redial.p:
            delay_s = queue.redial_delay.draw(contact.key, codes.REDIAL_DELAY)
            self.come_back_after(contact, codes.PENDING_REDIAL, delay_s)
        else:
            self.sim.forget(contact)

    def come_back_after(self, contact: Contact, phase: int, delay_s: float) -> None:
        """Make the contact pending for `delay_s` of opening time; beyond the last closing nothing is scheduled."""
        contact.phase = phase
        come_back = self.redial if phase == codes.PENDING_REDIAL else self.repeat
        contact.event = self.sim.agenda.add(self.sim.clock.due_after(delay_s), Kind.ARRIVAL, lambda: come_back(contact))

    def redial(self, contact: Contact) -> None:
        """Handle a redial that is due."""
        contact.key = child_key(contact.key, codes.REDIAL, contact.n_redials)
        contact.kind = contact.kind if contact.kind == codes.RETURN_CALL else codes.REDIAL
        contact.n_redials += 1
        if not contact.identified:
            contact.waited_s = 0.0
        self.come_again(contact, codes.LOG_REDIAL, "redials")

    def repeat(self, contact: Contact) -> None:
        """Handle a repeat that is due."""
        contact.key = child_key(contact.key, codes.REPEAT, contact.n_repeats)
        contact.kind = codes.REPEAT
        contact.n_repeats += 1
        contact.n_redials = 0
        contact.waited_s = 0.0
        self.come_again(contact, codes.LOG_REPEAT, "repeats")

    def come_again(self, contact: Contact, code: int, counter: str) -> None:
        """Enter at the origin, as a returning contact without transfers."""
        contact.returning = True
        contact.n_transfers = 0
        contact.n_offers = 0
        contact.unresolved = False
        contact.event = None
        contact.index = contact.true_type = contact.origin
        self.sim.log.contact(self.sim.now, code, contact)
        if not contact.is_work:
            self.sim.inbound.count(contact, counter)
        self.sim.entering.enter(contact)
