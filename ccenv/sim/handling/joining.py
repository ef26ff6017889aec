"""Joining connects to advisors, the line of waiting connects, and the next state of a freed advisor."""

import numpy as np

from ccenv.sim.advisors.idle_list import first_idle, idle_push, leave_for_good
from ccenv.sim.advisors.state import set_state
from ccenv.sim.advisors.talking import enter_service, talk_for
from ccenv.sim.advisors.traits import handle_s
from ccenv.sim.handling.alerting import connect_ends_t, picks_up, ring_at
from ccenv.sim.kernel.bits import WORD, bit, lowest, without_lowest
from ccenv.sim.kernel.contacts import advisor_timer, link, schedule_contact, unlink
from ccenv.sim.kernel.draws import U, uniform
from ccenv.sim.kernel.heap import schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_advisor, note_contact
from ccenv.sim.lists.compliance import JOINED, count_connect
from ccenv.sim.lists.goals import expected_value, p_goal, reach_goal
from ccenv.sim.state.codes import (
    ADVISOR_TALKING,
    ALERTING,
    AWAITING_ANSWER,
    AWAY,
    CONNECT_WAITING,
    DECIDING,
    END_EVENT,
    LOG_ALERTING,
    LOG_AWAY,
    LOG_JOINED,
    NIL,
    RIGHT_PARTY,
    RINGING,
)


@helper
def _meet(e, c, s, a):
    """Draw who is at the line, the goal and its value. Returns the distribution of the handle time.

    Somebody else than the person on the list does not reach the goal. The expected value is that of a joined connect,
    before it is known who it is.
    """
    i = e.contact[s].index
    k = e.contact[s].segment
    key = e.contact[s].key
    p_right = c.segment[k].p_right
    p_sale = p_goal(e, c, s, i, a)
    e.campaign_count[i].expected_sale_value += p_right * p_sale * expected_value(e, c, s, i)
    if p_right < 1.0 and uniform(key, RIGHT_PARTY) >= p_right:
        e.contact[s].wrong = 1
        return np.int64(c.campaign[i].handle_wrong)
    return reach_goal(e, c, s, i, p_sale, key)


@block
def join_connect(e, c, log, s, a):
    """Join a connect, or a passed machine, to advisor a: draw who it is and the goal, and begin the talk.

    The advisor is reserved for the attempt, freed, or taken from the idle list by the caller.
    """
    i = e.contact[s].index
    e.contact[s].advisor = a
    e.contact[s].buys = 0
    count_connect(e, c, s, JOINED)
    if e.contact[s].machine != 0:
        e.campaign_count[i].mp_joined += 1
        dist = np.int64(c.campaign[i].handle_machine)
    else:
        e.campaign_count[i].joined += 1
        e.campaign_count[i].joined_delay_s += e.t - e.contact[s].entry_s
        if e.contact[s].joins == 0:
            e.campaign_count[i].first_joined += 1
        dist = _meet(e, c, s, a)
    note_contact(e, c, log, LOG_JOINED, s, e.contact[s].buys)
    set_state(e, c, a, ADVISOR_TALKING)
    enter_service(e, c, s, a)
    talk_for(e, c, s, handle_s(e, c, s, a, dist))


@block
def _ring_in_vain(e, c, log, s, a):
    """Let a connect ring at an advisor who does not pick up; its time until drop or hang-up runs from its answer."""
    i = e.contact[s].index
    if e.contact[s].phase == RINGING or e.contact[s].phase == DECIDING:  # it has just become known as one
        schedule_contact(e, s, max(connect_ends_t(e, c, s), e.t), END_EVENT)
    e.contact[s].phase = ALERTING
    e.contact[s].advisor = a
    e.contact[s].since = e.t
    e.campaign[i].alerting += 1
    e.news_campaigns |= bit(i)
    note_contact(e, c, log, LOG_ALERTING, s, 0)
    set_state(e, c, a, AWAITING_ANSWER)
    ring_at(e, c, s, a)


