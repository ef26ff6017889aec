"""The entities of the oracle: contacts and advisors, and the states of queues, groups and campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ccenv.scenarios import schema
from ccenv.scenarios.schema.outbound import MOST_ATTEMPTS
from ccenv.sim.state import codes
from tests.oracle.events import Event
from tests.oracle.randomness import Dist, stream
from tests.oracle.segments import Lead, make_segments

WITH_LINE = (
    codes.IN_IVR,
    codes.WAITING,
    codes.CALLBACK_RINGING,
    codes.HANDING_OVER,
    codes.TALKING,
    codes.RINGING,
    codes.DECIDING,
    codes.CONNECT_WAITING,
)


@dataclass(eq=False)
class Contact:
    """An inbound contact or an attempt, from its arrival or dial to its end."""

    kind: int
    index: int
    number: int
    key: int
    phase: int
    event: Event | None = None
    advisor: Advisor | None = None
    # inbound, customer data: drawn for a fresh contact, kept by all descendants
    origin: int = codes.NIL
    priority: bool = False
    identified: bool = False
    returning: bool = False
    value_class: int = 0
    preferred: Advisor | None = None
    # inbound, history of the request
    true_type: int = codes.NIL
    n_redials: int = 0
    n_repeats: int = 0
    n_transfers: int = 0
    waited_s: float = 0.0
    # inbound, current contact
    in_ivr_since: float = 0.0
    entry_s: float = 0.0
    wait_credit_s: float = 0.0
    virtual: bool = False
    accepted_s: float = 0.0
    tries: int = 0
    n_offers: int = 0
    rings_since: float = 0.0  # at an advisor who does not pick up
    transfers: bool = False
    unresolved: bool = False
    is_chat: bool = False
    gone: bool = False  # the customer has left the chat without a sign
    work_done: float = 0.0  # on a chat, in seconds at rate 1
    work_left: float = 0.0
    # deferrable work
    is_work: bool = False
    due: float = 0.0
    n_begun: int = 0
    worked_s: float = 0.0  # before the last interruption
    rest_s: float = 0.0  # of its time, after it
    in_line_since: float = 0.0
    giver: Contact | None = None  # of the leg of a warm transfer: the contact whose advisor stays with it
    # outbound
    lead: Lead | None = None
    agreed: bool = False
    contact_number: int = 0
    outcome: int = codes.NIL
    machine: bool = False
    wrong_party: bool = False
    dialed_at: float = 0.0
    queues_since: float = 0.0  # the detector's decision; an attempt waits since the answer
    # a return call: its campaign, and the time at which it comes while it is pending
    campaign: int = codes.NIL
    due: float | None = None
    # both
    buys: bool = False
    waits_since: float = 0.0
    talks_since: float = 0.0
    scale: float = 1.0  # of its slot, at `handled_since`
    handled_since: float = 0.0  # start of the present part of the talk
    wraps_up_since: float = 0.0

    @property
    def is_lead(self) -> bool:
        """Whether this is an attempt of a campaign."""
        return self.kind == codes.LEAD

    @property
    def misrouted(self) -> bool:
        """Whether the IVR routed it to a queue that is not its own."""
        return not self.is_lead and self.index != self.true_type

    @property
    def is_first(self) -> bool:
        """Whether it is fresh, or the leg of a fresh contact: neither a redial nor a repeat."""
        return self.kind != codes.RETURN_CALL and self.n_redials == 0 and self.n_repeats == 0

    @property
    def holds_line(self) -> bool:
        """Whether it occupies a trunk."""
        return (self.phase in WITH_LINE and not self.is_chat and not self.is_work) or (
            self.phase == codes.ALERTING and not self.virtual
        )


@dataclass(eq=False)
class Advisor:
    """An advisor; `number` counts within the group, `place` through all groups."""

    group: int
    number: int
    place: int
    key: int
    state: int = codes.OFF
    since: float = 0.0
    leaving: bool = False
    contact: Contact | None = None
    chats: list[Contact] = field(default_factory=list)  # in the order of their assignment
    assigned_at: float = 0.0  # time of the last chat's assignment, or of the beginning of a call beside chats
    beside_since: float = 0.0  # time up to which the time with a call and a chat at once is counted
    worked_until: float = 0.0  # time up to which the work on the chats is done
    break_end: Event | None = None
    ring_end: Event | None = None
    owed_s: float = 0.0
    absent: bool = False
    worked: bool = False
    # idle list
    idle_key: float = 0.0
    n_idle: int = 0
    n_contacts: int = 0
    talk_s: float = 0.0
    # traits
    speed: float = 1.0
    quality: float = 0.0
    first_quality: float = 0.0
    tenure_days: float = 0.0
    load: float = 0.0


def by_slot(profile: float | Sequence[float], slot: int) -> float:
    """Value of a profile in a slot; a plain number holds in every slot."""
    return profile[slot] if isinstance(profile, Sequence) else profile


@dataclass(eq=False)
class QueueState:
    """A queue: its declaration, its distributions and its waiting line."""

    index: int
    name: str
    declared: schema.Queue
    line: list[Contact] = field(default_factory=list)
    n_fresh: int = 0
    gap_left: float | None = None  # integrated rate that remains until the next fresh contact ...
    gap_since: float = 0.0  # ... as of this time
    arrival: Event | None = None

    def __post_init__(self) -> None:
        q = self.declared
        self.stream = stream(f"queue:{self.name}")
        self.patience = Dist(q.patience_s)
        self.wrap_up = Dist(q.wrap_up_s)
        self.redial_delay = Dist(q.redial.delay_s)
        self.repeat_delay = Dist(q.repeat.delay_s)
        self.handover = Dist(q.transfer.handover_s)
        ivr = q.ivr or schema.Ivr()
        self.ivr_time, self.detect = Dist(ivr.time_s), Dist(ivr.detect_s)
        self.tolerance = Dist(q.announcement.tolerance_s if q.announcement else schema.Never())
        callback = q.callback or schema.Callback()
        self.callback_ring, self.callback_retry = Dist(callback.ring_s), Dist(callback.retry_s)
        self.chat_detect = Dist(q.chat.detect_s if q.chat else schema.Never())
        self.handle_sale = None if q.sale.handle_s is None else Dist(q.sale.handle_s)
        self.due = Dist((q.deferrable or schema.Deferrable()).due_s)


@dataclass(eq=False)
class GroupState:
    """A group: its declaration, its advisors, and the idle ones in the order in which they became idle."""

    index: int
    name: str
    declared: schema.Group
    handle: list[Dist]
    advisors: list[Advisor]
    idle: list[Advisor] = field(default_factory=list)
    turn: int = 0  # number of the advisor who is next in round robin

    def can_handle(self, name: str) -> bool:
        """Whether this group has the skill for a queue or campaign of this name."""
        return name in self.declared.skills


@dataclass(eq=False)
class CampaignState:
    """A campaign: its declaration, its distributions and its waiting connects."""

    index: int
    name: str
    declared: schema.Campaign
    line: list[Contact] = field(default_factory=list)
    leads_due: Event | None = None
    n_fresh_taken: int = 0
    segment_last_taken: int = codes.NIL
    retries_since_fresh: int = 0
    ends: list[tuple[float, bool]] = field(default_factory=list)  # when an outcome was known, whether it is an answer

    def __post_init__(self) -> None:
        c = self.declared
        self.stream = stream(f"campaign:{self.name}")
        self.segments = make_segments(self.name, c)
        self.keeps = any((c.retries, c.agreed_callback, c.follow_up, c.return_calls))
        self.max_attempts = MOST_ATTEMPTS if c.retries is None else c.retries.max_attempts
        retries = {after: getattr(c.retries, after, None) for after in codes.AFTER}
        self.retry = {after: Dist(time) for after, time in retries.items() if time is not None}
        self.agreed_delay = None if c.agreed_callback is None else Dist(c.agreed_callback.after_s)
        self.kept_delay = None if c.follow_up is None else Dist(c.follow_up.after_s)
        self.ring = Dist(c.ring_s)
        self.ring_of = None if c.ring_s_by_outcome is None else dists_of_outcomes(c.ring_s_by_outcome)
        self.drop_after, self.hang_up = Dist(c.drop_after_s), Dist(c.hang_up_s)
        self.handle = Dist(c.handle_s)
        self.handle_sale = self.handle if c.handle_sale_s is None else Dist(c.handle_sale_s)
        self.handle_machine = Dist(c.handle_machine_s)
        self.handle_wrong_party = self.handle if c.handle_wrong_party_s is None else Dist(c.handle_wrong_party_s)
        self.decide = None if c.detector == "none" else Dist(c.detector.decide_s)
        self.wrap_up = Dist(c.wrap_up_s)
        self.p_sale = list(c.p_sale) if isinstance(c.p_sale, Sequence) else [c.p_sale]

    @property
    def decides_at_once(self) -> bool:
        """Whether there is no detector, or its decision takes no time."""
        return self.decide is None or self.decide.mean_s == 0


def dists_of_outcomes(dists: schema.RingDists) -> dict[int, Dist]:
    """The ring distribution of each outcome of an attempt."""
    return {
        codes.CONNECT: Dist(dists.person),
        codes.FALSE_POSITIVE: Dist(dists.person),
        codes.MACHINE_PASSED: Dist(dists.machine),
        codes.MACHINE: Dist(dists.machine),
        codes.BUSY: Dist(dists.busy),
        codes.INVALID: Dist(dists.invalid),
        codes.NO_ANSWER: Dist(dists.no_answer),
    }
