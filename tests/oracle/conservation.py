"""Conservation laws that hold after every event and action.

Running totals are compared with the contacts that are present: a contact can neither vanish nor be counted twice.
"""

from __future__ import annotations

from collections import Counter as Totals
from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, Contact
from tests.oracle.segments import CALLED_IN, HELD, IN_ATTEMPT, READY, WAITING, Lead

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator

IN_LINE = (codes.WAITING, codes.VIRTUAL, codes.BACKLOG)
TO_BE_CALLED_BACK = (codes.VIRTUAL, codes.CALLBACK_RINGING, codes.PENDING_CALLBACK)
IN_SERVICE = (codes.TALKING, codes.HANDING_OVER, codes.IN_CHAT)
PHASES_OF_STATE = {
    codes.AWAITING_ANSWER: (codes.RINGING, codes.DECIDING, codes.CALLBACK_RINGING, codes.ALERTING),
    codes.ADVISOR_TALKING: (codes.TALKING, codes.HANDING_OVER, codes.HOLDING),
    codes.ADVISOR_WRAP_UP: (codes.WRAPPING,),
}
OF_A_LEAD = (codes.RINGING, codes.DECIDING, codes.CONNECT_WAITING, codes.ALERTING, codes.TALKING, codes.WRAPPING)


def check_conservation(sim: Simulator) -> None:
    """Raise AssertionError if a law is broken."""
    for queue in sim.queues:
        if queue.declared.deferrable is None:
            check_queue(sim, queue.index)
        else:
            check_work(sim, queue.index)
    check_origins(sim)
    for campaign in sim.campaigns:
        check_campaign(sim, campaign.index)
        check_leads(sim, campaign.index)
    check_lines(sim)
    check_idle_lists(sim)
    for advisor in sim.advisors.everybody():
        check_advisor(sim, advisor)
    served = [contact for contact in sim.contacts if contact.advisor is not None]
    everybody = sim.advisors.everybody()
    assert len(served) == sum((advisor.contact is not None) + len(advisor.chats) for advisor in everybody)
    assert sim.lines_free() >= 0, "more lines than trunks"
    assert len({contact.key for contact in sim.contacts}) == len(sim.contacts), "two contacts with one key"


def check_queue(sim: Simulator, q: int) -> None:
    """Check the contacts of a queue; a contact in the IVR belongs to its origin."""
    here_now = [contact for contact in sim.contacts if not contact.is_lead and contact.index == q]
    assert all(contact.is_chat == (sim.queues[q].declared.chat is not None) for contact in here_now)
    assert not any(contact.gone and contact.phase not in (codes.WAITING, codes.IN_CHAT) for contact in here_now)
    phases = Totals(contact.phase for contact in here_now if not contact.gone)

    def n(*names: str) -> float:
        return sum(sim.ledger.totals["queue", q, name] for name in names)

    def here(*of_phase: int) -> int:
        return sum(phases[phase] for phase in of_phase)

    came = n("fresh", "redials", "repeats", "returns", "misrouted_in", "transfers_in")
    sent_away = n("misrouted_out", "blocked", "ivr_hangup", "contained", "balked")
    ended = n("callback_lost", "abandoned", "silent", "unserved", "carried_out", "answered")
    assert n("silent") >= sum(contact.gone for contact in here_now)
    ringing = [x for x in sim.contacts if x.phase == codes.ALERTING and not x.is_lead and x.index == q]
    to_be_called_back = here(*TO_BE_CALLED_BACK) + sum(x.virtual for x in ringing)
    in_queue = here(codes.WAITING) + to_be_called_back + sum(not x.virtual for x in ringing)
    assert came == sent_away + here(codes.IN_IVR) + in_queue + ended
    assert n("offered") == in_queue + ended
    assert n("answered") == n("transferred_out", "resolved", "unresolved") + here(*IN_SERVICE)
    assert n("callback_offered") >= n("callback_accepted")
    ended_callbacks = n("callback_answered", "callback_lost", "carried_out")
    assert n("callback_accepted") == ended_callbacks + to_be_called_back
    assert n("callback_tries") >= n("callback_answered", "callback_lost") + here(codes.CALLBACK_RINGING)
    assert n("answered") >= n("callback_answered") and n("answered", "abandoned") >= n("abandoned_in_time")
    if sim.queues[q].declared.ivr is not None:
        past_ivr = n("handed_off", "contained", "ivr_hangup") + here(codes.IN_IVR)
        assert n("fresh", "redials", "repeats", "returns") - n("blocked") == past_ivr
    assert n("contained") >= n("contained_unresolved")
    assert n("fresh") == sim.queues[q].n_fresh
    assert here(codes.FREE, codes.RINGING, codes.DECIDING, codes.CONNECT_WAITING) == 0


