"""Section "Advisors", and the parts that inbound and outbound share: talk, wrap-up, freeing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.answering import AT_WORK, count_begun
from tests.oracle.entities import Advisor, Contact, GroupState
from tests.oracle.events import Kind
from tests.oracle.idle_list import first_idle, idle_key
from tests.oracle.record import Spell

if TYPE_CHECKING:
    from tests.oracle.goals import Goals
    from tests.oracle.service import Service
    from tests.oracle.simulator import Simulator

COUNTER_OF_STATE = {
    codes.IDLE: "idle_s",
    codes.AWAITING_ANSWER: "reserved_s",
    codes.ADVISOR_TALKING: "talking_s",
    codes.ADVISOR_WRAP_UP: "wrapping_s",
    codes.AWAY: "away_s",
    codes.ADVISOR_CHATTING: "chatting_s",
}


class Advisors:
    """The states of advisors, and the events that change them."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def everybody(self) -> list[Advisor]:
        """All advisors, by group, then by number within the group."""
        return [advisor for group in self.sim.groups for advisor in group.advisors]

    def group_of(self, advisor: Advisor) -> GroupState:
        """The group of an advisor."""
        return self.sim.groups[advisor.group]

    # states

    def change_state(self, advisor: Advisor, state: int) -> None:
        """Note the spell that ends, update load and talk time, and set the new state."""
        self.note_spell(advisor)
        advisor.load = self.sim.traits.load_now(advisor)
        if advisor.state == codes.ADVISOR_TALKING:
            advisor.talk_s += self.sim.now - advisor.since
        advisor.state, advisor.since = state, self.sim.now

    def note_spell(self, advisor: Advisor) -> None:
        """Add the time in the current state to its counter."""
        self.sim.beside.note_time(advisor)
        service = self.group_of(advisor).declared.answering_service is not None
        if service and advisor.state not in AT_WORK:
            return
        if advisor.state != codes.OFF:
            counter = "service_s" if service else COUNTER_OF_STATE[advisor.state]
            self.sim.ledger.spells.append(Spell("group", advisor.group, counter, advisor.since, self.sim.now))
            self.sim.fairness.note_spell(advisor)

    def become_idle(self, advisor: Advisor) -> None:
        """Set an advisor idle and append it to the group's idle list."""
        self.change_state(advisor, codes.IDLE)
        group = self.group_of(advisor)
        advisor.idle_key = idle_key(group, advisor, self.sim.now)
        advisor.n_idle += 1
        group.idle.append(advisor)

    def take(self, advisor: Advisor) -> None:
        """Remove an idle advisor from the idle list for a contact; the caller then sets the new state."""
        group = self.group_of(advisor)
        if advisor is first_idle(group):
            group.turn = (advisor.number + 1) % len(group.advisors)
        group.idle.remove(advisor)

    def first_idle(self, group: GroupState) -> Advisor:
        """The first advisor in a group's idle list."""
        return first_idle(group)

    # the roster

    def come_on(self, advisor: Advisor) -> None:
        """Roster entry `on`."""
        advisor.worked = True
        self.sim.fairness.comes(advisor)
        if advisor.state == codes.OFF:
            self.free(advisor)
        else:
            advisor.leaving = False

    def leave(self, advisor: Advisor) -> None:
        """Roster entry `off`: off now if idle or away, otherwise once the current work is finished."""
        if advisor.state == codes.IDLE:
            self.group_of(advisor).idle.remove(advisor)
        put_back = self.sim.deferring.put_back_if_interruptible(advisor)
        if advisor.state in (codes.IDLE, codes.AWAY) or put_back:
            self.go_off(advisor)
        elif advisor.state != codes.OFF:
            advisor.leaving = True

    def take_break(self, advisor: Advisor, length_s: float) -> None:
        """Roster entry `break`: away now if idle, otherwise owed."""
        if advisor.state == codes.IDLE:
            self.group_of(advisor).idle.remove(advisor)
            self.go_away(advisor, length_s)
        elif self.sim.deferring.put_back_if_interruptible(advisor):
            self.go_away(advisor, length_s)
        elif advisor.state not in (codes.OFF, codes.AWAY) and not advisor.leaving:
            advisor.owed_s += length_s

    def go_away(self, advisor: Advisor, length_s: float) -> None:
        """Begin a break and schedule its end."""
        advisor.owed_s = 0.0
        self.change_state(advisor, codes.AWAY)
        self.sim.log.advisor(self.sim.now, codes.LOG_AWAY, advisor)
        advisor.break_end = self.sim.agenda.add(self.sim.now + length_s, Kind.END, lambda: self.come_back(advisor))

    def come_back(self, advisor: Advisor) -> None:
        """End a break and free the advisor."""
        advisor.break_end = None
        self.sim.log.advisor(self.sim.now, codes.LOG_BREAK_END, advisor)
        self.free(advisor)

    def go_off(self, advisor: Advisor) -> None:
        """Set an advisor off; cancel its break and forget an owed one."""
        if advisor.break_end is not None:
            advisor.break_end.cancelled = True
        advisor.break_end, advisor.owed_s, advisor.leaving = None, 0.0, False
        self.change_state(advisor, codes.OFF)

    def go_home(self) -> None:
        """At the end of a day set all advisors off."""
        for group in self.sim.groups:
            group.idle.clear()
        for advisor in self.everybody():
            self.go_off(advisor)
        self.live_through_day()

    def live_through_day(self) -> None:
        """At the end of a day, note it in the traits of all advisors."""
        for advisor in self.everybody():
            self.sim.traits.end_day(advisor)

    def free(self, advisor: Advisor) -> None:
        """Free an advisor: off if leaving, away if a break is owed, else to the longest waiting connect, else idle."""
        if advisor.leaving:
            self.go_off(advisor)
            return
        if advisor.owed_s > 0:
            self.go_away(advisor, advisor.owed_s)
            return
        lines = [c.line for c in self.sim.campaigns if self.group_of(advisor).can_handle(c.name)]
        heads = [line[0] for line in lines if line]
        if heads:
            first = min(heads, key=lambda contact: (contact.queues_since, contact.index))
            self.sim.outbound.take_waiting(first, advisor)
        else:
            self.become_idle(advisor)

    # talk and wrap-up

    def side_of(self, contact: Contact) -> Service | Goals:
        """The object that handles this kind of contact: `goals` for attempts, `service` for inbound contacts."""
        return self.sim.goals if contact.is_lead else self.sim.service

    def start_talk(self, advisor: Advisor, contact: Contact) -> None:
        """Link a contact with its advisor, who has been taken from the idle list or has chats, and begin the talk."""
        self.sim.chats.work_on(advisor)
        advisor.contact, contact.advisor = contact, advisor
        contact.phase, contact.talks_since, contact.handled_since = codes.TALKING, self.sim.now, self.sim.now
        contact.scale = self.sim.day_factors.of_slot(contact)
        self.change_state(advisor, codes.ADVISOR_TALKING)
        self.sim.beside.begins(advisor)

    def talk_for(self, contact: Contact, handle_s: float) -> None:
        """Begin to handle the contact: count it and schedule the talk's end."""
        assert contact.advisor is not None
        contact.advisor.n_contacts += 1
        count_begun(self.sim, contact.advisor)
        contact.phase, contact.handled_since = codes.TALKING, self.sim.now
        contact.scale = self.sim.day_factors.of_slot(contact)
        contact.event = self.sim.agenda.add(self.sim.clock.tonight(handle_s), Kind.END, lambda: self.end_talk(contact))

    def end_talk(self, contact: Contact) -> None:
        """Talk end: sampled or not; then wrap-up, unless the advisor holds for the leg of a warm transfer."""
        assert contact.advisor is not None
        self.sim.traits.maybe_sample(contact, contact.advisor)
        contact.unresolved = self.side_of(contact).is_unresolved(contact)
        detail = contact.wrong_party if contact.is_lead else contact.unresolved
        self.sim.log.contact(self.sim.now, codes.LOG_TALK_END, contact, detail=int(detail))
        advisor_stays = self.side_of(contact).after_talk(contact)
        if not advisor_stays:
            self.wrap_up(contact)

    def wrap_up(self, contact: Contact) -> None:
        """Begin the wrap-up, or end it at once if it takes 0 s."""
        assert contact.advisor is not None
        self.side_of(contact).count_talk(contact)
        contact.phase, contact.wraps_up_since = codes.WRAPPING, self.sim.now
        self.change_state(contact.advisor, codes.ADVISOR_WRAP_UP)
        dist = (self.sim.campaigns if contact.is_lead else self.sim.queues)[contact.index].wrap_up
        if contact.kind == codes.RETURN_CALL:
            dist = self.sim.return_calls.wrap_up(contact, contact.advisor)
        wrap_up_s = dist.draw(contact.key, codes.WRAP_UP)
        if wrap_up_s == 0:
            self.end_wrap_up(contact)
        else:
            contact.event = self.sim.agenda.add(
                self.sim.clock.tonight(wrap_up_s), Kind.END, lambda: self.end_wrap_up(contact)
            )

    def end_wrap_up(self, contact: Contact) -> None:
        """End the wrap-up: first the contact's own end, then the advisor is freed, or goes on with chats."""
        advisor = contact.advisor
        assert advisor is not None
        self.sim.log.contact(self.sim.now, codes.LOG_WRAP_UP_END, contact)
        self.sim.chats.work_on(advisor)
        advisor.contact, contact.advisor = None, None
        self.side_of(contact).end_wrap_up(contact)
        self.sim.beside.end(advisor)