@block
def offer_connect(e, c, log, s, a):
    """Join a connect to advisor a, or let it ring there in vain.

    The advisor is reserved for the attempt, freed, or taken from the idle list by the caller.
    """
    if picks_up(e, c, s, a):
        join_connect(e, c, log, s, a)
    else:
        _ring_in_vain(e, c, log, s, a)


@helper
def connect_alert_over(e, s):
    """End the ringing of a connect at its advisor; the caller sets its next phase."""
    i = e.contact[s].index
    e.contact[s].advisor = NIL
    e.campaign[i].alerting -= 1
    e.news_campaigns |= bit(i)


@helper
def longest_idle(e, c, i):
    """Return the eligible advisor who has been idle longest, among the first ones of each group; NIL if none."""
    best = NIL
    for word in range(e.idle_bits.shape[0]):
        left = c.campaign_groups[i, word] & e.idle_bits[word]
        while left != U(0):
            a = first_idle(e, c, WORD * word + lowest(left))
            if best == NIL or e.advisor[a].idle_since < e.advisor[best].idle_since:
                best = a
            left = without_lowest(left)
    return best


@helper
def connect_leaves(e, s):
    """Remove a waiting connect from its campaign's line."""
    i = e.contact[s].index
    before, after = unlink(e, s)
    if before == NIL:
        e.campaign[i].wait_head = after
    if after == NIL:
        e.campaign[i].wait_tail = before
    e.campaign[i].waiting -= 1
    e.news_campaigns |= bit(i)
    if e.campaign[i].waiting == 0:
        e.connect_bits &= ~bit(i)


@helper
def connect_waits(e, s):
    """Append a connect to its campaign's line."""
    i = e.contact[s].index
    last = e.campaign[i].wait_tail
    link(e, s, last, NIL)
    if last == NIL:
        e.campaign[i].wait_head = s
    e.campaign[i].wait_tail = s
    _connect_stands(e, s)


@helper
def connect_waits_again(e, s):
    """Put a connect that has rung in vain back in its place in its campaign's line, by the time of its answer."""
    i = e.contact[s].index
    before = NIL
    after = e.campaign[i].wait_head
    while after != NIL and e.contact[after].accepted_s < e.contact[s].accepted_s:
        before = after
        after = e.contact[after].next
    link(e, s, before, after)
    if before == NIL:
        e.campaign[i].wait_head = s
    if after == NIL:
        e.campaign[i].wait_tail = s
    _connect_stands(e, s)


@helper
def _connect_stands(e, s):
    i = e.contact[s].index
    e.contact[s].phase = CONNECT_WAITING
    e.campaign[i].waiting += 1
    e.news_campaigns |= bit(i)
    e.connect_bits |= bit(i)


@helper
def _oldest_connect(e, skill):
    """Return the connect that has waited longest, of the campaigns in a set of skills; NIL if none waits."""
    first = NIL
    left = skill & e.connect_bits
    while left != U(0):
        s = e.campaign[lowest(left)].wait_head
        if first == NIL or e.contact[s].accepted_s < e.contact[first].accepted_s:
            first = s
        left = without_lowest(left)
    return first


@helper
def go_away(e, c, log, a, length_s):
    """Begin a break of `length_s` seconds; the advisor is not in the idle list."""
    e.advisor[a].owed_s = 0.0
    note_advisor(e, c, log, LOG_AWAY, a)
    set_state(e, c, a, AWAY)
    schedule(e, advisor_timer(e, a), e.t + length_s, END_EVENT)


@block
def free_advisor(e, c, log, a):
    """Free an advisor: it goes off, takes an owed break, takes the connect waiting longest, or becomes idle."""
    if e.advisor[a].leaving != 0:
        leave_for_good(e, c, a)
        return
    if e.advisor[a].owed_s > 0.0:
        go_away(e, c, log, a, e.advisor[a].owed_s)
        return
    first = _oldest_connect(e, c.campaign_skill[c.advisor_group[a]])
    if first == NIL:
        idle_push(e, c, a)
        return
    connect_leaves(e, first)
    offer_connect(e, c, log, first, a)