OF_WORK = {
    "items", "items_again", "items_begun", "items_done", "items_done_in_time", "items_left", "item_age_s",
    "item_work_s", "interruptions", "closings", "backlog_closing", "resolved", "unresolved", "scored", "score",
}  # fmt: skip


def check_work(sim: Simulator, q: int) -> None:
    """Check the items of deferrable work of a queue."""
    items = [contact for contact in sim.contacts if contact.index == q and not contact.is_lead]
    phases = Totals(item.phase for item in items)

    def n(name: str) -> float:
        return sim.ledger.totals["queue", q, name]

    assert all(item.is_work for item in items)
    assert n("items") == n("items_done") + n("items_left") + phases[codes.BACKLOG] + phases[codes.TALKING]
    assert n("items") - n("items_again") == sim.queues[q].n_fresh
    waiting = sum(item.n_begun > 0 for item in items if item.phase == codes.BACKLOG)
    assert n("items_begun") <= n("items_done") + n("items_left") + phases[codes.TALKING] + waiting
    begins = sum(item.n_begun for item in items if item.phase in (codes.BACKLOG, codes.TALKING))
    assert n("interruptions") >= begins - sum(item.n_begun > 0 for item in items if item.phase == codes.TALKING)
    assert n("items_done") == n("resolved") + n("unresolved") >= n("items_done_in_time")
    assert set(phases) <= {codes.BACKLOG, codes.TALKING, codes.WRAPPING, codes.PENDING_REPEAT}
    used = {name for axis, index, name in sim.ledger.totals if (axis, index) == ("queue", q) and n(name)}
    assert used <= OF_WORK, used - OF_WORK
    declared = sim.queues[q].declared.deferrable
    assert declared is not None and (declared.interruptible or n("interruptions") == 0)
    if sim.clock.stage not in (codes.OPEN, codes.NIGHT) and declared.interruptible:
        assert not phases[codes.TALKING], "interruptible work goes on after closing"


def check_origins(sim: Simulator) -> None:
    """Check the laws of all queues together: contacts return at their origin, not at the queue they were in."""

    def n(*names: str) -> float:
        return sum(sim.ledger.totals["queue", q, name] for q in range(len(sim.queues)) for name in names)

    phases = Totals(contact.phase for contact in sim.contacts if not contact.is_lead)
    to_come = sum(contact.unresolved for contact in sim.contacts if contact.phase == codes.WRAPPING)
    came_again = n("repeats", "items_again")
    assert n("unresolved", "contained_unresolved") == came_again + to_come + phases[codes.PENDING_REPEAT]
    assert n("redials") + phases[codes.PENDING_REDIAL] <= n("blocked", "abandoned")
    assert n("returns") <= sum(sim.ledger.totals["campaign", c.index, "returned"] for c in sim.campaigns)
    assert n("misrouted_in") == n("misrouted_out")
    assert n("transfers_in") == n("transferred_out")
    assert n("fresh") >= n("fresh_answered") >= n("fresh_resolved")
    staying = [x.giver for x in sim.contacts if x.giver is not None]
    assert {id(x) for x in staying} == {id(x) for x in sim.contacts if x.phase == codes.HOLDING}
    with_giver = (codes.WAITING, codes.ALERTING, codes.HANDING_OVER)
    assert all(x.phase in with_giver for x in sim.contacts if x.giver is not None)


