"""Entering the centre: a trunk, the IVR, balking, and the offer of a callback; then the contact joins its queue."""

from ccenv.sim.arriving.machine import contain, outcome_of
from ccenv.sim.handling.deferring import come_in
from ccenv.sim.handling.returns import leave, redial_or_leave
from ccenv.sim.handling.waiting import accept_callback, must_wait, offer
from ccenv.sim.kernel.contacts import cancel_contact, schedule_end
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import child_key, happens, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.kernel.slots import slot_at
from ccenv.sim.lists.return_calls import call_in
from ccenv.sim.state.codes import (
    BALK,
    CALLBACK_ACCEPT,
    CONTAINED,
    DAY_S,
    IN_IVR,
    IVR_OUTCOME,
    IVR_TIME,
    LOG_BALKED,
    LOG_BLOCKED,
    LOG_IVR_END,
    LOG_REDIAL,
    LOG_REPEAT,
    LOG_RETURN_CALL,
    NIL,
    OVERTIME_OVER,
    PENDING_REDIAL,
    PENDING_RETURN,
    REDIAL,
    REPEAT,
    RETURN_CALL,
    ROUTE,
    ROUTED,
    TOLERANCE,
)


@helper
def enter(e, c, log, s):
    """Let a contact enter at its origin: it is blocked, or takes a line and goes to the IVR or the queue.

    Chats and deferrable work need no line.
    """
    q = e.contact[s].index
    if c.queue[q].deferrable != 0:
        come_in(e, c, log, s)
        return
    if e.lines >= c.trunks and c.queue[q].line != 0:
        e.queue_count[q].blocked += 1
        note_contact(e, c, log, LOG_BLOCKED, s, 0)
        redial_or_leave(e, c, log, s)
        return
    e.lines += c.queue[q].line
    if c.queue[q].ivr_time == NIL:
        _reach(e, c, log, s)
        return
    e.contact[s].phase = IN_IVR
    e.contact[s].since = e.t
    e.in_ivr += 1
    time = draw(c.dist[c.queue[q].ivr_time], uniform(e.contact[s].key, IVR_TIME))
    if time > 0.0:
        schedule_end(e, s, e.t + time)
    else:
        on_ivr_end(e, c, log, s)


@block
def on_ivr_end(e, c, log, s):
    """Handle the end of the IVR: contained, hung up, or routed to a queue, possibly a wrong one."""
    q = e.contact[s].index
    difficulty = uniform(e.contact[s].key, IVR_OUTCOME)
    outcome = outcome_of(e, c, q, difficulty)
    note_contact(e, c, log, LOG_IVR_END, s, outcome)
    e.in_ivr -= 1
    spent = e.t - e.contact[s].since
    e.queue_count[q].ivr_s += spent
    e.queue_count[q].ivr_cost += spent * c.queue[q].ivr_price
    if outcome != ROUTED:
        e.lines -= c.queue[q].line
        if outcome == CONTAINED:
            contain(e, c, log, s, difficulty)
        else:
            e.queue_count[q].ivr_hangup += 1
            leave(e, c, log, s)
        return
    cancel_contact(e, s)
    e.queue_count[q].handed_off += 1
    u = uniform(e.contact[s].key, ROUTE)
    for r in range(c.n_queues):
        if u < c.queue[q].route[r]:
            if r != q:
                e.queue_count[q].misrouted_out += 1
                e.queue_count[r].misrouted_in += 1
                e.contact[s].index = r
            break
    _reach(e, c, log, s)


@helper
def _announced(e, q):
    """Return the announced wait in seconds: that of the first in line so far, 0 if none (Ibrahim & Whitt 2009)."""
    head = e.queue[q].head
    return 0.0 if head == NIL else e.t - e.contact[head].entry_s


@helper
def _balks(e, c, s, q, announced):
    key = e.contact[s].key
    if happens(c.queue[q].p_balk, key, BALK):
        return True
    if c.queue[q].announces == 0:
        return False
    return announced > draw(c.dist[c.queue[q].tolerance], uniform(key, TOLERANCE))


@helper
def _offered_above_s(e, c, q):
    """Return the announced wait [s] from which a callback is offered: set by the routing rule, else declared."""
    if c.callback_at == NIL:
        return c.queue[q].offer_above_s
    return c.routing_params[c.routing_row[slot_at(c, e.t - e.day * DAY_S)] + c.callback_at + q]


@helper
def _accepts_callback(e, c, s, q, announced):
    if c.queue[q].calls_back == 0 or announced < _offered_above_s(e, c, q) or e.stage == OVERTIME_OVER:
        return False
    e.queue_count[q].callback_offered += 1
    return happens(c.queue[q].p_accept, e.contact[s].key, CALLBACK_ACCEPT)


@helper
def _reach(e, c, log, s):
    """Let a contact reach its queue `index`: if it must wait it may balk or accept a callback; else it joins."""
    q = e.contact[s].index
    e.contact[s].factor = 1.0
    greeted = c.queue[q].p_balk > 0.0 or c.queue[q].announces != 0 or c.queue[q].calls_back != 0
    if greeted and must_wait(e, c, q):
        announced = _announced(e, q)
        if _balks(e, c, s, q, announced):
            e.queue_count[q].balked += 1
            note_contact(e, c, log, LOG_BALKED, s, 0)
            e.lines -= c.queue[q].line
            leave(e, c, log, s)
            return
        if c.queue[q].announces != 0:
            e.contact[s].factor = c.queue[q].patience_factor
        if _accepts_callback(e, c, s, q, announced):
            accept_callback(e, c, log, s)
            return
    offer(e, c, log, s)


@block
def on_return(e, c, log, s):
    """Handle a redial, repeat or return call that is due: it enters at its origin; a descendant gets its own key."""
    q = e.contact[s].origin
    cancel_contact(e, s)
    e.n_active += 1
    e.contact[s].index = q
    e.contact[s].true_type = q
    e.contact[s].returning = 1
    e.contact[s].n_transfers = 0
    e.contact[s].tries = 0
    e.contact[s].offers = 0
    e.contact[s].transfers = 0
    e.contact[s].buys = 0
    e.contact[s].unresolved = 0
    if e.contact[s].kind == RETURN_CALL:
        call_in(e, c, s)
    if e.contact[s].phase == PENDING_RETURN:
        e.queue_count[q].returns += 1
        note_contact(e, c, log, LOG_RETURN_CALL, s, c.segment[e.contact[s].segment].campaign)
    elif e.contact[s].phase == PENDING_REDIAL:
        e.contact[s].key = child_key(e.contact[s].key, REDIAL, e.contact[s].n_redials)
        e.contact[s].n_redials += 1
        if e.contact[s].kind != RETURN_CALL:
            e.contact[s].kind = REDIAL
        if e.contact[s].identified == 0:
            e.contact[s].waited_s = 0.0
        e.queue_count[q].redials += 1
        note_contact(e, c, log, LOG_REDIAL, s, 0)
    else:
        e.contact[s].key = child_key(e.contact[s].key, REPEAT, e.contact[s].n_repeats)
        e.contact[s].n_repeats += 1
        e.contact[s].n_redials = 0
        e.contact[s].kind = REPEAT
        e.contact[s].waited_s = 0.0
        if c.queue[q].deferrable == 0:
            e.queue_count[q].repeats += 1
        note_contact(e, c, log, LOG_REPEAT, s, 0)
    enter(e, c, log, s)
