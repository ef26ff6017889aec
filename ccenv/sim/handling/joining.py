"""Joining connects to advisors, the line of waiting connects, and the next state of a freed advisor."""

import numpy as np

from ccenv.sim.advisors.idle_list import idle_push, leave_for_good
from ccenv.sim.advisors.state import set_state
from ccenv.sim.advisors.talking import enter_service, talk_for
from ccenv.sim.advisors.traits import handle_s
from ccenv.sim.kernel.bits import bit, lowest, without_lowest
from ccenv.sim.kernel.contacts import advisor_timer, link, unlink
from ccenv.sim.kernel.draws import U, uniform
from ccenv.sim.kernel.heap import schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_advisor, note_contact
from ccenv.sim.lists.compliance import JOINED, count_connect
from ccenv.sim.lists.goals import expected_value, p_goal, reach_goal
from ccenv.sim.state.codes import (
    ADVISOR_TALKING,
    AWAY,
    CONNECT_WAITING,
    END_EVENT,
    LOG_AWAY,
    LOG_JOINED,
    NIL,
    RIGHT_PARTY,
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
    e.contact[s].phase = CONNECT_WAITING
    link(e, s, last, NIL)
    if last == NIL:
        e.campaign[i].wait_head = s
    e.campaign[i].wait_tail = s
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
    join_connect(e, c, log, first, a)