def check_campaign(sim: Simulator, c: int) -> None:
    """Check the attempts of a campaign."""
    leads = [contact for contact in sim.contacts if contact.is_lead and contact.index == c]
    phases = Totals(contact.phase for contact in leads)

    def n(*names: str) -> float:
        return sum(sim.ledger.totals["campaign", c, name] for name in names)

    ended = n("no_answer", "busy", "invalid", "machine", "false_positive", "machine_passed", "connects")
    assert n("attempts") == phases[codes.RINGING] + phases[codes.DECIDING] + ended
    talks = sum(x.phase == codes.TALKING and not x.machine for x in leads)
    assert n("joined") == n("right_party", "wrong_party") + talks
    to_join = [*sim.campaigns[c].line, *(x for x in leads if x.phase == codes.ALERTING)]
    machines_waiting = sum(contact.machine for contact in to_join)
    persons_waiting = phases[codes.CONNECT_WAITING] + phases[codes.ALERTING] - machines_waiting
    assert n("connects") == persons_waiting + n("hung_up", "dropped", "joined")
    assert n("machine_passed") == machines_waiting + n("mp_dropped", "mp_joined")
    assert set(phases) <= set(OF_A_LEAD)
    declared = sim.campaigns[c].declared
    assert sum(x.holds_line for x in leads) <= sim.max_lines(sim.campaigns[c])
    able = [group for group in sim.groups if group.can_handle(sim.campaigns[c].name)]
    if declared.reserves is True and all(group.declared.no_pick_up is None for group in able):
        assert not n("dropped", "mp_dropped"), "no connect is dropped where every attempt has an advisor"
        assert not n("hung_up") or not sim.campaigns[c].decides_at_once, "a person hangs up with an advisor at hand"
    if sim.campaigns[c].decides_at_once:
        assert not n("deciding_s") and not phases[codes.DECIDING], "a detector decides later than it should"
    assert n("sales") <= n("right_party", "return_sales"), "a goal with a wrong party"
    assert all(x.advisor is None for x in sim.campaigns[c].line), "an attempt with its own advisor never waits"


def check_leads(sim: Simulator, c: int) -> None:
    """Check the leads of a campaign: each touched lead is closed or still held."""
    campaign = sim.campaigns[c]
    held = [lead for segment in campaign.segments for lead in segment.leads]
    states = Totals(lead.state for lead in held)

    def n(*names: str) -> float:
        return sum(sim.ledger.totals["campaign", c, name] for name in names)

    scrubbed = n("without_consent", "do_not_call")
    assert n("touched") == n("closed") - scrubbed + sum(states.values())
    assert n("touched") + scrubbed == sum(segment.n_looked_at for segment in campaign.segments)
    assert all(segment.n_fresh >= 0 for segment in campaign.segments)
    attempts = [x for x in sim.contacts if x.is_lead and x.index == c and x.phase != codes.WRAPPING]
    in_attempt = [lead for lead in held if lead.state == IN_ATTEMPT]
    assert {id(x.lead) for x in attempts} == {id(x) for x in in_attempt} and len(attempts) == len(in_attempt)
    check_return_calls(sim, c, held)
    assert campaign.keeps or len(in_attempt) == len(held), "a lead waits in a campaign that keeps none"
    assert all(lead.n_attempts <= campaign.max_attempts for lead in held)
    assert all(len(lead.grid_times) == lead.n_attempts - (lead.state == IN_ATTEMPT) for lead in held)
    promised = sum(lead.state == WAITING and lead.why == codes.PROMISED for lead in held)
    if campaign.declared.follow_up is not None:
        assert n("sales") == n("kept", "broken") + promised
    assert n("first_joined") <= n("joined", "returns_joined") and n("first_call_sales") <= n("first_joined")
    assert n("agreed") >= n("agreed_kept", "agreed_late")


def check_return_calls(sim: Simulator, c: int, held: list[Lead]) -> None:
    """Check that a lead with a return call is in one place: in its list, held for the call, or in the call."""
    calls = [x for x in sim.contacts if x.kind == codes.RETURN_CALL and x.campaign == c]
    pending = [x for x in calls if x.phase in (codes.PENDING_RETURN, codes.PENDING_REDIAL)]
    present = [x for x in calls if x not in pending and x.lead is not None]
    assert all(x.lead is not None and x.lead.pending is x for x in pending)
    assert {id(lead.pending) for lead in held if lead.pending is not None} == {id(x) for x in pending}
    assert all(lead.state in (WAITING, READY, HELD) for lead in held if lead.pending is not None)
    assert all(lead.pending is not None for lead in held if lead.state == HELD)
    called_in = [lead for lead in held if lead.state == CALLED_IN]
    if not sim.clock.over:  # then callbacks are carried out
        assert {id(x.lead) for x in present} == {id(x) for x in called_in} and len(present) == len(called_in)

    def n(*names: str) -> float:
        return sum(sim.ledger.totals["campaign", c, name] for name in names)

    assert n("returns_expected") == n("returned", "returns_cancelled", "returns_late") + len(pending)
    before_talk = sum(x.phase != codes.TALKING or x.misrouted for x in present)
    assert n("returned") == n("returns_lost", "returns_answered") + before_talk
    assert n("returns_answered") >= n("returns_joined") >= n("return_sales") and n("sales") >= n("return_sales")


