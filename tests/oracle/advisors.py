"""Section "Advisors", and what is the same for inbound and outbound: talk, wrap-up, freeing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim import codes
from tests.oracle.entities import Advisor, Contact, GroupState, by_slot
from tests.oracle.record import Spell

if TYPE_CHECKING:
    from tests.oracle.inbound import Inbound
    from tests.oracle.outbound import Outbound
    from tests.oracle.simulator import Simulator

COUNTER_OF_STATE = {
    codes.IDLE: "idle_s",
    codes.RESERVED: "reserved_s",
    codes.ADVISOR_TALKING: "talking_s",
    codes.ADVISOR_WRAP_UP: "wrapping_s",
}


class Advisors:
    """What advisors do."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def change_state(self, advisor: Advisor, state: int) -> None:
        """Note the spell that ends, and start another."""
        self.note_spell(advisor)
        advisor.state, advisor.since = state, self.sim.now

    def note_spell(self, advisor: Advisor) -> None:
        """Add the time in the present state to its counter."""
        if advisor.state != codes.OFF:
            counter = COUNTER_OF_STATE[advisor.state]
            self.sim.ledger.spells.append(Spell("group", advisor.group, counter, advisor.since, self.sim.now))

    def on_duty(self, advisor: Advisor) -> bool:
        """Whether the staffing of this slot includes the advisor."""
        return advisor.number < by_slot(self.sim.groups[advisor.group].declared.staffing, self.sim.clock.slot)

    def everybody(self) -> list[Advisor]:
        """All advisors, group by group, by number."""
        return [advisor for group in self.sim.groups for advisor in group.advisors]

    def come_to_work(self) -> None:
        """Opening: advisors on duty become idle."""
        for advisor in self.everybody():
            if self.on_duty(advisor):
                self.become_idle(advisor)

    def change_staffing(self) -> None:
        """Slot boundary: some leave, now or when finished; some come."""
        for advisor in self.everybody():
            if not self.on_duty(advisor):
                if advisor.state == codes.IDLE:
                    self.leave_idle_line(advisor)
                    self.go_off(advisor)
                elif advisor.state != codes.OFF:
                    advisor.leaving = True
            elif advisor.state == codes.OFF:
                self.free(advisor)
            else:
                advisor.leaving = False

    def go_home(self) -> None:
        """End of a day: all go off."""
        for group in self.sim.groups:
            group.idle.clear()
        for advisor in self.everybody():
            self.go_off(advisor)

    def go_off(self, advisor: Advisor) -> None:
        """Off duty."""
        self.change_state(advisor, codes.OFF)
        advisor.leaving = False

    def group_of(self, advisor: Advisor) -> GroupState:
        """The advisor's group."""
        return self.sim.groups[advisor.group]

    def become_idle(self, advisor: Advisor) -> None:
        """Last in the group's idle line, idle since now."""
        self.change_state(advisor, codes.IDLE)
        self.group_of(advisor).idle.append(advisor)

    def leave_idle_line(self, advisor: Advisor) -> None:
        """No longer idle; the next state follows at once."""
        self.group_of(advisor).idle.remove(advisor)

    def free(self, advisor: Advisor) -> None:
        """Freed: goes off if leaving, else takes the connect that has waited longest, else becomes idle."""
        if advisor.leaving:
            self.go_off(advisor)
            return
        lines = [c.line for c in self.sim.campaigns if self.group_of(advisor).can_handle(c.name)]
        heads = [line[0] for line in lines if line]
        if heads:
            first = min(heads, key=lambda contact: (contact.waits_since, contact.index))
            self.sim.outbound.take_waiting(first, advisor)
        else:
            self.become_idle(advisor)

    def side_of(self, contact: Contact) -> Inbound | Outbound:
        """Which half of the centre a contact belongs to."""
        return self.sim.outbound if contact.is_lead else self.sim.inbound

    def start_talk(self, advisor: Advisor, contact: Contact, handle_s: float) -> None:
        """Begin to talk for a known time."""
        advisor.contact, contact.advisor = contact, advisor
        contact.phase, contact.talks_since = codes.TALKING, self.sim.now
        self.change_state(advisor, codes.ADVISOR_TALKING)
        contact.event = self.sim.agenda.add(self.sim.now + handle_s, lambda: self.end_talk(advisor, contact))

    def end_talk(self, advisor: Advisor, contact: Contact) -> None:
        """Talk end: the line is free; wrap-up begins, or is over at once."""
        unresolved = self.side_of(contact).end_talk(contact)
        self.sim.log.contact(self.sim.now, codes.LOG_TALK_END, contact, detail=int(unresolved))
        contact.phase, contact.wraps_up_since = codes.WRAPPING, self.sim.now
        self.change_state(advisor, codes.ADVISOR_WRAP_UP)
        law = (self.sim.campaigns if contact.is_lead else self.sim.queues)[contact.index].wrap_up
        wrap_up_s = law.draw(contact.key, codes.WRAP_UP)
        if wrap_up_s == 0:
            self.end_wrap_up(advisor, contact)
        else:
            contact.event = self.sim.agenda.add(self.sim.now + wrap_up_s, lambda: self.end_wrap_up(advisor, contact))

    def end_wrap_up(self, advisor: Advisor, contact: Contact) -> None:
        """Wrap-up end: the contact's own end first, then the advisor is freed."""
        self.sim.log.contact(self.sim.now, codes.LOG_WRAP_UP_END, contact)
        advisor.contact, contact.advisor = None, None
        self.side_of(contact).end_wrap_up(contact)
        self.free(advisor)
