"""Return calls in a fork: those in the centre keep what is visible, those to come are drawn anew.

Visible: the lead of a return call in the centre (its number is matched with the lists), its queue and its age. Hidden:
whether and when other leads call in. A lead in its list whose last attempt was in vain has the probability of a return
call given that none has come; its age counts from the grid time of the attempt. Of the leads that have left the list,
only the sum of their probabilities by slot is known: their return calls come at a uniform time of the slot plus the
delay, from leads of the campaign's segments in the ratio of the leads dialed, as if dialed once. The redial of a lost
return call is drawn anew as a redial of its queue.
"""

import math

import numpy as np

from ccenv.sim.advisors.traits import p_sale_with
from ccenv.sim.forks.contacts import alive, beyond, talk_beyond
from ccenv.sim.handling.wrap_up import wrap_up_dist
from ccenv.sim.kernel.contacts import schedule_contact, take_contact
from ccenv.sim.kernel.dists import draw, draw_beyond, survival
from ccenv.sim.kernel.draws import U, entity_key, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.slots import due_in_opening_time, opening_time_since, recent_slot, slots_begun
from ccenv.sim.lists.goals import earlier_contacts, goal_value, plain_p_goal
from ccenv.sim.lists.lawful import grid_now, run_time
from ccenv.sim.lists.leads import READY_ROWS, WAITING_ROWS, free_row, row_at, take_row
from ccenv.sim.state.codes import (
    ARRIVAL_EVENT,
    CALLBACK_RING,
    CALLBACK_RINGING,
    DROPPED_LAST,
    END_EVENT,
    GAP,
    HANDLE,
    HELD,
    IN_IVR,
    IVR_TIME,
    MIX,
    NIL,
    PATIENCE,
    PENDING_RETURN,
    RETURN_CALL,
    RETURN_DELAY,
    RETURN_P,
    SALE,
    TALKING,
    VALUE,
    WAITING,
    WRAP_UP,
    WRAPPING,
)
from ccenv.sim.state.layout import GRID_S

RETURNS = U(4)  # stream of a fork: keys of leads that may call in
UNKNOWN_LEAD = 2**32 - 1  # number of the first lead that has left the list, counted downwards


@block
def _redraw_talk(e, c, s, key):
    """Redraw the talk of a return call, given its age: goal or none, and its end."""
    q = e.contact[s].index
    a = e.contact[s].advisor
    i = c.segment[e.contact[s].segment].campaign
    e.contact[s].buys = 0
    if e.contact[s].true_type != q:
        beyond(e, c, s, c.queue[e.contact[s].true_type].detect, e.talk_t[a], uniform(key, HANDLE))
        return
    g = c.advisor_group[a]
    if c.campaign_pair[i, g] == NIL:
        talk_beyond(e, c, s, c.queue[q].handle[g], uniform(key, HANDLE))
        return
    p_sale = p_sale_with(e, c, a, plain_p_goal(e, c, s, i))
    sale = p_sale * alive(e, c, s, c.campaign[i].handle_sale, True)
    other = (1.0 - p_sale) * alive(e, c, s, c.campaign[i].handle, True)
    dist = c.campaign[i].handle
    if uniform(key, SALE) * (sale + other) < sale:
        dist = c.campaign[i].handle_sale
        e.contact[s].buys = 1
        u = uniform(key, HANDLE) * alive(e, c, s, dist, True)
        e.contact[s].value = goal_value(c, i, e.contact[s].segment, u, uniform(key, VALUE))
    talk_beyond(e, c, s, dist, uniform(key, HANDLE))


@block
def redraw_return(e, c, s, key):
    """Redraw the hidden part of a return call in the centre; `key` is its new key."""
    q = e.contact[s].index
    phase = e.contact[s].phase
    since = e.contact[s].since
    if phase == WAITING:
        waited = (e.t - e.contact[s].entry_s) / e.contact[s].factor
        left = draw_beyond(c.dist[c.queue[q].patience], waited, uniform(key, PATIENCE)) * e.contact[s].factor
        schedule_contact(e, s, max(e.contact[s].entry_s + left, e.t), END_EVENT)
    elif phase == TALKING:
        _redraw_talk(e, c, s, key)
    elif phase == WRAPPING:
        beyond(e, c, s, wrap_up_dist(e, c, s), since, uniform(key, WRAP_UP))
    elif phase == CALLBACK_RINGING:
        beyond(e, c, s, c.queue[q].callback_ring, since, uniform(key, CALLBACK_RING))
    elif phase == IN_IVR:
        beyond(e, c, s, c.queue[q].ivr_time, since, uniform(key, IVR_TIME))


@helper
def forget_return(e, s):
    """Remove the link from the row of pending return call s, or the row itself if it was held for the call."""
    r = e.contact[s].lead
    e.lead_return[r] = 0
    if e.lead_state[r] == HELD:
        free_row(e, e.contact[s].segment, r)


