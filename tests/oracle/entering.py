"""Section "Inbound" up to the queue: customer data, trunks, the IVR, balking, and the offer of a callback."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.answering import own_groups
from tests.oracle.entities import Contact, QueueState
from tests.oracle.events import Kind
from tests.oracle.randomness import entity_key, uniform

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Entering:
    """From the arrival to the waiting line."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def arrive(self, queue: QueueState) -> None:
        """Let a fresh contact arrive, and schedule the next one."""
        key = entity_key(self.sim.root, queue.stream, queue.n_fresh)
        is_chat = queue.declared.chat is not None
        contact = Contact(codes.FRESH, queue.index, queue.n_fresh, key, codes.FREE, origin=queue.index, is_chat=is_chat)
        self.draw_who_it_is(contact)
        queue.n_fresh += 1
        queue.gap_left = None
        self.sim.arrivals.schedule(queue)
        self.sim.contacts.append(contact)
        self.sim.log.contact(self.sim.now, codes.LOG_FRESH, contact)
        if queue.declared.deferrable is None:
            self.sim.inbound.count(contact, "fresh")
        self.enter(contact)

    def draw_who_it_is(self, contact: Contact) -> None:
        """Draw the customer data that a contact and its descendants keep."""
        queue, key = self.sim.queues[contact.origin], contact.key
        customer = queue.declared.customer
        contact.priority = uniform(key, codes.PRIORITY) < queue.declared.priority.p
        contact.identified = uniform(key, codes.IDENTIFIED) < customer.p_identified
        contact.returning = uniform(key, codes.RETURNING) < customer.p_returning
        v = uniform(key, codes.VALUE_CLASS)
        shares = accumulate(value_class.share for value_class in customer.value_classes)
        contact.value_class = next((number for number, share in enumerate(shares, 1) if share > v), 0)
        if uniform(key, codes.PREFERRED_P) < customer.p_preferred and own_groups(self.sim, queue.name):
            advisors = [advisor for group in own_groups(self.sim, queue.name) for advisor in group.advisors]
            contact.preferred = advisors[int(uniform(key, codes.PREFERRED_ADVISOR) * len(advisors))]

    def enter(self, contact: Contact) -> None:
        """Enter at the origin: take a line and go to the IVR, or be blocked."""
        contact.index = contact.true_type = contact.origin
        if self.sim.queues[contact.origin].declared.deferrable is not None:
            self.sim.deferring.come_in(contact)
            return
        if self.sim.lines_free() < 1 and not contact.is_chat:
            self.sim.log.contact(self.sim.now, codes.LOG_BLOCKED, contact)
            self.sim.inbound.count(contact, "blocked")
            self.sim.returns.maybe_redial(contact)
            return
        contact.phase, contact.in_ivr_since = codes.IN_IVR, self.sim.now
        queue = self.sim.queues[contact.origin]
        if queue.declared.ivr is None:
            self.reach(contact)
            return
        time_s = queue.ivr_time.draw(contact.key, codes.IVR_TIME)
        if time_s == 0:
            self.end_ivr(contact)
        else:
            contact.event = self.sim.agenda.add(self.sim.clock.tonight(time_s), Kind.END, lambda: self.end_ivr(contact))

    def end_ivr(self, contact: Contact) -> None:
        """IVR end: contained, hung up, or routed to a queue."""
        contact.event = None
        ivr = self.sim.queues[contact.origin].declared.ivr
        assert ivr is not None
        v = uniform(contact.key, codes.IVR_OUTCOME)
        outcome = codes.ROUTED
        if v < ivr.p_contained:
            outcome = codes.CONTAINED
        elif v < ivr.p_contained + ivr.p_hangup:
            outcome = codes.HUNG_UP
        self.sim.log.contact(self.sim.now, codes.LOG_IVR_END, contact, detail=outcome)
        minutes = (self.sim.now - contact.in_ivr_since) / 60
        self.sim.inbound.count(contact, "ivr_s", minutes * 60)
        self.sim.inbound.count(contact, "ivr_cost", minutes * ivr.price_per_minute)
        if outcome == codes.ROUTED:
            self.sim.inbound.count(contact, "handed_off")
            self.route(contact, ivr)
        elif outcome == codes.CONTAINED:
            self.contain(contact, ivr, v)
        else:
            self.sim.inbound.count(contact, "ivr_hangup")
            self.sim.leave(contact)

    def contain(self, contact: Contact, ivr: schema.Ivr, difficulty: float) -> None:
        """End a contact that the IVR keeps, or let it come again if the IVR does not resolve it."""
        self.sim.inbound.count(contact, "contained")
        if contact.kind == codes.RETURN_CALL:
            self.sim.leave(contact)
            return
        p_resolved = (1 - difficulty) * ivr.p_resolved_easy + difficulty * ivr.p_resolved_hard
        queue = self.sim.queues[contact.origin]
        resolved = uniform(contact.key, codes.RESOLVED) < p_resolved
        if resolved or contact.n_repeats >= queue.declared.repeat.max_times:
            self.sim.forget(contact)
            return
        self.sim.inbound.count(contact, "contained_unresolved")
        delay_s = queue.repeat_delay.draw(contact.key, codes.REPEAT_DELAY)
        self.sim.returns.come_back_after(contact, codes.PENDING_REPEAT, delay_s)

    def route(self, contact: Contact, ivr: schema.Ivr) -> None:
        """Draw the queue to which the IVR routes the contact: another one, or its own."""
        v = uniform(contact.key, codes.ROUTE)
        others = [queue for queue in self.sim.queues if queue.index != contact.origin]
        shares = accumulate(ivr.routes.get(queue.name, 0.0) for queue in others)
        target = next((queue.index for queue, share in zip(others, shares, strict=True) if share > v), contact.origin)
        if target != contact.origin:
            self.sim.inbound.count(contact, "misrouted_out")
            contact.index = target
            self.sim.inbound.count(contact, "misrouted_in")
        self.reach(contact)

    def must_wait(self, queue: QueueState) -> bool:
        """Whether the queue's line is not empty, or no own advisor is idle, or takes the contact though busy."""
        able = own_groups(self.sim, queue.name)
        if queue.declared.chat is not None:
            return bool(queue.line) or not (self.sim.chats.room(queue) or any(group.idle for group in able))
        return bool(queue.line) or not any(group.idle or self.sim.beside.busy_takers(group) for group in able)

    def reach(self, contact: Contact) -> None:
        """Reach the queue: balk, accept a callback, or wait on the line."""
        queue = self.sim.queues[contact.index]
        virtual, factor = False, 1.0
        if self.must_wait(queue):
            heard_s = self.sim.now - queue.line[0].entry_s if queue.line else 0.0
            if self.balks(contact, queue, heard_s):
                self.sim.log.contact(self.sim.now, codes.LOG_BALKED, contact)
                self.sim.inbound.count(contact, "balked")
                self.sim.leave(contact)
                return
            if queue.declared.announcement is not None:
                factor = queue.declared.announcement.patience_factor
            virtual = self.accepts_callback(contact, queue, heard_s)
        self.sim.inbound.count(contact, "offered")
        if virtual:
            self.sim.callbacks.accept(contact)
        else:
            self.sim.inbound.wait(contact, patience_factor=factor)

    def balks(self, contact: Contact, queue: QueueState, heard_s: float) -> bool:
        """Whether the contact balks at having to wait, or at the announced wait `heard_s`."""
        if uniform(contact.key, codes.BALK) < queue.declared.p_balk:
            return True
        if queue.declared.announcement is None:
            return False
        return heard_s > queue.tolerance.draw(contact.key, codes.TOLERANCE)

    def accepts_callback(self, contact: Contact, queue: QueueState, heard_s: float) -> bool:
        """Whether the contact is offered a callback and accepts it."""
        callback = queue.declared.callback
        too_late = self.sim.clock.stage == codes.OVERTIME_OVER
        if callback is None or heard_s < callback.offer_above_s or too_late:
            return False
        self.sim.inbound.count(contact, "callback_offered")
        return uniform(contact.key, codes.CALLBACK_ACCEPT) < callback.p_accept
