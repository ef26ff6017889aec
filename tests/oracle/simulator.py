"""The event loop of the oracle, and the result of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.advisors import Advisors
from tests.oracle.alerting import Alerting
from tests.oracle.arrivals import Arrivals
from tests.oracle.beside import Beside
from tests.oracle.callbacks import Callbacks
from tests.oracle.chats import Chats
from tests.oracle.clock import Clock
from tests.oracle.compliance import Compliance
from tests.oracle.conservation import check_conservation
from tests.oracle.day_factors import DayFactors
from tests.oracle.decisions import Choose, Decisions
from tests.oracle.deferring import Deferring
from tests.oracle.detection import Detection
from tests.oracle.entering import Entering
from tests.oracle.entities import CampaignState, Contact, QueueState
from tests.oracle.events import Agenda, Kind
from tests.oracle.fairness import Fairness
from tests.oracle.goals import Goals
from tests.oracle.hours import Hours
from tests.oracle.inbound import Inbound
from tests.oracle.leads import Leads
from tests.oracle.levels import Levels
from tests.oracle.lists import Lists
from tests.oracle.outbound import Outbound
from tests.oracle.randomness import root_key
from tests.oracle.record import Counts, EventLog, Ledger
from tests.oracle.return_calls import ReturnCalls
from tests.oracle.returns import Returns
from tests.oracle.roster import Roster
from tests.oracle.served import Served
from tests.oracle.service import Service
from tests.oracle.snapshot import Snapshot, Snapshots
from tests.oracle.traits import Traits, make_groups
from tests.oracle.transfers import Transfers


@dataclass(frozen=True)
class Result:
    """Event log, counters, and the largest number of contacts at one time, for which the kernel needs records."""

    log: np.ndarray
    counters: Counts
    peak_contacts: int


class Simulator:
    """One run of a centre under a joint policy.

    `order`: "entry" or "total_wait". `actions`: dials that are legal, "all", "reserved" or "unreserved". `checked`:
    check the conservation laws after every event and action. `look` is given the
    snapshot at each decision of the policy.
    """

    def __init__(
        self,
        centre: schema.Centre,
        seed: int,
        choose: Choose,
        *,
        days: int = 1,
        order: str = "entry",
        actions: str = "all",
        checked: bool = True,
        look: Callable[[Snapshot], None] | None = None,
    ) -> None:
        self.centre = centre
        self.look = look
        self.n_events = 0  # reviews and unseen events apart
        self.unseen = False  # the event at hand changes nothing that a policy may see
        self.order = order
        self.root = root_key(seed)
        self.now = -codes.INFINITY
        self.agenda = Agenda()
        self.log = EventLog()
        self.ledger = Ledger()
        self.contacts: list[Contact] = []
        self.queues = [QueueState(i, *item) for i, item in enumerate(centre.queues.items())]
        self.groups = make_groups(centre, self.root)
        self.campaigns = [CampaignState(i, *item) for i, item in enumerate(centre.campaigns.items())]
        self.clock = Clock(self, days)
        self.hours = Hours(centre.clock)
        self.levels = Levels(self)
        self.arrivals = Arrivals(self)
        self.roster = Roster(self)
        self.entering = Entering(self)
        self.inbound = Inbound(self)
        self.callbacks = Callbacks(self)
        self.chats = Chats(self)
        self.beside = Beside(self)
        self.transfers = Transfers(self)
        self.service = Service(self)
        self.deferring = Deferring(self)
        self.served = Served()
        self.day_factors = DayFactors(self)
        self.fairness = Fairness(self)
        self.alerting = Alerting(self)
        self.returns = Returns(self)
        self.return_calls = ReturnCalls(self)
        self.lists = Lists(self)
        self.leads = Leads(self)
        self.outbound = Outbound(self)
        self.detection = Detection(self)
        self.goals = Goals(self)
        self.compliance = Compliance(self)
        self.traits = Traits(self)
        self.advisors = Advisors(self)
        self.decisions = Decisions(self, choose, actions)
        self.checked = checked
        self.snapshots = Snapshots(self)

    def run(self) -> Result:
        """Run to the end of the episode."""
        peak = 0
        self.agenda.add(self.clock.opens_at(0), Kind.CLOCK, lambda: self.clock.open(0))
        while not self.clock.over:
            event = self.agenda.pop()
            assert event.time >= self.now, "the clock went back"
            self.now = event.time
            self.n_events += 1
            self.decisions.kind = codes.EVENT_EPOCH
            self.unseen = False
            event.happen()
            self.check()
            if self.unseen:
                self.n_events -= 1
            elif not self.clock.over:
                self.settle()
            peak = max(peak, len(self.contacts))
        self.close_spells()
        sizes = {"queue": len(self.queues), "group": len(self.groups), "campaign": len(self.campaigns)}
        return Result(self.log.array(), self.ledger.result(sizes), peak)

    def settle(self) -> None:
        """After an event: an epoch, then the end of the day if it is over."""
        self.decisions.epoch()
        if self.clock.end_day_if_over():
            self.decisions.cancel_review()
            self.check()

    def check(self) -> None:
        """Check the conservation laws."""
        if self.checked:
            check_conservation(self)

    def lines_free(self) -> float:
        """Number of trunks not in use."""
        trunks = codes.INFINITY if self.centre.trunks is None else self.centre.trunks
        return trunks - sum(contact.holds_line for contact in self.contacts)

    def max_lines(self, campaign: CampaignState) -> float:
        """Most lines of a campaign: declared, or the smaller of the trunks and four for each advisor with the skill."""
        if campaign.declared.max_lines is not None:
            return campaign.declared.max_lines
        advisors = sum(len(group.advisors) for group in self.groups if group.can_handle(campaign.name))
        trunks = codes.INFINITY if self.centre.trunks is None else self.centre.trunks
        return max(1, min(trunks, 4 * advisors))

    def forget(self, contact: Contact) -> None:
        """Remove a contact that is over."""
        self.contacts.remove(contact)
        contact.phase = codes.FREE

    def leave(self, contact: Contact) -> None:
        """Remove a contact that is over without a talk; a return call gives its lead back."""
        if contact.kind == codes.RETURN_CALL:
            contact.due = None
            self.return_calls.lose(contact)
        self.forget(contact)

    def close_spells(self) -> None:
        """At the end of the run, add the spells that are still open."""
        for advisor in self.advisors.everybody():
            self.advisors.note_spell(advisor)
        self.deferring.end_counting()
        for contact in self.contacts:
            if (
                not contact.is_lead
                and contact.phase in (codes.WAITING, codes.ALERTING)
                and not (contact.virtual or contact.gone or contact.is_work)
            ):
                self.inbound.note_waiting(contact)


def uniformly_random(number: int, u: float, legal: list[int], catalogue: object) -> int:
    """The joint policy that takes each legal action with equal probability."""
    return legal[int(u * len(legal))]
