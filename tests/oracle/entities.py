"""What lives in the simulated centre: contacts and advisors, and the state of each queue, group and campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ccenv.scenarios import schema
from ccenv.sim import codes
from tests.oracle.events import Event
from tests.oracle.randomness import Law, stream


@dataclass(eq=False)
class Contact:
    """One inbound contact or one attempt, from its arrival or dial to its end."""

    kind: int
    index: int
    number: int
    key: int
    phase: int
    event: Event | None = None
    advisor: Advisor | None = None
    # inbound
    priority: bool = False
    n_redials: int = 0
    n_repeats: int = 0
    entry_s: float = 0.0
    wait_credit_s: float = 0.0
    unresolved: bool = False
    # outbound
    contact_number: int = 0
    machine: bool = False
    buys: bool = False
    # both
    waits_since: float = 0.0
    wait_limit_s: float = codes.INFINITY
    talks_since: float = 0.0
    wraps_up_since: float = 0.0

    @property
    def is_lead(self) -> bool:
        """Whether this is an attempt of a campaign."""
        return self.kind == codes.LEAD

    @property
    def holds_line(self) -> bool:
        """Whether it occupies a trunk."""
        return self.phase in (codes.WAITING, codes.TALKING, codes.RINGING, codes.CONNECT_WAITING)


@dataclass(eq=False)
class Advisor:
    """One advisor; `number` counts within the group, `place` through all groups."""

    group: int
    number: int
    place: int
    state: int = codes.OFF
    since: float = 0.0
    leaving: bool = False
    contact: Contact | None = None


def by_slot(profile: float | Sequence[float], slot: int) -> float:
    """Value of a profile in a slot; a plain number holds in every slot."""
    return profile[slot] if isinstance(profile, Sequence) else profile


@dataclass(eq=False)
class QueueState:
    """A queue: its declaration and laws, and who waits in it."""

    index: int
    name: str
    declared: schema.Queue
    line: list[Contact] = field(default_factory=list)
    n_fresh: int = 0
    gap_left: float | None = None  # integrated rate that the next fresh contact still has to wait for, over night

    def __post_init__(self) -> None:
        self.stream = stream(f"queue:{self.name}")
        self.patience = Law(self.declared.patience_s)
        self.wrap_up = Law(self.declared.wrap_up_s)
        self.redial_delay = Law(self.declared.redial.delay_s)
        self.repeat_delay = Law(self.declared.repeat.delay_s)


@dataclass(eq=False)
class GroupState:
    """A group: its declaration, its advisors, and the line of the idle ones, longest idle first."""

    index: int
    name: str
    declared: schema.Group
    handle: list[Law]
    advisors: list[Advisor]
    idle: list[Advisor] = field(default_factory=list)

    def can_handle(self, name: str) -> bool:
        """Whether this group has the skill for a queue or campaign of this name."""
        return name in self.declared.skills


@dataclass(eq=False)
class CampaignState:
    """A campaign: its declaration and laws, and the connects that wait."""

    index: int
    name: str
    declared: schema.Campaign
    line: list[Contact] = field(default_factory=list)
    n_dialed: int = 0

    def __post_init__(self) -> None:
        c = self.declared
        self.stream = stream(f"campaign:{self.name}")
        self.ring = Law(c.ring_s)
        self.drop_after = Law(c.drop_after_s)
        self.handle = Law(c.handle_s)
        self.handle_sale = self.handle if c.handle_sale_s is None else Law(c.handle_sale_s)
        self.handle_machine = Law(c.handle_machine_s)
        self.wrap_up = Law(c.wrap_up_s)
        self.p_sale = list(c.p_sale) if isinstance(c.p_sale, Sequence) else [c.p_sale]

    @property
    def leads_left(self) -> float:
        """Leads never dialed."""
        return codes.INFINITY if self.declared.leads == "unlimited" else self.declared.leads - self.n_dialed


def make_groups(centre: schema.Centre) -> list[GroupState]:
    """The groups with all the advisors that they ever have on duty."""
    groups: list[GroupState] = []
    for index, (name, declared) in enumerate(centre.groups.items()):
        staffing = declared.staffing
        most = max(staffing) if isinstance(staffing, Sequence) else staffing
        handle = [Law(declared.handle_s.get(queue, q.handle_s)) for queue, q in centre.queues.items()]
        first = sum(len(group.advisors) for group in groups)
        advisors = [Advisor(index, j, first + j) for j in range(most)]
        groups.append(GroupState(index, name, declared, handle, advisors))
    return groups
