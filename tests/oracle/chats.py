"""Section "Chats": several contacts of one advisor at once, and customers who leave without a sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, Contact, GroupState, QueueState
from tests.oracle.events import Kind

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Chats:
    """Chats from the assignment to their end."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def takers(self, group: GroupState, n: int) -> list[Advisor]:
        """Advisors of a group at level n who take another chat; with n = 0 the idle ones."""
        if n == 0:
            return list(group.idle)
        beside = self.sim.beside
        return [a for a in group.advisors if beside.level(a) == n and beside.takes_another(a)]

    def room(self, queue: QueueState) -> bool:
        """Whether some advisor at a level may take one of this queue."""
        able = [group for group in self.sim.groups if group.can_handle(queue.name)]
        return any(self.takers(g, n) for g in able for n in range(1, g.declared.capacity.chats))

    def who_takes(self, contact: Contact, group: GroupState, level: int) -> Advisor:
        """The preferred advisor of an identified contact; else the first idle one, or the one assigned to first."""
        takers = self.takers(group, level - 1)
        if contact.identified and contact.preferred in takers:
            assert contact.preferred is not None
            return contact.preferred
        if level == 1:
            return self.sim.advisors.first_idle(group)
        return min(takers, key=lambda advisor: (advisor.assigned_at, advisor.number))

    def assign(self, queue: QueueState, group: GroupState, level: int) -> None:
        """Assign the head of a queue to an advisor of the group at level - 1."""
        sim, contact = self.sim, queue.line[0]
        advisor = self.who_takes(contact, group, level)
        contact.advisor = advisor
        wait_s = sim.now - contact.entry_s
        if contact.gone:
            queue.line.remove(contact)
        else:
            sim.inbound.leave_line(contact)
            contact.waited_s += wait_s
            sim.inbound.count(contact, "wait_answered_s", wait_s)
            sim.served.last_wait_s[contact.index] = wait_s
            sim.inbound.count_answered(contact, wait_s)
        sim.log.contact(sim.now, codes.LOG_ASSIGNED, contact, detail=int(contact.gone))
        if level == 1:
            sim.advisors.take(advisor)
            sim.advisors.change_state(advisor, codes.ADVISOR_CHATTING)
        else:
            self.work_on(advisor)
        contact.phase, contact.talks_since = codes.IN_CHAT, sim.now
        contact.work_left, contact.work_done = self.work_s(contact), 0.0
        advisor.chats.append(contact)
        advisor.assigned_at = advisor.worked_until = sim.now
        advisor.n_contacts += 1
        sim.ledger.count("group", group.index, "handled")
        sim.fairness.begins(advisor)
        self.plan(advisor)

    def work_s(self, contact: Contact) -> float:
        """Work of a chat, in seconds at rate 1."""
        queue = self.sim.queues[contact.index]
        contact.transfers = contact.buys = False
        if contact.gone:
            return queue.chat_detect.draw(contact.key, codes.HANDLE)
        return self.sim.service.handle_s(contact)

    def rate(self, contact: Contact) -> float:
        """Rate at which the advisor works on a chat now."""
        assert contact.advisor is not None
        chat = self.sim.queues[contact.index].declared.chat
        assert chat is not None
        return chat.rate_by_level[self.sim.beside.level(contact.advisor) - 1]

    def work_on(self, advisor: Advisor) -> None:
        """Do the work since the last change of the level."""
        self.sim.beside.note_time(advisor)
        for chat in advisor.chats:
            done = (self.sim.now - advisor.worked_until) * self.rate(chat)
            chat.work_done += done
            chat.work_left = max(0.0, chat.work_left - done)
        advisor.worked_until = self.sim.now

    def plan(self, advisor: Advisor) -> None:
        """Schedule the ends of all chats of an advisor anew, in the order of their assignment."""
        for chat in advisor.chats:
            if chat.event is not None:
                chat.event.cancelled = True
            due = self.sim.clock.tonight(chat.work_left / self.rate(chat))
            chat.event = self.sim.agenda.add(due, Kind.END, lambda chat=chat: self.end(chat))

    def end(self, contact: Contact) -> None:
        """End a chat: its result, its own end, then the advisor is freed if it has no other contact."""
        sim, advisor = self.sim, contact.advisor
        assert advisor is not None
        contact.event = None
        length_s = sim.now - contact.talks_since
        advisor.talk_s += length_s
        sim.ledger.count("group", advisor.group, "chat_s", length_s)
        if contact.gone:
            sim.inbound.count(contact, "silent_s", length_s)
            sim.log.contact(sim.now, codes.LOG_TALK_END, contact)
        else:
            sim.traits.maybe_sample(contact, advisor)
            contact.unresolved = sim.service.is_unresolved(contact)
            sim.log.contact(sim.now, codes.LOG_TALK_END, contact, detail=int(contact.unresolved))
            sim.service.after_talk(contact)
            sim.service.count_talk(contact)
        self.work_on(advisor)
        advisor.chats.remove(contact)
        contact.advisor = None
        self.plan(advisor)
        self.let_go(contact)
        if sim.beside.level(advisor) == 0:
            sim.advisors.free(advisor)

    def let_go(self, contact: Contact) -> None:
        """End the contact, or make it a pending repeat."""
        if contact.unresolved:
            delay_s = self.sim.queues[contact.index].repeat_delay.draw(contact.key, codes.REPEAT_DELAY)
            self.sim.returns.come_back_after(contact, codes.PENDING_REPEAT, delay_s)
        else:
            self.sim.forget(contact)

    def leave_silently(self, contact: Contact) -> None:
        """The customer leaves, and the chat stays in line."""
        sim = self.sim
        sim.log.contact(sim.now, codes.LOG_LEFT_SILENTLY, contact)
        wait_s = sim.now - contact.entry_s
        contact.event, contact.gone = None, True
        sim.unseen = True
        sim.inbound.count(contact, "silent")
        sim.inbound.count(contact, "wait_abandoned_s", wait_s)
        if wait_s > 0:
            sim.inbound.count(contact, "waited")
        sim.inbound.note_waiting(contact)

    def send_away(self, contact: Contact) -> None:
        """End of overtime for a chat in line that its customer has left."""
        self.sim.log.contact(self.sim.now, codes.LOG_UNSERVED, contact, detail=1)
        self.sim.queues[contact.index].line.remove(contact)
        self.sim.forget(contact)
