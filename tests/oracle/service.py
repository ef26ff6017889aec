"""Section "Inbound", "Service" and "Talk end": handle times and the results of talks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, Contact, QueueState
from tests.oracle.randomness import uniform

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Service:
    """Inbound contacts from the beginning of service to their end."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def count(self, contact: Contact, counter: str, amount: float = 1.0) -> None:
        """Add to a counter of the contact's current queue."""
        self.sim.inbound.count(contact, counter, amount)

    def queue_of(self, contact: Contact) -> QueueState:
        """The contact's current queue."""
        return self.sim.queues[contact.index]

    def begin(self, contact: Contact) -> None:
        """Begin service."""
        contact.transfers = contact.buys = False
        self.sim.advisors.talk_for(contact, self.handle_s(contact))

    def handle_s(self, contact: Contact) -> float:
        """Time until the misrouting is detected, or the handle time."""
        if contact.misrouted:
            return self.sim.queues[contact.true_type].detect.draw(contact.key, codes.HANDLE)
        if contact.kind == codes.RETURN_CALL:
            assert contact.advisor is not None
            return self.sim.return_calls.begin(contact, contact.advisor)
        return self.decide_service(contact)

    def decide_service(self, contact: Contact) -> float:
        """Draw whether the contact is transferred or buys. Returns its handle time in seconds."""
        assert contact.advisor is not None
        advisor, queue = contact.advisor, self.queue_of(contact)
        declared = queue.declared
        contact.transfers = uniform(contact.key, codes.TRANSFER_P) < declared.transfer.p
        dist = self.sim.groups[advisor.group].handle[queue.index]
        if not contact.transfers:
            p_sale = min(1.0, declared.sale.p * self.sim.traits.sale_factor(advisor))
            self.count(contact, "expected_order_value", p_sale * self.order_value(contact))
            contact.buys = uniform(contact.key, codes.SALE) < p_sale
            if contact.buys and queue.handle_sale is not None:
                dist = queue.handle_sale
        factor = self.customer_factor(contact, advisor) * self.machine_factor(contact)
        return self.sim.traits.handle_s(dist, contact, advisor) * factor

    def customer_factor(self, contact: Contact, advisor: Advisor) -> float:
        """Factor of the handle time of an identified contact: returning, preferred advisor; else 1."""
        customer = self.sim.queues[contact.origin].declared.customer
        factor = 1.0
        if contact.identified and contact.returning:
            factor *= customer.returning_factor
        if contact.identified and contact.preferred is advisor:
            factor *= customer.preferred_factor
        return factor

    def machine_factor(self, contact: Contact) -> float:
        """Factor of the handle time of a contact that an IVR has handed off, until it is transferred; else 1."""
        ivr = self.sim.queues[contact.origin].declared.ivr
        return ivr.handoff_factor if ivr is not None and contact.n_transfers == 0 else 1.0

    def order_value(self, contact: Contact) -> float:
        """Value of an order of this contact."""
        classes = self.sim.queues[contact.origin].declared.customer.value_classes
        factor = classes[contact.value_class - 1].value_factor if contact.value_class else 1.0
        return self.queue_of(contact).declared.sale.value * factor

    def is_unresolved(self, contact: Contact) -> bool:
        """Whether a contact whose talk ends will repeat; False if it is misrouted or transferred."""
        assert contact.advisor is not None
        if contact.misrouted or contact.transfers or contact.kind == codes.RETURN_CALL:
            return False
        repeat = self.queue_of(contact).declared.repeat
        p = min(1.0, repeat.p * self.sim.traits.repeat_factor(contact.advisor))
        return contact.n_repeats < repeat.max_times and uniform(contact.key, codes.REPEAT_P) < p

    def after_talk(self, contact: Contact) -> bool:
        """Count the results of a talk, or start its transfer. Returns whether the advisor has to stay."""
        if contact.misrouted or contact.transfers:
            return self.sim.transfers.transfer(contact)
        if contact.kind == codes.RETURN_CALL:
            self.sim.return_calls.end_talk(contact)
            return False
        if contact.buys:
            self.count(contact, "orders")
            self.count(contact, "order_value", self.order_value(contact))
        self.count(contact, "unresolved" if contact.unresolved else "resolved")
        if contact.is_work:
            self.sim.deferring.count_done(contact)
        elif contact.is_first and not contact.unresolved:
            self.sim.inbound.count_at_origin(contact, "fresh_resolved")
        self.count_satisfaction(contact)
        return False

    def count_satisfaction(self, contact: Contact) -> None:
        """Count the contact's satisfaction, in points from 0 to 100."""
        declared = self.queue_of(contact).declared.satisfaction
        if declared is None:
            return
        assert contact.advisor is not None
        score = declared.base
        score -= declared.per_wait_minute * contact.waited_s / 60
        score -= declared.per_transfer * contact.n_transfers
        score -= declared.per_repeat * contact.n_repeats
        score += declared.per_quality * self.sim.traits.above_mean(contact.advisor)
        self.count(contact, "scored")
        self.count(contact, "score", min(100.0, max(0.0, score)))

    def count_talk(self, contact: Contact) -> None:
        """Count the advisor's talk time."""
        self.count(contact, "item_work_s" if contact.is_work else "talk_s", self.sim.now - contact.talks_since)

    def end_wrap_up(self, contact: Contact) -> None:
        """End the contact, or make it a pending repeat."""
        self.count(contact, "item_work_s" if contact.is_work else "wrap_up_s", self.sim.now - contact.wraps_up_since)
        if contact.unresolved:
            delay_s = self.queue_of(contact).repeat_delay.draw(contact.key, codes.REPEAT_DELAY)
            self.sim.returns.come_back_after(contact, codes.PENDING_REPEAT, delay_s)
        else:
            self.sim.forget(contact)
