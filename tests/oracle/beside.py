"""Section "Chats beside a call": advisors who have chats and a call at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.answering import own_groups
from tests.oracle.entities import Advisor, GroupState, QueueState
from tests.oracle.record import Spell

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Beside:
    """Levels of advisors, calls that are given to advisors with chats, and the time of both at once."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def most(self, advisor: Advisor) -> int:
        """Most chats beside a call."""
        return self.sim.groups[advisor.group].declared.capacity.chats_beside_voice

    def on_call(self, advisor: Advisor) -> bool:
        """Whether the advisor is in talk or wrap-up with a contact beside which it may have chats."""
        busy = advisor.state in (codes.ADVISOR_TALKING, codes.ADVISOR_WRAP_UP)
        contact = advisor.contact
        return busy and contact is not None and not contact.is_work and self.most(advisor) > 0

    def level(self, advisor: Advisor) -> int:
        """Chats, and a call as one more."""
        return len(advisor.chats) + self.on_call(advisor)

    def stays(self, advisor: Advisor) -> bool:
        """Whether the advisor neither goes nor owes a break."""
        return not advisor.leaving and advisor.owed_s == 0

    def takes_another(self, advisor: Advisor) -> bool:
        """Whether the advisor takes a further chat, were there room for it in the group."""
        room = len(advisor.chats) < self.most(advisor) or not self.on_call(advisor)
        return room and self.stays(advisor)

    def takers(self, group: GroupState) -> list[Advisor]:
        """The advisors of a group with few enough chats for a call beside them."""
        chatting = [advisor for advisor in group.advisors if advisor.state == codes.ADVISOR_CHATTING]
        return [a for a in chatting if len(a.chats) <= self.most(a) and self.stays(a)]

    def busy_takers(self, group: GroupState) -> list[Advisor]:
        """The advisors of a group who may take a call though they are not idle."""
        return self.takers(group) + self.sim.deferring.interruptible(group)

    def may_take(self, queue: QueueState, group: GroupState) -> bool:
        """Whether the head of a queue of calls may go to an advisor of the group who is not idle."""
        someone_idle = any(other.idle for other in own_groups(self.sim, queue.name))
        return not queue.line[0].virtual and not someone_idle and bool(self.busy_takers(group))

    def who_takes(self, group: GroupState) -> Advisor:
        """The advisor with the fewest chats, then whose last assignment is longest ago; else one whose work stops."""
        takers = self.takers(group)
        if not takers:
            return self.sim.deferring.interrupt(group)
        return min(takers, key=lambda advisor: (len(advisor.chats), advisor.assigned_at, advisor.number))

    def begins(self, advisor: Advisor) -> None:
        """A call has begun: it counts as an assignment, and the ends of the chats are scheduled anew."""
        if self.on_call(advisor):
            advisor.assigned_at = advisor.beside_since = self.sim.now
            self.sim.chats.plan(advisor)

    def end(self, advisor: Advisor) -> None:
        """After a wrap-up the advisor goes on with its chats, or is freed."""
        if not advisor.chats:
            self.sim.advisors.free(advisor)
            return
        self.sim.advisors.change_state(advisor, codes.ADVISOR_CHATTING)
        self.sim.chats.plan(advisor)

    def note_time(self, advisor: Advisor) -> None:
        """Add the time with a call and a chat at once up to now; called before either comes or goes."""
        if self.on_call(advisor) and advisor.chats:
            spell = Spell("group", advisor.group, "beside_s", advisor.beside_since, self.sim.now)
            self.sim.ledger.spells.append(spell)
        advisor.beside_since = self.sim.now
