"""Section "Outbound": leads that are dialed."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from ccenv.sim import codes
from tests.oracle.entities import Advisor, CampaignState, Contact, by_slot
from tests.oracle.randomness import entity_key, uniform

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


def first_share_above(shares: list[float], u: float) -> int:
    """Index of the first share whose cumulative sum exceeds u; the last one takes what rounding leaves."""
    for i, cumulative in enumerate(accumulate(shares)):
        if cumulative > u:
            return i
    return len(shares) - 1


class Outbound:
    """The life of attempts."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def campaign_of(self, contact: Contact) -> CampaignState:
        """The campaign of an attempt."""
        return self.sim.campaigns[contact.index]

    def count(self, contact: Contact, counter: str, amount: float = 1.0) -> None:
        """Count something of the attempt's campaign."""
        self.sim.ledger.count("campaign", contact.index, counter, amount)

    def dial(self, campaign: CampaignState, n: int) -> None:
        """Dial n leads in list order."""
        for _ in range(n):
            self.dial_one(campaign, None)

    def dial_reserved(self, campaign: CampaignState, advisor: Advisor) -> None:
        """Dial one lead with an advisor reserved until the attempt ends."""
        self.sim.advisors.take(advisor)
        self.sim.advisors.change_state(advisor, codes.RESERVED)
        self.dial_one(campaign, advisor)

    def dial_one(self, campaign: CampaignState, advisor: Advisor | None) -> None:
        """Dial the next lead."""
        number = campaign.n_dialed
        campaign.n_dialed += 1
        key = entity_key(self.sim.root, campaign.stream, number)
        contact = Contact(codes.LEAD, campaign.index, number, key, codes.RINGING, advisor=advisor)
        shares = campaign.declared.contact_number
        contact.contact_number = first_share_above(shares, uniform(key, codes.CONTACT_NUMBER))
        if advisor is not None:
            advisor.contact = contact
        self.sim.contacts.append(contact)
        self.sim.log.contact(self.sim.now, codes.LOG_DIALED, contact, detail=contact.contact_number)
        self.count(contact, "attempts")
        self.count(contact, "touched")
        ring_s = campaign.ring.draw(key, codes.RING)
        if ring_s == 0:
            self.end_ring(contact)
        else:
            contact.event = self.sim.agenda.add(self.sim.clock.tonight(ring_s), lambda: self.end_ring(contact))

    def outcome_now(self, contact: Contact) -> int:
        """Outcome of an attempt whose ringing ends now."""
        c = self.campaign_of(contact).declared
        most = 1 - c.p_machine - c.p_busy - c.p_invalid
        p_answer = min(by_slot(c.p_answer, self.sim.clock.slot) * self.sim.levels.answers(), most)
        p_false, p_passed = c.detector.p_false_positive, c.detector.p_machine_passed
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

    def end_ring(self, contact: Contact) -> None:
        """Ring end: the outcome, and who takes it."""
        outcome = self.outcome_now(contact)
        self.sim.log.contact(self.sim.now, codes.LOG_RING_END, contact, detail=outcome)
        self.count(contact, COUNTER_OF_OUTCOME[outcome])
        contact.machine = outcome == codes.MACHINE_PASSED
        if outcome in (codes.CONNECT, codes.MACHINE_PASSED):
            self.connect(contact)
            return
        reserved = contact.advisor
        self.sim.forget(contact)
        if reserved is not None:
            reserved.contact = None
            self.sim.advisors.free(reserved)

    def connect(self, contact: Contact) -> None:
        """Join to the reserved advisor, or to who has been idle longest, or wait."""
        contact.waits_since = self.sim.now
        if contact.advisor is not None:
            self.join(contact, contact.advisor)
            return
        advisor = self.idle_longest(self.campaign_of(contact))
        if advisor is not None:
            self.sim.advisors.take(advisor)
            self.join(contact, advisor)
            return
        self.wait(contact)

    def idle_longest(self, campaign: CampaignState) -> Advisor | None:
        """The eligible idle advisor who has been idle longest; of equals the one of the lowest group."""
        groups = [group for group in self.sim.groups if group.can_handle(campaign.name) and group.idle]
        firsts = [self.sim.advisors.first_idle(group) for group in groups]
        return min(firsts, key=lambda advisor: (advisor.since, advisor.group), default=None)

    def wait(self, contact: Contact) -> None:
        """Wait for an advisor, or be dropped at once. When overtime is over nobody starts to wait."""
        campaign = self.campaign_of(contact)
        limit_s = campaign.drop_after.draw(contact.key, codes.DROP_AFTER)
        contact.phase = codes.CONNECT_WAITING
        campaign.line.append(contact)
        if limit_s == 0 or self.sim.clock.stage == codes.OVERTIME_OVER:
            self.drop(contact)
            return
        contact.event = self.sim.agenda.add(self.sim.now + limit_s, lambda: self.give_up(contact))
        self.sim.log.contact(self.sim.now, codes.LOG_CONNECT_WAITING, contact)

    def give_up(self, contact: Contact) -> None:
        """A connect has waited as long as it may."""
        self.sim.log.contact(self.sim.now, codes.LOG_DROP_DUE, contact)
        self.drop(contact)

    def drop(self, contact: Contact) -> None:
        """Nobody was free in time."""
        self.leave_line(contact)
        self.sim.log.contact(self.sim.now, codes.LOG_DROPPED, contact)
        if contact.machine:
            self.count(contact, "mp_dropped")
        else:
            self.count(contact, "dropped")
            self.count(contact, "dropped_wait_s", self.sim.now - contact.waits_since)
        self.sim.forget(contact)

    def drop_all(self) -> None:
        """Overtime is over: all connects that wait are dropped."""
        for campaign in self.sim.campaigns:
            for contact in list(campaign.line):
                self.drop(contact)

    def leave_line(self, contact: Contact) -> None:
        """Stop waiting."""
        self.campaign_of(contact).line.remove(contact)
        if contact.event is not None:
            contact.event.cancelled = True

    def take_waiting(self, contact: Contact, advisor: Advisor) -> None:
        """A freed advisor takes a waiting connect."""
        self.leave_line(contact)
        self.join(contact, advisor)

    def join(self, contact: Contact, advisor: Advisor) -> None:
        """Joined: a person may buy; how long the talk lasts depends on it."""
        campaign = self.campaign_of(contact)
        sale = False
        if contact.machine:
            handle = campaign.handle_machine
            self.count(contact, "mp_joined")
        else:
            p_sale = campaign.p_sale[min(contact.contact_number, len(campaign.p_sale) - 1)]
            p_sale = min(1.0, p_sale * self.sim.traits.sale_factor(advisor))
            sale = uniform(contact.key, codes.SALE) < p_sale
            handle = campaign.handle_sale if sale else campaign.handle
            self.count(contact, "joined")
            self.count(contact, "joined_delay_s", self.sim.now - contact.waits_since)
            self.count(contact, "expected_sale_value", p_sale * campaign.declared.sale_value)
        contact.buys = sale
        self.sim.advisors.start_talk(advisor, contact)
        self.sim.advisors.talk_for(contact, self.sim.traits.handle_s(handle, contact, advisor))
        self.sim.log.contact(self.sim.now, codes.LOG_JOINED, contact, detail=int(sale))

    def is_unresolved(self, contact: Contact) -> bool:
        """An attempt is never unresolved."""
        return False

    def after_talk(self, contact: Contact) -> bool:
        """Count the sale. The advisor need not stay."""
        if contact.buys:
            self.count(contact, "sales")
            self.count(contact, "sale_value", self.campaign_of(contact).declared.sale_value)
        return False

    def count_talk(self, contact: Contact) -> None:
        """The advisor has finished talking."""
        self.count(contact, "mp_talk_s" if contact.machine else "talk_s", self.sim.now - contact.talks_since)

    def end_wrap_up(self, contact: Contact) -> None:
        """The attempt is over."""
        self.count(contact, "wrap_up_s", self.sim.now - contact.wraps_up_since)
        self.sim.forget(contact)
