"""Section "Return calls": leads that were dialed in vain and call in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, CampaignState, Contact
from tests.oracle.events import Kind
from tests.oracle.lawful import grid_time
from tests.oracle.randomness import Dist, child_key, uniform
from tests.oracle.segments import CALLED_IN, HELD, READY, Lead

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class ReturnCalls:
    """Return calls, from the decision to call in until the lead is back in its list."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def campaign_of(self, contact: Contact) -> CampaignState:
        """The campaign whose lead calls in."""
        return self.sim.campaigns[contact.campaign]

    def lead_of(self, contact: Contact) -> Lead:
        """The lead that calls in; its call holds it."""
        assert contact.lead is not None
        return contact.lead

    def count(self, contact: Contact, counter: str, amount: float = 1.0) -> None:
        """Add to a counter of the campaign."""
        self.sim.ledger.count("campaign", contact.campaign, counter, amount)

    def declared(self, campaign: CampaignState) -> schema.ReturnCalls:
        """The return calls of a campaign."""
        assert campaign.declared.return_calls is not None
        return campaign.declared.return_calls

    # the decision to call in

    def after_attempt(self, attempt: Contact, after: int | None) -> Contact | None:
        """The call that follows an attempt without a talk; None if there is none before the last closing."""
        campaign, lead = self.sim.campaigns[attempt.index], attempt.lead
        if campaign.declared.return_calls is None or after is None or after == codes.AFTER_TALKED:
            return None
        declared = self.declared(campaign)
        p = getattr(declared.p_by_outcome, codes.AFTER[after], 0.0)
        if uniform(attempt.key, codes.RETURN_P) >= p:
            return None
        queue = next(queue.index for queue in self.sim.queues if queue.name == declared.queue)
        key = child_key(attempt.key, codes.RETURN_CALL, 0)
        call = Contact(codes.RETURN_CALL, queue, attempt.number, key, codes.PENDING_RETURN, origin=queue, lead=lead)
        call.true_type, call.campaign, call.contact_number = queue, campaign.index, attempt.contact_number
        call.due = self.when(call, Dist(declared.delay_s).draw(attempt.key, codes.RETURN_DELAY))
        return None if call.due is None else call

    def when(self, call: Contact, delay_s: float) -> float | None:
        """Count a lead that decides to call in; the time at which it does, None if that is after the last closing."""
        clock = self.sim.clock
        last = clock.declared.warm_up_s + clock.declared.horizon_s if clock.steady else clock.closes_at(clock.days - 1)
        due = clock.due_after(delay_s)
        self.count(call, "returns_expected")
        if due < last:
            return due
        self.count(call, "returns_late")
        return None

    def wait(self, call: Contact) -> None:
        """Let the call be pending until it is due."""
        lead = self.lead_of(call)
        lead.pending = call
        assert call.due is not None
        call.event = self.sim.agenda.add(call.due, Kind.ARRIVAL, lambda: self.come(call))
        if call not in self.sim.contacts:
            self.sim.contacts.append(call)
        self.sim.log.contact(self.sim.now, codes.LOG_RETURN_PENDING, call, detail=int(lead.state == HELD))

    def cancel(self, lead: Lead) -> None:
        """The lead is dialed: its pending call does not come."""
        call, lead.pending = lead.pending, None
        if call is None:
            return
        if call.event is not None:
            call.event.cancelled = True
        self.count(call, "returns_cancelled")
        self.sim.log.contact(self.sim.now, codes.LOG_RETURN_CANCELLED, call)
        self.sim.forget(call)

    # the call

    def come(self, call: Contact) -> None:
        """The call or its redial comes: the lead leaves its list, and the call enters."""
        lead = self.lead_of(call)
        call.event, lead.pending, lead.was_held = None, None, lead.state == HELD
        lead.state = CALLED_IN
        self.count(call, "returned")
        if call.phase == codes.PENDING_REDIAL:
            self.sim.returns.redial(call)
            return
        call.returning = True
        self.sim.log.contact(self.sim.now, codes.LOG_RETURN_CALL, call, detail=call.campaign)
        self.sim.inbound.count(call, "returns")
        self.sim.entering.enter(call)

    def lose_or_redial(self, call: Contact) -> None:
        """Abandoned or blocked: the lead goes back; the call may come again."""
        queue = self.sim.queues[call.true_type]
        redial = queue.declared.redial
        call.due = None
        if call.n_redials < redial.max_times and uniform(call.key, codes.REDIAL_P) < redial.p:
            call.due = self.when(call, queue.redial_delay.draw(call.key, codes.REDIAL_DELAY))
        self.lose(call)
        if call.due is None:
            self.sim.forget(call)
        else:
            call.phase = codes.PENDING_REDIAL
            self.wait(call)

    def lose(self, call: Contact) -> None:
        """The call is over without a talk: its lead goes back to its list, or is held further, or is closed."""
        campaign, lead, now = self.campaign_of(call), self.lead_of(call), self.sim.now
        self.count(call, "returns_lost")
        if lead.was_held:
            lead.state = HELD
            if call.due is None:
                self.note(call, codes.LOG_CLOSED, 0)
                self.sim.leads.close(campaign, lead)
            return
        self.note(call, codes.LOG_PUT_BACK, codes.RETRYING)
        if lead.due <= now:
            lead.state = READY
        else:
            self.sim.leads.wait(campaign, lead, codes.RETRYING, lead.due)

    def note(self, call: Contact, code: int, detail: int) -> None:
        """Write what becomes of the lead, with the key of the call."""
        self.sim.log.lead(self.sim.now, code, self.campaign_of(call), self.lead_of(call), call.key, detail)

    # the talk

    def sells(self, call: Contact, advisor: Advisor) -> bool:
        """Whether the advisor may reach the goal of the campaign: it has the skill, and the queue is the right one."""
        return not call.misrouted and self.sim.groups[advisor.group].can_handle(self.campaign_of(call).name)

    def talk_key(self, call: Contact) -> int:
        """The key of the goal, its value and the handle time: that of the attempt before the call."""
        lead = self.lead_of(call)
        return lead.attempt_key(lead.n_attempts)

    def begin(self, call: Contact, advisor: Advisor) -> float:
        """Begin the service in the right queue. Returns the handle time in seconds."""
        campaign, lead, goals = self.campaign_of(call), self.lead_of(call), self.sim.goals
        self.count(call, "returns_answered")
        if not self.sells(call, advisor):
            dist = self.sim.groups[advisor.group].handle[call.index]
            return self.sim.traits.handle_s(dist, call, advisor)
        key = self.talk_key(call)
        p = goals.p_goal_of(campaign, lead, call.contact_number, advisor)
        call.buys = uniform(key, codes.SALE) < p
        self.count(call, "returns_joined")
        goals.count_joined(campaign, lead, p)
        lead.n_joins += 1
        dist = campaign.handle_sale if call.buys else campaign.handle
        return self.sim.traits.handle_s(dist, call, advisor, key)

    def end_talk(self, call: Contact) -> None:
        """The talk is over: count it, and let the lead go on as after the talk of an attempt."""
        campaign, lead = self.campaign_of(call), self.lead_of(call)
        self.sim.inbound.count(call, "resolved")
        self.sim.service.count_satisfaction(call)
        value = 0.0
        if call.buys:
            value = self.sim.goals.value_of(campaign, lead, self.talk_key(call))
            self.count(call, "return_sales")
            self.sim.goals.count_goal(campaign, lead, value)
        lead.last_talk = grid_time(self.sim.now)
        plan = self.sim.leads.what_follows(campaign, lead, call, codes.AFTER_TALKED)
        lead.promised_value = value
        if plan is None:
            self.note(call, codes.LOG_CLOSED, 0)
            self.sim.leads.close(campaign, lead)
        else:
            why, due = plan
            self.note(call, codes.LOG_PUT_BACK, why)
            self.sim.leads.wait(campaign, lead, why, due)
        call.lead = None

    def wrap_up(self, call: Contact, advisor: Advisor) -> Dist:
        """The distribution of the wrap-up: of the campaign, or of the queue for an advisor who cannot sell."""
        return self.campaign_of(call).wrap_up if self.sells(call, advisor) else self.sim.queues[call.index].wrap_up
