"""Section "Decisions": the catalogue, what is legal, and epochs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.entities import CampaignState, GroupState, QueueState
from tests.oracle.events import Event, Kind
from tests.oracle.randomness import entity_key, stream, uniform

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


@dataclass(frozen=True)
class Action:
    """One entry of the catalogue."""

    kind: int
    index: int
    group: int
    n: int


BARRED = {"all": (), "reserved": (codes.DIAL,), "unreserved": (codes.DIAL_RESERVED,)}  # by `actions` of a run
HOLD_INDEX = 0  # index of `hold` in the catalogue
Choose = Callable[[int, float, list[int], Sequence[Action]], int]


def make_catalogue(centre: schema.Centre) -> list[Action]:
    """The actions: `hold`; `assign` by queue, then group; by campaign the dials, in ladder order, then by group."""
    catalogue = [Action(codes.HOLD, codes.NIL, codes.NIL, 0)]
    for q, queue in enumerate(centre.queues):
        for g, group in enumerate(centre.groups.values()):
            if queue in group.skills:
                levels = 1 if centre.queues[queue].chat is None else group.capacity.chats
                catalogue += [Action(codes.ASSIGN, q, g, level) for level in range(1, levels + 1)]
    for c, (name, campaign) in enumerate(centre.campaigns.items()):
        if campaign.reserves in (False, "either"):
            catalogue += [Action(codes.DIAL, c, codes.NIL, n) for n in campaign.dial_ladder]
        if campaign.reserves in (True, "either"):
            groups = [g for g, group in enumerate(centre.groups.values()) if name in group.skills]
            catalogue += [Action(codes.DIAL_RESERVED, c, g, 1) for g in groups]
    return catalogue


class Decisions:
    """Epochs, reviews and the application of actions."""

    def __init__(self, sim: Simulator, choose: Choose, actions: str = "all") -> None:
        self.sim = sim
        self.choose = choose
        self.barred = BARRED[actions]
        self.catalogue = make_catalogue(sim.centre)
        self.n_decisions = 0
        self.pending_review: Event | None = None
        self.kind = codes.OPENING_EPOCH

    def epoch(self) -> None:
        """Ask the policy until it holds, or no action but `hold` is legal."""
        held = False
        while not held and (action := self.next_action()) is not None:
            self.apply(self.catalogue[action])
            self.kind = codes.SAME_INSTANT
            held = action == HOLD_INDEX
            self.sim.check()
        self.cancel_review()
        if held and self.sim.centre.clock.review_s > 0:
            self.pending_review = self.sim.agenda.add(
                self.sim.now + self.sim.centre.clock.review_s, Kind.REVIEW, self.review
            )

    def next_action(self) -> int | None:
        """The policy's action, or the only legal one; None if no action but `hold` is legal."""
        legal = [i for i, action in enumerate(self.catalogue) if self.is_legal(action)]
        if legal in ([], [HOLD_INDEX]):
            return None
        number = codes.NIL
        if len(legal) == 1:
            action = legal[0]
        else:
            number = self.n_decisions
            self.n_decisions += 1
            u = uniform(entity_key(self.sim.root, stream("policy"), number), codes.COIN)
            if self.sim.look is not None:
                self.sim.look(self.sim.snapshots.take())
            self.sim.snapshots.last_decision = self.sim.now
            action = self.choose(number, u, legal, self.catalogue)
            assert action in legal, f"the policy chose {action}, legal are {legal}"
        self.sim.log.clock(self.sim.now, codes.LOG_ACTION, number, detail=action)
        return action

    def review(self) -> None:
        """A review: an event that changes nothing, and is not counted."""
        self.kind = codes.REVIEW_EPOCH
        self.sim.n_events -= 1
        self.pending_review = None
        self.sim.log.clock(self.sim.now, codes.LOG_REVIEW, self.sim.clock.day)

    def cancel_review(self) -> None:
        """Cancel a pending review."""
        if self.pending_review is not None:
            self.pending_review.cancelled = True
            self.pending_review = None

    def is_legal(self, action: Action) -> bool:
        """Whether an action is legal now."""
        sim = self.sim
        if action.kind in self.barred:
            return False
        match action.kind:
            case codes.HOLD:
                must_assign = sim.clock.stage != codes.OPEN or sim.centre.work_conserving
                return not (must_assign and self.any_assignment_is_legal())
            case codes.ASSIGN:
                return self.may_assign(sim.queues[action.index], sim.groups[action.group], action.n)
            case codes.DIAL:
                return self.may_dial(sim.campaigns[action.index], action.n)
            case _:
                return self.may_dial(sim.campaigns[action.index], 1) and bool(sim.groups[action.group].idle)

    def any_assignment_is_legal(self) -> bool:
        """Whether at least one assignment is legal now."""
        return any(action.kind == codes.ASSIGN and self.is_legal(action) for action in self.catalogue)

    def may_assign(self, queue: QueueState, group: GroupState, level: int) -> bool:
        """Whether the head of a queue may be assigned to a group at a level now; a virtual head needs a free line.

        Deferrable work is begun before closing. Calls may go to advisors with few chats, or take them from work.
        """
        if not queue.line:
            return False
        if queue.declared.chat is not None:
            return bool(self.sim.chats.takers(group, level - 1))
        if queue.declared.deferrable is not None:
            return bool(group.idle) and self.sim.clock.stage == codes.OPEN
        if not group.idle:
            return self.sim.beside.may_take(queue, group)
        return not queue.line[0].virtual or self.sim.lines_free() >= 1

    def may_dial(self, campaign: CampaignState, n: int) -> bool:
        """Whether n leads of a campaign may be dialed now."""
        lines = [x for x in self.sim.contacts if x.is_lead and x.index == campaign.index and x.holds_line]
        return (
            self.sim.clock.stage == codes.OPEN
            and n <= self.sim.max_lines(campaign) - len(lines)
            and n <= self.sim.lines_free()
            and n <= self.sim.lists.n_dialable(campaign)
        )

    def apply(self, action: Action) -> None:
        """Apply an action."""
        sim = self.sim
        match action.kind:
            case codes.ASSIGN if sim.queues[action.index].declared.chat is not None:
                sim.chats.assign(sim.queues[action.index], sim.groups[action.group], action.n)
            case codes.ASSIGN:
                sim.inbound.assign(sim.queues[action.index], sim.groups[action.group])
            case codes.DIAL:
                sim.outbound.dial(sim.campaigns[action.index], action.n)
            case codes.DIAL_RESERVED:
                sim.outbound.dial_reserved(sim.campaigns[action.index], sim.groups[action.group])
