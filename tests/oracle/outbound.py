"""Section "Outbound": attempts, from the dial until they are joined, dropped or over."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.compliance import DROPPED, HUNG_UP
from tests.oracle.detection import shares_of_errors
from tests.oracle.entities import Advisor, CampaignState, Contact, GroupState, by_slot
from tests.oracle.events import Kind
from tests.oracle.randomness import uniform
from tests.oracle.segments import Lead

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator

COUNTER_OF_OUTCOME = {
    codes.CONNECT: "connects",
    codes.FALSE_POSITIVE: "false_positive",
    codes.MACHINE_PASSED: "machine_passed",
    codes.MACHINE: "machine",
    codes.BUSY: "busy",
    codes.INVALID: "invalid",
    codes.NO_ANSWER: "no_answer",
}
AFTER_OUTCOME = {
    codes.FALSE_POSITIVE: codes.AFTER_MACHINE,
    codes.MACHINE: codes.AFTER_MACHINE,
    codes.BUSY: codes.AFTER_BUSY,
    codes.INVALID: None,
    codes.NO_ANSWER: codes.AFTER_NO_ANSWER,
}


def first_share_above(shares: list[float], u: float) -> int:
    """Index of the first share whose cumulative sum exceeds u; the last one if rounding leaves none."""
    for i, cumulative in enumerate(accumulate(shares)):
        if cumulative > u:
            return i
    return len(shares) - 1


class Outbound:
    """Attempts from the dial to the end of waiting."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def campaign_of(self, contact: Contact) -> CampaignState:
        """The campaign of an attempt."""
        return self.sim.campaigns[contact.index]

    def count(self, contact: Contact, counter: str, amount: float = 1.0) -> None:
        """Add to a counter of the attempt's campaign."""
        self.sim.ledger.count("campaign", contact.index, counter, amount)

    # dialing

    def dial(self, campaign: CampaignState, n: int) -> None:
        """Dial n leads, or fewer if the lists have no more that may be dialed."""
        for _ in range(n):
            lead = self.sim.lists.take_next(campaign)
            if lead is not None:
                self.dial_lead(campaign, lead, None)

    def dial_reserved(self, campaign: CampaignState, group: GroupState) -> None:
        """Dial one lead, with the first idle advisor of the group reserved until the attempt ends."""
        lead = self.sim.lists.take_next(campaign)
        if lead is None:
            return
        advisor = self.sim.advisors.first_idle(group)
        self.sim.advisors.take(advisor)
        self.sim.advisors.change_state(advisor, codes.AWAITING_ANSWER)
        self.dial_lead(campaign, lead, advisor)

    def dial_lead(self, campaign: CampaignState, lead: Lead, advisor: Advisor | None) -> None:
        """Dial a lead that was taken from its list."""
        self.sim.return_calls.cancel(lead)
        contact = self.make_attempt(campaign, lead, advisor)
        if advisor is not None:
            advisor.contact = contact
        self.sim.contacts.append(contact)
        self.sim.log.contact(self.sim.now, codes.LOG_DIALED, contact, detail=lead.segment.index)
        self.count(contact, "attempts")
        if lead.n_attempts == 1:
            self.count(contact, "touched")
        if contact.agreed:
            self.count_agreed(campaign, contact, lead)
        ring_s = self.ring_s(campaign, contact)
        if ring_s == 0:
            self.end_ring(contact)
        else:
            contact.event = self.sim.agenda.add(
                self.sim.clock.tonight(ring_s), Kind.END, lambda: self.end_ring(contact)
            )

    def make_attempt(self, campaign: CampaignState, lead: Lead, advisor: Advisor | None) -> Contact:
        """Make the next attempt of a lead."""
        agreed = lead.n_attempts > 0 and lead.why == codes.AGREED
        lead.n_attempts += 1
        key = lead.attempt_key(lead.n_attempts)
        contact = Contact(codes.LEAD, campaign.index, lead.number, key, codes.RINGING, advisor=advisor, lead=lead)
        contact.agreed, contact.dialed_at = agreed, self.sim.now
        shares = campaign.declared.contact_number
        contact.contact_number = first_share_above(shares, uniform(lead.key, codes.CONTACT_NUMBER))
        return contact

    def count_agreed(self, campaign: CampaignState, contact: Contact, lead: Lead) -> None:
        """Count an agreed callback as kept or late."""
        agreed = campaign.declared.agreed_callback
        assert agreed is not None
        self.count(contact, "agreed_kept" if self.sim.now - lead.due <= agreed.window_s else "agreed_late")

    def ring_s(self, campaign: CampaignState, contact: Contact) -> float:
        """Draw the ring time in seconds; the outcome is drawn first if the ring distribution depends on it."""
        dist = campaign.ring
        if campaign.ring_of is not None:
            contact.outcome = self.outcome_now(contact)
            dist = campaign.ring_of[contact.outcome]
        return dist.draw(contact.key, codes.RING)

    # the ring's end

    def outcome_now(self, contact: Contact) -> int:
        """Outcome of an attempt, with the current probabilities."""
        c = self.campaign_of(contact).declared
        most = 1 - (c.p_machine + c.p_busy + c.p_invalid)
        p_answer = min(self.p_answer(contact), most)
        p_false, p_passed = shares_of_errors(c)
        p = {
            codes.CONNECT: p_answer * (1 - p_false),
            codes.FALSE_POSITIVE: p_answer * p_false,
            codes.MACHINE_PASSED: c.p_machine * p_passed,
            codes.MACHINE: c.p_machine * (1 - p_passed),
            codes.BUSY: c.p_busy,
            codes.INVALID: c.p_invalid,
        }
        p[codes.NO_ANSWER] = 1 - sum(p.values())
        return first_share_above([p[outcome] for outcome in sorted(p)], uniform(contact.key, codes.OUTCOME))

    def p_answer(self, contact: Contact) -> float:
        """Probability that a person answers this attempt now, before the limit by the other outcomes."""
        lead = contact.lead
        assert lead is not None
        by_attempt = lead.segment.by_attempt
        p = by_slot(lead.segment.p_answer, self.sim.clock.slot)
        p *= by_attempt[min(lead.n_attempts, len(by_attempt)) - 1]
        p *= self.sim.levels.answers()
        agreed = self.campaign_of(contact).declared.agreed_callback
        return p * agreed.answer_factor if contact.agreed and agreed is not None else p

    def end_ring(self, contact: Contact) -> None:
        """Ring end: unanswered, or who or what has answered, on which the detector decides at once or later."""
        if contact.outcome == codes.NIL:
            contact.outcome = self.outcome_now(contact)
        self.sim.log.contact(self.sim.now, codes.LOG_RING_END, contact, detail=contact.outcome)
        self.count(contact, "ringing_s", self.sim.now - contact.dialed_at)
        if not self.sim.detection.begin(contact):
            self.follow(contact)

    def follow(self, contact: Contact) -> None:
        """The outcome is known: a connect or passed machine is joined or waits, all others end the attempt."""
        answered = contact.outcome in (codes.CONNECT, codes.MACHINE_PASSED)
        self.campaign_of(contact).ends.append((self.sim.now, answered))
        self.count(contact, COUNTER_OF_OUTCOME[contact.outcome])
        contact.machine = contact.outcome == codes.MACHINE_PASSED
        if contact.outcome in (codes.CONNECT, codes.MACHINE_PASSED):
            self.connect(contact)
            return
        reserved = contact.advisor
        self.sim.forget(contact)
        self.sim.leads.end_attempt(contact, AFTER_OUTCOME[contact.outcome])
        if reserved is not None:
            reserved.contact = None
            self.sim.advisors.free(reserved)

    def connect(self, contact: Contact) -> None:
        """Join to the reserved advisor, or to the one idle longest, or wait."""
        contact.queues_since = self.sim.now
        if contact.advisor is not None:
            self.sim.alerting.offer_connect(contact, contact.advisor)
            return
        advisor = self.idle_longest(self.campaign_of(contact))
        if advisor is not None:
            self.sim.advisors.take(advisor)
            self.sim.alerting.offer_connect(contact, advisor)
            return
        self.wait(contact)

    def idle_longest(self, campaign: CampaignState) -> Advisor | None:
        """The eligible advisor who has been idle longest; ties go to the lowest group. None if none is idle."""
        groups = [group for group in self.sim.groups if group.can_handle(campaign.name) and group.idle]
        firsts = [self.sim.advisors.first_idle(group) for group in groups]
        return min(firsts, key=lambda advisor: (advisor.since, advisor.group), default=None)

    # waiting for an advisor

    def wait(self, contact: Contact) -> None:
        """Wait for an advisor, or be dropped at once: with a drop time of 0, or after the end of overtime."""
        contact.phase = codes.CONNECT_WAITING
        self.campaign_of(contact).line.append(contact)
        if not self.limit_wait(contact):
            self.drop(contact)
        else:
            self.sim.log.contact(self.sim.now, codes.LOG_CONNECT_WAITING, contact)

    def limit_wait(self, contact: Contact) -> bool:
        """Schedule the hang-up or drop of a connect that has just answered; False if it is dropped at once."""
        campaign, now = self.campaign_of(contact), self.sim.now
        limit_s = campaign.drop_after.draw(contact.key, codes.DROP_AFTER)
        hang_up_s = codes.INFINITY if contact.machine else campaign.hang_up.draw(contact.key, codes.HANG_UP)
        if self.sim.clock.stage == codes.OVERTIME_OVER:
            limit_s = 0.0
        answered = contact.waits_since  # before the detector's decision, if that has taken time
        if limit_s > 0 and hang_up_s - (now - answered) < limit_s:
            contact.event = self.sim.agenda.add(answered + hang_up_s, Kind.END, lambda: self.hang_up(contact))
            return True
        contact.event = self.sim.agenda.add(now + limit_s, Kind.END, lambda: self.give_up(contact))
        return limit_s > 0

    def hang_up(self, contact: Contact) -> None:
        """A person hangs up while waiting."""
        self.sim.log.contact(self.sim.now, codes.LOG_HANG_UP, contact)
        rang_at = self.sim.alerting.stop(contact)
        self.leave_line(contact)
        self.count(contact, "hung_up")
        self.count(contact, "hung_up_wait_s", self.sim.now - contact.waits_since)
        self.sim.compliance.record(contact, HUNG_UP)
        self.sim.forget(contact)
        self.sim.leads.end_attempt(contact, codes.AFTER_HUNG_UP)
        self.free(rang_at)

    def give_up(self, contact: Contact) -> None:
        """A connect has reached its drop time."""
        self.sim.log.contact(self.sim.now, codes.LOG_DROP_DUE, contact)
        rang_at = self.sim.alerting.stop(contact)
        self.drop(contact)
        self.free(rang_at)

    def free(self, advisor: Advisor | None) -> None:
        """Free the advisor at whom a lost connect rang, if there was one."""
        if advisor is not None:
            self.sim.advisors.free(advisor)

    def drop(self, contact: Contact) -> None:
        """Drop a connect or a passed machine."""
        self.leave_line(contact)
        self.sim.log.contact(self.sim.now, codes.LOG_DROPPED, contact)
        if contact.machine:
            self.count(contact, "mp_dropped")
        else:
            self.count(contact, "dropped")
            self.count(contact, "dropped_wait_s", self.sim.now - contact.waits_since)
        self.sim.compliance.record(contact, DROPPED)
        self.sim.forget(contact)
        self.sim.leads.end_attempt(contact, codes.AFTER_DROPPED)

    def drop_all(self) -> None:
        """End of overtime: drop all waiting connects."""
        for campaign in self.sim.campaigns:
            for contact in list(campaign.line):
                self.drop(contact)

    def leave_line(self, contact: Contact) -> None:
        """Leave the line of waiting connects."""
        if contact.phase != codes.ALERTING:
            self.campaign_of(contact).line.remove(contact)
        if contact.event is not None:
            contact.event.cancelled = True

    def take_waiting(self, contact: Contact, advisor: Advisor) -> None:
        """Offer a waiting connect to a freed advisor; its time until the drop or hang-up runs on."""
        self.campaign_of(contact).line.remove(contact)
        self.sim.alerting.offer_connect(contact, advisor)
