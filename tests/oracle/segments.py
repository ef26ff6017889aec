"""Segments of a campaign, and the leads that were touched and are not closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, stream

if TYPE_CHECKING:
    from tests.oracle.entities import Contact

IN_ATTEMPT, WAITING, READY, HELD, CALLED_IN = range(5)  # HELD: for a pending return call alone


@dataclass(eq=False)
class Lead:
    """A person on a list, from the moment of being taken until closed."""

    segment: SegmentState
    number: int
    key: int
    state: int = IN_ATTEMPT
    why: int = codes.RETRYING
    due: float = 0.0
    n_attempts: int = 0
    n_joins: int = 0
    grid_times: list[int] = field(default_factory=list)  # of all attempts that are over, in units of 120 s
    local_days: list[int] = field(default_factory=list)  # of the same
    last_talk: int | None = None  # its grid time
    was_dropped: bool = False  # the last attempt
    promised_value: float = 0.0
    pending: Contact | None = None  # the return call that will come
    was_held: bool = False  # of a lead that has called in: it is in no list

    def attempt_key(self, attempt: int) -> int:
        """Key of attempt 1, 2, ...; attempt 1 has the key of the lead."""
        return self.key if attempt == 1 else child_key(self.key, codes.ATTEMPT, attempt - 1)


@dataclass(eq=False)
class SegmentState:
    """A segment; undeclared keys take the campaign's values. `index` counts within the campaign."""

    index: int
    name: str  # of its stream
    campaign: schema.Campaign
    declared: schema.Segment
    n_looked_at: int = 0
    leads: list[Lead] = field(default_factory=list)

    def __post_init__(self) -> None:
        c, s = self.campaign, self.declared
        self.stream = stream(self.name)
        self.p_answer = c.p_answer if s.p_answer is None else s.p_answer
        self.by_attempt = c.by_attempt if s.by_attempt is None else s.by_attempt
        self.sale_value = c.sale_value if s.sale_value is None else s.sale_value

    @property
    def n_fresh(self) -> float:
        """Number of leads that were not looked at yet; may be infinite."""
        return codes.INFINITY if self.declared.size == "unlimited" else self.declared.size - self.n_looked_at

    @property
    def ready(self) -> list[Lead]:
        """Rows that may be dialed again."""
        return [lead for lead in self.leads if lead.state == READY]

    def look_at_next(self, root: int) -> Lead:
        """The next fresh lead, counted as looked at."""
        number = self.n_looked_at
        self.n_looked_at += 1
        return Lead(self, number, entity_key(root, self.stream, number))


def make_segments(name: str, campaign: schema.Campaign) -> list[SegmentState]:
    """The segments of a campaign; a campaign without segments has one."""
    if not campaign.segments:
        whole = schema.Segment(size=campaign.leads, value_left=campaign.value_left)
        return [SegmentState(0, f"campaign:{name}", campaign, whole)]
    return [
        SegmentState(index, f"campaign:{name}/{part}", campaign, declared)
        for index, (part, declared) in enumerate(campaign.segments.items())
    ]
