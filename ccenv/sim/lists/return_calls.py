"""Return calls: a lead that was dialed in vain calls in later.

A row of the lead table is in one place at a time. While its return call is pending, it stands in its list, or it is
held: without the return call it would be closed. `lead_return` links it to the pending contact record. While the call
is in the centre, the contact record holds the row, and the lead cannot be dialed. After a talk the row goes on as after
the talk of an attempt; a call that is over without a talk gives it back.
"""

import numpy as np

from ccenv.sim.kernel.bits import bit
from ccenv.sim.kernel.contacts import cancel_contact, free_contact, schedule_contact, take_contact
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import child_key, happens, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact, note_lead
from ccenv.sim.kernel.slots import due_in_opening_time, recent_slot
from ccenv.sim.lists.leads import READY_ROWS, WAITING_ROWS, free_row, push_row, take_out, wait_until, wake_by
from ccenv.sim.lists.next_lead import close_lead
from ccenv.sim.state.codes import (
    ARRIVAL_EVENT,
    DROPPED_LAST,
    HELD,
    INFINITY,
    LEAD,
    LOG_CLOSED,
    LOG_PUT_BACK,
    LOG_RETURN_CANCELLED,
    LOG_RETURN_PENDING,
    NIL,
    PENDING_RETURN,
    RETRYING,
    RETURN_CALL,
    RETURN_DELAY,
    RETURN_P,
)


@helper
def sells(e, c, s):
    """Return whether the advisor of return call s has the skill for its campaign, and is of the right queue."""
    i = c.segment[e.contact[s].segment].campaign
    return e.contact[s].transfers == 0 and c.campaign_pair[i, c.advisor_group[e.contact[s].advisor]] != NIL


@helper
def note_row(e, c, log, code, s, detail):
    """Log what becomes of the lead of a return call, with the key of the call."""
    i = c.segment[e.contact[s].segment].campaign
    note_lead(e, log, code, LEAD, i, e.contact[s].number, e.contact[s].key, detail)


@helper
def note_pending(e, c, log, s):
    """Log the pending return call s, and link its row to it."""
    r = e.contact[s].lead
    e.lead_return[r] = s + 1
    note_contact(e, c, log, LOG_RETURN_PENDING, s, 1 if e.lead_state[r] == HELD else 0)


@helper
def will_call(e, c, i, delay):
    """Count a lead of campaign i that decides to call in after `delay` seconds of opening time.

    Returns False if that is after the last closing.
    """
    e.campaign_count[i].returns_expected += 1
    if due_in_opening_time(e, c, delay) < INFINITY:
        return True
    e.campaign_count[i].returns_late += 1
    return False


@block
def will_return(e, c, s, after, listed):
    """Draw whether the lead of attempt s, which has ended without a talk, calls in before the last closing.

    `after`: AFTER_ code of the outcome. `listed`: the lead may be dialed again. The probability is noted for forks,
    which may not know what is drawn here.
    """
    i = e.contact[s].index
    p = c.campaign[i].p_return[after]
    if p == 0.0:
        return False
    if listed:
        e.lead_after[e.contact[s].lead] = np.int64(e.lead_after[e.contact[s].lead]) | (after + 1)
    else:
        e.may_return[i, recent_slot(e, c, 0)] += p
    if not happens(p, e.contact[s].key, RETURN_P):
        return False
    return will_call(e, c, i, draw(c.dist[c.campaign[i].return_delay], uniform(e.contact[s].key, RETURN_DELAY)))


@block
def expect_return(e, c, log, s):
    """Make the pending return call of attempt s, which has ended; its row is back in its list, or held."""
    i = e.contact[s].index
    key = e.contact[s].key
    x = take_contact(e)
    if x == NIL:
        return
    e.n_active -= 1
    e.contact[x].key = child_key(key, RETURN_CALL, 0)
    e.contact[x].kind = RETURN_CALL
    e.contact[x].number = e.contact[s].number
    e.contact[x].index = c.campaign[i].return_queue
    e.contact[x].origin = c.campaign[i].return_queue
    e.contact[x].true_type = c.campaign[i].return_queue
    e.contact[x].segment = e.contact[s].segment
    e.contact[x].lead = e.contact[s].lead
    e.contact[x].attempt = e.contact[s].attempt
    e.contact[x].joins = e.contact[s].joins
    e.contact[x].contact_number = e.contact[s].contact_number
    e.contact[x].phase = PENDING_RETURN
    e.contact[x].since = e.t
    delay = draw(c.dist[c.campaign[i].return_delay], uniform(key, RETURN_DELAY))
    schedule_contact(e, x, due_in_opening_time(e, c, delay), ARRIVAL_EVENT)
    note_pending(e, c, log, x)


@block
def cancel_return(e, c, log, r):
    """Cancel the pending return call of row r, whose lead is dialed now; without effect if there is none."""
    s = e.lead_return[r] - 1
    e.lead_after[r] = 0
    if s == NIL:
        return
    e.lead_return[r] = 0
    e.campaign_count[c.segment[e.contact[s].segment].campaign].returns_cancelled += 1
    note_contact(e, c, log, LOG_RETURN_CANCELLED, s, 0)
    cancel_contact(e, s)
    free_contact(e, s)


@block
def call_in(e, c, s):
    """Let the lead of a pending return call (or of its redial) call in: it is taken out of its list."""
    k = e.contact[s].segment
    r = e.contact[s].lead
    i = c.segment[k].campaign
    e.lead_return[r] = 0
    e.lead_after[r] = np.int64(e.lead_after[r]) & DROPPED_LAST
    if e.lead_state[r] != HELD:
        take_out(e, c, k, WAITING_ROWS, r)
        take_out(e, c, k, READY_ROWS, r)
        e.news_campaigns |= bit(i)
    e.campaign_count[i].returned += 1


@block
def return_lost(e, c, log, s, again):
    """Give the lead of a return call that was over without a talk back to its list, with its earlier due time.

    A held one is closed, or held further if it calls `again`.
    """
    k = e.contact[s].segment
    r = e.contact[s].lead
    i = c.segment[k].campaign
    e.campaign_count[i].returns_lost += 1
    if e.lead_state[r] == HELD:
        if not again:
            free_row(e, k, r)
            close_lead(e, c, k)
            note_row(e, c, log, LOG_CLOSED, s, 0)
        return
    if e.lead_due[r] <= e.t:
        push_row(e, c, k, READY_ROWS, r)
    else:
        wait_until(e, c, k, r, RETRYING, e.lead_due[r])
        wake_by(e, i, e.lead_due[r])
    e.news_campaigns |= bit(i)
    note_row(e, c, log, LOG_PUT_BACK, s, RETRYING)