@block
def _add_return(e, c, k, r, key, left):
    """Add a pending return call of row r that comes after `left` seconds of opening time."""
    i = c.segment[k].campaign
    s = take_contact(e)
    e.n_active -= 1
    e.contact[s].key = key
    e.contact[s].kind = RETURN_CALL
    e.contact[s].number = e.lead_number[r]
    e.contact[s].index = c.campaign[i].return_queue
    e.contact[s].origin = c.campaign[i].return_queue
    e.contact[s].true_type = c.campaign[i].return_queue
    e.contact[s].segment = k
    e.contact[s].lead = r
    e.contact[s].attempt = e.lead_attempts[r]
    e.contact[s].joins = e.lead_joins[r]
    e.contact[s].contact_number = earlier_contacts(e, c, k, e.contact[s].number)
    e.contact[s].phase = PENDING_RETURN
    e.contact[s].since = e.t
    e.lead_return[r] = s + 1
    schedule_contact(e, s, due_in_opening_time(e, c, left), ARRIVAL_EVENT)


@block
def _maybe_listed(e, c, k, r, number):
    """Draw whether the lead of row r, which is in its list, calls in, given that it has not called in yet."""
    i = c.segment[k].campaign
    after = (np.int64(e.lead_after[r]) & ~DROPPED_LAST) - 1
    if after == NIL or e.free_head == NIL:
        return
    age = opening_time_since(e, c, run_time(e, e.lead_grid[r, 0]))
    p = c.campaign[i].p_return[after] * survival(c.dist[c.campaign[i].return_delay], age)
    key = entity_key(e.root ^ c.campaign[i].stream, RETURNS, number)
    if uniform(key, RETURN_P) * (1.0 - c.campaign[i].p_return[after] + p) < p:
        left = draw_beyond(c.dist[c.campaign[i].return_delay], age, uniform(key, RETURN_DELAY)) - age
        _add_return(e, c, k, r, key, max(left, 0.0))


@block
def _segment_of(e, c, i, u):
    """Return a segment of campaign i, drawn in the ratio of the leads looked at."""
    first = c.campaign[i].first_segment
    v = u * e.campaign[i].n_fresh
    for k in range(first, first + c.campaign[i].n_segments - 1):
        v -= e.segment[k].n_leads
        if v < 0.0:
            return np.int64(k)
    return np.int64(first + c.campaign[i].n_segments - 1)


@block
def _maybe_left(e, c, i, key, age, number):
    """Draw whether a lead that left the list `age` seconds of opening time ago calls in later than now."""
    left = draw(c.dist[c.campaign[i].return_delay], uniform(key, RETURN_DELAY)) - age
    k = _segment_of(e, c, i, uniform(key, MIX))
    full = e.segment[k].free_row == 0 and e.segment[k].n_used >= c.segment[k].n_rows
    if left <= 0.0 or e.free_head == NIL or full:
        return
    r = take_row(e, c, k)
    e.lead_number[r] = UNKNOWN_LEAD - number
    e.lead_attempts[r] = 1
    e.lead_joins[r] = 0
    e.lead_talk[r] = 0
    e.lead_after[r] = 0
    e.lead_state[r] = HELD
    e.lead_days[r] = 1
    for j in range(e.lead_grid.shape[1]):
        e.lead_grid[r, j] = 0
    e.lead_grid[r, 0] = max(grid_now(e) - np.int64(math.ceil(age / GRID_S)), 1)
    _add_return(e, c, k, r, key, left)


@block
def _redraw_left(e, c, i, number):
    """Draw the return calls of the leads that have left the list of campaign i; `number`: keys used so far."""
    now = min(e.t, e.close_t) - e.open_t
    most = c.campaign[i].p_return_most
    for ago in range(min(slots_begun(e, c), e.may_return.shape[1])):
        since = now - (e.slot - ago) * c.slot_s  # opening time [s] since the slot began; `to`: since it ended
        to = max(0.0, since - c.slot_s)
        expected = np.float64(e.may_return[i, recent_slot(e, c, ago)])
        n = np.int64(math.ceil(expected / most - 1e-6))
        for _ in range(n):
            key = entity_key(e.root ^ c.campaign[i].stream, RETURNS, number)
            number += 1
            if uniform(key, RETURN_P) * n < expected:
                _maybe_left(e, c, i, key, to + (since - to) * uniform(key, GAP), number)


@block
def redraw_returns_to_come(e, c):
    """Draw the pending return calls of all campaigns; the record holds none."""
    for i in range(c.n_campaigns):
        if c.campaign[i].return_queue != NIL:
            number = np.int64(0)
            for k in range(c.campaign[i].first_segment, c.campaign[i].first_segment + c.campaign[i].n_segments):
                for j in range(e.segment[k].n_waiting):
                    _maybe_listed(e, c, k, row_at(e, c, k, WAITING_ROWS, j), number + j)
                number += e.segment[k].n_waiting
                for j in range(e.segment[k].n_ready):
                    _maybe_listed(e, c, k, row_at(e, c, k, READY_ROWS, j), number + j)
                number += e.segment[k].n_ready
            _redraw_left(e, c, i, number)
