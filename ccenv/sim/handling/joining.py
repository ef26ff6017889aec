"""Joining connects to advisors, the line of waiting connects, and the next state of a freed advisor."""

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
from ccenv.sim.lists.goals import expected_value, goal_value, p_goal
from ccenv.sim.state.codes import (
    ADVISOR_TALKING,
    AWAY,
    CONNECT_WAITING,
    END_EVENT,
    HANDLE,
    LOG_AWAY,
    LOG_JOINED,
    NIL,
    SALE,
    VALUE,
)


@block
def join_connect(e, c, log, s, a):
    """Join a connect, or a passed machine, to advisor a: draw the goal and its value, and begin the talk.

    The advisor is reserved for the attempt, freed, or taken from the idle list by the caller.
    """
    i = e.contact[s].index
    delay = e.t - e.contact[s].entry_s
    e.contact[s].advisor = a
    sale = 0
    count_connect(e, c, i, e.contact[s].machine != 0, JOINED, delay)
    if e.contact[s].machine != 0:
        e.campaign_count[i].mp_joined += 1
        dist = c.campaign[i].handle_machine
    else:
        e.campaign_count[i].joined += 1
        e.campaign_count[i].joined_delay_s += delay
        dist = c.campaign[i].handle
        if e.contact[s].joins == 0:
            e.campaign_count[i].first_joined += 1
        p_sale = p_goal(e, c, s, a)
        e.campaign_count[i].expected_sale_value += p_sale * expected_value(e, c, s)
        if uniform(e.contact[s].key, SALE) < p_sale:
            sale = 1
            dist = c.campaign[i].handle_sale
            e.contact[s].value = goal_value(
                c, i, e.contact[s].segment, uniform(e.contact[s].key, HANDLE), uniform(e.contact[s].key, VALUE)
            )
    e.contact[s].buys = sale
    note_contact(e, c, log, LOG_JOINED, s, sale)
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
        if first == NIL or e.contact[s].entry_s < e.contact[first].entry_s:
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
