"""What must be true after every event (DESIGN section 3, "Conservation", the terms that exist).

Running totals are held against the contacts that are there: a contact can neither vanish nor be counted twice.
"""

from __future__ import annotations

from collections import Counter as Totals
from typing import TYPE_CHECKING

from ccenv.sim import codes

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator

STATE_OF_PHASE = {
    codes.RINGING: codes.RESERVED,
    codes.TALKING: codes.ADVISOR_TALKING,
    codes.WRAPPING: codes.ADVISOR_WRAP_UP,
}


def check_conservation(sim: Simulator) -> None:
    """Raise AssertionError where a law is broken."""
    here = Totals((contact.is_lead, contact.index, contact.phase) for contact in sim.contacts)
    for queue in sim.queues:
        check_queue(sim, queue.index, {phase: here[False, queue.index, phase] for phase in range(8)})
    for campaign in sim.campaigns:
        check_campaign(sim, campaign.index, {phase: here[True, campaign.index, phase] for phase in range(8)})
    check_lines(sim)
    check_advisors(sim)
    assert sim.lines_free() >= 0, "more lines than trunks"
    if sim.clock.stage == codes.NIGHT:
        assert all(advisor.state == codes.OFF for advisor in sim.advisors.everybody())


def check_queue(sim: Simulator, q: int, phases: dict[int, int]) -> None:
    """The contacts of a queue."""

    def n(*names: str) -> float:
        return sum(sim.ledger.totals["queue", q, name] for name in names)

    came = n("fresh", "redials", "repeats")
    assert came == n("blocked", "abandoned", "unserved", "answered") + phases[codes.WAITING]
    assert came == n("blocked", "offered")
    assert n("answered") == n("resolved", "unresolved") + phases[codes.TALKING]
    unresolved_yet = [c for c in sim.contacts if not c.is_lead and c.index == q and c.phase == codes.WRAPPING]
    coming = sum(contact.unresolved for contact in unresolved_yet) + phases[codes.PENDING_REPEAT]
    assert n("unresolved") == n("repeats") + coming
    assert n("redials") + phases[codes.PENDING_REDIAL] <= n("blocked", "abandoned")
    assert n("fresh") == sim.queues[q].n_fresh
    assert phases[codes.FREE] == phases[codes.RINGING] == phases[codes.CONNECT_WAITING] == 0


def check_campaign(sim: Simulator, c: int, phases: dict[int, int]) -> None:
    """The attempts of a campaign."""

    def n(*names: str) -> float:
        return sum(sim.ledger.totals["campaign", c, name] for name in names)

    ended = n("no_answer", "busy", "invalid", "machine", "false_positive", "machine_passed", "connects")
    assert n("attempts") == phases[codes.RINGING] + ended == sim.campaigns[c].n_dialed
    machines_waiting = sum(contact.machine for contact in sim.campaigns[c].line)
    assert n("connects") == n("joined", "dropped") + phases[codes.CONNECT_WAITING] - machines_waiting
    assert n("machine_passed") == n("mp_joined", "mp_dropped") + machines_waiting
    assert sum(phases.values()) == sum(
        phases[phase] for phase in (codes.RINGING, codes.CONNECT_WAITING, codes.TALKING, codes.WRAPPING)
    )
    declared = sim.campaigns[c].declared
    assert sum(x.holds_line for x in sim.contacts if x.is_lead and x.index == c) <= declared.max_lines
    assert sim.campaigns[c].leads_left >= 0
    assert not (declared.reserves and n("dropped", "mp_dropped")), "no drop is possible where the campaign reserves"


def check_lines(sim: Simulator) -> None:
    """Who waits stands in its own line, in order, and nobody else does."""
    for queue in sim.queues:
        waiting = [x for x in sim.contacts if not x.is_lead and x.index == queue.index and x.phase == codes.WAITING]
        assert {id(contact) for contact in queue.line} == {id(contact) for contact in waiting}
        keys = [sim.inbound.sort_key(contact) for contact in queue.line]
        assert keys == sorted(keys)
    for campaign in sim.campaigns:
        waits = [
            x for x in sim.contacts if x.is_lead and x.index == campaign.index and x.phase == codes.CONNECT_WAITING
        ]
        assert {id(contact) for contact in campaign.line} == {id(contact) for contact in waits}
        since = [contact.waits_since for contact in campaign.line]
        assert since == sorted(since)
        idle = [group for group in sim.groups if group.idle and group.can_handle(campaign.name)]
        assert not (campaign.line and idle), "a connect waits while an advisor could take it"


def check_advisors(sim: Simulator) -> None:
    """Every advisor is in exactly one state, with the contact that it needs, and with the skill for it."""
    names = {False: [queue.name for queue in sim.queues], True: [campaign.name for campaign in sim.campaigns]}
    for group in sim.groups:
        idle = [advisor for advisor in group.advisors if advisor.state == codes.IDLE]
        assert {id(advisor) for advisor in idle} == {id(advisor) for advisor in group.idle}
        assert len(group.idle) == len(idle)
        since = [advisor.since for advisor in group.idle]
        assert since == sorted(since)
    for advisor in sim.advisors.everybody():
        contact = advisor.contact
        if advisor.state in (codes.OFF, codes.IDLE):
            assert contact is None and not advisor.leaving
            continue
        assert contact is not None and contact.advisor is advisor
        assert advisor.state == STATE_OF_PHASE[contact.phase]
        assert sim.groups[advisor.group].can_handle(names[contact.is_lead][contact.index])
    served = [contact for contact in sim.contacts if contact.advisor is not None]
    assert len(served) == sum(advisor.contact is not None for advisor in sim.advisors.everybody())
