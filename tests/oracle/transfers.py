"""Section "Inbound": the legs of misrouted and transferred contacts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import Contact, QueueState
from tests.oracle.events import Kind
from tests.oracle.randomness import child_key

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Transfers:
    """Transfers from the end of one talk to the beginning of the leg's service."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def queue_named(self, name: str) -> QueueState:
        """The queue with this name."""
        return next(queue for queue in self.sim.queues if queue.name == name)

    def transfer(self, contact: Contact) -> bool:
        """Talk end of a misrouted or transferred contact: start its leg. Returns whether the advisor stays."""
        declared = self.sim.queues[contact.index].declared.transfer
        to = contact.true_type if contact.misrouted else self.queue_named(declared.to).index
        warm = not contact.misrouted and declared.kind == "warm"
        contact.phase = codes.HOLDING
        self.sim.inbound.count(contact, "transferred_out")
        leg = replace(
            contact,
            index=to,
            true_type=to,
            key=child_key(contact.key, codes.TRANSFER, contact.n_transfers),
            n_transfers=contact.n_transfers + 1,
            phase=codes.WAITING,
            event=None,
            n_offers=0,
            advisor=None,
            giver=contact if warm else None,
        )
        if contact.kind == codes.RETURN_CALL:
            contact.lead = None  # the leg holds it
        self.sim.contacts.append(leg)
        self.sim.inbound.count(leg, "transfers_in")
        self.sim.inbound.count(leg, "offered")
        self.sim.log.contact(self.sim.now, codes.LOG_TRANSFERRED, leg)
        self.sim.inbound.wait(leg)
        return warm

    def hand_over(self, leg: Contact) -> None:
        """The leg of a warm transfer is assigned: begin the handover, during which both advisors talk."""
        assert leg.giver is not None
        leg.phase = codes.HANDING_OVER
        handover_s = self.sim.queues[leg.giver.index].handover.draw(leg.key, codes.HANDOVER)
        if handover_s == 0:
            self.end_handover(leg)
        else:
            leg.event = self.sim.agenda.add(
                self.sim.clock.tonight(handover_s), Kind.END, lambda: self.end_handover(leg)
            )

    def end_handover(self, leg: Contact) -> None:
        """Handover end: the leg's service begins, then the first advisor wraps up."""
        self.sim.log.contact(self.sim.now, codes.LOG_HANDOVER_END, leg)
        self.sim.service.begin(leg)
        self.release(leg)

    def release(self, leg: Contact) -> None:
        """Start the wrap-up of the first advisor if one holds for this leg."""
        giver, leg.giver = leg.giver, None
        if giver is not None:
            self.sim.advisors.wrap_up(giver)
