"""Chats: assignment to an advisor at a level, the end of a chat, and customers who leave without a sign."""

from ccenv.sim.advisors.chat_levels import (
    add_chat,
    bring_up,
    chat_advisor,
    join_level,
    leave_level,
    level_of,
    remove_chat,
    time_again,
)
from ccenv.sim.advisors.fairness import begins_contact
from ccenv.sim.advisors.idle_list import idle_take
from ccenv.sim.advisors.state import settle_time_of
from ccenv.sim.advisors.talking import count_answered
from ccenv.sim.advisors.traits import maybe_sample
from ccenv.sim.handling.joining import free_advisor
from ccenv.sim.handling.returns import start_repeat
from ccenv.sim.handling.service import decide_service, resolve, start_leg
from ccenv.sim.handling.waiting import count_wait
from ccenv.sim.kernel.bits import add, remove
from ccenv.sim.kernel.contacts import cancel_contact, end_contact, leave_queue
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.kernel.slots import recent_slot
from ccenv.sim.state.codes import ADVISOR_CHATTING, HANDLE, IN_CHAT, LOG_ASSIGNED, LOG_TALK_END, NIL


@helper
def _leave_line(e, c, q, s):
    """Take a chat out of the line, and count the answer if its customer is still there."""
    wait = e.t - e.contact[s].entry_s
    leave_queue(e, s)
    if e.contact[s].gone != 0:
        e.queue[q].n_virtual -= 1
        return
    count_wait(e, q, wait)
    count_answered(e, c, s, wait)
    e.queue_count[q].wait_answered_s += wait
    e.queue[q].last_wait_s = wait
    e.contact[s].waited_s += wait


@helper
def _take_advisor(e, c, a, level):
    """Prepare an advisor for one more chat, which brings it to this level."""
    if level == 1:
        idle_take(e, c, a, ADVISOR_CHATTING)
    else:
        leave_level(e, c, a)
        bring_up(e, c, a)
    if e.advisor[a].n_chats == 0:
        add(e.chatting, a)
        if e.advisor[a].on_call != 0:
            settle_time_of(e, c, a)  # until now without a chat beside the call
    e.advisor[a].assigned_s = e.t


@block
def _work_s(e, c, s):
    """Return the work of a chat [s at rate 1], after drawing what it leads to; that of a chat with nobody there."""
    if e.contact[s].gone == 0:
        return decide_service(e, c, s)
    e.contact[s].factor = 1.0
    return draw(c.dist[c.queue[e.contact[s].index].chat_detect], uniform(e.contact[s].key, HANDLE))


@block
def assign_chat(e, c, log, q, g, level):
    """Assign the head of queue q, a chat, to an advisor of group g at level - 1."""
    s = e.queue[q].head
    a = chat_advisor(e, c, s, g, level)
    _leave_line(e, c, q, s)
    cancel_contact(e, s)
    e.contact[s].advisor = a
    note_contact(e, c, log, LOG_ASSIGNED, s, e.contact[s].gone)
    _take_advisor(e, c, a, level)
    e.contact[s].phase = IN_CHAT
    e.contact[s].since = e.t
    add_chat(e, a, s)
    e.advisor[a].n_chats += 1
    join_level(e, c, a)
    e.in_service[c.queue_pair[q, g]] += 1
    e.contact[s].chat_left = _work_s(e, c, s)
    e.contact[s].chat_done = 0.0
    e.contact[s].chat_t = e.t
    e.advisor[a].n_contacts += 1.0
    e.group_count[g].handled += 1
    begins_contact(e, g, a)
    add(e.news_advisors, g)
    time_again(e, c, a)


@helper
def _leave_advisor(e, c, s, a):
    """Take a chat from its advisor, who works on the others at the rate of the lower level."""
    g = c.advisor_group[a]
    leave_level(e, c, a)
    bring_up(e, c, a)
    remove_chat(e, a, s)
    e.contact[s].advisor = NIL
    if e.advisor[a].on_call != 0 and e.advisor[a].n_chats == 1:
        settle_time_of(e, c, a)  # from now on without a chat beside the call
    e.advisor[a].n_chats -= 1
    e.in_service[c.queue_pair[e.contact[s].index, g]] -= 1
    add(e.news_advisors, g)
    join_level(e, c, a)
    time_again(e, c, a)
    if e.advisor[a].n_chats == 0:
        remove(e.chatting, a)


@helper
def _count_end(e, c, log, s, a, length):
    """Count a chat that ends, with its result; a transfer starts its leg."""
    q = e.contact[s].index
    e.advisor[a].talk_s += length
    e.group_count[c.advisor_group[a]].chat_s += length
    if e.contact[s].gone != 0:
        e.queue_count[q].silent_s += length
        note_contact(e, c, log, LOG_TALK_END, s, 0)
        return
    maybe_sample(e, c, s, a)
    e.queue_count[q].talk_s += length
    if e.contact[s].transfers == 0:
        resolve(e, c, s, a)
        note_contact(e, c, log, LOG_TALK_END, s, e.contact[s].unresolved)
        return
    note_contact(e, c, log, LOG_TALK_END, s, 0)
    e.queue_count[q].transferred_out += 1
    to = e.contact[s].true_type if e.contact[s].true_type != q else c.queue[q].transfer_to
    start_leg(e, c, log, s, to, False)


@block
def on_chat_end(e, c, log, s):
    """Handle the end of a chat: its result, then its own end, then its advisor is freed if it has no other contact."""
    a = e.contact[s].advisor
    _count_end(e, c, log, s, a, e.t - e.contact[s].since)
    _leave_advisor(e, c, s, a)
    if e.contact[s].transfers == 0 and e.contact[s].gone == 0:
        e.queue[e.contact[s].origin].n_finished[recent_slot(e, c, 0)] += 1
    if e.contact[s].unresolved != 0:
        start_repeat(e, c, s)
    else:
        end_contact(e, s)
    if level_of(e, a) == 0:
        free_advisor(e, c, log, a)