def check_lines(sim: Simulator) -> None:
    """Check that each line holds exactly its waiting contacts, in order."""
    for queue in sim.queues:
        standing = [x for x in sim.contacts if not x.is_lead and x.index == queue.index and x.phase in IN_LINE]
        assert same(queue.line, standing)
        keys = [sim.inbound.sort_key(contact) for contact in queue.line]
        assert keys == sorted(keys)
        assert all(x.virtual == (x.phase == codes.VIRTUAL) for x in queue.line)
    for campaign in sim.campaigns:
        leads = [x for x in sim.contacts if x.is_lead and x.index == campaign.index]
        assert same(campaign.line, [x for x in leads if x.phase == codes.CONNECT_WAITING])
        since = [contact.queues_since for contact in campaign.line]
        assert since == sorted(since)
        idle = [group for group in sim.groups if group.idle and group.can_handle(campaign.name)]
        assert not (campaign.line and idle), "a connect waits while an advisor could take it"


def same(some: list[Contact], others: list[Contact]) -> bool:
    """Whether two lists hold the same contacts, each once, in any order."""
    return len(some) == len(others) and {id(contact) for contact in some} == {id(contact) for contact in others}


def check_idle_lists(sim: Simulator) -> None:
    """Check that each idle list holds the group's idle advisors, in the order in which they became idle."""
    for group in sim.groups:
        idle = {id(advisor) for advisor in group.advisors if advisor.state == codes.IDLE}
        assert {id(advisor) for advisor in group.idle} == idle and len(group.idle) == len(idle)
        since = [advisor.since for advisor in group.idle]
        assert since == sorted(since)


def check_advisor(sim: Simulator, advisor: Advisor) -> None:
    """Check that the contact, skill and break of an advisor agree with its state."""
    assert (advisor.break_end is not None) == (advisor.state == codes.AWAY)
    rings = advisor.contact is not None and advisor.contact.phase == codes.ALERTING
    assert (advisor.ring_end is not None) == rings
    assert 0 <= advisor.quality <= 100 and 0 <= advisor.load <= 1
    assert sim.clock.stage != codes.NIGHT or advisor.state == codes.OFF
    assert not (advisor.absent and advisor.state != codes.OFF), "an absent advisor is there"
    contact = advisor.contact
    if advisor.chats:
        check_chats(sim, advisor)
    assert advisor.state != codes.ADVISOR_CHATTING or advisor.chats
    if advisor.state == codes.ADVISOR_CHATTING:
        assert contact is None
        return
    if advisor.state in (codes.OFF, codes.IDLE, codes.AWAY):
        assert contact is None and not advisor.leaving and advisor.owed_s == 0
        return
    assert contact is not None and contact.advisor is advisor
    assert contact.phase in PHASES_OF_STATE[advisor.state]
    named = sim.campaigns if contact.is_lead else sim.queues
    assert sim.groups[advisor.group].can_handle(named[contact.index].name), "an advisor without the skill"


def check_chats(sim: Simulator, advisor: Advisor) -> None:
    """Check the chats of an advisor: at most as many as the group may have, each linked, with the skill and an end."""
    group = sim.groups[advisor.group]
    declared, call = group.declared.capacity, advisor.contact
    if call is None:
        assert advisor.state == codes.ADVISOR_CHATTING and len(advisor.chats) <= declared.chats
    else:
        assert advisor.state in (codes.ADVISOR_TALKING, codes.ADVISOR_WRAP_UP) and not (call.is_work or call.is_chat)
        assert len(advisor.chats) <= declared.chats_beside_voice < declared.chats
    for chat in advisor.chats:
        assert chat.advisor is advisor and chat.phase == codes.IN_CHAT and chat.work_left >= 0
        assert group.can_handle(sim.queues[chat.index].name), "an advisor without the skill"
        assert chat.event is not None and not chat.event.cancelled
