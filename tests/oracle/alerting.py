"""Section "Not picked up": contacts that ring at an advisor in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, Contact
from tests.oracle.events import Kind
from tests.oracle.randomness import child_key, uniform

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Alerting:
    """Offers of contacts to advisors, and the ringing of those that are not picked up."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def declared(self, advisor: Advisor) -> schema.NoPickUp | None:
        """The declaration of the advisor's group."""
        return self.sim.groups[advisor.group].declared.no_pick_up

    def picks_up(self, contact: Contact, advisor: Advisor) -> bool:
        """Whether the advisor picks up: one uniform for each offer where an advisor may not pick up."""
        declared = self.declared(advisor)
        if declared is None:
            return True
        key = child_key(contact.key, codes.OFFER, contact.n_offers)
        contact.n_offers += 1
        return uniform(key, codes.PICK_UP) >= declared.p

    def ring(self, contact: Contact, advisor: Advisor) -> None:
        """Ring at an advisor, who has left the idle list, until `ring_s` are over."""
        declared = self.declared(advisor)
        assert declared is not None
        contact.phase, contact.advisor, contact.rings_since = codes.ALERTING, advisor, self.sim.now
        advisor.contact = contact
        self.sim.advisors.change_state(advisor, codes.AWAITING_ANSWER)
        self.sim.log.contact(self.sim.now, codes.LOG_ALERTING, contact)
        advisor.ring_end = self.sim.agenda.add(
            self.sim.clock.tonight(declared.ring_s), Kind.END, lambda: self.end_ring(contact, advisor)
        )

    def stop(self, contact: Contact) -> Advisor | None:
        """End the ringing of a contact. Returns the advisor at whom it rang; None if it rang at none."""
        advisor = contact.advisor
        if contact.phase != codes.ALERTING or advisor is None:
            return None
        assert advisor.ring_end is not None
        advisor.ring_end.cancelled = True
        self.sim.ledger.count("group", advisor.group, "alerting_s", self.sim.now - contact.rings_since)
        advisor.contact, contact.advisor, advisor.ring_end = None, None, None
        return advisor

    def end_ring(self, contact: Contact, advisor: Advisor) -> None:
        """Not picked up: the contact first, then the advisor."""
        self.sim.log.contact(self.sim.now, codes.LOG_NOT_PICKED_UP, contact)
        self.sim.ledger.count("group", advisor.group, "not_picked_up")
        self.stop(contact)
        if contact.is_lead:
            self.offer_again(contact)
        else:
            self.back_in_line(contact)
        declared = self.declared(advisor)
        assert declared is not None
        if declared.away_s > 0 and not advisor.leaving:
            self.sim.advisors.go_away(advisor, declared.away_s + advisor.owed_s)
        else:
            self.sim.advisors.free(advisor)

    # contacts of queues

    def take_head(self, contact: Contact, advisor: Advisor) -> None:
        """Let the head of a line ring; its patience runs on."""
        self.sim.queues[contact.index].line.remove(contact)
        self.sim.advisors.take(advisor)
        self.ring(contact, advisor)

    def back_in_line(self, contact: Contact) -> None:
        """Go back to the place in line, before contacts with an equal sort key; after overtime it is sent away."""
        inbound, line = self.sim.inbound, self.sim.queues[contact.index].line
        contact.phase = codes.VIRTUAL if contact.virtual else codes.WAITING
        line.insert(sum(inbound.sort_key(other) < inbound.sort_key(contact) for other in line), contact)
        if self.sim.clock.stage == codes.OVERTIME_OVER:
            inbound.send_away(contact)

    # connects

    def offer_connect(self, contact: Contact, advisor: Advisor) -> None:
        """Join a connect that is in no line to an advisor who is in no idle list, or let it ring there."""
        if self.picks_up(contact, advisor):
            if contact.event is not None:
                contact.event.cancelled = True
            self.sim.goals.join(contact, advisor)
            return
        if contact.phase in (codes.RINGING, codes.DECIDING):  # it has just become known as one
            self.sim.outbound.limit_wait(contact)
        self.ring(contact, advisor)

    def offer_again(self, contact: Contact) -> None:
        """Offer a connect to the idle advisor who comes first; without one it waits, or is dropped after overtime."""
        campaign = self.sim.campaigns[contact.index]
        advisor = self.sim.outbound.idle_longest(campaign)
        if advisor is not None:
            self.sim.advisors.take(advisor)
            self.offer_connect(contact, advisor)
            return
        contact.phase = codes.CONNECT_WAITING
        campaign.line.insert(sum(other.queues_since < contact.queues_since for other in campaign.line), contact)
        if self.sim.clock.stage == codes.OVERTIME_OVER:
            self.sim.outbound.drop(contact)
