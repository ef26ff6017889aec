"""Section "Outbound": attempts joined to an advisor, their goals, and the values of goals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.compliance import JOINED
from tests.oracle.entities import Advisor, CampaignState, Contact
from tests.oracle.randomness import normal, uniform
from tests.oracle.segments import Lead

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Goals:
    """Attempts from joining to the end of the wrap-up."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def campaign_of(self, contact: Contact) -> CampaignState:
        """The campaign of an attempt."""
        return self.sim.campaigns[contact.index]

    def lead_of(self, contact: Contact) -> Lead:
        """The lead of an attempt."""
        assert contact.lead is not None
        return contact.lead

    def count(self, contact: Contact, counter: str, amount: float = 1.0) -> None:
        """Add to a counter of the attempt's campaign."""
        self.sim.ledger.count("campaign", contact.index, counter, amount)

    def join(self, contact: Contact, advisor: Advisor) -> None:
        """Joined: draw the goal of a person, and begin a talk of the corresponding handle time."""
        campaign = self.campaign_of(contact)
        self.sim.compliance.record(contact, JOINED)
        if contact.machine:
            dist = campaign.handle_machine
            self.count(contact, "mp_joined")
        else:
            self.join_person(contact, advisor)
            dist = campaign.handle_sale if contact.buys else campaign.handle
            if contact.wrong_party:
                dist = campaign.handle_wrong_party
        self.sim.advisors.start_talk(advisor, contact)
        self.sim.advisors.talk_for(contact, self.sim.traits.handle_s(dist, contact, advisor))
        self.sim.log.contact(self.sim.now, codes.LOG_JOINED, contact, detail=int(contact.buys))

    def join_person(self, contact: Contact, advisor: Advisor) -> None:
        """Draw whether the person agrees, and count the expected value."""
        campaign, lead = self.campaign_of(contact), self.lead_of(contact)
        p = self.p_goal_of(campaign, lead, contact.contact_number, advisor)
        p_right = self.p_right_party(contact)
        contact.wrong_party = uniform(contact.key, codes.RIGHT_PARTY) >= p_right
        contact.buys = not contact.wrong_party and uniform(contact.key, codes.SALE) < p
        self.count(contact, "joined")
        self.count(contact, "joined_delay_s", self.sim.now - contact.waits_since)
        self.count_joined(campaign, lead, p_right * p)
        if not contact.wrong_party:
            lead.n_joins += 1

    def count_joined(self, campaign: CampaignState, lead: Lead, p: float) -> None:
        """Count a lead that was joined to an advisor with the skill, and the value to expect at probability p."""
        follow_up = campaign.declared.follow_up
        if lead.n_joins == 0:
            self.sim.ledger.count("campaign", campaign.index, "first_joined")
        p_kept = 1.0 if follow_up is None else follow_up.p_kept
        expected = p * lead.segment.sale_value * p_kept
        self.sim.ledger.count("campaign", campaign.index, "expected_sale_value", expected)

    def p_right_party(self, contact: Contact) -> float:
        """Probability that the person who has answered is the one on the list: the segment's, else the campaign's."""
        own = self.lead_of(contact).segment.declared.p_right_party
        return self.campaign_of(contact).declared.p_right_party if own is None else own

    def p_goal_of(self, campaign: CampaignState, lead: Lead, contact_number: int, advisor: Advisor) -> float:
        """Probability that a person reaches the goal of the campaign with this advisor."""
        talk_number = contact_number + lead.n_joins
        p_sale = campaign.p_sale[min(talk_number, len(campaign.p_sale) - 1)]
        p = min(1.0, lead.segment.declared.propensity * p_sale)
        return min(1.0, p * self.sim.traits.sale_factor(advisor))

    def value_of(self, campaign: CampaignState, lead: Lead, key: int) -> float:
        """The value of a goal: lognormal, correlated with the handle time; `key`: of the attempt."""
        declared = campaign.declared
        variance, r = math.log1p(declared.value_cv**2), declared.value_handle_correlation
        z = r * normal(key, codes.HANDLE) + math.sqrt(1 - r * r) * normal(key, codes.VALUE)
        return lead.segment.sale_value * math.exp(math.sqrt(variance) * z - variance / 2)

    def is_unresolved(self, contact: Contact) -> bool:
        """Always False: an attempt is never unresolved."""
        return False

    def after_talk(self, contact: Contact) -> bool:
        """Count the goal and end the attempt. Returns False: the advisor does not have to stay."""
        if contact.buys:
            campaign, lead = self.campaign_of(contact), self.lead_of(contact)
            self.count_goal(campaign, lead, self.value_of(campaign, lead, contact.key))
        after = codes.AFTER_MACHINE if contact.machine else codes.AFTER_TALKED
        if not contact.machine:
            self.count(contact, "wrong_party" if contact.wrong_party else "right_party")
        if contact.wrong_party:
            after = codes.AFTER_WRONG_PARTY
        self.sim.leads.end_attempt(contact, after)
        return False

    def count_goal(self, campaign: CampaignState, lead: Lead, value: float) -> None:
        """Count a goal at the end of the talk; its value counts now, unless there is a follow-up."""
        self.sim.ledger.count("campaign", campaign.index, "sales")
        if lead.n_joins == 1:
            self.sim.ledger.count("campaign", campaign.index, "first_call_sales")
        if campaign.declared.follow_up is None:
            self.sim.ledger.count("campaign", campaign.index, "sale_value", value)

    def count_talk(self, contact: Contact) -> None:
        """Count the advisor's talk time."""
        self.count(contact, "mp_talk_s" if contact.machine else "talk_s", self.sim.now - contact.talks_since)

    def end_wrap_up(self, contact: Contact) -> None:
        """End the contact."""
        self.count(contact, "wrap_up_s", self.sim.now - contact.wraps_up_since)
        self.sim.forget(contact)
