"""Section "Outbound", part "Detection": from the answer to the detector's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.compliance import LEFT_EARLY
from tests.oracle.entities import CampaignState, Contact
from tests.oracle.events import Kind

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator

PERSONS = (codes.CONNECT, codes.FALSE_POSITIVE)
ANSWERED = (*PERSONS, codes.MACHINE_PASSED, codes.MACHINE)


def shares_of_errors(campaign: schema.Campaign) -> tuple[float, float]:
    """Shares of persons taken for machines and of machines taken for persons; without a detector all machines pass."""
    if campaign.detector == "none":
        return 0.0, 1.0
    return campaign.detector.p_false_positive, campaign.detector.p_machine_passed


class Detection:
    """Answered attempts whose detector has not decided."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def begin(self, contact: Contact) -> bool:
        """Schedule the decision on an answered attempt, or a person's hang-up; False if it is decided at once."""
        campaign = self.sim.campaigns[contact.index]
        contact.waits_since = self.sim.now
        if campaign.decide is None or contact.outcome not in ANSWERED:
            return False
        decide_s = campaign.decide.draw(contact.key, codes.DECIDE)
        if decide_s == 0:
            return False
        stays_s = codes.INFINITY
        if contact.outcome in PERSONS:
            stays_s = campaign.hang_up.draw(contact.key, codes.HANG_UP)
        contact.phase = codes.DECIDING
        tonight = self.sim.clock.tonight
        if stays_s < decide_s:
            contact.event = self.sim.agenda.add(tonight(stays_s), Kind.END, lambda: self.hang_up(contact))
        else:
            contact.event = self.sim.agenda.add(tonight(decide_s), Kind.END, lambda: self.decide(contact))
        return True

    def decide(self, contact: Contact) -> None:
        """The detector decides."""
        self.sim.log.contact(self.sim.now, codes.LOG_DECIDED, contact, detail=contact.outcome)
        if contact.outcome != codes.CONNECT:
            self.sim.outbound.count(contact, "deciding_s", self.sim.now - contact.waits_since)
        self.sim.outbound.follow(contact)

    def hang_up(self, contact: Contact) -> None:
        """A person hangs up before the decision: a connect that hung up, whatever the detector would have said."""
        outbound, reserved = self.sim.outbound, contact.advisor
        self.sim.log.contact(self.sim.now, codes.LOG_HANG_UP, contact)
        self.campaign_of(contact).ends.append((self.sim.now, True))
        for counter in ("connects", "hung_up"):
            outbound.count(contact, counter)
        outbound.count(contact, "hung_up_wait_s", self.sim.now - contact.waits_since)
        self.sim.compliance.record(contact, LEFT_EARLY)
        self.sim.forget(contact)
        self.sim.leads.end_attempt(contact, codes.AFTER_HUNG_UP)
        if reserved is not None:
            reserved.contact = None
            self.sim.advisors.free(reserved)

    def campaign_of(self, contact: Contact) -> CampaignState:
        """The campaign of an attempt."""
        return self.sim.campaigns[contact.index]
